"""Immutable holders of observations, from which windows are cut."""

from skquake.sources._blocks import Blocks
from skquake.sources._collection import SourceCollection
from skquake.sources._join import join_tracks
from skquake.sources._magnetic import add_magnetic
from skquake.sources._map import MapSource
from skquake.sources._series import SeriesSource
from skquake.sources._track import TrackSource
from skquake.sources._transform_track import transform_track

__all__ = [
    "Blocks",
    "MapSource",
    "SeriesSource",
    "SourceCollection",
    "TrackSource",
    "add_magnetic",
    "join_tracks",
    "transform_track",
]
