"""Where the earthquakes, the controls and their samples lie."""

from __future__ import annotations

from typing import Self

import numpy as np
from sklearn.utils import Bunch

from skquake._core._frames import as_frame
from skquake._core._typing import ArrayLike, Frame
from skquake._core._validation import check_columns
from skquake.plotting._coast import draw_coast
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import CONTROL, DOUBLE, REFERENCE, SEISMIC, check_axes, legend_below


class SampleMapDisplay(Display):
    """Map of earthquakes and controls, in one panel each so that the belts can be compared.

    Parameters
    ----------
    events : DataFrame
        ``latitude``, ``longitude``, ``magnitude``, ``label`` (1 earthquake, 0 control): the ``events`` of
        :func:`~skquake.sampling.make_samples`.
    X : DataFrame or None
        Sample frame; its places are drawn as small dots. Events that gave no sample (``n_samples``, or else
        ``event_id`` in both tables) are dim.
    y : array-like or None
        Classes of the rows of ``X``.

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, 2)

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.plotting import SampleMapDisplay
    >>> events = pd.DataFrame({"latitude": [10.0, -5.0], "longitude": [140.0, 20.0], "magnitude": [6.0, 5.5],
    ...                        "label": [1, 0]})
    >>> SampleMapDisplay(events).plot().axes_.shape
    (1, 2)
    """

    def __init__(self, events: Frame, X: Frame | None = None, y: ArrayLike | None = None) -> None:
        self.events = events
        self.X = X
        self.y = y

    @classmethod
    def from_samples(cls, samples: Bunch) -> Self:
        """From what :func:`~skquake.sampling.make_samples` returns."""
        return cls(samples.events, samples.X, samples.y)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on two Axes, or on a new figure."""
        events = check_columns(self.events, ("latitude", "longitude", "magnitude", "label"), "events")
        X = None if self.X is None else as_frame(self.X, "X")
        self.figure_, self.axes_ = check_axes(ax, (1, 2), figsize=(DOUBLE, 2.45), sharex=True, sharey=True)
        panels = ((1, SEISMIC, "earthquakes"), (0, CONTROL, "controls"))
        for axes, (label, color, name) in zip(self.axes_[0], panels, strict=True):
            here = events[events["label"] == label]
            sampled = np.ones(len(here), dtype=bool)
            if "n_samples" in events:
                sampled = here["n_samples"].to_numpy() > 0
            elif X is not None and "event_id" in events and "event_id" in X:
                sampled = here["event_id"].isin(X["event_id"]).to_numpy()
            if X is not None:
                rows = np.asarray(self.y) == label
                axes.plot(
                    X["longitude"][rows],
                    X["latitude"][rows],
                    ".",
                    ms=0.9,
                    mew=0,
                    color=REFERENCE,
                    zorder=3,
                    label=f"{int(rows.sum())} samples",
                )
            size = 2.5 * 2.0 ** (here["magnitude"].to_numpy() - 5.0)
            for rows, alpha, said in ((sampled, 0.7, "sampled"), (~sampled, 0.18, "without a sample")):
                if rows.any() or said == "sampled":
                    text = f"{int(rows.sum())} {name if sampled.all() else said}"
                    axes.scatter(
                        here["longitude"][rows],
                        here["latitude"][rows],
                        s=size[rows],
                        color=color,
                        alpha=alpha,
                        lw=0,
                        zorder=2,
                        label=text,
                    )
            axes.set(
                xlim=(-180, 180),
                ylim=(-90, 90),
                xlabel="longitude (deg)",
                xticks=range(-180, 181, 60),
                yticks=range(-90, 91, 30),
                title=f"{name.capitalize()} ({len(here)})",
                aspect="equal",
            )
            draw_coast(axes)
            axes.grid(alpha=0.3, lw=0.4)
            axes.set_axisbelow(True)
            legend_below(axes, ncols=2, markerscale=1.5)
        self.axes_[0, 0].set_ylabel("latitude (deg)")
        return self
