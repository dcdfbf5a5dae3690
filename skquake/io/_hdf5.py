"""What must hold in an HDF5 or NetCDF 4 file before its library may read it."""

from __future__ import annotations

import math
import struct

from skquake.io._files import SMALL, FormatError

SIGNATURE = b"\x89HDF\r\n\x1a\n"
ENGINES = {b"CDF\x01": "scipy", b"CDF\x02": "scipy", SIGNATURE[:4]: "h5netcdf"}
"""First bytes of a NetCDF file -> xarray's engine for it."""

_HEAP = b"GCOL\x01"
_OBJECT = struct.Struct("<HH4xQ")  # index, references, size


MAX_GROWTH = 50
"""How many times the size of its file the numbers in it may take, once that is more than ``SMALL`` bytes."""


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
    data : bytes
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
