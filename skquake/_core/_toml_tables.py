"""What somebody writes in TOML, held against what a table may hold; what cannot be is told with its line."""

from __future__ import annotations

import datetime
import difflib
import math
import tomllib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

REQUIRED: Any = object()


class Key(NamedTuple):
    """What a key may hold: a check that returns the value, or raises ValueError with what is expected."""

    check: Callable[[Any], Any]
    default: Any = REQUIRED


class InnerError(ValueError):
    """Of a table within a table: the key in it, and what is wrong in whole words."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


Schema = Mapping[str, Mapping[str, Key]]


def read_tables(
    path: Path,
    schema: Schema,
    *,
    more: Callable[[str, Mapping[str, Any]], Mapping[str, Any]] = lambda name, table: {},
    other: Callable[[Any], Any] = lambda value: value,
    ignored: Collection[str] = (),
) -> dict[str, Any]:
    """The tables of a TOML file, with every default.

    Parameters
    ----------
    path : Path
    schema : dict of {str: dict of {str: Key}}
        Tables and their keys; "" holds those of none.
    more : callable, optional
        Of a table's name and content: its further keys, those of what it is handed to, with their defaults
        (`REQUIRED` of those that must be there; None of those that are left out where they are not).
    other : callable, optional
        The check of further keys.
    ignored : collection of str, default=()
        Tables that are not read.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    ValueError
        For a file that is no TOML, an unknown or missing key and a value that cannot be, with its line.
    """
    try:
        text = path.read_bytes().decode()
        found = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path}: no TOML ({error})") from error
    for name in ignored:
        found.pop(name, None)
    tables = {name: found.pop(name) for name in list(found) if name in schema and name}
    checker = _Checker(path, text, schema, other)
    read = checker.checked("", found, {})
    for name in filter(None, schema):
        table = tables.get(name, {})
        if not isinstance(table, dict):
            raise ValueError(f"{checker.where(name)}: {name} = {table!r}: expected a table, [{name}]")
        read[name] = checker.checked(name, table, more(name, table))
    return read


class _Checker(NamedTuple):
    path: Path
    text: str
    schema: Schema
    other: Callable[[Any], Any]

    def where(self, *keys: str) -> str:
        return f"{self.path}, line {_line(self.text, [key for key in keys if key])}"

    def checked(self, name: str, table: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
        keys, values = self.schema[name], {}
        for key, value in table.items():
            full = f"{name}.{key}" if name else key
            if key not in keys and key not in more:
                known = [*keys, *more] if name else [*keys, *filter(None, self.schema)]
                raise ValueError(f"{self.where(name, key)}: unknown key {full}; {hint(key, known)}")
            try:
                values[key] = keys[key].check(value) if key in keys else self.other(value)
            except InnerError as error:
                where = self.where(name, key, error.key)
                raise ValueError(f"{where}: {str(error).format(f'{full}.{error.key}')}") from None
            except ValueError as error:
                shown = str(value) if isinstance(value, datetime.date) else repr(value)
                raise ValueError(f"{self.where(name, key)}: {full} = {shown}: expected {error}") from None
        for key, default in ({key: each.default for key, each in keys.items()} | dict(more)).items():
            if key not in values and default is REQUIRED:
                raise ValueError(f"{self.path}: {f'[{name}] {key}' if name else key} is missing")
            if key in keys or default is not None:
                values.setdefault(key, list(default) if isinstance(default, tuple) else default)
        return {key: values[key] for key in dict.fromkeys((*keys, *more)) if key in values}


def hint(key: str, known: Collection[str]) -> str:
    """What may have been meant."""
    close = difflib.get_close_matches(key, known, 1)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(known))}"


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


def expect(test: Callable[[Any], bool], what: str) -> Callable[[Any], Any]:
    """A check that a value passes a test; ``what`` says what is expected."""

    def check(value: Any) -> Any:
        if not test(value):
            raise ValueError(what)
        return value

    return check


def one_of(*names: str) -> Callable[[Any], Any]:
    """A check that a value is one of these."""
    return expect(lambda value: isinstance(value, str) and value in names, f"one of {', '.join(names)}")


def list_of(test: Callable[[Any], bool], what: str, least: int = 1) -> Callable[[Any], Any]:
    """A check of each of a list, which one value may stand for."""

    def check(value: Any) -> Any:
        values = value if isinstance(value, list) else [value]
        if len(values) < least or not all(map(test, values)):
            raise ValueError(what)
        return values

    return check


def is_number(value: Any) -> bool:
    """A finite one; no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_name(value: Any) -> bool:
    """A text that is not empty."""
    return isinstance(value, str) and value != ""


def _dates(value):
    values = value if isinstance(value, list) else [value]
    if not all(type(each) is datetime.date for each in values) or sorted(set(values)) != values:
        raise ValueError("a list of dates such as 2016-01-01, each later than the one before")
    return [each.isoformat() for each in values]


def _table(value):
    if not isinstance(value, dict):
        raise ValueError("a table")
    return value


TEXT = expect(lambda value: isinstance(value, str), "a text")
NAME = expect(is_name, "a name")
NAMES = list_of(is_name, "one name or a list of names")
NONE_OR_NAMES = list_of(is_name, "a list of names", least=0)
WHOLE = expect(lambda value: type(value) is int and value >= 0, "a whole number of at least 0")
COUNT = expect(lambda value: type(value) is int and value >= 1, "a whole number of at least 1")
NUMBER = expect(is_number, "a number")
POSITIVE = expect(lambda value: is_number(value) and value > 0, "a number above 0")
NOT_NEGATIVE = expect(lambda value: is_number(value) and value >= 0, "a number of at least 0")
DATES = _dates
TABLE = _table


def plain(value: Any) -> Any:
    """As JSON has it: dates and times as texts."""
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value
