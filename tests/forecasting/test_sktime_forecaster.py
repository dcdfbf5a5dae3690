"""sktime's forecasters, walking forward over what was observed."""

import numpy as np
import pandas as pd
import pytest
from sktime.forecasting.naive import NaiveForecaster
from sktime.forecasting.sarimax import SARIMAX
from statsmodels.tsa.statespace.sarimax import SARIMAX as Model

from skquake.forecasting import PersistenceForecaster, SktimeForecaster, make_forecaster


def persistent(n=200, stations=2, seed=0):
    rng = np.random.default_rng(seed)
    values = np.zeros((n, stations))
    for row in range(1, n):
        values[row] = 0.8 * values[row - 1] + rng.normal(size=stations)
    time = pd.date_range("2016-12-01", periods=n, freq="2h")
    return pd.DataFrame(20 + values, time, ["A", "B"][:stations])


def test_naive_is_persistence():
    series = persistent()
    model = SktimeForecaster(NaiveForecaster(), n_out=4).fit(series[:100])
    expected = PersistenceForecaster(n_out=4).fit(series).predict(series)
    pd.testing.assert_frame_equal(model.predict(series)[100:], expected[100:])
    assert model.predict(series)[:100].isna().all(axis=None)


def test_arima_keeps_its_parameters_and_sees_the_true_history():
    series = persistent(stations=1)
    model = SktimeForecaster(SARIMAX(order=(1, 0, 0), trend="c", disp=False), n_out=3).fit(series[:120])
    found = model.predict(series)
    fitted = Model(series["A"][:120].to_numpy(), order=(1, 0, 0), trend="c").fit(disp=False)
    for start in range(120, 200, 3):
        history = Model(series["A"][:start].to_numpy(), order=(1, 0, 0), trend="c").smooth(fitted.params)
        expected = history.forecast(3)[: 200 - start]
        np.testing.assert_allclose(found["A"][start : start + 3], expected, rtol=1e-3)
    pd.testing.assert_frame_equal(model.predict(series), found)  # predicting leaves no trace


def test_changing_the_future_changes_nothing():
    series = persistent(n=165)
    model = SktimeForecaster(SARIMAX(order=(1, 0, 0), disp=False), n_out=2).fit(series[:120])
    expected, other = model.predict(series), series.copy()
    other.iloc[150:] = 1e3
    pd.testing.assert_frame_equal(model.predict(other)[:150], expected[:150])
    other.iloc[150:] = np.nan
    cut = model.predict(other)
    pd.testing.assert_frame_equal(cut[:152], expected[:152])
    assert cut[152:].isna().all(axis=None)


def test_bad_input():
    series = persistent()
    with pytest.raises(TypeError, match="SARIMAX is no forecaster of sktime"):
        SktimeForecaster(Model(series["A"].to_numpy())).fit(series)
    model = SktimeForecaster(NaiveForecaster()).fit(series[:100])
    with pytest.raises(ValueError, match=r"begins at 2016-12-10T08.*fit ended at 2016-12-09T06"):
        model.predict(series[112:])
    lagged = SktimeForecaster(SARIMAX(order=(1, 0, 0), disp=False)).fit(series[:100])
    assert lagged.predict(series[:101]).notna().iloc[-1].all()
    series.iloc[110, 1] = np.nan
    with pytest.raises(ValueError, match=r"station 'B' has no value at 2016-12-10T04.*SARIMAX takes no gaps"):
        lagged.predict(series)
    with pytest.raises(ValueError, match="station 'B' has no value"):
        SktimeForecaster(SARIMAX(order=(1, 0, 0), disp=False)).fit(series)


@pytest.mark.parametrize("name", ["ARIMA", "SARIMA"])
def test_by_name(name):
    series = persistent(n=60, stations=1)
    model = make_forecaster(name, n_out=2, samples_per_day=4, **{"order": (1, 0, 0)}).fit(series[:48])
    assert model.predict(series)[48:].notna().all(axis=None)
    seasonal = model.forecaster.get_params()["seasonal_order"]
    assert seasonal == ((0, 1, 1, 4) if name == "SARIMA" else (0, 0, 0, 0))
