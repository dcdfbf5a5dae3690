"""What the layouts of earthquake catalogs share: their description, lines, checked tables of events."""

from __future__ import annotations

import csv
import functools
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from skquake._core._geodesy import wrap_longitude
from skquake.io._catalog import COLUMNS
from skquake.io._event_kinds import event_kinds
from skquake.io._event_times import known_times, read_times
from skquake.io._files import FormatError, check_line_end
from skquake.io._layouts._plain import MAX_FIELDS, Form, plain_table
from skquake.io._numbers import to_numbers
from skquake.io._ranges import RANGES, outside

MAX_ROWS = 5_000_000
"""Most lines that a file may have: more than any catalog there is."""

_HEAD = 2**16
FLOATS = ("latitude", "longitude", "depth_km", "magnitude", "stations", "gap_deg", "rms_s")
PREFERENCE = ("mw", "ms", "mb", "ml")


@dataclass(frozen=True)
class Options:
    """What a user may say about a file beyond its layout."""

    depth_unit: str | None = None
    magnitude_types: tuple[str, ...] | None = None


@dataclass
class Events:
    """Events of one file, what of it is left out, and what its reader has to say."""

    table: pd.DataFrame
    left_out: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Layout:
    """A layout of catalog files: how it is recognised, and read."""

    name: str
    title: str
    citation: str
    license: str
    recognise: Callable[[Head], bool]
    read: Callable[[bytes, Path, Options], Events]
    clock: str = "UTC"


@dataclass(frozen=True)
class Head:
    """The beginning of a file, by which layouts are recognised."""

    data: bytes
    text: str
    lines: tuple[str, ...]

    @classmethod
    def of(cls, data: bytes) -> Head:
        start = data[:_HEAD]
        text = decode(start if len(data) <= _HEAD else start[: start.rfind(b"\n") + 1 or _HEAD], strict=False)
        return cls(data, text, tuple(line for line in text.splitlines() if line.strip()))

    @property
    def first(self) -> str:
        return self.lines[0] if self.lines else ""

    def names(self, separator: str = ",") -> list[str]:
        """The first line's fields, stripped, in small letters."""
        return [name.strip().strip('"').lower() for name in self.first.split(separator)]


def decode(data: bytes, path: Path | None = None, *, strict: bool = True) -> str:
    """Text of UTF-8, or GB 18030, or else Latin-1, without a byte order mark."""
    if strict and (bad := data.find(b"\0")) >= 0:
        raise FormatError(path or "", f"byte {bad}", "a zero byte; expected a text file")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Accented letters of Latin-1 pass for Chinese ones by chance, but not for these words.
        if encoding == "utf-8-sig" or re.search("[震纬经]", text):
            return text
    return data.decode("latin-1")


def as_utf8(data: bytes, path: Path) -> bytes:
    """UTF-16, known by its mark, as UTF-8; other data as they are."""
    if data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return data
    try:
        return data.decode("utf-16").encode()
    except UnicodeError:
        raise FormatError(path, "text", "begins as UTF-16, but is none") from None


def lines_of(data: bytes, path: Path) -> list[str]:
    """Lines of a text file without their ends."""
    if data.count(b"\n") > MAX_ROWS:
        raise FormatError(path, "table", f"more than {MAX_ROWS} lines; no catalog has so many")
    return decode(data, path).replace("\r\n", "\n").replace("\r", "\n").split("\n")


def split_rows(
    data: bytes, path: Path, form: Form, *, ragged: bool = False
) -> tuple[list[str], list[list[str]], list[int]]:
    """Names of the columns ([] without a header), fields of each row, and the rows' lines.

    Every row must have as many fields as the names (or as the first row), but for an empty last one and
    those that are optional, which are filled up; ``ragged`` tables are not checked. Fields are stripped.
    A last name that is empty is none where no row has anything there.
    """
    separator, header, comment, start = form.separator, form.header, form.comment, form.start
    check_line_end(data, path)
    lines = lines_of(data, path)
    kept = [
        (number, line)
        for number, line in enumerate(lines, 1)
        if line.strip()
        and number >= start
        and (number == start or not (comment and line.startswith(comment)))
    ]
    if separator is None:
        fields = [line.split() for _, line in kept]
    elif separator == "|" or not any('"' in line for _, line in kept):
        fields = [[text.strip() for text in line.split(separator)] for _, line in kept]
    else:
        fields = _quoted([line for _, line in kept], path, separator)
    names = fields.pop(0) if header and fields else []
    numbers = [number for number, _ in kept][1 if header else 0 :]
    if not fields:
        raise FormatError(path, f"line {len(lines)}", "no row with an event")
    wide = len(names) if header else len(fields[0])
    if wide > MAX_FIELDS:
        raise FormatError(path, "line 1", f"{wide} columns; no catalog has so many")
    if ragged:
        return names, fields, numbers
    if header and names[-1] == "" and not any(any(row[wide - 1 :]) for row in fields):
        names, wide = names[:-1], wide - 1
    for number, row in zip(numbers, fields, strict=True):
        if len(row) == wide + 1 and not row[-1]:
            row.pop()
        if not wide - form.optional <= len(row) <= wide:
            raise FormatError(path, f"line {number}", f"{len(row)} fields instead of {wide}")
        row += [""] * (wide - len(row))
    return names, fields, numbers


def _quoted(lines, path, separator):
    try:
        rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator, strict=True))
    except csv.Error as error:
        raise FormatError(path, "table", f"quotes do not match ({error})") from None
    if len(rows) != len(lines):
        raise FormatError(path, "table", "a quoted field that holds a line end")
    return [[text.strip() for text in row] for row in rows]


class Columns:
    """Columns of a table of text by their names, in small letters.

    One without a name is never found; a name that two of them have is an error where it is asked for.
    """

    def __init__(
        self, names: Sequence[str], columns: Sequence[Any], lines: Sequence[int], path: Path
    ) -> None:
        self.path, self.lines, self._columns = path, lines, columns
        small = [name.strip().lower() for name in names]
        self._places = {name: k for k, name in enumerate(small) if name}
        self._twice = {name for name, n in Counter(small).items() if n > 1}

    @classmethod
    def of_rows(cls, names: Sequence[str], rows: list[list[str]], lines: list[int], path: Path) -> Columns:
        """Columns of rows, each at least as long as the names."""
        columns = [np.array([row[k] for row in rows], dtype=object) for k in range(len(names))]
        return cls(names, columns, lines, path)

    def named(self, names: Sequence[str]) -> Columns:
        """The same columns, the first of them under other names."""
        return Columns(names, self._columns, self.lines, self.path)

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def text(self, *names: str) -> Any:
        """Text of the first of the names that is there; empty texts if none is."""
        column = self._column(*names)
        if column is None:
            return np.full(len(self), "", dtype=object)
        return column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column

    def numbers(self, *names: str, fill: Any = ()) -> Any:
        """Numbers of the first of the names that is there; NaN if none is."""
        name = next((name for name in names if name in self._places), "")
        column = self._column(name)
        if column is None:
            return np.full(len(self), np.nan)
        return with_lines(lambda: to_numbers(column, self.path, name, fill=fill, first=0), self.lines)

    def times(self, *names: str, missing: bool = False, **options: Any) -> Any:
        """Times of the first of the names that is there, as :func:`read_times` reads them.

        With ``missing`` some may be empty, as :func:`known_times` reads them.
        """
        column = self._column(*names)
        text = self.text(*names) if column is None or missing else column
        read = known_times if missing else read_times
        return with_lines(lambda: read(text, self.path, first=0, **options), self.lines)

    def _column(self, *names):
        """The first column of the names that is there, as an array of numpy or pyarrow; None if none is."""
        name = next((name for name in names if name in self._places), None)
        if name in self._twice:
            raise FormatError(self.path, "header", f"two columns are called {name!r}; keep one")
        return None if name is None else self._columns[self._places[name]]


def read_columns(data: bytes, path: Path, form: Form | None = None) -> tuple[list[str], Columns]:
    """Names and columns of a table (see :func:`split_rows`)."""
    form = Form() if form is None else form
    found = _plain_columns(data, path, form)
    if found is not None:
        return found
    names, rows, lines = split_rows(data, path, form)
    names = names if form.header else [str(k) for k in range(len(rows[0]))]
    return names, Columns.of_rows(names, rows, lines, path)


def _plain_columns(data, path, form):
    """Names and columns of a plain table by one pass; None where lines need a look of their own.

    A last column without name and content is left away.
    """
    header = form.header
    check_line_end(data, path)
    if data.count(b"\n") > MAX_ROWS:
        raise FormatError(path, "table", f"more than {MAX_ROWS} lines; no catalog has so many")
    text = data if data.isascii() and b"\0" not in data else decode(data, path).encode()
    found = plain_table(text, form)
    if found is None:
        return None
    names, columns, line = found
    if header and names[-1] == "" and len(columns) == len(names) - 1:
        names = names[:-1]
    wide = len(names) if header else len(columns)
    if len(columns) == wide + 1 and pc.max(pc.utf8_length(columns[-1])).as_py() == 0:
        columns = columns[:-1]
    if len(columns) != wide:
        return None
    names = names if header else [str(k) for k in range(wide)]
    return names, Columns(names, columns, range(line, line + len(columns[0])), path)


def with_lines(function: Callable[[], Any], lines: Sequence[int]) -> Any:
    """What ``function`` gives; where it finds fault with "row k", the error names the k-th of the lines."""
    try:
        return function()
    except FormatError as error:
        row = re.fullmatch(r"row (\d+)", str(error.where))
        if row is None:
            raise
        raise FormatError(error.path, f"line {lines[int(row[1])]}", error.what) from None


def event_table(
    columns: Mapping[str, Any],
    path: Path,
    lines: Sequence[int],
    options: Options,
    *,
    depth_unit: str = "km",
    codes: dict[str, str] | None = None,
) -> pd.DataFrame:
    """Table of ``COLUMNS`` and the flags ``fixed_depth`` and ``suspected``, within physical ranges.

    What ``columns`` lacks is missing; depths come as ``depth`` in ``depth_unit``, kinds of event as words or
    codes in ``type``. ``lines`` are those of the events, for errors.
    """
    given = dict(columns)
    metres = (options.depth_unit or depth_unit) == "m"
    depth = np.asarray(given.pop("depth"), dtype=float)
    given["depth_km"] = depth / 1000.0 if metres else depth
    n = len(lines)
    given["type"], given["suspected"] = event_kinds(given.get("type", np.full(n, "")), codes)
    parts: dict[str, Any] = {}
    for name in COLUMNS:
        if name in ("time", "updated"):
            parts[name] = np.asarray(
                given.get(name, np.full(n, np.datetime64("NaT", "ns"))), dtype="datetime64[ns]"
            )
        elif name in FLOATS:
            parts[name] = np.asarray(given.get(name, np.full(n, np.nan)), dtype=float)
        else:
            parts[name] = _texts(given.get(name), n)
    parts["suspected"] = given["suspected"]
    parts["fixed_depth"] = np.asarray(given.get("fixed_depth", np.zeros(n)), dtype=bool)
    table = pd.DataFrame(parts, index=pd.RangeIndex(n), copy=False)
    for name in FLOATS:
        values = table[name].to_numpy()
        bad = outside(values, name)
        if name in ("latitude", "longitude"):
            bad |= np.isnan(values)
        if bad.any():
            row = int(bad.argmax())
            raise FormatError(path, f"line {lines[row]}", _out_of_range(name, values[row]))
    table["longitude"] = wrap_longitude(table["longitude"])
    return table


def _texts(values, n):
    """Texts as a Series; one text in all rows (a str, None for an empty one) is made one and repeated."""
    if isinstance(values, pa.Array):
        return values.to_pandas()
    if values is not None and not isinstance(values, str):
        values = np.asarray(values, dtype=object)
        if not n or values[0] != values[-1] or not (values == values[0]).all():
            return pd.Series(values)
        values = values[0]
    return pd.Series([values or ""]).repeat(n).set_axis(pd.RangeIndex(n))


def _out_of_range(name, value):
    if np.isnan(value):
        return f"{name} is missing"
    low, high, unit, _ = RANGES[name]
    what = f"{name} {value:g} is not between {low:g} and {high:g}{' ' * bool(unit)}{unit}"
    if name == "depth_km" and value > high:
        return what + "; if the file gives metres, say depth_unit='m'"
    return what + "; numbers that mean 'missing' are named by fill (with columns)"


def located(columns: dict[str, Any], events_lines: Sequence[int], left_out: Counter[str]) -> Any:
    """The columns and lines of the events that have a place; the others are counted as "no place"."""
    there = ~(np.isnan(columns["latitude"]) | np.isnan(columns["longitude"]))
    if there.all():
        return columns, events_lines
    left_out["no place"] += int((~there).sum())
    lines = [line for line, is_there in zip(events_lines, there, strict=True) if is_there]
    return {name: np.asarray(values)[there] for name, values in columns.items()}, lines


def best_magnitude(
    magnitudes: Sequence[tuple[str, float, str]], preference: Sequence[str] | None, author: str = "ISC"
) -> tuple[float, str]:
    """Value and type of the preferred of several magnitudes (type, value, author); NaN and "" for none.

    Types earlier in ``preference`` go first, compared by how they begin, in any letters; then those of
    ``author``; then those listed first.
    """
    if not magnitudes:
        return np.nan, ""
    kinds = tuple([(kind, by != author) for kind, _, by in magnitudes])
    kind, value, _ = magnitudes[_best(kinds, tuple(preference or PREFERENCE))]
    return value, kind


@functools.lru_cache(maxsize=1000)
def _best(kinds, preference):
    """Which of the pairs (type, by another author) goes first: catalogs repeat few combinations."""
    return min(range(len(kinds)), key=lambda k: (type_rank(kinds[k][0], preference), kinds[k][1], k))


def type_rank(kind: str, preference: Sequence[str] | None) -> int:
    """Place of a type of magnitude among the preferred ones, by how it begins; others come last."""
    ranks = [name.lower() for name in (preference or PREFERENCE)]
    return min((j for j, name in enumerate(ranks) if kind.lower().startswith(name)), default=len(ranks))
