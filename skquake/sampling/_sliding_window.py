"""The step between samples and arrays: one window a sample."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from skquake._core._sklearn import HasMethods, Interval, StrOptions, check_parameters
from skquake._core._time import as_ns, to_utc
from skquake._core._validation import check_columns
from skquake.sources import SourceCollection


class SlidingWindow(TransformerMixin, BaseEstimator):
    """Cut the window of each sample out of a source.

    One window a row of the samples, in their order: the step learns nothing and drops nothing,
    so it stands first in a pipeline, and its ``length`` can be searched.

    Parameters
    ----------
    source : TrackSource, SeriesSource, MapSource or SourceCollection
        Where the samples come from. Clones share it.
    length : int
        Observations a window, at most the ``max_length`` of the samples.
    channels : list of str, optional
        Which channels, in which order; by default all.
    align : {"auto", "center", "end"}
        Whether the sample's observation stands at position ``length // 2`` or last. "auto" is
        center on tracks, end on series and maps.
    missing : {"error", "nan"}
        Whether a window that cannot be cut is an error or all NaN.

    Notes
    -----
    The rows may be any subset of the samples, in any order, as cross-validation cuts them.

    References
    ----------
    .. [1] Xiong, P., Long, C., Zhou, H., et al. (2021). Pre-earthquake ionospheric perturbation
       identification using CSES data via transfer learning. Frontiers in Environmental Science, 9, 779255.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.sampling import SlidingWindow
    >>> from skquake.sources import TrackSource
    >>> frame = pd.DataFrame({
    ...     "time": pd.date_range("2015-01-01", periods=600, freq="s"),
    ...     "latitude": np.linspace(-20, 18, 600), "longitude": 100.0, "Ne": np.arange(600.0),
    ... })
    >>> step = SlidingWindow(TrackSource(frame), length=4)
    >>> step.fit_transform(frame.iloc[[300, 10]])[..., 0]
    array([[298., 299., 300., 301.],
           [  8.,   9.,  10.,  11.]], dtype=float32)
    """

    _parameter_constraints: dict = {
        "source": [HasMethods(["windows"])],
        "length": [Interval(Integral, 1, None, closed="left")],
        "channels": ["array-like", None],
        "align": [StrOptions({"auto", "center", "end"})],
        "missing": [StrOptions({"error", "nan"})],
    }

    def __init__(self, source, length, *, channels=None, align="auto", missing="error"):
        self.source = source
        self.length = length
        self.channels = channels
        self.align = align
        self.missing = missing

    def fit(self, X, y=None):
        """Check parameters and columns; nothing is learnt.

        Parameters
        ----------
        X : DataFrame of n_samples rows
            Samples, as :func:`make_samples` returns them.
        y : ignored

        Returns
        -------
        self
        """
        check_parameters(self)
        self._check_samples(X)
        return self

    def transform(self, X):
        """Windows of the samples.

        Parameters
        ----------
        X : DataFrame of n_samples rows
            ``time``, ``latitude``, ``longitude`` (``source`` too for a collection).

        Returns
        -------
        ndarray of float32, shape (n_samples, length, n_channels)

        Raises
        ------
        ValueError
            For missing columns, a window longer than the samples allow, and, unless
            ``missing="nan"``, a window that cannot be cut; each names the first such sample.
        """
        check_parameters(self)
        self._check_samples(X)
        self._check_reach(X)
        windows, problem = self.source.windows(X, self.length, channels=self.channels, align=self.align)
        bad = np.flatnonzero(problem != "")
        if len(bad) and self.missing == "error":
            raise ValueError(
                f"no window of {self.length} observations for {_name(X, bad[0])}: {problem[bad[0]]} "
                f"({len(bad)} of {len(X)} samples cannot be cut); drop them, or use missing='nan'"
            )
        return windows

    def _check_samples(self, X):
        check_columns(X, ("time", "latitude", "longitude"), "X (the samples)")
        if isinstance(self.source, SourceCollection):
            check_columns(X, ("source",), "X (the samples)")

    def _check_reach(self, X):
        """Raise if a window leaves the observations that the sample vouches for."""
        if not {"obs_start", "obs_end"} <= set(X.columns):
            return
        if isinstance(self.source, SourceCollection):
            outside = np.zeros(len(X), dtype=bool)
            names = X["source"].to_numpy(dtype=object)
            for name, member in self.source.items():
                outside[names == name] = self._leaves(member, X[names == name])
        else:
            outside = self._leaves(self.source, X)
        if outside.any():
            raise ValueError(
                f"length={self.length}: the window of {_name(X, int(np.argmax(outside)))} leaves its "
                f"obs_start ... obs_end ({int(outside.sum())} of {len(X)} samples do); make the samples "
                f"anew with make_samples(..., max_length={self.length}) or more"
            )

    def _leaves(self, source, X):
        time = as_ns(source.time)
        align = self.align
        if align == "auto":
            align = "center" if source.kind == "track" else "end"
        offset = self.length // 2 if align == "center" else self.length - 1
        first = np.searchsorted(time, as_ns(to_utc(X["time"])), side="right") - 1 - offset
        earliest = np.searchsorted(time, as_ns(to_utc(X["obs_start"])), side="left")
        latest = np.searchsorted(time, as_ns(to_utc(X["obs_end"])), side="right") - 1
        return (first < earliest) | (first + self.length - 1 > latest)

    def __sklearn_is_fitted__(self):
        return True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        return tags


def _name(X, row):
    """A sample in words: its row, time and event."""
    event = f", event {X['event_id'].iloc[row]!r}" if "event_id" in X.columns else ""
    return f"row {row} (index {X.index[row]!r}, {X['time'].iloc[row]}{event})"
