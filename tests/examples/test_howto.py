"""Every how-to page runs as a script of its own, in an empty folder, with nothing set in the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import skquake

HOWTO = Path(__file__).parents[2] / "examples" / "02_howto"
PAGES = sorted(HOWTO.glob("plot_*.py"))
# What each page must have said: its result beside what it would be without any earthquake.
SAID = {
    "my_csv": ["profile ", "place alone ", "circumstances alone ", "place and date alone "],
    "own_estimator": ["nothing planted  nearest mean ", "nothing planted  place alone ", "passed"],
    "read_a_report": ["Not below chance", "Above place alone", "opens without a network"],
    "region": ["330 files", "place alone ", "too few for any claim", "takes a record of 144 days"],
    "save_and_reuse": ["its steps: True", "nothing planted  AUC "],
    "score_a_track": ["nothing planted ", "no satellite "],
    "scores_of_others": ["lab A: no evidence: place alone reaches", "lab B: "],
    "search_and_resume": ["the same as in one go: True", "place alone "],
    "cluster": ["the same numbers as here: True"],
    "gpu": ["largest difference to the processor"],
    "my_swarm_folder": ["read_swarm_lp", "rows with density and field"],
    "new_satellite": ["passed"],
}


def test_there_are_pages_and_each_says_what_it_found():
    names = {page.stem.removeprefix("plot_") for page in PAGES}
    assert len(names) >= 12 and set(SAID) <= names
    for page in PAGES:
        assert len(page.read_text(encoding="utf-8").splitlines()) < 200, f"{page.name} is not short"


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_runs_from_an_empty_folder(page, tmp_path):
    if page.stem == "plot_cluster":
        pytest.importorskip("distributed")
    kept = ("PATH", "HOME", "SYSTEMROOT", "TMPDIR", "TEMP", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment["PYTHONPATH"] = str(Path(skquake.__file__).parents[1])  # the package that is tested
    done = subprocess.run(
        [sys.executable, str(page)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        cwd=tmp_path,
        env={**environment, "MPLBACKEND": "Agg"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    for text in SAID.get(page.stem.removeprefix("plot_"), ()):
        assert text in done.stdout
    assert not any(tmp_path.iterdir())
    assert "UserWarning" not in done.stderr, done.stderr[-3000:]
