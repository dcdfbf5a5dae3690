"""TEC along lines of sight from all receivers of the world, by MIT Haystack (Madrigal, los_*.h5)."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._geodesy import wrap_longitude
from skquake._core._progress import progress
from skquake._core._sklearn import Interval, validate_params
from skquake._core._typing import Array, Paths
from skquake.io._files import FormatError, expand_paths, warn
from skquake.io._hdf5 import open_hdf5
from skquake.io._isolated import Isolated
from skquake.io._madrigal import CITATION, blocks, check_units, labels, numbers, status_of, table_of, utc
from skquake.io._orbit import one_row_a_time
from skquake.io._ranges import check_range, outside
from skquake.io._reader import reader

_NEEDED = ("ut1_unix", "gps_site", "sat_id", "los_tec", "elm")
# Our column: theirs. Those that a file lacks are left out.
_COLUMNS = {
    "latitude": "gdlat",
    "longitude": "glon",
    "azimuth_deg": "azm",
    "elevation_deg": "elm",
    "stec": "los_tec",
    "stec_error": "dlos_tec",
    "vtec": "tec",
    "receiver_bias": "rec_bias",
    "receiver_bias_error": "drec_bias",
}
_PLACE = {"latitude": "gdlatr", "longitude": "gdlonr"}
_TEC = ("los_tec", "dlos_tec", "tec", "rec_bias", "drec_bias")
_OTHERS = ("gnss_type", "pierce_alt")
_CACHE = 2**26
_SECONDS = 1200.0
_SHOWN = 12


@reader
@validate_params(
    {
        "sites": [str, "array-like", None],
        "min_elevation": [Interval(Real, -90, 90, closed="both"), None],
        "isolate": ["boolean"],
    },
    prefer_skip_nested_validation=True,
)
def read_madrigal_los(
    paths: Paths,
    *,
    sites: str | Sequence[str] | None = None,
    min_elevation: float | None = None,
    isolate: bool = False,
    verbose: int = 0,
) -> pd.DataFrame:
    """Slant and vertical TEC between the GNSS receivers of the world and the satellites, from Madrigal.

    A file of a day holds 10 to 100 million lines of sight. It is read block by block, and of a block only
    what is asked for stays in memory: choose ``sites``.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        ``los_YYYYMMDD.*.h5`` (kind of data 3505). ``.gz`` and ``.zip`` are unpacked in memory. Where files
        give the same time, site and satellite, the file read last wins.
    sites : str, sequence of str or None, default=None
        Codes of receivers, in any capitals; None: all.
    min_elevation : float or None, default=None
        Lines of sight below it (degrees), or without an elevation, are left out; None: none.
    isolate : bool, default=False
        Read in a child process, so that a hostile file that makes the HDF5 library crash, hang or fill the
        memory (20 minutes and 2 GiB for a file) ends in FormatError and not with this process.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Ascending in ``time`` (UTC, start of the interval), then ``site``, ``gnss`` and ``satellite``; index
        0, 1, ... Columns ``time``, ``site`` and ``gnss`` (categories; "GPS" where the file names no system),
        ``satellite`` (number of the satellite in its system), and as float32, where the file has them,
        ``latitude`` and ``longitude`` (degrees, [-180, 180)) of the point where the line of sight pierces
        the ionosphere, ``azimuth_deg`` and ``elevation_deg`` of the satellite, ``stec``, ``stec_error``,
        ``vtec``, ``receiver_bias`` and ``receiver_bias_error`` (TECU). ``attrs``: ``sites`` (code ->
        latitude and longitude of the receiver), ``pierce_altitude_km``, ``status`` (what the files say of
        themselves, such as "final" or "preliminary"), ``left_out``.

    Raises
    ------
    FormatError
        For a file that is cut, damaged or no such table, for another unit than TECU, and for a value that is
        not possible (``vtec`` beyond -100...1000 TECU, ``stec`` beyond -300...3000).
    ValueError
        If nothing is left of ``sites`` above ``min_elevation``.

    Warns
    -----
    UserWarning
        If rows repeat the time, site and satellite of another; the last of each stays.

    Notes
    -----
    Files are got from https://cedar.openmadrigal.org (World-wide GNSS Receiver Network, instrument 8000),
    under CEDAR's rules of the road: contact the provider early, acknowledge it and the networks that the file
    names. One measurement each 30 s. ``vtec`` assumes a shell at 350 km; ``stec`` is free of the biases given
    beside it. There are no flags.

    Left out, and counted in ``attrs["left_out"]``: rows of other sites and below ``min_elevation``; not read:
    the date in parts, the end of the interval, kinds and record numbers.

    References
    ----------
    W. Rideout and A. Coster (2006), "Automated GPS processing for global total electron content data", GPS
    Solutions 10, 219-228. J. Vierinen et al. (2016), "Statistical framework for estimating GNSS bias",
    Atmospheric Measurement Techniques 9, 1303-1312.

    Examples
    --------
    Two lines of sight, written with h5py in the layout of the files:

    >>> import tempfile, pathlib
    >>> import h5py, numpy as np
    >>> from skquake.io import read_madrigal_los
    >>> path = pathlib.Path(tempfile.mkdtemp(), "los_20240101.001.h5")
    >>> columns = [("ut1_unix", "f8"), ("gps_site", "S4"), ("sat_id", "i8"), ("gnss_type", "S8"),
    ...            ("gdlatr", "f8"), ("gdlonr", "f8"), ("los_tec", "f8"), ("tec", "f8"), ("elm", "f8")]
    >>> rows = [(1704067200, b"0abi", 7, b"GPS     ", 68.354, 18.816, 14.5, 9.25, 41.0),
    ...         (1704067200, b"abmf", 3, b"GLONASS ", 16.262, 298.472, 30.0, 20.5, 12.0)]
    >>> with h5py.File(path, "w") as file:
    ...     _ = file.create_dataset("Data/Table Layout", data=np.array(rows, dtype=columns))
    >>> read_madrigal_los(path)[["time", "site", "gnss", "satellite", "stec", "vtec"]]
            time  site     gnss  satellite  stec   vtec
    0 2024-01-01  0abi      GPS          7  14.5   9.25
    1 2024-01-01  abmf  GLONASS          3  30.0  20.50
    >>> len(read_madrigal_los(path, sites="ABMF"))
    1
    """
    wanted = None if sites is None else _codes(sites)
    pieces: dict[str, list[Array]] = {}
    ranks: list[Array] = []
    known: dict[str, dict[str, int]] = {"site": {}, "gnss": {}}
    about: dict[str, Any] = {"sites": {}, "status": {}, "altitude": {}, "low": 0, "elsewhere": 0}
    files = expand_paths(paths, "read_madrigal_los")
    with Isolated(isolate, seconds=_SECONDS) as run:
        for path in progress(files, desc="read_madrigal_los", verbose=verbose, unit="file"):
            columns, names, told = run(_read_one, path, wanted, min_elevation)
            _add(pieces, columns, names, known, path)
            ranks.append(np.zeros(len(columns["time"]), dtype="int64"))
            about["sites"] = told["sites"] | about["sites"]
            about["status"][told["status"]] = about["altitude"][told["altitude"]] = None
            about["low"] += told["low"]
            about["elsewhere"] += told["elsewhere"]
    n = sum(map(len, ranks))
    if not n:
        there = ", ".join(sorted(about["sites"])[:_SHOWN])
        raise ValueError(
            f"sites={sites!r}, min_elevation={min_elevation!r}: no row; sites there: {there}, ..."
        )
    frame = _frame(pieces, ranks, known)
    repeated = n - len(frame)
    if repeated:
        warn(
            f"{files[0]} ...: {repeated} rows repeat the time, site and satellite of another; the last stays"
        )
    lost = {"rows of other sites": about["elsewhere"], f"rows below {min_elevation} deg": about["low"]}
    frame.attrs = _attributes(frame, about, lost | {"repeated rows": repeated})
    return frame


def _attributes(frame, about, lost):
    units = dict.fromkeys(("latitude", "longitude", "azimuth_deg", "elevation_deg"), "deg")
    units |= {name: "TECU" for name in _COLUMNS if name.startswith(("stec", "vtec", "receiver"))}
    chosen = set(frame["site"].cat.categories)
    altitudes = [value for value in about["altitude"] if value is not None]
    return {
        "units": {name: unit for name, unit in units.items() if name in frame},
        "sites": {name: place for name, place in sorted(about["sites"].items()) if name in chosen},
        "pierce_altitude_km": altitudes[0] if len(altitudes) == 1 else None,
        "status": ", ".join(sorted(filter(None, about["status"]))),
        "origin": "Madrigal, line of sight TEC (MIT Haystack)",
        "citation": CITATION,
        "left_out": {name: count for name, count in lost.items() if count},
    }


def _codes(sites):
    names = [sites] if isinstance(sites, str) else list(sites)
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError(f"sites={sites!r}: expected codes of receivers such as 'abmf'")
    return sorted({name.strip().lower() for name in names})


def _add(pieces, columns, names, known, path):
    """Put the columns of one file to the others, under the codes that they share."""
    for name in ("site", "gnss"):
        codes = known[name]
        lut = np.array([codes.setdefault(text, len(codes)) for text in names[name]], dtype="int32")
        columns[name] = lut[columns[name]] if len(lut) else columns[name]
    if pieces and set(columns) != set(pieces):
        odd = sorted(set(columns) ^ set(pieces))
        raise FormatError(path, "columns", f"differ from those of the files before in {odd}; read them apart")
    for name, values in columns.items():
        pieces.setdefault(name, []).append(values)


def _frame(pieces, ranks, known):
    categories = {}
    for name, codes in known.items():
        categories[name] = sorted(codes)
        place = {text: k for k, text in enumerate(categories[name])}
        order = np.array([place[text] for text in codes], dtype="int32")
        pieces[name] = [order[values] for values in pieces[name]]
    frame = one_row_a_time(pieces, ranks, keys=("time", "site", "gnss", "satellite"))
    for name, texts in categories.items():
        frame[name] = pd.Categorical.from_codes(frame[name].to_numpy(), pd.Index(texts))
        frame[name] = frame[name].cat.remove_unused_categories()
    return frame


def _read_one(path, wanted, min_elevation):
    """Columns of one file, the texts of its codes, and what else there is to tell."""
    with open_hdf5(path, cache=_CACHE) as (file, n_bytes):
        table = table_of(file, path, n_bytes, _NEEDED)
        check_units(file, path, _TEC)
        have = [name for name in _COLUMNS.values() if name in table.dtype.names]
        more = [name for name in (*_PLACE.values(), *_OTHERS) if name in table.dtype.names]
        pieces: dict[str, list[Array]] = {}
        texts: dict[str, dict[str, int]] = {"site": {}, "gnss": {}}
        told: dict[str, Any] = {"sites": {}, "low": 0, "elsewhere": 0, "status": status_of(file)}
        altitudes: set[float] = set()
        fields = dict.fromkeys(("ut1_unix", "gps_site", "sat_id", *have, *more))
        for start, rows in blocks(table, list(fields)):
            chosen, sites = _chosen(rows, start, path, wanted, min_elevation, texts["site"], told)
            if not len(chosen):
                continue
            for name, values in _columns(rows, start, path, chosen, sites, texts).items():
                pieces.setdefault(name, []).append(values)
            if "pierce_alt" in more:
                altitudes |= set(
                    np.unique(numbers(rows["pierce_alt"], "pierce_alt", path)[chosen])[:3].tolist()
                )
        told["altitude"] = altitudes.pop() if len(altitudes) == 1 else None
    columns = {name: np.concatenate(parts) for name, parts in pieces.items()}
    if not columns:
        columns = _nothing(have)
    return columns, {name: list(codes) for name, codes in texts.items()}, told


def _nothing(have):
    columns = {"time": np.empty(0, "datetime64[ns]")}
    columns |= {name: np.empty(0, "int32") for name in ("site", "gnss", "satellite")}
    return columns | {ours: np.empty(0, "float32") for ours, theirs in _COLUMNS.items() if theirs in have}


def _chosen(rows, start, path, wanted, min_elevation, sites, told):
    """Numbers of the rows of a block that stay, and their codes of sites."""
    codes, names = labels(rows["gps_site"], "gps_site", path)
    names = [name.lower() for name in names]
    first = np.unique(codes, return_index=True)[1]
    for name, k in zip(names, first, strict=True):
        place = {
            ours: float(rows[theirs][k]) for ours, theirs in _PLACE.items() if theirs in rows.dtype.names
        }
        if "longitude" in place:
            place["longitude"] = float(wrap_longitude(place["longitude"]))
        for ours, value in place.items():
            check_range([value], ours, path, where="record", first=start + int(k), label=_PLACE[ours])
        told["sites"].setdefault(name, place)
    stays = np.ones(len(codes), dtype=bool)
    if wanted is not None:
        stays = np.isin(np.array(names), wanted)[codes]
        told["elsewhere"] += int(len(stays) - stays.sum())
    if min_elevation is not None:
        high = numbers(rows["elm"], "elm", path) >= min_elevation
        told["low"] += int((stays & ~high).sum())
        stays &= high
    chosen = np.flatnonzero(stays)
    lut = np.full(len(names), -1, dtype="int32")
    for k in np.unique(codes[chosen]):
        lut[k] = sites.setdefault(names[k], len(sites))
    return chosen, lut[codes[chosen]]


def _columns(rows, start, path, chosen, sites, texts):
    """Columns of the chosen rows of a block."""
    records = chosen + start
    columns = {"time": utc(_numbers(rows, "ut1_unix", path, chosen), path, records), "site": sites}
    if "gnss_type" in rows.dtype.names:
        codes, names = labels(rows["gnss_type"][chosen], "gnss_type", path)
    else:
        codes, names = np.zeros(len(chosen), dtype="int64"), ["GPS"]
    systems = texts["gnss"]
    columns["gnss"] = np.array([systems.setdefault(name, len(systems)) for name in names], dtype="int32")[
        codes
    ]
    satellites = _numbers(rows, "sat_id", path, chosen)
    _check(
        np.where(satellites == np.round(satellites), satellites, -1.0), "satellite", "sat_id", path, records
    )
    columns["satellite"] = satellites.astype("int32")
    for ours, theirs in _COLUMNS.items():
        if theirs in rows.dtype.names:
            values = _numbers(rows, theirs, path, chosen)
            _check(values, ours, theirs, path, records)
            columns[ours] = _degrees(values) if ours == "longitude" else values.astype("float32")
    return columns


def _numbers(rows, name, path, chosen):
    return numbers(rows[name], name, path)[chosen]


def _check(values, quantity, name, path, records):
    bad = outside(values, quantity)
    if bad.any():
        i = int(bad.argmax())
        check_range(values[i : i + 1], quantity, path, where="record", first=int(records[i]), label=name)


def _degrees(longitude):
    """Longitudes as float32 in [-180, 180): rounding can lead to 180."""
    values = wrap_longitude(longitude).astype("float32")
    return np.where(values >= 180.0, np.float32(-180.0), values)
