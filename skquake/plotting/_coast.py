"""Outlines of land under the maps.

Natural Earth 1:110m land, version 4.1, which is in the public domain (naturalearthdata.com), as packaged in
world-atlas 2.0.2 (land-110m.json, ISC licence, Copyright 2013-2019 Michael Bostock): decoded, without the
edges of the map at the dateline and the pole, and rounded to 0.01 degrees.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from skquake._core._typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FILE = Path(__file__).with_name("land_110m.npz")
COLOR = "#8C8C8C"


@functools.cache
def outlines() -> list[FloatArray]:
    """Lines of (longitude, latitude), deg."""
    with np.load(_FILE) as held:
        points, lengths = held["points"] / 100.0, held["lengths"]
    return np.split(points, np.cumsum(lengths.astype(int))[:-1])


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
    axes.add_collection(LineCollection(lines, colors=color, linewidths=0.5, zorder=zorder), autolim=False)
    axes.set(xlim=limits[0], ylim=limits[1])
