"""Earthquake catalogs: what they lack, aftershocks removed, regions, and controls."""

from skquake.catalogs._aftershocks import AftershockRemover
from skquake.catalogs._check_catalog import CatalogCheck, check_catalog
from skquake.catalogs._events_near import events_near
from skquake.catalogs._magnitude_filter import MagnitudeFilter
from skquake.catalogs._matched_controls import MatchedControls
from skquake.catalogs._random_controls import RandomControls
from skquake.catalogs._regions import dobrovolsky_radius, region_radius_km

__all__ = [
    "AftershockRemover",
    "CatalogCheck",
    "MagnitudeFilter",
    "MatchedControls",
    "RandomControls",
    "check_catalog",
    "dobrovolsky_radius",
    "events_near",
    "region_radius_km",
]
