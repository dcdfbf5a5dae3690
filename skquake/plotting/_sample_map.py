"""Where the earthquakes, the controls and their samples lie."""

from __future__ import annotations

from typing import Self

import numpy as np
from sklearn.utils import Bunch

from skquake._core._frames import as_frame
from skquake._core._typing import ArrayLike, Frame
from skquake._core._validation import check_columns
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import CONTROL, SEISMIC, check_axes


class SampleMapDisplay(Display):
    """Map of earthquakes and controls, in one panel each so that the belts can be compared.

    Parameters
    ----------
    events : DataFrame
        ``latitude``, ``longitude``, ``magnitude``, ``label`` (1 earthquake, 0 control): the ``events`` of
        :func:`~skquake.sampling.make_samples`.
    X : DataFrame or None
        Sample frame; its places are drawn as small dots.
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
        self.figure_, self.axes_ = check_axes(ax, (1, 2), figsize=(11, 3.4), sharex=True, sharey=True)
        panels = ((1, SEISMIC, "earthquakes"), (0, CONTROL, "controls"))
        for axes, (label, color, name) in zip(self.axes_[0], panels, strict=True):
            here = events[events["label"] == label]
            if X is not None:
                rows = np.asarray(self.y) == label
                axes.plot(
                    X["longitude"][rows],
                    X["latitude"][rows],
                    ".",
                    ms=1.2,
                    color="black",
                    zorder=3,
                    label=f"{int(rows.sum())} samples",
                )
            size = 4.0 * 2.0 ** (here["magnitude"].to_numpy() - 5.0)
            axes.scatter(
                here["longitude"],
                here["latitude"],
                s=size,
                color=color,
                alpha=0.6,
                lw=0,
                zorder=2,
                label=f"{len(here)} {name}",
            )
            axes.set(
                xlim=(-180, 180),
                ylim=(-90, 90),
                xlabel="longitude (deg)",
                xticks=range(-180, 181, 60),
                yticks=range(-90, 91, 30),
            )
            axes.grid(alpha=0.25, lw=0.5)
            axes.legend(fontsize=8, loc="lower left")
        self.axes_[0, 0].set_ylabel("latitude (deg)")
        return self
