"""Scores of a whole track and maps of them, the base of alarms."""

from skquake.alarms._nightly_map import nightly_map
from skquake.alarms._score_track import score_track

__all__ = ["nightly_map", "score_track"]
