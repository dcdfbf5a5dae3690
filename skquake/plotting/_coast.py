"""Outlines of land under the maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skquake._core._land import outlines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOR = "#8C8C8C"


def draw_coast(axes: Axes, *, color: str = COLOR, zorder: float = 0.9) -> None:
    """Outlines of land on Axes of longitude and latitude, whose limits stay; also beyond the dateline."""
    from matplotlib.collections import LineCollection

    (west, east), limits = sorted(axes.get_xlim()), (axes.get_xlim(), axes.get_ylim())
    lines = [
        line + [turn, 0.0]
        for turn in (-360.0, 0.0, 360.0)
        if turn - 180.0 < east and turn + 180.0 > west
        for line in outlines()
    ]
    axes.add_collection(LineCollection(lines, colors=color, linewidths=0.4, zorder=zorder), autolim=False)
    axes.set(xlim=limits[0], ylim=limits[1])
