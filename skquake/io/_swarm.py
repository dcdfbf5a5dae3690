"""Swarm Langmuir probe data (EFI LP, 2 Hz) in CDF."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake._core._geodesy import wrap_longitude
from skquake._core._progress import progress
from skquake.io._cdf import open_cdf
from skquake.io._files import FormatError, expand_paths

_MEAN_RADIUS_KM = 6371.2
_FILL = 9.99999e9
# Our name: names in the files, best first. Ions stand in for electrons (quasi-neutrality).
_ALIASES = {
    "Ne": ("Ne", "N_elec", "n", "N_ion"),
    "Te": ("Te", "T_elec"),
    "Flags_LP": ("Flags_LP",),
    "Flags_Ne": ("Flags_Ne", "Flags_N_elec", "Flags_LP_n", "Flags_N_ion"),
    "Flags_Te": ("Flags_Te", "Flags_T_elec", "Flags_LP_Te"),
}
_POSITION = ("Timestamp", "Latitude", "Longitude", "Radius")
_TO_CM3 = {"cm-3": 1.0, "cm^-3": 1.0, "1/cm^3": 1.0, "m-3": 1e-6, "m^-3": 1e-6, "1/m^3": 1e-6}
_CDF_EPOCH_1970_MS = 62_167_219_200_000.0


def read_swarm_lp(paths, *, verbose=0):
    """Electron density and temperature along the orbit of one Swarm satellite.

    Nothing is dropped for its quality: that is what the flags are for. Only fill values
    (9.99999e9) become NaN; a negative ``Te``, which the probe can report, stays as it was measured.

    Parameters
    ----------
    paths : path-like, glob pattern or list of these
        Files of ``SW_OPER_EFIx_LP_1B`` (or the extended ``LP_HM``), all of the same satellite. Where
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
        For a file that is cut, damaged, no such product, or of another satellite than the first.

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
    pieces, ranks, variables, satellite = {}, [], {}, None
    for path in progress(expand_paths(paths), desc="read_swarm_lp", verbose=verbose, unit="file"):
        columns, meta = _read_one(path)
        if satellite is None:
            satellite, variables = meta["satellite"], meta["variables"]
        if meta["satellite"] != satellite or list(columns) != list(pieces or columns):
            what = f"satellite {meta['satellite']} with {list(columns)}; before: {satellite}, {list(pieces)}"
            raise FormatError(path, "CDF", f"{what}; read them apart")
        for name, values in columns.items():
            pieces.setdefault(name, []).append(values)
        ranks.append(np.full(len(values), meta["version"], dtype="int64"))
    # One column at a time, so that only one of them exists twice.
    columns = {name: np.concatenate(pieces.pop(name)) for name in list(pieces)}
    frame = pd.DataFrame(columns, copy=False)
    time, rank = frame["time"].to_numpy(), np.concatenate(ranks)
    if not (np.diff(time) > np.timedelta64(0, "ns")).all():
        order = np.lexsort((np.arange(len(time)), rank, time))
        last = np.append(time[order][1:] != time[order][:-1], True)
        frame = frame.iloc[order[last]].reset_index(drop=True)
    frame.attrs = {
        "units": {"latitude": "deg", "longitude": "deg", "altitude_km": "km", "Ne": "cm-3", "Te": "K"},
        "origin": f"ESA Swarm {satellite}, Langmuir probe",
        "citation": "ESA, Swarm Level 1b Product Definition, SW-RS-DSC-SY-0007; https://swarm-diss.eo.esa.int",
        "variables": variables,
    }
    return frame


def _read_one(path):
    file = open_cdf(path)
    try:
        return _columns(file, path)
    except FormatError:
        raise
    except Exception as error:  # cdflib raises whatever a damaged record leads to
        raise FormatError(path, "CDF records", f"cannot be read ({type(error).__name__}: {error})") from error


def _columns(file, path):
    names = set(file.cdf_info().zVariables)
    found = {ours: next((a for a in aliases if a in names), None) for ours, aliases in _ALIASES.items()}
    absent = [name for name in _POSITION if name not in names] + [o for o in ("Ne", "Te") if found[o] is None]
    if absent:
        raise FormatError(
            path, "CDF", f"no variable for {', '.join(absent)}; expected a Swarm Langmuir probe file"
        )
    time, latitude, longitude, radius = (_series(file, name, path) for name in _POSITION)
    columns = {
        "time": _times(time, file.varinq("Timestamp").Data_Type_Description, path),
        "latitude": _limited(latitude, -90.0, 90.0, "Latitude", path),
        "longitude": wrap_longitude(_limited(longitude, -180.0, 360.0, "Longitude", path)),
        "altitude_km": _limited(radius, 6e6, 1e8, "Radius", path) / 1e3 - _MEAN_RADIUS_KM,
    }
    for ours in ("Ne", "Te"):
        values = _series(file, found[ours], path).astype("float64")
        values[~np.isfinite(values) | (np.abs(values) >= _FILL)] = np.nan
        columns[ours] = values * (_density_factor(file, found[ours], path) if ours == "Ne" else 1.0)
    for ours in _ALIASES:
        if ours.startswith("Flags") and found[ours] is not None:
            columns[ours] = _series(file, found[ours], path)
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) != 1 or not len(time):
        raise FormatError(path, "CDF", f"variables of different or no length: {lengths}")
    attributes = file.globalattsget()

    def attribute(name):
        return str((attributes.get(name) or [""])[0])

    # VirES names the files that an answer was made from instead: SW_OPER_EFIA_LP_1B_...
    kind = attribute("File_Type") or attribute("ORIGINAL_PRODUCT_NAMES")[len("SW_OPER_") :]
    version = attribute("File_Version")
    return columns, {
        "satellite": kind[3:4] or "?",
        "version": int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
        "variables": {ours: name for ours, name in found.items() if name is not None},
    }


def _series(file, name, path):
    values = np.asarray(file.varget(name))
    values = values.reshape(len(values)) if values.ndim == 2 and values.shape[1] == 1 else values
    if values.ndim != 1 or values.dtype.kind not in "iuf":
        raise FormatError(
            path, f"variable {name}", f"expected one number a record, got {values.dtype} {values.shape}"
        )
    return values


def _limited(values, low, high, name, path):
    bad = ~((values >= low) & (values <= high))
    if bad.any():
        i = int(bad.argmax())
        raise FormatError(
            path, f"variable {name}, record {i}", f"{values[i]} is not between {low:g} and {high:g}"
        )
    return values.astype("float64")


def _times(values, kind, path):
    if kind != "CDF_EPOCH":
        raise FormatError(path, "variable Timestamp", f"type {kind}; expected CDF_EPOCH")
    milliseconds = _limited(values, _CDF_EPOCH_1970_MS, _CDF_EPOCH_1970_MS + 4e12, "Timestamp", path)
    return (
        np.round(milliseconds - _CDF_EPOCH_1970_MS)
        .astype("int64")
        .astype("datetime64[ms]")
        .astype("datetime64[ns]")
    )


def _density_factor(file, name, path):
    unit = str(file.varattsget(name).get("UNITS", "cm-3")).strip()
    if unit not in _TO_CM3:
        raise FormatError(path, f"variable {name}", f"unit {unit!r}; expected one of {', '.join(_TO_CM3)}")
    return _TO_CM3[unit]
