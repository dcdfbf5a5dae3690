"""Archives under kills, full disks and second processes: nothing lost, nothing mixed, a clear error."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("zarr")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked"),
]
PROGRAM = Path(__file__).parents[1] / "common" / "archive_works.py"
WORKS = ("ingest", "samples", "stack")


def disturbed(*arguments):
    run = subprocess.run(
        [sys.executable, PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.parametrize("work", WORKS)
def test_after_a_kill_at_any_moment_the_same_call_makes_the_same_bits(work):
    found = disturbed("kills", work, 20)
    print(f"{work}: {found['early']} of 20 kills before the end")
    assert not found["faults"], found["faults"][0]


@pytest.mark.parametrize("work", WORKS)
def test_a_full_disk_is_an_error_and_with_room_the_same_call_goes_on(work):
    found = disturbed("full", work, "100,1000,3000,9000,15000,30000")
    print(work, found["said"])
    assert not found["faults"], found["faults"][0]
    told = [text for text in found["said"] if text != "done"]
    assert all(re.match(r"(OSError|PermissionError)", text) for text in told)
    assert told or work == "samples"  # without a layout it works, too


@pytest.mark.parametrize("work", WORKS)
def test_of_two_processes_at_once_none_makes_a_mixture(work):
    found = disturbed("doubled", work, 8)
    print(work, found["said"])
    assert not found["faults"], found["faults"][0]
    assert all(re.search("busy, another process|begin again", text) for text in found["said"])
