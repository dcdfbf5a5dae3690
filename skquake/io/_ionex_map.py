"""One map of an IONEX file: a vectorised parse of regular blocks, a strict one of all others."""

from __future__ import annotations

import re

import numpy as np

from skquake.io._files import FormatError, calendar_day
from skquake.io._numbers import real
from skquake.io._ranges import RANGES, outside

_PER_LINE = 16
_WIDTH = 5
_FILL = 9999
_LINE_FEED = 10
_FIELD = re.compile(rb" *[+-]?\d+| *\*+")
_PLACES = np.array([10_000, 1_000, 100, 10, 1], dtype="float32")


class MapReader:
    """Parses the maps of one file.

    A regular map, where every latitude takes the same bytes, is decoded digit by digit in a few
    array operations. Anything else goes line by line,
    which is also what finds the exact place of an error.

    Parameters
    ----------
    data : bytes
        The whole file, lines ended by a line feed.
    path : path-like
        For messages.
    latitudes, longitudes : ndarray
        The grid of the header, in file order.
    """

    def __init__(self, data, path, latitudes, longitudes):
        self.data, self.path = data, path
        self.latitudes, self.longitudes = latitudes, longitudes
        self._layout = None

    def where(self, at):
        """Line number of a byte offset, for messages."""
        line = self.data.count(b"\n", 0, at) + 1
        return f"line {line}"

    def line(self, at):
        """The line at offset ``at`` and the offset of the next one."""
        end = self.data.find(b"\n", at)
        end = len(self.data) if end < 0 else end
        return self.data[at:end], min(end + 1, len(self.data))

    def epoch(self, line, at):
        """Time of the record of six I6 fields at offset ``at``; 24:00 is the next day."""
        try:
            year, month, day, hour, minute = (int(line[k : k + 6]) for k in range(0, 30, 6))
            second = real(line[30:36].decode("latin-1"))
            if not (0 <= hour <= 24 and 0 <= minute < 60 and 0 <= second < 61):
                raise ValueError
            date = calendar_day(year, month, day, self.path, "").astype("datetime64[ns]")
        except ValueError:
            raise FormatError(self.path, self.where(at), f"{line[:36]!r} is no epoch (6I6)") from None
        return date + np.timedelta64(1000 * (3600 * hour + 60 * minute) + round(1000 * second), "ms")

    def exponent(self, line, at):
        """Exponent of the EXPONENT record at offset ``at``."""
        try:
            exponent = int(line[:6])
            if not -9 <= exponent <= 9:
                raise ValueError
        except ValueError:
            what = f"EXPONENT {line[:6]!r} is no number between -9 and 9"
            raise FormatError(self.path, self.where(at), what) from None
        return exponent

    def tec_map(self, at, exponent):
        """The map whose START OF TEC MAP stands at ``at``.

        Returns
        -------
        epoch : datetime64[ns]
        values : ndarray of float32, shape (latitudes, longitudes)
        exponent : int
            The one in force after this map.
        after : int
            Offset behind the map.
        """
        start, at = self.line(at)
        at = self._past_comments(at)
        line, after = self.line(at)
        if line[60:].strip() != b"EPOCH OF CURRENT MAP":
            raise FormatError(self.path, self.where(at), f"expected EPOCH OF CURRENT MAP, got {line[:80]!r}")
        epoch = self.epoch(line, at)
        at = after
        values, after = self._fast(at)
        if values is None:
            values, exponent, after = self._strict(at, exponent)
        after = self._past_comments(after)
        end, behind = self.line(after)
        if end[60:].strip() != b"END OF TEC MAP" or end[:6] != start[:6]:
            what = f"expected END OF TEC MAP of map {start[:6].decode('latin-1').strip()}, got {end[:80]!r}"
            raise FormatError(self.path, self.where(after), what)
        power = np.float32(10.0 ** abs(exponent))
        missing = values == _FILL
        values = values / power if exponent < 0 else values * power
        values[missing] = np.nan
        bad = outside(values, "tec")
        if bad.any():
            low, high, unit, _ = RANGES["tec"]
            i, j = np.argwhere(bad)[0]
            what = (
                f"{values[i, j]:g} {unit} at latitude {self.latitudes[i]:g}, longitude {self.longitudes[j]:g}"
            )
            raise FormatError(self.path, self.where(at), f"{what} is not between {low:g} and {high:g}")
        return epoch, values, exponent, behind

    def _past_comments(self, at):
        """Offset of the first line from ``at`` on that is no COMMENT."""
        line, after = self.line(at)
        while line[60:].strip() == b"COMMENT" and after > at:
            at = after
            line, after = self.line(at)
        return at

    def _fast(self, at):
        """Values and end of the map body at ``at`` if it is regular, else (None, at)."""
        rows = len(self.latitudes)
        self._layout = self._layout or self._find_layout(at)
        if self._layout is None:
            return None, at
        width, heads, breaks, digits = self._layout
        block = self._block(at, width)
        if block is None or not np.array_equal(block[:, : heads.shape[1]], heads):
            return None, at
        values = _decode(block[:, digits]) if (block[:, breaks] == _LINE_FEED).all() else None
        if values is None:
            return None, at
        return values.reshape(rows, len(self.longitudes)), at + rows * width

    def _block(self, at, width):
        """The bytes of a map body, one latitude a row; None where the file ends before it."""
        rows = len(self.latitudes)
        if at + rows * width > len(self.data):
            return None
        return np.frombuffer(self.data, np.uint8, rows * width, at).reshape(rows, width)

    def _find_layout(self, at):
        """Layout of a map body whose latitudes all take the bytes of the first, or None.

        Returns
        -------
        width : int
            Bytes of one latitude.
        heads : ndarray of uint8
            The LAT/LON1/LON2/DLON/H records, checked against the grid.
        breaks, digits : ndarray of int
            Places of the line feeds and of the values within a latitude.
        """
        columns = len(self.longitudes)
        head, after = self.line(at)
        breaks, digits = [len(head)], []
        for k in range(0, columns, _PER_LINE):
            size = _WIDTH * min(_PER_LINE, columns - k)
            line, behind = self.line(after)
            if len(line) != size:
                return None
            digits.append(np.arange(after - at, after - at + size))
            breaks.append(after - at + size)
            after = behind
        width = breaks[-1] + 1
        block = self._block(at, width)
        if block is None:
            return None
        heads = block[:, : len(head)]
        if not all(map(self._is_head, map(bytes, heads), self.latitudes)):
            return None
        return width, heads, np.array(breaks), np.concatenate(digits)

    def _strict(self, at, exponent):
        """Values, exponent and end of a map, line by line; a latitude may come in bands of longitudes."""
        rows: list[list[int]] = []
        for latitude in self.latitudes:
            row: list[int] = []
            while len(row) < len(self.longitudes):
                at = self._past_comments(at)
                line, after = self.line(at)
                if line[60:].strip() == b"EXPONENT" and not rows and not row:
                    exponent, at = self.exponent(line, at), self._past_comments(after)
                    line, after = self.line(at)
                n = self._columns_of(line, latitude, len(row))
                if n is None:
                    what = f"expected LAT/LON1/LON2/DLON/H of latitude {latitude:g}"
                    if row:
                        what += f" from longitude {self.longitudes[len(row)]:g}"
                    raise FormatError(self.path, self.where(at), f"{what}, got {line[:80]!r}")
                values, at = self._row(after, n)
                row += values
            rows.append(row)
        return np.array(rows, dtype="float32"), exponent, at

    def _row(self, at, columns):
        """``columns`` values of a latitude from ``at`` on, and the offset behind them."""
        row: list[int] = []
        while len(row) < columns:
            at = self._past_comments(at)
            line, after = self.line(at)
            text, n = line.rstrip(), min(_PER_LINE, columns - len(row))
            fields = [text[k : k + _WIDTH] for k in range(0, len(text), _WIDTH)]
            if len(text) != n * _WIDTH or not all(map(_FIELD.fullmatch, fields)):
                what = f"expected {n} values of {_WIDTH} columns, got {text[:80]!r}"
                raise FormatError(self.path, self.where(at), what)
            row += [_FILL if b"*" in field else int(field) for field in fields]
            at = after
        return row, at

    def _columns_of(self, line, latitude, start):
        """How many longitudes from number ``start`` on a record LAT/LON1/LON2/DLON/H is for; None if it is
        for another latitude or other longitudes."""
        try:
            lat, lon1, lon2 = (real(line[k : k + 6].decode("latin-1")) for k in (2, 8, 14))
        except ValueError:
            return None
        if line[60:].strip() != b"LAT/LON1/LON2/DLON/H" or not (
            abs(lat - latitude) < 1e-3 and abs(lon1 - self.longitudes[start]) < 1e-3
        ):
            return None
        end = np.flatnonzero(np.abs(self.longitudes[start:] - lon2) < 1e-3)
        return int(end[0]) + 1 if len(end) else None

    def _is_head(self, line, latitude):
        """Whether a record LAT/LON1/LON2/DLON/H is for this latitude and all longitudes."""
        return self._columns_of(line, latitude, 0) == len(self.longitudes)


def _decode(text):
    """Right-aligned integers of five ASCII bytes as float32, or None if any is malformed.

    Parameters
    ----------
    text : ndarray of uint8, shape (rows, 5 * columns)
    """
    text = text.reshape(-1, _WIDTH)
    digits = text - np.uint8(48)
    is_digit = digits < 10
    other = text[~is_digit]
    negative = other == 45
    if not (
        is_digit[:, -1].all()
        and (is_digit[:, 1:] >= is_digit[:, :-1]).all()
        and (negative | (other == 32)).all()
    ):
        return None
    digits *= is_digit
    values = digits.astype("float32") @ _PLACES
    if negative.any():
        minus = text == 45
        # A minus stands directly before the first digit.
        if (minus[:, :-1] & ~is_digit[:, 1:]).any():
            return None
        values[minus.any(axis=1)] *= -1.0
    return values
