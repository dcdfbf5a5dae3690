"""Electron content on a map, with stations and the epicentre."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from skquake._core._geodesy import great_circle_km, wrap_longitude
from skquake._core._time import as_ns, to_utc
from skquake._core._typing import Frame, TimeLike
from skquake._core._validation import check_columns, check_coordinates
from skquake.plotting._check import check_event, with_index
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._maps import check_map, draw_event, draw_map, view
from skquake.plotting._style import DOUBLE, check_axes, legend_below

if TYPE_CHECKING:
    import xarray as xr


class TECMapDisplay(Display):
    """One map of electron content, with stations, the epicentre and its Dobrovolsky area.

    Parameters
    ----------
    tec : DataArray over (latitude, longitude), or with ``time``
        As of :func:`~skquake.io.read_ionex`; any quantity on such a grid will do.
    time : datetime-like, default=None
        Which of several maps: the last at or before it. None: the only one.
    stations : DataFrame, default=None
        ``latitude`` and ``longitude`` in degrees, names as index; they are labelled in a view of ``degrees``.
    event : DataFrame of one row, default=None
        The earthquake, as a catalog.
    degrees : float, default=None
        Half the width of the view about the epicentre; None: the whole map.
    label : str, default=None
        Of the colours; None: the map's own name and unit.

    Attributes
    ----------
    time_ : Timestamp or None
        Of the map drawn.
    stations_ : DataFrame
        The stations with the ``value`` of the map there (bilinear; NaN off the grid) and the ``distance_km``
        of the epicentre.
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, 1)

    Raises
    ------
    ValueError
        When it is drawn: for another array than a map, several maps without a time, a time before them,
        several earthquakes, or impossible coordinates.

    Examples
    --------
    >>> import numpy as np, pandas as pd, xarray as xr
    >>> from skquake.plotting import TECMapDisplay
    >>> grid = {"latitude": np.arange(-90.0, 91.0, 30), "longitude": np.arange(-180.0, 181.0, 60)}
    >>> tec = xr.DataArray(np.arange(49.0).reshape(7, 7), dims=tuple(grid), coords=grid, name="tec")
    >>> stations = pd.DataFrame({"latitude": [15.0], "longitude": [-90.0]}, index=["GUAT"])
    >>> TECMapDisplay(tec, stations=stations).plot().stations_
          latitude  longitude  value  distance_km
    GUAT      15.0      -90.0   26.0          NaN
    """

    def __init__(
        self,
        tec: xr.DataArray,
        *,
        time: TimeLike | None = None,
        stations: Frame | None = None,
        event: Frame | None = None,
        degrees: float | None = None,
        label: str | None = None,
    ) -> None:
        self.tec = tec
        self.time = time
        self.stations = stations
        self.event = event
        self.degrees = degrees
        self.label = label

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on one Axes, or on a new figure."""
        what = type(self).__name__
        event = check_event(self.event, f"{what}: event")
        whole = self._chosen()
        table = view(whole, event, self.degrees, f"{what}: tec")
        self.stations_ = self._stations(whole, event)
        shape = table.sizes["latitude"] / table.sizes["longitude"] * _step(table, 0) / _step(table, 1)
        self.figure_, self.axes_ = check_axes(ax, (1, 1), layout="compressed", figsize=_size(shape))
        axes = self.axes_[0, 0]
        mesh = draw_map(axes, table)
        if len(self.stations_):
            middle = 0.0 if self.degrees is None or event is None else event["longitude"]
            x = middle + wrap_longitude(self.stations_["longitude"].to_numpy() - middle)
            y = self.stations_["latitude"].to_numpy()
            limits = axes.get_xlim(), axes.get_ylim()
            style = {"marker": "^", "color": "white", "edgecolor": "black", "zorder": 4}
            axes.scatter(x, y, s=26, lw=0.6, label="station", **style)
            named = [] if self.degrees is None else zip(self.stations_.index, x, y, strict=True)
            for name, east, north in named:
                if limits[0][0] <= east <= limits[0][1] and limits[1][0] <= north <= limits[1][1]:
                    left = east > limits[0][0] + 0.8 * (limits[0][1] - limits[0][0])  # its name stays inside
                    axes.annotate(
                        name, (east, north), xytext=(-5 if left else 5, 4), textcoords="offset points",
                        ha="right" if left else "left", fontsize="small",
                        bbox={"facecolor": "white", "alpha": 0.6, "edgecolor": "none", "pad": 0.5}, zorder=4,
                    )  # fmt: skip
            axes.set(xlim=limits[0], ylim=limits[1])
        if event is not None:
            draw_event(axes, event, label=f"M {event['magnitude']:.1f}, {event['time']:%Y-%m-%d %H:%M} UT")
        axes.set(xlabel="longitude (deg)", ylabel="latitude (deg)")
        what = str(whole.attrs.get("long_name", whole.name or "value"))
        axes.set_title(what if self.time_ is None else f"{what}, {self.time_:%Y-%m-%d %H:%M} UT")
        if event is not None or len(self.stations_):
            legend_below(axes, ncols=3)
        label = self.label
        if label is None:
            name = str(whole.attrs.get("long_name", whole.name or "value"))
            unit = whole.attrs.get("units", "")
            label = f"{name} ({unit or 'unit not given'})"
        self.figure_.colorbar(mesh, ax=axes, label=label, shrink=0.9)
        return self

    def _chosen(self):
        """The map to draw; its time is kept."""
        what, tec = f"{type(self).__name__}: tec", self.tec
        if "time" not in getattr(tec, "dims", ()):
            tec = check_map(tec, what)
            self.time_ = pd.Timestamp(tec["time"].to_numpy()[()]) if "time" in tec.coords else None
            return tec
        tec = check_map(tec, what, times=True).sortby("time")
        times = pd.DatetimeIndex(tec["time"].to_numpy())
        if self.time is None:
            if len(times) > 1:
                raise ValueError(f"{what}: {len(times)} maps; say which by `time`")
            row = 0
        else:
            row = int(np.searchsorted(as_ns(times), as_ns(to_utc([self.time])), side="right")[0]) - 1
            if row < 0:
                raise ValueError(f"{what}: time={self.time} lies before the first map, {times[0]}")
        self.time_ = times[row]
        return tec[row]

    def _stations(self, table, event):
        """Stations with the value of the map, and their distance."""
        what = f"{type(self).__name__}: stations"
        columns = ["latitude", "longitude"]
        if self.stations is None:
            return pd.DataFrame(columns=[*columns, "value", "distance_km"], dtype=float)
        stations = with_index(self.stations, what, "station", "name", "index")
        check_columns(stations, columns, what)
        north, east = check_coordinates(stations["latitude"], stations["longitude"], what)
        found = pd.DataFrame({"latitude": north, "longitude": east}, index=stations.index)
        places = {name: ("station", found[name].to_numpy()) for name in columns}
        import xarray as xr

        found["value"] = table.interp(
            {name: xr.DataArray(v, dims=d) for name, (d, v) in places.items()}
        ).to_numpy()
        found["distance_km"] = (
            np.nan if event is None else great_circle_km(event["latitude"], event["longitude"], north, east)
        )
        return found


def _size(shape):
    """Of a figure, in, by height over width of the map."""
    width = DOUBLE if shape < 0.7 else 4.4
    return width, np.clip((width - 1.4) * shape, 2.0, 6.0) + 0.8


def _step(table, axis):
    return float(np.median(np.diff(table[table.dims[axis]].to_numpy())))
