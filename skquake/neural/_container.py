"""A safetensors file under a checksum: a record in JSON and plain arrays. Reading one runs no code.

The metadata of the file has one entry, ``skquake``: the record, which begins with the SHA-256 of the whole
file (taken with zeros in its own place).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from skquake._core import _typing
from skquake._core._locked_file import check_regular
from skquake._core._made_with import made_with
from skquake._core._typing import Array

MOST_HEADER, MOST_ARRAYS, MOST_DIMENSIONS, MOST_LENGTH = 1 << 20, 4096, 8, 1 << 40
_BYTES = {"F32": 4, "F64": 8, "I64": 8, "BOOL": 1}
_NAMES = {"float32", "float64", "int64", "bool"}
_CHECKSUM = re.compile(rb'"skquake":"\{\\"checksum\\": \\"([0-9a-f]{64})\\"')
_OTHERS = {
    b"PK": "a zip archive, as Keras writes to .keras (a ModelCheckpoint, say)",
    b"\x89HDF": "an HDF5 file, as Keras writes to .weights.h5 (a ModelCheckpoint, say)",
}
_CURE = (
    "it holds a network alone, neither classes nor scale. Save the fitted model by save_model(model, path); "
    "for the weights of the best epoch fit with validation_fraction and patience"
)


class ModelFileError(ValueError):
    """A file that is no saved model, or not the one that was saved.

    Examples
    --------
    >>> from skquake.neural import ModelFileError
    >>> print(ModelFileError("model.safetensors", "its checksum is wrong"))
    model.safetensors: its checksum is wrong
    """

    def __init__(self, path: _typing.Path, what: str) -> None:
        what = what if len(what) <= 400 else what[:397] + "..."
        super().__init__(path, what)
        self.path, self.what = path, what

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


def check_target(path: _typing.Path) -> Path:
    """The path, if a file can be written there.

    Raises
    ------
    ValueError
        For a folder or a device.
    OSError
        For a name that is too long, a folder that is not there or cannot be written.
    """
    path = Path(path).expanduser()
    check_regular(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {path.parent}; make it first")
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(f"{path}: files cannot be written to {path.parent}; name another folder")
    return path


def write_container(path: _typing.Path, record: dict[str, Any], arrays: dict[str, Array]) -> None:
    """Write atomically: the file appears whole or not at all.

    Parameters
    ----------
    path : path-like
    record : dict of what JSON can say
    arrays : dict of {str: ndarray}
        Of the types float32, float64, int64, bool.

    Raises
    ------
    ValueError
        For more than a file may hold.
    """
    from safetensors.numpy import save

    path = check_target(path)
    wrong = [name for name, array in arrays.items() if array.dtype.name not in _NAMES]
    if wrong:
        raise TypeError(
            f"{wrong[0]} is of type {arrays[wrong[0]].dtype}, which a model file has no place for"
        )
    record = {"checksum": "0" * 64, **record, "versions": made_with()}
    text = json.dumps(record, allow_nan=False)
    content = save({name: np.ascontiguousarray(array) for name, array in arrays.items()}, {"skquake": text})
    n_header = int.from_bytes(content[:8], "little")
    if n_header > MOST_HEADER or len(arrays) > MOST_ARRAYS:
        raise ValueError(
            f"{path}: {len(arrays)} arrays and {n_header} bytes of description; a model file holds at most "
            f"{MOST_ARRAYS} and {MOST_HEADER}"
        )
    start = content.index(b"0" * 64, content.index(b"checksum"))
    digest = hashlib.sha256(content).hexdigest().encode()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".skquake-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines([content[:start], digest, memoryview(content)[start + 64 :]])
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def read_container(path: _typing.Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Record and arrays of a file; the arrays are read-only and fill the file exactly.

    Raises
    ------
    ModelFileError
        For a file that is cut, changed, of another kind, or beyond the limits of one.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    path = Path(path).expanduser()
    check_regular(path)
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(8)
        end = 8 + int.from_bytes(start, "little")
        if len(start) < 8 or end > min(size, 8 + MOST_HEADER):
            raise ModelFileError(path, _kind(start))
        content = start + file.read()
    found = _CHECKSUM.search(content, 0, end)
    if found is None:
        raise ModelFileError(path, _kind(start))
    if _digest(content, *found.span(1)) != found[1].decode():
        raise ModelFileError(path, "its checksum is wrong: the file was cut or changed; get it again")
    try:
        record = _checked(json.loads(content[8:end], object_pairs_hook=_once), len(content) - end)
        arrays = load(content)
        if any(array.dtype == bool and array.view(np.uint8).max(initial=0) > 1 for array in arrays.values()):
            raise ValueError("a truth value that is neither 0 nor 1")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, SafetensorError) as error:
        raise ModelFileError(path, f"its header is not a model's ({error})") from error
    for array in arrays.values():
        array.flags.writeable = False
    return record, arrays


def _kind(start):
    for begin, kind in _OTHERS.items():
        if start.startswith(begin):
            return f"{kind}; {_CURE}"
    return "not a model saved by skquake, or cut in its first bytes"


def _digest(content, start, stop):
    digest, view = hashlib.sha256(), memoryview(content)
    for part in (view[:start], b"0" * (stop - start), view[stop:]):
        digest.update(part)
    return digest.hexdigest()


def _checked(header, n_bytes):
    """The record of a header whose arrays lie one behind the other in ``n_bytes``, within the limits."""
    metadata = header.pop("__metadata__")
    if set(metadata) != {"skquake"}:
        raise ValueError("metadata of another kind")
    if len(header) > MOST_ARRAYS:
        raise ValueError(f"{len(header)} arrays, at most {MOST_ARRAYS} are read")
    at = 0
    for entry in sorted(header.values(), key=lambda entry: entry["data_offsets"]):
        shape, (begin, end) = entry["shape"], entry["data_offsets"]
        if len(shape) > MOST_DIMENSIONS or not all(type(n) is int and 0 <= n <= MOST_LENGTH for n in shape):
            raise ValueError(f"an array of shape {str(shape)[:50]}")
        if entry["dtype"] not in _BYTES:
            raise ValueError(f"an array of type {entry['dtype']!r}")
        if begin != at or end != at + prod(shape) * _BYTES[entry["dtype"]]:
            raise ValueError(f"an array of shape {shape} at bytes {begin} to {end}")
        at = end
    if at != n_bytes:
        raise ValueError(f"{n_bytes} bytes of arrays, {at} are described")
    record = json.loads(metadata["skquake"], object_pairs_hook=_once, parse_constant=_refuse)
    del record["checksum"]
    return record


def _once(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name that is there twice")
    return found


def _refuse(constant):
    raise ValueError(f"{constant} is no number")
