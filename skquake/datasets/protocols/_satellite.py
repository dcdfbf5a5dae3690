"""What the two satellite articles share: their own samples and split, and ours, on one simulated track."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake.baselines import make_baseline
from skquake.datasets._catalog import make_catalog
from skquake.datasets._kp import make_kp
from skquake.datasets._papers_data_set import MODES, DataSet
from skquake.datasets._track import make_track
from skquake.datasets.protocols._protocol import Outcome
from skquake.inspection import location_probe
from skquake.metrics import classification_summary, seismic_mcc
from skquake.model_selection import evaluate
from skquake.sources import TrackSource

# Settings of the forest, all of which the published protocol tries on the test rows (the articles: 100).
TRIALS = tuple({"max_depth": depth, "min_samples_leaf": leaf} for depth in (4, 8, None) for leaf in (2, 10))


def make_world(data: DataSet, seed: int, *, days: int, cadence: float, magnitude: float, **_: Any) -> Bunch:
    """Nights of the article's satellite, with storms and seasons, and a world's earthquakes."""
    start = pd.Timestamp(data.period[0])
    end = start + pd.Timedelta(days=days)
    catalog = make_catalog(start, end, min_magnitude=magnitude, random_state=seed)
    kp = make_kp(start - pd.Timedelta(days=2), end, random_state=seed)
    frame = make_track(
        data.satellite, start, end, kp=kp, side="night", fields="B_N" in data.channels, cadence=cadence,
        random_state=seed,
    ).frame  # fmt: skip
    return Bunch(track=TrackSource(frame, name=data.satellite), catalog=catalog, kp=kp)


def of_length(data: DataSet, cadence: float) -> DataSet:
    """The data set with windows of as many seconds at another cadence (at least four observations)."""
    length = max(4, 2 * round(data.length * data.cadence_s / cadence / 2))
    return (
        replace(data, length=length)
        if length >= 20
        else replace(data, length=length, network={"kernel_size": 2})
    )


def as_published(
    data: DataSet, world: Bunch, seed: int, *, cadence: float, model: str, epochs: int, n_trees: int, **_: Any
) -> Outcome:
    """Random controls, every window alike, no purging, the best of several settings on the test rows."""
    data = of_length(data, cadence)
    samples = data.samples(
        world.track, world.catalog, world.kp, mode="paper", random_state=seed, max_per_event=5
    )
    train, test = data.split(samples, "paper")
    X, y = samples.X, samples.y
    scores, seismic = [], []
    for fresh in _models(data, world.track, model, epochs, n_trees, seed):
        proba = fresh.fit(X.iloc[train], y[train]).predict_proba(X.iloc[test])
        whole = np.zeros((len(test), 3))
        whole[:, np.asarray(fresh.classes_, dtype=int)] = proba
        scores.append(classification_summary(y[test], whole)["mcc"])
        seismic.append(seismic_mcc(y[test], whole))
    place = location_probe(samples, (train, test), sample_weight=None, n_resamples=0, random_state=seed)
    best = int(np.argmax(scores))
    details = {
        "mean of the settings": float(np.mean(scores)),
        "MCC of classes 0 and 1": float(seismic[best]),
        "place alone, MCC of classes 0 and 1": place.seismic_mcc.value,
    }
    return Outcome(scores[best], n=X.iloc[test]["event_id"].nunique(), details=details)


def honest(
    data: DataSet, world: Bunch, seed: int, *, cadence: float, model: str, epochs: int, n_trees: int, **_: Any
) -> Outcome:
    """Matched controls, days before alone, purged, tested on what follows; classes 0 and 1, an event once."""
    data = of_length(data, cadence)
    # A record of less than a year holds no controls of Swarm's local time: those of the place alone.
    long_enough = world.track.span[1] - world.track.span[0] >= np.timedelta64(450, "D")
    mode = (
        MODES["honest"]
        if long_enough or data.satellite != "swarm"
        else replace(MODES["honest"], match="place")
    )
    samples = data.samples(
        world.track, world.catalog, world.kp, mode=mode, random_state=seed, max_per_event=5
    )
    fresh = _models(data, world.track, model, epochs, n_trees, seed)[0]
    found = evaluate(fresh, samples, data.split(samples, mode), n_resamples=200, random_state=seed)
    low, high = found.seismic_mcc.low, found.seismic_mcc.high
    return Outcome(found.seismic_mcc.value, n=found.n_events, details={"low": low, "high": high})


def _models(data: DataSet, track: TrackSource, model: str, epochs: int, n_trees: int, seed: int) -> list[Any]:
    if model == "network":
        rates = (1e-3, 3e-4, 3e-3)
        return [data.model(track, epochs=epochs, learning_rate=rate, random_state=seed) for rate in rates]
    steps = [step for _, step in data.model(track).steps[:2]]
    return [
        make_baseline("RF", *steps, n_estimators=n_trees, n_jobs=1, random_state=seed, **trial)
        for trial in TRIALS
    ]
