"""Magnetic coordinates along a track."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skquake._core._magnetic import magnetic_local_time, quasi_dipole
from skquake._core._time import to_utc
from skquake._core._typing import Frame
from skquake._core._validation import check_columns, check_coordinates

_UNITS = {"qd_latitude": "deg", "qd_longitude": "deg", "mlt": "h"}
_MAX_ALTITUDE_KM = 1000.0
_CHUNK = 1 << 20  # rows looked at together, so that memory grows with the columns alone


def add_magnetic(
    frame: Frame,
    coordinates: str | Sequence[str] = ("qd_latitude", "qd_longitude", "mlt"),
    *,
    altitude_km: float | None = None,
) -> pd.DataFrame:
    """Quasi-dipole latitude and longitude and magnetic local time, as columns of a track's frame.

    PyIRI's spherical harmonics of the apex coordinates at the ground (degree 20, a set for each year),
    carried upwards by an approximation. Against field lines traced through IGRF, quasi-dipole latitude is
    right to 0.1 degrees (r.m.s.) at the ground, 0.2 at 460 km and 0.3 at 700 km below 70 degrees, at worst
    0.3, 0.6 and 0.8; longitude likewise, at worst 1.0. Poleward of some 80 degrees the series is blunt:
    the magnetic poles themselves come out at 87. Magnetic local time is quasi-dipole longitude from the
    sub-solar meridian of the centred dipole, 12 h there.

    Parameters
    ----------
    frame : DataFrame
        ``time`` (UTC, 1900 to 2030), ``latitude``, ``longitude`` (degrees) and ``altitude_km``, as the
        readers of satellite files in :mod:`skquake.io` give them. Whether latitude is geodetic or
        geocentric makes no more than 0.2 degrees.
    coordinates : sequence of {"qd_latitude", "qd_longitude", "mlt"}
        Columns to add; one that is there already is replaced. Give
        :class:`TrackSource` its ``channels=`` unless they are meant to be channels.
    altitude_km : float, default=None
        Altitude of all rows, 0 to 1000; by default that of the frame.

    Returns
    -------
    DataFrame
        ``frame`` with further columns (degrees in [-90, 90] and [-180, 180), hours in [0, 24)) and
        their units in ``attrs["units"]``.

    Raises
    ------
    ValueError
        For an unknown coordinate, a missing or impossible place or altitude, or a time outside the model.

    See Also
    --------
    skquake.sources.transform_track : The same of a track on disk, part by part.

    References
    ----------
    Richmond, A. D. (1995). Ionospheric electrodynamics using magnetic apex coordinates. Journal of
    Geomagnetism and Geoelectricity, 47, 191-212, https://doi.org/10.5636/jgg.47.191
    Emmert, J. T., Richmond, A. D., Drob, D. P. (2010). A computationally compact representation of
    magnetic-apex and quasi-dipole coordinates with smooth base vectors. Journal of Geophysical Research, 115,
    A08322, https://doi.org/10.1029/2010JA015326
    Laundal, K. M., Richmond, A. D. (2017). Magnetic coordinate systems. Space Science Reviews, 206, 27-59,
    https://doi.org/10.1007/s11214-016-0275-y

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.sources import add_magnetic
    >>> frame = pd.DataFrame({"time": pd.to_datetime(["2015-02-10 18:00"]), "latitude": [60.0],
    ...                       "longitude": [15.0], "altitude_km": [460.0]})
    >>> add_magnetic(frame)[["qd_latitude", "mlt"]].round()
       qd_latitude   mlt
    0         57.0  19.0
    """
    what = "add_magnetic"
    names = (coordinates,) if isinstance(coordinates, str) else tuple(coordinates)
    unknown = [name for name in names if name not in _UNITS]
    if unknown:
        raise ValueError(f"{what}: no coordinate {unknown[0]!r}; there are {', '.join(_UNITS)}")
    frame = check_columns(frame, ("time", "latitude", "longitude"), what)
    if altitude_km is None and "altitude_km" not in frame:
        raise ValueError(f"{what}: no column altitude_km; give altitude_km=")
    time = to_utc(frame["time"], f"{what}: time")
    latitude, longitude = check_coordinates(frame["latitude"], frame["longitude"], what)
    altitude = np.asarray(frame["altitude_km"] if altitude_km is None else altitude_km, dtype=float)
    altitude = np.broadcast_to(altitude, latitude.shape)
    wrong = ~((altitude >= 0.0) & (altitude <= _MAX_ALTITUDE_KM))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"{what}: altitude_km {altitude[row]} in row {row} is not between 0 and {_MAX_ALTITUDE_KM:g}"
        )
    columns = {name: np.empty(len(frame), dtype="float64") for name in names}
    for start in range(0, len(frame), _CHUNK):
        rows = slice(start, start + _CHUNK)
        qd = quasi_dipole(time[rows], latitude[rows], longitude[rows], altitude[rows])
        found = dict(zip(("qd_latitude", "qd_longitude"), qd, strict=True))
        if "mlt" in columns:
            found["mlt"] = magnetic_local_time(time[rows], qd[1])
        for name, column in columns.items():
            column[rows] = found[name]
    result = frame.copy(deep=False)
    for name, column in columns.items():
        result[name] = column
    result.attrs = frame.attrs | {
        "units": frame.attrs.get("units", {}) | {name: _UNITS[name] for name in names}
    }
    return result
