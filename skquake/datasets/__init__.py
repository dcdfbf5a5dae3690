"""Simulated catalogs, tracks, TEC; downloads of real ones; the papers' data sets and protocols; worlds."""

from skquake.datasets import papers, protocols
from skquake.datasets._catalog import make_catalog
from skquake.datasets._fetch import get_data_home
from skquake.datasets._fetch_hapi import fetch_hapi
from skquake.datasets._fetch_iono_maps import fetch_iono_maps
from skquake.datasets._fetch_kp import fetch_kp
from skquake.datasets._fetch_omni import fetch_omni
from skquake.datasets._fetch_swarm import fetch_swarm
from skquake.datasets._fetch_usgs import fetch_usgs
from skquake.datasets._kp import make_kp
from skquake.datasets._olr import make_olr
from skquake.datasets._tec import TECTruth, make_tec
from skquake.datasets._track import make_track
from skquake.datasets._truth import TrackTruth
from skquake.datasets._world import World, load_world
from skquake.datasets._world_file import list_worlds

__all__ = [
    "TECTruth",
    "TrackTruth",
    "World",
    "fetch_hapi",
    "fetch_iono_maps",
    "fetch_kp",
    "fetch_omni",
    "fetch_swarm",
    "fetch_usgs",
    "get_data_home",
    "list_worlds",
    "load_world",
    "make_catalog",
    "make_kp",
    "make_olr",
    "make_tec",
    "make_track",
    "papers",
    "protocols",
]
