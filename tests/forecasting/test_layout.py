"""What a regressor inside wrappers gets from a forecaster: windows stay windows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skquake._core._inner import innermost
from skquake.forecasting import WalkForwardForecaster
from skquake.model_selection import HyperoptSearchCV
from skquake.neural import EDLSTMERegressor
from skquake.preprocessing import ChannelScaler, TrainOnly, WindowFlattener

N_IN, N_OUT = 6, 3
CUT = TimeSeriesSplit(2)


def two_stations(n=120):
    time = pd.date_range("2016-12-01", periods=n, freq="2h")
    wave = np.sin(np.arange(n)[:, None] * np.pi / 6 + np.arange(2))
    return pd.DataFrame(20 + 10 * wave + np.random.default_rng(0).normal(size=(n, 2)), time, ["A", "B"])


class Network(RegressorMixin, BaseEstimator):
    """A regressor of windows that remembers what it got; without training."""

    def __init__(self, n_out=None, windows=True, alpha=1.0):
        self.n_out = n_out
        self.windows = windows
        self.alpha = alpha

    def fit(self, X, y):
        self.shapes_ = X.shape[1:], y.shape[1:]
        self.n_out_ = self.n_out
        return self

    def predict(self, X):
        return np.zeros((len(X), *self.shapes_[1]))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = self.windows
        return tags


class Strange(RegressorMixin, BaseEstimator):
    """Holds its regressor under a name of its own."""

    def __init__(self, learner):
        self.learner = learner

    def fit(self, X, y):
        self.learner_ = self.learner.fit(X, y)
        return self

    def predict(self, X):
        return self.learner_.predict(X)


def grid(model, **grid):
    return GridSearchCV(model, grid, cv=CUT, error_score="raise")


def shapes(regressor, **options):
    """(X, y) that the network behind the wrappers got, and the n_out that it was told."""
    series = two_stations()
    model = WalkForwardForecaster(regressor, N_IN, N_OUT, **options).fit(series[:90])
    assert model.predict(series).iloc[95:].notna().all(axis=None)
    found = model.regressor_
    for attribute in ("best_estimator_", "regressor_", "estimator_", "estimator", "learner_"):
        while hasattr(found, attribute) or hasattr(found, "steps"):
            found = found[-1] if hasattr(found, "steps") else getattr(found, attribute)
    return found.shapes_, found.n_out_


WINDOWS, FLAT = ((N_IN, 2), (N_OUT, 2)), ((N_IN * 2,), (N_OUT * 2,))
FLAT_Y = (N_IN, 2), (N_OUT * 2,)


@pytest.mark.parametrize(
    ("wrap", "expected", "told"),
    [
        (lambda model: model, WINDOWS, None),
        (lambda model: make_pipeline(ChannelScaler(), model), WINDOWS, None),
        (lambda model: TrainOnly(None, model), WINDOWS, None),
        (lambda model: grid(model, alpha=[1.0]), FLAT_Y, N_OUT),
        (
            lambda model: grid(make_pipeline(ChannelScaler(), model), network__alpha=[1.0]),
            FLAT_Y,
            N_OUT,
        ),
        (lambda model: make_pipeline(ChannelScaler(), grid(model, alpha=[1.0])), FLAT_Y, N_OUT),
        (lambda model: TransformedTargetRegressor(model, transformer=MinMaxScaler()), FLAT_Y, N_OUT),
        (
            lambda model: grid(
                TransformedTargetRegressor(TrainOnly(None, make_pipeline(ChannelScaler(), model)))
            ),
            FLAT_Y,
            N_OUT,
        ),
        (
            lambda model: HyperoptSearchCV(model, {"alpha": [1.0, 2.0]}, n_iter=1, cv=CUT, random_state=0),
            FLAT_Y,
            N_OUT,
        ),
    ],
)
def test_no_wrapper_makes_rows_of_windows(wrap, expected, told):
    assert shapes(wrap(Network())) == (expected, told)
    begins_with_windows = "ChannelScaler" in repr(wrap(Network()))
    expected = ((N_IN, 2), FLAT[1]) if begins_with_windows else FLAT
    assert shapes(wrap(Network(windows=False)))[0] == expected


def test_a_network_searched_trains_on_windows():
    """The network of a search has the input and the output of the network alone."""
    series = two_stations()
    network = EDLSTMERegressor(units=2, decoder_layers=1, epochs=1, random_state=0)
    alone = WalkForwardForecaster(network, 24, 12).fit(series).regressor_
    searched = grid(TransformedTargetRegressor(network, transformer=MinMaxScaler()))
    found = WalkForwardForecaster(searched, 24, 12).fit(series)
    inner = found.regressor_.best_estimator_.regressor_
    assert alone.input_shape_ == inner.input_shape_ == (24, 2)
    assert [w.shape for w in alone.weights_] == [w.shape for w in inner.weights_]
    assert found.windows_ == "keep" and network.n_out is None
    assert found.predict(two_stations(150)).iloc[125:].notna().all(axis=None)


def test_a_frozen_network_sees_windows():
    series = two_stations()
    first = WalkForwardForecaster(Network(), N_IN, N_OUT).fit(series).regressor_
    assert shapes(FrozenEstimator(first))[0] == WINDOWS


def test_one_network_a_column_is_told_nothing():
    series = two_stations()
    model = WalkForwardForecaster(MultiOutputRegressor(Network()), N_IN, N_OUT).fit(series)
    assert [each.shapes_ for each in model.regressor_.estimators_] == [((N_IN, 2), ())] * 6
    assert model.regressor_.estimators_[0].n_out_ is None


def test_a_layout_that_cannot_be_told_is_an_error():
    with pytest.raises(ValueError, match=r"Strange holds an estimator as 'learner'.* say windows=\"keep\""):
        shapes(Strange(Network()))
    assert shapes(Strange(Network()), windows="keep")[0] == WINDOWS
    assert shapes(Strange(Network()), windows="flat")[0] == FLAT
    with pytest.raises(ValueError, match=r"StandardScaler, its first step, takes.*12 times of one"):
        shapes(make_pipeline(StandardScaler(), Network()))
    with pytest.raises(ValueError, match="Network has n_out=2, the forecaster n_out=3"):
        shapes(grid(Network(n_out=2)))
    with pytest.raises(ValueError, match="set n_out=3 of the Network that the search tries"):
        shapes(grid(make_pipeline(ChannelScaler(), Network()), network=[Network(), Network(alpha=2.0)]))
    with pytest.raises(ValueError, match="some estimators in GridSearchCV take windows and some do not"):
        shapes(grid(make_pipeline(WindowFlattener(), Ridge()), ridge=[Ridge(), Network()]))
    with pytest.raises(ValueError, match="'windows' parameter"):
        shapes(Network(), windows="yes")


def test_flat_windows_of_one_series_are_windows():
    """One column: rows of a table and windows of one series hold the same."""
    series = two_stations()[["A"]]
    model = WalkForwardForecaster(make_pipeline(StandardScaler(), Network()), N_IN, N_OUT).fit(series)
    assert innermost(model.regressor_, "last")[0].estimator.shapes_[0] == (N_IN,)


def test_a_refused_fit_leaves_the_forecaster_as_it_was():
    series = two_stations()
    model = WalkForwardForecaster(Ridge(), N_IN, N_OUT).fit(series[:90])
    before = model.predict(series)
    with pytest.raises(ValueError, match="are too few"):
        model.fit(series[:5])
    pd.testing.assert_frame_equal(model.predict(series), before)
    model.set_params(regressor=Strange(Network()))
    with pytest.raises(ValueError, match="Strange"):
        model.fit(series[["A"]])
    assert model.stations_ == ["A", "B"]
    pd.testing.assert_frame_equal(model.predict(series), before)
