"""A small study on disk: random maps of TEC, a catalog, and the TOML file."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from common.small_probes import small_probes  # noqa: F401

from skquake.sources import MapSource

matplotlib.use("Agg")

COLUMNS = ("time", "latitude", "longitude", "depth_km", "magnitude")
STUDY = """\
random_state = 3

[catalog]
files = "quakes.csv"
options.columns = {{ {columns} }}

[source]
kind = "map"
files = "maps.nc"

[samples]
region = "dobrovolsky"
days = [-5, 0]
max_length = 4

[model]
name = "logistic"
params.C = 0.5

[split]
n_splits = 2
min_train = 0.05

[nulls]
names = ["shuffle-times"]
n = 3
"""


def make_study(folder):
    """Write the files; returns the path of the study."""
    rng, n = np.random.default_rng(0), 70
    latitude, longitude = np.arange(75.0, -76.0, -30.0), np.arange(-180.0, 181.0, 60.0)
    maps = xr.DataArray(
        rng.normal(20, 5, (200, len(latitude), len(longitude))).astype("float32"),
        dims=("time", "latitude", "longitude"),
        coords={
            "time": pd.date_range("2015-01-01", periods=200, freq="1D", unit="ns"),
            "latitude": latitude,
            "longitude": longitude,
        },
        name="tec",
        attrs={"units": "TECU"},
    )
    maps[..., -1] = maps[..., 0]
    MapSource(maps).to_netcdf(folder / "maps.nc")
    quakes = pd.DataFrame(
        {
            "time": pd.Timestamp("2015-01-08") + pd.to_timedelta(np.sort(rng.uniform(0, 190, n)), unit="D"),
            "latitude": np.rad2deg(np.arcsin(rng.uniform(-0.9, 0.9, n))),
            "longitude": rng.uniform(-180, 180, n),
            "depth_km": 10.0,
            "magnitude": rng.uniform(4.9, 5.6, n).round(1),
        }
    )
    quakes.to_csv(folder / "quakes.csv", index=False)
    path = folder / "study.toml"
    path.write_text(STUDY.format(columns=", ".join(f'{name} = "{name}"' for name in COLUMNS)))
    return path


@pytest.fixture
def study(tmp_path):
    """Path of a study of its own."""
    return make_study(tmp_path)
