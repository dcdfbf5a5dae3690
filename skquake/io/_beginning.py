"""The beginning of a file, by which it is recognised: its first bytes, and the names of its variables."""

from __future__ import annotations

import gzip
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import ncompress

from skquake.io._cdf import COMPRESSED, unpacked
from skquake.io._files import Bounded, is_packed, read_bytes
from skquake.io._hdf5 import SIGNATURE, open_hdf5
from skquake.io._indices import index_kind
from skquake.io._layouts._base import Head

N_BYTES = 2**16 + 1
_MAX_VARIABLES = 5000
TABLES = frozenset(["Table Layout"])
"""Data sets in groups of HDF5 files whose columns are named: those of Madrigal."""


class Beginning:
    """What a file begins with, unpacked; what lies deeper is looked at when it is asked for.

    Parameters
    ----------
    path : Path
    data : bytes or None, default=None
        The file unpacked, or its beginning; None reads it.
    deep : bool, default=True
        Whether libraries may open the file to ask for the names of its variables.

    Attributes
    ----------
    packed : str or None
        What the file is packed with: "gzip", "compress" or "ZIP".
    data : bytes
        The first bytes of the file, or of the one file in it.
    problem : str
        Why nothing can be said of it: that it is empty, or damaged where it is packed.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """

    def __init__(self, path: Path, data: bytes | None = None, *, deep: bool = True) -> None:
        self.path, self.deep = Path(path), deep
        self.packed: str | None = None
        self.problem = ""
        self.members: list[str] = []
        if data is None:
            data = self._unpacked()
        self.data = data[:N_BYTES]
        if not self.data.strip() and not self.problem:
            self.problem = "the file is empty" if not data else "the file holds nothing but white space"

    def _unpacked(self):
        with open(self.path, "rb") as stream:
            first = stream.read(N_BYTES)
            self.packed = is_packed(first)
            stream.seek(0)
            try:
                if self.packed == "gzip":
                    with gzip.open(stream) as unpacked:
                        return _some(unpacked)
                if self.packed == "compress":
                    return _uncompressed(self.path)
                if self.packed == "ZIP":
                    return self._member(stream) or first
            except (
                OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile,
                zlib.error
            ) as error:  # fmt: skip
                self.problem = f"its {self.packed} stream is damaged or cut ({error})"
        return first

    def _member(self, stream):
        """The beginning of the one file in a ZIP; None if there are several."""
        with zipfile.ZipFile(stream) as archive:
            names = [m.filename for m in archive.infolist() if not m.is_dir()]
            self.members = [name for name in names if not name.upper().endswith(".HDR")]
            if len(self.members) != 1:
                return None
            with archive.open(self.members[0]) as unpacked:
                return unpacked.read(N_BYTES)

    @cached_property
    def is_binary(self) -> bool:
        """Whether it is no text."""
        return b"\0" in self.data and not self.data.startswith((b"\xff\xfe", b"\xfe\xff"))

    @cached_property
    def head(self) -> Head:
        """The beginning as the layouts of catalogs look at it."""
        data = self.data
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            data = data[: len(data) // 2 * 2].decode("utf-16", "replace").encode()
        return Head.of(data)

    @cached_property
    def index(self) -> str | None:
        """What :func:`index_kind` says."""
        return index_kind(self.data)

    @cached_property
    def variables(self) -> frozenset[str]:
        """Names of the variables of a CDF, HDF5 or NetCDF file; none for others and damaged ones."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return frozenset(self._variables())
        except (OSError, ValueError, TypeError, KeyError, IndexError, RuntimeError, struct.error,
                OverflowError, MemoryError, AttributeError):  # fmt: skip
            return frozenset()

    def _variables(self):
        if not self.deep and self.data.startswith(SIGNATURE):
            return ()
        if self.data.startswith(SIGNATURE):
            return _hdf5_names(self.path)
        if self.data[:4] in (b"CDF\x01", b"CDF\x02"):
            return _netcdf_names(read_bytes(self.path))
        if self.data[:4] == b"\xcd\xf3\x00\x01" or self.data[:2] in (b"\xcd\xf2", b"\0\0"):
            return cdf_names(self._stream())
        return ()

    def _stream(self):
        """The file unpacked, to be read at any place."""
        if self.data[4:8] == COMPRESSED:
            return io.BytesIO(unpacked(read_bytes(self.path), self.path))
        return io.BytesIO(read_bytes(self.path))


def _some(stream):
    """The first bytes of a packed stream; as far as it goes, if that is a line."""
    data = b""
    try:
        while len(data) < N_BYTES and (more := stream.read1(N_BYTES - len(data))):
            data += more
    except (OSError, EOFError, zlib.error):
        if not data:
            raise
    return data


def _uncompressed(path):
    out = Bounded(N_BYTES + 2**16)
    data = Path(path).read_bytes()
    try:
        ncompress.decompress(data, out)
    except OverflowError:
        pass
    return out.getvalue()[:N_BYTES]


def _hdf5_names(path):
    """Names in the root and in its groups, and the columns of tables in groups, behind slashes."""
    import h5py

    names: list[str] = []
    with open_hdf5(path) as (file, _):
        for name in file:
            names.append(name)
            group = file.get(name)
            for below, _ in zip(group if isinstance(group, h5py.Group) else (), range(200), strict=False):
                names.append(f"{name}/{below}")
                if below in TABLES and isinstance(table := group.get(below), h5py.Dataset):
                    names += [f"{name}/{below}/{column}" for column in (table.dtype.names or ())[:200]]
            if len(names) > _MAX_VARIABLES:
                break
    return names


def _netcdf_names(data):
    from scipy.io import netcdf_file

    with netcdf_file(io.BytesIO(data), "r", mmap=False) as file:
        return list(file.variables)


def cdf_names(stream: io.BufferedIOBase) -> Iterator[str]:
    """Names of the variables of a CDF file of version 2.5 or later; only their records are read.

    References
    ----------
    CDF Internal Format Description, versions 2.7 and 3.9, https://cdf.gsfc.nasa.gov
    """
    magic = stream.read(8)
    large = magic[:3] == b"\xcd\xf3\x00"
    if magic[4:] != b"\0\0\xff\xff" or not (large or magic[:2] in (b"\xcd\xf2", b"\0\0")):
        return
    width = 8 if large else 4

    def at(offset, size=width):
        stream.seek(offset)
        field = stream.read(size)
        if len(field) < size or offset < 0:
            raise ValueError("a record outside the file")
        return int.from_bytes(field, "big", signed=True)

    table = at(8 + width + 4)  # behind size and kind of the first record
    first = table + width + 4
    for start in (at(first), at(first + width)):
        seen: set[int] = set()
        place = start
        while place > 0 and place not in seen and len(seen) < _MAX_VARIABLES:
            seen.add(place)
            # Size, kind, next; type, last record; index; flags and the like; elements, number, compression.
            name = place + width + 4 + width + 8 + 2 * width + 28 + width + 4
            stream.seek(name)
            text = stream.read(256 if large else 64)
            yield text.split(b"\0", 1)[0].decode("latin-1").strip()
            place = at(place + width + 4)
