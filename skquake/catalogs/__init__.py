"""Earthquake catalogs: aftershocks removed, regions, and controls."""

from skquake.catalogs._aftershocks import AftershockRemover
from skquake.catalogs._magnitude_filter import MagnitudeFilter
from skquake.catalogs._regions import dobrovolsky_radius, region_radius_km

__all__ = ["AftershockRemover", "MagnitudeFilter", "dobrovolsky_radius", "region_radius_km"]
