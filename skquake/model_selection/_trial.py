"""A trial: the folds of one candidate, fitted and scored, and when it is given up."""

from __future__ import annotations

import numbers
import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sklearn.base import clone

from skquake._core._sklearn import check_method_params, safe_split

BEFORE_STOPPING = 10  # complete trials that show how good a fold can get


class Fold(NamedTuple):
    """What one fold of a trial gave: scores by name (None where it failed, with the error), seconds."""

    scores: dict | None
    fit_seconds: float
    score_seconds: float
    error: str | None = None


@dataclass(frozen=True)
class Trial:
    """A candidate and what its finished folds gave, in their order."""

    index: int
    params: dict
    folds: list[Fold]

    def status(self, n_splits):
        """ "complete", "infeasible" (a fold failed) or "stopped" (folds were left out as hopeless)."""
        if any(fold.error is not None for fold in self.folds):
            return "infeasible"
        return "complete" if len(self.folds) == n_splits else "stopped"

    def scores(self, metric):
        """The metric in each finished fold; NaN where a fold failed."""
        return np.array([np.nan if f.scores is None else f.scores[metric] for f in self.folds], dtype=float)


class Bar(NamedTuple):
    """What a trial has to beat: the best mean, and the best that any trial got in each fold."""

    metric: str
    best: float
    ceiling: np.ndarray

    @classmethod
    def of(cls, trials, metric, n_splits):
        """The bar that complete trials set; None while there are too few of them."""
        scores = [t.scores(metric) for t in trials if t.status(n_splits) == "complete"]
        scores = np.array([values for values in scores if np.isfinite(values).all()])
        if len(scores) < BEFORE_STOPPING:
            return None
        return cls(metric, scores.mean(axis=1).max(), scores.max(axis=0))

    def reach(self, scores):
        """Mean that a trial would get with the best that was ever seen in each fold it has not done."""
        return np.concatenate([scores, self.ceiling[len(scores) :]]).mean()


def run_folds(estimator, X, y, params, folds, *, scorer, fit_params, score_params, error_score, bar=None):
    """Fit and score a fresh clone on each (train, test) in turn; with a bar, until it is out of reach."""
    done: list[Fold] = []
    for train, test in folds:
        model = clone(estimator).set_params(**clone(params, safe=False))
        done.append(_run_fold(model, X, y, train, test, scorer, fit_params, score_params, error_score))
        if bar is not None:
            scores = Trial(0, params, done).scores(bar.metric)
            if bar.reach(scores) < bar.best:
                break
    return done


def _run_fold(model, X, y, train, test, scorer, fit_params, score_params, error_score):
    X_train, y_train = safe_split(model, X, y, train)
    X_test, y_test = safe_split(model, X, y, test, train)
    fit_params = check_method_params(X, params=fit_params, indices=train)
    score_params = check_method_params(X, params=score_params, indices=test)
    start = fitted = time.perf_counter()
    try:
        model.fit(X_train, *(() if y_train is None else (y_train,)), **fit_params)
        fitted = time.perf_counter()
        found = scorer(model, X_test, *(() if y_test is None else (y_test,)), **score_params)
        scores = _by_name(found)
    except ValueError as error:
        if error_score == "raise":
            raise
        end = time.perf_counter()
        fitted = fitted if fitted > start else end
        return Fold(None, fitted - start, end - fitted, f"{type(error).__name__}: {error}")
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
