"""One function of bytes a reader, for hypothesis, for random mutations and for coverage-guided fuzzing.

With atheris installed (``pip install atheris``), from the root of the project::

    PYTHONPATH=.:tests/io python tests/io/fuzz_targets.py NAME -max_total_time=60 [more options of libFuzzer]

where NAME is one of TARGETS. It stops at the first input for which the reader gives neither a table of
possible values nor FormatError. A reader gets its row here when it gets one in ``test_io_hostile.CASES``.
"""

import functools
import gzip
import io as stdio
import re
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

import ncompress
import numpy as np
import pandas as pd
from _catalog_files import FILES
from _gnss_layouts import write_madrigal_tec
from _io_layouts import write_cses
from _satellite_layouts import cses_text, vires_cdf, vires_small_netcdf
from test_io_hostile import CASES, madrigal_bytes

from skquake import io
from skquake.io._ranges import RANGES, outside


def cses_bytes(folder):
    write_cses(folder / "cses.h5", n=20)
    return (folder / "cses.h5").read_bytes()


def whole_catalog(path):
    return io.read_catalog(path, types=None, missing_magnitude="keep")


def _layout(text):
    return whole_catalog, lambda folder: text.encode()


TARGETS = {
    **CASES,
    "cses": (io.read_cses, cses_bytes),
    "cses-blanks": (io.read_cses, lambda folder: cses_text(mark=" ").encode()),
    "vires-cdf2-compressed": (io.read_vires, lambda folder: vires_cdf(compress=True)),
    "madrigal-cells": (
        io.read_madrigal_tec,
        lambda folder: madrigal_bytes(folder, write_madrigal_tec, array=False),
    ),
    "vires-netcdf": (io.read_vires, vires_small_netcdf),
    **{f"catalog-{name}": _layout(text) for name, (text, _) in FILES.items()},
}
BINARY = {
    "demeter",
    "swarm",
    "swarm-mag",
    "swarm-tec",
    "swarm-compressed",
    "vires-cdf2",
    "vires-cdf2-compressed",
    "vires-netcdf",
    "vires-classic",
    "olr",
    "olr-classic",
    "cses",
    "madrigal-tec",
    "madrigal-los",
    "madrigal-cells",
    "ionex-z",
    "ionex-gz",
}
QUANTITIES = {name: name for name in RANGES} | {"B_N": "B", "B_E": "B", "B_C": "B"}


@functools.cache
def seed_of(name):
    """The undamaged file of a target, made once."""
    with tempfile.TemporaryDirectory() as folder:
        return TARGETS[name][1](Path(folder))


class Target:
    """A function of bytes that raises unless the reader gives possible values or FormatError.

    What it gives must be of the kind that it gives for the whole file. It counts the tables, those with a
    warning, and the refusals.
    """

    def __init__(self, name, folder):
        self.reader, self.path = TARGETS[name][0], Path(folder) / "hostile"
        self.tables = self.warned = self.refused = 0
        self.kind = None
        self.kind = kind_of_result(self(seed_of(name)))
        self.tables = self.warned = 0

    def __call__(self, data):
        self.path.write_bytes(data)
        try:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                result = self.reader(self.path)
        except io.FormatError as error:
            str(error).encode()
            self.refused += 1
            return None
        check_possible(result)
        kind = kind_of_result(result)
        assert self.kind in (None, kind), f"{kind} instead of {self.kind}"
        self.tables += 1
        self.warned += bool(said)
        return result


def kind_of_result(result):
    """Type of a result, its name or dimensions, and the type of its index."""
    if isinstance(result, (pd.DataFrame, pd.Series)):
        return type(result).__name__, getattr(result, "name", None), type(result.index).__name__
    return type(result).__name__, result.name, result.dims


def check_possible(result):
    if isinstance(result, pd.DataFrame):
        columns = {name: result[name] for name in result}
    else:
        columns = {result.name: np.asarray(result)}
    for name, values in columns.items():
        quantity = "tec" if result_is_vtec(result) else QUANTITIES.get(name)
        if quantity is not None:
            assert not outside(values, quantity).any(), f"{name} out of range"
    times = result["time"].to_numpy() if "time" in getattr(result, "columns", ()) else None
    assert times is None or not np.isnat(times).any()


def result_is_vtec(result):
    return isinstance(result, pd.DataFrame) and result.attrs.get("origin") == "station VTEC (CSV)"


def mutate(data, rng):
    """The data with a fault that files have, or are given; one in eight as another program writes it, too."""
    other = rng.integers(0, 8) == 0
    if not other or rng.integers(0, 20):
        data = _hurt(data, rng)
    return _other_form(data, rng) if other and data else data


def _hurt(data, rng):
    """One fault in the content."""
    out, n = bytearray(data), len(data)
    kind = rng.integers(0, 10)
    a, b = sorted(int(k) for k in rng.integers(0, n + 1, 2))
    if kind == 0:
        return data[:a]
    if kind == 1:
        for at in rng.integers(0, n, rng.integers(1, 8)):
            out[at] = rng.integers(0, 256)
    elif kind == 2:
        out[a:a] = rng.bytes(rng.integers(1, 20))
    elif kind == 3:
        del out[a : min(b, a + 50)]
    elif kind == 4:  # counts, sizes and numbers grow
        out[a : a + 4] = [b"9999", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"1e99"][rng.integers(0, 4)]
    elif kind == 5:
        out[a:b] = b"\0" * (b - a)
    elif kind == 6:
        out[b:b] = data[a : min(b, a + 500)]
    elif kind == 7:
        lines = data.split(b"\n")
        i, j = rng.integers(0, len(lines), 2)
        lines[i], lines[j] = lines[j], lines[i]
        return b"\n".join(lines)
    elif kind == 8:
        fields = data.replace(b"\n", b" \n").split(b" ")
        fields[rng.integers(0, len(fields))] = _VALUES[rng.integers(0, len(_VALUES))]
        return b" ".join(fields)
    else:
        start, end = _numbers_in(data)[rng.integers(0, len(_numbers_in(data)))]
        value = _VALUES[rng.integers(0, len(_VALUES))]
        out[start:end] = value.rjust(end - start)[: end - start] if rng.integers(0, 2) else value
    return bytes(out)


_VALUES = (
    b"*****",
    b"+5",
    b"1.0D+03",
    b"-99999",
    b"nan",
    b"",
    b"9" * 400,
    b"1e-309",
    b"-1e30",
    b"inf",
    b"1_0",
)


@functools.lru_cache(maxsize=4)
def _numbers_in(data):
    """Where numbers are written in a file; some places of one without any."""
    found = [match.span() for match in re.finditer(rb"[-+]?\d+(\.\d+)?", data)]
    return found or [(0, 4)]


def _other_form(data, rng):
    """The data in another encoding, with other line ends, or packed."""
    kind = rng.integers(0, 8)
    if kind < 3:
        return data.decode("latin-1").encode(["utf-16", "utf-16-be", "utf-8-sig"][kind])
    if kind < 5:
        return data.replace(b"\n", b"\r\n" if kind == 3 else b"\r")
    return pack(data, kind - 5)


def pack(data, how):
    if how == 0:
        return gzip.compress(data)
    if how == 1:
        return ncompress.compress(data)
    packed = stdio.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data", data)
    return packed.getvalue()


def main(name, options):
    import atheris

    atheris.instrument_all()
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        one, seed = Target(name, folder), seed_of(name)
        for k, data in enumerate([seed, *(mutate(seed, np.random.default_rng(k)) for k in range(100))]):
            (corpus / str(k)).write_bytes(data)

        def TestOneInput(data):
            one(data)

        atheris.Setup([sys.argv[0], str(corpus), *options], TestOneInput)
        atheris.Fuzz()


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"expected one of {', '.join(TARGETS)}")
    main(sys.argv[1], sys.argv[2:])
