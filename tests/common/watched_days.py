"""A watch with its model, its past and the days that come."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

START, N_DAYS = pd.Timestamp("2015-01-01"), 20

MODEL = """\
import numpy as np


def forecast(paths, day):
    weights = np.ones((9, 18))
    weights[0, 0] = len(paths)
    weights[4, day.day % 18] = 3.0
    return weights
"""

WATCH = """\
title = "Days that come"

[feed]
files = "day*.csv"
[model]
file = "model.py"
[cells]
degrees = 20
[catalog]
files = "past.csv"
reader = "read_usgs"
decluster = "none"
"""


def make_watch(folder):
    """Plan, model, past and future earthquakes in a folder; the path of the plan."""
    rng = np.random.default_rng(0)
    _catalog(rng, START - pd.Timedelta("400D"), 400, 200, "p").to_csv(folder / "past.csv", index=False)
    _catalog(rng, START, N_DAYS, 15, "n").to_csv(folder / "new.csv", index=False)
    (folder / "model.py").write_text(MODEL)
    (folder / "watch.toml").write_text(WATCH)
    return folder / "watch.toml"


def come(watch, day, content=None):
    """The file of a day."""
    name = f"day{START + pd.Timedelta(days=day):%Y-%m-%d}.csv"
    watch.with_name(name).write_bytes(f"day {day}".encode() if content is None else content)


def small_code(setattr_of):
    """A few files in the place of skquake's code, and few versions."""
    setattr_of("skquake.registration._seal.CODE", Path(__file__).parent)
    setattr_of("skquake.registration._seal.versions", dict)


def _catalog(rng, start, n_days, n, name):
    time = start + pd.to_timedelta(np.sort(rng.uniform(0.0, n_days, n)), unit="D")
    return pd.DataFrame(
        {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "latitude": rng.uniform(-60.0, 60.0, n),
            "longitude": rng.uniform(-180.0, 180.0, n),
            "depth": 10.0,
            "mag": rng.uniform(5.0, 6.5, n),
            "id": [f"{name}{k}" for k in range(n)],
        }
    )
