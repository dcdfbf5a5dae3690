"""Forecasters by name."""

import numpy as np
import pandas as pd
import pytest

from skquake.forecasting import WalkForwardForecaster, make_forecaster

SMALL = {
    "ED-LSTME": {"units": 4, "epochs": 2},
    "DNN": {"hidden_layer_sizes": (8,), "tol": 0.1},
    "RF": {"n_estimators": 5},
}
NAIVE = ["persistence", "yesterday", "median", "recurrence", "smoothing"]
NAMES = ["ED-LSTME", "DNN", "RF", "SVM", "DT", "ridge", *NAIVE]


@pytest.mark.parametrize("name", NAMES)
def test_forecasts(name):
    time = pd.date_range("2016-12-01", periods=31 * 12, freq="2h")
    wave = 20 + 9 * np.sin(np.arange(len(time))[:, None] * np.pi / 6 + np.arange(2))
    series = pd.DataFrame(wave, time, ["A", "B"])
    model = make_forecaster(name, n_in=12, n_out=2, random_state=0, **SMALL.get(name, {}))
    found = model.fit(series[:-24]).predict(series)
    assert found[-24:].notna().all(axis=None)
    for parameter, value in SMALL.get(name, {}).items():
        assert getattr(model.regressor, parameter) == value
    if isinstance(model, WalkForwardForecaster):
        again = make_forecaster(name, n_in=12, n_out=2, random_state=0, **SMALL.get(name, {}))
        pd.testing.assert_frame_equal(again.fit(series[:-24]).predict(series), found)


def test_unknown():
    with pytest.raises(ValueError, match="'XGB' is no forecaster; there are ED-LSTME, DNN"):
        make_forecaster("XGB")
    with pytest.raises(ValueError, match="samples_per_day"):
        make_forecaster("SARIMA")


def test_the_papers_mode_of_the_network():
    """History, outputs, indices and network as its paper has them; what is given wins."""
    model = make_forecaster("ED-LSTME", mode="paper", random_state=0)
    assert (model.n_in, model.n_out, model.exogenous) == (97, 12, ["kp", "ap", "f107"])
    network = model.regressor
    assert (network.units, network.activation, network.epochs, network.batch_size) == (100, "relu", 50, 32)
    given = make_forecaster("ED-LSTME", 194, 8, mode="paper", exogenous=["kp"], units=200)
    assert (given.n_in, given.n_out, given.exogenous, given.regressor.units) == (194, 8, ["kp"], 200)
    assert make_forecaster("persistence").n_out == 2
    assert (make_forecaster("ridge").n_in, make_forecaster("ridge").n_out) == (24, 2)
    with pytest.raises(ValueError, match="mode='paper' is for 'ED-LSTME', not 'RF'"):
        make_forecaster("RF", mode="paper")
    with pytest.raises(ValueError, match="mode must be 'paper' or None, got 'honest'"):
        make_forecaster("ED-LSTME", mode="honest")
