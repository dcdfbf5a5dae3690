"""What the maps share: the view about an earthquake, its star and its area."""

from __future__ import annotations

import numpy as np

from skquake._core._geodesy import KM_PER_DEGREE, wrap_longitude
from skquake.catalogs import dobrovolsky_radius
from skquake.plotting._coast import draw_coast
from skquake.plotting._style import NO_VALUE, REFERENCE, SEISMIC


def check_map(table, what, *, times=False):
    """A map, or maps by time, with dimensions in order; raise for anything else."""
    dims = ("time", "latitude", "longitude") if times else ("latitude", "longitude")
    if set(getattr(table, "dims", ())) != set(dims) or any(name not in table.coords for name in dims):
        found = getattr(table, "dims", type(table).__name__)
        raise ValueError(f"{what}: expected a DataArray over ({', '.join(dims)}), got {found}")
    if min(table.sizes.values(), default=0) < 1 or min(table.sizes["latitude"], table.sizes["longitude"]) < 2:
        raise ValueError(f"{what}: 2 x 2 places at least are needed, got shape {table.shape}")
    return table.transpose(*dims)


def view(table, event, degrees, what):
    """The part of maps within so many degrees of the earthquake; longitudes counted from its own."""
    if degrees is None:
        return table.sortby(["latitude", "longitude"])
    if event is None or not degrees > 0:
        raise ValueError(f"{what}: degrees={degrees}; a view needs an event and a positive size in degrees")
    around = event["longitude"] + wrap_longitude(table["longitude"].to_numpy() - event["longitude"])
    table = table.assign_coords(longitude=around.round(6)).drop_duplicates("longitude")
    table = table.sortby(["latitude", "longitude"])
    near = table.sel(
        latitude=slice(event["latitude"] - degrees, event["latitude"] + degrees),
        longitude=slice(event["longitude"] - degrees, event["longitude"] + degrees),
    )
    if min(near.sizes["latitude"], near.sizes["longitude"]) < 2:
        raise ValueError(
            f"{what}: fewer than 2 x 2 places within {degrees:g} degrees of the earthquake; widen the view"
        )
    return near


def draw_map(axes, table, *, nbins=7, **style):
    """Cells of a map, NaN grey; limits and labels in degrees."""
    axes.set_facecolor(NO_VALUE)
    mesh = axes.pcolormesh(
        table["longitude"],
        table["latitude"],
        np.ma.masked_invalid(table.to_numpy()),
        shading="nearest",
        **style,
    )
    corners = mesh.get_coordinates()
    axes.set(xlim=corners[0, [0, -1], 0], ylim=np.clip(corners[[0, -1], 0, 1], -90, 90), aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.get_major_locator().set_params(nbins=nbins, steps=[1, 1.5, 2, 3, 5, 6, 10])
    axes.xaxis.set_major_formatter(lambda x, _: f"{180 if x == 180 else wrap_longitude(x):g}")
    draw_coast(axes, color=REFERENCE, zorder=2.1)
    axes.grid(alpha=0.3, lw=0.4)
    return mesh


def area(event):
    """Longitudes and latitudes of the edge of an earthquake's Dobrovolsky area."""
    radius = np.deg2rad(dobrovolsky_radius(event["magnitude"]) / KM_PER_DEGREE)
    angle = np.deg2rad(np.linspace(0.0, 360.0, 361))
    latitude = np.deg2rad(event["latitude"])
    north = np.arcsin(np.sin(latitude) * np.cos(radius) + np.cos(latitude) * np.sin(radius) * np.cos(angle))
    east = np.arctan2(
        np.sin(angle) * np.sin(radius) * np.cos(latitude), np.cos(radius) - np.sin(latitude) * np.sin(north)
    )
    return event["longitude"] + np.rad2deg(east), np.rad2deg(north)


def draw_event(axes, event, *, label="epicentre", size=90):
    """Star at the epicentre, and the edge of its area, also beyond the dateline."""
    limits = axes.get_xlim(), axes.get_ylim()
    east, north = area(event)
    star = {"marker": "*", "color": SEISMIC, "edgecolor": "black", "lw": 0.6, "zorder": 5}
    axes.scatter(event["longitude"], event["latitude"], s=size, label=label, **star)
    for turn in (-360.0, 360.0, 0.0):
        name = None if turn else "its Dobrovolsky area"
        axes.plot(east + turn, north, color=SEISMIC, lw=1.2, zorder=3, label=name)
    axes.set(xlim=limits[0], ylim=limits[1])
