"""Mutations of every file: a table of possible values or FormatError, in bounded memory and time."""

import os

import numpy as np
import pytest
from _campaign import SECONDS, Campaign
from fuzz_targets import BINARY, TARGETS, Target, mutate, pack, seed_of, whole_catalog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skquake import io


@pytest.mark.parametrize("name", TARGETS)
def test_mutations(name, tmp_path):
    """A few of them; the slow tests try thousands."""
    one = Target(name, tmp_path)

    @settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(seed=st.integers(0, 2**32 - 1))
    def check(seed):
        one(mutate(seed_of(name), np.random.default_rng(seed)))

    check()


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_packed_files_are_read_alike(tmp_path, every):
    """Each target in one of the packings, which readers share, in turn."""
    for k, name in enumerate(TARGETS):
        if name not in ("ionex-z", "ionex-gz"):
            one = Target(name, tmp_path)
            for how in range(3) if every else [k % 3]:
                assert one(pack(seed_of(name), how)) is not None, name


@pytest.fixture(scope="module")
def campaign(request, tmp_path_factory):
    cache = getattr(request.config, "cache", None)
    ours = Campaign(tmp_path_factory.mktemp("mutations") if cache is None else cache.mkdir("mutations"))
    yield ours
    ours.end()


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="limits of memory are those of Linux")
@pytest.mark.parametrize("name", TARGETS)
def test_many_mutations(name, campaign, fuzz_figures):
    """Its figures stand at the end of the run. They are kept: an interrupted campaign goes on from there."""
    n = int(os.environ.get("SKQUAKE_MUTATIONS", 1000 if name in BINARY else 10_000))
    figures = campaign.run(name, n)
    fuzz_figures.append(figures)
    faults = "\n".join(f"seed {seed}: {what}" for seed, what in figures["faults"])
    assert not faults, f"{name}:\n{faults}"
    assert figures["tables"] + figures["refused"] == n
    assert figures["longest"] <= 1000 * SECONDS


def test_every_reader_is_a_target():
    readers = {reader for reader, _ in TARGETS.values()}
    readers = {io.read_catalog if reader is whole_catalog else reader for reader in readers}
    public = {getattr(io, name) for name in io.__all__ if name.startswith("read_")}
    assert public == readers
