"""Forecasts that are judged by days that had not come yet."""

from skquake.prospective._score import WatchScore, score
from skquake.prospective._watch import Alarm, init, read_watch, tick

__all__ = ["Alarm", "WatchScore", "init", "read_watch", "score", "tick"]
