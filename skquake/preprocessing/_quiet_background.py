"""Observations less what quiet days show there, learnt as a smooth function of place, hour and season."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.linalg import solve
from sklearn.preprocessing import SplineTransformer
from sklearn.utils.validation import check_is_fitted

from skquake._core._disturbed import DISTURBED_HOURS, KP_PARAMETERS, KP_THRESHOLD, kp_is_quiet
from skquake._core._largest_kp import largest_kp
from skquake._core._magnetic import quasi_dipole
from skquake._core._read_only import ReadOnlyState, read_only
from skquake._core._sklearn import Interval, fit_context
from skquake._core._time import local_solar_time, to_utc
from skquake._core._typing import ArrayLike, BoolArray, FloatArray, Frame
from skquake._core._validation import check_coordinates, note_columns
from skquake.preprocessing._frame_residual import FrameResidual, log10_positive
from skquake.preprocessing._solar_flux import solar_flux

_CHUNK = 1 << 14  # rows at a time: bounds the memory
_MAX_ROWS = 60_000  # rows that a fit looks at, evenly spread: neighbours along a track say the same
_MIN_ROWS = 20
_YEAR_DAYS = 365.2425
_DEGREES = 10.0  # between knots of latitude
_ALPHAS = np.logspace(-5.0, 0.0, 6)
_BLOCKS, _FOLDS = 50, 5  # blocks of time, and into how many folds they go in turn


class QuietBackground(ReadOnlyState, FrameResidual):
    """log10 of a quantity less a smooth function of magnetic latitude, hour, season, longitude and flux.

    The function is a ridge regression on splines of quasi-dipole latitude times waves of local time, day of
    year and longitude and the solar flux. It is learnt from quiet observations away from earthquakes:
    rows of class 0 alone, where ``fit`` is given classes, and undisturbed ones, where it is given Kp.

    Parameters
    ----------
    column : str, default="Ne"
        Quantity, positive; other values have no residual and are not learnt from.
    f107 : float or Series, default=None
        Solar flux F10.7, sfu, as in :class:`IRIResidual`; None or a number leaves it out.
    f107_days : float, default=81.0
        Of a series, the mean of so many days is taken, all before the day of the observation.
    kp : Series, default=None
        Kp by the start of its 3-hour interval; disturbed rows are not learnt from. None: all count as quiet,
        but for those that the classes leave out (class 2).
    kp_threshold, disturbed_hours : float, default=3.0, 24.0
        What is disturbed, as in :func:`skquake.sampling.make_samples`.
    harmonics : int, default=2
        Waves of local time and of day of year; of longitude there are twice as many.
    alpha : float, default=None
        Penalty on the squares of the coefficients, relative to the mean squared error (dex²); that of slow
        waves is smaller than that of fast ones. None: of 1e-5 ... 1 the one that predicts blocks of time best
        that are left out, in five folds.

    Attributes
    ----------
    coef_ : ndarray of shape (n_splines, n_waves)
    intercept_ : float
        Mean of log10 of the quiet rows.
    alpha_ : float
        The penalty.
    n_quiet_ : int
        Rows that were quiet.

    See Also
    --------
    IRIResidual : An empirical ionosphere that learns nothing.
    skquake.sampling.ResidualWindow : Learns it from the windows of training samples, inside a pipeline.

    Notes
    -----
    Adds the column ``{column}_quiet`` (float32, dex). Of more than 60,000 quiet rows as many, evenly spread
    in time, are learnt from. A fit sees the rows that it is given and no others; what it has learnt at a
    place where no quiet row lies is a continuation.

    References
    ----------
    P. H. C. Eilers and B. D. Marx (1996), "Flexible smoothing with B-splines and penalties", Statistical
    Science 11, 89-121.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.datasets import make_track
    >>> from skquake.preprocessing import QuietBackground
    >>> track = make_track("cses", "2019-03-01", "2019-03-08", side="night", random_state=0).frame
    >>> quiet = QuietBackground().fit(track)
    >>> bool(quiet.transform(track)["Ne_quiet"].std() < 0.7 * np.log10(track["Ne"]).std())
    True
    """

    _parameter_constraints: dict = {
        "column": [str],
        "f107": [Interval(Real, 0, None, closed="neither"), pd.Series, None],
        "f107_days": [Interval(Real, 1, None, closed="left")],
        "kp": [pd.Series, None],
        **KP_PARAMETERS,
        "harmonics": [Interval(Integral, 0, 6, closed="both")],
        "alpha": [Interval(Real, 0, None, closed="neither"), None],
    }
    _unit = "dex"
    _alone = True

    def __init__(
        self,
        column: str = "Ne",
        *,
        f107: float | pd.Series | None = None,
        f107_days: float = 81.0,
        kp: pd.Series | None = None,
        kp_threshold: float = KP_THRESHOLD,
        disturbed_hours: float = DISTURBED_HOURS,
        harmonics: int = 2,
        alpha: float | None = None,
    ) -> None:
        self.column = column
        self.f107 = f107
        self.f107_days = f107_days
        self.kp = kp
        self.kp_threshold = kp_threshold
        self.disturbed_hours = disturbed_hours
        self.harmonics = harmonics
        self.alpha = alpha

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Frame, y: ArrayLike | None = None) -> Self:
        """Learn the background.

        Parameters
        ----------
        X : DataFrame of n rows (of any library)
            Observations: ``time``, ``latitude``, ``longitude`` and the column.
        y : array-like of shape (n,), default=None
            Class of each row; only rows of class 0 (no earthquake near, not disturbed) are learnt from.
            None: all are.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For missing columns, a ``y`` of another length, or fewer than 20 quiet rows.
        """
        X = self._check(X)
        note_columns(self, X)
        values = log10_positive(X[self.column].to_numpy(dtype=float))
        rows = np.flatnonzero(np.isfinite(values) & self._quiet(X, y))
        if len(rows) < _MIN_ROWS:
            raise ValueError(
                f"X: {len(rows)} of {len(X)} rows are quiet, of class 0 and have a value of {self.column}; "
                f"a background needs {_MIN_ROWS}"
            )
        self.n_quiet_ = len(rows)
        order = rows[np.argsort(to_utc(X["time"])[rows], kind="stable")]
        rows = order[np.linspace(0, len(order) - 1, min(len(order), _MAX_ROWS)).astype(int)]
        self._learn(X.iloc[rows], values[rows])
        return self

    def _learn(self, X, values):
        latitude = self._magnetic_latitude(X)
        n_knots = int(np.clip(round(np.ptp(latitude) / _DEGREES) + 1, 2, 20))
        basis = SplineTransformer(n_knots, extrapolation="constant").set_output(transform="default")
        self.splines_ = basis.fit(latitude[:, np.newaxis])
        self.intercept_ = float(values.mean())
        target = values - self.intercept_
        fold = np.arange(len(values)) * _BLOCKS // len(values) % _FOLDS  # rows are in the order of time
        gram: dict[int, Any] = dict.fromkeys(range(_FOLDS), 0.0)
        right, square = dict(gram), dict(gram)
        shape = (0, 0)
        for part, splines, waves in self._features(X, latitude):
            shape = splines.shape[1], waves.shape[1]
            features = (splines[:, :, np.newaxis] * waves[:, np.newaxis, :]).reshape(len(splines), -1)
            for k in np.unique(fold[part]):
                rows, aim = features[fold[part] == k], target[part][fold[part] == k]
                gram[k] = gram[k] + rows.T @ rows
                right[k], square[k] = right[k] + rows.T @ aim, square[k] + aim @ aim
        whole, sides = sum(gram.values()), sum(right.values())
        if self.alpha is not None:
            self.alpha_ = float(self.alpha)
        else:
            errors = [
                sum(
                    square[k] - 2.0 * (beta @ right[k]) + beta @ gram[k] @ beta
                    for k in range(_FOLDS)
                    for beta in [_ridge(whole - gram[k], sides - right[k], alpha * len(values))]
                )
                for alpha in _ALPHAS
            ]
            self.alpha_ = float(_ALPHAS[int(np.argmin(errors))])
        self.coef_ = read_only(_ridge(whole, sides, self.alpha_ * len(values)).reshape(shape))

    def _residuals(self, X: pd.DataFrame) -> dict[str, FloatArray]:
        check_is_fitted(self, "coef_")
        residual = log10_positive(X[self.column].to_numpy(dtype=float)) - self.intercept_
        for part, splines, waves in self._features(X, self._magnetic_latitude(X)):
            residual[part] -= ((splines @ self.coef_) * waves).sum(axis=1)
        return {self._name(self.column): residual}

    def _features(self, X, latitude) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
        """Splines (m, n_splines) and waves (m, n_waves) of m rows at a time."""
        time, longitude = to_utc(X["time"]), np.deg2rad(X["longitude"].to_numpy(dtype=float))
        hour = local_solar_time(time, X["longitude"]) * (np.pi / 12.0)
        days = (time - np.datetime64("2000-01-01")) / np.timedelta64(1, "D")
        season = days * (2.0 * np.pi / _YEAR_DAYS)
        flux = None
        if isinstance(self.f107, pd.Series):
            flux = (solar_flux(self.f107, time, self.f107_days) - 100.0) / 50.0
        for start in range(0, len(X), _CHUNK):
            part = slice(start, start + _CHUNK)
            splines = self.splines_.transform(latitude[part, np.newaxis])
            yield (
                part,
                splines,
                self._waves(hour[part], season[part], longitude[part], None if flux is None else flux[part]),
            )

    def _waves(self, hour, season, longitude, flux):
        one = np.full((len(hour), 1), 3.0)  # what is the same at all hours is penalised least
        n = self.harmonics
        of_hour, of_season, of_longitude = (
            _harmonics(angle, k) for angle, k in ((hour, n), (season, n), (longitude, 2 * n))
        )
        waves = [
            one, of_hour, of_season, of_longitude,
            0.5 * _products(of_hour[:, :2], of_season[:, :2]),
            0.5 * _products(of_hour[:, :2], of_longitude[:, :4]),
            0.5 * _products(of_season[:, :2], of_longitude[:, :6]),
        ]  # fmt: skip
        if flux is not None:
            waves.append(_products(flux[:, np.newaxis], np.concatenate([one, of_hour[:, :2]], axis=1)))
        return np.concatenate(waves, axis=1)

    def _quiet(self, X, y) -> BoolArray:
        quiet = np.ones(len(X), dtype=bool)
        if y is not None:
            y = np.asarray(y)
            if y.shape != (len(X),):
                raise ValueError(f"y: one class a row, ({len(X)},), is expected; got the shape {y.shape}")
            quiet &= y == 0
        if self.kp is not None and quiet.any():
            rows = np.flatnonzero(quiet)
            largest = largest_kp(self.kp, to_utc(X["time"])[rows], self.disturbed_hours)
            quiet[rows] = kp_is_quiet(largest, self.kp_threshold)
        return quiet

    def _magnetic_latitude(self, X):
        latitude, longitude = check_coordinates(X["latitude"], X["longitude"], "X (observations)")
        return quasi_dipole(to_utc(X["time"]), latitude, longitude, np.zeros(len(X)))[0]

    def _columns(self) -> list[str]:
        return [self.column]

    def _name(self, column: str) -> str:
        return f"{column}_quiet"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = True
        return tags


def _harmonics(angle: FloatArray, n: int) -> FloatArray:
    """Cosine and sine of 1 ... n times an angle (radians), in turn, each over its number, (m, 2 n)."""
    number = np.arange(1, n + 1)
    turns = np.multiply.outer(angle, number)
    return np.stack([np.cos(turns) / number, np.sin(turns) / number], axis=-1).reshape(len(angle), -1)


def _ridge(gram: FloatArray, right: FloatArray, penalty: float) -> FloatArray:
    """Coefficients of a ridge regression from its normal equations."""
    return solve(gram + penalty * np.eye(len(gram)), right, assume_a="pos")


def _products(a: FloatArray, b: FloatArray) -> FloatArray:
    """Every column of one times every column of the other."""
    return (a[:, :, np.newaxis] * b[:, np.newaxis, :]).reshape(len(a), -1)
