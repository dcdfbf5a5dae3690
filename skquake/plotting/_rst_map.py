"""The RST index on maps, day by day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from scipy.special import ndtr

from skquake._core._time import to_utc
from skquake._core._typing import Frame, TimeLike
from skquake.plotting._check import check_event
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._maps import check_map, draw_event, draw_map, view
from skquake.plotting._style import DOUBLE, SINGLE, check_axes, label_grid, signed_map

if TYPE_CHECKING:
    import xarray as xr

_MOST = 16
_COLUMNS = 4
_WIDTHS = {1: 2.9, 2: 2.6, 3: 1.7, 4: 1.3}  # of a panel by columns, in


class RSTMapDisplay(Display):
    """The index (V - mean) / standard deviation on maps, one panel a time, with the epicentre starred.

    Above each panel: the share of the drawn places beyond the threshold, to be held against the share of
    independent Gaussian noise. Weather persists and covers wide areas: single days lie far on either side.

    Parameters
    ----------
    index : DataArray over (time, latitude, longitude)
        What :class:`~skquake.preprocessing.RSTIndex` gives.
    times : sequence of datetime-like, default=None
        Which to draw; None: all, sixteen at most.
    event : DataFrame of one row, default=None
        The earthquake, as a catalog; panels then count days from it.
    degrees : float, default=None
        Half the width of the view about the epicentre; None: the whole map.
    threshold : float, default=2.0
        Standard deviations beyond which a place counts as anomalous; outlined where the map is dense enough.

    Attributes
    ----------
    shares_ : Series
        Share of the known places drawn whose absolute index is above the threshold, by time; NaN without any.
    expected_ : float
        The same of independent Gaussian noise.
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (n_rows, n_columns)
        Of at most four columns; Axes left over are hidden.

    Raises
    ------
    ValueError
        When it is drawn: for another array than maps by time, unknown times or too many, or a threshold that
        is not positive.

    Examples
    --------
    >>> import numpy as np, pandas as pd, xarray as xr
    >>> from skquake.plotting import RSTMapDisplay
    >>> grid = {"time": pd.date_range("2016-12-06", periods=2), "latitude": [40.0, 42.5, 45.0],
    ...         "longitude": [85.0, 87.5]}
    >>> index = xr.DataArray(np.r_[np.zeros(6), 0, 3, -2.5, 0, 1, 1].reshape(2, 3, 2), grid, tuple(grid))
    >>> RSTMapDisplay(index).plot().shares_.round(2).tolist()
    [0.0, 0.33]
    """

    def __init__(
        self,
        index: xr.DataArray,
        *,
        times: Iterable[TimeLike] | None = None,
        event: Frame | None = None,
        degrees: float | None = None,
        threshold: float = 2.0,
    ) -> None:
        self.index = index
        self.times = times
        self.event = event
        self.degrees = degrees
        self.threshold = threshold

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on as many Axes as there are times (filled up to whole rows of four), or on a new figure."""
        what = type(self).__name__
        if not self.threshold > 0:
            raise ValueError(f"{what}: threshold={self.threshold}; it must be positive")
        event = check_event(self.event, f"{what}: event")
        maps = view(self._chosen(), event, self.degrees, f"{what}: index")
        known = maps.notnull().sum(("latitude", "longitude")).to_numpy()
        beyond = (abs(maps) > self.threshold).sum(("latitude", "longitude")).to_numpy()
        times = pd.DatetimeIndex(maps["time"].to_numpy(), name="time")
        self.shares_ = pd.Series(np.where(known, beyond / np.maximum(known, 1), np.nan), times, name="share")
        self.expected_ = float(2.0 * ndtr(-self.threshold))
        n, columns = len(times), min(len(times), _COLUMNS)
        shape = (-(-n // columns), columns)
        tall = np.ptp(maps["latitude"].to_numpy()) / np.ptp(maps["longitude"].to_numpy())
        self.figure_, self.axes_ = check_axes(
            ax,
            shape,
            layout="compressed",
            figsize=(
                SINGLE + 0.4 if n == 1 else DOUBLE,
                (_WIDTHS[columns] * min(tall, 1.6) + 0.4) * shape[0] + 0.6,
            ),
            sharex=True,
            sharey=True,
        )
        reach, few = max(2.0 * self.threshold, 1.0), 7 if columns < 3 else 4
        for axes, time, table in zip(self.axes_.flat, times, maps, strict=False):
            mesh = draw_map(axes, table, nbins=few, cmap=signed_map(), vmin=-reach, vmax=reach)
            values = np.nan_to_num(table.to_numpy())
            if np.abs(values).max() > self.threshold:
                axes.contour(
                    table["longitude"],
                    table["latitude"],
                    np.abs(values),
                    levels=[self.threshold],
                    colors="black",
                    linewidths=0.6,
                )
            if event is not None:
                draw_event(axes, event, size=50)
            axes.set_title(self._title(time, event))
        label_grid(self.axes_, n, x="longitude (deg)", y="latitude (deg)")
        self.figure_.colorbar(
            mesh, ax=list(self.axes_.flat), label="index (standard deviations)", extend="both", shrink=0.85
        )
        self.figure_.suptitle(
            f"share of places beyond ±{self.threshold:g}; Gaussian noise: {self.expected_:.1%}"
        )
        return self

    def _title(self, time, event):
        text = f"{time:%Y-%m-%d}" + (f" {time:%H:%M}" if time != time.normalize() else "")
        if event is not None:
            day = (time.normalize() - event["time"].normalize()).days
            text += f", day {day:+d}" if day else ", the day"
        share = self.shares_[time]
        return f"{text}\n{share:.1%}" if np.isfinite(share) else f"{text}\nno value"

    def _chosen(self):
        what = f"{type(self).__name__}: index"
        maps = check_map(self.index, what, times=True).sortby("time")
        there = pd.DatetimeIndex(maps["time"].to_numpy())
        chosen = there if self.times is None else pd.DatetimeIndex(to_utc(list(self.times), f"{what}: times"))
        unknown = chosen[~chosen.isin(there)]
        if len(unknown):
            raise ValueError(f"{what}: no map of {unknown[0]}; they run from {there[0]} to {there[-1]}")
        if not 0 < len(chosen) <= _MOST:
            raise ValueError(f"{what}: {len(chosen)} maps; choose 1 to {_MOST} by `times`")
        return maps.sel(time=chosen)
