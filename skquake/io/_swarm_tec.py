"""Swarm total electron content above the satellites (TECxTMS_2F) in CDF."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake._core._typing import Array, Paths
from skquake.io._files import FormatError, warn
from skquake.io._ranges import RANGES, check_range
from skquake.io._reader import reader
from skquake.io._swarm import first_of, read_swarm, series
from skquake.io._swarm_values import without_fill

_NAMES = {
    "elevation_deg": "Elevation_Angle",
    "stec": "Absolute_STEC",
    "stec_relative": "Relative_STEC",
    "stec_relative_rms": "Relative_STEC_RMS",
    "vtec": "Absolute_VTEC",
    "dcb": "DCB",
    "dcb_error": "DCB_Error",
}
_NEEDED = ("prn", "stec")
_GPS = ("gps_x", "gps_y", "gps_z")
_TECU = ("", "-", "tecu", "tec unit", "tec units", "10^16 m^-2", "1e16 m-2")


@reader
def read_swarm_tec(paths: Paths, *, verbose: int = 0) -> pd.DataFrame:
    """Total electron content between one Swarm satellite and the GPS satellites in its view.

    A time has as many rows as GPS satellites were tracked: rows are unique in ``time`` and ``prn`` together.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        Files of ``SW_OPER_TECxTMS_2F``, all of the same satellite, as ``.cdf`` or as downloaded
        (``.CDF.ZIP``). Where files give the same time and GPS satellite, the higher file version wins,
        then the file read last.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Ascending in ``time`` (UTC, milliseconds), then ``prn``; index 0, 1, ... Columns ``time``,
        ``latitude`` (geocentric) and ``longitude`` (degrees, [-180, 180)) of the Swarm satellite, its
        ``altitude_km`` (distance from the Earth's centre minus 6371.2 km), ``prn`` (number of the GPS
        satellite) and ``stec`` (absolute slant TEC, TECU); where the file has them ``elevation_deg``,
        ``stec_relative``, ``stec_relative_rms``, ``vtec``, ``dcb`` and ``dcb_error`` (TECU) and ``gps_x``,
        ``gps_y``, ``gps_z`` (place of the GPS satellite, m). ``attrs["variables"]`` names the variables
        they came from.

    Raises
    ------
    FormatError
        For a file that is cut, damaged, no such product, or of another satellite than the first, for another
        unit than TECU, and for a value that is not possible (``stec`` beyond -300...3000 TECU, ``prn`` that
        is no whole number of 1...99).

    Warns
    -----
    UserWarning
        If one file has a GPS satellite twice at one time; the last row stays.

    Notes
    -----
    The files are got from https://swarm-diss.eo.esa.int under ESA's terms and conditions. They have no
    flags; values at low elevations are the least sure. What is not finite or beyond 9.99999e9 (the fill of
    Swarm's other products) is NaN. Left out: carrier phases and pseudoranges (``L1``, ``L2``, ``P1``,
    ``P2``), signal-to-noise ratios (``S1``, ``S2``), and ``LEO_Position``, which is the place of the Swarm
    satellite again.

    A :class:`skquake.sources.TrackSource` has one row a time and refuses such a table: choose one GPS
    satellite (``frame[frame["prn"] == 7]``), or reduce a time to one row before.

    References
    ----------
    ESA, Swarm Level 2 TEC Product Description, SW-TR-GFZ-GS-0007.

    Examples
    --------
    A file of two GPS satellites at one time, written with cdflib (31: epoch in ms since year 0, 45: double):

    >>> import tempfile, pathlib
    >>> from cdflib import cdfwrite
    >>> from skquake.io import read_swarm_tec
    >>> path = pathlib.Path(tempfile.mkdtemp(), "tec.cdf")
    >>> file = cdfwrite.CDF(path, cdf_spec={"Compressed": 0})
    >>> data = {"Timestamp": [63553198273000.0] * 2, "Latitude": [78.78] * 2, "Longitude": [64.29] * 2,
    ...         "Radius": [6861360.0] * 2, "PRN": [7.0, 3.0], "Absolute_STEC": [12.5, 9.75]}
    >>> for name, values in data.items():
    ...     file.write_var({"Variable": name, "Data_Type": 31 if name == "Timestamp" else 45,
    ...                     "Num_Elements": 1, "Rec_Vary": True, "Dim_Sizes": []}, var_data=values)
    >>> file.close()
    >>> read_swarm_tec(path)[["time", "prn", "stec"]]
                     time  prn   stec
    0 2013-12-02 10:11:13    3   9.75
    1 2013-12-02 10:11:13    7  12.50
    """
    frame = read_swarm(paths, _columns, "read_swarm_tec", verbose, keys=("time", "prn"))
    units = {name: "TECU" for name in _NAMES} | {"elevation_deg": "deg"} | dict.fromkeys(_GPS, "m")
    frame.attrs["units"] |= {name: unit for name, unit in units.items() if name in frame}
    frame.attrs["origin"] += ", TEC above the satellite"
    frame.attrs["citation"] = (
        "ESA, Swarm Level 2 TEC Product Description, SW-TR-GFZ-GS-0007; https://swarm-diss.eo.esa.int"
    )
    return frame


def _columns(file, path):
    """Columns of the product, and the variables that they come from."""
    aliases = {"prn": ("PRN",)} | {ours: (theirs,) for ours, theirs in _NAMES.items()}
    aliases["gps"] = ("GPS_Position",)
    found = first_of(file, aliases, _NEEDED, path, "a Swarm TEC file (TECxTMS_2F)")
    columns: dict[str, Array] = {}
    for ours, name in found.items():
        values = series(file, name, path, width=3 if ours == "gps" else 1)
        if ours == "gps":
            places = without_fill(values)
            check_range(places, "gps_position", path, where="record", label=name)
            columns |= dict(zip(_GPS, places.T.copy(), strict=True))
            continue
        if ours == "prn":
            columns["prn"] = _satellites(values, path)
            continue
        if RANGES[ours].unit == "TECU":
            unit = str(file.varattsget(name).get("UNITS", ""))
            if unit.strip().lower() not in _TECU:
                raise FormatError(path, f"variable {name}", f"unit {unit[:20]!r}; expected TECU")
        columns[ours] = without_fill(values)
        check_range(columns[ours], ours, path, where="record", label=name)
    _warn_of_repeated(series(file, "Timestamp", path), columns["prn"], path)
    variables = {ours: name for ours, name in found.items() if ours != "gps"}
    return columns, variables | {name: found["gps"] for name in _GPS if "gps" in found}


def _satellites(values, path):
    values = values.astype("float64")
    low, high = RANGES["prn"][:2]
    bad = ~((values >= low) & (values <= high) & (values == np.round(values)))
    if bad.any():
        i = int(bad.argmax())
        what = f"{values[i]:g} is no whole number of {low:g}...{high:g}"
        raise FormatError(path, f"variable PRN, record {i}", what)
    return values.astype("int64")


def _warn_of_repeated(time, prn, path):
    if len(time) != len(prn):
        return  # an error of its own follows
    n = int(pd.DataFrame({"time": np.round(time), "prn": prn}).duplicated().sum())
    if n:
        what = f"{n} rows repeat the time and PRN of another; the last of each stays"
        warn(f"{path}: {what}")
