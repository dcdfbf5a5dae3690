"""Exports of the VirES service as variables: from CDF, comma-separated values and NetCDF."""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from skquake._core._typing import Array
from skquake.io._cdf import EPOCH_1970_MS, open_cdf
from skquake.io._files import FormatError, kind_of, read_bytes
from skquake.io._hdf5 import ENGINES, check_heaps, check_sizes
from skquake.io._numbers import to_numbers
from skquake.io._table import MAX_CELLS, header_of, parse_times, read_table

_CDF = (b"\xcd\xf3\x00\x01", b"\xcd\xf2\x60\x02", b"\x00\x00\xff\xff")
_TEXTS = ("Timestamp", "Spacecraft")
_STEPS = {"nanosecond": 1, "microsecond": 10**3, "millisecond": 10**6, "second": 10**9, "minute": 60 * 10**9}
_STEPS |= {"hour": 3600 * 10**9, "day": 86400 * 10**9}
_SINCE = re.compile(rf"({'|'.join(_STEPS)})s?\s+since\s+(\d{{4}}-\d\d-\d\d(?:[T ][\d:.]+)?)Z?", re.IGNORECASE)
_MJD2000, _UNIX = (0.0, 100_000.0), (1e8, 1e10)  # days and seconds: no number is in both
_MOST_WIDE = 12
_NOTHING = "no record: the request found no data"


class Export(NamedTuple):
    """What stands in one export.

    Attributes
    ----------
    time : ndarray of datetime64[ns], shape (n,)
    spacecraft : ndarray of str, shape (n,), or None
    variables : dict of {str: ndarray}
        Numbers, (n,) or (n, k).
    units : dict of {str: str}
        As the file gives them.
    about : dict of {str: list of str}
        ``products``, ``models``, ``filters`` as the file names them.
    left_out : list of str
        Variables that are neither numbers nor vectors.
    """

    time: Array
    spacecraft: Array | None
    variables: dict[str, Array]
    units: dict[str, str]
    about: dict[str, list[str]]
    left_out: list[str]


def read_export(path: Path) -> Export:
    """The export in a file, by its first bytes."""
    data = read_bytes(path)
    try:
        if data.startswith(_CDF):
            return _from_cdf(path)
        if data[:4] in ENGINES:
            return _from_netcdf(data, path)
    except FormatError:
        raise
    except Exception as error:  # the libraries raise whatever a damaged file leads to
        raise FormatError(path, "records", f"cannot be read ({type(error).__name__}: {error})") from error
    return _from_csv(data, path)


def _from_cdf(path):
    file = open_cdf(path)
    names = list(file.cdf_info().zVariables)
    attributes = file.globalattsget()
    creator = str((attributes.get("CREATOR") or [""])[0])
    if "Spacecraft" not in names and "vires" not in creator.lower():
        what = "no export of VirES (it has no Spacecraft); read an original file of Swarm with read_swarm_lp"
        raise FormatError(path, "CDF", what + " or read_swarm_mag")
    if "Timestamp" not in names:
        raise FormatError(path, "CDF", f"no variable Timestamp; there are {names[:20]}")
    about = file.varinq("Timestamp")
    if about.Last_Rec < 0:
        raise FormatError(path, "Timestamp", _NOTHING)
    time, kind = np.asarray(file.varget("Timestamp")), about.Data_Type_Description
    if kind != "CDF_EPOCH" or time.ndim != 1:
        raise FormatError(path, "variable Timestamp", f"{kind} of shape {time.shape}; expected CDF_EPOCH")
    time = _counts(time - EPOCH_1970_MS, 10**6, np.datetime64(0, "ns"), path)
    variables: dict[str, Any] = {}
    units: dict[str, str] = {}
    left_out: list[str] = []
    for name in names:
        if name == "Timestamp":
            continue
        variables[name] = np.asarray(file.varget(name))
        about = file.varattsget(name)
        units[name] = str(about.get("UNITS") or about.get("UNIT") or "")[:40]

    def said(name):
        return [str(text)[:500] for text in attributes.get(name) or []]

    spacecraft = _texts(variables.pop("Spacecraft", None))
    variables = _numbers_only(variables, len(time), path, left_out)
    return Export(
        time,
        spacecraft,
        variables,
        units,
        {
            "products": said("ORIGINAL_PRODUCT_NAMES"),
            "models": said("MAGNETIC_MODELS"),
            "filters": said("DATA_FILTERS"),
        },
        left_out,
    )


def _from_netcdf(data, path):
    import xarray as xr

    engine = ENGINES[data[:4]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of attributes that disagree or are damaged
        if engine == "h5netcdf":
            import h5py

            check_heaps(data, path)
            with h5py.File(io.BytesIO(data), "r") as root:
                check_sizes(root, path, len(data))
                dict(root.attrs)  # h5netcdf would leave a file that it cannot close
        with xr.open_dataset(io.BytesIO(data), engine=engine, decode_times=False, cache=False) as file:
            return _of_dataset(file, path)


def _of_dataset(file, path):
    if "Timestamp" not in file.variables or file["Timestamp"].ndim != 1:
        there = sorted(map(str, file.variables))[:20]
        raise FormatError(
            path, "NetCDF", f"no coordinate Timestamp, as exports of VirES have; there are {there}"
        )
    if sum(variable.size for variable in file.variables.values()) > MAX_CELLS:
        raise FormatError(path, "NetCDF", f"more than {MAX_CELLS} values; split the file")
    stamps, dim = file["Timestamp"], file["Timestamp"].dims[0]
    since = _SINCE.fullmatch(str(stamps.attrs.get("units", "")).strip())
    if since is None or stamps.dtype.kind not in "iuf":
        what = f"units {stamps.attrs.get('units')!r}; expected 'seconds since ...'"
        raise FormatError(path, "variable Timestamp", what)
    time = _counts(
        stamps.to_numpy(), _STEPS[since[1].lower()], np.datetime64(since[2].replace(" ", "T"), "ns"), path
    )
    variables: dict[str, Any] = {}
    units: dict[str, str] = {}
    left_out: list[str] = []
    for key, variable in file.variables.items():
        name = str(key)
        if variable.dims[:1] != (dim,) or name == "Timestamp":
            if name in file.data_vars:
                left_out.append(name)
            continue
        variables[name] = variable.to_numpy()
        units[name] = str(variable.attrs.get("units", ""))[:40]

    def said(name):
        return [str(text)[:500] for text in np.ravel(file.attrs.get(name, []))[:10_000]]

    spacecraft = _texts(variables.pop("Spacecraft", None))
    about = {"products": said("Sources"), "models": said("MagneticModels"), "filters": said("AppliedFilters")}
    return Export(
        time, spacecraft, _numbers_only(variables, len(time), path, left_out), units, about, left_out
    )


def _from_csv(data, path):
    kind = kind_of(data)
    if kind is not None:
        raise FormatError(path, "byte 0", f"{kind}; expected an export of VirES (CDF, CSV or NetCDF)")
    names = header_of(data, path)
    absent = [name for name in ("Timestamp", "Latitude", "Longitude", "Radius") if name not in names]
    if absent or len(set(names)) < len(names):
        what = f"no column {', '.join(absent)}" if absent else "two columns of one name"
        raise FormatError(path, "line 1", f"{what}; expected an export of VirES, got {names[:12]}")
    first = dict(zip(names, _fields(data.split(b"\n", 2)[1:2]), strict=False))
    wanted = [name for name in names if name]
    kinds: dict[str, type] = {
        name: str if name in _TEXTS or not _may_be_number(first.get(name, "")) else float for name in wanted
    }
    try:
        table = read_table(data, path, kinds, line_ends=True)  # numpy breaks the line of a long vector
    except FormatError:
        kinds = dict.fromkeys(wanted, str)  # a vector that is missing in the first row
        table = read_table(data, path, kinds, line_ends=True)
    variables: dict[str, Any] = {}
    left_out: list[str] = []
    for name in wanted:
        column = table[name]
        if name in _TEXTS:
            continue
        if kinds[name] is float:
            variables[name] = column.to_numpy()
            continue
        # What begins with a number is no text: a word further down is a fault, which to_numbers tells.
        begins = next((field for field in column if field.lower() not in ("", "nan")), "")
        if _may_be_number(begins) or all(map(_may_be_number, column)):
            variables[name] = to_numbers(column, path, name)
        elif column.str.startswith(("{", "[")).any():
            variables[name] = _vectors(column, path, name)
        else:
            left_out.append(name)
    time = _csv_times(table["Timestamp"], path)
    spacecraft = _texts(table["Spacecraft"].to_numpy()) if "Spacecraft" in names else None
    variables = _numbers_only(variables, len(time), path, left_out)
    return Export(time, spacecraft, variables, {}, {}, left_out)


def _fields(lines):
    return [field.strip().strip('"') for line in lines for field in line.decode("latin-1").strip().split(",")]


def _may_be_number(field):
    try:
        float(field or "nan")
    except ValueError:
        return field.strip("*") == ""
    return True


def _vectors(column, path, name):
    """(n, k) numbers of fields like ``{1.5;2;3}`` or ``[1.5 2 3]``; "nan" alone is a missing vector."""
    text = pc.utf8_trim(pa.array(column, type=pa.string()), "{}[] \t\r\n")
    parts = pc.split_pattern_regex(text, r"[;,\s]+")
    widths = np.asarray(pc.list_value_length(parts))
    whole = np.flatnonzero(column.str.startswith(("{", "[")).to_numpy())
    width = int(widths[whole[0]])
    odd = widths[whole] != width
    if odd.any():
        row = int(whole[odd.argmax()])
        raise FormatError(path, f"row {row + 2}", f"{name} has {widths[row]} numbers, before: {width}")
    bare = np.setdiff1d(np.arange(len(column)), whole)
    lost = column.iloc[bare].str.lower().isin(["", "nan"])
    if not lost.all():
        row = int(bare[int(np.argmin(lost.to_numpy()))])
        raise FormatError(path, f"row {row + 2}", f"{name} {column.iloc[row][:20]!r} is no vector")
    numbers = to_numbers(np.asarray(pc.list_flatten(parts.take(pa.array(whole)))), path, name, unit="number")
    vectors = np.full((len(column), width), np.nan)
    vectors[whole] = numbers.reshape(-1, width)
    return vectors


def _csv_times(column, path):
    """ISO 8601, days since 2000 (MJD2000) or seconds since 1970: the three forms that VirES writes."""
    if not _may_be_number(column.iloc[0]):
        return parse_times(column, path, "Timestamp")
    numbers = to_numbers(column, path, "Timestamp")
    for (low, high), step, origin in ((_MJD2000, 86400 * 10**9, "2000-01-01"), (_UNIX, 10**9, "1970-01-01")):
        if ((numbers >= low) & (numbers < high)).all():
            return _counts(numbers, step, np.datetime64(origin, "ns"), path)
    what = f"{column.iloc[0][:20]!r} ...: neither a date, nor days since 2000, nor seconds since 1970"
    raise FormatError(path, "column Timestamp", what)


def _counts(numbers, step, origin, path):
    """``datetime64[ns]``, to the nearest millisecond, of counts of ``step`` ns since ``origin``."""
    start, end = (np.datetime64(year, "ns").astype("int64") for year in ("1970-01-01", "2200-01-01"))
    ns = numbers.astype("float64") * step + float(origin.astype("int64"))
    bad = ~((ns >= start) & (ns < end))
    if bad.any():
        row = int(bad.argmax())
        raise FormatError(path, f"Timestamp, record {row}", f"{numbers[row]:g} is no time from 1970 to 2199")
    if not len(numbers):
        raise FormatError(path, "Timestamp", _NOTHING)
    whole, rest = np.divmod(numbers, 1) if numbers.dtype.kind == "f" else (numbers, 0)
    ms = np.round(np.asarray(rest) * step / 1e6).astype("int64") * 10**6
    times = origin + (whole.astype("int64") * step + ms).astype("timedelta64[ns]")
    return (times + np.timedelta64(500_000, "ns")).astype("datetime64[ms]").astype("datetime64[ns]")


def _texts(values):
    """An array of str of names of satellites, or None."""
    if values is None:
        return None
    values = pd.Series(np.asarray(values).ravel(), dtype=object)
    return values.map(
        lambda v: (v.decode("latin-1") if isinstance(v, bytes) else str(v)).strip()[:20]
    ).to_numpy()


def _numbers_only(variables: dict[str, Any], n: int, path: Path, left_out: list[str]) -> dict[str, Array]:
    """Variables that are numbers or short vectors, one a record; the others are noted."""
    kept = {}
    for name, values in variables.items():
        if values.ndim == 2 and values.shape[1] == 1:
            values = values[:, 0]
        if values.dtype.kind not in "iuf" or values.ndim not in (1, 2) or values.shape[1:] > (_MOST_WIDE,):
            left_out.append(name)
        elif len(values) != n:
            raise FormatError(path, f"variable {name}", f"{len(values)} records; there are {n} times")
        else:
            kept[name] = values
    return kept
