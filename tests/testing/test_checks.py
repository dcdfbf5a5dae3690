"""The public checks find the faults that they are there for, and let pass what has none."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from skquake._core._sklearn import fit_context
from skquake.catalogs import RandomControls
from skquake.forecasting import YesterdayForecaster
from skquake.model_selection import PurgedGroupKFold
from skquake.preprocessing import WindowFlattener
from skquake.testing import check_skquake_estimator, parametrize_with_skquake_checks, skquake_checks_generator
from skquake.testing._common_checks import COMMON_CHECKS
from skquake.testing._kinds import kind_of
from skquake.utils.discovery import all_estimators


def middle(X):
    """Somewhere in the middle of a fit."""
    return np.nanmean(X, axis=0)


class Nearest(ClassifierMixin, BaseEstimator):
    """The class whose weighted mean is nearest."""

    def fit(self, X, y, sample_weight=None):
        X, y = validate_data(self, X, y)
        self.classes_ = np.unique(y)
        weight = np.ones(len(X)) if sample_weight is None else np.asarray(sample_weight)
        middle(X)
        self.means_ = np.stack(
            [np.average(X[y == label], axis=0, weights=weight[y == label]) for label in self.classes_]
        )
        return self

    def decision_function(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        far = ((X[:, np.newaxis] - self.means_) ** 2).sum(axis=2)
        return far[:, 0] - far[:, 1]

    def predict(self, X):
        return self.classes_[(self.decision_function(X) > 0).astype(int)]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


class Whole(Nearest):
    """The same, whose state comes at once."""

    fit = fit_context(prefer_skip_nested_validation=True)(Nearest.fit)
    _parameter_constraints: dict = {}


class Deaf(Whole):
    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        return Nearest.fit(self, X, y)


class Kept(Whole):
    """Predicts from a copy of what it shows."""

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        Nearest.fit(self, X, y, sample_weight)
        self._hidden = self.means_.copy()
        return self

    def decision_function(self, X):
        shown, self.means_ = self.means_, self._hidden
        try:
            return super().decision_function(X)
        finally:
            self.means_ = shown


class Steps(TransformerMixin, BaseEstimator):
    """Flattens windows."""

    def fit(self, X, y=None):
        if np.ndim(X) != 3:
            raise ValueError("X: no windows")
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        if np.ndim(X) != 3:
            raise ValueError("X: no windows")
        return np.asarray(X).reshape(len(X), -1)

    def get_feature_names_out(self, input_features=None):
        return np.array([f"x{k}" for k in range(12)], dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array, tags.input_tags.two_d_array = True, False
        tags.requires_fit = False
        return tags


class Spoils(Steps):
    def transform(self, X):
        X -= 1.0
        return super().transform(X)


class Drops(Steps):
    def transform(self, X):
        return super().transform(X)[1:]


class Sorts(Steps):
    def transform(self, X):
        return np.sort(super().transform(X), axis=0)


class TwiceNamed(Steps):
    def get_feature_names_out(self, input_features=None):
        return np.array(["x"] * 12, dtype=object)


class Prophet(YesterdayForecaster):
    def predict(self, series, exogenous=None):
        return series.shift(-1)


class Tears(PurgedGroupKFold):
    def split(self, X, y=None, groups=None):
        rows = np.arange(len(X))
        for k in range(self.n_splits):
            yield rows[rows % self.n_splits != k], rows[rows % self.n_splits == k]


class Forgets(RandomControls):
    def sample(self, catalog):
        return super().sample(catalog).drop(columns="pair_id")


def failures(thing, X=None, y=None):
    found = check_skquake_estimator(thing, X, y, on_fail=None)
    return {row["check_name"] for row in found if row["status"] == "failed"}


def test_what_has_no_fault_passes():
    assert failures(Steps()) == set()
    common = {check.__name__ for check in COMMON_CHECKS}
    assert not failures(Whole()) & {*common, "check_weights_are_honoured"}


@pytest.mark.parametrize(
    ("thing", "check"),
    [
        (Nearest(), "check_stopped_refit_leaves_the_old_state"),
        (Nearest(), "check_stopped_fit_stays_unfitted"),
        (Deaf(), "check_weights_are_honoured"),
        (Kept(), "check_fitted_arrays_are_read_only_or_heeded"),
        (Spoils(), "check_input_is_left_alone"),
        (Drops(), "check_one_row_a_sample"),
        (Sorts(), "check_order_and_subsets"),
        (TwiceNamed(), "check_names_of_the_output"),
        (Prophet(), "check_nothing_looks_ahead"),
        (Tears(3), "check_pairs_are_not_torn"),
        (Forgets(), "check_controls_are_a_catalog"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_faults_are_found(thing, check):
    assert check in failures(thing)


def test_what_a_failure_does():
    with pytest.raises(AssertionError):
        check_skquake_estimator(Drops())
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = check_skquake_estimator(Drops(), on_fail="warn")
    assert any("Drops fails check_one_row_a_sample" in str(warning.message) for warning in told)
    reasons = {row["check_name"]: "it drops the first" for row in found if row["status"] == "failed"}
    again = check_skquake_estimator(Drops(), expected_failed_checks=reasons)
    assert {row["check_name"] for row in again if row["status"] == "xfail"} == set(reasons)


def test_parametrization_marks_what_is_expected_to_fail():
    mark = parametrize_with_skquake_checks(
        [Steps(), (WindowFlattener(), np.ones((6, 3, 2), "float32"))],
        expected_failed_checks=lambda estimator: (
            {"check_names_of_the_output": "no names"} if isinstance(estimator, Steps) else {}
        ),
    ).mark
    marked = [entry.id for entry in mark.args[1] if entry.marks]
    assert marked == ["Steps()-check_names_of_the_output"]
    ours = [entry.id for entry in mark.args[1] if entry.values[1].func.__module__.startswith("skquake")]
    assert len(set(ours)) == len(ours) > 20


def test_data_of_ones_own():
    class Frames(BaseEstimator):
        def fit(self, frame, y=None):
            self.columns_ = list(frame.columns)
            return self

        def __sklearn_tags__(self):
            tags = super().__sklearn_tags__()
            tags.input_tags.two_d_array = False
            return tags

    with pytest.raises(ValueError, match=r"Frames takes a frame .* hand small data in as X"):
        list(skquake_checks_generator(Frames()))
    names = [check.name for _, check in skquake_checks_generator(Frames(), pd.DataFrame({"a": [1.0, 2.0]}))]
    assert "check_stopped_refit_leaves_the_old_state" in names


@pytest.mark.parametrize("thing", [3, object(), BaseEstimator()], ids=["number", "object", "base"])
def test_what_cannot_be_checked_is_named(thing):
    with pytest.raises(TypeError, match=type(thing).__name__):
        kind_of(thing)


def test_unknown_kind_of_estimator():
    with pytest.raises(ValueError, match="type_filter='network' is no kind of estimator; there are"):
        all_estimators("network")
    assert {"IQRBounds", "RandomControls"} <= {name for name, _ in all_estimators(["transformer", "sampler"])}
