"""What every forecaster promises: ``fit(series)``, then ``predict(series)`` from what was known before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from skquake.testing._kinds import Example
from skquake.testing._raises import raises


def _fitted(forecaster: Any, example: Example) -> Any:
    return clone(forecaster).fit(example.X.iloc[: len(example.X) // 2])


def check_forecasts_have_the_shape_of_the_series(forecaster: Any, example: Example) -> None:
    found = _fitted(forecaster, example).predict(example.X)
    assert isinstance(found, pd.DataFrame)
    assert found.index.equals(example.X.index) and list(found) == list(example.X)
    assert found.notna().any(axis=None), "nothing was forecast"


def check_nothing_looks_ahead(forecaster: Any, example: Example) -> None:
    """Other values from a time on change no forecast up to that time."""
    model, series = _fitted(forecaster, example), example.X
    cut = 3 * len(series) // 4
    other = series.copy()
    other.iloc[cut:] = 1e3
    pd.testing.assert_frame_equal(model.predict(other)[:cut], model.predict(series)[:cut])


def check_times_to_come_are_forecast(forecaster: Any, example: Example) -> None:
    """The last rows are forecast alike whether they were observed or are NaN, one step ahead at least."""
    model, series = _fitted(forecaster, example), example.X
    open_end = series.copy()
    open_end.iloc[-1:] = np.nan
    pd.testing.assert_frame_equal(model.predict(open_end), model.predict(series))


def check_order_of_stations(forecaster: Any, example: Example) -> None:
    model, series = _fitted(forecaster, example), example.X
    turned = series[series.columns[::-1]]
    pd.testing.assert_frame_equal(model.predict(turned), model.predict(series)[list(turned)])


def check_wrong_series_are_refused(forecaster: Any, example: Example) -> None:
    series = example.X
    for wrong in (
        series.iloc[[0, 1, 3, 4, 5]],
        pd.concat([series.iloc[:5], series.iloc[4:9]]),
        series.to_numpy(),
        series.astype(object).assign(S0="a"),
        series.iloc[:0],
    ):
        with raises((TypeError, ValueError)):
            clone(forecaster).fit(wrong)
    with raises(ValueError, "station|column"):
        _fitted(forecaster, example).predict(series.iloc[:, :1])


FORECASTER_CHECKS = [check for name, check in list(globals().items()) if name.startswith("check_")]
