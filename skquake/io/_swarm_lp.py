"""Swarm Langmuir probe data (EFI LP, 2 Hz) in CDF."""

from __future__ import annotations

import pandas as pd

from skquake._core._typing import Paths
from skquake.io._reader import reader
from skquake.io._swarm import first_of, read_swarm, series
from skquake.io._swarm_values import LP_NAMES, UNITS, density, without_fill


@reader
def read_swarm_lp(paths: Paths, *, verbose: int = 0) -> pd.DataFrame:
    """Electron density and temperature along the orbit of one Swarm satellite.

    Nothing is dropped for its quality: that is what the flags are for. Only fill values
    (9.99999e9) become NaN; a negative ``Te``, which the probe can report, stays as it was measured.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        Files of ``SW_OPER_EFIx_LP_1B`` (or the extended ``LP_HM``), all of the same satellite, as
        ``.cdf`` or as downloaded (``.CDF.ZIP``). Where
        files give the same time, the higher file version wins, then the file read last.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Ascending and unique in ``time`` (UTC, milliseconds), index 0, 1, ... Columns ``time``,
        ``latitude`` (geocentric) and ``longitude`` (degrees, [-180, 180)), ``altitude_km`` (distance from
        the Earth's centre minus 6371.2 km; the height above the ellipsoid differs by up to
        15 km), ``Ne`` (cm-3), ``Te`` (K) and the flags of the product that the file has
        (``Flags_LP``, ``Flags_Ne``, ``Flags_Te``). ``attrs["variables"]`` names the variables they came from.

    Raises
    ------
    FormatError
        For a file that is cut, damaged, no such product, or of another satellite than the first,
        for several satellites in one file, and for a value that the Earth has nowhere (``altitude_km`` beyond
        100...5000).

    References
    ----------
    ESA, Swarm Level 1b Product Definition, SW-RS-DSC-SY-0007.

    Examples
    --------
    A file of two records, written with cdflib (31: epoch in ms since year 0, 45: double):

    >>> import tempfile, pathlib
    >>> from cdflib import cdfwrite
    >>> from skquake.io import read_swarm_lp
    >>> path = pathlib.Path(tempfile.mkdtemp(), "lp.cdf")
    >>> file = cdfwrite.CDF(path, cdf_spec={"Compressed": 0})
    >>> data = {"Timestamp": [63553198273197.0, 63553198273697.0], "Latitude": [78.78, 78.81],
    ...         "Longitude": [64.29, 64.32], "Radius": [6861360.0, 6861359.0], "Ne": [9895.7, 5488.8],
    ...         "Te": [2729.8, 9.99999e9]}
    >>> for name, values in data.items():
    ...     file.write_var({"Variable": name, "Data_Type": 31 if name == "Timestamp" else 45,
    ...                     "Num_Elements": 1, "Rec_Vary": True, "Dim_Sizes": []}, var_data=values)
    >>> file.close()
    >>> read_swarm_lp(path)[["time", "altitude_km", "Ne", "Te"]].round({"altitude_km": 2})
                         time  altitude_km      Ne      Te
    0 2013-12-02 10:11:13.197       490.16  9895.7  2729.8
    1 2013-12-02 10:11:13.697       490.16  5488.8     NaN
    """
    frame = read_swarm(paths, _columns, "read_swarm_lp", verbose)
    frame.attrs["units"] |= {name: UNITS[name] for name in ("Ne", "Te")}
    frame.attrs["origin"] += ", Langmuir probe"
    frame.attrs["citation"] = (
        "ESA, Swarm Level 1b Product Definition, SW-RS-DSC-SY-0007; https://swarm-diss.eo.esa.int"
    )
    return frame


def _columns(file, path):
    """Columns of the probe, and the variables that they come from."""
    found = first_of(file, LP_NAMES, ("Ne", "Te"), path, "a Swarm Langmuir probe file")
    columns = {}
    for ours, name in found.items():
        values = series(file, name, path)
        if ours == "Ne":
            values = density(values, str(file.varattsget(name).get("UNITS", "cm-3")), name, path)
        elif ours == "Te":
            values = without_fill(values)
        columns[ours] = values
    return columns, found
