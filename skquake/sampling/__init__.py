"""Samples around earthquakes and controls: labels, weights, windows, balance."""

from skquake.sampling._balance import ImbalanceWarning, balance_table
from skquake.sampling._make_samples import make_samples
from skquake.sampling._make_sip_samples import make_sip_samples
from skquake.sampling._nightly_passes import nightly_passes
from skquake.sampling._residual_window import ResidualWindow
from skquake.sampling._sip_images import SIPImages
from skquake.sampling._sip_split import sip_split
from skquake.sampling._sliding_window import SlidingWindow

__all__ = [
    "ImbalanceWarning",
    "ResidualWindow",
    "SIPImages",
    "SlidingWindow",
    "balance_table",
    "make_samples",
    "make_sip_samples",
    "nightly_passes",
    "sip_split",
]
