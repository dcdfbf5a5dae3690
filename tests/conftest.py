"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Cores are shared among the processes of the suite, and small fits gain nothing by threads that wait for
# each other. Set before any library starts its threads.
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // _WORKERS)))


@pytest.fixture(scope="session")
def real_data():
    """Folder with real files (catalog, indices, ionex, swarm); skips where there is none."""
    folder = Path(os.environ.get("SKQUAKE_REAL_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no folder of real data: set SKQUAKE_REAL_DATA to one")
    return folder


_FIGURES = pytest.StashKey[list]()


@pytest.fixture
def fuzz_figures(request):
    """List of what campaigns of mutations found; it is printed at the end of the run."""
    return request.config.stash.setdefault(_FIGURES, [])


def pytest_terminal_summary(terminalreporter, config):
    rows = config.stash.get(_FIGURES, [])
    if not rows:
        return
    terminalreporter.section("mutations of files")
    head = (
        "target",
        "mutations",
        "tables",
        "with warning",
        "refused",
        "faults",
        "s",
        "longest s",
        "peak MiB",
    )
    terminalreporter.write_line(("{:26s}" + "{:>13s}" * 8).format(*head))
    for row in rows:
        numbers = [row[name] for name in ("done", "tables", "warned", "refused")] + [len(row["faults"])]
        more = row["milliseconds"] / 1000, row["longest"] / 1000, row["peak"] / 2**20
        line = f"{row['name']:26s}" + "".join(f"{n:13d}" for n in numbers)
        terminalreporter.write_line(line + f"{more[0]:13.1f}{more[1]:13.2f}{more[2]:13.0f}")
    total = {
        name: sum(row[name] for row in rows) for name in ("done", "tables", "warned", "refused", "earlier")
    }
    slow, large = (max(rows, key=lambda row: row[most]) for most in ("longest", "peak"))
    for line in (
        f"{len(rows)} targets, {total['done']} mutations: {total['tables']} tables ({total['warned']} with a "
        f"warning), {total['refused']} times FormatError, {sum(len(row['faults']) for row in rows)} faults",
        f"longest {slow['longest'] / 1000:.2f} s of computing ({slow['name']}), "
        f"peak {large['peak'] / 2**20:.0f} MiB ({large['name']})",
        f"{total['earlier']} of them were read in earlier runs of the same readers",
    ):
        terminalreporter.write_line(line)
