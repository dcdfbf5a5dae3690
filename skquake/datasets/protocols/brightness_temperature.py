"""Brightness temperature: a placebo of random dates that passes, blocks of space that score nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import matthews_corrcoef
from sklearn.model_selection import GroupKFold, KFold
from sklearn.utils import Bunch

from skquake._core._time import NS_PER_DAY, as_ns
from skquake._core._typing import FloatArray, IntArray
from skquake.datasets._olr import make_olr
from skquake.datasets.protocols._clustered import clustered_catalog
from skquake.datasets.protocols._dates import p_value
from skquake.datasets.protocols._protocol import Outcome, Protocol

LATITUDE, LONGITUDE = (20.0, 50.0), (80.0, 125.0)
BELT = ((24.0, 102.0), (30.0, 101.0), (34.0, 97.0), (37.0, 88.0), (41.0, 82.0))
WINDOW, CLEAR, PURGE = (
    10,
    30,
    20,
)  # days: of a sample; of a control from earthquakes; between training and test
BLOCK = 10.0  # degrees


def make_world(seed: int, *, years: int, n_mainshocks: int, step: float, **_: Any) -> Bunch:
    """Daily maps of radiation with seasons, years and weather, and clustered earthquakes."""
    start = pd.Timestamp("2013-01-01")
    end = start + pd.DateOffset(years=years)
    maps = make_olr(start, end, latitude=LATITUDE, longitude=LONGITUDE, step=step, random_state=seed)
    values = maps.to_numpy()
    month = maps["time"].dt.month.to_numpy()
    values = np.stack([values[d] - values[month == month[d]].mean(axis=0) for d in range(len(values))])
    rng = np.random.default_rng(seed)
    catalog = clustered_catalog(start, len(values), n_mainshocks, BELT, rng, aftershocks=5.0, decay_days=5.0)
    day = (as_ns(catalog["time"].to_numpy()) - pd.Timestamp(start).value) // NS_PER_DAY
    row = np.clip(
        np.round((catalog["latitude"].to_numpy() - LATITUDE[0]) / step), 0, values.shape[1] - 1
    ).astype(int)
    column = np.clip(
        np.round((catalog["longitude"].to_numpy() - LONGITUDE[0]) / step), 0, values.shape[2] - 1
    ).astype(int)
    late = day >= WINDOW
    block = (row * step // BLOCK * 100 + column * step // BLOCK).astype(int)
    place = np.ravel_multi_index((row, column), values.shape[1:])
    return Bunch(
        maps=values.reshape(len(values), -1),
        day=day[late],
        place=place[late],
        block=block[late],
    )


def samples(world: Bunch, day: IntArray, rng: np.random.Generator) -> Bunch:
    """Ten days before each earthquake, and as many that end at other dates in the same place.

    A control's date is drawn from those that are ``CLEAR`` days from any earthquake of its place.
    """
    n_days = len(world.maps)
    dates = np.arange(WINDOW, n_days)
    control = np.empty(len(day), dtype=int)
    for k, place in enumerate(world.place):
        own = day[world.place == place]
        free = dates[np.abs(dates[:, np.newaxis] - own).min(axis=1) >= CLEAR]
        control[k] = rng.choice(free if len(free) else dates)
    when = np.r_[day, control]
    place = np.tile(world.place, 2)
    back = np.arange(WINDOW, 0, -1)
    X = world.maps[when[:, np.newaxis] - back, place[:, np.newaxis]]
    y = np.repeat([1, 0], len(day))
    return Bunch(X=X, y=y, day=when, block=np.tile(world.block, 2))


def _forest(n_trees: int, seed: int) -> RandomForestClassifier:
    return RandomForestClassifier(n_trees, min_samples_leaf=2, random_state=seed, n_jobs=1)


def mcc(model: Any, data: Bunch, folds: Any) -> float:
    """MCC of what a model says of the tested rows of all folds together."""
    said, truth = [], []
    for train, test in folds:
        said.append(clone(model).fit(data.X[train], data.y[train]).predict(data.X[test]))
        truth.append(data.y[test])
    return float(matthews_corrcoef(np.concatenate(truth), np.concatenate(said)))


def forward_folds(day: IntArray, n: int = 3) -> list[tuple[IntArray, IntArray]]:
    """Folds that train on the past alone, ``PURGE`` days before what they test at the latest."""
    edges = np.quantile(day, np.linspace(1 / 2, 1, n + 1))
    folds: list[tuple[IntArray, IntArray]] = []
    for k in range(n):
        last = k == n - 1
        test = (day >= edges[k]) & ((day <= edges[k + 1]) if last else (day < edges[k + 1]))
        folds.append((np.flatnonzero(day < edges[k] - PURGE), np.flatnonzero(test)))
    return folds


def as_published(world: Bunch, seed: int, *, n_trees: int, n_placebos: int, **_: Any) -> Outcome:
    """MCC of shuffled folds; beside it the placebo of random dates and blocks of space."""
    rng = np.random.default_rng(seed)
    data, forest = samples(world, world.day, rng), _forest(n_trees, seed)
    shuffled = KFold(5, shuffle=True, random_state=seed)
    found = mcc(forest, data, shuffled.split(data.X))
    placebo: FloatArray = np.empty(n_placebos)
    for k in range(n_placebos):
        dates = rng.integers(WINDOW, len(world.maps), len(world.day))
        other = samples(world, dates, rng)
        placebo[k] = mcc(forest, other, shuffled.split(other.X))
    n_blocks = min(5, len(np.unique(data.block)))
    blocks = mcc(forest, data, GroupKFold(n_blocks).split(data.X, groups=data.block))
    details = {"placebo of random dates": float(placebo.mean()), "blocks of space": blocks}
    return Outcome(found, p_value(found, placebo), len(data.y), details)


def honest(world: Bunch, seed: int, *, n_trees: int, n_nulls: int, **_: Any) -> Outcome:
    """MCC of folds forwards in time, and the score of catalogs moved whole."""
    rng = np.random.default_rng(seed)
    data, forest = samples(world, world.day, rng), _forest(n_trees, seed)
    found = mcc(forest, data, forward_folds(data.day))
    length = len(world.maps) - WINDOW
    null, shuffled = np.empty(n_nulls), np.empty(n_nulls)
    for k in range(n_nulls):
        move = int(rng.integers(60, length - 60))
        other = samples(world, WINDOW + (world.day - WINDOW + move) % length, rng)
        null[k] = mcc(forest, other, forward_folds(other.day))
        shuffled[k] = mcc(forest, other, KFold(5, shuffle=True, random_state=seed).split(other.X))
    details = {"whole catalogs moved, shuffled folds": float(shuffled.mean())}
    return Outcome(found, p_value(found, null), len(data.y), details)


PROTOCOL = Protocol(
    name="brightness-temperature",
    title="A study of brightness temperature before earthquakes",
    authors="not known here",
    year=None,
    doi=None,
    statement="A model tells the days before earthquakes from other days; with random dates in place of "
    "those of the earthquakes it does not, which is taken to show that it learnt of earthquakes; on blocks "
    "of space that it has not seen it scores nothing. The numbers are not known here.",
    metric="MCC",
    published=None,
    chance=0.0,
    simulated="daily radiation over a region (in place of brightness temperature) with seasons, years and "
    "weather of two days and 1,500 km; earthquakes along a belt with aftershocks",
    steps=(
        "ten days before each earthquake and before as many other dates of the same place, departures from "
        "the month",
        "a forest, five shuffled folds",
        "placebo: each earthquake gets a random date of its own; p of the score among placebos",
        "blocks of space of ten degrees, tested as a whole",
    ),
    honest_steps=(
        "the same samples and forest",
        "folds forwards in time, twenty days apart",
        "p among catalogs moved as a whole, which keep aftershocks by their mainshocks",
    ),
    make_world=make_world,
    score_as_published=as_published,
    score_honestly=honest,
    scales={
        "quick": {
            "years": 5,
            "n_mainshocks": 60,
            "step": 2.5,
            "n_trees": 30,
            "n_placebos": 19,
            "n_nulls": 19,
        },
        "full": {
            "years": 10,
            "n_mainshocks": 250,
            "step": 2.5,
            "n_trees": 200,
            "n_placebos": 99,
            "n_nulls": 199,
        },
    },
)
