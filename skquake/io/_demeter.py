"""DEMETER Langmuir probe data (ISL, level 1) in fixed binary records."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake._core._geodesy import wrap_longitude
from skquake._core._progress import progress
from skquake._core._typing import Array, Paths
from skquake.io._files import FormatError, expand_paths, read_bytes
from skquake.io._orbit import one_row_a_time
from skquake.io._ranges import check_range
from skquake.io._reader import reader

_RECORD = np.dtype(
    {
        "names": ["date", "orbit", "half", "station", "place", "mode", "values"],
        "formats": [(">i2", 7), ">i2", ">i2", "S8", (">f4", 4), "S10", (">f4", 6)],
        "offsets": [8, 22, 24, 26, 38, 204, 265],
        "itemsize": 289,
    }
)
_VALUES = {"Ne": "cm-3", "Ni": "cm-3", "Te": "K", "V_plasma": "V", "V_floating": "V", "V_satellite": "V"}
_LOWEST = np.array([1990, 1, 1, 0, 0, 0, 0])
_HIGHEST = np.array([2100, 12, 31, 23, 59, 59, 999])


@reader
def read_demeter_isl(paths: Paths, *, verbose: int = 0) -> pd.DataFrame:
    """Electron density and temperature along DEMETER's orbit.

    Every file may hold survey or burst records (``DMT_N1_1144_*``, ``DMT_N1_1143_*``); their modes may be
    mixed. Values that are not finite become NaN; nothing else is changed.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        Where files give the same time, the file read last wins.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Ascending and unique in ``time`` (UTC, milliseconds), index 0, 1, ... Columns ``time``, ``latitude``
        and ``longitude`` (degrees, [-180, 180)), ``altitude_km``, ``Ne`` and ``Ni`` (cm-3), ``Te`` (K),
        ``V_plasma``, ``V_floating``, ``V_satellite`` (V), ``orbit``, ``ascending`` (bool), ``burst`` (bool).

    Raises
    ------
    FormatError
        For a file that does not consist of whole records, or a record with an impossible date, place or
        value.

    References
    ----------
    J. P. Lebreton et al. (2006), "The ISL Langmuir probe experiment processing onboard DEMETER", Planetary
    and Space Science 54, 472-486.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from skquake.io import read_demeter_isl
    >>> record = bytearray(289)
    >>> record[8:26] = np.array([2004, 8, 11, 15, 57, 36, 0, 585, 0], dtype=">i2").tobytes()
    >>> record[26:34], record[204:214] = b"TOULOUSE", b"ISL SURVEY"
    >>> record[38:54] = np.array([10.0, 250.0, 710.0, 10.3], dtype=">f4").tobytes()
    >>> record[265:] = np.array([43708.69, 36078.2, 3125.682, 1.0184, -0.12, -0.106], ">f4").tobytes()
    >>> path = pathlib.Path(tempfile.mkdtemp(), "DMT_N1_1144_005850.DAT")
    >>> _ = path.write_bytes(record)
    >>> read_demeter_isl(path)[["time", "longitude", "Ne", "Te"]].round({"Ne": 1, "Te": 1})
                     time  longitude       Ne      Te
    0 2004-08-11 15:57:36     -110.0  43708.7  3125.7
    """
    pieces: dict[str, list[Array]] = {}
    ranks = []
    for path in progress(
        expand_paths(paths, "read_demeter_isl"), desc="read_demeter_isl", verbose=verbose, unit="file"
    ):
        columns = _columns(read_bytes(path), path)
        for name, values in columns.items():
            pieces.setdefault(name, []).append(values)
        ranks.append(np.zeros(len(columns["time"]), dtype="int64"))
    frame = one_row_a_time(pieces, ranks)
    frame.attrs = {
        "units": {"latitude": "deg", "longitude": "deg", "altitude_km": "km", **_VALUES},
        "origin": "CNES DEMETER, Langmuir probe (ISL)",
        "citation": "Lebreton et al. (2006), Planetary and Space Science 54, 472-486",
    }
    return frame


def is_record(data: bytes) -> bool:
    """Whether a file begins with a record of the probe."""
    return data[204:208] == b"ISL " and data[26:34] == b"TOULOUSE"


def _columns(data, path):
    size = _RECORD.itemsize
    if len(data) % size:
        what = f"{len(data)} bytes are not whole records of {size}: cut, or no ISL level 1 file"
        raise FormatError(path, f"byte {len(data) // size * size}", what)
    records = np.frombuffer(data, _RECORD)
    date = records["date"].astype("int64")
    latitude, longitude, altitude, _ = records["place"].astype("float64").T
    mode, half = records["mode"], records["half"]
    survey, burst = mode == b"ISL SURVEY", np.char.startswith(mode, b"ISL BURST")
    _check(((date >= _LOWEST) & (date <= _HIGHEST)).all(axis=1), date, "date", path)
    _check(np.abs(latitude) <= 90.0, latitude, "latitude", path)
    _check((longitude >= -180.0) & (longitude <= 360.0), longitude, "longitude", path)
    _check((altitude > 100.0) & (altitude < 5000.0), altitude, "altitude", path)
    _check(survey | burst, mode, "mode", path)
    _check((half == 0) | (half == 1), half, "sub-orbit", path)
    year, month, day, *clock = date.T
    days = ((year - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]") + (day - 1)
    _check(days.astype("datetime64[M]").astype("int64") == (year - 1970) * 12 + month - 1, date, "date", path)
    hours, minutes, seconds, milliseconds = clock
    offset = ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds
    values = records["values"].astype("float64")
    values[~np.isfinite(values)] = np.nan
    for name, column in zip(_VALUES, values.T, strict=True):
        check_range(column, name, path, where="record")
    return {
        "time": (days.astype("datetime64[ms]") + offset).astype("datetime64[ns]"),
        "latitude": latitude,
        "longitude": wrap_longitude(longitude),
        "altitude_km": altitude,
        **dict(zip(_VALUES, values.T.copy(), strict=True)),
        "orbit": records["orbit"].astype("int32"),
        "ascending": half == 1,
        "burst": burst,
    }


def _check(good, values, name, path):
    if not good.all():
        record = int(np.argmin(good))
        raise FormatError(
            path, f"byte {record * _RECORD.itemsize}", f"record {record}: impossible {name} {values[record]}"
        )
