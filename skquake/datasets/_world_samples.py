"""Training and test samples of a frozen world, and what is sealed of the latter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._time import as_ns
from skquake._core._typing import Array, FloatArray
from skquake._core._weights import event_weights
from skquake.catalogs import MatchedControls
from skquake.datasets._world_file import WorldFile
from skquake.datasets._world_record import DAYS, TEC_DAYS, Record
from skquake.sampling import make_samples
from skquake.sampling._events import with_region_and_days
from skquake.sampling._make_samples import DAYS_AFTER
from skquake.sampling._nearby import nearby

LENGTH, CONTEXT = 8, 8  # observations of a track's window: 600 km, and as much on both sides
TEC_LENGTH = 16  # four days
REGION_KM = 500
MOST = 6  # samples of an earthquake or control
_FREE_DAYS = 20, 60

# What an entry is told of a test sample: nothing by which an earthquake and its control differ but for the
# observations.
TOLD = (
    "source", "time", "latitude", "longitude", "obs_start", "obs_end", "radius_km", "kp", "local_time",
    "pass_id", "ascending",
)  # fmt: skip


@dataclass(frozen=True)
class SealedTest:
    """What the scorer knows of the test samples.

    Parameters
    ----------
    y : ndarray of int, shape (n_test,)
    event_id, pair_id : ndarray of object, shape (n_test,)
    time : ndarray of datetime64, shape (n_test,)
    oracle, window_oracle : ndarray of float, shape (n_test, 3), or None
        Probabilities of the detectors that know the truth; None where nothing is there, and on maps.
    """

    y: Array
    event_id: Array
    pair_id: Array
    time: Array
    oracle: FloatArray | None
    window_oracle: FloatArray | None


def sample_world(world: WorldFile, record: Record, seed: int) -> tuple[Bunch, pd.DataFrame, SealedTest]:
    """Training samples, test samples without labels, and what is sealed.

    Controls lie at the place of their earthquake, before or after it by a fair coin, drawn from a catalog
    that reaches beyond the record: given the two times of a pair, which one is the earthquake's is even odds.
    Samples of an earthquake that lie in another one's region and days leave, as those of controls do. Pairs
    of the test lie in the test span whole, with as many samples of one as of the other.
    """
    of_controls, of_rows = world.random_states(seed, 6)[4:]
    cut = sampling_of(world)
    least, most = _FREE_DAYS
    controls = MatchedControls(
        min_days=least, max_days=most, avoid=record.everything, days=cut["days"], random_state=of_controls
    )
    samples = make_samples(
        record.source, record.independent, controls, kp=record.kp, exclude=record.everything, **cut
    )
    X, y = samples.X, np.asarray(samples.y)
    free = ~_touched(record, X, cut["region"], cut["days"])
    X, y = X[free], y[free]
    kept = _evenly(X, y, np.random.default_rng(of_rows))
    X, y = X.iloc[kept].reset_index(drop=True), y[kept]

    event_time = X["time"] + pd.to_timedelta(X["lead_days"], unit="D")
    pair = X["pair_id"]
    train = (event_time < world.cut).groupby(pair).transform("all").to_numpy()
    test = (X["obs_start"] >= world.cut).groupby(pair).transform("all").to_numpy()
    seen = X[train].reset_index(drop=True)
    training = Bunch(
        X=seen,
        y=y[train],
        groups=seen["pair_id"].to_numpy(),
        sample_weight=event_weights(seen["event_id"]),
    )
    sealed = _sealed(world, record, X[test], y[test], training)
    return training, _told(X[test], of_rows), sealed


def sampling_of(world: WorldFile) -> dict[str, Any]:
    """Keywords of :func:`make_samples` for the samples of a world."""
    if world.is_track:
        how = {"region": f"{REGION_KM} km", "days": DAYS, "max_length": LENGTH, "context": CONTEXT}
    else:
        how = {"region": "dobrovolsky", "days": TEC_DAYS, "max_length": TEC_LENGTH}
    return how | {"disturbed": world.disturbed}


def _touched(record, X, region, days):
    """Rows within region and days of an earthquake of another family than their own."""
    places = with_region_and_days(record.everything, region, days[0], max(days[1], DAYS_AFTER))
    time, latitude, longitude = (X[name].to_numpy() for name in ("time", "latitude", "longitude"))
    row, place, _ = nearby(as_ns(time), latitude, longitude, places)
    other = X["event_id"].to_numpy()[row] != places["mainshock"].to_numpy()[place]
    touched = np.zeros(len(X), dtype=bool)
    touched[row[other]] = True
    return touched


def _evenly(X, y, rng):
    """Rows of evidence, as many of an earthquake as of its control, drawn among all."""
    chosen = []
    rows = pd.Series(np.arange(len(X)))[y < 2]
    for _, of_pair in rows.groupby(X["pair_id"].to_numpy()[y < 2]):
        parts = [of_pair.to_numpy()[y[of_pair] == label] for label in (0, 1)]
        n = min(MOST, *map(len, parts))
        chosen += [np.sort(rng.permutation(part)[:n]) for part in parts]
    return np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=int)


def _told(X, random_state):
    """The test samples with names that tell nothing."""
    code, events = pd.factorize(X["event_id"], sort=True)
    name = np.random.default_rng(random_state).permutation(len(events))[code]
    ids = np.char.mod("test%05d", name).astype(object)
    told = X[[column for column in TOLD if column in X]].reset_index(drop=True)
    return told.assign(event_id=ids, pair_id=ids)


def _sealed(world, record, X, y, training):
    oracle = window_oracle = None
    if world.is_track and world.effect:
        seen = LENGTH + 2 * CONTEXT
        perturbed = _perturbed(record, training.X)
        known = training.X[perturbed], training.sample_weight[perturbed]
        if world.effect_span == "test":  # the shapes are those of the test; the training has none
            known = training.X, training.sample_weight
        oracle = record.truth.oracle(X, seen)
        window_oracle = record.truth.window_oracle(X, seen, *known)
        if world.effect_longitudes is not None:
            nothing = ~X["event_longitude"].between(*world.effect_longitudes).to_numpy()
            oracle[nothing] = window_oracle[nothing] = 0.5, 0.5, 0.0
    return SealedTest(
        y, X["event_id"].to_numpy(), X["pair_id"].to_numpy(), X["time"].to_numpy(), oracle, window_oracle
    )


def _perturbed(record, X):
    """Rows of earthquakes that perturb, and of the controls of these."""
    return X["pair_id"].map(record.perturbs).fillna(False).to_numpy(dtype=bool)
