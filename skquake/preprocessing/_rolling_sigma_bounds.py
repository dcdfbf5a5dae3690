"""Bounds from the mean and the standard deviation of the days before."""

from __future__ import annotations

from numbers import Real

from skquake._core._sklearn import Interval
from skquake.preprocessing._rolling_bounds import RollingBounds
from skquake.preprocessing._rules import Rule, sigma_rule


class RollingSigmaBounds(RollingBounds):
    """Bounds mean -+ n_sigma standard deviations of the days before.

    Parameters
    ----------
    days : int, default=15
        Days of history.
    n_sigma : float, default=2.0
        Width in standard deviations (ddof 1).
    same_hour : bool, default=False
        The reference values of a sample are those at the same hour of the previous ``days`` days; else
        all of the ``days`` days before it. Never the sample itself.
    samples_per_day : int or None, default=None
        None: from the times of ``X`` (DatetimeIndex, or coordinate of the first dimension); one a day
        where it has none.
    min_periods : int >= 2 or None, default=None
        Fewest known reference values; below, the bounds are NaN. None asks for all of them.

    Attributes
    ----------
    samples_per_day_ : int
    offset_ : float
        -1: what ``decision_function`` subtracts from ``score_samples``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str, where X has names

    See Also
    --------
    IQRBounds : Median and quartiles.

    Notes
    -----
    NaN is left out of the reference and gives NaN in ``detect``. With n independent Gaussian values the
    rate outside is that of Student's t with n - 1 degrees of freedom beyond n_sigma / sqrt(1 + 1/n):
    7.3 % for 2 sigma of 15 values, 4.6 % of many.

    References
    ----------
    .. [1] Xiong, P. et al., "GNSS TEC-based earthquake ionospheric perturbation detection using a novel
       deep learning framework", IEEE JSTARS 15 (2022).

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.preprocessing import RollingSigmaBounds
    >>> bounds = RollingSigmaBounds(days=3, n_sigma=2)
    >>> bounds.fit_transform(np.array([[1.0], [2.0], [3.0], [5.0]]))[-1]
    array([0., 2., 4.])
    >>> bounds.detect(np.array([[1.0], [2.0], [3.0], [5.0]])).dtec[-1]
    array([1.])
    >>> round(RollingSigmaBounds().expected_rate(15), 3)
    0.073
    """

    _parameter_constraints: dict = {
        **RollingBounds._parameter_constraints,
        "n_sigma": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        days: int = 15,
        n_sigma: float = 2.0,
        *,
        same_hour: bool = False,
        samples_per_day: int | None = None,
        min_periods: int | None = None,
    ) -> None:
        self.days = days
        self.n_sigma = n_sigma
        self.same_hour = same_hour
        self.samples_per_day = samples_per_day
        self.min_periods = min_periods

    def _rule(self) -> tuple[Rule, float]:
        return sigma_rule, float(self.n_sigma)
