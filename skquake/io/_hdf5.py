"""What must hold in an HDF5 or NetCDF 4 file before its library may read it."""

from __future__ import annotations

import io
import math
import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from skquake.io._files import SMALL, FormatError, read_bytes

if TYPE_CHECKING:
    import h5py

SIGNATURE = b"\x89HDF\r\n\x1a\n"
ENGINES = {b"CDF\x01": "scipy", b"CDF\x02": "scipy", SIGNATURE[:4]: "h5netcdf"}
"""First bytes of a NetCDF file -> xarray's engine for it."""

_HEAP = b"GCOL\x01"
_OBJECT = struct.Struct("<HH4xQ")  # index, references, size


MAX_GROWTH = 50
"""How many times the size of its file the numbers in it may take, once that is more than ``SMALL`` bytes."""


@contextmanager
def open_hdf5(path: Path, *, cache: int = 2**20) -> Iterator[tuple[h5py.File, int]]:
    """An HDF5 file and its size in bytes; one that is packed is unpacked, any other is not read as a whole.

    Parameters
    ----------
    path : path-like
    cache : int, default=2**20
        Bytes of chunks of a data set that stay unpacked.

    Raises
    ------
    FormatError
        For a file that is none, and for whatever reading a damaged one leads to inside the ``with``.
    """
    import h5py

    source: str | io.BytesIO
    with open(path, "rb") as stream:
        plain = stream.read(len(SIGNATURE)) == SIGNATURE
        if plain:
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
                check_heaps(data, path)
                source, n_bytes = str(path), len(data)
    if not plain:
        content = read_bytes(path)
        if not content.startswith(SIGNATURE):
            raise FormatError(path, "byte 0", "no HDF5 file")
        check_heaps(content, path)
        source, n_bytes = io.BytesIO(content), len(content)
    try:
        with h5py.File(source, "r", rdcc_nbytes=cache) as file:
            yield file, n_bytes
    except (FormatError, FileNotFoundError):
        raise
    except Exception as error:  # h5py raises whatever a damaged file leads to
        raise FormatError(path, "HDF5", f"cannot be read ({type(error).__name__}: {error})") from error


def check_sizes(file, path, n_bytes):
    """Raise where the data sets of a file, or chunks of them, would unpack to far more than its size.

    Parameters
    ----------
    file : h5py.File
    path : path-like
    n_bytes : int
        Size of the file.
    """
    import h5py

    limit, total = max(SMALL, MAX_GROWTH * n_bytes), 0
    for name in list(file)[:10_000]:
        data = file.get(name, getlink=False)
        if not isinstance(data, h5py.Dataset) or data.size is None:
            continue
        chunk = math.prod(data.chunks or ()) * data.dtype.itemsize
        total += 8 * data.size
        if chunk > limit or total > limit:
            what = f"of shape {data.shape} in chunks of {chunk} bytes: more than {limit} bytes from {n_bytes}"
            raise FormatError(path, f"variable {name}", what)


def check_heaps(data, path):
    """Raise unless each heap of variable-length values can be walked from object to object.

    The library walks them in compiled code; from an object of no extent it never returns.

    Parameters
    ----------
    data : bytes or mmap
        A whole file that starts with the signature.
    path : path-like
        For the error.

    Raises
    ------
    FormatError
        For a heap that does not end where it says, or addresses of another size than 8 bytes.

    References
    ----------
    The HDF Group, HDF5 File Format Specification 3.0, III.E, "Global Heap".
    """
    sizes = data[13:15] if data[8:9] in (b"\0", b"\x01") else data[9:11]
    if sizes != b"\x08\x08":
        raise FormatError(path, "byte 8", "HDF5 with offsets and lengths of other than 8 bytes")
    start = data.find(_HEAP)
    while 0 <= start <= len(data) - 16:
        at, end = start + 16, start + int.from_bytes(data[start + 8 : start + 16], "little")
        while at + _OBJECT.size <= end <= len(data):
            index, _, length = _OBJECT.unpack_from(data, at)
            # Index 0 is the free rest, its size with its own head.
            at += length if index == 0 else _OBJECT.size + -(-length // 8) * 8
            if (index == 0 and length == 0) or at > end:
                raise FormatError(path, f"byte {start}", "a heap with an object that leads nowhere")
        start = data.find(_HEAP, start + 1)
