"""A small study, frozen once: noise on a coarse grid, with an effect that nobody can miss."""

from __future__ import annotations

import shutil
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from skquake.registration import freeze
from skquake.sources import MapSource

matplotlib.use("Agg")

START, N_DAYS = pd.Timestamp("2015-01-01"), 400

PIPELINE = """\
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake.preprocessing import WindowFlattener
from skquake.sampling import SlidingWindow


def pipeline(source):
    return make_pipeline(SlidingWindow(source, 3), WindowFlattener(), LogisticRegression())
"""

PLAN = """\
title = "Noise, and nothing else"

[catalog]
files = "catalog.csv"
reader = "read_usgs"
decluster = "none"

[source]
kind = "map"
files = "maps.nc"

[controls]
kind = "matched"

[samples]
region = "dobrovolsky"
days = [-15, 0]
max_length = 3

[pipeline]
file = "analysis.py"

[split]
test_from = 2015-07-20

[nulls]
names = ["shuffle-times"]
n = 20

[headline]
score = "event_auc"

[effect]
size = 1.0
min_km = 2500

[power]
n_nulls = 20
n_repeats = 4
"""


def write_study(folder, plan=PLAN):
    """Data, code and plan in a folder; the path of the plan."""
    rng = np.random.default_rng(0)
    latitude, longitude = np.arange(-75.0, 90.0, 15.0), np.arange(-180.0, 180.0, 30.0)
    time = pd.date_range(START, periods=N_DAYS)
    noise = rng.normal(0.0, 0.1, (N_DAYS, len(latitude), len(longitude)))
    coordinates = {"time": time, "latitude": latitude, "longitude": longitude}
    maps = xr.DataArray(10.0 * np.exp(noise), coordinates, tuple(coordinates), name="TEC")
    MapSource(maps, name="TEC").to_netcdf(folder / "maps.nc")
    n = 120
    catalog = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(np.sort(rng.uniform(0.0, N_DAYS, n)), unit="D"),
            "latitude": rng.uniform(-60.0, 60.0, n),
            "longitude": rng.uniform(-180.0, 180.0, n),
            "depth": 10.0,
            "mag": rng.uniform(5.0, 6.5, n),
            "id": [f"e{k}" for k in range(n)],
        }
    )
    catalog.to_csv(folder / "catalog.csv", index=False, date_format="%Y-%m-%dT%H:%M:%S.%fZ")
    (folder / "analysis.py").write_text(PIPELINE)
    (folder / "plan.toml").write_text(plan)
    return folder / "plan.toml"


@pytest.fixture(scope="session")
def frozen_folder(tmp_path_factory):
    """A folder with a frozen plan, not to be written to."""
    folder = tmp_path_factory.mktemp("frozen")
    freeze(write_study(folder))
    return folder


@pytest.fixture
def frozen(frozen_folder, tmp_path) -> Path:
    """The plan in a copy of that folder."""
    return Path(shutil.copytree(frozen_folder, tmp_path / "study")) / "plan.toml"
