"""What ESA's VirES service exports along a satellite's orbit, as CDF, CSV or NetCDF."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from skquake._core._geodesy import wrap_longitude
from skquake._core._progress import progress
from skquake._core._sklearn import validate_params
from skquake._core._typing import Array, Paths
from skquake.io._files import FormatError, expand_paths
from skquake.io._isolated import Isolated
from skquake.io._orbit import one_row_a_time
from skquake.io._ranges import check_range
from skquake.io._reader import reader
from skquake.io._swarm import MEAN_RADIUS_KM
from skquake.io._swarm_values import LP_NAMES, UNITS, check_unit, density, intensity, vectors, without_fill
from skquake.io._vires_forms import Export, read_export

_PLACE = {
    "Latitude": ("deg", "degree", "degrees"),
    "Longitude": ("deg", "degree", "degrees"),
    "Radius": ("m",),
}
_GROUND = ("IAGA_code", "SiteCode")
_OURS = {name: ours for ours, names in LP_NAMES.items() for name in names[:2]}
_DENSITIES = ("Ne", "N_elec", "N_ion")
_NEC = re.compile(r"(B(?:_[A-Za-z]+)?)_NEC(\d*(?:_.+)?)")
_SPLIT = re.compile(r"(B(?:_[A-Za-z]+)?)_NEC(\d*(?:_.+)?)_([NEC])")
_LETTERS = ("N", "E", "C")
# Units that the service documents for what CSV gives without.
_DOCUMENTED = UNITS | {"QDLat": "deg", "QDLon": "deg", "MLT": "h", "SunZenithAngle": "deg", "Dst": "nT"}


@reader
@validate_params({"isolate": ["boolean"]}, prefer_skip_nested_validation=True)
def read_vires(
    paths: Paths, *, satellite: str | None = None, isolate: bool = False, verbose: int = 0
) -> pd.DataFrame:
    """What ESA's VirES service exported along the orbit of one satellite.

    CDF (of versions 2.6 and 3), CSV (of the web client, or ``as_dataframe(...).to_csv``) and NetCDF
    (``as_xarray().to_netcdf``) are told apart by their first bytes. Positions, the Langmuir probe and the
    magnetometer come as :func:`read_swarm_lp` and :func:`read_swarm_mag` give them, with the same fill
    values; all other variables keep the name that VirES gives them. Nothing is dropped for its quality:
    that is what the flags are for.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        Exports of one product. Where files give the same time, the one read last wins.
    satellite : str or None, default=None
        Which satellite to take from exports of several ("A", "B", "C" for Swarm); None where there is one.
    isolate : bool, default=False
        Read in a child process, as in :func:`read_cses`: a damaged NetCDF file can crash the HDF5 library.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Ascending and unique in ``time`` (UTC, milliseconds), index 0, 1, ... Columns ``time``,
        ``latitude`` (geocentric) and ``longitude`` (degrees, [-180, 180)), ``altitude_km`` (distance from
        the Earth's centre minus 6371.2 km), then the variables: ``Ne`` (cm-3), ``Te`` (K), ``F`` (nT); a
        vector whose name says that it is in the frame NEC in three columns, ``B_NEC`` as ``B_N``,
        ``B_E``, ``B_C`` and ``B_NEC_res_CHAOS`` as ``B_N_res_CHAOS``, ...; any other vector as
        ``B_VFM_1``, ``B_VFM_2``, ...; the flags. ``attrs``: ``units`` (CSV has none: those that are
        documented), ``products``, ``models`` and ``filters`` where the file names them (filters leave
        gaps), ``left_out`` (text, matrices, and what the satellite does not have).

    Raises
    ------
    FormatError
        For a file that is cut, damaged or no such export; for several satellites without ``satellite``, or
        another one than asked for; for several different rows of one time, as products with one row for
        each GPS satellite have (TEC), and for stations on the ground; for a value that the quantity cannot
        have, or in another unit.

    Notes
    -----
    https://vires.services, through the web client or viresclient; Swarm data are open under ESA's terms and
    conditions. CSV writes times as dates, as days since 2000 or as seconds since 1970: all three are read.

    References
    ----------
    A. R. A. Smith et al., "viresclient", https://viresclient.readthedocs.io ("Available parameters").

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_vires
    >>> path = pathlib.Path(tempfile.mkdtemp(), "export.csv")
    >>> _ = path.write_text("Spacecraft,Timestamp,Latitude,Longitude,Radius,F,B_NEC\\n"
    ...                     "A,2016-01-01T00:28:00Z,0.2,-102.68,6828390.6,24630.6,{23432.1;2929.1;7001.1}\\n"
    ...                     "A,2016-01-01T00:28:10Z,0.8,-102.69,6828288.9,0,{0;0;0}\\n")
    >>> read_vires(path)[["time", "F", "B_N", "B_E", "B_C"]]
                     time        F      B_N     B_E     B_C
    0 2016-01-01 00:28:00  24630.6  23432.1  2929.1  7001.1
    1 2016-01-01 00:28:10      NaN      NaN     NaN     NaN
    """
    pieces: dict[str, list[Array]] = {}
    ranks: list[Array] = []
    attrs: dict = {"units": {}, "products": {}, "models": {}, "filters": {}, "left_out": {}}
    found = None
    with Isolated(isolate) as run:
        files = expand_paths(paths, "read_vires", run)
        for path in progress(files, desc="read_vires", verbose=verbose, unit="file"):
            export = run(read_export, path)
            name, rows, several = choose(export, satellite, path)
            columns, units = columns_of(export, rows, path)
            if several:
                absent = [
                    key
                    for key, values in columns.items()
                    if values.dtype.kind == "f" and np.isnan(values).all()
                ]
                attrs["left_out"] |= dict.fromkeys(absent)
                columns = {key: values for key, values in columns.items() if key not in absent}
            one_row_each(columns, path)
            if found is not None and (name != found or set(columns) != set(pieces)):
                odd = sorted(set(columns) ^ set(pieces))
                what = f"satellite {name} after {found}" if name != found else f"columns differ in {odd[:6]}"
                raise FormatError(path, "variables", f"{what}; read them apart")
            found = name
            for key, values in columns.items():
                pieces.setdefault(key, []).append(values)
            ranks.append(np.zeros(len(columns["time"]), dtype="int64"))
            attrs["units"] |= units
            attrs["left_out"] |= dict.fromkeys(export.left_out)
            for key, words in export.about.items():
                attrs[key] |= dict.fromkeys(words)
    frame = one_row_a_time(pieces, ranks)
    units = {key: unit for key, unit in attrs.pop("units").items() if key in frame}
    mission = "ESA Swarm" if found in ("A", "B", "C") else "spacecraft"
    frame.attrs = {
        "units": units,
        "origin": f"{mission} {found}, VirES",
        "citation": "VirES for Swarm, https://vires.services; the products' own citations",
        **{key: list(words) for key, words in attrs.items()},
    }
    return frame


def choose(export: Export, satellite, path):
    """The satellite, its rows, and whether there are others."""
    ground = [name for name in _GROUND if name in (*export.left_out, *export.variables)]
    if ground:
        raise FormatError(
            path, f"variable {ground[0]}", "stations on the ground, not the orbit of a satellite"
        )
    if export.spacecraft is None:
        products = export.about.get("products", [])
        known = {name[11:12] for name in products if name.startswith("SW_")}
        names = sorted(known) if len(known) == 1 else ["?"]
        rows = slice(None)
    else:
        if len(export.spacecraft) != len(export.time):
            raise FormatError(
                path, "variable Spacecraft", f"{len(export.spacecraft)} of {len(export.time)} records"
            )
        names = sorted(set(export.spacecraft))
        rows = slice(None) if len(names) == 1 else export.spacecraft == satellite
    if satellite is None and len(names) > 1:
        what = f"several satellites ({', '.join(names[:5])}) in one file; name one: satellite={names[0]!r}"
        raise FormatError(path, "variable Spacecraft", what)
    if satellite is not None and satellite not in names:
        raise FormatError(path, "variable Spacecraft", f"{', '.join(names[:5])}; asked for {satellite!r}")
    return satellite or names[0], rows, len(names) > 1


def columns_of(export: Export, rows, path):
    variables = {name: values[rows] for name, values in export.variables.items()}
    absent = [name for name in _PLACE if name not in variables or variables[name].ndim > 1]
    if absent:
        raise FormatError(path, "variables", f"no {', '.join(absent)}; there are {sorted(variables)[:20]}")
    for name, expected in _PLACE.items():
        check_unit(export.units.get(name, expected[0]) or expected[0], expected, name, path)
    place = [variables.pop(name).astype("float64") for name in _PLACE]
    bad = ~np.isfinite(place).all(axis=0)
    if bad.any():
        raise FormatError(
            path, f"record {int(bad.argmax())}", "no place: latitude, longitude or radius is missing"
        )
    latitude, longitude, altitude = place[0], place[1], place[2] / 1e3 - MEAN_RADIUS_KM
    for key, values in (("latitude", latitude), ("longitude", longitude), ("altitude_km", altitude)):
        check_range(values, key, path, where="record")
    columns = {
        "time": export.time[rows],
        "latitude": latitude,
        "longitude": wrap_longitude(longitude),
        "altitude_km": altitude,
    }
    units = {"latitude": "deg", "longitude": "deg", "altitude_km": "km"}
    for name, values in _joined(variables).items():
        unit = export.units.get(name, "")
        ours = _OURS.get(name, name)
        ours = name if ours in variables else ours  # a file may have both Ne and N_elec
        for key, column, its_unit in _observed(name, ours, values, unit, path):
            if key in columns:
                raise FormatError(path, f"variable {name}", f"a second variable for {key}")
            columns[key] = column
            if its_unit or key in _DOCUMENTED:
                units[key] = its_unit or _DOCUMENTED[key]
    return columns, units


def _joined(variables):
    """The variables, with vectors that stand in three columns (``B_NEC_N``, ...) as one."""
    whole: dict[str, Array] = {}
    for name, values in variables.items():
        match = _SPLIT.fullmatch(name)
        vector = f"{match[1]}_NEC{match[2]}" if match else ""
        parts = [f"{vector}_{letter}" for letter in _LETTERS]
        if match and all(part in variables and variables[part].ndim == 1 for part in parts):
            whole.setdefault(vector, np.stack([variables[part] for part in parts], axis=1))
        else:
            whole[name] = values
    return whole


def _observed(name, ours, values, unit, path):
    """Columns of one variable, called ``ours`` if it is one column: (our name, values, unit)."""
    unit = "" if unit.strip() == "-" else unit.strip()
    nec = _NEC.fullmatch(name)
    if nec and values.ndim == 2 and values.shape[1] == 3:
        check_unit(unit or "nT", ("nT",), name, path)
        values = vectors(values) if name == "B_NEC" else _finite(values)
        check_range(values, "B", path, where="record", label=name)
        return [
            (f"{nec[1]}_{letter}{nec[2]}", values[:, k].copy(), "nT") for k, letter in enumerate(_LETTERS)
        ]
    if values.ndim == 2:
        return [(f"{name}_{k + 1}", _finite(values[:, k]), unit) for k in range(values.shape[1])]
    if ours.startswith("Flags"):
        whole = (
            np.isfinite(values).all()
            and (np.abs(values) < 2**53).all()
            and (values == np.floor(values)).all()
        )
        return [(ours, values.astype("int64") if whole and values.dtype.kind == "f" else values, "")]
    if ours in _DENSITIES:
        values, unit, quantity = density(values, unit or "cm-3", name, path), "cm-3", "Ne"
    elif ours in ("Te", "F"):
        check_unit(unit or UNITS[ours], (UNITS[ours],), name, path)
        values, unit, quantity = (without_fill if ours == "Te" else intensity)(values), UNITS[ours], ours
    else:
        return [(ours, _finite(values), unit)]
    check_range(values, quantity, path, where="record", label=name)
    return [(ours, values, unit)]


def _finite(values):
    if values.dtype.kind != "f":
        return values
    return np.where(np.isfinite(values), values, np.nan).astype("float64")


def one_row_each(columns, path):
    """Raise for different rows of one time."""
    time = columns["time"]
    order = np.argsort(time, kind="stable")
    again = np.flatnonzero(time[order][1:] == time[order][:-1])
    for values in columns.values():
        first, second = values[order[again]], values[order[again + 1]]
        differ = (first != second) & ~((first != first) & (second != second))
        if differ.any():
            when = time[order[again[int(differ.argmax())]]].astype("datetime64[ms]")
            what = "several different rows of one time: no orbit (one row a GPS satellite?)"
            raise FormatError(path, f"time {when}", what)
