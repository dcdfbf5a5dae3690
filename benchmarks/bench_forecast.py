"""Forecasts of TEC on real maps: every model and the naive forecasts, side by side.

Usage: ``python benchmarks/forecast.py [--quick] [--n-out N] [--seeds N] [--data FOLDER] [--json FILE]``.

JPL maps every 2 h over 55 days (SKQUAKE_REAL_DATA, or ../shared/data beside the project), ten grid points
from 60 S to 60 N on one meridian. All models learn from the first 40 days and walk forward over the last 15
with the true history: every ``n_out`` times a forecast of the next ``n_out``. Scores over the times that all
of them forecast, quiet (Kp < 3) and disturbed apart. The settings were chosen on days 31 to 40 of the span of
training, after a fit on days 1 to 30 (``--tuning`` repeats that).
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.tools.sm_exceptions  # noqa: F401  its warnings are set to "always" when first imported

from skquake import MapSource
from skquake.forecasting import SmoothingForecaster, forecast_scores, make_forecaster
from skquake.io import read_ionex, read_space_weather

LATITUDES = [-60.0, -45.0, -30.0, -15.0, -5.0, 5.0, 15.0, 30.0, 45.0, 60.0]
LONGITUDE = -90.0
PER_DAY = 12
INDICES = ["kp", "ap", "f107"]
NAIVE = ["persistence", "yesterday", "median", "recurrence", "smoothing"]
SHOWN = ["n", "rmse", "mae", "bias", "r2", "pearson"]


def settings(seed, quick):
    """Name of each forecaster -> its settings, as chosen inside the span of training."""
    network = {"units": 64, "activation": "tanh", "learning_rate": 3e-3, "epochs": 10}
    if quick:
        network |= {"units": 16, "epochs": 5}
    seasonal = {"samples_per_day": PER_DAY}
    chosen = {
        "ED-LSTME": {"n_in": 6, "around": SmoothingForecaster(), "random_state": seed, **network},
        "DNN": {"n_in": 12, "random_state": seed},
        "RF": {"n_in": 12, "random_state": seed, "n_jobs": 2, "n_estimators": 20 if quick else 200},
        "SVM": {"n_in": 24, "C": 1.0, "epsilon": 0.02},
        "DT": {"n_in": 12, "min_samples_leaf": 5, "random_state": seed},
        "ridge": {"n_in": 3, "alpha": 10.0, "around": SmoothingForecaster()},
        "ARIMA": {},
        "SARIMA": seasonal,
    }
    if quick:
        chosen["ARIMA"] = {"order": (1, 0, 0)}
        del chosen["SARIMA"]
    return chosen | {name: {} for name in NAIVE}


def load(folder, quick):
    """TEC at the grid points, a column a latitude, and the space weather of that time."""
    latitudes = LATITUDES[::4] if quick else LATITUDES
    maps = MapSource(read_ionex(folder / "ionex" / "jpl_2000-2001" / "*.Z"))
    series = maps.at(latitudes, LONGITUDE).to_frame()
    series.columns = [f"{abs(latitude):g} {'S' if latitude < 0 else 'N'}" for latitude in latitudes]
    margin = pd.Timedelta(days=3)
    weather = read_space_weather(folder / "indices" / "SW-All.csv")
    return series, weather[series.index[0] - margin : series.index[-1] + margin]


def forecasts(series, weather, fit_until, *, n_out, seed, quick, exogenous, models):
    """Name -> forecasts of the rows from ``fit_until`` on; and the seconds each took."""
    found, seconds = {}, {}
    for name, chosen in settings(seed, quick).items():
        if models and name not in models:
            continue
        known = INDICES if name in exogenous else None
        model = make_forecaster(name, **({"n_out": n_out, "exogenous": known} | chosen))
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of optimisers that stop before they converge
            model.fit(series[:fit_until], weather if known else None)
            found[name] = model.predict(series, weather if known else None)[fit_until:]
        seconds[name] = time.perf_counter() - start
        print(f"seed {seed}, {name}: {seconds[name]:.0f} s", flush=True)
    return found, seconds


def measure(series, weather, rows, **options):
    """Scores (model, state, station) of one seed, over the times that all models forecast."""
    fit_until, until = rows
    series = series[:until]
    found, seconds = forecasts(series, weather, fit_until, **options)
    whole = np.logical_and.reduce([frame.notna().all(axis=1) for frame in found.values()])
    observed = series[fit_until:][whole]
    kp = weather["kp"].reindex(observed.index, method="ffill")
    scores = {
        name: forecast_scores(observed, frame[whole], disturbed=kp >= 3.0) for name, frame in found.items()
    }
    table = pd.concat(scores, names=["model"]).assign(seed=options["seed"])
    return table, seconds


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    here = Path(__file__).resolve()
    data = Path(os.environ.get("SKQUAKE_REAL_DATA", here.parents[2] / "shared" / "data"))
    parser.add_argument("--quick", action="store_true", help="three points, small models: shows that it runs")
    parser.add_argument("--n-out", type=int, default=2, help="times of 2 h forecast together (default 2)")
    parser.add_argument("--seeds", type=int, default=3, help="repeats of what is random (default 3)")
    parser.add_argument("--tuning", action="store_true", help="fit on 30 days, score the ten that follow")
    parser.add_argument("--exogenous", nargs="*", default=[], help="models that get Kp, ap, F10.7")
    parser.add_argument("--models", nargs="*", help="these alone")
    parser.add_argument("--data", type=Path, default=data, help="folder with ionex/ and indices/")
    parser.add_argument("--json", type=Path, default=here.with_name("forecast.json"))
    options = parser.parse_args()
    if not options.data.is_dir():
        parser.error(f"no folder {options.data}; set SKQUAKE_REAL_DATA or --data to one with real files")
    series, weather = load(options.data, options.quick)
    rows = (30 * PER_DAY, 40 * PER_DAY) if options.tuning else (40 * PER_DAY, len(series))
    tables = []
    for seed in range(1 if options.quick else options.seeds):
        table, seconds = measure(
            series, weather, rows, n_out=options.n_out, seed=seed, quick=options.quick,
            exogenous=options.exogenous, models=options.models,
        )  # fmt: skip
        tables.append(table)
        record = pd.concat(tables).reset_index().to_dict("records")
        options.json.write_text(json.dumps({"scores": record, "seconds": seconds}, indent=1))
    scores = pd.concat(tables).groupby(level=["model", "state", "station"], sort=False).mean()
    pooled = scores.xs("all stations", level="station")[SHOWN]
    span = f"{series.index[rows[0]]:%Y-%m-%d} to {series.index[rows[1] - 1]:%Y-%m-%d}"
    print(f"\nForecasts {options.n_out * 2} h at a time, {span}, mean of {len(tables)} seed(s)\n")
    for state in ("all", "quiet", "disturbed"):
        table = pooled.xs(state, level="state").sort_values("rmse")
        print(f"{state} (TECU)\n{table.to_string(float_format='{:.3f}'.format)}\n")
    by_latitude = scores["rmse"].xs("all", level="state").unstack("station")[list(series)]
    print("RMSE by latitude (TECU)")
    print(by_latitude.loc[pooled.xs("all", level="state").sort_values("rmse").index].round(2).to_string())


if __name__ == "__main__":
    main()
