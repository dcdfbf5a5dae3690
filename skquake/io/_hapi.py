"""Answers of HAPI servers: comma-separated values below a header that says what they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import Array, Paths
from skquake.io._files import FormatError, expand_paths, kind_of, read_bytes
from skquake.io._orbit import one_row_a_time
from skquake.io._reader import reader
from skquake.io._table import parse_times, read_table
from skquake.io._vires import choose, columns_of, one_row_each
from skquake.io._vires_forms import Export

_TYPES = ("isotime", "double", "integer", "string")
_POSITION = {"Latitude", "Longitude", "Radius"}
_MAX_HEADER = 2_000_000  # bytes
_MAX_WIDTH = 1000
_OK, _NO_DATA = 1200, 1201
_EXPECTED = "an answer of a HAPI server with its header (format=csv, include=header)"


class Parameter(NamedTuple):
    """What the header says of a parameter."""

    name: str
    type: str
    unit: str
    fill: str
    width: int


class Answer(NamedTuple):
    """What a HAPI server answered: ``time`` and the other columns, or None where there are no data.

    ``parameters`` are the names in the header, time first.
    """

    columns: dict[str, Array] | None
    units: dict[str, str]
    left_out: list[str]
    satellite: str
    about: dict[str, str]
    parameters: list[str]


@reader
def read_hapi(paths: Paths, *, verbose: int = 0) -> pd.DataFrame:
    """Time series or tracks as HAPI servers send them.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        Answers to ``.../hapi/data?...&format=csv&include=header`` (HAPI 2 and 3), of one data set with the
        same parameters. ``.gz``, ``.Z`` and ``.zip`` are unpacked. Where files give the same time, the one
        read last wins.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Ascending and unique in ``time`` (UTC), index 0, 1, ... Then the parameters under their names; those
        of several numbers as ``name_1``, ``name_2``, ...; fill values are NaN. What VirES serves along an
        orbit (``Latitude``, ``Longitude``, ``Radius`` and observations) comes as :func:`read_vires` gives
        it. ``attrs``: ``units``, ``left_out`` (parameters that are texts or further times), and what the
        header says of itself.

    Raises
    ------
    FormatError
        For a file that is cut, has no header, or says that the request failed or that there are no data; for
        parameters other than in the first file; for several different rows of one time.

    References
    ----------
    R. S. Weigel et al. (2021), "HAPI: An API Standard for Accessing Heliophysics Time Series Data", Journal
    of Geophysical Research: Space Physics 126, e2021JA029534. Terms are those of each data set.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_hapi
    >>> path = pathlib.Path(tempfile.mkdtemp(), "dst.csv")
    >>> _ = path.write_text('#{"HAPI": "3.0", "status": {"code": 1200, "message": "OK"}, "parameters": [\\n'
    ...                     '#{"name": "Time", "type": "isotime", "units": "UTC", "fill": null},\\n'
    ...                     '#{"name": "DST", "type": "integer", "units": "nT", "fill": "99999"}]}\\n'
    ...                     "2003-10-30T00:00:00.000Z,-151\\n2003-10-30T01:00:00.000Z,99999\\n")
    >>> read_hapi(path)
                     time    DST
    0 2003-10-30 00:00:00 -151.0
    1 2003-10-30 01:00:00    NaN
    """
    pieces: dict[str, list[Array]] = {}
    ranks: list[Array] = []
    first: Answer | None = None
    for path in progress(expand_paths(paths, "read_hapi"), desc="read_hapi", verbose=verbose, unit="file"):
        answer = read_answer(path)
        if answer.columns is None:
            raise FormatError(path, "table", "no record: the server has no data for what was asked")
        if first is not None and (answer.satellite, set(answer.columns)) != (first.satellite, set(pieces)):
            odd = sorted(set(answer.columns) ^ set(pieces)) or [answer.satellite, first.satellite]
            raise FormatError(path, "header", f"differs from the files before in {odd[:6]}; read them apart")
        first = first or answer
        for name, values in answer.columns.items():
            pieces.setdefault(name, []).append(values)
        ranks.append(np.zeros(len(answer.columns["time"]), dtype="int64"))
    assert first is not None  # there is no empty list of files
    frame = one_row_a_time(pieces, ranks)
    frame.attrs = attributes(first)
    return frame


def attributes(answer: Answer) -> dict[str, Any]:
    """``attrs`` of a table that begins with that answer."""
    about = answer.about
    origin = about.get("description") or about.get("resourceID") or "HAPI"
    return {
        "units": dict(answer.units),
        "origin": f"{origin} {answer.satellite}".strip(),
        "citation": about.get("citation") or about.get("resourceURL") or "the data set's own citation",
        "left_out": list(answer.left_out),
        "about": dict(about),
    }


def read_answer(path: Path) -> Answer:
    """One file."""
    data = read_bytes(path)
    kind = kind_of(data)
    if kind is not None or not data.removeprefix(b"\xef\xbb\xbf").startswith(b"#"):
        begin = kind or repr(data[:40].decode("latin-1"))
        raise FormatError(path, "line 1", f"expected {_EXPECTED}; the file begins with {begin}")
    head, start = _header(data, path)
    code, message = _status(head, path)
    if code not in (_OK, _NO_DATA):
        raise FormatError(path, "header", f"the server says: {code} {message}")
    parameters = _parameters(head, path)
    words = ("description", "resourceID", "resourceURL", "citation", "contact", "HAPI")
    about = {name: str(head[name])[:500] for name in words if isinstance(head.get(name), str)}
    body = data[start:]
    if not body.strip():
        return Answer(None, {}, [], "", about, [p.name for p in parameters])
    return _answer(body, parameters, about, data[:start].count(b"\n"), path)


def _header(data, path):
    """The JSON object in the lines that begin with #, and where they end."""
    start, lines = 0, []
    while data[start : start + 1] == b"#" or (start == 0 and data.startswith(b"\xef\xbb\xbf#")):
        end = data.find(b"\n", start)
        if end < 0 or end > _MAX_HEADER:
            raise FormatError(path, "header", "does not end: cut, or no header of HAPI")
        lines.append(data[start:end].removeprefix(b"\xef\xbb\xbf")[1:])
        start = end + 1
    try:
        head = json.loads(b"\n".join(lines).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(path, "header", f"no JSON behind # ({error}); expected {_EXPECTED}") from None
    if not isinstance(head, dict):
        raise FormatError(path, "header", f"no object in JSON; expected {_EXPECTED}")
    return head, start


def _status(head, path):
    status = head.get("status", {"code": _OK})
    code = status.get("code") if isinstance(status, dict) else None
    if not isinstance(code, int):
        raise FormatError(path, "header", "no status code")
    return code, str(status.get("message", ""))[:200]


def _parameters(head, path):
    listed = head.get("parameters")
    if not isinstance(listed, list) or not listed or not all(isinstance(item, dict) for item in listed):
        raise FormatError(path, "header", "no list of parameters")
    out = []
    for item in listed:
        size = item.get("size") or [1]
        good = (
            isinstance(size, list) and len(size) < 10 and all(type(k) is int and 0 < k < 10**6 for k in size)
        )
        name, kind = item.get("name"), item.get("type")
        if not isinstance(name, str) or not name or kind not in _TYPES or not good:
            raise FormatError(path, "header", f"parameter {str(name)[:40]!r}: no name, type or size of HAPI")
        unit, fill = item.get("units"), item.get("fill")
        units = {str(u) for u in np.ravel(np.array(unit, dtype=object))} if isinstance(unit, list) else {unit}
        unit = str(units.pop() or "")[:60] if len(units) == 1 else ""
        out.append(Parameter(name, kind, unit, "" if fill is None else str(fill), int(np.prod(size))))
    if out[0].type != "isotime" or out[0].width != 1:
        raise FormatError(path, "header", f"the first parameter, {out[0].name!r}, is no time")
    if len({p.name for p in out}) < len(out) or sum(p.width for p in out) > _MAX_WIDTH:
        raise FormatError(path, "header", f"two parameters of one name, or more than {_MAX_WIDTH} columns")
    return out


def _answer(body, parameters, about, n_lines, path):
    names = [f"{p.name}/{k}" for p in parameters for k in range(p.width)]
    kinds: dict[str, type] = {
        f"{p.name}/{k}": str if p.type in ("isotime", "string") else float
        for p in parameters
        for k in range(p.width)
    }
    head = ",".join('"' + name.replace('"', '""') + '"' for name in names).encode() + b"\n"
    kinds = {name: kinds[name] for name in names}
    table = read_table(head + body, path, kinds)
    time = _times(table[names[0]], path, n_lines)
    variables: dict[str, Array] = {}
    spacecraft, left_out = None, []
    for parameter in parameters[1:]:
        columns = [table[f"{parameter.name}/{k}"] for k in range(parameter.width)]
        if parameter.type in ("isotime", "string"):
            if parameter.name == "Spacecraft" and parameter.width == 1:
                spacecraft = columns[0].str.strip().str[:20].to_numpy(dtype=object)
            else:
                left_out.append(parameter.name)
            continue
        values = np.stack([_without_fill(column.to_numpy(), parameter, path) for column in columns], axis=1)
        variables[parameter.name] = values[:, 0] if parameter.width == 1 else values
    units = {p.name: p.unit for p in parameters}
    if _POSITION <= set(variables):
        export = Export(time, spacecraft, variables, units, {}, left_out)
        satellite, rows, _ = choose(export, None, path)
        observed, its_units = columns_of(export, rows, path)
    else:
        satellite = (
            "" if spacecraft is None else choose(Export(time, spacecraft, {}, {}, {}, []), None, path)[0]
        )
        observed, its_units = _plain(time, variables, units, path)
    one_row_each(observed, path)
    return Answer(observed, its_units, left_out, satellite, about, [p.name for p in parameters])


def _plain(time, variables, units, path):
    observed, its_units = {"time": time}, {}
    for name, values in variables.items():
        whole = values[:, np.newaxis] if values.ndim == 1 else values
        for k in range(whole.shape[1]):
            key = name if values.ndim == 1 else f"{name}_{k + 1}"
            if key in observed:
                raise FormatError(path, "header", f"two parameters for a column {key!r}")
            observed[key] = whole[:, k].copy()
            if units[name]:
                its_units[key] = units[name]
    return observed, its_units


def _without_fill(values, parameter, path):
    values = values.astype(float)
    try:
        fill = float(parameter.fill or "nan")
    except ValueError:
        what = f"parameter {parameter.name}: fill {parameter.fill[:20]!r} is no number"
        raise FormatError(path, "header", what) from None
    return np.where(np.isclose(values, fill, rtol=1e-7, atol=0.0), np.nan, values)


def _times(text, path, n_lines):
    """UTC of HAPI's times: dates with a month and day or a day of the year, cut anywhere, with a Z."""
    text = pd.Series(text, dtype=object).str.strip().str.removesuffix("Z")
    if str(text.iloc[0])[4:5] == "-" and str(text.iloc[0])[7:8] == "-":
        return parse_times(text, path, "time", first=n_lines + 1, unit="line")
    parts = text.str.extract(r"^(\d{4})-?(\d{3})(?:T(.*))?$")
    bad = parts[0].isna().to_numpy()
    if bad.any():
        at = int(bad.argmax())
        raise FormatError(
            path, f"line {at + n_lines + 1}", f"time {str(text.iloc[at])[:30]!r} is no date of HAPI"
        )
    day = parts[1].astype(int).to_numpy()
    year = parts[0].astype(int).to_numpy()
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    bad = (day < 1) | (day > 365 + leap)
    if bad.any():
        at = int(bad.argmax())
        raise FormatError(path, f"line {at + n_lines + 1}", f"{year[at]} has no day {day[at]}")
    dates = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + (day - 1)
    clock = parts[2].fillna("").replace("", "00:00")
    whole = pd.Series(dates.astype(str), dtype=object) + "T" + clock
    return parse_times(whole, path, "time", first=n_lines + 1, unit="line")
