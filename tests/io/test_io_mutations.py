"""Mutations of every file: a table of possible values or FormatError, in bounded memory and time."""

import multiprocessing
import os
import resource
import time

import numpy as np
import pytest
from fuzz_targets import BINARY, TARGETS, Target, mutate, pack, whole_catalog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skquake import io

SECONDS, BYTES = 10.0, 2**30


@pytest.mark.parametrize("name", TARGETS)
@settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
@given(seed=st.integers(0, 2**32 - 1))
def test_mutations(name, tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("mutations")
    data = TARGETS[name][1](folder)
    Target(name, folder)(mutate(data, np.random.default_rng(seed)))


def test_packed_files_are_read_alike(tmp_path):
    for name, (_, make) in TARGETS.items():
        if name in ("ionex-z", "ionex-gz"):
            continue
        data, one = make(tmp_path), Target(name, tmp_path)
        whole = one(data)
        for how in range(3):
            assert whole is not None and one(pack(data, how)) is not None, name


COUNTS = ("seed", "tables", "warned", "refused", "longest", "milliseconds", "peak")


def _campaign(name, folder, seeds, counts):
    """In a process of its own: what a C library does there ends nothing else."""
    folder.mkdir(exist_ok=True)
    data, one = TARGETS[name][1](folder), Target(name, folder)
    one(data)
    one.tables = one.warned = 0
    used = int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, used + BYTES))
    began = time.perf_counter()
    for seed in seeds:
        counts[0] = seed
        start = time.perf_counter()
        one(mutate(data, np.random.default_rng(seed)))
        counts[1], counts[2], counts[3] = one.tables, one.warned, one.refused
        counts[4] = max(counts[4], int(1000 * (time.perf_counter() - start)))
    counts[5] = int(1000 * (time.perf_counter() - began))
    counts[6] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="limits of memory are those of Linux")
@pytest.mark.parametrize("name", TARGETS)
def test_many_mutations(name, tmp_path, fuzz_figures):
    """Its figures stand at the end of the run: tables, warnings, refusals, seconds, peak of memory."""
    n = int(os.environ.get("SKQUAKE_MUTATIONS", 1000 if name in BINARY else 10_000))
    context = multiprocessing.get_context("spawn")
    shared = context.Array("q", len(COUNTS))
    process = context.Process(target=_campaign, args=(name, tmp_path / "child", range(n), shared))
    process.start()
    last = None
    while process.is_alive():
        process.join(SECONDS + 60.0)
        if process.is_alive() and last == shared[0] and shared[1] + shared[3]:
            process.kill()
            pytest.fail(f"seed {last}: longer than {SECONDS} s")
        last = shared[0]
    counts = dict(zip(COUNTS, shared, strict=True))
    fuzz_figures.append({"name": name, "mutations": n, **counts})
    assert process.exitcode == 0, f"exit code {process.exitcode} at seed {counts['seed']}"
    assert counts["tables"] + counts["refused"] == n


def test_every_reader_is_a_target():
    readers = {reader for reader, _ in TARGETS.values()}
    readers = {io.read_catalog if reader is whole_catalog else reader for reader in readers}
    public = {getattr(io, name) for name in io.__all__ if name.startswith("read_")}
    assert public == readers
