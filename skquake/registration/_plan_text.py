"""A plan as somebody writes it, in TOML: read, checked, and completed with every default."""

from __future__ import annotations

import datetime
import difflib
import inspect
import math
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import skquake.io as io
from skquake.catalogs import MatchedControls, RandomControls
from skquake.report._facts import CHANCE
from skquake.sampling import make_samples

CATALOG_READERS = ("read_catalog", "read_usgs", "read_quakeml")
CONTROLS: dict[str, Any] = {"matched": MatchedControls, "random": RandomControls}
KINDS = ("track", "map", "python")
DECLUSTER = ("gardner-knopoff", "box", "none")
NULLS = ("rotate", "shift-longitude", "shuffle-times", "other-place")
KEEP = ("time", "latitude", "longitude", "depth_km", "magnitude")
_REQUIRED = object()
_OWN = {"avoid", "random_state", "holes", "source", "catalog", "controls", "exclude", "paths", "verbose"}


class Key(NamedTuple):
    """What a key may hold: a check that returns the value, or raises ValueError with what is expected."""

    check: Callable[[Any], Any]
    default: Any = _REQUIRED


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _expect(test, what):
    def check(value):
        if not test(value):
            raise ValueError(what)
        return value

    return check


def one_of(*names):
    return _expect(lambda value: value in names, f"one of {', '.join(names)}")


def _list_of(test, what, least=1):
    def check(value):
        values = value if isinstance(value, list) else [value]
        if len(values) < least or not all(map(test, values)):
            raise ValueError(what)
        return values

    return check


def table_of(value):
    if not isinstance(value, dict):
        raise ValueError("a table")
    return {key: _plain(item) for key, item in value.items()}


def _plain(value):
    """As JSON has it."""
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return table_of(value) if isinstance(value, dict) else value


def _moment(value):
    if not isinstance(value, datetime.date):
        raise ValueError("a date such as 2016-01-01")
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    return value.isoformat()


def _dates(values):
    values = values if isinstance(values, list) else [values]
    if not all(type(value) is datetime.date for value in values) or sorted(set(values)) != values:
        raise ValueError("a list of dates such as 2016-01-01, each later than the one before")
    return [value.isoformat() for value in values]


def _is_pair(value):
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value)) and value[0] < value[1]


TEXT = _expect(lambda value: isinstance(value, str), "a text")
NAME = _expect(lambda value: isinstance(value, str) and value != "", "a name")
NAMES = _list_of(lambda value: isinstance(value, str) and value != "", "one name or a list of names")
NONE_OR_NAMES = _list_of(lambda value: isinstance(value, str) and value != "", "a list of names", least=0)
WHOLE = _expect(lambda value: type(value) is int and value >= 0, "a whole number of at least 0")
NUMBER = _expect(_is_number, "a number")
_NUMBERS = _list_of(_is_number, "one number or a list of numbers")
POSITIVE = _expect(lambda value: _is_number(value) and value > 0, "a number above 0")
_NOT_NEGATIVE = _expect(lambda value: _is_number(value) and value >= 0, "a number of at least 0")
_PAIR = _expect(_is_pair, "two numbers, the smaller first")
_DURATION = _expect(
    lambda value: _is_pair(value) or (_is_number(value) and value > 0), "days, or two of them"
)
_COUNTS = _list_of(lambda value: type(value) is int and value >= 2, "whole numbers of at least 2")
DATES = _dates
_SHARE = _expect(lambda value: _is_number(value) and 0 < value <= 1, "a share above 0, at most 1")

_SOME_NULLS = _list_of(lambda value: value in NULLS, f"some of {', '.join(NULLS)}")

SCHEMA: dict[str, dict[str, Key]] = {
    "": {"title": Key(TEXT, ""), "random_state": Key(WHOLE, 0)},
    "catalog": {
        "files": Key(NAMES),
        "reader": Key(one_of(*CATALOG_READERS), "read_catalog"),
        "options": Key(table_of, {}),
        "keep": Key(table_of, {}),
        "min_magnitude": Key(NUMBER, 4.8),
        "decluster": Key(one_of(*DECLUSTER), "gardner-knopoff"),
    },
    "source": {
        "kind": Key(one_of(*KINDS)),
        "files": Key(NAMES),
        "reader": Key(_expect(lambda value: _is_reader(value), "a reader of skquake.io"), None),
        "channels": Key(NAMES, None),
        "name": Key(NAME, None),
        "function": Key(NAME, "source"),
    },
    "controls": {"kind": Key(one_of(*CONTROLS), "matched")},
    "samples": {"kp": Key(NAMES, None)},
    "pipeline": {
        "file": Key(NAME),
        "function": Key(NAME, "pipeline"),
        "with": Key(NONE_OR_NAMES, []),
    },
    "split": {
        "test_from": Key(_moment),
        "test_to": Key(_moment, None),
        "gap_days": Key(_NOT_NEGATIVE, 0.0),
        "within_km": Key(_NOT_NEGATIVE, None),
        "min_train": Key(_SHARE, 0.2),
    },
    "nulls": {"names": Key(_SOME_NULLS, list(NULLS)), "n": Key(WHOLE, 99)},
    "headline": {"score": Key(one_of(*CHANCE), "seismic_mcc")},
    "effect": {
        "size": Key(_expect(lambda value: _is_number(value) and value > -1 and value != 0,
                             "a fractional change above -1 other than 0")),
        "tried": Key(_NUMBERS, []),
        "channels": Key(_expect(lambda value: _is_channels(value), "names, or a table of powers"), None),
        "days": Key(_PAIR, [-15.0, 0.0]),
        "width": Key(POSITIVE, 0.5),
        "min_km": Key(_NOT_NEGATIVE, 200.0),
        "share": Key(_SHARE, 1.0),
        "sign": Key(one_of("same", "either"), "same"),
        "duration": Key(_DURATION, None),
    },
    "power": {
        "n_nulls": Key(WHOLE, 100),
        "n_repeats": Key(WHOLE, 40),
        "n_events": Key(_COUNTS, None),
    },
}  # fmt: skip


def _is_reader(value):
    return isinstance(value, str) and value.startswith("read_") and value in io.__all__


def _is_channels(value):
    if isinstance(value, dict):
        return all(map(_is_number, value.values()))
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value))


def read_plan(path: Path, schema: Mapping[str, Mapping[str, Key]] = SCHEMA) -> dict[str, Any]:
    """The plan of a TOML file, with every default, as JSON has it.

    Parameters
    ----------
    path : Path
    schema : dict of {str: dict of {str: Key}}
        Tables and their keys; "" holds those of none.

    Raises
    ------
    ValueError
        For a file that is no TOML, an unknown or missing key and a value that cannot be, with its line.
    """
    try:
        text = path.read_bytes().decode()
        found = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path}: no TOML ({error})") from error
    tables = {name: found.pop(name) for name in list(found) if name in schema and name}
    plan = _checked(path, text, "", found, schema)
    for name in schema:
        if name:
            table = tables.get(name, {})
            if not isinstance(table, dict):
                raise ValueError(f"{path}, line {_line(text, (name,))}: {name} must be a table, [{name}]")
            plan[name] = _checked(path, text, name, table, schema)
    return plan


def _checked(path, text, name, table, schema):
    keys = dict(schema[name])
    more = _keywords(name, table)
    values = {}
    for key, value in table.items():
        where = f"{path}, line {_line(text, (*((name,) if name else ()), key))}"
        full = f"{name}.{key}" if name else key
        if key not in keys and key not in more:
            known = [*keys, *more] if name else [*keys, *(table for table in schema if table)]
            close = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(known))}"
            raise ValueError(f"{where}: unknown key {full}; {hint}")
        try:
            values[key] = keys[key].check(value) if key in keys else _plain(value)
        except ValueError as error:
            raise ValueError(f"{where}: {full} = {value!r}: expected {error}") from None
        if isinstance(value, dict):
            _check_inner(path, text, name, key, value)
    for key, (_, default) in keys.items():
        if key not in values and default is _REQUIRED:
            raise ValueError(f"{path}: {f'[{name}] {key}' if name else key} is missing")
        values.setdefault(key, default)
    absent = [key for key, is_needed in more.items() if is_needed and key not in values]
    if absent:
        raise ValueError(f"{path}: [{name}] {absent[0]} is missing")
    return values


def _keywords(name, table):
    """Further keys of a table, those of what it is handed to, and whether they are needed."""
    if name == "controls":
        kind = table.get("kind", "matched")
        return _of(CONTROLS[kind]) if kind in CONTROLS else {}
    return _of(make_samples) if name == "samples" else {}


def _of(function):
    empty = inspect.Parameter.empty
    parameters = inspect.signature(function).parameters
    return {key: p.default is empty for key, p in parameters.items() if key not in _OWN | {"kp"}}


def _check_inner(path, text, name, key, table):
    """Keys of the tables within tables."""
    if (name, key) == ("catalog", "keep"):
        known = KEEP
    elif key == "options" and name == "catalog":
        return  # of a reader, which says itself what it does not know
    else:
        return
    for inner, value in table.items():
        where = f"{path}, line {_line(text, (name, key, inner))}"
        if inner not in known:
            raise ValueError(f"{where}: unknown key {name}.{key}.{inner}; there are {', '.join(known)}")
        if not isinstance(value, list) or len(value) != 2:
            raise ValueError(f"{where}: {name}.{key}.{inner} = {value!r}: expected the least and the most")


def _line(text, keys):
    """Line in which a key stands: the first after the last whole beginning of the text without it."""
    lines, whole = text.splitlines(keepends=True), 0
    for n in range(1, len(lines) + 1):
        try:
            found: Any = tomllib.loads("".join(lines[:n]))
        except tomllib.TOMLDecodeError:
            continue
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
            if found is None:
                break
        else:
            return whole + 1
        whole = n
    return whole
