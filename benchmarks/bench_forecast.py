"""Forecasts of TEC 4 and 24 h ahead: ED-LSTME and what it must beat, quiet and disturbed, by latitude.

Usage: ``python benchmarks/bench_forecast.py [--quick] [--simulated [SEED ...]] [--hours H ...] [--tuning]
[--models NAME ...]``.

JPL maps every 2 h over 55 days (``--data``, SKQUAKE_REAL_DATA, or ../shared/data beside the project), ten
grid points from 60 S to 60 N on four meridians. All models learn from the first 40 days and walk forward over
the last 15 with the true history: every 4 h a forecast of the next 4 h, and at 0 UT one of the next 24 h.
Those of ``POOLED`` also learn from the same 40 days on the twenty other meridians. ``--simulated`` (and
where there are no maps) takes a year of simulated TEC on three meridians to learn from and the 60 days after
it; SARIMA is estimated on the last 40 days of that year. There IRI is the simulator's own ionosphere.

The Kp forecast, an input at 24 h, is a ridge regression on the Kp that was known 24 h before, learnt before
the record begins; the model that sees the measured Kp of the times it forecasts looks ahead, and is named
so. Scores over the times that all of the models forecast, quiet (Kp < 3) and disturbed apart; how far each is
behind the first has intervals from days drawn with replacement. The settings
were chosen on days 31 to 40 of the maps, after a fit on days 1 to 30 (``--tuning``), and are the same for
simulations.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import statsmodels.tools.sm_exceptions  # noqa: F401  its warnings are set to "always" when first imported
from _harness import show, table
from sklearn.linear_model import Ridge

from skquake import MapSource
from skquake.datasets import make_kp, make_tec
from skquake.forecasting import (
    IRIForecaster,
    SmoothingForecaster,
    forecast_scores,
    make_forecaster,
    space_weather_state,
)
from skquake.io import read_ionex, read_space_weather
from skquake.metrics._blocks import block_interval, block_sums, time_blocks

DATA = Path(os.environ.get("SKQUAKE_REAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
LATITUDES = [-60.0, -45.0, -30.0, -15.0, -5.0, 5.0, 15.0, 30.0, 45.0, 60.0]
TESTED, LEARNT = [-90.0, 0.0, 90.0, -180.0], np.arange(-180.0, 180.0, 15.0)  # meridians of the maps
SIMULATED = [-90.0, 30.0, 150.0]
PER_DAY = 12
NAIVE = ["persistence", "yesterday", "median", "recurrence", "smoothing", "IRI"]
POOLED = ("ED-LSTME", "ridge", "RF", "DT", "DNN")
SHOWN = ["n", "rmse", "mae", "bias", "r2", "pearson"]
AROUND = SmoothingForecaster(0.6, days=12)
FORECAST, MEASURED = {"kp_forecast": "24h"}, {"kp_measured": "24h"}
SEED = 100


class World(NamedTuple):
    """TEC by meridian, those that are tested, and what is known of space weather."""

    name: str
    series: dict
    tested: list
    indices: pd.DataFrame
    f107: pd.Series
    rows: tuple[int, int]


def settings(n_out, world, quick):
    """Name of each forecaster (its kind before the comma) -> settings, chosen inside the training span."""
    day = n_out == PER_DAY
    iri = IRIForecaster(places(next(iter(world.series)), world), f107=world.f107)
    seen = {"n_in": 12, "around": AROUND, "beside": iri}
    network = {"activation": "tanh", "decoder_layers": 1, "learning_rate": 1e-3, "batch_size": 64}
    network |= (
        {"units": 16, "epochs": 1, "linear": 300.0} if day else {"units": 64, "epochs": 3, "linear": 100.0}
    )
    network |= {"random_state": SEED}
    members = {"n_members": 1 if quick else 3}
    plain = network | {"linear": None, "units": 64, "epochs": 5}
    alpha = 300.0 if day else 10.0
    ahead = FORECAST if day else None
    chosen = {
        "ED-LSTME, linear part, IRI, Kp": {**seen, **network, **members, "ahead": ahead},
        "ED-LSTME": {"n_in": 12, "around": AROUND, **plain, **members},
        "ED-LSTME, measured Kp ahead (looks ahead)": {**seen, **network, **members, "ahead": MEASURED},
        "ridge, IRI, Kp": {**seen, "alpha": alpha, "ahead": ahead},
        "ridge": {"n_in": 12, "alpha": 100.0, "around": AROUND},
        "RF": {"n_in": 3 if not day else 12, "around": AROUND, "n_estimators": 20, "min_samples_leaf": 20},
        "SARIMA": {"samples_per_day": PER_DAY},
    }
    chosen["RF"]["random_state"] = SEED
    if quick:
        chosen = {name: chosen[name] for name in list(chosen)[:1] + ["ridge"]}
    return chosen | {name: {} for name in NAIVE}


def places(longitude, world):
    """Latitude and longitude of the stations of a meridian."""
    names = world.series[longitude].columns
    latitudes = [float(name.split()[0]) * (-1 if name.endswith("S") else 1) for name in names]
    return pd.DataFrame({"latitude": latitudes, "longitude": longitude}, index=names)


def names_of(latitudes):
    return [f"{abs(latitude):g} {'S' if latitude < 0 else 'N'}" for latitude in latitudes]


def real(folder, quick, tuning):
    """The maps of a folder, and what was known of Kp and F10.7."""
    latitudes = LATITUDES[::4] if quick else LATITUDES
    longitudes = [*TESTED, *(() if quick else LEARNT[~np.isin(LEARNT, TESTED)])]
    maps = MapSource(read_ionex(folder / "ionex" / "jpl_2000-2001" / "*.Z"))
    series = {x: maps.at(latitudes, x).to_frame().set_axis(names_of(latitudes), axis=1) for x in longitudes}
    first = series[TESTED[0]].index[0]
    weather = read_space_weather(folder / "indices" / "SW-All.csv")[["kp", "f107"]]["1990":"2001-03"]
    daily = weather["f107"].dropna().resample("1D").first()
    rows = (30 * PER_DAY, 40 * PER_DAY) if tuning else (40 * PER_DAY, len(series[TESTED[0]]))
    return World("JPL maps", series, TESTED, with_forecast(weather["kp"], first), daily, rows)


def simulated(seed, quick, tuning):
    """A year of simulated TEC, and 60 days after it (tuning: 60 days before its end)."""
    latitudes = LATITUDES[::4] if quick else LATITUDES
    longitudes = SIMULATED[:1] if quick else SIMULATED
    learn, test = (60, 20) if quick else (365, 60)
    start = pd.Timestamp("2002-01-01")
    end = start + pd.Timedelta(days=learn + test)
    kp = make_kp(start - pd.Timedelta(days=730), end + pd.Timedelta(days=2), random_state=seed)
    daily = pd.date_range(start - pd.Timedelta(days=90), end + pd.Timedelta(days=2), freq="D")
    cycle = 2 * np.pi * np.arange(len(daily))
    f107 = pd.Series(130.0 + 20.0 * np.sin(cycle / 27) + 20.0 * np.sin(cycle / 1000), daily)
    stations = pd.DataFrame(
        [(latitude, x) for x in longitudes for latitude in latitudes], columns=["latitude", "longitude"]
    )
    stations.index = [f"{k}" for k in range(len(stations))]
    frame = make_tec(start, end, stations=stations, kp=kp, f107=f107, random_state=seed).frame
    parts = np.split(np.arange(frame.shape[1]), len(longitudes))
    series = {
        x: frame.iloc[:, part].set_axis(names_of(latitudes), axis=1)
        for x, part in zip(longitudes, parts, strict=True)
    }
    last = learn if tuning else learn + test
    rows = ((last - test) * PER_DAY, last * PER_DAY)
    return World(f"simulated TEC, seed {seed}", series, longitudes, with_forecast(kp, start), f107, rows)


def with_forecast(kp, until):
    """Kp, a forecast of it from what was known 24 h before, learnt before a time, and itself as a bound."""
    lag = 24 // 3 + 1  # a value is known when its interval is over
    month = kp.shift(27 * 8)
    seen = {f"lag {k}": kp.shift(lag + k) for k in range(8)}
    seen |= {"day": kp.shift(lag).rolling(8).mean(), "days": kp.shift(lag).rolling(24).mean()}
    seen |= {"rotation": month, "around": month.shift(-2).rolling(5).mean()}
    seen = pd.DataFrame(seen)
    whole = seen.notna().all(axis=1)
    learnt = whole & kp.notna() & (kp.index < until)
    model = Ridge().fit(seen[learnt], kp[learnt])
    forecast = pd.Series(np.nan, kp.index)
    forecast[whole] = model.predict(seen[whole])
    indices = pd.DataFrame({"kp": kp, "kp_forecast": forecast, "kp_measured": kp})
    return indices[until - pd.Timedelta(days=5) :]


def forecasts(world, n_out, quick, models):
    """Name -> forecasts (times, meridians x latitudes) of the rows tested."""
    fit_until, until = world.rows
    found = {}
    for name, chosen in settings(n_out, world, quick).items():
        if models and name not in models:
            continue
        kind = name.split(",")[0]
        steps = {} if kind in NAIVE and kind != "persistence" else {"n_out": n_out}
        known = (world.indices,) if chosen.get("ahead") else ()
        began = time.process_time()
        make = lambda **more: make_forecaster(kind, **(steps | chosen | more))  # noqa: B023, E731
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of optimisers that stop before they converge
            blocks = walk(world, kind, make, known, fit_until, until)
        found[name] = pd.concat(blocks, axis=1, keys=world.tested)
        print(f"  {world.name}, {2 * n_out} h, {name}: {time.process_time() - began:.0f} s", flush=True)
    return found


def walk(world, kind, make, known, fit_until, until):
    """Forecasts of each tested meridian, from one model where it learns from all, else from its own."""
    series = world.series
    if kind in POOLED:
        first, *others = series
        where = [places(x, world) for x in others]
        model = make().fit(
            series[first][:fit_until], *known, more=[series[x][:fit_until] for x in others], more_places=where
        )
        return [
            model.predict(series[x][:until], *known, places=places(x, world))[fit_until:]
            for x in world.tested
        ]
    blocks = []
    for x in world.tested:
        more = {"places": places(x, world), "f107": world.f107} if kind == "IRI" else {}
        begin = max(0, fit_until - 40 * PER_DAY) if kind == "SARIMA" else 0
        model = make(**more).fit(series[x][begin:fit_until])
        blocks.append(model.predict(series[x][begin:until])[fit_until - begin :])
    return blocks


def common(world, found):
    """What was observed, and at which times all forecasts are there."""
    fit_until, until = world.rows
    observed = pd.concat([world.series[x][fit_until:until] for x in world.tested], axis=1, keys=world.tested)
    return observed, np.logical_and.reduce([frame.notna().all(axis=1) for frame in found.values()])


def behind(worlds, each, names):
    """Root mean square errors less that of the first name, 95 % intervals from days with replacement."""
    sums = []
    for world, found in zip(worlds, each, strict=True):
        observed, whole = common(world, found)
        squares = [((found[name] - observed) ** 2)[whole].sum(axis=1).to_numpy() for name in names]
        days = time_blocks(observed.index[whole].as_unit("ns").asi8, block_days=1.0)
        sums.append(block_sums(days, np.full(whole.sum(), observed.shape[1]), *squares))
    sums = np.concatenate(sums)

    def less(sums):
        rmse = np.sqrt(sums[:, 1:] / sums[:, :1])
        return rmse - rmse[:, :1]

    low, high = block_interval(sums, less, n_resamples=4000, random_state=0)
    (value,) = less(sums.sum(axis=0, keepdims=True))
    return pd.DataFrame({"rmse, less the first": value, "low": low, "high": high}, index=names)


def scores(world, found):
    """Scores (model, state, latitude) over the times that all forecasts have."""
    observed, whole = common(world, found)
    state = space_weather_state(
        observed.index, kp=world.indices["kp"].dropna(), kp_threshold=2.67, disturbed_hours=0
    )
    disturbed = np.tile(np.asarray(state == "disturbed")[whole], len(world.tested))

    def under(frame):
        """Meridians under one another, a column a latitude."""
        return pd.concat([frame[whole][x] for x in world.tested], ignore_index=True)

    return pd.concat(
        {
            name: forecast_scores(under(observed), under(frame), disturbed=disturbed)
            for name, frame in found.items()
        },
        names=["model"],
    )


def tables(worlds, n_out, quick, models):
    """Scores by state over all latitudes, and root mean square errors by latitude; means over worlds."""
    each = [forecasts(world, n_out, quick, models) for world in worlds]
    rows = [scores(world, found) for world, found in zip(worlds, each, strict=True)]
    found = pd.concat(rows).groupby(level=["model", "state", "station"], sort=False).mean()
    pooled = found.xs("all stations", level="station")[SHOWN]
    order = pooled.xs("all", level="state").sort_values("rmse").index
    world = worlds[0]
    index = world.series[world.tested[0]].index
    what = world.name if len(worlds) == 1 else f"{len(worlds)} simulated years"
    span = f"{what}, {index[world.rows[0]]:%Y-%m-%d} to {index[world.rows[1] - 1]:%Y-%m-%d}, {2 * n_out} h"
    states = [state for state in ("all", "quiet", "disturbed") if state in pooled.index.unique("state")]
    shown = [
        table(f"Forecasts, {span}, {state} times (TECU)", pooled.xs(state, level="state").loc[order])
        for state in states
    ]
    names = sorted(order, key=lambda name: "looks ahead" in name)  # the first is one that does not
    shown.append(table(f"Behind the first, {span}, all times (TECU)", behind(worlds, each, names)))
    by_latitude = found["rmse"].unstack("station")[list(world.series[world.tested[0]])]
    for state in states:
        errors = by_latitude.xs(state, level="state").loc[order]
        shown.append(table(f"Root mean square error by latitude, {span}, {state} times (TECU)", errors))
    return shown


def run(quick=False, data=DATA, tuning=False, models=None, hours=(4, 24), seeds=None):
    """The tables at each horizon."""
    if seeds is None and (data / "ionex").is_dir():
        worlds = [real(data, quick, tuning)]
    else:
        worlds = [simulated(seed, quick, tuning) for seed in seeds or [1]]
    return [item for h in hours for item in tables(worlds, h // 2, quick, models)]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="three points, few models: shows that it runs")
    parser.add_argument("--simulated", type=int, nargs="*", metavar="SEED", help="simulated years (1 2 3)")
    parser.add_argument("--hours", type=int, nargs="+", choices=[4, 24], default=[4, 24])
    parser.add_argument("--tuning", action="store_true", help="score the end of the span of training")
    parser.add_argument("--models", nargs="*", help="these alone")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with ionex/ and indices/")
    options = parser.parse_args()
    seeds = options.simulated
    seeds = [1, 2, 3] if seeds == [] else seeds
    show(run(options.quick, options.data, options.tuning, options.models, options.hours, seeds))


if __name__ == "__main__":
    main()
