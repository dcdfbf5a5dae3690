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
    """``cdflib.CDF`` of a CDF file (of version 3, or 2.6 and 2.7) whose structure was checked.

    Raises
    ------
    FormatError
        For a file that is cut, damaged or of a version before 2.6.
    """
    import cdflib

    data = read_bytes(path)
    with open(path, "rb") as stream:
        packed = is_packed(stream.read(4)) is not None
    if data[4:8] == COMPRESSED and data[:4] in _WORDS:
        data, packed = unpacked(data, path), True
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


EPOCH_1970_MS = 62_167_219_200_000.0
"""1970-01-01 in CDF_EPOCH, milliseconds since the year 0."""

_WORDS = {bytes.fromhex("cdf30001"): 8, bytes.fromhex("cdf26002"): 4}
"""Bytes of an offset or size in a file that starts so: version 3; versions 2.6 and 2.7."""
_PLAIN, COMPRESSED = bytes.fromhex("0000ffff"), bytes.fromhex("cccc0001")
_CCR = {8: struct.Struct(">qiqqi"), 4: struct.Struct(">iiiii")}
"""Size, kind 10, offset of the parameters, size when unpacked, reserved."""
_CPR = {8: struct.Struct(">qii"), 4: struct.Struct(">iii")}
"""Size, kind 11, method (5: gzip)."""
_LEAST = {8: (300, 56), 4: (110, 48)}
"""Fewest bytes of a variable or attribute, and of an attribute's entry."""


def unpacked(data, path):
    """The plain CDF in one that is compressed as a whole, which has ``COMPRESSED`` behind its first word."""
    word = _WORDS[data[:4]]
    head = _CCR[word]
    try:
        size, kind, parameters, expected, _ = head.unpack_from(data, 8)
        if kind != 10 or not head.size <= size <= len(data) - 8 or not 0 < parameters <= len(data) - 16:
            raise ValueError(f"a record of kind {kind} and {size} bytes")
        _, kind, method = _CPR[word].unpack_from(data, parameters)
        if kind != 11 or method != 5:
            raise ValueError(f"method {method}; only gzip (5) is read")
        if not 0 < expected <= MAX_DECOMPRESSED:
            raise ValueError(f"{expected} bytes promised, at most {MAX_DECOMPRESSED} are unpacked")
        content = zlib.decompressobj(47).decompress(data[8 + head.size : 8 + size], expected + 1)
        if len(content) != expected:
            raise ValueError(f"unpacks to {len(content)} bytes or more, expected {expected}")
    except (struct.error, ValueError, zlib.error) as error:
        raise FormatError(path, "compressed CDF", f"damaged or cut ({error})") from error
    return data[:4] + _PLAIN + content


class _Structure:
    """Walks every record that leads to data: sizes, counts, loops.

    Records of versions 2.6 and 3 have the same fields in the same order; offsets and sizes take 4 or 8
    bytes (``word``), names 64 or 256.
    """

    def __init__(self, data, path):
        self.data, self.path = data, path
        self.word = _WORDS.get(data[:4], 8)
        self.head = self.word + 4  # size and kind of a record

    def fail(self, at, what):
        raise FormatError(self.path, f"byte {at}", what)

    def integer(self, at, size=4):
        if not 0 <= at <= len(self.data) - size:
            self.fail(at, "a record points outside the file: cut or damaged")
        return int.from_bytes(self.data[at : at + size], "big", signed=True)

    def offset(self, at):
        return self.integer(at, self.word)

    def record(self, at, *kinds, least=0):
        """Check the record at ``at`` (its size, 4 bytes kind); its size, which is ``least`` or more.

        cdflib takes what lies beyond that size for zeros.
        """
        size, kind = self.offset(at), self.integer(at + self.word)
        if kind not in kinds or not max(self.head, least) <= size <= len(self.data) - at:
            self.fail(
                at, f"expected a CDF record of kind {kinds}, got kind {kind} of {size} bytes: cut or damaged"
            )
        return size

    def check(self):
        data, word, head = self.data, self.word, self.head
        if data[:4] not in _WORDS or data[4:8] != _PLAIN:
            kind = kind_of(data) or data[:8].hex()
            old = "; convert it with NASA's cdfconvert" if "version 2" in kind else ""
            self.fail(0, f"expected a CDF file of version 3 or 2.6, got {kind}{old}")
        self.record(8, 1)
        gdr = self.offset(8 + head)
        self.record(gdr, 2, least=head + 4 * word + 20)
        end, counts = self.offset(gdr + head + 3 * word), gdr + head + 4 * word
        if end > len(data):
            self.fail(len(data), f"the file is cut: {len(data)} bytes of {end}")
        n_r, n_attributes, n_dims, n_z = (self.integer(counts + k) for k in (0, 4, 12, 16))
        if n_r != 0 or n_dims != 0:
            self.fail(gdr, "expected a file with zVariables only")
        least, least_entry = _LEAST[word]
        if not 0 <= n_attributes <= len(data) // least or not 0 < n_z <= len(data) // least:
            self.fail(gdr, f"{n_attributes} attributes and {n_z} variables cannot stand in {len(data)} bytes")
        at, entries = self.offset(gdr + head + 2 * word), 0
        for _ in range(n_attributes):
            self.record(at, 4, least=head + 3 * word + 24)
            after = at + head + 2 * word  # behind the offsets of the next attribute and the first entry
            entries += self._entries(self.offset(after - word), self.integer(after + 8))
            entries += self._entries(self.offset(after + 20), self.integer(after + 20 + word))
            if entries > len(data) // least_entry:
                self.fail(at, f"{entries} attribute entries cannot stand in {len(data)} bytes")
            at = self.offset(at + head)
        at, seen = self.offset(gdr + head + word), set()
        for _ in range(n_z):
            if at in seen:
                self.fail(at, "the list of variables runs in a circle")
            seen.add(at)
            self._variable(at)
            at = self.offset(at + head)

    def _entries(self, at, count):
        """``count``, after as many attribute entries from ``at`` on were checked."""
        if not 0 <= count <= len(self.data) // _LEAST[self.word][1]:
            self.fail(at, f"{count} attribute entries cannot stand in {len(self.data)} bytes")
        for _ in range(count):
            self.record(at, 5, 9, least=_LEAST[self.word][1])
            at = self.offset(at + self.head)
        return count

    def _variable(self, at):
        size = self.record(at, 8)
        word, facts = self.word, at + self.head + self.word
        flags = facts + 8 + 2 * word
        if self.integer(flags) & 4:
            self.record(self.offset(flags + 28), 11)
        kind, last, sparse = (self.integer(k) for k in (facts, facts + 4, flags + 4))
        dims = flags + 32 + word + (256 if word == 8 else 64)  # behind the name
        elements, n_dims = self.integer(flags + 20), self.integer(dims)
        if size < dims + 4 + 8 * max(n_dims, 0) - at:
            self.fail(at, f"a variable in {size} bytes: damaged")
        if kind not in _SIZES or not 1 <= elements <= len(self.data) or not 0 <= n_dims <= 10:
            self.fail(at, f"a variable of type {kind} with {elements} elements and {n_dims} dimensions")
        width = _SIZES[kind] * elements
        for k in range(n_dims):
            size, varies = self.integer(dims + 4 + 4 * k), self.integer(dims + 4 + 4 * (n_dims + k))
            if not 1 <= size <= MAX_DECOMPRESSED:
                self.fail(at, f"a dimension of {size}")
            width *= size if varies else 1
        stored = self._blocks(self.offset(facts + 8), width, set()) if last >= 0 else 0
        limit = MAX_DECOMPRESSED if sparse else stored
        if last < -1 or (last + 1) * width > limit:
            self.fail(at, f"{last + 1} records of {width} bytes promised, {stored} bytes stored")

    def _blocks(self, at, width, seen):
        """Bytes of data below the index record at ``at``."""
        stored, word, head = 0, self.word, self.head
        while at:
            if at in seen or len(seen) > 100_000:
                self.fail(at, "the index of a variable runs in a circle")
            seen.add(at)
            size = self.record(at, 6)
            n, used = self.integer(at + head + word), self.integer(at + head + word + 4)
            if not 0 <= used <= n <= (size - head - word - 8) // (8 + word):
                self.fail(at, f"{used} of {n} index entries in a record of {size} bytes")
            table = at + head + word + 8
            for k in range(used):
                first, last = self.integer(table + 4 * k), self.integer(table + 4 * (n + k))
                block = self.offset(table + 8 * n + word * k)
                length = self.record(block, 6, 7, 13)
                below = self.integer(block + word)
                if below == 6:
                    stored += self._blocks(block, width, seen)
                    continue
                expected = (last - first + 1) * width
                if expected <= 0 or stored + expected > MAX_DECOMPRESSED:
                    self.fail(block, f"records {first}...{last} of {width} bytes")
                if below == 13:
                    start = block + head + 4 + word
                    packed = self.data[start : start + max(0, self.offset(start - word))]
                    self._inflates(packed, expected, block)
                elif length - head < expected:
                    self.fail(block, f"{length - head} bytes for {expected}")
                stored += expected
            at = self.offset(at + head)
        return stored

    def _inflates(self, packed, expected, at):
        try:
            n = len(zlib.decompressobj(47).decompress(packed, expected + 1))
        except zlib.error as error:
            self.fail(at, f"compressed records are damaged ({error})")
        if n != expected:
            self.fail(at, f"compressed records unpack to {n} bytes or more, expected {expected}")
