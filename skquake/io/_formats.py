"""The one list of file formats: what each is called, who reads it, and how its content tells it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from skquake.io._beginning import Beginning
from skquake.io._cses import products_in
from skquake.io._cses_text import is_export
from skquake.io._demeter import is_record
from skquake.io._files import FormatError
from skquake.io._layouts import LAYOUTS
from skquake.io._madrigal import TABLE
from skquake.io._other_kinds import foreign, seems
from skquake.io._swarm_values import LP_NAMES
from skquake.io._vtec import roles

SOURCES = {"track": "TrackSource", "map": "MapSource", "series": "SeriesSource"}
"""Kind of observations -> the source that holds them."""

NO_FILES: frozenset[str] = frozenset()
"""Functions of ``skquake.io`` called ``read_...`` that take no files."""


@dataclass(frozen=True)
class Format:
    """A format of files.

    Attributes
    ----------
    name : str
        Short and unique; layouts of catalogs have the names of ``catalog_layouts``.
    title : str
        What a file of it holds, in words.
    readers : tuple of str
        Functions of ``skquake.io`` that take it, the first for :func:`skquake.io.read`.
    kind : {"catalog", "index", "track", "map", "series"}
        What the reader returns.
    recognise : callable
        Beginning in; whether the file is of the format.
    suffixes : tuple of str
        How names of such files end, as a habit; content decides.
    """

    name: str
    title: str
    readers: tuple[str, ...]
    kind: str
    recognise: Callable[[Beginning], bool]
    suffixes: tuple[str, ...] = ()

    @property
    def reader(self) -> str:
        """The function of ``skquake.io`` that ``read`` calls."""
        return self.readers[0]

    @property
    def function(self) -> Callable[..., Any]:
        """The reader itself."""
        return reader_named(self.reader)

    @property
    def source(self) -> str | None:
        """Class of :mod:`skquake.sources` that holds what it gives; None for catalogs and indices."""
        return SOURCES.get(self.kind)


def reader_named(name: str) -> Callable[..., Any]:
    """A function of ``skquake.io``."""
    function: Callable[..., Any] = getattr(importlib.import_module("skquake.io"), name)
    return function


def _has(*names):
    """Recognises files with all these variables."""
    return lambda beginning: beginning.is_binary and set(names) <= beginning.variables


def _of_madrigal(*columns):
    """Recognises Madrigal's tables with these columns."""
    return _has(*(f"{TABLE}/{name}" for name in columns))


def _of_probe(beginning):
    variables = beginning.variables
    return {"Timestamp", "Latitude"} <= variables and all(
        not variables.isdisjoint(LP_NAMES[name]) for name in ("Ne", "Te")
    )


def _of_vires(names, beginning):
    """An export of VirES, which tells satellites apart, with these variables."""
    return {"Timestamp", "Spacecraft", "Radius", *names} <= beginning.variables and (
        not names or not beginning.data.startswith((b"CDF", b"\x89HDF"))
    )


def _of_cses_text(beginning):
    return not beginning.is_binary and is_export(beginning.data, beginning.path)


def _of_cses(beginning):
    return "UTC_TIME" in beginning.variables and bool(products_in(beginning.variables))


def _of_demeter(beginning):
    return is_record(beginning.data)


def _of_stations(beginning):
    """A table of time and numbers whose columns read_station_vtec is sure of."""
    lines = beginning.head.lines
    if beginning.is_binary or len(lines) < 2:
        return False
    try:
        names, _, values, _ = roles(beginning.data, beginning.path)
    except FormatError:
        return False
    fields = lines[1].split(",")
    return len(fields) == len(names) and all(_is_number(fields[names.index(name)]) for name in values)


def _is_number(field):
    return (
        re.fullmatch(r"|nan|na|null|\*+|[+-]?(\d+\.?\d*|\.\d+)([edq][+-]?\d+)?", field.strip().lower())
        is not None
    )


_GFZ = re.compile(r"(18|19|20|21)\d\d +\d?\d +\d?\d [\d. +-]+")


def _of_gfz(minutes, beginning):
    """Lines of the GFZ without the header that names their index: the interval tells which it is."""
    lines = [line for line in beginning.head.lines[:1000] if not line.startswith("#")][:5]
    if not lines or not all(_GFZ.fullmatch(line.strip()) for line in lines):
        return False
    fields = [line.split() for line in lines]
    lengths = {len(row) for row in fields}
    if lengths == {28}:
        return minutes == 180
    return lengths == {10} and all(round(120 * (float(row[4]) - float(row[3]))) == minutes for row in fields)


def _of_geojson(beginning):
    return (
        beginning.index is not None
        and beginning.index.startswith("GeoJSON")
        and '"mag"' in (beginning.head.text)
    )


def _is_index(text, beginning):
    return beginning.index == text


def _is_layout(layout, beginning):
    return not beginning.is_binary and bool(layout.recognise(beginning.head))


# What index_kind says -> name, title, readers, kind, suffixes.
_INDICES: dict[str, tuple[str, str, tuple[str, ...], str, tuple[str, ...]]] = {
    "a CelesTrak file, for read_space_weather": (
        "celestrak", "space weather of CelesTrak (Kp, ap, F10.7)", ("read_space_weather",), "index",
        (".csv", ".txt")),
    "a GFZ file of Hp30 or Hp60, for read_hpo": (
        "hpo", "Hp30 or Hp60 and ap of the GFZ", ("read_hpo",), "index", (".txt",)),
    "a GFZ file of Kp, for read_gfz or read_kp": (
        "gfz", "Kp, ap (Ap, sunspot number, F10.7) of the GFZ", ("read_gfz", "read_kp"), "index", (".txt",)),
    "Dst in the WDC exchange format, for read_dst": (
        "dst", "Dst in the exchange format of the WDCs", ("read_dst",), "index", (".txt", ".DBL", ".dat")),
    "a monthly table of Dst, for read_dst": (
        "dst-table", "a monthly table of Dst (Kyoto)", ("read_dst",), "index", (".txt", ".html")),
    "Dst in IAGA-2002 form, for read_dst": (
        "dst-iaga2002", "Dst in IAGA-2002 form", ("read_dst",), "index", (".dat", ".txt")),
    "an IAGA-2002 file, for read_iaga2002": (
        "iaga2002", "the magnetic field of an observatory, IAGA-2002", ("read_iaga2002",), "series",
        (".min", ".sec", ".hor")),
    "SWPC's daily geomagnetic data, for read_dgd": (
        "dgd", "daily geomagnetic data of SWPC (A and K)", ("read_dgd",), "index", (".txt",)),
    "GFZ's JSON of Hp30 or Hp60, for read_hpo": (
        "hpo-json", "Hp30 or Hp60, JSON of the GFZ", ("read_hpo",), "index", (".json",)),
    "GFZ's JSON, for read_gfz": (
        "gfz-json", "Kp and its kin, JSON of the GFZ", ("read_gfz", "read_kp"), "index", (".json",)),
    "SWPC's JSON of Kp, for read_swpc_kp": (
        "swpc-kp", "estimated Kp, JSON of SWPC", ("read_swpc_kp",), "index", (".json",)),
    "Kp in WDC form, for read_gfz or read_kp": (
        "kp-wdc", "Kp and ap in WDC form", ("read_gfz", "read_kp"), "index", (".wdc",)),
    "an OMNI file, for read_omni": (
        "omni", "solar wind and indices of OMNI", ("read_omni",), "index", (".dat", ".asc")),
    "DIDBase text of an ionosonde, for read_didbase": (
        "didbase", "foF2, hmF2 and their kin of an ionosonde, DIDBase", ("read_didbase",), "series",
        (".txt",)),
    "an answer of a HAPI server, for read_hapi": (
        "hapi", "an answer of a HAPI server, CSV", ("read_hapi",), "series", (".csv",)),
    "TEC of Gopi's GPS-TEC, for read_gopi": (
        "gopi", "TEC along the lines of sight of a receiver, GPS-TEC (.Cmn)", ("read_gopi",), "track",
        (".Cmn",)),
    "an export of VirES, for read_vires": (
        "vires-csv", "an export of VirES along the orbit, CSV", ("read_vires",), "track", (".csv",)),
    "an IONEX file, for read_ionex": (
        "ionex", "maps of TEC in IONEX", ("read_ionex",), "map", (".I", "i", ".INX")),
}  # fmt: skip

_OWN_READERS = {"usgs": ("read_usgs", "read_catalog"), "quakeml": ("read_quakeml", "read_catalog")}


def _catalogs():
    """The layouts of catalogs; a table of numbers alone comes last, since it says least of itself."""
    for layout in sorted(LAYOUTS.values(), key=lambda layout: layout.name == "zmap"):
        readers = _OWN_READERS.get(layout.name, ("read_catalog",))
        yield Format(layout.name, layout.title, readers, "catalog", partial(_is_layout, layout))


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        *(
            Format(name, title, readers, kind, partial(_is_index, text), suffixes)
            for text, (name, title, readers, kind, suffixes) in _INDICES.items()
        ),
        Format("gfz-lines", "Kp of the GFZ, without a header", ("read_gfz", "read_kp"), "index",
               partial(_of_gfz, 180)),
        *(
            Format(f"hp{minutes}-lines", f"Hp{minutes} of the GFZ, without a header", ("read_hpo",), "index",
                   partial(_of_gfz, minutes))
            for minutes in (30, 60)
        ),
        Format("vires-lp", "an export of VirES with the Swarm Langmuir probe, CDF",
               ("read_vires", "read_swarm_lp"), "track", partial(_of_vires, ("Ne", "Te")), (".cdf",)),
        Format("vires-mag", "an export of VirES with the Swarm magnetic field, CDF",
               ("read_vires", "read_swarm_mag"), "track", partial(_of_vires, ("B_NEC",)), (".cdf",)),
        Format("vires", "an export of VirES along the orbit, CDF or NetCDF", ("read_vires",), "track",
               partial(_of_vires, ()), (".cdf", ".nc")),
        Format("swarm-lp", "Swarm plasma along the orbit (EFI LP), CDF", ("read_swarm_lp",), "track",
               _of_probe, (".cdf", ".CDF.ZIP")),
        Format("swarm-mag", "Swarm magnetic field along the orbit (MAG), CDF", ("read_swarm_mag",), "track",
               _has("Timestamp", "Latitude", "B_NEC"), (".cdf", ".CDF.ZIP")),
        Format("swarm-tec", "Swarm TEC above the satellite (TECxTMS), CDF", ("read_swarm_tec",), "track",
               _has("Timestamp", "PRN", "Absolute_STEC"), (".cdf", ".CDF.ZIP")),
        Format("cses", "CSES-01 along the orbit (LAP or HPM), HDF5", ("read_cses",), "track",
               _of_cses, (".h5",)),
        Format("cses-text", "CSES-01 along the orbit, text", ("read_cses",), "track", _of_cses_text,
               (".txt", ".csv")),
        Format("demeter-isl", "DEMETER's Langmuir probe (ISL), level 1", ("read_demeter_isl",), "track",
               _of_demeter, (".DAT",)),
        Format("madrigal-los", "TEC along lines of sight, Madrigal (HDF5)", ("read_madrigal_los",), "track",
               _of_madrigal("gps_site", "los_tec"), (".h5", ".hdf5")),
        Format("madrigal-tec", "maps of TEC, Madrigal (HDF5)", ("read_madrigal_tec",), "map",
               _of_madrigal("gdlat", "glon", "tec"), (".hdf5", ".h5")),
        Format("olr", "outgoing longwave radiation, NetCDF", ("read_olr",), "map", _has("olr", "time"),
               (".nc",)),
        *_catalogs(),
        Format("geojson", "earthquakes as GeoJSON, in the form of the USGS", ("read_usgs",), "catalog",
               _of_geojson, (".geojson", ".json")),
        Format("station-vtec", "vertical TEC of stations, CSV", ("read_station_vtec",), "series",
               _of_stations, (".csv",)),
    )
}  # fmt: skip
"""Every format that has a reader, by name; the first that recognises a file is the one."""


def format_of(beginning: Beginning) -> Format | None:
    """The format of a file, None if no reader takes it."""
    if beginning.problem:
        return None
    return next((each for each in FORMATS.values() if each.recognise(beginning)), None)


def file_formats() -> pd.DataFrame:
    """The formats of files that have a reader.

    Returns
    -------
    DataFrame
        Index ``name``, as ``format`` of :func:`read` takes it. Columns ``title``, ``reader`` (that
        :func:`read` calls), ``readers`` (all that take it), ``kind`` ("catalog", "index", "track", "map"
        or "series"), ``source`` (the class of ``skquake.sources`` that holds what it gives; None for
        catalogs and indices) and ``suffixes`` (how names of such files end as a rule; content decides).

    Examples
    --------
    >>> from skquake.io import file_formats
    >>> formats = file_formats()
    >>> print(formats.loc["ionex", "reader"], formats.loc["ionex", "source"])
    read_ionex MapSource
    """
    rows = {
        name: (
            each.title,
            each.reader,
            ", ".join(each.readers),
            each.kind,
            each.source,
            ", ".join(each.suffixes),
        )
        for name, each in FORMATS.items()
    }
    columns = ["title", "reader", "readers", "kind", "source", "suffixes"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("name")


def what_it_is(path: Path, *, deep: bool = True) -> str:
    """What a file is and who reads it, or what it seems to be, in words (``deep`` as of ``Beginning``)."""
    beginning = Beginning(path, deep=deep)
    if beginning.problem:
        return beginning.problem
    found = format_of(beginning)
    return _named(found) if found is not None else "; ".join(filter(None, seems(beginning)))


def _named(found):
    return f"{found.title}, for {' or '.join(found.readers)}"


def kind_for_others(path: Path, reader: str, *, deep: bool = True) -> str | None:
    """What a file is that a reader refused, in words; None where it is of the reader's own, or nothing known.

    Parameters
    ----------
    path : Path
    reader : str
        Name of the reader.
    deep : bool, default=True
        Whether libraries may open the file.
    """
    try:
        beginning = Beginning(path, deep=deep)
        found = format_of(beginning)
    except (OSError, ValueError, MemoryError):
        return None
    if found is not None:
        return None if reader in found.readers else _named(found)
    return None if beginning.problem else foreign(beginning)
