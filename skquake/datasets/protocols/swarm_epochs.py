"""Superposed epochs of magnetic anomalies over eight years of Swarm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from sklearn.utils import Bunch

from skquake._core._geodesy import unit_vectors, wrap_longitude
from skquake._core._orbits import ORBITS
from skquake._core._time import NS_PER_DAY, as_ns
from skquake._core._typing import FloatArray, IntArray
from skquake.catalogs import AftershockRemover, dobrovolsky_radius
from skquake.datasets._catalog import make_catalog
from skquake.datasets._kp import make_kp
from skquake.datasets.protocols._dates import p_value
from skquake.datasets.protocols._epochs import count_pairs, pairs_near
from skquake.datasets.protocols._protocol import Outcome, Protocol
from skquake.forecasting import space_weather_state
from skquake.inspection import null_catalogs
from skquake.sources import SeriesSource

LIMIT, WINDOW, STEP = 50.0, 7.0, 1.4  # degrees: of latitude, and of the windows of MASS
QUIET_KP = 2.34  # ap of 10 nT at most
DAYS = np.arange(-90.0, 1.0, 10.0)
RINGS = np.array([0.0, 0.5, 1.0])  # of the Dobrovolsky radius
RATE = 0.01  # of windows with an anomaly, where nothing raises it


def make_world(seed: int, *, years: float, **_: Any) -> Bunch:
    """Anomalous windows of Swarm's quiet nights, which earthquakes have no part in, and a catalog.

    More windows are anomalous at the crests of the equatorial anomaly in the evening, by season and
    longitude, in the South Atlantic, after storms, and for some ten days at a time in parts of the world.
    """
    start = pd.Timestamp("2013-12-01")
    end = start + pd.Timedelta(days=round(365.25 * years))
    kp = make_kp(start - pd.Timedelta(days=5), end, random_state=seed)
    catalog = make_catalog(start, end, min_magnitude=5.5, random_state=seed)
    events = AftershockRemover("box").fit_transform(catalog.query("depth_km <= 50 and latitude.abs() <= 50"))
    rng = np.random.default_rng(seed)
    orbit = ORBITS["swarm"]
    center, ascending = orbit.passes(pd.Timestamp(start).value, pd.Timestamp(end).value, "night")
    inside = (center >= pd.Timestamp(start).value) & (center < pd.Timestamp(end).value)
    center, ascending = center[inside], ascending[inside]
    quiet = space_weather_state(
        center.view("datetime64[ns]"), kp=kp, kp_threshold=QUIET_KP, disturbed_hours=6
    )
    center, ascending = center[quiet == "quiet"], ascending[quiet == "quiet"]
    latitude = np.arange(-LIMIT + WINDOW / 2, LIMIT - WINDOW / 2 + 1e-9, STEP)
    angle = np.deg2rad(latitude) / (2 * np.pi) * orbit.period_s
    east = orbit.profile(angle, True)[1]
    east = np.where(ascending[:, np.newaxis], east, east[::-1])
    longitude = wrap_longitude(orbit.node_longitude(center, ascending)[:, np.newaxis] + east)
    rate = RATE * np.exp(_log_rate(center, latitude, longitude, orbit.local_time(center, ascending), kp, rng))
    row, column = np.nonzero(rng.uniform(size=rate.shape) < np.minimum(rate, 0.5))
    return Bunch(
        time=center[row],
        latitude=latitude[column],
        longitude=longitude[row, column],
        events=events,
        span=(start, end),
    )


def _log_rate(
    center: IntArray, latitude: FloatArray, longitude: FloatArray, hour: FloatArray, kp: pd.Series, rng: Any
) -> FloatArray:
    """What raises the rate of anomalous windows, (n_passes, n_windows)."""
    season = 2 * np.pi * (center / NS_PER_DAY % 365.25)[:, np.newaxis] / 365.25
    evening = np.exp(-0.5 * ((((hour - 21.0 + 12.0) % 24.0) - 12.0) / 2.0) ** 2)[:, np.newaxis]
    crests = np.exp(-0.5 * ((np.abs(latitude) - 12.0) / 6.0) ** 2)
    plumes = 2.0 * evening * crests * (1.0 + np.cos(season - np.deg2rad(longitude)))
    atlantic = 1.5 * np.exp(-0.5 * (((latitude + 28.0) / 10.0) ** 2 + ((longitude + 50.0) / 20.0) ** 2))
    before = as_ns(kp.index)[np.newaxis, :]
    smooth = kp.ewm(span=16).mean().to_numpy()  # two days
    storm = 0.4 * smooth[np.searchsorted(before[0], center) - 1][:, np.newaxis]
    # Parts of the world, each with a weather of ten days.
    places = rng.normal(size=(24, 3))
    places /= np.linalg.norm(places, axis=1, keepdims=True)
    day = ((center - center[0]) // NS_PER_DAY).astype(int)
    memory = np.exp(-0.1)
    noise = rng.standard_normal((day[-1] + 200, len(places)))
    weather = lfilter([np.sqrt(1 - memory**2)], [1, -memory], noise, axis=0)[199:]
    points = unit_vectors(np.broadcast_to(latitude, longitude.shape), longitude)
    shape = np.exp(8.0 * (points @ places.T - 1.0))
    return plumes + atlantic + storm + np.einsum("pwk,pk->pw", shape, weather[day]) - 0.6


def concentration(counts: IntArray, expected: FloatArray) -> float:
    """Largest ratio of counted to expected anomalies over the bins of days and distance."""
    return float(np.max(counts / expected))


def _expected(world: Bunch, n: int, rng: np.random.Generator) -> tuple[FloatArray, list[IntArray]]:
    """Counts of ``n`` sets of as many anomalies anywhere and any time, their mean first."""
    first, last = (pd.Timestamp(edge).value for edge in world.span)
    found = []
    top = np.sin(np.deg2rad(LIMIT))
    for _ in range(n):
        size = len(world.time)
        latitude = np.rad2deg(np.arcsin(rng.uniform(-top, top, size)))
        pairs = _pairs(world, latitude, rng.uniform(-180, 180, size))
        time = first + (rng.uniform(size=size) * (last - first)).astype("int64")
        found.append(count_pairs(pairs, time, as_ns(world.events["time"].to_numpy()), DAYS))
    return np.mean(found, axis=0), found


def _pairs(world: Bunch, latitude: FloatArray, longitude: FloatArray) -> Any:
    events = world.events
    radius = dobrovolsky_radius(events["magnitude"].to_numpy())
    return pairs_near(latitude, longitude, events["latitude"], events["longitude"], radius, RINGS)


def _observed(world: Bunch, n_random: int, seed: int) -> tuple[float, FloatArray, FloatArray, Any]:
    expected, random = _expected(world, n_random, np.random.default_rng(seed))
    pairs = _pairs(world, world.latitude, world.longitude)
    counts = count_pairs(pairs, world.time, as_ns(world.events["time"].to_numpy()), DAYS)
    null = np.array([concentration(other, expected) for other in random])
    return concentration(counts, expected), null, expected, pairs


def as_published(world: Bunch, seed: int, *, n_random: int, **_: Any) -> Outcome:
    """Largest concentration before the earthquakes, times that of anomalies anywhere at any time."""
    found, null, _expected, _pairs = _observed(world, n_random, seed)
    return Outcome(
        found / null.mean(), p_value(found, null), len(world.events), {"anomalies": float(len(world.time))}
    )


def honest(world: Bunch, seed: int, *, n_random: int, n_nulls: int, **_: Any) -> Outcome:
    """The same, times that of the same anomalies around earthquakes that never happened."""
    found, _null, expected, pairs = _observed(world, n_random, seed)
    days = pd.date_range(world.span[0], world.span[1], freq="D")
    record = SeriesSource(
        pd.DataFrame({"record": np.zeros(len(days))}, days),
        pd.DataFrame({"latitude": [0.0], "longitude": [0.0]}, ["record"]),
    )
    moved = null_catalogs(
        "rotate", record, world.events, n=n_nulls, days=(DAYS[0], DAYS[-1]), shift_days=0.0, random_state=seed
    )
    null = np.array(
        [
            concentration(count_pairs(pairs, world.time, as_ns(other["time"].to_numpy()), DAYS), expected)
            for other in moved
        ]
    )
    return Outcome(found / null.mean(), p_value(found, null), len(world.events))


PROTOCOL = Protocol(
    name="swarm-epochs",
    title="Worldwide statistical correlation of eight years of Swarm satellite data with M5.5+ "
    "earthquakes: new hints about the preseismic phenomena from space",
    authors="D. Marchetti et al.",
    year=2022,
    doi="10.3390/rs14112649",
    statement="Magnetic and density anomalies of Swarm concentrate in the days to months before shallow "
    "earthquakes of M >= 5.5, more than in random simulations; as A. De Santis et al. (2019), "
    "doi:10.1038/s41598-019-56599-1, had found in 4.7 years. The size of the largest concentration is not "
    "known here.",
    metric="largest concentration of anomalies, times that of random ones",
    published=None,
    chance=1.0,
    simulated="windows of Swarm's quiet nights, each anomalous with a rate that rises at the crests of the "
    "equatorial anomaly by hour, season and longitude, in the South Atlantic, after storms and in spells "
    "of ten days; a world's catalog of M >= 5.5. No field is simulated, the rule of MASS (rms above k RMS) "
    "not applied",
    steps=(
        "anomalies within the Dobrovolsky radius of independent shallow earthquakes, 90 to 0 days before "
        "them",
        "counted in bins of ten days and two of distance; the largest ratio to the count that random "
        "anomalies have",
        "random: as many anomalies anywhere within 50 degrees of latitude, at any time",
        "the ratio, times that of the random ones; p among them",
    ),
    honest_steps=(
        "the same anomalies, bins and ratio",
        "all earthquakes moved together round the record: places, clusters and anomalies stay",
        "the ratio, times that of these catalogs; p among them",
    ),
    make_world=make_world,
    score_as_published=as_published,
    score_honestly=honest,
    scales={
        "quick": {"years": 8, "n_random": 39, "n_nulls": 99},
        "full": {"years": 8, "n_random": 99, "n_nulls": 999},
    },
)
