"""What the Swarm products share: positions, times, versions and satellites of their CDF files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._geodesy import wrap_longitude
from skquake._core._progress import progress
from skquake._core._typing import Array, Paths
from skquake.io._cdf import EPOCH_1970_MS, open_cdf
from skquake.io._files import FormatError, expand_paths
from skquake.io._orbit import one_row_a_time
from skquake.io._ranges import check_range

MEAN_RADIUS_KM = 6371.2
_POSITION = ("Timestamp", "Latitude", "Longitude", "Radius")
_QUANTITIES = {"altitude_km": "altitude_km", "Ne": "Ne", "Te": "Te", "F": "F"} | dict.fromkeys(
    ("B_N", "B_E", "B_C"), "B"
)


def read_swarm(
    paths: Paths,
    columns_of: Callable[[Any, Path], tuple[dict[str, Array], dict[str, str]]],
    desc: str,
    verbose: int,
    keys: tuple[str, ...] = ("time",),
) -> pd.DataFrame:
    """Files of one product and satellite as a frame.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
    columns_of : callable
        (file, path) -> columns of the product, and the variable behind each.
    desc : str
        For the progress bar.
    verbose : int
    keys : tuple of str, default=("time",)
        Columns in which rows are unique.

    Returns
    -------
    DataFrame
        ``time``, ``latitude``, ``longitude``, ``altitude_km`` and the columns of the product.
    """
    pieces: dict[str, list[Array]] = {}
    variables: dict[str, str] = {}
    ranks, satellite = [], None
    for path in progress(expand_paths(paths, desc), desc=desc, verbose=verbose, unit="file"):
        columns, meta = _read_one(path, columns_of)
        if satellite is None:
            satellite, variables = meta["satellite"], meta["variables"]
        if meta["satellite"] != satellite or list(columns) != list(pieces or columns):
            what = f"satellite {meta['satellite']} with {list(columns)}; before: {satellite}, {list(pieces)}"
            raise FormatError(path, "CDF", f"{what}; read them apart")
        for name, values in columns.items():
            pieces.setdefault(name, []).append(values)
        ranks.append(np.full(len(columns["time"]), meta["version"], dtype="int64"))
    frame = one_row_a_time(pieces, ranks, keys)
    frame.attrs = {
        "units": {"latitude": "deg", "longitude": "deg", "altitude_km": "km"},
        "origin": f"ESA Swarm {satellite}",
        "variables": variables,
    }
    return frame


def first_of(file, aliases, needed, path, expected):
    """The first name in the file of each column of ``aliases``; those that it has not are left out."""
    names = set(file.cdf_info().zVariables)
    found = {ours: next((a for a in theirs if a in names), None) for ours, theirs in aliases.items()}
    absent = [name for name in needed if found[name] is None]
    if absent:
        raise FormatError(path, "CDF", f"no variable for {', '.join(absent)}; expected {expected}")
    return {ours: name for ours, name in found.items() if name is not None}


def _read_one(path, columns_of):
    file = open_cdf(path)
    try:
        return _columns(file, path, columns_of)
    except FormatError:
        raise
    except Exception as error:  # cdflib raises whatever a damaged record leads to
        raise FormatError(path, "CDF records", f"cannot be read ({type(error).__name__}: {error})") from error


def _columns(file, path, columns_of):
    observed, variables = columns_of(file, path)
    absent = [name for name in _POSITION if name not in file.cdf_info().zVariables]
    if absent:
        raise FormatError(path, "CDF", f"no variable for {', '.join(absent)}; expected a Swarm file")
    time, latitude, longitude, radius = (series(file, name, path) for name in _POSITION)
    columns: dict[str, Any] = {
        "time": _times(time, file.varinq("Timestamp").Data_Type_Description, path),
        "latitude": _limited(latitude, -90.0, 90.0, "Latitude", path),
        "longitude": wrap_longitude(_limited(longitude, -180.0, 360.0, "Longitude", path)),
        "altitude_km": _limited(radius, 6e6, 1e8, "Radius", path) / 1e3 - MEAN_RADIUS_KM,
        **observed,
    }
    for name, quantity in _QUANTITIES.items():
        if name in columns:
            check_range(columns[name], quantity, path, where="record", label=name)
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
        "satellite": _spacecraft(file, path) or kind[3:4] or "?",
        "version": int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
        "variables": variables,
    }


def _spacecraft(file, path):
    """The one satellite that the variable Spacecraft of an export names; None without such a variable."""
    if "Spacecraft" not in file.cdf_info().zVariables:
        return None
    names = sorted({str(name).strip() for name in np.ravel(file.varget("Spacecraft"))})
    if len(names) != 1:
        what = f"several satellites ({', '.join(names[:5])}) in one file; export one satellite a file"
        raise FormatError(path, "variable Spacecraft", what)
    return names[0][:20]


def series(file, name, path, width=1):
    """A variable with ``width`` numbers a record, (n,) or (n, width)."""
    values = np.asarray(file.varget(name))
    if width == 1 and values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if (
        values.shape[1:] != (() if width == 1 else (width,))
        or not values.ndim
        or values.dtype.kind not in "iuf"
    ):
        what = f"expected {width} number{'s' * (width > 1)} a record, got {values.dtype} {values.shape}"
        raise FormatError(path, f"variable {name}", what)
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
    milliseconds = _limited(values, EPOCH_1970_MS, EPOCH_1970_MS + 4e12, "Timestamp", path)
    return (
        np.round(milliseconds - EPOCH_1970_MS)
        .astype("int64")
        .astype("datetime64[ms]")
        .astype("datetime64[ns]")
    )
