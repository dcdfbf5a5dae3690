"""The step between samples and images: thirty days of TEC, hour by hour, beside their bounds."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Self

import numpy as np
import pandas as pd

from skquake._core._sklearn import Interval, StrOptions, check_parameters, fit_context
from skquake._core._time import NS_PER_DAY, NS_PER_HOUR, as_ns, to_utc
from skquake._core._typing import Array, ArrayLike, FloatArray, Frame
from skquake._core._validation import note_columns
from skquake.preprocessing import IQRBounds
from skquake.sampling._sample_rows import altered, check_samples, name_sample, refuse_altered
from skquake.sampling._sample_step import SampleStep
from skquake.sources import MapSource, SeriesSource

HOURS = 24
CHANNELS = ("TEC", "median", "lower", "upper", "positive", "negative")
_CHUNK = 512  # images made at a time
_NEEDED = ("time", "latitude", "longitude")


class SIPImages(SampleStep):
    """Make of each sample the image of the days before it: TEC hour by hour, its bounds, its anomalies.

    One image a row of the samples, in their order, of shape (days, 24, 6): TEC; median, lower and upper
    bound of the previous days at the same hour; positive and negative polarity, 1 where TEC lies above the
    upper or below the lower bound. The step learns nothing and drops nothing.

    Parameters
    ----------
    source : MapSource or SeriesSource
        TEC at a cadence that divides a day, such as maps every hour or two. Each hour shows the last
        observation at or before it, at any place of the maps or at the nearest station.
    days : int, default=30
        Rows of an image: the last whole days (UTC) that have ended by the time of the sample.
    history_days : int, default=15
        Days before a day that its bounds come from.
    k : float, default=1.5
        Width of the bounds.
    style : {"quartile", "iqr", "sigma"}, default="quartile"
        Their rule, as in :class:`~skquake.preprocessing.IQRBounds`.
    channel : str, optional
        Which channel of the source; it may have one only by default.
    missing : {"error", "nan"}
        Whether an image that cannot be made is an error or all NaN.

    Attributes
    ----------
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Number and names of the columns of the samples seen by ``fit``.

    Notes
    -----
    ``set_output`` is taken and changes nothing: images fit no table.

    An hour's bounds come from earlier days alone, and an image from nothing after its last day.

    With 15 days and k = 1.5 pure noise lies outside "quartile" bounds in 39 % of the hours:
    ``IQRBounds(15, 1.5, "quartile").expected_rate()``.

    References
    ----------
    .. [1] Pham, B.-T., Chang, P.-C. and Wang, J.-C., "Seismic-ionospheric precursor prediction using
       deep learning".

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.sampling import SIPImages
    >>> from skquake.sources import SeriesSource
    >>> time = pd.date_range("2001-01-01", periods=46 * 24, freq="h")
    >>> tec = 20 + 10 * np.sin(2 * np.pi * np.arange(len(time)) / 24)
    >>> tec[-24:] += 5
    >>> place = pd.DataFrame({"latitude": [36.5], "longitude": [142.0]}, index=["tec"])
    >>> source = SeriesSource(pd.DataFrame({"tec": tec}, index=time), place)
    >>> sample = pd.DataFrame({"time": time[[-1]], "latitude": 36.5, "longitude": 142.0})
    >>> images = SIPImages(source).fit_transform(sample)
    >>> images.shape
    (1, 30, 24, 6)
    >>> images[0, -2:, 6].round(1).tolist()
    [[30.0, 30.0, 30.0, 30.0, 0.0, 0.0], [35.0, 30.0, 30.0, 30.0, 1.0, 0.0]]
    """

    _parameter_constraints: dict = {
        "source": [MapSource, SeriesSource],
        "days": [Interval(Integral, 1, None, closed="left")],
        "history_days": [Interval(Integral, 2, None, closed="left")],
        "k": [Interval(Real, 0, None, closed="neither")],
        "style": [StrOptions({"iqr", "sigma", "quartile"})],
        "channel": [str, None],
        "missing": [StrOptions({"error", "nan"})],
    }

    def __init__(
        self,
        source: MapSource | SeriesSource,
        *,
        days: int = 30,
        history_days: int = 15,
        k: float = 1.5,
        style: str = "quartile",
        channel: str | None = None,
        missing: str = "error",
    ) -> None:
        self.source = source
        self.days = days
        self.history_days = history_days
        self.k = k
        self.style = style
        self.channel = channel
        self.missing = missing

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Frame, y: ArrayLike | None = None) -> Self:
        """Check parameters and columns; nothing is learnt.

        Parameters
        ----------
        X : DataFrame of n_samples rows
            Samples, as :func:`make_sip_samples` or :func:`make_samples` returns them.
        y : ignored

        Returns
        -------
        self
        """
        X = check_samples(X, _NEEDED)
        HourGrid(self.source)
        note_columns(self, X)
        return self

    def transform(self, X: Frame) -> FloatArray:
        """Images of the samples.

        Parameters
        ----------
        X : DataFrame of n_samples rows
            ``time``, ``latitude``, ``longitude``.

        Returns
        -------
        ndarray of float32, shape (n_samples, days, 24, 6)

        Raises
        ------
        ValueError
            For missing columns, rows of samples that were altered, a cadence that does not divide a day,
            images that reach beyond ``obs_start`` ... ``obs_end`` of their samples, and, unless
            ``missing="nan"``, an image that cannot be made; each names the first such sample.
        """
        check_parameters(self)
        X = check_samples(X, _NEEDED)
        grid = HourGrid(self.source)
        day = grid.last_day(as_ns(to_utc(X["time"], "X: time")))
        n_days = self.days + self.history_days
        self._check_reach(X, grid, day, n_days)
        images = np.empty((len(X), self.days, HOURS, len(CHANNELS)), dtype=np.float32)
        problem = np.empty(len(X), dtype=object)
        for start in range(0, len(X), _CHUNK):
            rows = slice(start, start + _CHUNK)
            hours, problem[rows] = grid.hours(
                X["latitude"].iloc[rows], X["longitude"].iloc[rows], day[rows], n_days, self.channel
            )
            images[rows] = self._images(hours)
        bad = np.flatnonzero(problem != "")
        if len(bad) and self.missing == "error":
            raise ValueError(
                f"no image of {self.days} days after {self.history_days} days of history for "
                f"{name_sample(X, bad[0])}: {problem[bad[0]]} ({len(bad)} of {len(X)} samples have none); "
                "drop them, or use missing='nan'"
            )
        images[bad] = np.nan
        return images

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Names along the last axis of the images.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str, shape (6,)
        """
        return np.asarray(CHANNELS, dtype=object)

    def _images(self, hours):
        """Images from TEC (n, n_hours)."""
        first = self.history_days * HOURS
        rule = IQRBounds(self.history_days, self.k, self.style, samples_per_day=HOURS)
        bounds = rule._bounds(hours.T, HOURS, start=first).transpose(1, 0, 2)
        lower, center, upper = (bounds[:, :, i] for i in range(3))
        tec = hours[:, first:]
        layers = tec, center, lower, upper, tec > upper, tec < lower
        return np.stack(layers, axis=-1).reshape(len(hours), self.days, HOURS, len(CHANNELS))

    def _check_reach(self, X, grid, day, n_days):
        if not {"obs_start", "obs_end"} <= set(X.columns):
            return
        refuse_altered(X, altered(self.source, X))
        first, last = grid.reach(day, n_days)
        outside = (first < as_ns(to_utc(X["obs_start"]))) | (last > as_ns(to_utc(X["obs_end"])))
        if outside.any():
            row = int(np.argmax(outside))
            raise ValueError(
                f"days={self.days}, history_days={self.history_days}: the image of {name_sample(X, row)} "
                f"leaves its obs_start ... obs_end ({int(outside.sum())} of {len(X)} samples do); make the "
                f"samples anew with make_sip_samples(..., days={self.days}, "
                f"history_days={self.history_days}) or more"
            )


class HourGrid:
    """Which observations of a source the 24 hours of each day show: the last one at or before the hour.

    Days are counted from 1970.
    """

    def __init__(self, source):
        self.source = source
        self.origin = int(as_ns(np.datetime64(source.span[0], "ns")))
        self.cadence = int(source.cadence / np.timedelta64(1, "ns"))
        if NS_PER_DAY % self.cadence:
            raise ValueError(
                f"source {source.name!r}: a cadence of {pd.Timedelta(self.cadence, 'ns')} does not divide a "
                "day; resample it to one that does"
            )
        self.per_day = NS_PER_DAY // self.cadence

    def tick(self, time):
        """Number, from the source's first, of the last observation at or before each time (int64 ns)."""
        return (time - self.origin) // self.cadence

    def last_day(self, time):
        """The last day whose 24 hours are all observed by each time."""
        day = time // NS_PER_DAY
        last_hour = self.tick(day * NS_PER_DAY + (HOURS - 1) * NS_PER_HOUR)
        return np.where(self.tick(time) >= last_hour, day, day - 1)

    def reach(self, day, n_days):
        """Times of the first and the last observation that ``n_days`` ending with each day show."""
        first = self.tick((day - n_days + 1) * NS_PER_DAY)
        last = self.tick(day * NS_PER_DAY + (HOURS - 1) * NS_PER_HOUR)
        return self.origin + first * self.cadence, self.origin + last * self.cadence

    def hours(self, latitude, longitude, day, n_days, channel=None):
        """Hourly values (n, n_days * 24) of the days that end with each ``day``, and what is wrong.

        Returns
        -------
        hours : ndarray of float32
            NaN where something is wrong.
        problem : ndarray of object
            "" or, in words, why there are no values.
        """
        channels = self.source.channels
        if channel is None and len(channels) > 1:
            raise ValueError(
                f"source {self.source.name!r} has channels {', '.join(channels)}; name one: channel=..."
            )
        _, last = self.reach(day, n_days)
        samples = pd.DataFrame(
            {
                "time": last.view("datetime64[ns]"),
                "latitude": np.asarray(latitude, dtype=float),
                "longitude": np.asarray(longitude, dtype=float),
            }
        )
        # Observations from that of the first hour; days are alike, since the cadence divides them.
        tick = (np.arange(n_days * HOURS) * NS_PER_HOUR + -self.origin % self.cadence) // self.cadence
        length = int(tick[-1]) + 1
        values, problem = self.source.windows(samples, length, channels=channel, align="end")
        return values[:, tick, 0], problem
