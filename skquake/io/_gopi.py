"""TEC along the lines of sight of one receiver, as Gopi Seemala's program GPS-TEC writes it (.Cmn)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from skquake._core._geodesy import wrap_longitude
from skquake._core._progress import progress
from skquake._core._typing import Array, Paths
from skquake.io._files import FormatError, expand_paths, read_bytes, warn
from skquake.io._indices import wrong_file
from skquake.io._numbers import real
from skquake.io._orbit import one_row_a_time
from skquake.io._ranges import RANGES, check_range
from skquake.io._reader import reader
from skquake.io._words import check_last_line, read_words

_EXPECTED = (
    "a .Cmn file of GPS-TEC: the station, its position, then 'MJdatet Time PRN Az Ele Lat Lon Stec Vtec'"
)
_STD = (
    "a .Std file of GPS-TEC has no documented columns and no date; read the .Cmn file beside it, from whose "
    "lines of sight it was averaged"
)
_DAYS = ("mjdatet", "jdatet")
_NAMES = {
    "prn": "prn",
    "az": "azimuth_deg",
    "ele": "elevation_deg",
    "lat": "latitude",
    "lon": "longitude",
    "stec": "stec",
    "vtec": "vtec",
    "s4": "s4",
}
_MISSING = -99.0
_MARKED = ("stec", "vtec", "s4")  # columns in which -99 says that there is no value
_HEAD = 8192  # bytes
_MJD_OF_JD = 2_400_000.5
_FIRST, _LAST = 44_244, 88_127  # days from 1980-01-06, when GPS began, to 2200
_START = np.datetime64("1858-11-17", "ms")
_CLOCKS_AGREE = 1e-3  # days
_DEGREES_APART = 0.01
# Names of RINEX files, 2 and 3, and of the program's own.
_OBSERVATIONS = re.compile(r"(\w{4})(\d{3}\w\.\d\d\w|\w{5}_[RSU]_\d{11}_)", re.ASCII)
_OUTPUT = re.compile(r"(\w{4})\d{3}-\d{4}-\d\d-\d\d\b", re.ASCII)


class Station(NamedTuple):
    """Where a receiver stands: degrees, and metres above the ellipsoid."""

    name: str
    latitude: float
    longitude: float
    height_m: float


@reader
def read_gopi(paths: Paths, *, verbose: int = 0) -> pd.DataFrame:
    """Slant and vertical TEC between GPS receivers and satellites, from .Cmn files of GPS-TEC.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        ``.Cmn`` files, of one station or several. ``.gz``, ``.Z`` and ``.zip`` are unpacked. Where files give
        the same time, station and satellite, the file read last wins.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Ascending in ``time``, then ``station``, then ``prn``; index 0, 1, ... Columns ``time`` (to 10 ms),
        ``station`` (category), ``prn`` (number of the GPS satellite), ``azimuth_deg`` and ``elevation_deg``
        of the satellite, ``latitude`` and ``longitude`` (degrees, [-180, 180)) of the point where the line
        of sight pierces the ionosphere, ``stec`` and ``vtec`` (slant and vertical TEC, TECU) and ``s4``
        (index of scintillation, where the file has it). ``attrs["stations"]``: name -> latitude, longitude
        (degrees) and height (m). ``attrs["left_out"]``: columns that are not read.

    Raises
    ------
    FormatError
        For a file that is cut or no such table, for a station that lies elsewhere than in a file before, for
        a date and a time of day that differ, and for a value that is not possible (``vtec`` beyond
        -100...1000 TECU, ``stec`` beyond -300...3000, ``prn`` that is no whole number of 1...99).

    Warns
    -----
    UserWarning
        If a file has a satellite twice at one time with different values; the last row stays.

    Notes
    -----
    The program (for Windows; https://seemala.blogspot.com) computes the files from RINEX observations; terms
    are those of the observations. The date is that of ``MJdatet`` (modified Julian date; ``Jdatet`` in older
    versions), the time of day ``Time`` in hours, which is more exact; the program writes -24 for the first
    midnight, which is read as 0. Times are those of the RINEX file, as a rule in GPS time, which is ahead of
    UTC by the leap seconds since 1980 (18 s since 2017): they are not corrected.

    There are no flags; -99 in ``Stec``, ``Vtec`` and ``S4`` is missing. Biases of receiver and satellites are
    taken off by the program; negative TEC stays as it is, and so do low elevations, where the mapping to the
    vertical is least sure. The station is called as in the first line of the file; where that says
    ``Unknown_station``, by the first four characters of the observation file that it names. The
    ``.Std`` files that the program writes beside these (means over satellites) have no documented columns
    and no date and are refused: the example shows how to average.

    References
    ----------
    G. K. Seemala and C. E. Valladares (2011), "Statistics of total electron content depletions observed over
    the South American continent for the year 2008", Radio Science 46, RS5019.
    G. K. Seemala (2023), "Estimation of ionospheric total electron content (TEC) from GNSS observations", in
    Atmospheric Remote Sensing, Elsevier.

    Examples
    --------
    Two satellites at two times, and the mean over those above 30 degrees, as a series of the station:

    >>> import tempfile, pathlib
    >>> from skquake.io import read_gopi
    >>> path = pathlib.Path(tempfile.mkdtemp(), "ac13160-2025-06-09.Cmn")
    >>> _ = path.write_text(
    ...     'Unknown_station,\\t"C:\\\\data\\\\ac131600.25o"\\n55.82190\\t204.37759\\t222.60003\\n'
    ...     "MJdatet\\tTime\\tPRN\\tAz\\tEle\\tLat\\tLon\\tStec\\tVtec\\tS4\\n"
    ...     "60835.000000\\t-24.000000\\t1\\t284.61\\t42.80\\t56.491\\t198.888\\t24.08\\t17.30\\t-99.000\\n"
    ...     "60835.000174\\t0.004167\\t1\\t284.64\\t42.91\\t56.490\\t198.909\\t24.00\\t17.27\\t-99.000\\n"
    ...     "60835.000174\\t0.004167\\t32\\t124.98\\t44.83\\t54.075\\t208.463\\t20.41\\t15.11\\t-99.000\\n")
    >>> lines = read_gopi(path)
    >>> lines[["time", "station", "prn", "longitude", "stec", "vtec"]]
                     time station  prn  longitude   stec   vtec
    0 2025-06-09 00:00:00    AC13    1   -161.112  24.08  17.30
    1 2025-06-09 00:00:15    AC13    1   -161.091  24.00  17.27
    2 2025-06-09 00:00:15    AC13   32   -151.537  20.41  15.11
    >>> high = lines[lines["elevation_deg"] >= 30]
    >>> high.groupby(["time", "station"], observed=True)["vtec"].mean().unstack().round(2)
    station               AC13
    time
    2025-06-09 00:00:00  17.30
    2025-06-09 00:00:15  16.19
    """
    pieces: dict[str, list[Array]] = {}
    ranks: list[Array] = []
    stations: dict[str, Station] = {}
    left_out: dict[str, None] = {}
    for path in progress(expand_paths(paths, "read_gopi"), desc="read_gopi", verbose=verbose, unit="file"):
        station, columns, others = _read_one(path)
        _check_place(station, stations.setdefault(station.name, station), path)
        columns["station"] = np.full(len(columns["time"]), list(stations).index(station.name))
        for name, values in columns.items():
            pieces.setdefault(name, []).append(values)
        ranks.append(np.zeros(len(columns["time"]), dtype="int64"))
        left_out |= dict.fromkeys(others)
    names = sorted(stations)
    code = np.array([names.index(name) for name in stations])
    pieces["station"] = [code[values] for values in pieces["station"]]
    frame = one_row_a_time(pieces, ranks, keys=("time", "station", "prn"))
    frame["station"] = pd.Categorical.from_codes(frame["station"].to_numpy(), pd.Index(names))
    frame.attrs = {
        "units": dict.fromkeys(("azimuth_deg", "elevation_deg", "latitude", "longitude"), "deg")
        | {"stec": "TECU", "vtec": "TECU", "s4": "1"},
        "stations": {
            name: {"latitude": s.latitude, "longitude": s.longitude, "height_m": s.height_m}
            for name, s in sorted(stations.items())
        },
        "origin": "GPS-TEC of Gopi Seemala (.Cmn)",
        "citation": "Seemala & Valladares (2011), https://doi.org/10.1029/2011RS004722",
        "left_out": list(left_out),
    }
    return frame


def _check_place(station, known, path):
    apart = (station.latitude - known.latitude, wrap_longitude(station.longitude - known.longitude))
    if np.abs(apart).max() > _DEGREES_APART:
        what = f"station {station.name} at {station.latitude:g}, {station.longitude:g}, but before at "
        what += f"{known.latitude:g}, {known.longitude:g}; read them apart"
        raise FormatError(path, "position", what)


def _read_one(path):
    data = read_bytes(path)
    above, names, start = _head(data, path)
    station = _station(above, path)
    keys = [_NAMES.get(name.lower(), name) for name in names]
    keys[:2] = ["day", "hour"]
    absent = [theirs for theirs, ours in _NAMES.items() if ours not in keys and theirs != "s4"]
    if absent or names[1].lower() != "time" or len(set(keys)) < len(keys):
        raise FormatError(path, "names of the columns", f"{names[:14]}; expected {_EXPECTED}")
    body = data[start:]
    if b"," in body and b"." not in body:  # as Windows writes numbers in many languages
        data = data[:start] + body.replace(b",", b".")
    check_last_line(data, path, fixed=False)
    words = read_words(data, path, keys, skip=data.count(b"\n", 0, start))
    columns = {"time": _times(words["day"].to_numpy(), words["hour"].to_numpy(), names[0], path)}
    columns["station"] = columns["time"]  # its place among the columns
    for name in _NAMES.values():
        values = words[name].to_numpy() if name in words else np.full(len(words), np.nan)
        if name in _MARKED:
            values = np.where(values == _MISSING, np.nan, values)
        check_range(values, name, path, where="row of data", first=1)
        columns[name] = values
    columns["prn"] = _satellites(columns["prn"], path)
    columns["longitude"] = wrap_longitude(columns["longitude"])
    _warn_of_repeated(columns, path)
    others = [name for name in names[2:] if name.lower() not in _NAMES]
    return station, columns, others


def _head(data, path):
    """The lines above the names of the columns, those names, and where the table begins."""
    at = 0
    above: list[str] = []
    while at < min(len(data), _HEAD):
        end = data.find(b"\n", at) + 1 or len(data)
        line = data[at:end].removeprefix(b"\xef\xbb\xbf").decode("latin-1").strip()
        at = end
        names = line.split()
        if names and names[0].lower() in _DAYS and len(names) > 1:
            return above, names, at
        above += [line] * bool(line)
    raise FormatError(path, "line 1", _STD) if _is_std(path) else wrong_file(data, path, _EXPECTED)


def _is_std(path):
    return Path(path).suffix.lower() == ".std"


def _station(above, path):
    try:
        latitude, longitude, height = (real(word) for word in above[-1].replace(",", ".").split())
    except (IndexError, ValueError):
        what = "expected latitude, longitude and height of the station above the names of the columns"
        raise FormatError(path, "position", what) from None
    for name, value in (("latitude", latitude), ("longitude", longitude)):
        check_range([value], name, path, where="position", label=name)
    name, _, observed = above[0].partition(",") if len(above) > 1 else ("", "", "")
    name = re.sub(r"[^\w .-]+", " ", name).strip()[:60]
    if not name or name.lower().startswith("unknown"):
        observed = re.split(r"[\\/]", observed.strip(' "\t'))[-1]
        found = _OBSERVATIONS.match(observed) or _OUTPUT.match(Path(path).name)
        name = found[1].upper() if found else Path(path).name.split(".")[0]
    return Station(name, latitude, float(wrap_longitude(longitude)), height)


def _times(day, hour, name, path):
    """UTC of days since 1858-11-17 (or Julian days) and hours of the day."""
    day = np.where(day > _MJD_OF_JD, day - _MJD_OF_JD, day)
    midnight = np.round(day - hour / 24)
    bad = ~((midnight >= _FIRST) & (midnight <= _LAST) & (np.abs(hour) <= 48))
    bad |= ~(np.abs(day - hour / 24 - midnight) <= _CLOCKS_AGREE)
    if bad.any():
        row = int(bad.argmax())
        what = f"{name} {day[row]:.6f} and Time {hour[row]:g} h are no time since 1980, or two different ones"
        raise FormatError(path, f"row of data {row + 1}", what)
    ms = midnight.astype("int64") * 86_400_000 + np.round(hour * 360_000).astype("int64") * 10
    return (_START + ms).astype("datetime64[ns]")


def _satellites(values, path):
    bad = ~(values == np.round(values))
    if bad.any():
        i = int(bad.argmax())
        low, high = RANGES["prn"][:2]
        what = f"PRN {values[i]:g} is no whole number of {low:g}...{high:g}"
        raise FormatError(path, f"row of data {i + 1}", what)
    return values.astype("int64")


def _warn_of_repeated(columns, path):
    rows = pd.DataFrame({name: values for name, values in columns.items() if name != "station"})
    n = int(rows.drop_duplicates().duplicated(["time", "prn"]).sum())
    if n:
        warn(f"{path}: {n} rows repeat the time and PRN of another with other values; the last of each stays")
