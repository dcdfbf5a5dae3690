"""Counts of TEC anomalies before large earthquakes of the world."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._time import NS_PER_DAY, as_ns, days_to_ns
from skquake._core._typing import BoolArray, IntArray
from skquake.catalogs import AftershockRemover
from skquake.datasets._catalog import make_catalog
from skquake.datasets._kp import make_kp
from skquake.datasets._tec import make_tec
from skquake.datasets.protocols._dates import p_value, share_elsewhen, share_preceded
from skquake.datasets.protocols._protocol import Outcome, Protocol
from skquake.forecasting import space_weather_state
from skquake.preprocessing import IQRBounds

HISTORY, BEFORE, EVENING = 15, 5, (18.0, 22.0)


def make_world(seed: int, *, days: int, n_events: int, cadence: str, **_: Any) -> Bunch:
    """TEC above the epicentres of a global catalog, through seasons, storms and solar rotations."""
    start = pd.Timestamp("2003-01-01")
    end = start + pd.Timedelta(days=days)
    catalog = make_catalog(start, end, min_magnitude=6.0, random_state=seed)
    events = AftershockRemover("gardner-knopoff").fit_transform(catalog)
    late_enough = events["time"] >= start + pd.Timedelta(days=HISTORY + BEFORE + 2)
    events = events[late_enough & (events["latitude"].abs() <= 60)]
    if len(events) > n_events:
        events = events.sample(n_events, random_state=seed).sort_values("time")
    kp = make_kp(start - pd.Timedelta(days=3), end, random_state=seed)
    rotation = np.sin(2 * np.pi * np.arange(days + 1) / 27)
    flux = pd.Series(120 + 15 * rotation, pd.date_range(start, periods=days + 1))
    stations = events[["latitude", "longitude"]]
    tec = make_tec(start, end, stations=stations, cadence=cadence, kp=kp, f107=flux, random_state=seed).frame
    return Bunch(tec=tec, events=events, kp=kp, start=start)


def flagged_evenings(
    tec: pd.DataFrame, longitude: Any, kp: pd.Series | None, start: pd.Timestamp
) -> BoolArray:
    """Whether any value of an evening (18 to 22 h local time, quiet) leaves the bounds, (n_days, n_places).

    Days are those of local time; bounds are the median -+ 1.5 IQR of the same hour of the 15 days before.
    """
    beyond = (IQRBounds(HISTORY, style="iqr").detect(tec).polarity.abs() > 0).to_numpy()
    if kp is not None:
        beyond = beyond & (space_weather_state(tec.index, kp=kp) == "quiet").to_numpy()[:, np.newaxis]
    local = as_ns(tec.index)[:, np.newaxis] + days_to_ns(np.asarray(longitude, dtype=float) / 360.0)
    hour = (local % NS_PER_DAY) / NS_PER_DAY * 24.0
    day = (local - pd.Timestamp(start).value) // NS_PER_DAY
    n_days = int(-(-(as_ns(tec.index)[-1] + 1 - pd.Timestamp(start).value) // NS_PER_DAY))
    chosen = beyond & (hour >= EVENING[0]) & (hour < EVENING[1]) & (day >= 0) & (day < n_days)
    found = np.zeros((n_days, tec.shape[1]), dtype=bool)
    row, place = np.nonzero(chosen)
    found[day[row, place], place] = True
    return found


def _days(world: Bunch) -> tuple[IntArray, IntArray]:
    """Day of local time and station of each earthquake."""
    events = world.events
    local = as_ns(events["time"].to_numpy()) + days_to_ns(events["longitude"].to_numpy() / 360.0)
    day = (local - pd.Timestamp(world.start).value) // NS_PER_DAY
    return np.clip(day, HISTORY + BEFORE, None), np.arange(len(events))


def as_published(world: Bunch, seed: int, **_: Any) -> Outcome:
    """Share of earthquakes with an anomaly in one of the five evenings before."""
    flagged = flagged_evenings(world.tec, world.events["longitude"], world.kp, world.start)
    share = share_preceded(flagged, *_days(world), BEFORE)
    return Outcome(
        share, n=len(world.events), details={"share of evenings flagged": flagged[HISTORY:].mean()}
    )


def honest(world: Bunch, seed: int, *, n_nulls: int, **_: Any) -> Outcome:
    """The same share less that of the same places at other dates."""
    flagged = flagged_evenings(world.tec, world.events["longitude"], world.kp, world.start)
    day, place = _days(world)
    share = share_preceded(flagged, day, place, BEFORE)
    rng = np.random.default_rng(seed)
    null = share_elsewhen(flagged, day, place, BEFORE, HISTORY + BEFORE, n_nulls, rng)
    return Outcome(
        share - null.mean(), p_value(share, null), len(day), {"share at other dates": float(null.mean())}
    )


PROTOCOL = Protocol(
    name="tec-counts",
    title="Pre-earthquake ionospheric anomalies registered by continuous GPS TEC measurements",
    authors="J. Y. Liu et al.",
    year=2004,
    doi="10.5194/angeo-22-1585-2004",
    statement="16 of 20 earthquakes of Ms >= 6 (Taiwan, 1999 to 2002) have an anomaly between 18 and 22 h "
    "in one of the five days before. The world's counts followed: H. Le, J. Y. Liu and L. Liu (2011), 736 "
    "earthquakes of M >= 6, doi:10.1029/2010ja015781; their figures are not known here.",
    metric="share of earthquakes with an anomaly before, less that of chance",
    published=0.80,
    chance=0.0,
    simulated="TEC above the epicentres of independent earthquakes of M >= 6 anywhere within 60 degrees of "
    "latitude, with seasons, solar rotations, storms and day-to-day variability",
    steps=(
        "bounds of each hour: median -+ 1.5 IQR of the 15 days before",
        "disturbed times (Kp above 3 in the day before) do not count",
        "an earthquake has an anomaly where any value of 18 to 22 h of the five days before is beyond",
        "the share is set beside nothing",
    ),
    honest_steps=(
        "the same bounds, hours and places",
        "all earthquakes moved together to other dates of the record",
        "the share less the mean of theirs; p of the share among them",
    ),
    make_world=make_world,
    score_as_published=as_published,
    score_honestly=honest,
    scales={
        "quick": {"days": 365, "n_events": 40, "cadence": "2h", "n_nulls": 99},
        "full": {"days": 3287, "n_events": 736, "cadence": "2h", "n_nulls": 999},
    },
)
