"""The first score on real maps: its report comes from one command."""

from __future__ import annotations

import html
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "01_quickstart" / "plot_first_score.py"


@pytest.mark.slow
def test_report_of_the_real_maps(real_data, tmp_path):
    page = tmp_path / "report.html"
    options = ["--epochs", "1", "--nulls", "2", "--figures", str(tmp_path), "--report", str(page)]
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), "--data", str(real_data), *options],
        capture_output=True,
        text=True,
        check=True,
    )
    verdict, written = done.stdout.rstrip().split("\n\n")[-2:]
    assert str(page) in written.split()
    assert " ".join(verdict.split()) in html.unescape(page.read_text(encoding="utf-8"))
    assert max(map(len, done.stdout.splitlines())) <= 100
