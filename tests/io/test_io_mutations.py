"""Mutations of every file: a table of possible values or FormatError, in bounded memory and time.

``target(name)`` is a function of bytes, for hypothesis here and for any other fuzzer (``atheris.Setup``).
"""

import gzip
import io as stdio
import multiprocessing
import os
import resource
import time
import warnings
import zipfile

import ncompress
import numpy as np
import pandas as pd
import pytest
from _io_layouts import write_cses
from _satellite_layouts import cses_text, vires_cdf, vires_small_netcdf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_io_hostile import CASES

from skquake import io
from skquake.io._ranges import RANGES, outside


def cses_bytes(folder):
    write_cses(folder / "cses.h5", n=20)
    return (folder / "cses.h5").read_bytes()


TARGETS = {
    **CASES,
    "cses": (io.read_cses, cses_bytes),
    "cses-blanks": (io.read_cses, lambda d: cses_text(mark=" ").encode()),
    "vires-cdf2-compressed": (io.read_vires, lambda d: vires_cdf(compress=True)),
    "vires-netcdf": (io.read_vires, vires_small_netcdf),
}
BINARY = {
    "demeter",
    "swarm",
    "swarm-mag",
    "swarm-compressed",
    "vires-cdf2",
    "vires-cdf2-compressed",
    "vires-netcdf",
    "vires-classic",
    "olr",
    "olr-classic",
    "cses",
    "ionex-z",
    "ionex-gz",
}
QUANTITIES = {name: name for name in RANGES} | {"B_N": "B", "B_E": "B", "B_C": "B"}
SECONDS, BYTES = 10.0, 2**30


def target(name, folder):
    """A function of bytes that raises unless the reader gives possible values or FormatError."""
    reader, path = TARGETS[name][0], folder / "hostile"

    def one(data):
        path.write_bytes(data)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                result = reader(path)
        except io.FormatError as error:
            str(error).encode()
            return None
        check_possible(result)
        return result

    return one


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
    """The data with one fault of a kind that files have, or are given."""
    out, n = bytearray(data), len(data)
    kind = rng.integers(0, 12)
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
        return data.decode("latin-1").encode(["utf-16", "utf-16-be", "utf-8-sig"][rng.integers(0, 3)])
    elif kind == 7:
        return data.replace(b"\n", b"\r\n" if rng.integers(0, 2) else b"\r")
    elif kind == 8:
        out[b:b] = data[a : min(b, a + 500)]
    elif kind == 9:
        lines = data.split(b"\n")
        i, j = rng.integers(0, len(lines), 2)
        lines[i], lines[j] = lines[j], lines[i]
        return b"\n".join(lines)
    elif kind == 10:
        fields = data.replace(b"\n", b" \n").split(b" ")
        values = (b"*****", b"+5", b"1.0D+03", b"-99999", b"nan", b"", b"9" * 400, b"1e-309")
        fields[rng.integers(0, len(fields))] = values[rng.integers(0, len(values))]
        return b" ".join(fields)
    else:
        return pack(data, rng.integers(0, 3))
    return bytes(out)


def pack(data, how):
    if how == 0:
        return gzip.compress(data)
    if how == 1:
        return ncompress.compress(data)
    packed = stdio.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data", data)
    return packed.getvalue()


@pytest.mark.parametrize("name", TARGETS)
@settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
@given(seed=st.integers(0, 2**32 - 1))
def test_mutations(name, tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("mutations")
    data = TARGETS[name][1](folder)
    target(name, folder)(mutate(data, np.random.default_rng(seed)))


def test_packed_files_are_read_alike(tmp_path):
    for name, (_, make) in TARGETS.items():
        if name in ("ionex-z", "ionex-gz"):
            continue
        data, one = make(tmp_path), target(name, tmp_path)
        whole = one(data)
        for how in range(3):
            assert whole is not None and one(pack(data, how)) is not None, name


def _campaign(name, folder, seeds, counts):
    """In a process of its own: what a C library does there ends nothing else."""
    folder.mkdir(exist_ok=True)
    data, one = TARGETS[name][1](folder), target(name, folder)
    one(data)
    used = int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, used + BYTES))
    for seed in seeds:
        counts[0] = seed
        start = time.perf_counter()
        result = one(mutate(data, np.random.default_rng(seed)))
        counts[1 if result is None else 2] += 1
        took = time.perf_counter() - start
        counts[3] = max(counts[3], int(1000 * took))


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="limits of memory are those of Linux")
@pytest.mark.parametrize("name", TARGETS)
def test_many_mutations(name, tmp_path, capsys):
    """Prints how many mutations were refused and read, and the longest time of one."""
    n = int(os.environ.get("SKQUAKE_MUTATIONS", 1000 if name in BINARY else 10_000))
    context = multiprocessing.get_context("spawn")
    counts = context.Array("q", 4)
    process = context.Process(target=_campaign, args=(name, tmp_path / "child", range(n), counts))
    process.start()
    last = None
    while process.is_alive():
        process.join(SECONDS + 60.0)
        if process.is_alive() and last == counts[0] and counts[1] + counts[2]:
            process.kill()
            pytest.fail(f"seed {last}: longer than {SECONDS} s")
        last = counts[0]
    with capsys.disabled():
        print(f"\n{name}: {n} mutations, {counts[1]} refused, {counts[2]} read, longest {counts[3]} ms")
    assert process.exitcode == 0, f"exit code {process.exitcode} at seed {counts[0]}"
    assert counts[1] + counts[2] == n
