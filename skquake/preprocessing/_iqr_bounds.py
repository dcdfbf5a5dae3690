"""Bounds from the median and the quartiles of the days before."""

from __future__ import annotations

from numbers import Real

from skquake._core._sklearn import Interval, StrOptions
from skquake.preprocessing._rolling_bounds import RollingBounds
from skquake.preprocessing._rules import Rule, deviation_rule, iqr_rule, quartile_rule


class IQRBounds(RollingBounds):
    """Bounds from the median and the quartiles of the days before.

    Parameters
    ----------
    days : int, default=15
        Days of history.
    k : float, default=1.5
        Width.
    style : {"quartile", "iqr", "sigma"}, default="quartile"
        With the median M, the quartiles LQ and UQ (linear interpolation) and the standard deviation s
        (ddof 1) of the reference values:

        - ``"quartile"``: M - k (M - LQ) and M + k (UQ - M), as in [1]_ and [3]_;
        - ``"iqr"``: M -+ k (UQ - LQ), as in [2]_;
        - ``"sigma"``: M -+ 1.34 k s, the Gaussian form of ``"iqr"``.
    same_hour : bool, default=True
        The reference values of a sample are those at the same hour of the previous ``days`` days; else
        all of the ``days`` days before it. Never the sample itself.
    samples_per_day : int or None, default=None
        None: from the times of ``X`` (DatetimeIndex, or coordinate of the first dimension); one a day
        where it has none.
    min_periods : int >= 2 or None, default=None
        Fewest known reference values; below, the bounds are NaN. None asks for all of them: then every
        bound rests on the same number of values and one expected rate holds for all. Records with gaps
        want a smaller number.

    Attributes
    ----------
    samples_per_day_ : int
    offset_ : float
        -1: what ``decision_function`` subtracts from ``score_samples``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str, where X has names

    See Also
    --------
    RollingSigmaBounds : Mean and standard deviation.
    WindowBounds : The same inside a pipeline of windows.

    Notes
    -----
    NaN is left out of the reference and gives NaN in ``detect``. ``transform`` and ``detect`` work
    without ``fit``. A record too long for the memory goes day by day (or month by month) through
    ``transform`` and ``partial_fit``, with the numbers of the whole record at once.

    A flagged rate means nothing without ``expected_rate``: with 15 values pure noise leaves the bounds in
    39 % (quartile), 11.4 % (iqr) and 7.6 % (sigma) of the cases, where mean -+ 2 standard deviations
    (:class:`RollingSigmaBounds`) gives 7.3 %.

    References
    ----------
    .. [1] Liu, J. Y. et al., "Pre-earthquake ionospheric anomalies registered by continuous GPS TEC
       measurements", Annales Geophysicae 22 (2004).
    .. [2] Xiong, P. et al., "GNSS TEC-based earthquake ionospheric perturbation detection using a novel
       deep learning framework", IEEE JSTARS 15 (2022).
    .. [3] Pham, B.-T., Chang, P.-C. and Wang, J.-C., "Seismic-ionospheric precursor prediction using
       deep learning".

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.preprocessing import IQRBounds
    >>> index = pd.date_range("2001-01-01", periods=5, freq="D")
    >>> tec = pd.DataFrame({"tec": [1.0, 2.0, 3.0, 2.5, 9.0]}, index=index)
    >>> bounds = IQRBounds(days=3, k=1.5)
    >>> bounds.fit_transform(tec).tail(2)
                tec_lower  tec_center  tec_upper
    2001-01-04      1.250         2.0      2.750
    2001-01-05      2.125         2.5      2.875
    >>> found = bounds.detect(tec)
    >>> found.polarity["tec"].tolist()
    [nan, nan, nan, 0.0, 1.0]
    >>> bounds.predict(tec).tolist()
    [1, 1, 1, 1, -1]
    >>> round(IQRBounds(style="iqr").expected_rate(15), 3)
    0.114
    """

    _parameter_constraints: dict = {
        **RollingBounds._parameter_constraints,
        "k": [Interval(Real, 0, None, closed="neither")],
        "style": [StrOptions({"iqr", "sigma", "quartile"})],
    }

    def __init__(
        self,
        days: int = 15,
        k: float = 1.5,
        style: str = "quartile",
        *,
        same_hour: bool = True,
        samples_per_day: int | None = None,
        min_periods: int | None = None,
    ) -> None:
        self.days = days
        self.k = k
        self.style = style
        self.same_hour = same_hour
        self.samples_per_day = samples_per_day
        self.min_periods = min_periods

    def _rule(self) -> tuple[Rule, float]:
        rules = {"iqr": iqr_rule, "sigma": deviation_rule, "quartile": quartile_rule}
        return rules[self.style], float(self.k)
