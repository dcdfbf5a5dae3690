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

What the default leaves out of the article, so that it ends in minutes: the network has 64 units of tanh and
10 epochs on 25 days every two hours, no indices, and forecasts what departs from a smoothed day. ``--paper``
has the article's: every 15 minutes, 480 days of training and 160 of test, 97 times of history and 12
forecast, kp, ap and F10.7, 100 rectified units (of 100 to 400 searched), 50 epochs, gaps filled from both
sides. It takes hours.
"""

# %%
# Settings
# --------

import argparse
import sys
import warnings
from pathlib import Path

if "__file__" in globals():
    sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import pandas as pd
from _maps import read_maps

from skquake import IQRBounds, MapSource
from skquake.catalogs import events_near
from skquake.datasets import make_catalog, make_kp, make_olr, make_tec, papers
from skquake.forecasting import (
    SmoothingForecaster,
    TECAnomalyDetector,
    forecast_scores,
    make_forecaster,
    quake_free_spans,
    rate_in_words,
    space_weather_state,
)
from skquake.io import kp_to_ap, read_dst, read_olr, read_space_weather, read_station_vtec, read_usgs
from skquake.plotting import (
    AnomalySeriesDisplay,
    DTECHeatmapDisplay,
    ForecastBarsDisplay,
    ForecastScatterDisplay,
    RSTMapDisplay,
    TaylorDisplay,
    TECMapDisplay,
)
from skquake.preprocessing import KalmanImputer, RSTIndex, SigmaClipper

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
        "confuted": ("2016-03-27", "2016-04-08"),  # 27 March to 7 April: quiet, and no earthquake there
    },
}  # fmt: skip
# The article's test of latitude. Its table has the code in place of the longitude of the last two; these
# agree with the geomagnetic longitudes that it prints.
LATITUDES = pd.DataFrame(
    {"XIAA": (34.18, 108.99), "LHAS": (29.66, 91.10), "KMIN": (25.03, 102.80), "QION": (19.03, 109.85)},
    index=["latitude", "longitude"],
).T
QUIET = {"kp_threshold": 2.67, "dst_threshold": -29.0}  # the article: Kp < 3 and Dst > -30 nT
PUBLISHED = papers.published_forecasts()  # table II: all stations, and each of the article's own
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
add("--paper", action="store_true", help="the article's network, cadence and years; hours on a CPU")
add("--seed", type=int, default=0, help="of simulation and models (default %(default)s)")
add("--figures", type=Path, default=Path("figures"), help="folder for the figures (default %(default)s)")
options = parser.parse_args()
if options.quick:
    options.models = "ED-LSTME,RF,ridge,smoothing,yesterday,median"
if options.paper:
    TRAIN_DAYS, TEST_DAYS = 480, 160
    DAYS = TRAIN_DAYS + TEST_DAYS
CADENCE = "15min" if options.paper else "2h"

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


def simulated(effect, places=stations, end=None):
    """Electron content at places up to a day (after the earthquake), with an anomaly of this size."""
    end = (moment + pd.Timedelta(days=2)).floor("D") if end is None else end
    start = end - pd.Timedelta(days=DAYS)
    kp = make_kp(start - pd.Timedelta(days=3), end + pd.Timedelta(days=1), random_state=options.seed)
    made = make_tec(
        start, end, stations=places, cadence=CADENCE, catalog=event, effect=effect, kp=kp, f107=170.0,
        random_state=options.seed,
    )  # fmt: skip
    indices = pd.DataFrame({"kp": kp, "ap": kp_to_ap(kp), "f107": 170.0})
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
# Cleaning
# --------
# The article removes what lies beyond three standard deviations of a station's mean and fills gaps by Kalman
# smoothing. Mean and variances are those of the training span here. A smoother looks ahead, which a score of
# forecasts must not, so by default a filter fills, and values after the training stay as they were observed:
# an anomaly that was cleaned away could not be found.


def clean(series):
    """The series that models see; what is removed and filled is printed."""
    train = series[: series.index[0] + pd.Timedelta(days=TRAIN_DAYS)]
    clipper = SigmaClipper(3.0).fit(train)
    clipped = clipper.transform(series)
    removed = series.notna() & clipped.isna()
    if not options.paper:
        clipped = pd.concat([clipped.loc[train.index], series.drop(train.index)])
    filler = KalmanImputer("smoother" if options.paper else "filter", long_gaps="nan")
    cleaned = filler.fit(clipped.loc[train.index]).transform(clipped)
    print(
        f"\nCleaning: beyond 3 sigma {removed.loc[train.index].mean(axis=None):.2%} of the training span and "
        f"{removed.drop(train.index).mean(axis=None):.2%} after it "
        f"({'removed' if options.paper else 'left'}); "
        f"{series.isna().mean(axis=None):.2%} missing, {cleaned.isna().mean(axis=None):.2%} after filling"
    )
    return cleaned


# %%
# Forecasts
# ---------
# Every model learns from the first 25 days and walks forward with the true history, four hours at a time; the
# last 15 days count. The indices are left out: they made the forecasts worse inside the days of training.


def settings(name):
    """Parameters of a model. Network and ridge learn what departs from a smoothed day."""
    rows = {"n_in": 12, "n_out": 2}
    if name == "ED-LSTME" and options.paper:
        return {"mode": "paper", "random_state": options.seed}
    if name == "ED-LSTME":
        network = {"units": 64, "activation": "tanh", "learning_rate": 3e-3, "epochs": 10}
        return rows | {"n_in": 6, "around": SmoothingForecaster(), "random_state": options.seed, **network}
    if name == "ridge":
        return rows | {"n_in": 3, "alpha": 10.0, "around": SmoothingForecaster()}
    if name in ("DNN", "RF", "DT"):
        return rows | {"random_state": options.seed}
    return rows


def forecasts(series, indices, models):
    """Out-of-sample forecasts of each model, by name."""
    train = series[: series.index[0] + pd.Timedelta(days=TRAIN_DAYS)]
    found = {}
    for name in models:
        forecaster = make_forecaster(name, **settings(name))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of optimisers that stop early
            known = (indices,) if getattr(forecaster, "exogenous", None) else ()
            forecaster.fit(train, *known)
            found[name] = forecaster.predict(series, *known)
    return found


def models_of_latitude():
    """Those that the test of latitude compares; the networks take too long without ``--paper``."""
    return ["ED-LSTME", "RF", "ridge", "yesterday"] if options.paper else ["ridge", "yesterday", "smoothing"]


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
    printed = PUBLISHED.xs("all stations", level="station").reindex(list(found))
    summary["published R2"], summary["published RMSE"] = printed["r2"], printed["rmse"]
    return summary, rows, state, by_station(tables)


def by_station(tables):
    """RMSE at each station, and beside it the article's where it is one of its own."""
    ours = pd.DataFrame({name: table.loc["all"]["rmse"] for name, table in tables.items()}).T
    printed = PUBLISHED["rmse"].unstack().reindex(index=ours.index, columns=ours.columns)
    if not set(PUBLISHED.index.unique("station")) >= set(ours.columns):
        return ours
    return pd.concat({"ours": ours, "published": printed}, axis=1)


# %%
# Anomalies
# ---------
# Two detectors: errors of the forecast beyond two standard deviations of the errors of 15 days, and the
# classic bounds of the same hour of 15 days. Both with the rate at which errors without and with a memory
# leave such bounds, and both on spans that no earthquake touches.


def detectors(indices, dst):
    """The article's and the classic one."""
    how = {"kp": indices["kp"], "dst": dst, **QUIET}
    model = make_forecaster("ED-LSTME", **settings("ED-LSTME"))
    return {
        "ED-LSTME, mean -+ 2 sigma": TECAnomalyDetector(model, **how),
        "same hour, median -+ 1.5 IQR": TECAnomalyDetector(bounds=IQRBounds(style="iqr"), **how),
    }


def confute(detector, series, span):
    """What is flagged in the article's days without an earthquake, where it found nothing; printed."""
    detector.fit(series[: series.index[0] + pd.Timedelta(days=TRAIN_DAYS)])
    rate = detector.detect(series).between(*map(pd.Timestamp, span)).rate()
    return rate_in_words(rate)


def anomalies(name, detector, series, catalog):
    """What is flagged in the days around the earthquake, and where there is none; printed."""
    train = series[: series.index[0] + pd.Timedelta(days=TRAIN_DAYS)]
    detector.fit(train)
    found = detector.detect(series)
    around = found.between(moment - pd.Timedelta(days=TEST_DAYS), series.index[-1])
    rate = around.rate()
    quiet = around.rate(state="quiet") if (around.state == "quiet").any() else None
    print(f"\n{name}, the {TEST_DAYS} days before: {rate_in_words(rate)}")
    if quiet is not None:
        print(f"  at quiet times {rate_in_words(quiet)}")
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
            f"  {len(spans)} spans of 5 days without an earthquake: {rate_in_words(nothing)}; "
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
    cleaned = clean(series)
    found = forecasts(cleaned, indices, options.models.split(","))
    summary, rows, state, stationwise = score(series, found, indices["kp"])
    print(f"\n=== {label}: forecasts of {len(rows)} times, {state.sum()} of them disturbed (TECU)")
    print(summary.to_string(float_format="{:.2f}".format, na_rep=""))
    print("\nRMSE by station (TECU)")
    print(stationwise.to_string(float_format="{:.2f}".format, na_rep=""))
    flagged = {
        name: anomalies(name, detector, cleaned, catalog)
        for name, detector in detectors(indices, dst).items()
    }

maps = worlds[label][-1]
if maps is not None:
    print()
    for name, detector in detectors(indices, dst).items():
        elsewhere(name, detector, maps, series, catalog)

# %%
# Latitude
# --------
# The article finds larger errors at lower latitudes, where there is more electron content and the crests of
# the equatorial anomaly move. Points at its four other stations, beside the five.

lower = pd.concat([stations, LATITUDES]).sort_values("latitude", ascending=False)
if options.vtec is None:
    if maps is None:
        there = simulated(0.0, lower)[0]
    else:
        there = MapSource(maps).at(lower["latitude"], lower["longitude"]).to_frame()
        there = there.set_axis(lower.index, axis=1)[series.index[0] : series.index[-1]]
    compared_there = forecasts(there, indices, models_of_latitude())
    *_, by_latitude = score(there, compared_there, indices["kp"])
    by_latitude = by_latitude[lower.index].T
    by_latitude.insert(0, "latitude", lower["latitude"])
    by_latitude.insert(1, "mean TEC", there[-len(rows) :].mean())
    print(f"\nRMSE by latitude (TECU), {'simulated, nothing planted' if maps is None else label}")
    print(by_latitude.to_string(float_format="{:.2f}".format))

# %%
# Confutation
# -----------
# The article shows one quiet span without an earthquake, in which it found no anomaly at all. A rule of two
# standard deviations flags noise, too: its absence in one span of twelve days is luck or memory of the
# errors.

if "confuted" in case:
    span = case["confuted"]
    if options.vtec:
        whole = read_station_vtec(options.vtec)
        calm = whole[pd.Timestamp(span[0]) - pd.Timedelta(days=TRAIN_DAYS + 15) : span[1]]
    else:
        calm = simulated(0.0, end=pd.Timestamp(span[1]))[0] if maps is None else None
    if (
        calm is not None
        and len(calm)
        and calm.index[0] < pd.Timestamp(span[0]) - pd.Timedelta(days=TRAIN_DAYS)
    ):
        kp = indices if options.vtec else simulated(0.0, end=pd.Timestamp(span[1]))[1]
        for name, detector in detectors(kp, dst).items():
            told = confute(detector, calm, span)
            print(f"\n{name}, {span[0]} to {span[1]} (the article found nothing): {told}")
    else:
        print(f"\nNo confutation: the series do not cover {span[0]} to {span[1]} and the days before")

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
        expected_rate=around.expected_rate, expected_ar=around.expected_ar, **QUIET,
    ),
    "heatmap": DTECHeatmapDisplay.from_anomalies(around, event=event),
    "heatmap_classic": DTECHeatmapDisplay.from_anomalies(
        flagged["same hour, median -+ 1.5 IQR"][1], event=event
    ),
}  # fmt: skip
if maps is not None:
    displays["map"] = TECMapDisplay(maps, time=moment, stations=stations, event=event)
# %%
# Outgoing longwave radiation
# ---------------------------
# The article sees warm areas on maps of the RST index in the eight days before. Weather makes such areas
# without any earthquake: here is a simulated field in which nothing but weather happens, or your files.

days = pd.date_range(moment.floor("D") - pd.Timedelta(days=7), periods=8)
if options.data and (options.data / "olr").is_dir():
    olr = read_olr(sorted((options.data / "olr").glob("*.nc")))
elif not options.data:
    north, east = (2.5 * round(event[name].iloc[0] / 2.5) for name in ("latitude", "longitude"))
    olr = make_olr(
        days[0] - pd.DateOffset(years=9), days[-1] + pd.Timedelta(days=31),
        latitude=(north - 20, north + 20), longitude=(east - 20, east + 20),
        months=tuple({day.month for day in days}), random_state=options.seed,
    )  # fmt: skip
else:
    olr = None
if olr is not None:
    index = RSTIndex().fit(olr).transform(olr.sel(time=days))
    displays["olr"] = RSTMapDisplay(index, event=event, degrees=20)
options.figures.mkdir(parents=True, exist_ok=True)
for name, display in displays.items():
    display.plot().figure_.savefig(options.figures / f"ed_lstme_{name}.png", dpi=150)
if olr is not None:
    print(
        f"\nRST index, {'your files' if options.data else 'simulated weather, nothing planted'}: beyond 2 "
        f"sigma {displays['olr'].shares_.min():.0%} to {displays['olr'].shares_.max():.0%} of the places of "
        f"a day, {displays['olr'].expected_:.1%} expected of independent noise"
    )
