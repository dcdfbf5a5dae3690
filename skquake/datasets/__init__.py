"""Simulated catalogs, indices and satellite tracks whose truth is known; the papers' data sets."""

from skquake.datasets import papers
from skquake.datasets._catalog import make_catalog
from skquake.datasets._kp import make_kp
from skquake.datasets._track import make_track
from skquake.datasets._truth import TrackTruth

__all__ = ["TrackTruth", "make_catalog", "make_kp", "make_track", "papers"]
