"""A file of numbers: a JSON header and plain arrays, checksummed. Reading one runs no code.

Layout: ``MAGIC``; SHA-256 of all that follows; length of the header (8 bytes, little-endian); the header,
UTF-8 JSON; the arrays one after another, little-endian, in the order in which the header lists their types
and shapes.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from math import prod
from pathlib import Path

import numpy as np

MAGIC = b"skquake model 1\n"
_TYPES = {"float32": 4, "float64": 8, "int64": 8, "bool": 1}
_START = len(MAGIC) + 32 + 8


class ModelFileError(ValueError):
    """A file that is no saved model, or not the one that was saved.

    Examples
    --------
    >>> from skquake.neural import ModelFileError
    >>> print(ModelFileError("model.skq", "its checksum is wrong"))
    model.skq: its checksum is wrong
    """

    def __init__(self, path, what):
        what = what if len(what) <= 300 else what[:297] + "..."
        super().__init__(path, what)
        self.path, self.what = path, what

    def __str__(self):
        return f"{self.path}: {self.what}"


def write_container(path, header, arrays):
    """Write atomically: the file appears whole or not at all.

    Parameters
    ----------
    path : path-like
    header : dict of what JSON can say
    arrays : list of ndarray
        Of the types float32, float64, int64, bool.
    """
    arrays = [np.ascontiguousarray(array) for array in arrays]
    listed = [{"dtype": array.dtype.name, "shape": list(array.shape)} for array in arrays]
    text = json.dumps({"header": header, "arrays": listed}, allow_nan=False).encode()
    body = [len(text).to_bytes(8, "little"), text]
    body += [array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes() for array in arrays]
    digest = hashlib.sha256()
    for part in body:
        digest.update(part)
    path = Path(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines([MAGIC, digest.digest(), *body])
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def read_container(path):
    """Header and arrays of a file; every array is read-only and no larger than its part of the file.

    Raises
    ------
    ModelFileError
        For a file that is cut, changed, or of another kind.
    """
    data = Path(path).read_bytes()
    if not data.startswith(MAGIC) or len(data) < _START:
        raise ModelFileError(path, "not a model saved by skquake, or cut in its first bytes")
    if hashlib.sha256(memoryview(data)[len(MAGIC) + 32 :]).digest() != data[len(MAGIC) : len(MAGIC) + 32]:
        raise ModelFileError(path, "its checksum is wrong: the file was cut or changed; get it again")
    end = _START + int.from_bytes(data[_START - 8 : _START], "little")
    try:
        content = json.loads(data[_START:end], parse_constant=_refuse)
        header, listed = content["header"], content["arrays"]
        arrays, at = [], end
        for entry in listed:
            dtype, shape = entry["dtype"], entry["shape"]
            if dtype not in _TYPES or not all(type(n) is int and n >= 0 for n in shape):
                raise ValueError(f"an array of type {dtype} and shape {shape}")
            count = prod(shape)
            if count * _TYPES[dtype] > len(data) - at:
                raise ValueError(f"an array of {count} values, {len(data) - at} bytes are left")
            array = np.frombuffer(data, np.dtype(dtype).newbyteorder("<"), count, at).reshape(shape)
            arrays.append(array.astype(dtype))
            at += count * _TYPES[dtype]
        if at != len(data):
            raise ValueError(f"{len(data) - at} bytes beyond the last array")
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ModelFileError(path, f"its header is not a model's ({error})") from error
    for array in arrays:
        array.flags.writeable = False
    return header, arrays


def _refuse(constant):
    raise ValueError(f"{constant} is no number")
