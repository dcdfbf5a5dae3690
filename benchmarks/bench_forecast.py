"""Forecasts of TEC: every model and the naive forecasts side by side, quiet and disturbed, by latitude.

Usage: ``python benchmarks/bench_forecast.py [--quick] [--seeds N] [--tuning] [--models NAME ...]``.

JPL maps every 2 h over 55 days (``--data``, SKQUAKE_REAL_DATA, or ../shared/data beside the project; without
them simulated TEC, and the title says so), ten grid points from 60 S to 60 N on one meridian. All models
learn from the first 40 days and walk forward over the last 15 with the true history: every 4 h a forecast of
the next 4 h. Scores over the times that all of them forecast, quiet (Kp < 3) and disturbed apart, mean over
the seeds of what is random. The settings of each model, and whether it also learns from the same 40 days on
other meridians, were chosen on days 31 to 40 of the span of training, after a fit on days 1 to 30
(``--tuning`` repeats that).
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd
import statsmodels.tools.sm_exceptions  # noqa: F401  its warnings are set to "always" when first imported
from _harness import show, table

from skquake import MapSource
from skquake.datasets import make_kp, make_tec
from skquake.forecasting import SmoothingForecaster, forecast_scores, make_forecaster, space_weather_state
from skquake.io import read_ionex, read_space_weather

DATA = Path(os.environ.get("SKQUAKE_REAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
LATITUDES = [-60.0, -45.0, -30.0, -15.0, -5.0, 5.0, 15.0, 30.0, 45.0, 60.0]
LONGITUDE, OTHERS = -90.0, np.arange(-180.0, 180.0, 15.0)
DAYS, PER_DAY, N_OUT = 55, 12, 2
RANDOM = ["ED-LSTME", "DNN", "RF", "DT"]
NAIVE = ["persistence", "yesterday", "median", "recurrence", "smoothing"]
SHOWN = ["n", "rmse", "mae", "bias", "r2", "pearson"]
AROUND = SmoothingForecaster(0.6, days=12)


def settings(seed, quick):
    """Name of each forecaster -> its settings, as chosen inside the span of training.

    "more" is for those that gained from other meridians (support vectors would take hours over them).
    """
    network = {"units": 64, "activation": "tanh", "learning_rate": 1e-3, "batch_size": 64, "epochs": 5}
    network |= {"decoder_layers": 1, "random_state": seed}
    near = {"n_in": 3, "around": AROUND}
    forest = {"n_estimators": 20 if quick else 100, "min_samples_leaf": 5, "n_jobs": 2}
    chosen = {
        "ED-LSTME": {**near, "more": True, **network},
        "DNN": {"n_in": 12, "max_iter": 30, "more": True, "random_state": seed},
        "RF": {**near, **forest, "more": True, "random_state": seed},
        "SVM": {**near, "C": 1.0, "epsilon": 0.02},
        "DT": {**near, "min_samples_leaf": 50, "more": True, "random_state": seed},
        "ridge": {"n_in": 12, "alpha": 100.0, "around": AROUND, "more": True},
        "ARIMA": {},
        "SARIMA": {"samples_per_day": PER_DAY},
    }
    if quick:
        chosen["ARIMA"] = {"order": (1, 0, 0)}
        del chosen["SARIMA"]
    return chosen | {name: {} for name in NAIVE}


def load(folder, quick):
    """TEC on each meridian, a column a latitude, and Kp."""
    latitudes, longitudes = LATITUDES, [LONGITUDE, *OTHERS[OTHERS != LONGITUDE]]
    if quick:
        latitudes, longitudes = LATITUDES[::4], longitudes[:3]
    names = [f"{abs(latitude):g} {'S' if latitude < 0 else 'N'}" for latitude in latitudes]
    if (folder / "ionex").is_dir():
        maps = MapSource(read_ionex(folder / "ionex" / "jpl_2000-2001" / "*.Z"))
        kp = read_space_weather(folder / "indices" / "SW-All.csv")["kp"]
        series = [maps.at(latitudes, longitude).to_frame() for longitude in longitudes]
        what = "JPL maps"
    else:
        start = pd.Timestamp("2000-11-21")
        kp = make_kp(start - pd.Timedelta(days=3), start + pd.Timedelta(days=DAYS), random_state=0)
        places = [pd.DataFrame({"latitude": latitudes, "longitude": x}, index=names) for x in longitudes]
        series = [
            make_tec(start, start + pd.Timedelta(days=DAYS), stations=place, kp=kp, random_state=0).frame
            for place in places
        ]
        what = "simulated TEC"
    return [frame.set_axis(names, axis=1) for frame in series], kp, what


def forecasts(meridians, rows, seed, quick, models):
    """Name -> forecasts of the rows tested."""
    series, *others = meridians
    fit_until, until = rows
    found = {}
    for name, chosen in settings(seed, quick).items():
        if (models and name not in models) or (seed and name not in RANDOM):
            continue
        more = [other[:fit_until] for other in others] if chosen.pop("more", False) else []
        model = make_forecaster(name, **({"n_out": N_OUT} | chosen))
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of optimisers that stop before they converge
            model.fit(series[:fit_until], **({"more": more} if more else {}))
            found[name] = model.predict(series[:until])[fit_until:]
        print(f"  seed {seed}, {name}: {time.perf_counter() - start:.0f} s", flush=True)
    return found


def scores(observed, runs, kp):
    """Mean scores (model, state, station) over the times that all forecasts have."""
    whole = np.logical_and.reduce([frame.notna().all(axis=1) for run in runs for frame in run.values()])
    observed = observed[whole]
    disturbed = (
        space_weather_state(observed.index, kp=kp, kp_threshold=2.67, disturbed_hours=0) == "disturbed"
    )
    frames = [{name: frame[whole] for name, frame in run.items()} for run in runs]
    if len(frames) > 1 and "ED-LSTME" in frames[0]:
        mean = sum(run["ED-LSTME"] for run in frames) / len(frames)
        frames[0][f"ED-LSTME, mean of {len(frames)}"] = mean
    found = [
        pd.concat(
            {name: forecast_scores(observed, frame, disturbed=disturbed) for name, frame in run.items()},
            names=["model"],
        )
        for run in frames
    ]
    return pd.concat(found).groupby(level=["model", "state", "station"], sort=False).mean()


def run(quick=False, seeds=3, data=DATA, tuning=False, models=None):
    """Tables: scores by state over all latitudes, and root mean square errors by latitude."""
    meridians, kp, what = load(data, quick)
    series = meridians[0]
    rows = (30 * PER_DAY, 40 * PER_DAY) if tuning else (40 * PER_DAY, len(series))
    runs = [forecasts(meridians, rows, seed, quick, models) for seed in range(1 if quick else seeds)]
    found = scores(series[rows[0] : rows[1]], runs, kp)
    pooled = found.xs("all stations", level="station")[SHOWN]
    order = pooled.xs("all", level="state").sort_values("rmse").index
    by_latitude = found["rmse"].unstack("station")[list(series)]
    span = f"{what}, {series.index[rows[0]]:%Y-%m-%d} to {series.index[rows[1] - 1]:%Y-%m-%d}"
    tables = [
        table(
            f"Forecasts of the next {2 * N_OUT} h, {span}, {state} times (TECU)",
            pooled.xs(state, level="state").loc[order],
        )
        for state in ("all", "quiet", "disturbed")
    ]
    for state in ("all", "quiet", "disturbed"):
        errors = by_latitude.xs(state, level="state").loc[order]
        tables.append(table(f"Root mean square error by latitude, {span}, {state} times (TECU)", errors))
    return tables


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="three points, small models: shows that it runs")
    parser.add_argument("--seeds", type=int, default=3, help="repeats of what is random (default 3)")
    parser.add_argument("--tuning", action="store_true", help="fit on 30 days, score the ten that follow")
    parser.add_argument("--models", nargs="*", help="these alone")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with ionex/ and indices/")
    options = parser.parse_args()
    show(run(options.quick, options.seeds, options.data, options.tuning, options.models))


if __name__ == "__main__":
    main()
