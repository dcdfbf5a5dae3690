"""
ED-LSTME: electron content forecast, bounded, and what its anomalies are worth
==============================================================================

The article forecasts the electron content (TEC) of five stations by an encoder-decoder of LSTMs, bounds the
forecast's errors by their own past, and calls what leaves the bounds on quiet days before an earthquake
anomalous. Here are its tables and figures for the El Salvador earthquake of 2001-01-13 (M 7.7), and beside
them what the article lacks: the forecasts that a model must beat, the rate at which noise is flagged, and the
same method on spans without any earthquake.

By default the electron content is simulated, once with nothing planted and once with an anomaly before the
earthquake. ``--data DIR`` takes real files: IONEX maps in ``DIR/ionex``, USGS catalogs in ``DIR/catalog``,
``SW-All.csv`` and a Dst file in ``DIR/indices``, daily outgoing longwave radiation in ``DIR/olr`` where there
is any. ``--case hutubi --vtec FILE`` takes the article's own earthquake with a table of your stations.
"""

# %%
# Settings
# --------

import argparse
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if "__file__" in globals():
    sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import pandas as pd
from _maps import read_maps

from skquake import IQRBounds, MapSource
from skquake.catalogs import events_near
from skquake.datasets import make_catalog, make_kp, make_tec
from skquake.forecasting import (
    SmoothingForecaster,
    TECAnomalyDetector,
    forecast_scores,
    make_forecaster,
    quake_free_spans,
    space_weather_state,
)
from skquake.io import read_dst, read_olr, read_space_weather, read_station_vtec, read_usgs
from skquake.plotting import (
    AnomalySeriesDisplay,
    DTECHeatmapDisplay,
    ForecastBarsDisplay,
    ForecastScatterDisplay,
    RSTMapDisplay,
    TaylorDisplay,
    TECMapDisplay,
)
from skquake.preprocessing import RSTIndex

CASES = {
    "el-salvador": {
        "time": "2001-01-13 17:33:32",
        "latitude": 13.049,
        "longitude": -88.660,
        "magnitude": 7.7,
        "stations": {"N": (17.5, -88.7), "W": (13.0, -93.7), "C": (13.0, -88.7), "E": (13.0, -83.7),
                     "S": (8.5, -88.7)},
    },
    "hutubi": {
        "time": "2016-12-08 05:15:04",
        "latitude": 43.823,
        "longitude": 86.345,
        "magnitude": 6.2,
        "stations": {"XJSH": (44.2, 86.1), "XJWL": (42.9, 86.7), "XJDS": (44.3, 84.8), "XJKE": (41.7, 86.1),
                     "XJKL": (45.6, 84.9)},
    },
}  # fmt: skip
QUIET = {"kp_threshold": 2.67, "dst_threshold": -29.0}  # the article: Kp < 3 and Dst > -30 nT
# All-station scores that the article prints, over a year of its own stations: R2 and RMSE (TECU).
PUBLISHED = {
    "ED-LSTME": (0.9105, 2.6759),
    "DNN": (0.8898, 2.9697),
    "RF": (0.881, 3.0865),
    "SVM": (0.8725, 3.1945),
    "ARIMA": (0.7586, 4.3948),
    "DT": (0.6838, 5.0302),
}
DAYS, TRAIN_DAYS, TEST_DAYS = 55, 25, 15  # the days between fill the bounds of the errors

parser = argparse.ArgumentParser(description="ED-LSTME: forecasts, bounds, anomalies and their worth.")
add = parser.add_argument
add("--data", type=Path, metavar="DIR", help="folder of real files instead of the simulation")
add("--case", choices=list(CASES), default="el-salvador", help="the earthquake (default %(default)s)")
add("--vtec", type=Path, help="CSV of your stations (a time column, a column a station), with --case")
add(
    "--models", default="ED-LSTME,DNN,RF,SVM,DT,ARIMA,ridge,smoothing,persistence,yesterday,median,recurrence"
)
add("--effect", type=float, default=0.4, help="planted change of TEC (default %(default)s)")
add("--quick", action="store_true", help="three models, a small network")
add("--seed", type=int, default=0, help="of simulation and models (default %(default)s)")
add("--figures", type=Path, default=Path("figures"), help="folder for the figures (default %(default)s)")
options = parser.parse_args()
if options.quick:
    options.models = "ED-LSTME,RF,ridge,smoothing,yesterday,median"

case = CASES[options.case]
event = pd.DataFrame(
    [{name: case[name] for name in ("time", "latitude", "longitude", "magnitude")} | {"depth_km": 20.0}],
    index=[options.case],
)
event["time"] = pd.to_datetime(event["time"])
moment = event["time"].iloc[0]
stations = pd.DataFrame.from_dict(case["stations"], orient="index", columns=["latitude", "longitude"])

# %%
# Three worlds
# ------------
# Simulated without and with an anomaly, or yours: series at the stations, indices, all earthquakes.


def simulated(effect):
    """Electron content at the stations before the earthquake, with an anomaly of this size."""
    end = (moment + pd.Timedelta(days=2)).floor("D")
    start = end - pd.Timedelta(days=DAYS)
    kp = make_kp(start - pd.Timedelta(days=3), end + pd.Timedelta(days=1), random_state=options.seed)
    made = make_tec(
        start, end, stations=stations, catalog=event, effect=effect, kp=kp, f107=170.0,
        random_state=options.seed,
    )  # fmt: skip
    indices = pd.DataFrame({"kp": kp})
    catalog = make_catalog(start, end, random_state=options.seed)
    return made.frame, indices, None, pd.concat([catalog, event]), None


def real(folder):
    """What the folder holds: maps (or the table of ``--vtec``), indices, earthquakes."""
    maps = None
    if options.vtec:
        series = read_station_vtec(options.vtec)
    else:
        maps = read_maps(folder / "ionex")
        series = MapSource(maps).at(stations["latitude"], stations["longitude"]).to_frame()
        series = series.set_axis(stations.index, axis=1)
    end = min(series.index[-1], (moment + pd.Timedelta(days=2)).floor("D"))
    series = series[end - pd.Timedelta(days=DAYS) : end]
    indices = read_space_weather(sorted((folder / "indices").glob("SW-*"))[0])[["kp", "ap", "f107"]]
    files = [path for path in (folder / "indices").iterdir() if "dst" in path.name.lower()]
    dst = pd.concat([read_dst(path) for path in files]).sort_index() if files else pd.Series(dtype=float)
    dst = dst[~dst.index.duplicated()]
    dst = dst[series.index[0] - pd.Timedelta(days=2) : end] if len(dst) else dst
    catalog = read_usgs(folder / "catalog" / "*.csv*")
    near = catalog["time"].between(series.index[0] - pd.Timedelta(days=30), end + pd.Timedelta(days=30))
    return series, indices, dst if len(dst) > 1 else None, catalog[near], maps


# %%
# Forecasts
# ---------
# Every model learns from the first 25 days and walks forward with the true history, four hours at a time; the
# last 15 days count. The indices are left out: they made the forecasts worse inside the days of training.


def settings(name):
    """Parameters of a model. Network and ridge learn what departs from a smoothed day."""
    rows = {"n_in": 12, "n_out": 2}
    if name == "ED-LSTME":
        network = {"units": 64, "activation": "tanh", "learning_rate": 3e-3, "epochs": 10}
        return rows | {"n_in": 6, "around": SmoothingForecaster(), "random_state": options.seed, **network}
    if name == "ridge":
        return rows | {"n_in": 3, "alpha": 10.0, "around": SmoothingForecaster()}
    if name in ("DNN", "RF", "DT"):
        return rows | {"random_state": options.seed}
    return rows


def forecasts(series):
    """Out-of-sample forecasts of each model, by name."""
    train = series[: series.index[0] + pd.Timedelta(days=TRAIN_DAYS)]
    found = {}
    for name in options.models.split(","):
        forecaster = make_forecaster(name, **settings(name))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of optimisers that stop early
            forecaster.fit(train)
            found[name] = forecaster.predict(series)
    return found


def disturbed(series, kp):
    """Times with Kp of 3 or more in the day before, as the article has it."""
    return space_weather_state(series.index, kp=kp, kp_threshold=QUIET["kp_threshold"]) == "disturbed"


def score(series, found, kp):
    """All stations, the last days: R2, RMSE, MAE and correlation, all, quiet and disturbed."""
    last = series.index >= series.index[-1] - pd.Timedelta(days=TEST_DAYS)
    common = np.logical_and.reduce([predicted.notna().all(axis=1) for predicted in found.values()])
    rows = series.index[last & common]
    state = disturbed(series, kp)[rows]
    tables = {
        name: forecast_scores(series.loc[rows], predicted.loc[rows], disturbed=state)
        for name, predicted in found.items()
    }
    shown = {name: table.xs("all stations", level="station")["rmse"] for name, table in tables.items()}
    summary = pd.DataFrame(shown).T.add_prefix("RMSE ")
    overall = {name: table.loc["all", "all stations"] for name, table in tables.items()}
    summary.insert(0, "R2", {name: row["r2"] for name, row in overall.items()})
    summary["MAE"] = {name: row["mae"] for name, row in overall.items()}
    summary["rho"] = {name: row["pearson"] for name, row in overall.items()}
    summary["published R2"] = {name: PUBLISHED.get(name, (np.nan,))[0] for name in found}
    summary["published RMSE"] = {name: PUBLISHED.get(name, (np.nan, np.nan))[1] for name in found}
    return summary, rows, state


# %%
# Anomalies
# ---------
# Two detectors: errors of the forecast beyond two standard deviations of the errors of 15 days, and the
# classic bounds of the same hour of 15 days. Both with the rate at which pure noise leaves such bounds, and
# both on spans that no earthquake touches.


def detectors(indices, dst):
    """The article's and the classic one."""
    how = {"kp": indices["kp"], "dst": dst, **QUIET}
    model = make_forecaster("ED-LSTME", **settings("ED-LSTME"))
    return {
        "ED-LSTME, mean -+ 2 sigma": TECAnomalyDetector(model, **how),
        "same hour, median -+ 1.5 IQR": TECAnomalyDetector(bounds=IQRBounds(style="iqr"), **how),
    }


def anomalies(name, detector, series, catalog):
    """What is flagged in the days around the earthquake, and where there is none; printed."""
    train = series[: series.index[0] + pd.Timedelta(days=TRAIN_DAYS)]
    detector.fit(train)
    found = detector.detect(series)
    around = found.between(moment - pd.Timedelta(days=TEST_DAYS), series.index[-1])
    rate = around.rate()
    quiet = around.rate(state="quiet") if (around.state == "quiet").any() else None
    print(
        f"\n{name}: {rate['flagged_rate']:.1%} [{rate['low']:.1%}, {rate['high']:.1%}] of the values of the "
        f"{TEST_DAYS} days before are flagged, {rate['expected_rate']:.1%} expected of noise"
    )
    if quiet is not None:
        print(f"  at quiet times {quiet['flagged_rate']:.1%} [{quiet['low']:.1%}, {quiet['high']:.1%}]")
    table = around.table(event=moment)
    print(
        f"  {len(table)} anomalies, {(table['state'] == 'quiet').sum()} of them at quiet times; the largest:"
    )
    print(
        table.reindex(table["peak"].abs().sort_values(ascending=False).index).head(8).to_string(index=False)
    )
    together = around.synchrony(event=None, n_shifts=199, random_state=options.seed)
    print(
        f"  all stations together for {together['hours']:.0f} h; {together['hours_apart']:.1f} h if they "
        f"were independent, but their errors correlate at {together['mean_correlation']:.2f}: "
        f"{together['effective_stations']:.1f} stations' worth of witnesses"
    )
    near = events_near(catalog, stations["latitude"], stations["longitude"])["time"]
    known = found.dtec.dropna(how="all").index
    spans = quake_free_spans(known[0], series.index[-1], near, days=5)
    if len(spans):
        nothing = detector.confute(series, spans)
        print(
            f"  {len(spans)} spans of 5 days without an earthquake: {nothing.flagged_rate:.1%} "
            f"[{nothing.low:.1%}, {nothing.high:.1%}] flagged; "
            f"{nothing.spans_with_quiet_anomaly:.0%} of them hold an anomaly at a quiet time"
        )
    else:
        print("  no span of 5 days is free of earthquakes: what is flagged without any is not known here")
    return found, around


def elsewhere(name, detector, maps, series, catalog):
    """The same days at other longitudes, where no station lies in the region of any earthquake; printed."""
    first, last = moment - pd.Timedelta(days=TEST_DAYS), series.index[-1]
    nearby_days = catalog["time"].between(first - pd.Timedelta(days=5), last + pd.Timedelta(days=15))
    rates = []
    for east in range(30, 360, 30):
        longitude = (stations["longitude"] + east + 180.0) % 360.0 - 180.0
        if len(events_near(catalog[nearby_days], stations["latitude"], longitude)):
            continue
        there = (
            MapSource(maps).at(stations["latitude"], longitude).to_frame().set_axis(stations.index, axis=1)
        )
        there = there[series.index[0] : last]
        detector.fit(there[: there.index[0] + pd.Timedelta(days=TRAIN_DAYS)])
        rates.append(detector.detect(there).between(first, last).rate()["flagged_rate"])
    if not rates:
        print(f"  {name}: no longitude was free of earthquakes in these days")
        return
    shown = ", ".join(f"{rate:.1%}" for rate in rates)
    print(f"  {name}: flagged in the same days at {len(rates)} longitudes without an earthquake: {shown}")


# %%
# Run
# ---

label, world = ("measured on your data", real(options.data)) if options.data else (None, None)
worlds = {label: world} if world else {
    "simulated, nothing planted": simulated(0.0),
    f"simulated, planted {options.effect:+.0%}": simulated(options.effect),
}  # fmt: skip
print("Published: R2 and RMSE of the article's own stations over a year. Ours: "
      f"{', '.join(stations.index)} over {TEST_DAYS} days.")  # fmt: skip
for label, (series, indices, dst, catalog, _) in worlds.items():
    found = forecasts(series)
    summary, rows, state = score(series, found, indices["kp"])
    print(f"\n=== {label}: forecasts of {len(rows)} times, {state.sum()} of them disturbed (TECU)")
    print(summary.to_string(float_format="{:.2f}".format, na_rep=""))
    flagged = {
        name: anomalies(name, detector, series, catalog) for name, detector in detectors(indices, dst).items()
    }

maps = worlds[label][-1]
if maps is not None:
    print()
    for name, detector in detectors(indices, dst).items():
        elsewhere(name, detector, maps, series, catalog)

# %%
# Figures
# -------
# Of the last world: the one with the planted anomaly, or yours.

observed = series.loc[rows]
compared = {name: predicted.loc[rows] for name, predicted in found.items()}
latitudes = stations["latitude"].reindex(series.columns)
whole, around = flagged["ED-LSTME, mean -+ 2 sigma"]
displays = {
    "scatter": ForecastScatterDisplay.from_predictions(observed, compared),
    "taylor": TaylorDisplay.from_predictions(observed, compared),
    "bars": ForecastBarsDisplay.from_predictions(observed, compared, disturbed=state, latitude=latitudes),
    "anomalies": AnomalySeriesDisplay(
        around.observed, around.bounds, kp=indices["kp"], dst=dst, event=event,
        expected_rate=around.expected_rate, **QUIET,
    ),
    "heatmap": DTECHeatmapDisplay.from_anomalies(around, event=event),
    "heatmap_classic": DTECHeatmapDisplay.from_anomalies(
        flagged["same hour, median -+ 1.5 IQR"][1], event=event
    ),
}  # fmt: skip
if maps is not None:
    displays["map"] = TECMapDisplay(maps, time=moment, stations=stations, event=event)
if options.data and (options.data / "olr").is_dir():
    olr = read_olr(sorted((options.data / "olr").glob("*.nc")))
    days = pd.date_range(moment.floor("D") - pd.Timedelta(days=7), periods=8)
    index = RSTIndex().fit(olr).transform(olr.sel(time=days))
    displays["olr"] = RSTMapDisplay(index, event=event, degrees=20)
options.figures.mkdir(parents=True, exist_ok=True)
for name, display in displays.items():
    display.plot().figure_.savefig(options.figures / f"ed_lstme_{name}.png", dpi=150)
