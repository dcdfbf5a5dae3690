"""Forecasts of series with any regressor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.base import clone
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils import get_tags

from skquake._core._sklearn import HasMethods, Interval, StrOptions, fit_context
from skquake._core._time import NS_PER_DAY
from skquake._core._typing import BoolArray, Estimator, FloatArray, Frame, Record
from skquake.forecasting._ahead import known_ahead, known_before
from skquake.forecasting._base import BLOCK_RULES, POSITIVE, DayAheadForecaster, Forecaster
from skquake.forecasting._frames import check_gaps, known_after, known_exogenous
from skquake.forecasting._layout import decide
from skquake.forecasting._members import members


class WalkForwardForecaster(Forecaster):
    """Forecast series with a regressor, walking forward over what was truly observed.

    At each issue time the regressor sees the last ``n_in`` values of all stations, and the indices as they
    were known at each of these times, and forecasts the next ``n_out`` values of all stations at once. Then
    time goes on by ``step``, and the history is what was observed, not what was forecast. Nothing later than
    its issue time enters a forecast, neither through values nor through scaling or training.

    Parameters
    ----------
    regressor : regressor
        Of several outputs, alone or in pipelines, searches and other wrappers.
    n_in : int
        Times of history.
    n_out : int
        Times forecast together.
    exogenous : list of str, dict of {str: timedelta} or None, default=None
        Columns of the exogenous frame, and how long after its time stamp (the start of its interval) a value
        is known. By default kp and ap after 3 h, dst after 1 h, f107 (measured at 20 UT) after 24 h.
    step : int or None, default=None
        Times from one issue to the next, ``n_out`` by default; with fewer the newest forecast counts.
    around : forecaster or None, default=None
        `SmoothingForecaster`, `RunningMedianForecaster`, `YesterdayForecaster`, `RecurrenceForecaster` or
        `IRIForecaster`: the regressor then forecasts the deviations from its forecasts, and sees those of the
        past besides the values (features: deviations, values, indices). ``n_out`` is a day at most.
    ahead : list of str, dict of {str: timedelta} or None, default=None
        What the regressor sees of the times that it forecasts: ``"hour"`` (UT) and ``"season"``, and
        forecasts of indices that others issued, columns of the exogenous frame by the time they are for, with
        how long before it they are known, as ``{"hour": None, "kp_forecast": "24h"}``: at least ``n_out``
        times. A block needs them to its end.
    beside : forecaster or None, default=None
        As ``around``, but the regressor only sees its forecasts of the times that it forecasts.
    max_gap_hours : float or None, default=None
        A station without a value for longer is an error, in ``fit`` and ``predict``; None takes any gap.
    windows : {"auto", "keep", "flat"}, default="auto"
        What the regressor gets. "keep": X of shape (n, n_in, features) and y of shape (n, n_out, stations);
        "flat": (n, n_in * features) and (n, n_out * stations). "auto" looks through all wrappers
        (scikit-learn's and this package's): X stays windows if the regressor behind them, or the first step
        of its pipeline, takes windows (by its tags, as `EDLSTMERegressor`), y if the last step does. A
        search, a transformer of the target and whatever else looks at y itself gets it flat, and the
        network behind is told ``n_out``. Where the layout cannot be told, that is an error.
    n_members : int, default=1
        So many copies of the regressor learn, from seeds that are drawn from each ``random_state`` in it; the
        forecast is their mean. The first has the seeds as given.

    Attributes
    ----------
    regressor_ : the fitted regressor
        Of several the first.
    regressors_ : list of the fitted regressors
    scaler_ : MinMaxScaler
        Scales stations and indices to (-1, 1) over the training span.
    windows_ : {"keep", "flat"}
        What the regressor gets as X.
    around_, beside_ : forecaster or None
    n_ahead_ : int
        The last so many columns of a window are about times ``n_out`` later (``ahead``, ``beside``), so that
        the last ``n_out`` rows of these are about the times that are forecast.
    stations_ : list
    cadence_ : int
        ns.
    fitted_until_ : Timestamp
        End of the training span; forecasts issued before it are NaN.

    Notes
    -----
    Blocks of ``n_out`` times begin at whole multiples of ``step`` since 1970 (at midnight, for steps that
    divide a day), so that no forecast depends on where a frame begins. Windows with a missing value are not
    used for training and give no forecast.

    A measured index under another name in ``ahead`` makes an upper bound, not a forecast: the names kp, ap,
    dst and f107 are refused there.

    References
    ----------
    P. Xiong et al. (2022), "GNSS TEC-based earthquake ionospheric perturbation detection using a novel deep
    learning framework", IEEE JSTARS 15, 4248-4263, doi:10.1109/JSTARS.2022.3175961.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklearn.linear_model import Ridge
    >>> from skquake.forecasting import WalkForwardForecaster
    >>> time = pd.date_range("2016-12-01", periods=240, freq="2h")
    >>> tec = pd.DataFrame({"XJSH": 20 + 9 * np.sin(np.arange(240) * np.pi / 6)}, index=time)
    >>> forecaster = WalkForwardForecaster(Ridge(alpha=1e-6), n_in=12, n_out=2).fit(tec[:"2016-12-15"])
    >>> predicted = forecaster.predict(tec)
    >>> predicted["XJSH"].first_valid_index(), float((predicted - tec)["XJSH"].abs().max().round(3))
    (Timestamp('2016-12-16 00:00:00'), 0.0)
    """

    _parameter_constraints: dict = {
        "regressor": [HasMethods(["fit", "predict"])],
        "n_in": POSITIVE,
        **BLOCK_RULES,
        "exogenous": [list, tuple, Mapping, None],
        "around": [DayAheadForecaster, None],
        "ahead": [list, tuple, Mapping, None],
        "beside": [DayAheadForecaster, None],
        "max_gap_hours": [Interval(Real, 0, None, closed="left"), None],
        "windows": [StrOptions({"auto", "keep", "flat"})],
        "n_members": POSITIVE,
    }

    def __init__(
        self,
        regressor: Estimator,
        n_in: int,
        n_out: int,
        *,
        exogenous: Sequence[str] | Mapping[str, Any] | None = None,
        step: int | None = None,
        around: Forecaster | None = None,
        ahead: Sequence[str] | Mapping[str, Any] | None = None,
        beside: Forecaster | None = None,
        max_gap_hours: float | None = None,
        windows: str = "auto",
        n_members: int = 1,
    ) -> None:
        self.regressor = regressor
        self.n_in = n_in
        self.n_out = n_out
        self.exogenous = exogenous
        self.step = step
        self.around = around
        self.ahead = ahead
        self.beside = beside
        self.max_gap_hours = max_gap_hours
        self.windows = windows
        self.n_members = n_members

    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self,
        series: Record,
        exogenous: Frame | None = None,
        *,
        more: Iterable[Record] = (),
        more_places: Iterable[pd.DataFrame] | None = None,
    ) -> Self:
        """Learn from a training span.

        Parameters
        ----------
        series : DataFrame of shape (n, stations)
            Regular in time (UTC); gaps are NaN.
        exogenous : DataFrame or None
            Indices by the start of their interval, as the readers give them.
        more : sequence of DataFrame, default=()
            Further records to learn from, with the same columns: other spans, or other places that stand for
            the same stations, such as the same latitudes on other meridians. None may end after ``series``.
        more_places : sequence of DataFrame or None, default=None
            Of each further record its places, for an `IRIForecaster` in ``around`` or ``beside``; None: as in
            the parameter ``places`` there.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For irregular or repeated times, a station without any value, too short a span, too long a gap,
            exogenous columns that are missing, further records of other stations, cadence or later times, or
            a layout that cannot be told; for forecasts of indices that come too late, and fewer times of
            history than are forecast where ``ahead`` or ``beside`` is given.
        """
        return self._fit_checked(series, exogenous, more=more, more_places=more_places)

    def predict(
        self, series: Record, exogenous: Frame | None = None, *, places: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Forecasts of all times that can be forecast from what was known before them.

        Parameters
        ----------
        series : DataFrame of shape (n, stations)
            What was observed: history and the span to forecast. Rows of NaN at the end are forecast, too.
        exogenous : DataFrame or None
            As in ``fit``.
        places : DataFrame or None, default=None
            Where the series were observed, if elsewhere than in ``fit``, for an `IRIForecaster` in ``around``
            or ``beside``.

        Returns
        -------
        DataFrame of shape (n, stations)
            pandas; index and columns as in ``series``. NaN where history is missing, and where the forecast
            would be older than the end of the training span.

        Raises
        ------
        ValueError
            As ``fit``; and for other stations or another cadence than it saw.
        """
        return self._predict_checked(series, exogenous, places=places)

    def _fit(
        self,
        frame: pd.DataFrame,
        exogenous: pd.DataFrame | None,
        more: Iterable[Record] = (),
        more_places: Iterable[pd.DataFrame] | None = None,
    ) -> None:
        records = [frame]
        for number, series in enumerate(more):
            records.append(self._like_fitted(series, f"more[{number}]"))
            if records[-1].index[-1] > frame.index[-1]:
                raise ValueError(
                    f"more[{number}]: ends at {records[-1].index[-1].isoformat()}, after the training span "
                    f"({frame.index[-1].isoformat()}); cut it there, or forecasts would be scored on what "
                    "was learnt"
                )
        check_gaps(frame, self.cadence_, self.max_gap_hours)
        for record in records:
            self._check_length(record, self.n_in + self.n_out, "one window of history and forecast")
        places = [None] * len(records) if more_places is None else [None, *more_places]
        if len(places) != len(records):
            raise ValueError(f"more_places: {len(places) - 1} for {len(records) - 1} further records")
        for name in ("around", "beside"):
            if getattr(self, name) is not None and self.n_out * self.cadence_ > NS_PER_DAY:
                raise ValueError(
                    f"{name}: n_out={self.n_out} is more than a day; its forecasts are not known then"
                )
        if (self.ahead or self.beside is not None) and self.n_in < self.n_out:
            raise ValueError(
                f"n_in={self.n_in} is less than n_out={self.n_out}: what is known of the times forecast "
                "stands beside as many times of history; raise n_in"
            )
        leads = known_before(self.ahead, self.n_out * self.cadence_)
        self.n_ahead_ = sum(1 if lead else 2 for lead in leads.values())
        self.n_ahead_ += 0 if self.beside is None else frame.shape[1]
        self.around_ = None if self.around is None else clone(self.around).fit(frame)
        self.beside_ = None if self.beside is None else clone(self.beside).fit(frame)
        windows = (self._windows(r, exogenous, p) for r, p in zip(records, places, strict=True))
        values, histories, targets = zip(*windows, strict=True)
        history, target = np.concatenate(histories), np.concatenate(targets)
        if len(history) < 2:
            counts = frame.notna().sum()
            raise ValueError(
                f"series: {len(history)} of {len(frame) - self.n_in - self.n_out + 1} windows of {self.n_in} "
                f"+ {self.n_out} times have no gap; station {counts.idxmin()!r} has the fewest values "
                f"({counts.min()} of {len(frame)}); fill gaps, leave that station out, or begin earlier"
            )
        self.scaler_ = MinMaxScaler((-1.0, 1.0)).fit(np.concatenate(values))
        regressor, self._layout = decide(
            self.regressor,
            self.windows,
            n_in=self.n_in,
            n_out=self.n_out,
            n_features=history.shape[2],
            n_ahead=self.n_ahead_,
        )
        self.windows_ = "keep" if self._layout.X else "flat"
        X = self._layout.shaped(self._scaled(history), "X")
        y = self._layout.shaped(self._scaled(target), "y")
        y = y if y.shape[1:] != (1,) else y[:, 0]
        self.regressors_ = [member.fit(X, y) for member in members(regressor, self.n_members)]
        self.regressor_ = self.regressors_[0]

    def _windows(
        self, frame: pd.DataFrame, exogenous: pd.DataFrame | None, places: pd.DataFrame | None
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Values of a record, and its whole windows of history and of what follows."""
        values, _ = self._values(frame, exogenous, places)
        history = _windows(values, self.n_in)[: -self.n_out]
        target = _windows(values[:, : frame.shape[1]], self.n_out)[self.n_in :]
        whole = np.isfinite(history).all(axis=(1, 2)) & np.isfinite(target).all(axis=(1, 2))
        return values, history[whole], target[whole]

    def _predict(
        self,
        frame: pd.DataFrame,
        exogenous: pd.DataFrame | None,
        places: pd.DataFrame | None = None,
    ) -> FloatArray:
        check_gaps(frame, self.cadence_, self.max_gap_hours)
        self._check_length(frame, self.n_in + 1, "the history of one forecast")
        values, center = self._values(frame, exogenous, places)
        starts = self._starts(frame, self.n_in)
        starts = starts[frame.index[starts - 1] >= self.fitted_until_]
        history = _windows(values, self.n_in)[starts - self.n_in]
        whole = np.isfinite(history).all(axis=(1, 2))
        blocks = np.full((len(starts), self.n_out, frame.shape[1]), np.nan)
        if whole.any():
            X = self._layout.shaped(self._scaled(history[whole]), "X")
            found = np.mean(
                [np.asarray(member.predict(X), dtype=float) for member in self.regressors_], axis=0
            )
            scale, least = (values[: frame.shape[1]] for values in (self.scaler_.scale_, self.scaler_.min_))
            blocks[whole] = (found.reshape(-1, self.n_out, frame.shape[1]) - least) / scale
        return self._place(blocks, starts, len(frame)) + center

    def _values(
        self, frame: pd.DataFrame, exogenous: pd.DataFrame | None, places: pd.DataFrame | None
    ) -> tuple[FloatArray, FloatArray | float]:
        """Columns of windows, (n, features), and what is deviated from.

        The columns are values (deviations before them), known indices, and what is known of ``n_out`` times
        later.
        """
        values: FloatArray = frame.to_numpy()
        center: FloatArray | float = 0.0
        if self.around_ is not None:
            center = _at(self.around_, frame, places)
            values = np.concatenate([values - center, values], axis=1)
        delays, leads = known_after(self.exogenous), known_before(self.ahead, self.n_out * self.cadence_)
        needed = _in_whole_window(np.logical_and.reduce(np.isfinite(values), axis=1), self.n_in)
        given = exogenous if delays or not any(leads.values()) else None
        indices = known_exogenous(given, delays, pd.DatetimeIndex(frame.index), needed)
        longer = self._longer(frame)
        needed[-self.n_out :] = False  # what comes after the frame may be unknown
        later = [known_ahead(exogenous, leads, pd.DatetimeIndex(longer.index[self.n_out :]), needed)]
        if self.beside_ is not None:
            later.append(_at(self.beside_, longer, places)[self.n_out :])
        return np.concatenate([values, indices, *later], axis=1), center

    def _longer(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame and ``n_out`` times after it, without values."""
        step = pd.Timedelta(self.cadence_, "ns")
        more = frame.index[-1] + step * np.arange(1, self.n_out + 1)
        return frame.reindex(frame.index.append(pd.DatetimeIndex(more)))

    def _scaled(self, windows: FloatArray) -> FloatArray:
        """Windows of stations, or of stations and indices, scaled as in the training span."""
        columns = slice(windows.shape[2])
        return windows * self.scaler_.scale_[columns] + self.scaler_.min_[columns]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        if hasattr(self.regressor, "__sklearn_tags__"):
            tags.non_deterministic = get_tags(self.regressor).non_deterministic
        return tags


def _at(forecaster: Forecaster, frame: pd.DataFrame, places: pd.DataFrame | None) -> FloatArray:
    """Forecasts of a day ahead, at other places if any are given to one that asks for them."""
    if places is not None and "places" in forecaster.get_params(deep=False):
        forecaster = clone(forecaster).set_params(places=places).fit(frame)
    return forecaster.predict(frame).to_numpy()


def _windows(values: FloatArray, length: int) -> FloatArray:
    """Windows (n - length + 1, length, columns), a view."""
    return sliding_window_view(values, length, axis=0).transpose(0, 2, 1)


def _in_whole_window(there: BoolArray, length: int) -> BoolArray:
    """Which times lie in an uninterrupted run of at least ``length``."""
    found = np.zeros(len(there), dtype=bool)
    for start in np.flatnonzero(sliding_window_view(there, length).all(axis=1)):
        found[start : start + length] = True
    return found
