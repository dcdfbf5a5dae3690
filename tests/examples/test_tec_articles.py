"""The articles on electron content, on real maps by one command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ARTICLES = Path(__file__).parents[2] / "examples" / "03_articles"


def run(name, real_data, figures):
    options = ["--data", str(real_data), "--quick", "--figures", str(figures)]
    done = subprocess.run(
        [sys.executable, str(ARTICLES / name), *options], capture_output=True, text=True, check=True
    )
    return done.stdout, {path.stem for path in figures.glob("*.png")}


def test_forecasts_and_anomalies(real_data, tmp_path):
    said, drawn = run("plot_ed_lstme.py", real_data, tmp_path)
    assert "measured on your data: forecasts of" in said and "expected of independent errors" in said
    assert "longitudes without an earthquake" in said and "precursor" not in said
    assert {"ed_lstme_anomalies", "ed_lstme_map", "ed_lstme_heatmap"} <= drawn


def test_a_short_record_shows_its_images(real_data, tmp_path):
    said, drawn = run("plot_sip_images.py", real_data, tmp_path)
    assert "its images are shown, none is learnt from" in said
    assert "before: to 2001-01-12 23:00, 0.8 days before the next earthquake" in said
    assert "normal: to 2001-01-11 23:00, 1.8 days before the next earthquake" in said
    assert drawn == {"sip_before", "sip_normal"}
