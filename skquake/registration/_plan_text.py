"""A plan as somebody writes it, in TOML: what its tables may hold."""

from __future__ import annotations

import datetime
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import skquake.io as io
from skquake._core._toml_tables import (
    NAME,
    NAMES,
    NONE_OR_NAMES,
    NOT_NEGATIVE,
    NUMBER,
    POSITIVE,
    REQUIRED,
    TABLE,
    TEXT,
    WHOLE,
    InnerError,
    Key,
    expect,
    hint,
    is_number,
    list_of,
    one_of,
    plain,
    read_tables,
)
from skquake.catalogs import MatchedControls, RandomControls
from skquake.report._facts import CHANCE
from skquake.sampling import make_samples

CATALOG_READERS = ("read_catalog", "read_usgs", "read_quakeml")
CONTROLS: dict[str, Any] = {"matched": MatchedControls, "random": RandomControls}
KINDS = ("track", "map", "python")
DECLUSTER = ("gardner-knopoff", "box", "none")
NULLS = ("rotate", "shift-longitude", "shuffle-times", "other-place")
KEEP = ("time", "latitude", "longitude", "depth_km", "magnitude")
# Given by the plan itself, so that no table may.
_OWN = {
    "avoid",
    "random_state",
    "holes",
    "source",
    "catalog",
    "controls",
    "exclude",
    "paths",
    "verbose",
    "kp",
}


def check_keep(value: Any) -> Any:
    """Least and most of columns of a catalog."""
    for column, limits in TABLE(value).items():
        if column not in KEEP:
            raise InnerError(column, f"unknown key {{}}; {hint(column, KEEP)}")
        kind = "dates" if column == "time" else "numbers"
        fits = _is_date if column == "time" else is_number
        if not isinstance(limits, list) or len(limits) != 2 or not all(map(fits, limits)):
            raise InnerError(column, f"{{}} = {limits!r}: expected two {kind}, the least and the most")
    return value


def _is_date(value):
    return isinstance(value, datetime.date)


def _moment(value):
    if not _is_date(value):
        raise ValueError("a date such as 2016-01-01")
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    return value.isoformat()


def _is_pair(value):
    return isinstance(value, list) and len(value) == 2 and all(map(is_number, value)) and value[0] < value[1]


def _is_channels(value):
    if isinstance(value, dict):
        return all(map(is_number, value.values()))
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value))


def _is_reader(value):
    return isinstance(value, str) and value.startswith("read_") and value in io.__all__


READER = expect(_is_reader, "a reader of skquake.io, such as read_usgs")
SOME_NULLS = list_of(lambda value: value in NULLS, f"some of {', '.join(NULLS)}")
_NUMBERS = list_of(is_number, "one number or a list of numbers")
_PAIR = expect(_is_pair, "two numbers, the smaller first")
_DURATION = expect(lambda value: _is_pair(value) or (is_number(value) and value > 0), "days, or two of them")
_COUNTS = list_of(lambda value: type(value) is int and value >= 2, "whole numbers of at least 2")
_SHARE = expect(lambda value: is_number(value) and 0 < value <= 1, "a share above 0, at most 1")
_SIZE = expect(
    lambda value: is_number(value) and value > -1 and value != 0, "a fractional change above -1 other than 0"
)

CATALOG = {
    "files": Key(NAMES),
    "reader": Key(one_of(*CATALOG_READERS), "read_catalog"),
    "options": Key(TABLE, {}),  # of a reader, which says itself what it does not know
    "keep": Key(check_keep, {}),
    "min_magnitude": Key(NUMBER, 4.8),
    "decluster": Key(one_of(*DECLUSTER), "gardner-knopoff"),
}
SCHEMA: dict[str, dict[str, Key]] = {
    "": {"title": Key(TEXT, ""), "random_state": Key(WHOLE, 0)},
    "catalog": CATALOG,
    "source": {
        "kind": Key(one_of(*KINDS)),
        "files": Key(NAMES),
        "reader": Key(READER, None),
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
        "gap_days": Key(NOT_NEGATIVE, 0.0),
        "within_km": Key(NOT_NEGATIVE, None),
        "min_train": Key(_SHARE, 0.2),
    },
    "nulls": {"names": Key(SOME_NULLS, list(NULLS)), "n": Key(WHOLE, 99)},
    "headline": {"score": Key(one_of(*CHANCE), "seismic_mcc")},
    "effect": {
        "size": Key(_SIZE),
        "tried": Key(_NUMBERS, []),
        "channels": Key(expect(_is_channels, "names, or a table of powers"), None),
        "days": Key(_PAIR, [-15.0, 0.0]),
        "width": Key(POSITIVE, 0.5),
        "min_km": Key(NOT_NEGATIVE, 200.0),
        "share": Key(_SHARE, 1.0),
        "sign": Key(one_of("same", "either"), "same"),
        "duration": Key(_DURATION, None),
    },
    "power": {
        "n_nulls": Key(WHOLE, 100),
        "n_repeats": Key(WHOLE, 40),
        "n_events": Key(_COUNTS, None),
    },
}


def read_plan(path: Path) -> dict[str, Any]:
    """The plan of a TOML file, with every default, as JSON has it.

    Raises
    ------
    ValueError
        For a file that is no TOML, an unknown or missing key and a value that cannot be, with its line.
    """
    read: dict[str, Any] = plain(read_tables(path, SCHEMA, more=_keywords))
    return read


def keywords_of(function: Any, given: set[str]) -> dict[str, Any]:
    """Keywords of a function but those that are given elsewhere, and their defaults."""
    if function is None:
        return {}
    parameters = inspect.signature(function).parameters
    empty = inspect.Parameter.empty
    return {
        key: REQUIRED if each.default is empty else each.default
        for key, each in parameters.items()
        if key not in given
    }


def _keywords(name: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """Further keys of a table; what is not written there is left to the function."""
    function = CONTROLS.get(table.get("kind", "matched")) if name == "controls" else None
    found = keywords_of(make_samples if name == "samples" else function, _OWN)
    return {key: REQUIRED if default is REQUIRED else None for key, default in found.items()}
