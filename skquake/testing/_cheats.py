"""Four ways to a high score where nothing is there: what any ranking of detectors must refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Bunch

from skquake._core._typing import Array, ArrayLike, Estimator, FloatArray
from skquake.catalogs import MatchedControls, RandomControls
from skquake.datasets import World
from skquake.model_selection import Evaluation, PurgedTimeSeriesSplit, evaluate
from skquake.preprocessing import ChannelLog, WindowFlattener, WindowMean
from skquake.report import WorldEntry
from skquake.sampling import SlidingWindow, make_samples

_DAY_NS = 86_400 * 10**9
_N_DIRECTIONS, _N_TESTED = 3000, 6
_N_OVERLAPPING = 300  # earthquakes whose windows overlap


def cheating_entries() -> dict[str, WorldEntry]:
    """Entries for :func:`skquake.report.run_world` that know nothing and claim much.

    Returns
    -------
    dict of {str: WorldEntry}
        - ``"place only"``: a forest on latitude and longitude; its controls lie anywhere, so off the belts;
        - ``"date only"``: a forest on the date; its controls lie months after their earthquakes, and its
          folds are shuffled;
        - ``"shuffled split"``: trees on observations, place and date of windows that overlap, scored on
          shuffled folds, which part the windows of one earthquake;
        - ``"best on the test set"``: of 3,000 models drawn blindly, each tested on six pairs of its own
          choice, the one that scores best, with that score.

    See Also
    --------
    skquake.report.run_world : What gives them away.

    Examples
    --------
    >>> from skquake.testing import cheating_entries
    >>> list(cheating_entries())
    ['place only', 'date only', 'shuffled split', 'best on the test set']
    """
    entries = (
        WorldEntry("place only", _place_model, _place_claim),
        WorldEntry("date only", _date_model, _date_claim),
        WorldEntry("shuffled split", _forest, _shuffled_claim),
        WorldEntry("best on the test set", _best_model, _best_claim),
    )
    return {entry.name: entry for entry in entries}


def _cut(world: World, controls: Any, **how: Any) -> Bunch:
    settings = {**world.sampling, "kp": world.kp, "exclude": world.everything, **how}
    return make_samples(world.source, world.catalog, controls, **settings)


def _columns(function: Any, *names: str) -> Pipeline:
    forest = RandomForestClassifier(100, min_samples_leaf=5, random_state=0)
    return make_pipeline(make_column_transformer((_Columns(function), list(names))), forest)


class _Columns(BaseEstimator):
    """A function of columns; learns nothing."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Nothing to learn."""
        return self

    def transform(self, X: pd.DataFrame) -> Array:
        """The function's values."""
        return self.function(X)

    def __sklearn_is_fitted__(self):
        return True


def _as_is(X):
    return X.to_numpy(dtype=float)


def _days(X):
    return X.to_numpy("datetime64[ns]").astype("int64") / _DAY_NS


def _place_samples(world):
    return _cut(world, RandomControls(avoid=world.everything, random_state=0))


def _place_model(world: World) -> Estimator:
    own = _place_samples(world)
    return FrozenEstimator(_columns(_as_is, "latitude", "longitude").fit(own.X, own.y))


def _place_claim(world: World) -> Evaluation:
    model, folds = _columns(_as_is, "latitude", "longitude"), PurgedTimeSeriesSplit(3)
    return evaluate(model, _place_samples(world), folds, n_resamples=0)


def _date_samples(world):
    controls = MatchedControls(
        side="after",
        min_days=90,
        max_days=150,
        avoid=world.everything,
        days=world.sampling["days"],
        random_state=0,
    )
    return _cut(world, controls)


def _date_model(world: World) -> Estimator:
    own = _date_samples(world)
    return FrozenEstimator(_columns(_days, "time").fit(own.X, own.y))


def _date_claim(world: World) -> Evaluation:
    folds = KFold(5, shuffle=True, random_state=0)
    return evaluate(_columns(_days, "time"), _date_samples(world), folds, n_resamples=0)


def _windows(world: World) -> tuple[Estimator, ...]:
    return SlidingWindow(world.source, world.length, context=world.context), ChannelLog()


def _flat(world: World) -> tuple[Estimator, ...]:
    return *_windows(world), WindowFlattener(), SimpleImputer(keep_empty_features=True), StandardScaler()


def _forest(world: World) -> Estimator:
    place = make_column_transformer(
        (_Columns(_as_is), ["latitude", "longitude"]), (_Columns(_days), ["time"])
    )
    levels = make_pipeline(*_windows(world), WindowMean(_all_of(world)), WindowFlattener())
    trees = ExtraTreesClassifier(50, max_features=None, random_state=0)
    return make_pipeline(make_union(levels, place), trees)


def _all_of(world):
    return world.length + 2 * world.context if world.source.kind == "track" else world.length


def _shuffled_claim(world: World) -> Evaluation:
    controls = MatchedControls(avoid=world.everything, days=world.sampling["days"], random_state=0)
    last = replace(world, catalog=world.catalog.tail(_N_OVERLAPPING))
    own = _cut(last, controls, step=2)
    folds = KFold(5, shuffle=True, random_state=0)
    return evaluate(_forest(world), own, folds, n_resamples=0)


class _Direction(ClassifierMixin, BaseEstimator):
    """One direction in the space of the windows, drawn blindly."""

    def __init__(self, number: int = 0) -> None:
        self.number = number

    def fit(self, X: FloatArray, y: ArrayLike) -> Self:
        """Learn how many features there are."""
        self.classes_ = np.array([0, 1])
        drawn = np.random.default_rng(self.number).standard_normal(np.shape(X)[1])
        self.coef_ = drawn / np.linalg.norm(drawn)
        return self

    def predict_proba(self, X: FloatArray) -> FloatArray:
        """Probabilities of the classes 0 and 1."""
        p = expit(np.asarray(X) @ self.coef_)
        return np.column_stack([1.0 - p, p])

    def predict(self, X: FloatArray) -> Array:
        """The likelier class."""
        return (self.predict_proba(X)[:, 1] > 0.5).astype(int)


def _best(world):
    """Number and score of the direction that is best on pairs of its own choice."""
    X, y = world.train.X, world.train.y
    last = X.groupby("pair_id")["time"].max().sort_values().index
    tested = X["pair_id"].isin(last[len(last) // 2 :]).to_numpy()
    seen = make_pipeline(*_flat(world)).fit(X[~tested])
    values = np.asarray(seen.transform(X[tested]))
    pairs, pair = np.unique(X.loc[tested, "pair_id"].astype(str), return_inverse=True)
    cell = 2 * pair + y[tested]
    best = 0, -1.0
    for number in range(_N_DIRECTIONS):
        p = _Direction(number).fit(values, cell).predict_proba(values)[:, 1]
        control, event = (np.bincount(cell, p) / np.bincount(cell)).reshape(-1, 2).T
        few = np.random.default_rng(number).permutation(len(pairs))[:_N_TESTED]
        score = float((event[few, np.newaxis] > control[few]).mean())
        best = max(best, (number, score), key=lambda each: each[1])
    return best


def _best_model(world: World) -> Estimator:
    return make_pipeline(*_flat(world), _Direction(_best(world)[0]))


def _best_claim(world: World) -> dict[str, float]:
    return {"event_auc": _best(world)[1]}
