"""Earthquake catalogs of the USGS (ComCat): CSV and GeoJSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import Paths
from skquake.io._catalog import COLUMNS, check_events, join_events
from skquake.io._files import FormatError, expand_paths, read_bytes
from skquake.io._geojson import read_features
from skquake.io._reader import reader
from skquake.io._table import header_of, parse_times, read_table

# Our name: (kind, names in the files). The first six are required.
_COLUMNS = {
    "id": (str, ("id", "eventid", "event_id")),
    "time": (str, ("time", "datetime")),
    "latitude": (float, ("latitude", "lat")),
    "longitude": (float, ("longitude", "lon")),
    "depth_km": (float, ("depth", "depth_km")),
    "magnitude": (float, ("mag", "magnitude")),
    "magnitude_type": (str, ("magtype",)),
    "type": (str, ("type", "event_type", "eventtype", "evtype", "event type", "etype")),
    "place": (str, ("place",)),
    "status": (str, ("status",)),
    "updated": (str, ("updated",)),
    "stations": (float, ("nst",)),
    "gap_deg": (float, ("gap",)),
    "rms_s": (float, ("rms",)),
}
_REQUIRED = ("id", "time", "latitude", "longitude", "depth_km", "magnitude")


@reader
def read_usgs(
    paths: Paths,
    *,
    types: Iterable[str] | None = ("earthquake",),
    missing_magnitude: str = "drop",
    verbose: int = 0,
) -> pd.DataFrame:
    """Catalog from files of the USGS earthquake search, CSV or GeoJSON.

    Files may overlap: of rows with the same id the one ``updated`` last is kept (at a tie, the one
    read last). What ``types`` and ``missing_magnitude`` leave out is counted in
    ``attrs["left_out"]``; by default the result goes straight into
    :class:`~skquake.catalogs.AftershockRemover`.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        ``.gz``, ``.Z`` and ``.zip`` are unpacked.
    types : sequence of str or None, default=("earthquake",)
        Kinds of event to keep; None keeps explosions, rock bursts and the like too. Capitals, other usual
        words and the codes of the IASPEI format ("ke", "Quarry_Blast", ...) are taken for QuakeML's words,
        which the column ``type`` holds. Events without a kind are taken for earthquakes.
    missing_magnitude : {"drop", "keep"}, default="drop"
        What to do with events that have no magnitude ("keep": NaN, which catalog steps refuse).
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Ascending in time; index ``id``; columns ``time`` (UTC), ``latitude``, ``longitude``
        (degrees, [-180, 180)), ``depth_km`` (NaN if unknown), ``magnitude``, ``magnitude_type``,
        ``type``, ``place``, ``status``, ``updated`` and the quality figures ``stations``,
        ``gap_deg`` and ``rms_s``. Units, origin and citation are in ``attrs``.

    Raises
    ------
    FormatError
        For a file that is cut, mixed up, or no such catalog, and for an event that cannot be: deeper than
        800 km (metres?), of a magnitude beyond -5...10.

    Warns
    -----
    UserWarning
        If all events are left out.

    References
    ----------
    U.S. Geological Survey, Advanced National Seismic System (ANSS) Comprehensive Catalog of
    Earthquake Events and Products, https://doi.org/10.5066/F7MS3QZH

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_usgs
    >>> path = pathlib.Path(tempfile.mkdtemp(), "catalog.csv")
    >>> _ = path.write_text("time,latitude,longitude,depth,mag,id,type\\n"
    ...                     "2001-01-13T17:33:32.380Z,13.049,-88.66,60,7.7,usp000a9j9,earthquake\\n")
    >>> read_usgs(path)[["time", "depth_km", "magnitude"]]
                                  time  depth_km  magnitude
    id
    usp000a9j9 2001-01-13 17:33:32.380      60.0        7.7
    """
    files = expand_paths(paths, "read_usgs")
    tables = [_read_one(path) for path in progress(files, desc="read_usgs", verbose=verbose, unit="file")]
    catalog, left_out = join_events(tables, types, missing_magnitude)
    catalog.attrs |= {
        "origin": "USGS ANSS Comprehensive Catalog (ComCat)",
        "citation": "U.S. Geological Survey, https://doi.org/10.5066/F7MS3QZH",
        "license": "public domain",
        "left_out": left_out,
    }
    return catalog


def _read_one(path):
    data = read_bytes(path)
    is_json = data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{"
    if is_json:
        return check_events(_geojson(data, path), path, "feature")
    return check_events(_csv(data, path), path, "row", 2)


def _csv(data, path):
    given = header_of(data, path)
    names = {name.strip().lower(): name for name in given}
    counts = Counter(name.strip().lower() for name in given)
    found = {}
    for ours, (_, aliases) in _COLUMNS.items():
        there = next((alias for alias in aliases if alias in names), None)
        if there is not None and counts[there] > 1:
            raise FormatError(path, "line 1", f"two columns are called {there!r} (capitals apart); keep one")
        if there is not None:
            found[ours] = names[there]
    absent = [ours for ours in _REQUIRED if ours not in found]
    if absent:
        raise FormatError(
            path, "line 1", f"no column for {', '.join(absent)}; expected a USGS catalog as CSV"
        )
    table = read_table(data, path, {name: _COLUMNS[ours][0] for ours, name in found.items()})
    table = table.rename(columns={name: ours for ours, name in found.items()})
    for ours, (kind, _) in _COLUMNS.items():
        if ours not in table:
            table[ours] = np.nan if kind is float else ("earthquake" if ours == "type" else "")
    table["time"] = parse_times(table["time"], path)
    updated = table.pop("updated").to_numpy(dtype=object)
    known = updated != ""
    table["updated"] = np.full(len(table), np.datetime64("NaT", "ns"), dtype="datetime64[ns]")
    if known.all():
        table["updated"] = parse_times(updated, path, "updated")
    elif known.any():
        table.loc[known, "updated"] = parse_times(updated[known], path, "updated")
    return table


def _geojson(data, path):
    table = pd.DataFrame(read_features(data, path, _feature), columns=list(COLUMNS))
    for name in ("time", "updated"):
        values = table[name].to_numpy(dtype="int64").astype("datetime64[ms]")
        table[name] = np.where(table[name] == _NEVER, np.datetime64("NaT", "ms"), values).astype(
            "datetime64[ns]"
        )
    return table


_NEVER = -(2**62)


def _feature(feature):
    properties, (longitude, latitude, *depth) = feature["properties"], feature["geometry"]["coordinates"]

    def real(value):
        value = np.nan if value is None else value
        if isinstance(value, bool | str | list | dict) or np.isinf(value):
            raise ValueError(f"{value!r} is no number")
        return float(value)

    def stamp(value):
        if isinstance(value, bool) or not -1e13 < value < 8e12:
            raise ValueError(f"{value} is no time in milliseconds")
        return int(value)

    def text(name):
        return words(properties.get(name) or "")

    def words(value):
        if not isinstance(value, str | int | float):
            raise ValueError(f"{type(value).__name__} instead of text")
        value = str(value)
        value.encode()  # half a character (a lone surrogate) is none
        return value

    return (
        words(feature["id"]),
        stamp(properties["time"]),
        real(latitude),
        real(longitude),
        real(depth[0] if depth else None),
        real(properties["mag"]),
        text("magType"),
        text("type"),
        text("place"),
        text("status"),
        _NEVER if properties.get("updated") is None else stamp(properties["updated"]),
        *(real(properties.get(name)) for name in ("nst", "gap", "rms")),
    )
