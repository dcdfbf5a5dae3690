"""The step between samples and arrays: one window a sample."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Self

import numpy as np

from skquake._core._context import sides
from skquake._core._sklearn import HasMethods, Interval, StrOptions, check_parameters, fit_context
from skquake._core._time import as_ns, to_utc
from skquake._core._typing import Array, ArrayLike, FloatArray, Frame
from skquake._core._validation import note_columns
from skquake.sampling._sample_rows import altered, check_samples, name_sample, refuse_altered
from skquake.sampling._sample_step import SampleStep
from skquake.sources import MapSource, SeriesSource, SourceCollection, TrackSource


class SlidingWindow(SampleStep):
    """Cut the window of each sample out of a source.

    One window a row of the samples, in their order: the step learns nothing and drops nothing,
    so it stands first in a pipeline, and its ``length`` can be searched.

    Parameters
    ----------
    source : TrackSource, SeriesSource, MapSource or SourceCollection
        Where the samples come from. Clones share it.
    length : int
        Observations a window (its core, where there is context), at most the ``max_length`` of the samples.
    context : int, default=0
        Observations seen around these: so many before and as many after them on tracks, so many before
        them on series and maps (nothing looks ahead); at most the ``context`` of the samples, if
        ``length`` is their ``max_length``.
    context_edge : {"error", "nan"}, default="error"
        Whether context that is not there (beyond the pass, the record or a gap) makes a window that cannot
        be cut, or is NaN.
    channels : list of str, optional
        Which channels, in which order; by default all.
    align : {"auto", "center", "end"}
        Whether the sample's observation stands at position ``length // 2`` of the core or last in it.
        "auto" is center on tracks, end on series and maps.
    missing : {"error", "nan"}
        Whether a window that cannot be cut is an error or all NaN.

    Attributes
    ----------
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Number and names of the columns of the samples seen by ``fit``.

    Notes
    -----
    The rows may be any subset of the samples, in any order, as cross-validation cuts them; but a row is one
    whole: columns that are changed or shuffled by themselves (as ``permutation_importance`` does) no longer
    say where the window is.

    ``set_output`` is taken and changes nothing: windows fit no table.

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
    >>> wide = SlidingWindow(TrackSource(frame), length=4, context=2, context_edge="nan")
    >>> wide.fit_transform(frame.iloc[[300, 2]])[..., 0]
    array([[296., 297., 298., 299., 300., 301., 302., 303.],
           [ nan,  nan,   0.,   1.,   2.,   3.,   4.,   5.]], dtype=float32)
    """

    _parameter_constraints: dict = {
        "source": [HasMethods(["windows"])],
        "length": [Interval(Integral, 1, None, closed="left")],
        "context": [Interval(Integral, 0, None, closed="left")],
        "context_edge": [StrOptions({"error", "nan"})],
        "channels": ["array-like", None],
        "align": [StrOptions({"auto", "center", "end"})],
        "missing": [StrOptions({"error", "nan"})],
    }

    def __init__(
        self,
        source: TrackSource | SeriesSource | MapSource | SourceCollection,
        length: int,
        *,
        context: int = 0,
        context_edge: str = "error",
        channels: Sequence[str] | None = None,
        align: str = "auto",
        missing: str = "error",
    ) -> None:
        self.source = source
        self.length = length
        self.context = context
        self.context_edge = context_edge
        self.channels = channels
        self.align = align
        self.missing = missing

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Frame, y: ArrayLike | None = None) -> Self:
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
        note_columns(self, self._check_samples(X))
        return self

    def transform(self, X: Frame) -> FloatArray:
        """Windows of the samples.

        Parameters
        ----------
        X : DataFrame of n_samples rows
            ``time``, ``latitude``, ``longitude`` (``source`` too for a collection).

        Returns
        -------
        ndarray of float32, shape (n_samples, length, n_channels)
            With context ``length + 2 * context`` on tracks, ``length + context`` on series and maps.

        Raises
        ------
        ValueError
            For missing columns, rows of samples that were altered, a window longer than the samples allow,
            and, unless ``missing="nan"``, a window that cannot be cut; each names the first such sample.
        """
        check_parameters(self)
        X = self._check_samples(X)
        around: dict[str, Any] = {"channels": self.channels, "align": self.align}
        if self.context:
            around |= {"context": self.context, "context_edge": self.context_edge}
        if {"obs_start", "obs_end"} <= set(X.columns):
            windows, problem = self._checked_windows(X, around)
        else:
            windows, problem = self.source.windows(X, self.length, **around)
        bad = np.flatnonzero(problem != "")
        if len(bad) and self.missing == "error":
            with_context = f" with context {self.context}" if self.context else ""
            cure = "missing='nan'"
            if self.context and self.context_edge == "error":
                cure += ", or context_edge='nan' where the core is there"
            raise ValueError(
                f"no window of {self.length} observations{with_context} for {name_sample(X, bad[0])}: "
                f"{problem[bad[0]]} "
                f"({len(bad)} of {len(X)} samples cannot be cut); drop them, or use {cure}"
            )
        return windows

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Names along the last axis of the windows: the channels.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str, shape (n_channels,)
        """
        chosen = self.source.channels if self.channels is None else np.atleast_1d(self.channels)
        return np.asarray(chosen, dtype=object)

    def _check_samples(self, X):
        source = ("source",) if isinstance(self.source, SourceCollection) else ()
        return check_samples(X, ("time", "latitude", "longitude", *source))

    def _checked_windows(self, X, around):
        """Windows and problems; raises for rows that were altered, or that do not vouch for their windows."""
        outside, why = np.zeros(len(X), dtype=bool), np.full(len(X), "", dtype=object)
        place = X[["time", "latitude", "longitude", "obs_start", "obs_end"]]

        def look(source, rows):
            some = place.iloc[rows]
            outside[rows], why[rows] = self._leaves(source, some), altered(source, some)

        found = self.source._walk(X, self.length, look=look, **around)
        refuse_altered(X, why)
        if outside.any():
            what, cure = f"length={self.length}", f"max_length={self.length}"
            if self.context:
                what, cure = (f"{text}, context={self.context}" for text in (what, cure))
            partly = self.context and self.context_edge == "error"
            raise ValueError(
                f"{what}: the window of {name_sample(X, int(np.argmax(outside)))} leaves its "
                f"obs_start ... obs_end ({int(outside.sum())} of {len(X)} samples do); make the samples "
                f"anew with make_samples(..., {cure}) or more"
                f"{', or take context_edge=' + repr('nan') + ' if they were made with it' if partly else ''}"
            )
        return found

    def _leaves(self, source, X):
        time = source.time
        align = self.align
        if align == "auto":
            align = "center" if source.kind == "track" else "end"
        offset = self.length // 2 if align == "center" else self.length - 1
        first = np.searchsorted(time, as_ns(to_utc(X["time"])), side="right") - 1 - offset
        earliest = np.searchsorted(time, as_ns(to_utc(X["obs_start"])), side="left")
        latest = np.searchsorted(time, as_ns(to_utc(X["obs_end"])), side="right") - 1
        last = first + self.length - 1
        outside = (first < earliest) | (last > latest)
        if not self.context:
            return outside
        around = np.broadcast_to(sides(source.kind, self.context), (len(first), 2))
        before, after = around.T.copy()
        if self.context_edge == "nan":
            inside = np.flatnonzero(~outside)
            reach = source._context_reach(first[inside], self.length, self.context)
            before[inside], after[inside] = reach
        return (first - before < earliest) | (last + after > latest)
