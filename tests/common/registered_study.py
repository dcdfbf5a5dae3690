"""A plan with its data and code: noise on a coarse grid, and earthquakes that know nothing of it."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd

from skquake.inspection import PowerCurve
from skquake.report import Comparison, Facts, judge

START, N_DAYS = pd.Timestamp("2015-01-01"), 400
TINY = b"no maps: nothing reads them"

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


def write_study(folder, plan=PLAN, observations=None):
    """Data, code and plan in a folder; the path of the plan."""
    rng = np.random.default_rng(0)
    if observations is None:
        _write_maps(folder / "maps.nc", rng)
    else:
        (folder / "maps.nc").write_bytes(observations)
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


def _write_maps(path, rng):
    import xarray as xr

    from skquake.sources import MapSource

    latitude, longitude = np.arange(-75.0, 90.0, 15.0), np.arange(-180.0, 180.0, 30.0)
    noise = rng.normal(0.0, 0.1, (N_DAYS, len(latitude), len(longitude)))
    coordinates = {"time": pd.date_range(START, periods=N_DAYS), "latitude": latitude, "longitude": longitude}
    maps = xr.DataArray(10.0 * np.exp(noise), coordinates, tuple(coordinates), name="TEC")
    MapSource(maps, name="TEC").to_netcdf(path)


class LightStudy:
    """In place of a study: a power of 0.9, a p of 0.03."""

    found = 0.9
    p_value = 0.03

    @classmethod
    def of(cls, plan, folder, files):
        study = cls()
        study.plan = plan
        return study

    def power(self, store, **running):
        scores = pd.DataFrame(
            {
                "null": "shuffle-times",
                "replicate": range(40),
                "n_events": 50,
                "size": [0.0] * 20 + [self.plan["effect"]["size"]] * 20,
                "score": 0.5,
                "p": [0.5] * 20 + [0.01] * round(20 * self.found) + [0.5] * round(20 * (1 - self.found)),
            }
        )
        effect = {"channels": {"TEC": 1.0}, "days": (-15.0, 0.0), "width": 0.5, "min_km": 200.0, "share": 1.0,
                  "sign": "same", "duration": None, "around": "null"}  # fmt: skip
        store.write_bytes(b"power")
        return PowerCurve(scores, 0.05, "event_auc", ("shuffle-times",), 0.95, {"fit": 0.1}, [], effect)

    def tested(self, store, **running):
        store.write_bytes(b"nulls")
        return SimpleNamespace(p_value=self.p_value)

    def report(self, null, power, look):
        above = Comparison(0.5, 0.2, 0.1, 0.3, 0.4)
        facts = Facts(
            0.7, 0.65, 0.75, "event_auc", 100, 20, shared={"observations": 0}, n_earthquakes=50, place=above,
            circumstances=above, place_and_date=above, p_value=self.p_value, null="shuffle-times",
            null_share=0.0, resolution=0.001, effect_size=1.0, effect_power=0.99, power_low=0.9,
            power_high=1.0, power_nulls=("shuffle-times",), headline_nulls=("shuffle-times",),
            power_alpha=0.05, power_score="event_auc", matched=True, unbalanced={}, look=look,
        )  # fmt: skip
        verdict = judge(facts)
        told = {"verdict": {"code": verdict.code, "text": verdict.text}}
        return SimpleNamespace(
            verdict=verdict, look=look, to_json=lambda: json.dumps(told), to_html=lambda: verdict.text
        )


def make_light(setattr_of, study=LightStudy):
    """Put the stand-in in its place."""
    for module in ("_freeze", "_run"):
        setattr_of(f"skquake.registration.{module}.Study", study)
