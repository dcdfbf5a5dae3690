"""A trial: the folds of one candidate, fitted and scored, and when it is given up."""

from __future__ import annotations

import numbers
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone

from skquake._core._failures import failure, is_full_disk
from skquake._core._sklearn import check_method_params, safe_split
from skquake._core._typing import Estimator, FloatArray, IntArray, Rows

BEFORE_STOPPING = 10  # complete trials that show how good a fold can get


class Fold(NamedTuple):
    """What one fold of a trial gave: scores by name (None where it failed, with the error), seconds."""

    scores: dict[str, float] | None
    fit_seconds: float
    score_seconds: float
    error: str | None = None


@dataclass(frozen=True)
class Trial:
    """A candidate and what its finished folds gave, in their order.

    Parameters
    ----------
    index : int
        Place in the search.
    params : dict
    folds : list of Fold
    repeats : int or None
        Index of an earlier trial of the same candidate, whose folds these are.
    """

    index: int
    params: dict[str, Any]
    folds: list[Fold]
    repeats: int | None = None

    def status(self, n_splits: int) -> str:
        """ "complete", "infeasible" (a fold failed) or "stopped" (folds were left out as hopeless)."""
        if any(fold.error is not None for fold in self.folds):
            return "infeasible"
        return "complete" if len(self.folds) == n_splits else "stopped"

    def scores(self, metric: str) -> FloatArray:
        """The metric in each finished fold; NaN where a fold failed."""
        return np.array([np.nan if f.scores is None else f.scores[metric] for f in self.folds], dtype=float)


class Bar(NamedTuple):
    """What a trial has to beat: the best mean, and the best that any trial got in each fold."""

    metric: str
    best: float
    ceiling: FloatArray

    @classmethod
    def of(cls, trials: Iterable[Trial], metric: str, n_splits: int) -> Bar | None:
        """The bar that complete trials set; None while there are too few of them."""
        complete = [t.scores(metric) for t in trials if t.status(n_splits) == "complete"]
        scores = np.array([values for values in complete if np.isfinite(values).all()])
        if len(scores) < BEFORE_STOPPING:
            return None
        return cls(metric, scores.mean(axis=1).max(), scores.max(axis=0))

    def reach(self, scores: FloatArray) -> float:
        """Mean that a trial would get with the best that was ever seen in each fold it has not done."""
        return float(np.concatenate([scores, self.ceiling[len(scores) :]]).mean())


class Task(NamedTuple):
    """What all folds of a search share."""

    estimator: Estimator
    X: Rows
    y: Any
    scorer: Any
    fit_params: dict[str, Any] | None
    score_params: dict[str, Any] | None
    error_score: Any
    caller: Estimator = None


def run_folds(
    task: Task,
    params: dict[str, Any],
    folds: Sequence[tuple[IntArray, IntArray]],
    contexts: Sequence[Any],
    bar: Bar | None = None,
) -> list[Fold]:
    """Fit and score a fresh clone on each (train, test) in turn; with a bar, until it is out of reach.

    Parameters
    ----------
    task : Task
    params : dict
        Of the candidate.
    folds : sequence of (train, test)
    contexts : sequence
        One of scikit-learn's callback contexts a fold.
    bar : Bar or None
    """
    done: list[Fold] = []
    for (train, test), context in zip(folds, contexts, strict=True):
        model = clone(task.estimator).set_params(**clone(params, safe=False))
        done.append(_run_fold(task, model, train, test, context))
        if bar is not None:
            scores = Trial(0, params, done).scores(bar.metric)
            if bar.reach(scores) < bar.best:
                break
    return done


def _run_fold(task, model, train, test, context):
    X_train, y_train = safe_split(model, task.X, task.y, train)
    X_test, y_test = safe_split(model, task.X, task.y, test, train)
    fit_params = check_method_params(task.X, params=task.fit_params, indices=train)
    score_params = check_method_params(task.X, params=task.score_params, indices=test)
    told = {"estimator": task.caller, "X": X_train, "y": y_train}
    if fit_params.get("sample_weight") is not None:
        told["metadata"] = {"sample_weight": fit_params["sample_weight"]}
    start = fitted = time.perf_counter()
    try:
        try:
            with context.propagate_callback_context(model):
                context.call_on_fit_task_begin(**told)
                model.fit(X_train, *(() if y_train is None else (y_train,)), **fit_params)
        finally:
            context.call_on_fit_task_end(**told)
        fitted = time.perf_counter()
        found = task.scorer(model, X_test, *(() if y_test is None else (y_test,)), **score_params)
        scores = _by_name(found)
    except Exception as error:
        if task.error_score == "raise" or is_full_disk(error):
            raise
        end = time.perf_counter()
        fitted = fitted if fitted > start else end
        return Fold(None, fitted - start, end - fitted, failure(error))
    return Fold(scores, fitted - start, time.perf_counter() - fitted)


def _by_name(found):
    """Scores as {name: float}; a score alone is called "score"."""
    if not isinstance(found, dict):
        found = {"score": found}
    for name, value in found.items():
        if isinstance(value, str):  # scikit-learn's scorer of several hands back what one of them raised
            raise ValueError(value.strip().rsplit("\n", 1)[-1])
        if not isinstance(value, numbers.Number):
            raise TypeError(f"scoring must return numbers, got {value!r} for {name!r}")
    return {str(name): float(value) for name, value in found.items()}
