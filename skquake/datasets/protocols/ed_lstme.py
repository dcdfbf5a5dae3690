"""ED-LSTME: forecast TEC, bounds of its errors, anomalies of all stations together."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._time import NS_PER_DAY, as_ns
from skquake._core._typing import BoolArray, IntArray
from skquake.datasets._kp import make_kp
from skquake.datasets._tec import make_tec
from skquake.datasets.protocols._dates import p_value, share_elsewhen, share_preceded
from skquake.datasets.protocols._protocol import Outcome, Protocol
from skquake.forecasting import SmoothingForecaster, TECAnomalyDetector, forecast_scores, make_forecaster
from skquake.io import kp_to_ap

STATIONS = pd.DataFrame(
    {
        "XJSH": (44.2, 86.1),
        "XJWL": (42.9, 86.7),
        "XJDS": (44.3, 84.8),
        "XJKE": (41.7, 86.1),
        "XJKL": (45.6, 84.9),
    },
    index=["latitude", "longitude"],
).T
QUIET_KP = 2.67  # the article asks for Kp < 3
BEFORE, BOUND_DAYS = 8, 15


def make_world(seed: int, *, days: int, train_days: int, n_events: int, cadence: str, **_: Any) -> Bunch:
    """The article's five stations through seasons and storms, and dates at which nothing happens."""
    start = pd.Timestamp("2015-01-01")
    end = start + pd.Timedelta(days=days)
    kp = make_kp(start - pd.Timedelta(days=3), end, random_state=seed)
    rotation = np.sin(2 * np.pi * np.arange(days + 1) / 27)
    flux = pd.Series(120 + 15 * rotation, pd.date_range(start, periods=days + 1))
    tec = make_tec(start, end, stations=STATIONS, cadence=cadence, kp=kp, f107=flux, random_state=seed).frame
    first = train_days + BOUND_DAYS + BEFORE + 1
    day = np.sort(np.random.default_rng(seed).choice(np.arange(first, days), n_events, replace=False))
    indices = pd.DataFrame(
        {"kp": kp, "ap": kp_to_ap(kp), "f107": flux.reindex(kp.index, method="ffill").bfill()}
    )
    return Bunch(tec=tec, kp=kp, indices=indices, start=start, day=day, first=first, train_days=train_days)


def together(polarity: pd.DataFrame, quiet: BoolArray) -> BoolArray:
    """Days with all stations beyond their bounds at once, on one side, at a quiet time, (n_days, 1)."""
    values = polarity.to_numpy()
    all_there = ((values > 0).all(axis=1) | (values < 0).all(axis=1)) & quiet
    day = (as_ns(polarity.index) - as_ns(polarity.index[:1])[0]) // NS_PER_DAY
    return (np.bincount(day, all_there) > 0)[:, np.newaxis]


def _flagged(world: Bunch, seed: int, model: str, epochs: int) -> tuple[BoolArray, dict[str, float]]:
    if "flagged" not in world:  # both scores look at the same anomalies
        train = world.tec[: world.start + pd.Timedelta(days=world.train_days)]
        forecaster = _forecaster(model, epochs, seed)
        known = {"exogenous": world.indices} if getattr(forecaster, "exogenous", None) else {}
        detector = TECAnomalyDetector(forecaster, kp=world.kp, kp_threshold=QUIET_KP, **known)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = detector.fit(train).detect(world.tec)
            fitted: Any = detector.forecaster_
            predicted = fitted.predict(world.tec, *known.values())
        later = world.tec.index > train.index[-1]
        scores = forecast_scores(world.tec[later], predicted[later])
        quiet = (found.state == "quiet").to_numpy()
        world.flagged = together(found.polarity, quiet)
        world.numbers = {
            "R2 of the forecasts": float(scores.xs("all stations", level="station")["r2"].iloc[0]),
            "share of days flagged": float(world.flagged[world.first :].mean()),
        }
    return world.flagged, world.numbers


def _forecaster(model: str, epochs: int, seed: int) -> Any:
    if model == "ED-LSTME":
        return make_forecaster("ED-LSTME", mode="paper", epochs=epochs, random_state=seed)
    return make_forecaster(model, n_in=3, n_out=2, alpha=10.0, around=SmoothingForecaster())


def _places(day: IntArray) -> IntArray:
    return np.zeros(len(day), dtype=int)


def as_published(world: Bunch, seed: int, *, model: str, epochs: int, **_: Any) -> Outcome:
    """Share of dates with an anomaly of all stations, at a quiet time, in the eight days before."""
    flagged, numbers = _flagged(world, seed, model, epochs)
    return Outcome(
        share_preceded(flagged, world.day, _places(world.day), BEFORE), n=len(world.day), details=numbers
    )


def honest(world: Bunch, seed: int, *, model: str, epochs: int, n_nulls: int, **_: Any) -> Outcome:
    """The same share less that of other dates."""
    flagged, _numbers = _flagged(world, seed, model, epochs)
    day, place = world.day, _places(world.day)
    share = share_preceded(flagged, day, place, BEFORE)
    rng = np.random.default_rng(seed)
    null = share_elsewhen(flagged, day, place, BEFORE, world.first, n_nulls, rng)
    return Outcome(
        share - null.mean(), p_value(share, null), len(day), {"share at other dates": float(null.mean())}
    )


PROTOCOL = Protocol(
    name="ed-lstme",
    title="GNSS TEC-based earthquake ionospheric perturbation detection using a novel deep learning "
    "framework",
    authors="P. Xiong, C. Long, H. Zhou, X. Zhang and X. Shen",
    year=2022,
    doi="10.1109/JSTARS.2022.3175961",
    statement="Before the one earthquake studied (Xinjiang 2016, Ms 6.2) all five stations are beyond the "
    "bounds of the forecast's errors at quiet times, 8 to 4 days and a day before, and in twelve quiet "
    "days without any earthquake none is. The forecasts have an R2 of 0.9105.",
    metric="share of earthquakes with an anomaly of all stations before, less that of chance",
    published=1.0,
    chance=0.0,
    simulated="TEC every two hours at the article's five stations, with seasons, solar rotations, storms and "
    "day-to-day variability, and dates at which nothing happens",
    steps=(
        "a forecast four hours ahead (quick: a ridge around a smoothed day; full: the article's network)",
        "bounds of its errors: mean -+ 2 standard deviations of the 15 days before",
        "an anomaly is a time at which all stations are beyond, on one side, with Kp below 3 in the day "
        "before",
        "an earthquake has one where any of the eight days before does",
        "twelve days without an earthquake stand for all others",
    ),
    honest_steps=(
        "the same forecasts, bounds and rule",
        "all dates moved together round the record",
        "the share less the mean of theirs; p of the share among them",
    ),
    make_world=make_world,
    score_as_published=as_published,
    score_honestly=honest,
    scales={
        "quick": {
            "days": 500,
            "train_days": 60,
            "n_events": 20,
            "cadence": "2h",
            "model": "ridge",
            "epochs": 0,
            "n_nulls": 99,
        },
        "full": {
            "days": 1100,
            "train_days": 480,
            "n_events": 40,
            "cadence": "15min",
            "model": "ED-LSTME",
            "epochs": 50,
            "n_nulls": 399,
        },
    },
)
