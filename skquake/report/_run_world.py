"""An entry in a world: fitted on its training samples, scored by what is sealed."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats
from sklearn.utils import Bunch

from skquake._core._made_with import made_with
from skquake._core._routing import fit_weighted
from skquake._core._together import clock
from skquake._core._weights import event_weights
from skquake.alarms import reliability_curve
from skquake.datasets import World, list_worlds
from skquake.datasets._world import open_world
from skquake.datasets._world_file import world_file
from skquake.datasets._world_samples import SealedTest
from skquake.metrics import event_auc, event_scores, score_interval, seismic_auc, seismic_mcc
from skquake.metrics._evidence import align_classes, seismic_probability
from skquake.report._world_entry import WorldEntry, as_entry
from skquake.report._world_score import WorldScore, signed

FAMILYWISE = 0.01  # chance that an honest entry fails in any world without effect, by either test
CLAIM_SHARE = 0.2  # of the training events: what a claim is taken to rest on
N_RESAMPLES = 2000
CHANCE = {"event_auc": 0.5, "seismic_auc": 0.5, "seismic_mcc": 0.0}


def run_world(
    entry: Callable[[World], Any] | WorldEntry | str | Path,
    name: str,
    *,
    seed: int = 0,
    claim: Callable[[World], Any] | None = None,
    entry_name: str | None = None,
) -> WorldScore:
    """Fit an entry on the training samples of a world, and score it by what is sealed.

    The entry gets the whole record, the earthquakes of the training span and the training samples; it must
    give probabilities for test samples of which it knows time and place, not the label. It is scored
    against controls at the same places, before or after by a fair coin, so that neither place nor date is
    worth anything; and it may state what it scores by its own protocol (``claim``).

    Two things fail it. Where nothing is there, an event AUC above chance. Anywhere, a claim that lies above
    what the seal gives by more than chance allows: scores on controls of one's own choice, on shuffled
    folds, or of the best of many models on the rows that chose it, do not come true. Both are tested at a
    level at which an honest entry fails in any of the worlds without effect, by either, in 1 of 100 cases;
    a claim is taken to rest on a fifth of the training events. An entry that claims nothing and scores by
    chance is no cheat: it has found nothing.

    Parameters
    ----------
    entry : callable, WorldEntry or path
        ``make_entry(world)``, which returns an estimator that is fitted on samples and has
        ``predict_proba``; or a Python file that defines it, and ``claim(world)`` if it wants to. **The code
        of the file is run**, with all that your account may do: read what you did not write.
    name : str
        One of :func:`skquake.datasets.list_worlds`.
    seed : int, default=0
        Another draw of the world. A referee names one after the entry was handed in.
    claim : callable, default=None
        Gets the world; returns ``{"event_auc": ...}`` (or ``seismic_auc``, ``seismic_mcc``), or what
        :func:`skquake.model_selection.evaluate` found. Of a file: its own.
    entry_name : str, default=None
        By default that of the function or file.

    Returns
    -------
    WorldScore
        A row, signed by a hash over its numbers and versions.

    Raises
    ------
    TypeError, ValueError, FileNotFoundError
        For an entry that is neither, an unknown world, probabilities that are none, and claims of unknown
        scores.

    Notes
    -----
    The seal keeps labels from whoever does not look for them. The package is open: code that wants to can
    simulate the truth as the scorer does, and a model may be chosen by running it in the same world again
    and again. Against both there is one cure, a seed that was named later.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from skquake.report import run_world
    >>> run_world(lambda world: DummyClassifier(), "tec-2009", entry_name="a coin")
    WorldScore('a coin' in 'tec-2009': event AUC 0.50 [0.50, 0.50])
    """
    ours = as_entry(entry, claim, entry_name)
    world, sealed = open_world(name, seed)
    return score_entry(ours, world, sealed, world_file(name).effect)


def score_entry(entry: WorldEntry, world: World, sealed: SealedTest, effect: float) -> WorldScore:
    """The row of an entry in a world that is there."""
    world = _fresh(world)
    start = clock()
    model = entry.make_entry(world)
    if not hasattr(model, "predict_proba") or not hasattr(model, "fit"):
        raise TypeError(
            f"entry {entry.name!r}: make_entry returned {model!r}, which has no fit and predict_proba"
        )
    train = world.train
    weight = np.asarray(train.sample_weight) / np.mean(train.sample_weight)
    model = fit_weighted(model, train.X, train.y, weight)
    proba = align_classes(model.predict_proba(world.test), model.classes_)
    seconds = clock() - start
    if len(proba) != len(sealed.y) or not np.isfinite(proba).all():
        raise ValueError(
            f"entry {entry.name!r}: predict_proba gave {len(proba)} rows for {len(sealed.y)} samples, "
            "or what is not finite"
        )
    claimed = entry.claimed(world)
    row: dict[str, Any] = {
        "entry": entry.name,
        "world": world.name,
        "seed": world.seed,
        "identity": world.identity,
        "as_frozen": world.as_frozen,
        "effect": effect,
    }
    row |= _scores(sealed, proba)
    row |= _oracles(sealed, row["event_auc"])
    n_train = world.train.X["event_id"].nunique()
    n_null = int((list_worlds()["effect"] == 0.0).sum())
    alpha = FAMILYWISE / (2 * n_null)
    row |= {"claim": claimed, "failed": _failed(row, effect, claimed, n_train, alpha), "alpha": alpha}
    row |= {"seconds": seconds, "versions": made_with()}
    return signed({name: _rounded(value) for name, value in row.items()})


def _fresh(world):
    """The world with tables of its own: what an entry does to them is not there for the next."""
    train = Bunch(**{name: value.copy() for name, value in world.train.items()})
    tables = {name: getattr(world, name).copy() for name in ("catalog", "everything", "kp", "test")}
    return replace(world, train=train, sampling=dict(world.sampling), **tables)


def _scores(sealed, proba):
    weight = event_weights(sealed.event_id)
    where = {"event_id": sealed.event_id, "pair_id": sealed.pair_id, "time": sealed.time}
    intervals = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of few units: their number stands in the row
        for name in ("event_auc", "seismic_mcc"):
            found = score_interval(name, sealed.y, proba, **where, n_resamples=N_RESAMPLES, random_state=0)
            intervals[name] = found
    events = event_scores(sealed.event_id, sealed.y, proba)
    called = events["probability"] > 0.5
    curve = reliability_curve(seismic_probability(proba), sealed.y == 1, sample_weight=weight, n_resamples=1)
    auc, mcc = intervals["event_auc"], intervals["seismic_mcc"]
    return {
        "n": len(sealed.y),
        "n_events": len(events),
        "n_units": auc.n_units,
        "event_auc": event_auc(sealed.event_id, sealed.y, proba),
        "event_auc_low": auc.low,
        "event_auc_high": auc.high,
        "seismic_auc": seismic_auc(sealed.y, proba, sample_weight=weight),
        "seismic_mcc": seismic_mcc(sealed.y, proba, sample_weight=weight),
        "seismic_mcc_low": mcc.low,
        "seismic_mcc_high": mcc.high,
        "false_alarm_rate": float(called[events["label"] == 0].mean()),
        "detection_rate": float(called[events["label"] == 1].mean()),
        "brier_skill": curve.skill,
        "calibration_error": float((curve.share * np.abs(curve.predicted - curve.observed)).sum()),
    }


def _oracles(sealed, value):
    found = {}
    for name in ("oracle", "window_oracle"):
        proba = getattr(sealed, name)
        best = None if proba is None else event_auc(sealed.event_id, sealed.y, proba)
        found[name] = best
        found[f"share_of_{name}"] = None if best is None or best <= 0.5 else (value - 0.5) / (best - 0.5)
    return found


def _failed(row, effect, claimed, n_train, alpha):
    """Why the entry fails; empty where it does not."""
    reasons = []
    if effect == 0.0 and row["event_auc"] - CHANCE["event_auc"] > _reach(row, "event_auc", alpha):
        reasons.append("above chance")
    for name, value in claimed.items():
        of_claim = stats.norm.ppf(1.0 - alpha) * _coin(name, CLAIM_SHARE * n_train)
        if value - row[name] > np.hypot(_reach(row, name, alpha), of_claim):
            reasons.append("claim not held")
    return ", ".join(dict.fromkeys(reasons))


def _coin(name, n_events):
    """Standard error of the score of a coin."""
    return np.sqrt(1.0 / (3.0 * n_events)) if name.endswith("auc") else 1.0 / np.sqrt(n_events)


def _reach(row, name, alpha):
    """How far a score may lie off: by its interval, and at least as far as that of a coin."""
    of_coin = stats.norm.ppf(1.0 - alpha) * _coin(name, row["n_events"])
    of = "seismic_mcc" if name == "seismic_mcc" else "event_auc"
    low, high, degrees = row[f"{of}_low"], row[f"{of}_high"], max(row["n_units"] - 1, 1)
    if not (np.isfinite(low) and np.isfinite(high)):
        return of_coin
    return max(of_coin, (high - low) / 2.0 * stats.t.ppf(1.0 - alpha, degrees) / stats.t.ppf(0.975, degrees))


def _rounded(value):
    """Plain numbers; NaN is None."""
    if isinstance(value, float | np.floating):
        return round(float(value), 6) if np.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return value.item() if isinstance(value, np.generic) else value
