"""Observations around many earthquakes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import (
    DOUBLE,
    NULL,
    REFERENCE,
    SEISMIC,
    SINGLE,
    check_axes,
    draw_intervals,
    label_grid,
    legend_below,
    tidy,
)

_MOST = 12  # panels that can still be read


class SuperposedEpochDisplay(Display):
    """Mean around earthquakes by day over the band of null catalogs; one panel a distance and magnitude.

    Parameters
    ----------
    epoch : SuperposedEpoch
        Of :func:`skquake.alarms.superposed_epoch`.
    label : str, default="mean (unit of the values)"
        What was averaged, with its unit.

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (n_magnitudes, n_distances)

    Raises
    ------
    ValueError
        When it is drawn: for more than twelve panels.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.alarms import superposed_epoch
    >>> from skquake.plotting import SuperposedEpochDisplay
    >>> time = pd.date_range("2015-01-01", periods=900, freq="D")
    >>> values = pd.DataFrame({"time": time, "latitude": 0.0, "longitude": 0.0, "probability": 0.5})
    >>> events = pd.DataFrame({"time": time[30:-30:40], "latitude": 1.0, "longitude": 0.0, "magnitude": 6.0})
    >>> display = SuperposedEpochDisplay(superposed_epoch(values, events, random_state=0)).plot()
    >>> display.axes_[0, 0].get_title()
    '0-500 km, 21 earthquakes'
    """

    def __init__(self, epoch: Any, *, label: str = "mean (unit of the values)") -> None:
        self.epoch = epoch
        self.label = label

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on as many Axes as there are bins of magnitude and distance, or on a new figure."""
        epoch = self.epoch
        columns, rows = epoch.mean.shape[1:]
        if columns * rows > _MOST:
            raise ValueError(
                f"{type(self).__name__}: {columns} distances x {rows} magnitudes; {_MOST} panels at "
                "most can be read, use wider bins"
            )
        size = SINGLE + 0.2 if columns == 1 else DOUBLE, 1.7 * rows + 1.0
        self.figure_, self.axes_ = check_axes(ax, (rows, columns), figsize=size, sharex=True, sharey=True)
        middle = 0.5 * (epoch.days[:-1] + epoch.days[1:])
        for (row, column), axes in np.ndenumerate(self.axes_):
            here = np.s_[:, column, row]
            if epoch.n_nulls:
                _band(
                    axes,
                    epoch.days,
                    epoch.null_low[here],
                    epoch.null_high[here],
                    f"{epoch.n_nulls} null catalogs",
                )
                axes.stairs(
                    epoch.null_mean[here],
                    epoch.days,
                    baseline=None,
                    color=REFERENCE,
                    lw=1,
                    label="their mean",
                )
            low, high = (np.abs(part[here] - epoch.mean[here]) for part in (epoch.low, epoch.high))
            mean = epoch.mean[here]
            draw_intervals(
                axes, middle, mean, low, high, color=SEISMIC, ms=2.5, lw=1.0, joined=True, label="observed"
            )
            axes.axvline(0, color=REFERENCE, lw=1, ls="--")
            axes.set_title(self._title(column, row))
            tidy(axes)
        label_grid(self.axes_, columns * rows, x="time from the earthquake (days)", y=self.label)
        legend_below(self.axes_[-1, 0], ncols=3)
        if epoch.n_nulls:
            self.figure_.suptitle(f"largest departure of all bins: p = {epoch.p_value:.2g}")
        return self

    def _title(self, column, row):
        """Distance, magnitude and how many earthquakes were seen at most."""
        epoch = self.epoch
        near, far = epoch.distances[column : column + 2]
        unit = "km" if epoch.distance_unit == "km" else "Dobrovolsky radii"
        low, high = epoch.magnitudes[row : row + 2]
        size = "" if np.isinf([low, high]).all() else f", M {low:g}-{high:g}"
        return f"{near:g}-{far:g} {unit}{size}, {epoch.n_events[:, column, row].max()} earthquakes"


def _band(axes, edges, low, high, label):
    """Area between two stairs; blank where there is none."""
    known = np.isfinite(low) & np.isfinite(high)
    axes.stairs(
        np.where(known, high, np.nan),
        edges,
        baseline=np.where(known, low, np.nan),
        fill=True,
        lw=0,
        color=NULL,
        alpha=0.6,
        label=label,
    )
