"""Samples around earthquakes and controls: labels, weights, windows, balance."""

from skquake.sampling._balance import ImbalanceWarning, balance_table
from skquake.sampling._make_samples import make_samples
from skquake.sampling._nightly_passes import nightly_passes
from skquake.sampling._sliding_window import SlidingWindow

__all__ = ["ImbalanceWarning", "SlidingWindow", "balance_table", "make_samples", "nightly_passes"]
