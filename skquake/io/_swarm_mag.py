"""Swarm magnetic field (MAG LR, 1 Hz) in CDF."""

from __future__ import annotations

import pandas as pd

from skquake._core._typing import Paths
from skquake.io._reader import reader
from skquake.io._swarm import first_of, read_swarm, series
from skquake.io._swarm_values import COMPONENTS, MAG_NAMES, UNITS, check_unit, intensity, vectors


@reader
def read_swarm_mag(paths: Paths, *, verbose: int = 0) -> pd.DataFrame:
    """Magnetic field along the orbit of one Swarm satellite.

    Nothing is dropped for its quality: that is what the flags are for. The product marks what it could not
    measure by zeros: an intensity of 0, or a vector of three zeros, becomes NaN, as do values beyond
    100,000 nT.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        Files of ``SW_OPER_MAGx_LR_1B``, all of the same satellite, as ``.cdf`` or
        as downloaded (``.CDF.ZIP``). Where files give the same time, the
        higher file version wins, then the file read last.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Ascending and unique in ``time`` (UTC, milliseconds), index 0, 1, ... Columns ``time``,
        ``latitude`` (geocentric) and ``longitude`` (degrees, [-180, 180)), ``altitude_km`` (distance from
        the Earth's centre minus 6371.2 km), ``F`` (nT, scalar magnetometer, where the file has it), ``B_N``,
        ``B_E``, ``B_C`` (nT; north, east, center) and the flags ``Flags_F`` and ``Flags_B``.

    Raises
    ------
    FormatError
        For a file that is cut, damaged, no such product, or of another satellite than the first,
        and for several satellites in one file.

    References
    ----------
    ESA, Swarm Level 1b Product Definition, SW-RS-DSC-SY-0007.

    Examples
    --------
    A file of two records, written with cdflib (31: epoch in ms since year 0, 45: double):

    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from cdflib import cdfwrite
    >>> from skquake.io import read_swarm_mag
    >>> path = pathlib.Path(tempfile.mkdtemp(), "mag.cdf")
    >>> file = cdfwrite.CDF(path, cdf_spec={"Compressed": 0})
    >>> data = {"Timestamp": [63553198273000.0, 63553198274000.0], "Latitude": [78.78, 78.84],
    ...         "Longitude": [64.29, 64.35], "Radius": [6861360.0, 6861359.0],
    ...         "B_NEC": np.array([[5000.0, 2000.0, 45000.0], [0.0, 0.0, 0.0]])}
    >>> for name, values in data.items():
    ...     file.write_var({"Variable": name, "Data_Type": 31 if name == "Timestamp" else 45,
    ...                     "Num_Elements": 1, "Rec_Vary": True, "Dim_Sizes": [3] if name == "B_NEC" else []},
    ...                    var_data=values)
    >>> file.close()
    >>> read_swarm_mag(path)[["time", "B_N", "B_E", "B_C"]]
                     time     B_N     B_E      B_C
    0 2013-12-02 10:11:13  5000.0  2000.0  45000.0
    1 2013-12-02 10:11:14     NaN     NaN      NaN
    """
    frame = read_swarm(paths, _columns, "read_swarm_mag", verbose)
    frame.attrs["units"] |= {name: UNITS[name] for name in ("F", *COMPONENTS) if name in frame}
    frame.attrs["origin"] += ", vector field magnetometer"
    frame.attrs["citation"] = (
        "ESA, Swarm Level 1b Product Definition, SW-RS-DSC-SY-0007; https://swarm-diss.eo.esa.int"
    )
    return frame


def _columns(file, path):
    """Columns of the magnetometers, and the variables that they come from."""
    found = first_of(file, MAG_NAMES, ("B_NEC",), path, "a Swarm magnetic field file")
    check_unit(str(file.varattsget("B_NEC").get("UNITS", "nT")), ("nT",), "B_NEC", path)
    columns = {}
    if "F" in found:
        columns["F"] = intensity(series(file, "F", path))
    columns |= dict(zip(COMPONENTS, vectors(series(file, "B_NEC", path, width=3)).T.copy(), strict=True))
    for name in ("Flags_F", "Flags_B"):
        if name in found:
            columns[name] = series(file, name, path)
    return columns, found
