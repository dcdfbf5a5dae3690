"""What space weather disturbs: an index beyond its threshold. At the threshold is quiet, everywhere."""

from __future__ import annotations

from numbers import Real

import numpy as np

from skquake._core._sklearn import Interval
from skquake._core._typing import ArrayLike

THIRD = 0.01  # Kp comes in thirds, written with two decimals or more: 3.333 is 10 / 3
KP_THRESHOLD, DST_THRESHOLD, DISTURBED_HOURS = 3.0, -30.0, 24.0
KP_PARAMETERS: dict = {
    "kp_threshold": [Interval(Real, 0, 9, closed="both")],
    "disturbed_hours": [Interval(Real, 0, None, closed="left")],
}
DST_PARAMETERS: dict = {"dst_threshold": [Interval(Real, None, 0, closed="right")]}


def at_most(index: ArrayLike, threshold: float) -> np.ndarray:
    """Whether values do not exceed the threshold; a missing value does not count as quiet."""
    return np.asarray(index, dtype=float) <= threshold


def kp_is_quiet(kp: ArrayLike, threshold: float) -> np.ndarray:
    """Whether Kp is known and not above the threshold."""
    return at_most(kp, threshold + THIRD)


def dst_is_quiet(dst: ArrayLike, threshold: float) -> np.ndarray:
    """Whether Dst is known and not below the threshold, nT."""
    return at_most(-np.asarray(dst, dtype=float), -threshold)
