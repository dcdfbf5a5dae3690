"""Anomalies of TEC: forecast, error, bounds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OutlierMixin, clone
from sklearn.utils import Bunch, get_tags
from sklearn.utils.validation import check_is_fitted

from skquake._core._disturbed import DISTURBED_HOURS, DST_THRESHOLD, KP_THRESHOLD
from skquake._core._sklearn import HasMethods, fit_context
from skquake._core._typing import Estimator, FloatArray, Frame, IntArray, Record, TimeLike
from skquake.forecasting._anomalies import TECAnomalies
from skquake.forecasting._anomaly_activity import LIMITS, space_weather_state
from skquake.forecasting._anomaly_spans import confute
from skquake.forecasting._frames import check_series
from skquake.preprocessing import ARRate, IQRBounds, RollingSigmaBounds
from skquake.preprocessing._containers import read_values, with_times
from skquake.preprocessing._rolling_bounds import NAMES, RollingBounds
from skquake.sources import SeriesSource


class TECAnomalyDetector(OutlierMixin, BaseEstimator):
    """Flag TEC that leaves the bounds of the forecast's own recent errors.

    forecast -> error (observed - predicted) -> bounds of the errors of the days before -> DTEC, by how much
    the error leaves them. Without a forecaster the bounds are those of the series itself (the classic
    method).

    Parameters
    ----------
    forecaster : forecaster or None, default=None
        Of :mod:`skquake.forecasting`: ``fit(series, exogenous)`` and ``predict(series, exogenous)``, which
        gives a frame like ``series`` whose values rest on those known before, NaN without history.
    bounds : IQRBounds, RollingSigmaBounds or None, default=None
        None: mean -+ 2 standard deviations of 15 days with a forecaster; the median -+ 1.5 interquartile
        ranges of the same hour of 15 days without.
    exogenous : DataFrame or None, default=None
        Handed to the forecaster: indices over both training and test span.
    kp, dst : Series or None, default=None
        Kp and Dst (nT), which tell quiet from disturbed times.
    kp_threshold, dst_threshold, disturbed_hours : float, default=3.0, -30.0, 24.0
        As of :func:`space_weather_state`.

    Attributes
    ----------
    forecaster_ : fitted clone of ``forecaster``, or None
    bounds_ : fitted clone of ``bounds``
    ar_rate_ : ARRate or None
        What AR(1) errors with the memory of those of the training span leave the bounds with; None where the
        forecaster gives no errors there (one that learns), or for bounds that do not know it.
    offset_ : float
        -1: what ``decision_function`` subtracts from ``score_samples``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str, where X has names

    Notes
    -----
    Anomalies come by chance, too: each rate stands beside the one that noise would give
    (:meth:`TECAnomalies.rate`), independent or with the memory of the errors of the training span
    (of the record itself, anomalies included, where ``ar_rate_`` is None), and :meth:`confute` counts them
    where no earthquake is. An anomaly at a quiet time before an earthquake is an anomaly at a quiet time
    before an earthquake: nothing here makes it a precursor.

    Honest score: of simulated TEC with nothing planted, classic bounds (1.5 IQR) flag 14.5 % [11.9, 17.0]
    where 11.4 % are expected, those of the errors of a ridge forecast 7.4 % [6.5, 8.4] of 7.3 %. In the 15
    days before El Salvador 2001 the errors of `EDLSTMERegressor` left their bounds 3.8 % of the
    time, 4.8 % expected. See the page "What was measured".

    References
    ----------
    .. [1] Xiong, P. et al., "GNSS TEC-based earthquake ionospheric perturbation detection using a novel
       deep learning framework", IEEE JSTARS 15 (2022).
    .. [2] Thomas, J. N., Huard, J. and Masci, F., "A statistical study of global ionospheric map total
       electron content changes prior to occurrences of M >= 6.0 earthquakes during 2000-2014", Journal of
       Geophysical Research: Space Physics 122 (2017).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.forecasting import TECAnomalyDetector, YesterdayForecaster
    >>> index = pd.date_range("2016-11-01", periods=40 * 12, freq="2h")
    >>> noise = np.random.default_rng(0).normal(size=(480, 2))
    >>> cycle = 20 - 10 * np.cos(2 * np.pi * index.hour.to_numpy() / 24)
    >>> tec = pd.DataFrame(cycle[:, None] + noise, index, ["XJSH", "XJWL"])
    >>> detector = TECAnomalyDetector(YesterdayForecaster()).fit(tec.iloc[:120])
    >>> rate = detector.detect(tec).rate()
    >>> bool(rate["low"] < rate["expected_rate"] < rate["high"])
    True
    """

    _parameter_constraints: dict = {
        "forecaster": [HasMethods(["fit", "predict"]), None],
        "bounds": [HasMethods(["fit", "detect", "score_samples"]), None],
        "exogenous": "no_validation",  # the forecaster takes any dataframe, and says what is none
        **LIMITS,
    }

    offset_ = -1.0

    def __init__(
        self,
        forecaster: Estimator | None = None,
        bounds: RollingBounds | None = None,
        *,
        exogenous: Frame | None = None,
        kp: pd.Series | None = None,
        dst: pd.Series | None = None,
        kp_threshold: float = KP_THRESHOLD,
        dst_threshold: float = DST_THRESHOLD,
        disturbed_hours: float = DISTURBED_HOURS,
    ) -> None:
        self.forecaster = forecaster
        self.bounds = bounds
        self.exogenous = exogenous
        self.kp = kp
        self.dst = dst
        self.kp_threshold = kp_threshold
        self.dst_threshold = dst_threshold
        self.disturbed_hours = disturbed_hours

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Record, y: object = None) -> Self:
        """Fit the forecaster on a training span.

        Parameters
        ----------
        X : DataFrame of shape (n, stations) or SeriesSource
            Regular in time (by its index, or the column ``time`` of any library's frame); gaps are NaN.
            Without a forecaster any array of shape (n, series).
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For irregular or repeated times, a station without any value, and whatever the forecaster
            rejects.
        """
        X = _table(X)
        read_values(self, X, reset=True)
        bounds = self.bounds
        if bounds is None:
            bounds = IQRBounds(style="iqr") if self.forecaster is None else RollingSigmaBounds()
        self.bounds_ = clone(bounds).fit(X)
        self.forecaster_ = None
        if self.forecaster is not None:
            frame, _ = check_series(X, "X")
            self.forecaster_ = clone(self.forecaster).fit(*self._inputs(frame))
            X = frame - self._predicted(frame)
        self.ar_rate_ = self._ar_rate(X)
        return self

    def detect(self, X: Record) -> TECAnomalies:
        """Forecast, compare and bound a record.

        Parameters
        ----------
        X : DataFrame of shape (n, stations) or SeriesSource
            With the history of forecast and bounds in front of the days that matter: a forecaster that
            learns forecasts only after its training span, and its errors there fill the bounds.

        Returns
        -------
        TECAnomalies

        Raises
        ------
        ValueError
            As ``fit``; for other stations; and where no time has enough history for its bounds.
        """
        check_is_fitted(self, "bounds_")
        X = _table(X)
        read_values(self, X)
        observed, _ = check_series(X, "X")
        predicted = self._predicted(observed)
        error = observed if predicted is None else observed - predicted
        found = self.bounds_.detect(error)
        bounds = found.bounds
        if predicted is None:
            predicted = bounds.iloc[:, 1 :: len(NAMES)].set_axis(observed.columns, axis=1)
            error = observed - predicted
        else:
            bounds = bounds + np.repeat(predicted.to_numpy(), len(NAMES), axis=1)
        if found.dtec.isna().all(axis=None):
            raise ValueError(
                f"X: no time from {observed.index[0].isoformat()} to {observed.index[-1].isoformat()} has a "
                f"forecast and {self.bounds_.days} days of errors before it; begin earlier, or set "
                "min_periods of the bounds where the record has gaps"
            )
        state = space_weather_state(observed.index, **{name: getattr(self, name) for name in LIMITS})
        return TECAnomalies(
            observed,
            predicted,
            error,
            bounds,
            found.dtec,
            found.polarity,
            state,
            found.expected_rate,
            self._ar_rate(error) if self.ar_rate_ is None else self.ar_rate_,
        )

    def confute(
        self, X: Record, quiet_spans: Frame | Iterable[tuple[TimeLike, TimeLike]], *, level: float = 0.95
    ) -> Bunch:
        """What is flagged in spans where nothing is to be found.

        Parameters
        ----------
        X : as in ``detect``
            The whole record.
        quiet_spans : DataFrame with ``start``, ``end``, or sequence of (start, end)
            Free of earthquakes, as of :func:`quake_free_spans`; the more, the better known the rate. An end
            is not part of its span.
        level : float, default=0.95

        Returns
        -------
        Bunch
            ``spans``: a row a span with ``start``, ``end``, ``days``, ``n`` (values with bounds),
            ``flagged``, ``flagged_rate``, ``anomalies``, ``quiet_anomalies`` (those that all three
            conditions would leave), ``share_of_days`` with any. ``flagged_rate``, ``low``, ``high`` over all
            spans, each counted as one independent block (no interval from fewer than five);
            ``expected_rate``, ``expected_ar_rate``, ``expected_ar_low``, ``expected_ar_high`` as of
            :meth:`TECAnomalies.rate`; ``spans_with_anomaly``,
            ``spans_with_quiet_anomaly``: the share of spans that hold at least one.

        Raises
        ------
        ValueError
            For a span that is empty or outside the record.
        """
        return confute(self.detect(X), quiet_spans, level)

    def predict(self, X: Record) -> IntArray:
        """-1 for each time at which any station is outside its bounds, else +1; shape (n,)."""
        return np.where(self.decision_function(X) < 0, -1, 1)

    def decision_function(self, X: Record) -> FloatArray:
        """``score_samples`` less ``offset_``: negative where ``predict`` is -1, shape (n,)."""
        return self.score_samples(X) - self.offset_

    def score_samples(self, X: Record) -> FloatArray:
        """Minus the largest distance of an error from its center, in widths of the bound; shape (n,).

        0 where no station has bounds.
        """
        check_is_fitted(self, "bounds_")
        X = _table(X)
        read_values(self, X)
        if self.forecaster_ is None:
            return self.bounds_.score_samples(X)
        observed, _ = check_series(X, "X")
        return self.bounds_.score_samples(observed - self._predicted(observed))

    def _ar_rate(self, errors: Record) -> ARRate | None:
        """Of errors; None where there are too few."""
        found = self.bounds_.ar_rate(errors) if hasattr(self.bounds_, "ar_rate") else None
        return found if found is not None and np.isfinite(found.lag_correlation) else None

    def _inputs(self, frame: pd.DataFrame) -> tuple[Frame, ...]:
        return (frame,) if self.exogenous is None else (frame, self.exogenous)

    def _predicted(self, observed: pd.DataFrame) -> pd.DataFrame | None:
        return None if self.forecaster_ is None else self.forecaster_.predict(*self._inputs(observed))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        if hasattr(self.forecaster, "__sklearn_tags__"):
            tags.non_deterministic = get_tags(self.forecaster).non_deterministic
        tags.input_tags.allow_nan = True
        return tags


def _table(X: Record) -> Record:
    return X.to_frame() if isinstance(X, SeriesSource) else with_times(X)
