"""The fitted state comes at once, or not at all."""

from __future__ import annotations

from numbers import Real

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from skquake._core._sklearn import Interval, fit_context


class Mean(BaseEstimator):
    _parameter_constraints: dict = {"add": [Interval(Real, 0, None, closed="left")]}

    def __init__(self, add=0.0):
        self.add = add

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None, fail=None):
        self.n_ = len(X)
        if fail is not None:
            raise fail
        self.mean_ = np.mean(X) + self.add
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X, y):
        self.n_ = len(X)
        return X, y


class Twice(Mean):
    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None, fail=None):
        super().fit(X, y)
        self.twice_ = 2 * self.mean_
        if fail is not None:
            raise fail
        return self


@pytest.mark.parametrize("cls", [Mean, Twice])
@pytest.mark.parametrize("error", [ValueError("refused"), KeyboardInterrupt(), MemoryError()])
def test_a_failed_fit_leaves_what_was_there(cls, error):
    unfitted = cls()
    with pytest.raises(type(error)):
        unfitted.fit([1.0, 2.0], fail=error)
    assert vars(unfitted) == {"add": 0.0}
    fitted = cls().fit([1.0, 2.0])
    before = dict(vars(fitted))
    with pytest.raises(type(error)):
        fitted.fit([1.0, 2.0, 9.0], fail=error)
    assert vars(fitted) == before


def test_a_good_fit_returns_the_estimator_itself():
    mean = Twice()
    assert mean.fit([1.0, 3.0]) is mean
    assert mean.fit([1.0, 5.0]).twice_ == 6.0
    assert mean.fit_resample([1], [2]) == ([1], [2])
    assert mean.n_ == 1


def test_parameters_are_checked():
    with pytest.raises(ValueError, match="add"):
        Mean(add=-1.0).fit([1.0])
