"""Scores and flags of a whole track and maps of them, the base of alarms."""

from skquake.alarms._flagged_rate import flagged_rate
from skquake.alarms._nightly_map import nightly_map
from skquake.alarms._score_track import score_track

__all__ = ["flagged_rate", "nightly_map", "score_track"]
