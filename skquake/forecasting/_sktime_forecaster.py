"""sktime's forecasters of one series, walking forward."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._sktime import fresh_forecaster, is_kind, next_values, observe, takes_missing
from skquake._core._time import as_ns
from skquake._core._typing import Estimator, FloatArray
from skquake.forecasting._base import BLOCK_RULES, Forecaster


class SktimeForecaster(Forecaster):
    """A forecaster of sktime, one copy a station, such as ARIMA or SARIMA.

    Its parameters are estimated in ``fit`` and kept; ``predict`` hands it what was observed, block after
    block, and asks for the next ``n_out`` values. Where the forecaster takes no gaps, one between observed
    times is an error, and forecasts end with the last observed time.

    Parameters
    ----------
    forecaster : forecaster of sktime
        One that can be updated without a new fit (``SARIMAX``, ``StatsModelsARIMA``, ...). Left as it is.
    n_out : int, default=1
        Times forecast together.
    step : int or None, default=None
        Times from one issue to the next, ``n_out`` by default; with fewer the newest forecast counts.

    Attributes
    ----------
    forecasters_ : list of the fitted copies, one a station
    stations_ : list
    cadence_ : int
        ns.
    fitted_until_ : Timestamp
        End of the training span; forecasts issued before it are NaN.

    Notes
    -----
    It takes no exogenous columns: a state-space model would need their values at the time forecast, which are
    not known when the forecast is issued.

    References
    ----------
    M. Löning et al. (2019), "sktime: a unified interface for machine learning with time series",
    arXiv:1909.07872.

    Examples
    --------
    >>> import pandas as pd
    >>> from sktime.forecasting.naive import NaiveForecaster
    >>> from skquake.forecasting import SktimeForecaster
    >>> tec = pd.DataFrame({"XJSH": range(8)}, index=pd.date_range("2016-12-01", periods=8, freq="2h"))
    >>> SktimeForecaster(NaiveForecaster(), n_out=2).fit(tec[:4]).predict(tec)["XJSH"].to_numpy()
    array([nan, nan, nan, nan,  3.,  3.,  5.,  5.])
    """

    _parameter_constraints: dict = {"forecaster": "no_validation", **BLOCK_RULES}

    def __init__(self, forecaster: Estimator, n_out: int = 1, *, step: int | None = None) -> None:
        self.forecaster = forecaster
        self.n_out = n_out
        self.step = step

    def _fit(self, frame: pd.DataFrame, exogenous: pd.DataFrame | None) -> None:
        if not is_kind(self.forecaster, "forecaster"):
            raise TypeError(f"forecaster: {type(self.forecaster).__name__} is no forecaster of sktime")
        self._check_known(frame)
        self._origin = int(as_ns(frame.index)[0])
        steps = np.arange(1, self.n_out + 1)
        self.forecasters_ = [
            fresh_forecaster(self.forecaster).fit(series, fh=steps) for series in self._numbered(frame)
        ]

    def _predict(self, frame: pd.DataFrame, exogenous: pd.DataFrame | None) -> FloatArray:
        starts = self._starts(frame, 1)
        starts = starts[frame.index[starts - 1] >= self.fitted_until_]
        new = frame[frame.index > self.fitted_until_]
        if not takes_missing(self.forecaster):
            last = frame.notna().all(axis=1).to_numpy().nonzero()[0].max(initial=-1)
            starts = starts[starts <= last + 1]
            self._check_known(new[new.index <= frame.index[last]])
        if len(new) and new.index[0] - pd.Timedelta(self.cadence_, "ns") != self.fitted_until_:
            raise ValueError(
                f"series: begins at {new.index[0].isoformat()}, but fit ended at "
                f"{self.fitted_until_.isoformat()}; give all that was observed since"
            )
        blocks = np.full((len(starts), self.n_out, frame.shape[1]), np.nan)
        for station, series in enumerate(self._numbered(new)):
            model, done = copy.deepcopy(self.forecasters_[station]), 0
            for block, start in enumerate(starts - (len(frame) - len(new))):
                if start > done:
                    observe(model, series.iloc[done:start])
                    done = start
                blocks[block, :, station] = next_values(model, self.n_out)
        return self._place(blocks, starts, len(frame))

    def _numbered(self, frame: pd.DataFrame) -> list[pd.Series]:
        """Each station's series, indexed by the number of its time since the first of the fit."""
        number = (as_ns(frame.index) - self._origin) // self.cadence_
        index = pd.RangeIndex(number[0], number[-1] + 1) if len(number) else pd.RangeIndex(0)
        return [pd.Series(frame[name].to_numpy(), index) for name in frame.columns]

    def _check_known(self, frame: pd.DataFrame) -> None:
        """Raise for a gap that the forecaster cannot bridge."""
        gaps = frame.isna()
        if not takes_missing(self.forecaster) and gaps.any(axis=None):
            name = gaps.any().idxmax()
            when = frame.index[gaps[name].to_numpy().nonzero()[0][0]].isoformat()
            raise ValueError(
                f"series: station {name!r} has no value at {when}, and "
                f"{type(self.forecaster).__name__} takes no gaps; fill them"
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = takes_missing(self.forecaster)
        return tags
