"""Which samples train, test, or are left out, over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

from skquake._core._time import as_ns, days_to_ns, to_utc
from skquake._core._typing import ArrayLike, Frame
from skquake._core._validation import check_columns
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import DOUBLE, MODEL, NULL, REFERENCE, SEISMIC, check_axes, legend_below

# Part -> colour, lane from the top of the fold's row.
_PARTS = {"train": (NULL, 0), "purged": ("#777777", 1), "test": (MODEL, 2)}


class SplitTimelineDisplay(Display):
    """One row a fold: its training samples, those purged, and its test samples over time.

    A triangle marks each earthquake whose samples are tested.

    Parameters
    ----------
    samples : DataFrame
        Columns ``fold``, ``part`` ("train", "purged" or "test") and ``time``, one row a fold and sample.
    events : DataFrame, default=None
        ``fold`` and ``time`` of the earthquakes that each fold tests.

    Attributes
    ----------
    counts_ : DataFrame
        Samples by fold and part.
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, 1)

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.model_selection import PurgedTimeSeriesSplit
    >>> from skquake.plotting import SplitTimelineDisplay
    >>> time = pd.date_range("2015-01-01", periods=6, freq="D")
    >>> X = pd.DataFrame({"source": "tec", "time": time, "latitude": 0.0, "longitude": 0.0,
    ...     "pair_id": list("abcdec"), "radius_km": 100.0, "obs_start": time, "obs_end": time})
    >>> display = SplitTimelineDisplay.from_splitter(PurgedTimeSeriesSplit(2), X).plot()
    >>> display.counts_
    part  train  purged  test
    fold
    0         2       0     2
    1         3       1     2
    """

    def __init__(self, samples: Frame, events: Frame | None = None) -> None:
        self.samples = samples
        self.events = events

    @classmethod
    def from_splitter(
        cls,
        splitter: Any,
        X: Frame,
        y: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """The folds that a splitter makes, scikit-learn's included.

        Parameters
        ----------
        splitter : object with ``split``
        X : DataFrame
            Sample frame of `skquake.sampling.make_samples`.
        y, groups : array-like of shape (n_samples,), default=None
            For the splitter. With ``y`` the earthquakes (class 1) that are tested are marked.

        Raises
        ------
        TypeError, ValueError
            For what is no splitter, what the splitter refuses, and missing columns.
        """
        if not hasattr(splitter, "split"):
            raise TypeError(f"{cls.__name__}: {splitter!r} has no split; for folds use from_folds")
        return cls.from_folds(splitter.split(X, y, groups), X, y)

    @classmethod
    def from_cv_results(cls, cv_results: Mapping[str, Any], X: Frame, y: ArrayLike | None = None) -> Self:
        """The folds of a cross-validation.

        Parameters
        ----------
        cv_results : dict
            Of ``sklearn.model_selection.cross_validate`` with ``return_indices=True``.
        X, y
            As in ``from_folds``: what was cross-validated.

        Raises
        ------
        ValueError
            Without indices, and as in ``from_folds``.
        """
        if "indices" not in cv_results:
            raise ValueError(
                f"{cls.__name__}: cv_results: no indices; call cross_validate with return_indices=True"
            )
        indices = cv_results["indices"]
        return cls.from_folds(zip(indices["train"], indices["test"], strict=True), X, y)

    @classmethod
    def from_folds(
        cls,
        folds: Iterable[tuple[ArrayLike, ArrayLike]],
        X: Frame,
        y: ArrayLike | None = None,
    ) -> Self:
        """Folds that are already there.

        Samples in neither part of a fold were purged; where a fold trains on the past alone, those later
        than its test were never there to be chosen, and are not drawn.

        Parameters
        ----------
        folds : iterable of (train, test)
            Positions of rows of ``X``.
        X : DataFrame
            Sample frame with ``time``; with ``y`` also ``event_id`` and ``lead_days``.
        y : array-like of shape (n_samples,), default=None

        Raises
        ------
        ValueError
            For no folds, an empty part, and missing columns.
        """
        what = cls.__name__
        X = check_columns(X, ("time",) if y is None else ("time", "event_id", "lead_days"), f"{what}: X")
        time = to_utc(X["time"], f"{what}: time")
        if y is not None and len(np.asarray(y)) != len(X):
            raise ValueError(f"{what}: y has {len(np.asarray(y))} values and X {len(X)} rows")
        samples, events = [], []
        for fold, (trained, tested) in enumerate(folds):
            train, test = np.asarray(trained), np.asarray(tested)
            if not len(train) or not len(test):
                raise ValueError(f"{what}: fold {fold} has {len(train)} training and {len(test)} test rows")
            rest = np.setdiff1d(np.arange(len(X)), np.concatenate([train, test]))
            if time[train].max() < time[test].min():
                rest = rest[time[rest] <= time[test].max()]
            for part, rows in (("train", train), ("purged", rest), ("test", test)):
                samples.append(pd.DataFrame({"fold": fold, "part": part, "time": time[rows]}))
            if y is not None:
                events.append(_earthquakes(X.iloc[test[np.asarray(y)[test] == 1]]).assign(fold=fold))
        if not samples:
            raise ValueError(f"{what}: no folds to draw")
        return cls(
            pd.concat(samples, ignore_index=True), pd.concat(events, ignore_index=True) if events else None
        )

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on one Axes, or on a new figure."""
        from matplotlib.dates import ConciseDateFormatter

        samples = check_columns(self.samples, ("fold", "part", "time"), "samples")
        events = None if self.events is None else check_columns(self.events, ("fold", "time"), "events")
        if not samples["part"].isin(_PARTS).all():
            raise ValueError(f"samples: part must be one of {', '.join(_PARTS)}")
        parts = pd.Categorical(samples["part"], list(_PARTS))
        self.counts_ = pd.crosstab(samples["fold"], parts, dropna=False).rename_axis(columns="part")
        n = len(self.counts_)
        self.figure_, self.axes_ = check_axes(ax, (1, 1), figsize=(DOUBLE, 0.46 * n + 1.1))
        axes, place = self.axes_[0, 0], {fold: row for row, fold in enumerate(self.counts_.index)}
        for part, (color, lane) in _PARTS.items():
            rows = samples[parts == part]
            top = rows["fold"].map(place).to_numpy(dtype=float) - 0.38 + 0.26 * lane
            axes.vlines(rows["time"], top, top + 0.22, color=color, lw=0.8, rasterized=len(rows) > 2000)
            axes.plot([], [], color=color, lw=5, label=part)
        if events is not None and len(events):
            axes.plot(
                events["time"],
                events["fold"].map(place) + 0.44,
                ls="",
                marker="^",
                ms=3,
                mew=0,
                color=SEISMIC,
                label="earthquake of tested samples",
            )
        names = [
            f"{row.Index}: {row.train} train\n{row.purged} purged, {row.test} test"
            for row in self.counts_.itertuples()
        ]
        axes.set_yticks(range(n), names, fontsize="small")
        axes.set_ylim(n - 0.45, -0.5)
        for edge in range(1, n):
            axes.axhline(edge - 0.47, color=REFERENCE, lw=0.4, alpha=0.5)
        axes.set_ylabel("fold (samples)")
        axes.set_xlabel("time of the sample (UT)")
        axes.set_title("Samples that train, are purged, and test")
        axes.xaxis.set_major_formatter(ConciseDateFormatter(axes.xaxis.get_major_locator()))
        legend_below(axes, ncols=4)
        return self


def _earthquakes(rows):
    """Time of each event of the rows: that of a sample and its lead."""
    first = rows.drop_duplicates("event_id")
    time = as_ns(to_utc(first["time"])) + days_to_ns(first["lead_days"])
    return pd.DataFrame({"time": time.view("datetime64[ns]")})
