"""A CDF file opened only after its internal records were found sound.

cdflib trusts counts and offsets; a damaged file could make it loop or allocate without end.
"""

from __future__ import annotations

import shutil
import struct
import tempfile
import weakref
import zlib
from pathlib import Path

from skquake.io._files import MAX_DECOMPRESSED, FormatError, is_packed, kind_of, read_bytes

_SIZES = {
    1: 1,
    2: 2,
    4: 4,
    8: 8,
    11: 1,
    12: 2,
    14: 4,
    21: 4,
    22: 8,
    31: 8,
    32: 16,
    33: 8,
    41: 1,
    44: 4,
    45: 8,
    51: 1,
    52: 1,
}


def open_cdf(path):
    """``cdflib.CDF`` of a CDF 3 file whose structure was checked.

    Raises
    ------
    FormatError
        For a file that is cut, damaged or of version 2.
    """
    import cdflib

    data = read_bytes(path)
    with open(path, "rb") as stream:
        packed = is_packed(stream.read(4)) is not None
    if data[:8] == _COMPRESSED:
        data, packed = _unpacked(data, path), True
    _Structure(data, path).check()
    try:
        if not packed:
            return cdflib.CDF(path)
        folder = tempfile.mkdtemp(prefix="skquake-")
        plain = Path(folder, "data.cdf")
        plain.write_bytes(data)
        try:
            file = cdflib.CDF(plain)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        weakref.finalize(file, shutil.rmtree, folder, True)  # cdflib reads from it as long as it lives
        return file
    except Exception as error:
        raise FormatError(path, "CDF header", f"cdflib cannot open it ({error})") from error


_COMPRESSED = bytes.fromhex("cdf30001cccc0001")
_CCR = struct.Struct(">qiqqi")  # size, kind 10, offset of the parameters, size when unpacked, reserved
_CPR = struct.Struct(">qii")  # size, kind 11, method (5: gzip)


def _unpacked(data, path):
    """The plain CDF in one that is compressed as a whole."""
    try:
        size, kind, parameters, expected, _ = _CCR.unpack_from(data, 8)
        if kind != 10 or not 32 <= size <= len(data) - 8 or not 0 < parameters <= len(data) - _CPR.size:
            raise ValueError(f"a record of kind {kind} and {size} bytes")
        _, kind, method = _CPR.unpack_from(data, parameters)
        if kind != 11 or method != 5:
            raise ValueError(f"method {method}; only gzip (5) is read")
        if not 0 < expected <= MAX_DECOMPRESSED:
            raise ValueError(f"{expected} bytes promised, at most {MAX_DECOMPRESSED} are unpacked")
        content = zlib.decompressobj(47).decompress(data[8 + _CCR.size : 8 + size], expected + 1)
        if len(content) != expected:
            raise ValueError(f"unpacks to {len(content)} bytes or more, expected {expected}")
    except (struct.error, ValueError, zlib.error) as error:
        raise FormatError(path, "compressed CDF", f"damaged or cut ({error})") from error
    return bytes.fromhex("cdf300010000ffff") + content


class _Structure:
    """Walks every record that leads to data: sizes, counts, loops."""

    def __init__(self, data, path):
        self.data, self.path = data, path

    def fail(self, at, what):
        raise FormatError(self.path, f"byte {at}", what)

    def integer(self, at, size=4):
        if not 0 <= at <= len(self.data) - size:
            self.fail(at, "a record points outside the file: cut or damaged")
        return int.from_bytes(self.data[at : at + size], "big", signed=True)

    def record(self, at, *kinds):
        """Check the record at ``at`` (8 bytes size, 4 bytes kind) and return its size."""
        size, kind = self.integer(at, 8), self.integer(at + 8)
        if kind not in kinds or not 12 <= size <= len(self.data) - at:
            self.fail(
                at, f"expected a CDF record of kind {kinds}, got kind {kind} of {size} bytes: cut or damaged"
            )
        return size

    def check(self):
        data = self.data
        if data[:8] != bytes.fromhex("cdf300010000ffff"):
            self.fail(0, f"expected a CDF 3 file, got {kind_of(data) or data[:8].hex()}")
        self.record(8, 1)
        gdr = self.integer(20, 8)
        self.record(gdr, 2)
        if self.integer(gdr + 36, 8) > len(data):
            self.fail(len(data), f"the file is cut: {len(data)} bytes of {self.integer(gdr + 36, 8)}")
        n_r, n_attributes, n_dims, n_z = (self.integer(gdr + k) for k in (44, 48, 56, 60))
        if n_r != 0 or n_dims != 0:
            self.fail(gdr, "expected a file with zVariables only")
        if not 0 <= n_attributes <= len(data) // 300 or not 0 < n_z <= len(data) // 300:
            self.fail(gdr, f"{n_attributes} attributes and {n_z} variables cannot stand in {len(data)} bytes")
        at, entries = self.integer(gdr + 28, 8), 0
        for _ in range(n_attributes):
            self.record(at, 4)
            for first, count in ((20, 36), (48, 56)):
                entries += self._entries(self.integer(at + first, 8), self.integer(at + count))
            if entries > len(data) // 56:
                self.fail(at, f"{entries} attribute entries cannot stand in {len(data)} bytes")
            at = self.integer(at + 12, 8)
        at, seen = self.integer(gdr + 20, 8), set()
        for _ in range(n_z):
            if at in seen:
                self.fail(at, "the list of variables runs in a circle")
            seen.add(at)
            self._variable(at)
            at = self.integer(at + 12, 8)

    def _entries(self, at, count):
        """``count``, after as many attribute entries from ``at`` on were checked."""
        if not 0 <= count <= len(self.data) // 56:
            self.fail(at, f"{count} attribute entries cannot stand in {len(self.data)} bytes")
        for _ in range(count):
            self.record(at, 5, 9)
            at = self.integer(at + 12, 8)
        return count

    def _variable(self, at):
        self.record(at, 8)
        if self.integer(at + 44) & 4:
            self.record(self.integer(at + 72, 8), 11)
        kind, last = self.integer(at + 20), self.integer(at + 24)
        elements, n_dims = self.integer(at + 64), self.integer(at + 340)
        if kind not in _SIZES or not 1 <= elements <= len(self.data) or not 0 <= n_dims <= 10:
            self.fail(at, f"a variable of type {kind} with {elements} elements and {n_dims} dimensions")
        width = _SIZES[kind] * elements
        for k in range(n_dims):
            size, varies = self.integer(at + 344 + 4 * k), self.integer(at + 344 + 4 * (n_dims + k))
            if not 1 <= size <= MAX_DECOMPRESSED:
                self.fail(at, f"a dimension of {size}")
            width *= size if varies else 1
        stored = self._blocks(self.integer(at + 28, 8), width, set()) if last >= 0 else 0
        sparse = self.integer(at + 48)
        limit = MAX_DECOMPRESSED if sparse else stored
        if last < -1 or (last + 1) * width > limit:
            self.fail(at, f"{last + 1} records of {width} bytes promised, {stored} bytes stored")

    def _blocks(self, at, width, seen):
        """Bytes of data below the index record at ``at``."""
        stored = 0
        while at:
            if at in seen or len(seen) > 100_000:
                self.fail(at, "the index of a variable runs in a circle")
            seen.add(at)
            size = self.record(at, 6)
            n, used = self.integer(at + 20), self.integer(at + 24)
            if not 0 <= used <= n <= size // 16:
                self.fail(at, f"{used} of {n} index entries in a record of {size} bytes")
            for k in range(used):
                first, last = self.integer(at + 28 + 4 * k), self.integer(at + 28 + 4 * (n + k))
                block = self.integer(at + 28 + 8 * n + 8 * k, 8)
                length = self.record(block, 6, 7, 13)
                below = self.integer(block + 8)
                if below == 6:
                    stored += self._blocks(block, width, seen)
                    continue
                expected = (last - first + 1) * width
                if expected <= 0 or stored + expected > MAX_DECOMPRESSED:
                    self.fail(block, f"records {first}...{last} of {width} bytes")
                if below == 13:
                    packed = self.data[block + 24 : block + 24 + max(0, self.integer(block + 16, 8))]
                    self._inflates(packed, expected, block)
                elif length - 12 < expected:
                    self.fail(block, f"{length - 12} bytes for {expected}")
                stored += expected
            at = self.integer(at + 12, 8)
        return stored

    def _inflates(self, packed, expected, at):
        try:
            n = len(zlib.decompressobj(47).decompress(packed, expected + 1))
        except zlib.error as error:
            self.fail(at, f"compressed records are damaged ({error})")
        if n != expected:
            self.fail(at, f"compressed records unpack to {n} bytes or more, expected {expected}")
