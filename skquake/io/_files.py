"""Reading and decompressing files, what text formats share, and the error that readers raise."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import ncompress
import numpy as np

from skquake._core._paths import expand_paths as expand_paths  # for the readers

MAX_DECOMPRESSED = 256 * 2**20
"""Largest size in bytes that a compressed file may unpack to: far above any real file of these formats."""


class FormatError(ValueError):
    """A file that does not hold what its format promises.

    Parameters
    ----------
    path : path-like
        The file.
    where : str
        Line, byte offset or part of the file.
    what : str
        What is wrong and what was expected.

    Examples
    --------
    >>> from skquake.io import FormatError
    >>> print(FormatError("kp.txt", "line 3", "27 fields instead of 28"))
    kp.txt, line 3: 27 fields instead of 28
    """

    def __init__(self, path: str | os.PathLike[str], where: str, what: str) -> None:
        # What a hostile file holds must not flood the terminal.
        what = what if len(what) <= 300 else what[:297] + "..."
        super().__init__(path, where, what)
        self.path, self.where, self.what = path, where, what

    def __str__(self) -> str:
        return f"{self.path}, {self.where}: {self.what}"


class _Bounded(io.BytesIO):
    """Memory that refuses to grow beyond ``MAX_DECOMPRESSED``."""

    def write(self, data):
        if self.tell() + len(data) > MAX_DECOMPRESSED:
            raise OverflowError
        return super().write(data)


def is_packed(data: bytes) -> str | None:
    """What data are packed with, by their first bytes: "gzip", "compress" or None."""
    return {b"\x1f\x8b": "gzip", b"\x1f\x9d": "compress"}.get(data[:2])


def read_bytes(path: Path) -> bytes:
    """Content of a file, unpacked if it is gzip or Unix compress (recognised by its first bytes).

    Raises
    ------
    FormatError
        If the file is empty, its compressed stream is damaged, or it unpacks to more than
        ``MAX_DECOMPRESSED`` bytes.
    """
    data = Path(path).read_bytes()
    packed = is_packed(data)
    try:
        if packed == "gzip":
            with gzip.open(io.BytesIO(data)) as stream:
                data = stream.read(MAX_DECOMPRESSED + 1)
            if len(data) > MAX_DECOMPRESSED:
                raise OverflowError
        elif packed == "compress":
            out = _Bounded()
            ncompress.decompress(data, out)
            data = out.getvalue()
    except OverflowError:
        what = f"unpacks to more than {MAX_DECOMPRESSED} bytes; unpack it yourself if that is right"
        raise FormatError(path, f"{packed} stream", what) from None
    except (OSError, EOFError, ValueError, RuntimeError, zlib.error) as error:
        raise FormatError(path, f"{packed} stream", f"damaged or cut ({error})") from error
    if not data.strip():
        raise FormatError(path, "byte 0", "the file is empty")
    return data


def text_lines(data: bytes, path: Path) -> list[str]:
    """Lines of ASCII text without line ends; a byte that no text has is an error."""
    bad = data.find(b"\0")
    if bad >= 0:
        raise FormatError(path, f"byte {bad}", "a zero byte; expected a text file")
    return data.decode("latin-1").replace("\r\n", "\n").split("\n")


def check_line_end(data: bytes, path: Path) -> None:
    """Raise unless the last line is ended: a line cut short can otherwise pass for a whole one."""
    if not data.endswith((b"\n", b"\r")):
        line = data.count(b"\n") + 1
        raise FormatError(
            path, f"line {line}", "the last line has no line end: the file is cut (if it is whole, add one)"
        )


def number(text: str, path: Path, line: int, name: str, kind: Callable[[str], float] = float) -> float:
    """``text`` as a finite number, or a FormatError that names the field."""
    try:
        if "_" in text:
            raise ValueError
        value = kind(text)
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError
    except ValueError:
        raise FormatError(path, f"line {line}", f"{name} {text.strip()[:20]!r} is no number") from None
    return value


def calendar_day(year: str | int, month: str | int, day: str | int, path: Path, where: str) -> np.datetime64:
    """``datetime64[D]`` of a date from 1900 to 2199, or a FormatError."""
    date: np.datetime64
    try:
        date = np.datetime64(f"{int(year):04d}-{int(month):02d}-{int(day):02d}", "D")
    except ValueError:
        date = np.datetime64("NaT", "D")
    if not np.datetime64("1900-01-01") <= date < np.datetime64("2200-01-01"):
        raise FormatError(path, where, f"{year} {month} {day} is no date between 1900 and 2199")
    return date
