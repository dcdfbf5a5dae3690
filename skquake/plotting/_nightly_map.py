"""Scores of a satellite's windows on a map, night by night."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from skquake._core._typing import Frame, TimeLike
from skquake._core._validation import check_catalog
from skquake.plotting._coast import draw_coast
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import DOUBLE, NO_VALUE, REFERENCE, SEISMIC, SINGLE, check_axes, legend_below

if TYPE_CHECKING:
    import xarray as xr

_MOST = 12  # panels a page that can still be read
_WIDTHS = {1: 2.9, 2: 2.5, 3: 1.75}  # of a panel by columns, in


class NightlyMapDisplay(Display):
    """Probability of a seismic window on a map, one panel a night; cells without a window are blank.

    Parameters
    ----------
    map : xarray.DataArray
        What :func:`~skquake.alarms.nightly_map` returns, or a region of it.
    catalog : DataFrame, default=None
        Earthquakes, one a row: ``time``, ``latitude``, ``longitude`` (degrees), ``magnitude``. All are drawn
        as stars in every panel, in the colour of earthquakes where they happen in that night. A night lasts
        from local noon to local noon, as on the map.
    night : date, or sequence of dates, default=None
        Nights (or days) to draw; all by default. More than twelve fill several pages (:meth:`plot`).

    Attributes
    ----------
    nights_ : DatetimeIndex
        What was drawn.
    n_pages_ : int
        Pages that all the nights fill; which one was drawn stands above it, if there are more.
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (n_rows, n_columns)
        Of at most three columns; Axes left over are hidden.

    Raises
    ------
    ValueError
        When it is drawn: for another array than a nightly map, or a night or page it does not have.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.alarms import nightly_map
    >>> from skquake.plotting import NightlyMapDisplay
    >>> scores = pd.DataFrame({
    ...     "time": pd.to_datetime(["2015-01-01 23:00", "2015-01-02 23:00"]), "latitude": [1.0, 2.0],
    ...     "longitude": [3.0, 4.0], "probability": [0.2, 0.6]})
    >>> display = NightlyMapDisplay(nightly_map(scores), night="2015-01-02").plot()
    >>> display.axes_[0, 0].get_title()
    'night of 2015-01-02, windows: 1'
    """

    def __init__(
        self,
        map: xr.DataArray,
        *,
        catalog: Frame | None = None,
        night: TimeLike | None = None,
    ) -> None:
        self.map = map
        self.catalog = catalog
        self.night = night

    def plot(self, ax: GivenAxes = None, *, page: int = 1) -> Self:
        """Draw on as many Axes as there are nights (filled up to whole rows of three), or on a new figure.

        Parameters
        ----------
        ax : matplotlib Axes or sequence of these, default=None
        page : int, default=1
            Which twelve nights: the first, second, ... of the ``n_pages_`` there are.

        Returns
        -------
        self
        """
        by, every = self._chosen()
        n_pages = -(-len(every) // _MOST)
        if isinstance(page, bool) or not isinstance(page, Integral) or not 1 <= page <= n_pages:
            raise ValueError(
                f"{type(self).__name__}: page={page!r}: {len(every)} {by}s fill pages 1 to {n_pages}"
            )
        chosen = every[(page - 1) * _MOST : page * _MOST]
        n, columns = len(chosen), min(len(chosen), 3)
        shape = (-(-n // columns), columns)
        tall = min(self.map.sizes["latitude"] / self.map.sizes["longitude"], 1.5)
        size = SINGLE + 0.4 if n == 1 else DOUBLE, (_WIDTHS[columns] * tall + 0.4) * shape[0] + 0.8
        self.figure_, self.axes_ = check_axes(
            ax, shape, layout="compressed", figsize=size, sharex=True, sharey=True
        )
        events = (
            None if self.catalog is None else check_catalog(self.catalog, f"{type(self).__name__}: catalog")
        )
        for axes, night in zip(self.axes_.flat, chosen, strict=False):
            cells = self.map.sel({by: night}).transpose("latitude", "longitude")
            mesh = axes.pcolormesh(
                cells["longitude"],
                cells["latitude"],
                np.ma.masked_invalid(cells.to_numpy()),
                shading="nearest",
                vmin=0,
                vmax=1,
            )
            axes.set_aspect("equal")
            corners = mesh.get_coordinates()
            axes.set(xlim=corners[0, [0, -1], 0], ylim=corners[[0, -1], 0, 1])
            windows = f"windows: {int(cells['count'].sum())}" if "count" in cells.coords else ""
            apart = "\n" if columns > 2 else ", "
            axes.set_title(apart.join(filter(None, [f"{by} of {night:%Y-%m-%d}", windows])))
            for locate in (axes.xaxis, axes.yaxis):
                few = {"nbins": 7 if columns < 3 else 4, "steps": [1, 1.2, 1.5, 3, 6, 10]}
                locate.get_major_locator().set_params(**few)
            axes.grid(alpha=0.3, lw=0.4)
            axes.set_facecolor(NO_VALUE)
            draw_coast(axes, color=REFERENCE, zorder=2.1)
            if events is not None:
                _stars(axes, events, _night_of(events, by) == night)
        for axes in self.axes_.flat[n:]:
            axes.set_visible(False)
        for axes in self.axes_[:, 0]:
            axes.set_ylabel("latitude (deg)")
        for column in range(columns):
            lowest = self.axes_[: len(range(column, n, columns)), column][-1]
            lowest.set_xlabel("longitude (deg)")
            lowest.tick_params(labelbottom=True)
        if events is not None and len(events):
            handles = [_star(f"epicentre, {which} {by}", now) for which, now in (("this", 1), ("another", 0))]
            if ax is None:
                self.figure_.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
            else:
                legend_below(self.axes_[-1, 0], ncols=2 if n > 1 else 1, handles=handles)
        statistic = self.map.attrs.get("long_name", "probability of a seismic window")
        label = statistic.replace(" of a ", "\nof a ") + " (no unit)"
        self.figure_.colorbar(mesh, ax=list(self.axes_.flat), label=label, shrink=0.9)
        if n_pages > 1 and ax is None:
            first = (page - 1) * _MOST + 1
            said = f"{by}s {first} to {first + n - 1} of {len(every)}, page {page} of {n_pages}"
            self.figure_.suptitle(said)
        self.nights_, self.n_pages_ = chosen, n_pages
        return self

    def _chosen(self):
        """Name of the map's dimension of time, and the nights to draw."""
        what, dims = type(self).__name__, getattr(self.map, "dims", ())
        by = next((name for name in ("night", "day") if name in dims), None)
        if by is None or set(dims) != {by, "latitude", "longitude"} or not self.map.size:
            raise ValueError(
                f"{what}: map: expected an array of (night, latitude, longitude), got {dims}; "
                "pass what skquake.alarms.nightly_map returns"
            )
        if min(self.map.sizes["latitude"], self.map.sizes["longitude"]) < 2:
            raise ValueError(f"{what}: map: a region of 2 x 2 cells at least is needed, got {self.map.shape}")
        nights = pd.DatetimeIndex(self.map[by].to_numpy()).as_unit("ns")
        if self.night is None:
            return by, nights
        scalar = isinstance(self.night, str) or np.ndim(self.night) == 0
        chosen = pd.DatetimeIndex([self.night] if scalar else list(self.night)).as_unit("ns").normalize()
        unknown = chosen[~chosen.isin(nights)]
        if len(unknown) or not len(chosen):
            raise ValueError(
                f"{what}: night={self.night!r}: the map has {nights[0]:%Y-%m-%d} to {nights[-1]:%Y-%m-%d}; "
                "choose of these"
            )
        return by, chosen


def _night_of(events, by):
    """Night (from local noon to local noon) or day in which each event happens."""
    local = pd.to_timedelta(events["longitude"] / 15.0 - 12.0, unit="h") if by == "night" else pd.Timedelta(0)
    return (events["time"] + local).dt.floor("D")


def _stars(axes, events, now):
    """Epicentres, larger for larger magnitudes, coloured where they happen now."""
    size = 22.0 * 2.0 ** (events["magnitude"] - 6.0).clip(-1.0, 3.0)
    color = np.where(now, SEISMIC, "white")
    style = {"marker": "*", "edgecolor": "black", "lw": 0.5, "zorder": 3}
    axes.scatter(events["longitude"], events["latitude"], s=size, color=color, **style)


def _star(label, now):
    """Entry of the legend."""
    from matplotlib.lines import Line2D

    color = SEISMIC if now else "white"
    return Line2D([], [], ls="", marker="*", ms=7, color=color, mec="black", mew=0.5, label=label)
