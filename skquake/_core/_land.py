"""Outlines of land.

Natural Earth 1:110m land, version 4.1, which is in the public domain (naturalearthdata.com), as packaged in
world-atlas 2.0.2 (land-110m.json, ISC licence, Copyright 2013-2019 Michael Bostock): decoded, without the
edges of the map at the dateline and the pole, and rounded to 0.01 degrees. The notices are in land_110m.txt.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from skquake._core._typing import FloatArray

_FILE = Path(__file__).with_name("land_110m.npz")


@functools.cache
def outlines() -> list[FloatArray]:
    """Lines of (longitude, latitude), deg."""
    with np.load(_FILE) as held:
        points, lengths = held["points"] / 100.0, held["lengths"]
    return np.split(points, np.cumsum(lengths.astype(int))[:-1])
