"""CDF files of version 2.6, which no library here writes: NASA's CDF Internal Format Description 2.7."""

import struct
import zlib

import numpy as np

EPOCH, DOUBLE, INTEGER, TEXT = 31, 45, 12, 51
TYPES = {EPOCH: "<f8", DOUBLE: "<f8", INTEGER: "<u2", TEXT: None}


def record(kind, *parts):
    """Size, kind and fields: a number is 4 bytes (big-endian), bytes are as they are."""
    body = b"".join(part if isinstance(part, bytes) else struct.pack(">i", part) for part in parts)
    return struct.pack(">ii", 8 + len(body), kind) + body


def cdf2(variables, attributes=(), *, compress=False, whole=False):
    """Bytes of a file.

    variables: {name: (type, values, unit)}; attributes: {name: text}, global.
    """
    out = bytearray(bytes.fromhex("cdf260020000ffff"))

    def put(data):
        at = len(out)
        out.extend(data)
        return at

    def patch(at, value):
        out[at : at + 4] = struct.pack(">i", value)

    # version 2.7.2, encoding 6 (IBM PC), flags: row major, one file
    put(record(1, 0, 2, 7, 6, 3, 0, 0, 2, 0, b"\0" * 256))
    gdr = put(record(2, 0, 0, 0, 0, 0, len(attributes) + 1, -1, 0, len(variables), 0, 0, 0, 0))
    patch(16, gdr)
    before = gdr + 12
    numbers = {}
    for number, (name, (kind, values, _)) in enumerate(variables.items()):
        numbers[name] = number
        values = np.asarray(values)
        elements = int(values.dtype.str.strip("<>|US")) if kind == TEXT else 1
        data = (
            "".join(str(v).ljust(elements) for v in values).encode("ascii")
            if kind == TEXT
            else values.astype(TYPES[kind]).tobytes()
        )
        dims = list(values.shape[1:])
        n = len(values)
        packed = zlib.compressobj(6, zlib.DEFLATED, 31)
        squeezed = packed.compress(data) + packed.flush()
        block = put(record(13, 0, len(squeezed), squeezed) if compress else record(7, data)) if n else 0
        index = put(record(6, 0, 1, 1, 0, n - 1, block)) if n else 0
        parameters = put(record(11, 5, 0, 1, 6)) if compress else -1
        at = put(
            record(
                8, 0, kind, n - 1, index, index, 5 if compress else 1, 0, 0, 0, 0, elements, number,
                parameters, n, name.encode().ljust(64, b"\0"), len(dims), *dims, *[-1] * len(dims),
            )
        )  # fmt: skip
        patch(before, at)
        before = at + 8
    before = gdr + 16
    entries = [(1, name, [(9, 0, text)], "global") for name, text in dict(attributes).items()]
    entries.append((2, "UNITS", [(9, numbers[n], v[2]) for n, v in variables.items()], "variable"))
    for number, (scope, name, texts, where) in enumerate(entries):
        kind = 5 if where == "global" else 9
        at = put(record(4, 0, 0, scope, number, 0, -1, 0, 0, 0, -1, 0, name.encode().ljust(64, b"\0")))
        patch(before, at)
        before = at + 8
        link = at + (12 if kind == 5 else 36)
        patch(link + (12 if kind == 5 else 4), len(texts))
        patch(link + (16 if kind == 5 else 8), max(n for _, n, _ in texts))
        for _, entry, text in texts:
            text = text or " "
            one = put(record(kind, 0, number, TEXT, entry, len(text), 0, 0, 0, 0, 0, text.encode()))
            patch(link, one)
            link = one + 8
    patch(gdr + 20, len(out))
    if not whole:
        return bytes(out)
    packed = zlib.compressobj(6, zlib.DEFLATED, 31)
    squeezed = packed.compress(bytes(out[8:])) + packed.flush()
    head = struct.pack(">iiiii", 20 + len(squeezed), 10, 28 + len(squeezed), len(out) - 8, 0)
    return bytes.fromhex("cdf26002cccc0001") + head + squeezed + record(11, 5, 0, 1, 6)
