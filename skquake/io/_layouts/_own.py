"""Files that have a reader of their own: USGS (CSV, GeoJSON) and QuakeML."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from skquake.io._files import FormatError
from skquake.io._layouts._base import Events, Head, Layout, Options
from skquake.io._quakeml import read_quakeml
from skquake.io._usgs import read_usgs


def _is_usgs(head: Head) -> bool:
    if head.text.lstrip("\ufeff \r\n\t").startswith("{"):
        return '"FeatureCollection"' in head.text and '"magType"' in head.text and '"unid"' not in head.text
    names = set(head.names())
    return {"time", "latitude", "longitude", "depth", "mag", "id"} <= names


def _is_quakeml(head: Head) -> bool:
    return head.text.lstrip("\ufeff \r\n\t").startswith("<") and "quakeml" in head.text[:5000]


def _from(reader):
    def read(data: bytes, path: Path, options: Options) -> Events:
        if options.depth_unit is not None:
            raise FormatError(path, "depth", "files of this layout say their unit: leave depth_unit away")
        catalog = reader(path, types=None, missing_magnitude="keep")
        events = Events(catalog.reset_index())
        events.left_out.update(catalog.attrs["left_out"])
        n = len(catalog)
        events.table = events.table.assign(suspected=np.zeros(n, bool), fixed_depth=np.zeros(n, bool))
        return events

    return read


USGS = Layout(
    "usgs",
    "USGS ANSS Comprehensive Catalog (ComCat), CSV or GeoJSON",
    "U.S. Geological Survey, https://doi.org/10.5066/F7MS3QZH",
    "public domain",
    _is_usgs,
    _from(read_usgs),
)
QUAKEML = Layout(
    "quakeml",
    "QuakeML",
    "Schorlemmer et al. (2011), https://doi.org/10.4401/ag-4874, and the agency that made the file",
    "that of the agency",
    _is_quakeml,
    _from(read_quakeml),
)
