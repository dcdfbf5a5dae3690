"""One map of an IONEX file: a vectorised parse of regular blocks, a strict one of all others."""

from __future__ import annotations

import re

import numpy as np

from skquake.io._files import FormatError

_PER_LINE = 16
_WIDTH = 5
_FILL = 9999
_FIELD = re.compile(rb" *-?\d+")
_PLACES = np.array([10_000, 1_000, 100, 10, 1], dtype="float32")


class MapReader:
    """Parses the maps of one file.

    The layout of the first map (where each line ends) is remembered; a later map with the same
    layout is decoded digit by digit in a few array operations. Anything else goes line by line,
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

    def epoch(self, line, where):
        """Time of a record of six I6 fields; 24:00 is the next day."""
        fields = [line[k : k + 6] for k in range(0, 36, 6)]
        try:
            year, month, day, hour, minute, second = map(int, fields)
            if not (1900 <= year < 2200 and 0 <= hour <= 24 and 0 <= minute < 60 and 0 <= second < 61):
                raise ValueError
            date = np.datetime64(f"{year:04d}-{month:02d}-{day:02d}", "ns")
        except ValueError:
            raise FormatError(self.path, where, f"{line[:36]!r} is no epoch (6I6)") from None
        return date + np.timedelta64(3600 * hour + 60 * minute + second, "s")

    def exponent(self, line, at):
        """Exponent of an EXPONENT record."""
        try:
            return self.check_exponent(int(line[:6]), self.where(at))
        except ValueError as error:
            if isinstance(error, FormatError):
                raise
            raise FormatError(self.path, self.where(at), f"EXPONENT {line[:6]!r} is no number") from None

    def check_exponent(self, exponent, where):
        """``exponent`` itself if it is possible."""
        if not -9 <= exponent <= 9:
            raise FormatError(self.path, where, f"EXPONENT {exponent} is not between -9 and 9")
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
        line, after = self.line(at)
        if line[60:].strip() != b"EPOCH OF CURRENT MAP":
            raise FormatError(self.path, self.where(at), f"expected EPOCH OF CURRENT MAP, got {line[:80]!r}")
        epoch = self.epoch(line, self.where(at))
        at = after
        values, after = self._fast(at) if self._layout is not None else (None, at)
        if values is None:
            values, exponent, after = self._strict(at, exponent)
        end, behind = self.line(after)
        if end[60:].strip() != b"END OF TEC MAP" or end[:6] != start[:6]:
            what = f"expected END OF TEC MAP of map {start[:6].decode('latin-1').strip()}, got {end[:80]!r}"
            raise FormatError(self.path, self.where(after), what)
        power = np.float32(10.0 ** abs(exponent))
        missing = values == _FILL
        values = values / power if exponent < 0 else values * power
        values[missing] = np.nan
        return epoch, values, exponent, behind

    def _fast(self, at):
        """Values and end of a map with the remembered layout, or (None, at)."""
        width, heads, head, breaks, digits = self._layout
        rows = len(self.latitudes)
        if at + rows * width > len(self.data):
            return None, at
        block = np.frombuffer(self.data, np.uint8, rows * width, at).reshape(rows, width)
        if not (np.array_equal(block[:, :head], heads) and (block[:, breaks] == 10).all()):
            return None, at
        values = _decode(block[:, digits])
        if values is None:
            return None, at
        return values.reshape(rows, len(self.longitudes)), at + rows * width

    def _strict(self, at, exponent):
        """Values, exponent and end of a map, line by line."""
        rows, columns, begin = [], len(self.longitudes), None
        for latitude in self.latitudes:
            line, after = self.line(at)
            if line[60:].strip() == b"EXPONENT" and not rows:
                exponent, at = self.exponent(line, at), after
                line, after = self.line(at)
            begin = at if begin is None else begin
            self._check_head(line, latitude, at)
            at, row = after, []
            while len(row) < columns:
                line, after = self.line(at)
                text, n = line.rstrip(), min(_PER_LINE, columns - len(row))
                fields = [text[k : k + _WIDTH] for k in range(0, len(text), _WIDTH)]
                if len(text) != n * _WIDTH or not all(map(_FIELD.fullmatch, fields)):
                    what = f"expected {n} values of {_WIDTH} columns, got {text[:80]!r}"
                    raise FormatError(self.path, self.where(at), what)
                row += map(int, fields)
                at = after
            rows.append(row)
        self._remember(begin, at)
        return np.array(rows, dtype="float32"), exponent, at

    def _check_head(self, line, latitude, at):
        fields = (line[2:8], line[8:14], line[14:20])
        expected = (latitude, self.longitudes[0], self.longitudes[-1])
        try:
            good = line[60:].strip() == b"LAT/LON1/LON2/DLON/H" and np.allclose(
                [float(field) for field in fields], expected, atol=1e-3
            )
        except ValueError:
            good = False
        if not good:
            what = f"expected LAT/LON1/LON2/DLON/H of latitude {latitude:g}, got {line[:80]!r}"
            raise FormatError(self.path, self.where(at), what)

    def _remember(self, begin, end):
        """Keep the layout of a map if every latitude takes the same bytes."""
        rows, columns = len(self.latitudes), len(self.longitudes)
        width, rest = divmod(end - begin, rows)
        block = np.frombuffer(self.data, np.uint8, width, begin)
        breaks = np.flatnonzero(block == 10)
        if rest or len(breaks) != 1 - (-columns // _PER_LINE) or breaks[-1] != width - 1:
            return
        n = [min(_PER_LINE, columns - k) for k in range(0, columns, _PER_LINE)]
        digits = np.concatenate([b + 1 + np.arange(k * _WIDTH) for b, k in zip(breaks, n, strict=False)])
        head = int(breaks[0])
        heads = np.frombuffer(self.data, np.uint8, rows * width, begin).reshape(rows, width)[:, :head]
        # Blanks behind the last value of a line belong to the breaks only if they are blanks in every row,
        # which the strict parse checks; layouts with them stay on the strict path.
        if len(digits) + head + len(breaks) == width:
            self._layout = (width, heads, head, breaks, digits)


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
