"""Reading and decompressing files, what text formats share, and the error that readers raise."""

from __future__ import annotations

import functools
import gzip
import io
import os
import re
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ncompress
import numpy as np

from skquake._core import _paths
from skquake._core._typing import Paths

_HTML = "an HTML page"

MAX_DECOMPRESSED = 256 * 2**20
"""Largest size in bytes that a compressed file may unpack to: far above any real file of these formats."""

MAX_GROWTH = 200
"""How many times its size a compressed file may unpack to, once that is more than ``SMALL`` bytes."""

SMALL = 16 * 2**20

MAX_LINES = 3_000_000
"""Most lines of a text file: more than a century of half hours."""

MAX_DAYS = 100_000
"""Most lines of a text of one line a day: 274 years."""

MAX_LINE = 20_000
"""Most characters of a line."""

_KINDS = (
    (re.compile(rb"PK\x03\x04"), "a ZIP archive"),
    (re.compile(rb"\x89HDF\r\n\x1a\n"), "an HDF5 or NetCDF 4 file"),
    (re.compile(rb"CDF[\x01\x02\x05]"), "a NetCDF 3 file"),
    (re.compile(rb"\xcd\xf3\x00\x01\xcc\xcc\x00\x01"), "a CDF 3 file compressed as a whole"),
    (re.compile(rb"\xcd\xf3\x00\x01"), "a CDF 3 file"),
    (re.compile(rb"(\xcd\xf2\x60\x02|\x00\x00\xff\xff\x00\x00\xff\xff)"), "a CDF file of version 2"),
    (re.compile(rb"%PDF-"), "a PDF"),
    (re.compile(rb"PAR1"), "a Parquet file"),
    (re.compile(rb"\xff\xfe|\xfe\xff"), "a text in UTF-16 (save it as UTF-8)"),
    (re.compile(rb"(?s)\s*(<\?xml.{0,200}?\?>\s*)?<(\w+:)?Earth_Explorer_Header"), _paths.HEADER),
    (re.compile(rb"(?is)\s*(<!--.{0,2000}?-->\s*|<\?xml.{0,200}?\?>\s*)*<(!doctype\s+html|html)"), _HTML),
)


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
        super().__init__(path, where, what)
        self.path, self.where = path, where
        self.say(what)

    def say(self, what: str) -> None:
        """Put another text in the place of ``what``."""
        # What a hostile file holds must not flood the terminal.
        what = what if len(what) <= 300 else what[:297] + "..."
        self.what = what.encode("utf-8", "backslashreplace").decode("utf-8")
        self.args = (self.path, self.where, self.what)

    def __str__(self) -> str:
        return f"{self.path}, {self.where}: {self.what}"


class Bounded(io.BytesIO):
    """Memory that refuses to grow beyond ``limit`` bytes."""

    def __init__(self, limit):
        super().__init__()
        self.limit = limit

    def write(self, data):
        if self.tell() + len(data) > self.limit:
            raise OverflowError
        return super().write(data)


def expand_paths(
    paths: Paths, reader: str | None = None, run: Callable[..., Any] | None = None
) -> list[Path]:
    """Files of a path, folder, glob pattern or list of these; each once, order kept.

    Of a folder, and of the folders in it, those that ``reader`` (a name) takes, by their content, which
    ``run(function, path)`` looks into, where it is given.

    Raises
    ------
    FileNotFoundError
        If a path does not exist, a pattern matches nothing, or a folder holds no file for the reader.
    IsADirectoryError
        For a folder without ``reader``.
    """
    if reader is None:
        return _paths.expand_paths(paths)
    from skquake.io._folders import files_for  # which knows all readers

    return _paths.expand_paths(paths, functools.partial(files_for, reader, run=run))


def is_packed(data: bytes) -> str | None:
    """What data are packed with, by their first bytes: "gzip", "compress", "ZIP" or None."""
    if data[:4] == b"PK\x03\x04":
        return "ZIP"
    return {b"\x1f\x8b": "gzip", b"\x1f\x9d": "compress"}.get(data[:2])


def kind_of(data: bytes) -> str | None:
    """What a file is that none of the text formats is, by its first bytes; None if it may be text."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf")
    return next((name for pattern, name in _KINDS if pattern.match(head)), None)


def read_bytes(path: Path, *, html: bool = False) -> bytes:
    """Content of a file, unpacked if it is gzip, Unix compress or a ZIP of one file (by its first bytes).

    Parameters
    ----------
    path : path-like
    html : bool, default=False
        Whether the file may be an HTML page.

    Raises
    ------
    FormatError
        If the file is empty, its compressed stream is damaged, or unpacks to more than
        ``MAX_DECOMPRESSED`` bytes or ``MAX_GROWTH`` times its size; for a ZIP of several files, an HTML page
        saved under the name of data, and an Earth Explorer header.
    """
    data = Path(path).read_bytes()
    packed, size = is_packed(data), len(data)
    limit = min(MAX_DECOMPRESSED, max(SMALL, MAX_GROWTH * size))
    try:
        if packed == "gzip":
            with gzip.open(io.BytesIO(data)) as stream:
                data = stream.read(limit + 1)
            if len(data) > limit:
                raise OverflowError
        elif packed == "compress":
            out = Bounded(limit)
            ncompress.decompress(data, out)
            data = out.getvalue()
        elif packed == "ZIP":
            data = _only_member(data, path, limit)
    except OverflowError:
        what = f"unpacks to more than {limit} bytes (from {size}); unpack it yourself if that is right"
        raise FormatError(path, f"{packed} stream", what) from None
    except FormatError:
        raise
    except (
        OSError, EOFError, ValueError, RuntimeError, KeyError, NotImplementedError, zipfile.BadZipFile,
        zlib.error
    ) as error:  # fmt: skip
        raise FormatError(path, f"{packed} stream", f"damaged or cut ({error})") from error
    if not data.strip():
        raise FormatError(path, "byte 0", "the file is empty")
    kind = kind_of(data)
    if kind == _paths.HEADER or (kind == _HTML and not html):
        more = "; the server may have answered with a page instead of the file: download it again"
        raise FormatError(path, "byte 0", kind + more * (kind == _HTML))
    return data


def _only_member(data, path, limit):
    """The one file in a ZIP archive; headers beside it are passed over."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [
            m for m in archive.infolist() if not m.is_dir() and not m.filename.upper().endswith(".HDR")
        ]
        if len(members) != 1:
            names = ", ".join(m.filename[:60] for m in members[:4])
            what = f"{len(members)} files ({names}{', ...' * (len(members) > 4)}); expected one: unpack it"
            raise FormatError(path, "ZIP archive", what)
        if members[0].flag_bits & 1:
            raise FormatError(path, "ZIP archive", "encrypted; unpack it with its password")
        with archive.open(members[0]) as stream:
            content = stream.read(limit + 1)
    if len(content) > limit:
        raise OverflowError
    if is_packed(content):
        raise FormatError(path, "ZIP archive", "the file in it is packed again; unpack it")
    return content


def check_lines(data: bytes, path: Path, most: int | None = None) -> None:
    """Raise for a byte that no text has, and for more or longer lines than any of these formats has."""
    bad = data.find(b"\0")
    if bad >= 0:
        kind = kind_of(data)
        raise FormatError(path, f"byte {bad}", f"{kind or 'a zero byte'}; expected a text file")
    n, most = data.count(b"\n"), MAX_LINES if most is None else most
    if n > most:
        raise FormatError(path, "text", f"{n} lines; at most {most} are read: split the file")
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == 10)
    lengths = np.diff(np.concatenate([[-1], ends, [len(data)]])) - 1
    if lengths.max() > MAX_LINE:
        line = int(lengths.argmax()) + 1
        raise FormatError(path, f"line {line}", f"{lengths.max()} characters; at most {MAX_LINE} are read")


def text_lines(data: bytes, path: Path, most: int | None = None) -> list[str]:
    """Lines of ASCII text without line ends; what :func:`check_lines` finds is an error."""
    check_lines(data, path, most)
    return data.removeprefix(b"\xef\xbb\xbf").decode("latin-1").replace("\r\n", "\n").split("\n")


def check_line_end(data: bytes, path: Path, *, whole: bool | None = None) -> None:
    """Say that a text may be cut, unless its last line is ended.

    Parameters
    ----------
    data : bytes
        The text.
    path : path-like
        For the message.
    whole : bool or None, default=None
        Whether the last line is whole, where its format tells that. None: it cannot be known.

    Raises
    ------
    FormatError
        If ``whole`` is False.

    Warns
    -----
    UserWarning
        If ``whole`` is None.
    """
    last = data[data.rfind(b"\n") + 1 :]
    if not last.strip() or last.endswith(b"\r") or whole:
        return
    line = data.count(b"\n") + 1
    if whole is None:
        end = last[-30:].decode("utf-8", "replace")
        warn(f"{path}, line {line}: the last line has no line end: is the file cut behind {end!r}?")
    else:
        what = "the last line has no line end, and is not whole: the file is cut"
        raise FormatError(path, f"line {line}", what)


def warn(message: str) -> None:
    """Warn of the line that called this package."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith("skquake."):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, stacklevel=level)


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
