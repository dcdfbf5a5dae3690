"""Windows of residuals: the step between samples and arrays, less a background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self
from weakref import WeakKeyDictionary

import joblib
import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from skquake._core._sklearn import HasMethods, StrOptions, check_parameters, fit_context
from skquake._core._typing import Array, ArrayLike, FloatArray, Frame, IntArray
from skquake._core._validation import note_columns
from skquake.preprocessing._frame_residual import FrameResidual
from skquake.sampling._sample_rows import name_sample
from skquake.sampling._sample_step import SampleStep
from skquake.sampling._sliding_window import SlidingWindow
from skquake.sources import SourceCollection, TrackSource
from skquake.sources._lazy_array import LazyArray, is_on_disk

_HALF = 1 << 16  # rows as two numbers that float32 holds exactly


class ResidualWindow(SampleStep):
    """Cut the windows of samples out of a track, less a background of each of their observations.

    Parameters
    ----------
    window : SlidingWindow
        Cuts the windows; its parameters can be searched (``residualwindow__window__length``).
    background : IRIResidual, QuietBackground, RevisitResidual, NeLOGResidual, MASSResidual or list of these
        What is taken away. One that learns does so from the observations in the windows of the training
        samples, those of class 0 where ``fit`` is given classes. One that needs other observations than that
        of which it tells the residual (a pass, earlier passes) sees the whole record of the source, once.
    keep : {"residual", "both"}, default="residual"
        Whether a window holds residuals alone, or the channels of ``window`` before them.

    Attributes
    ----------
    backgrounds_ : list of fitted transformers
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Number and names of the columns of the samples seen by ``fit``.

    See Also
    --------
    SlidingWindow : Windows of the observations as they are.
    skquake.preprocessing.IRIResidual : A background of a frame.

    Notes
    -----
    One window a row of the samples, in their order. A residual is the same whatever the window's length,
    since each observation has its own. An observation that belongs to samples of several classes is learnt
    from only if all of these are 0.

    Where residuals may be missing (before there were earlier passes), make the samples from a source that
    has the residual for a channel beside the others: ``TrackSource(background.fit_transform(frame))``. They
    are then those that have it, events and controls alike.

    References
    ----------
    P. Xiong et al. (2021), "SafeNet: SwArm for earthquake perturbations identification using deep learning
    networks", Remote Sensing 13, 5033 (log10 Ne less what is smooth, as a physicist looks at it).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.preprocessing import IRIResidual
    >>> from skquake.sampling import ResidualWindow, SlidingWindow
    >>> from skquake.sources import TrackSource
    >>> frame = pd.DataFrame({
    ...     "time": pd.date_range("2015-01-01", periods=600, freq="s"),
    ...     "latitude": np.linspace(-20, 18, 600), "longitude": 100.0, "altitude_km": 460.0, "Ne": 3e5,
    ... })
    >>> step = ResidualWindow(SlidingWindow(TrackSource(frame), length=4), IRIResidual(f107=120.0), keep="both")
    >>> step.fit_transform(frame.iloc[[300, 10]]).shape, step.get_feature_names_out()
    ((2, 4, 2), array(['Ne', 'Ne_iri'], dtype=object))
    """  # noqa: E501

    _parameter_constraints: dict = {
        "window": [SlidingWindow],
        "background": [HasMethods(["fit", "transform"]), list, tuple],
        "keep": [StrOptions({"residual", "both"})],
    }

    def __init__(self, window: SlidingWindow, background: Any, *, keep: str = "residual") -> None:
        self.window = window
        self.background = background
        self.keep = keep

    @property
    def missing(self) -> str:
        """Whether a sample without its window is an error or all NaN: as in ``window``."""
        return self.window.missing

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Frame, y: ArrayLike | None = None) -> Self:
        """Learn the background, where it learns, from the observations in the windows of these samples.

        Parameters
        ----------
        X : DataFrame of n_samples rows
            Samples, as :func:`make_samples` returns them.
        y : array-like of shape (n_samples,), default=None
            Their classes.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            For what is no background of tracks, and a source that is no track.
        ValueError
            As :class:`SlidingWindow` and the background do.
        """
        window = clone(self.window).fit(X)
        backgrounds = [clone(each) for each in self._backgrounds()]
        rows, _ = self._rows(window, X)
        seen, place = np.unique(rows[rows >= 0], return_inverse=True)
        observed = _observations(window.source, seen)
        classes = None
        if y is not None:
            quiet = np.ones(len(seen), dtype=bool)
            other = np.broadcast_to((np.asarray(y) != 0)[:, np.newaxis], rows.shape)[rows >= 0]
            quiet[place[other]] = False
            classes = np.where(quiet, 0, 1)
        self.backgrounds_ = [each.fit(observed[_inputs(each, observed)], classes) for each in backgrounds]
        note_columns(self, window._check_samples(X))
        return self

    def transform(self, X: Frame) -> FloatArray:
        """Windows of the samples.

        Parameters
        ----------
        X : DataFrame of n_samples rows

        Returns
        -------
        ndarray of float32, shape (n_samples, length, n_channels)

        Raises
        ------
        ValueError
            As :class:`SlidingWindow`, and, unless its ``missing`` is "nan", for a window with a residual
            that is not there (of a density that is not positive).
        """
        check_is_fitted(self, "backgrounds_")
        check_parameters(self)
        window = clone(self.window).fit(X)
        rows, windows = self._rows(window, X)
        seen, place = np.unique(rows[rows >= 0], return_inverse=True)
        parts = [_residuals(background, window.source, seen) for background in self.backgrounds_]
        residuals = np.concatenate(parts, axis=1)
        found = np.full((*rows.shape, residuals.shape[1]), np.nan, dtype=np.float32)
        found[rows >= 0] = residuals[place]
        lost = (rows >= 0)[:, :, np.newaxis] & np.isnan(found)
        if lost.any() and self.missing == "error":
            row, step, k = np.argwhere(lost)[0]
            raise ValueError(
                f"no residual {self._names()[k]} at step {step} of {name_sample(X, int(row))}: is the value "
                f"positive? ({int(lost.any(axis=(1, 2)).sum())} of {len(X)} samples lack one); drop them, or "
                "use missing='nan'"
            )
        return found if self.keep == "residual" else np.concatenate([windows, found], axis=2)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Names along the last axis of the windows.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str
        """
        before: list[str] = list(self.window.get_feature_names_out()) if self.keep == "both" else []
        return np.asarray([*before, *self._names()], dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "backgrounds_")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.requires_fit = True
        return tags

    def _backgrounds(self) -> list[FrameResidual]:
        given = self.background
        backgrounds = list(given) if isinstance(given, list | tuple) else [given]
        for background in backgrounds:
            if not isinstance(background, FrameResidual):
                raise TypeError(
                    f"background: {type(background).__name__} is no residual of observations such as "
                    "IRIResidual; steps on windows stand after this one in the pipeline"
                )
        if not backgrounds:
            raise ValueError("background: an empty list; give one at least")
        return backgrounds

    def _names(self) -> list[str]:
        return [each._name(column) for each in self._backgrounds() for column in each._columns()]

    def _rows(self, window: SlidingWindow, X: Frame) -> tuple[IntArray, FloatArray]:
        """Row of the source of each observation of the windows, -1 where there is none; and the windows."""
        windows = window.transform(X)
        numbers = clone(window).set_params(source=_numbered(window.source), channels=None)
        high, low = np.moveaxis(numbers.transform(X).astype(np.float64), 2, 0)
        there = np.isfinite(high) & np.isfinite(windows).any(axis=2)
        return np.where(there, np.nan_to_num(high) * _HALF + np.nan_to_num(low), -1).astype(np.int64), windows


_whole: WeakKeyDictionary[TrackSource, dict[str, FloatArray]] = WeakKeyDictionary()


def _residuals(background: FrameResidual, source: Any, rows: IntArray) -> FloatArray:
    """Residuals (n_rows, n_columns) at sorted rows of a source, counted on through a collection."""
    parts, before = [], 0
    for track in _tracks(source).values():
        n = len(track.time)
        here = rows[(rows >= before) & (rows < before + n)] - before
        if background._alone:
            parts.append(_of_frame(background, _frame(track, here)))
        else:
            kept, key = _whole.setdefault(track, {}), joblib.hash(background.get_params())
            if key not in kept:
                kept[key] = _of_frame(background, _frame(track, slice(None)))
            parts.append(kept[key][here])
        before += n
    return np.concatenate(parts)


def _of_frame(background: FrameResidual, frame: pd.DataFrame) -> FloatArray:
    found = background.transform(frame[_inputs(background, frame)])
    return found[[background._name(column) for column in background._columns()]].to_numpy(dtype=np.float32)


def _inputs(background: FrameResidual, frame: pd.DataFrame) -> list[str]:
    """Columns that a background reads (its result may be a channel of the source already)."""
    names = ("time", "latitude", "longitude", *background._needed(), *background._columns())
    return [name for name in dict.fromkeys(names) if name in frame.columns]


def _tracks(source: Any) -> Mapping[str, TrackSource]:
    members: Mapping[str, Any] = source if isinstance(source, SourceCollection) else {source.name: source}
    for name, member in members.items():
        if not isinstance(member, TrackSource):
            raise TypeError(f"source {name!r}: backgrounds are for tracks, not for {type(member).__name__}")
    return members


def _numbered(source: Any) -> Any:
    """The source with the numbers of its rows for values; those of a collection follow one another."""
    made, before = {}, 0
    for name, track in _tracks(source).items():
        n, numbers = len(track.time), _RowNumbers(before)
        values: Any = LazyArray(numbers, "values", np.float32, (n, 2))
        if not is_on_disk(track.time):
            values = numbers.between("values", 0, n)
        made[name] = track._with_values(values, channels=("row_high", "row_low"))
        before += n
    return SourceCollection(made) if isinstance(source, SourceCollection) else made[source.name]


class _RowNumbers:
    """The store of a LazyArray of numbers of rows, counted from ``before``, as two numbers each."""

    where = "numbers of rows"

    def __init__(self, before: int) -> None:
        self._before = before

    def between(self, name: str, start: int, stop: int) -> FloatArray:
        return self.at(name, np.arange(start, stop))

    def at(self, name: str, rows: IntArray) -> FloatArray:
        rows = rows + self._before
        return np.stack([rows // _HALF, rows % _HALF], axis=-1).astype(np.float32)

    def cut(self, name: str, first: IntArray, length: int) -> FloatArray:
        return self.at(name, first[:, np.newaxis] + np.arange(length))


def _observations(source: Any, rows: IntArray) -> pd.DataFrame:
    """Rows of a source (sorted; counted on through a collection) as a frame."""
    parts, before = [], 0
    for track in _tracks(source).values():
        n = len(track.time)
        parts.append(_frame(track, rows[(rows >= before) & (rows < before + n)] - before))
        before += n
    frame = pd.concat(parts, ignore_index=True)
    frame.attrs["units"] = source.units
    return frame


def _frame(track: TrackSource, rows: Any) -> pd.DataFrame:
    columns = {
        "time": track.time[rows].view("datetime64[ns]"),
        "latitude": track.latitude[rows],
        "longitude": track.longitude[rows],
    }
    if track.altitude_km is not None:
        columns["altitude_km"] = track.altitude_km[rows]
    columns |= dict(zip(track.channels, track.values[rows].T, strict=True))
    frame = pd.DataFrame(columns)
    frame.attrs["units"] = track.units
    return frame
