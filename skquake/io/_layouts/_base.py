"""What the layouts of earthquake catalogs share: their description, lines, checked tables of events."""

from __future__ import annotations

import csv
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
import pyarrow.csv

from skquake._core._geodesy import wrap_longitude
from skquake.io._catalog import COLUMNS
from skquake.io._event_kinds import event_kinds
from skquake.io._files import FormatError, check_line_end
from skquake.io._numbers import to_numbers
from skquake.io._ranges import RANGES, outside

MAX_ROWS = 5_000_000
"""Most lines that a file may have: more than any catalog there is."""

_MAX_FIELDS = 500
_HEAD = 2**16
_FLOATS = ("latitude", "longitude", "depth_km", "magnitude", "stations", "gap_deg", "rms_s")
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
    data: bytes,
    path: Path,
    separator: str | None = ",",
    *,
    header: bool = True,
    comment: str | None = None,
    start: int = 0,
    ragged: bool = False,
) -> tuple[list[str], list[list[str]], list[int]]:
    """Names of the columns ([] without a header), fields of each row, and the rows' lines.

    ``separator`` None is any white space. Every row must have as many fields as the names (or as the first
    row), but for an empty last one; ``ragged`` tables are not checked. Fields are stripped.
    What stands before the line ``start`` is passed over, and so are other lines that begin with ``comment``.
    """
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
    if wide > _MAX_FIELDS:
        raise FormatError(path, "line 1", f"{wide} columns; no catalog has so many")
    if not ragged:
        for number, row in zip(numbers, fields, strict=True):
            if len(row) == wide + 1 and not row[-1]:
                row.pop()
            if len(row) != wide:
                raise FormatError(path, f"line {number}", f"{len(row)} fields instead of {wide}")
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
    """Columns of a table of text by their names (small letters; the first of several of one name)."""

    def __init__(
        self, names: Sequence[str], columns: Sequence[Any], lines: Sequence[int], path: Path
    ) -> None:
        self.path, self.lines, self._columns = path, lines, columns
        self._places = {name.strip().lower(): k for k, name in reversed(list(enumerate(names)))}

    @classmethod
    def of_rows(cls, names: Sequence[str], rows: list[list[str]], lines: list[int], path: Path) -> Columns:
        """Columns of rows, each at least as long as the names."""
        columns = [np.array([row[k] for row in rows], dtype=object) for k in range(len(names))]
        return cls(names, columns, lines, path)

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def text(self, *names: str) -> Any:
        """Text of the first of the names that is there; empty texts if none is."""
        for name in names:
            if name in self._places:
                return self._columns[self._places[name]]
        return np.full(len(self), "", dtype=object)

    def numbers(self, *names: str, fill: Any = ()) -> Any:
        """Numbers of the first of the names that is there; NaN if none is."""
        name = next((name for name in names if name in self._places), None)
        if name is None:
            return np.full(len(self), np.nan)
        text = self.text(name)
        return with_lines(lambda: to_numbers(text, self.path, name, fill=fill, first=0), self.lines)


def read_columns(
    data: bytes, path: Path, separator: str | None = ",", *, header: bool = True, start: int = 0
) -> tuple[list[str], Columns]:
    """Names and columns of a table whose rows all have the same number of fields (see :func:`split_rows`)."""
    found = _at_once(data, path, separator, start) if header else None
    if found is None:
        names, rows, lines = split_rows(data, path, separator, header=header, comment="#", start=start)
        names = names if header else [str(k) for k in range(len(rows[0]))]
        return names, Columns.of_rows(names, rows, lines, path)
    names, columns = found
    return names, Columns(names, columns, range(2, 2 + len(columns[0])), path)


def _at_once(data, path, separator, start):
    """Names and columns of a plain table by pyarrow's parser; None for what needs a look at each line."""
    data = data.replace(b"\r\n", b"\n")
    if separator is None or start not in (0, 1) or b"\n\n" in data or b"\n#" in data or b"\r" in data:
        return None
    if b'"' in data and separator == "|":
        return None
    check_line_end(data, path)
    text = decode(data, path).encode()  # a zero byte is an error here
    text = text if text.endswith(b"\n") else text + b"\n"
    head = text[: text.index(b"\n")].decode()
    if not head.strip() or '"' in head or text.count(b"\n") > MAX_ROWS or head.count(separator) > _MAX_FIELDS:
        return None
    names = [name.strip() for name in head.split(separator)]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(text),
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, skip_rows=1, column_names=[str(k) for k in range(len(names))]
            ),
            parse_options=pyarrow.csv.ParseOptions(delimiter=separator),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={str(k): pa.string() for k in range(len(names))}, strings_can_be_null=False
            ),
        )
    except (pa.ArrowException, ValueError):
        return None
    if not table.num_rows or table.num_rows != text.count(b"\n") - 1:
        return None
    columns = [pc.utf8_trim_whitespace(column.combine_chunks()) for column in table.columns]
    if any(column.null_count for column in columns):
        return None
    return names, [column.to_numpy(zero_copy_only=False) for column in columns]


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
    table = pd.DataFrame(index=pd.RangeIndex(n))
    for name in COLUMNS:
        if name in ("time", "updated"):
            table[name] = np.asarray(
                given.get(name, np.full(n, np.datetime64("NaT", "ns"))), dtype="datetime64[ns]"
            )
        elif name in _FLOATS:
            table[name] = np.asarray(given.get(name, np.full(n, np.nan)), dtype=float)
        else:
            table[name] = np.asarray(given.get(name, np.full(n, "")), dtype=object)
    table["type"], table["suspected"] = event_kinds(table["type"], codes)
    table["fixed_depth"] = np.asarray(given.get("fixed_depth", np.zeros(n)), dtype=bool)
    for name in _FLOATS:
        values = table[name].to_numpy()
        bad = outside(values, name)
        if name in ("latitude", "longitude"):
            bad |= np.isnan(values)
        if bad.any():
            row = int(bad.argmax())
            raise FormatError(path, f"line {lines[row]}", _out_of_range(name, values[row]))
    table["longitude"] = wrap_longitude(table["longitude"])
    return table


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
    if not there.all():
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
    ranks = [name.lower() for name in (preference or PREFERENCE)]

    def rank(k):
        kind, _, by = magnitudes[k]
        begins = [j for j, name in enumerate(ranks) if kind.lower().startswith(name)]
        return min(begins, default=len(ranks)), by != author, k

    if not magnitudes:
        return np.nan, ""
    kind, value, _ = magnitudes[min(range(len(magnitudes)), key=rank)]
    return value, kind
