"""CSES-01 level 2 data in HDF5 or text: Langmuir probe (LAP) and magnetometer (HPM)."""

from __future__ import annotations

import io
import re
from collections.abc import Container

import numpy as np
import pandas as pd

from skquake._core._geodesy import wrap_longitude
from skquake._core._progress import progress
from skquake._core._sklearn import StrOptions, validate_params
from skquake._core._typing import Array, Paths
from skquake.io._cses_text import TextFile, TextVariable, read_text, utc
from skquake.io._files import FormatError, expand_paths, read_bytes
from skquake.io._hdf5 import SIGNATURE, check_heaps, check_sizes
from skquake.io._isolated import Isolated
from skquake.io._orbit import one_row_a_time
from skquake.io._ranges import check_range
from skquake.io._reader import reader

# Product: our column -> (variable, its column), and unit.
_LAP = {"Ne": ("A311", 0), "Te": ("A321", 0)}
_HPM = {"B_N": ("A221", 0), "B_E": ("A222", 0), "B_C": ("A223", 0)}
_FGM = {"B_N": ("B_FGM", 0), "B_E": ("B_FGM", 1), "B_C": ("B_FGM", 2)}
_PRODUCTS = (("Langmuir probe (LAP)", _LAP), ("magnetometer (HPM)", _HPM), ("magnetometer (HPM)", _FGM))
_NEC, _XYZ = ("B_N", "B_E", "B_C"), ("B_x", "B_y", "B_z")
_UNITS = {"Ne": "cm-3", "Te": "K"} | dict.fromkeys(_NEC + _XYZ, "nT")
_IS_NEC = re.compile(r"\bNEC\b|north.{0,40}east", re.IGNORECASE | re.DOTALL)
_QUANTITIES = {"Ne": "Ne", "Te": "Te"} | dict.fromkeys(_NEC + _XYZ, "B")
_QUANTITIES |= {name: name for name in ("altitude_km", "magnetic_latitude", "magnetic_longitude")}
_FILLS = (-9999.0, -999999.0)
_VERSE_START = np.datetime64("2009-01-01", "ms")
_CLOCKS_AGREE_MS = 60_000


@reader
@validate_params(
    {"first_sample": [StrOptions({"nan", "keep"})], "isolate": ["boolean"]},
    prefer_skip_nested_validation=True,
)
def read_cses(
    paths: Paths, *, first_sample: str = "nan", isolate: bool = False, verbose: int = 0
) -> pd.DataFrame:
    """Electron density and temperature, or magnetic field, along CSES-01's orbit.

    The product is recognised by its variables. Fill values, and values outside the ``ValidRange`` that the
    file states, become NaN. Rows without a time or place are dropped, and counted in
    ``attrs["n_without_place"]``.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        Files of one product, ``CSES_01_LAP_1_L02_*.h5`` or ``CSES_01_HPM_*_L02_*.h5``, or text exports: a
        line that names the variables as these files do (``UTC_TIME``, ``GEO_LAT``, ``GEO_LON``, ``A311``,
        ``A321``, ...), then numbers between commas, semicolons, tabs or blanks; or a table of the field by
        INGV (``time``, ``geo_lat``, ``geo_lon``, ``bx``, ``by``, ``bz``). Where files give the same time, the
        file read last wins.
    first_sample : {"nan", "keep"}, default="nan"
        The instruments' first sample of an orbit is often bad: the values of a file's first row become NaN,
        or stay.
    isolate : bool, default=False
        Read in a child process, so that a hostile file that makes the HDF5 library crash, hang or fill the
        memory (60 s and 2 GiB for a file) ends in FormatError and not with this process. Off by default:
        starting the child takes seconds, once a call; ordinary files are read in milliseconds.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Ascending and unique in ``time`` (UTC, milliseconds), index 0, 1, ... Columns ``time``, ``latitude``
        and ``longitude`` (degrees, [-180, 180)), ``altitude_km``, the observations (``Ne`` in cm-3 and ``Te``
        in K, or the field in nT), ``magnetic_latitude``, ``magnetic_longitude`` (degrees, as in the file),
        ``orbit`` and ``ascending`` (bool). The field is called ``B_N``, ``B_E``, ``B_C`` (north, east,
        center) only where an attribute of the variable or of the file says so ("NEC", "north, east, ...");
        otherwise its frame is not known, and it is called ``B_x``, ``B_y``, ``B_z``. Of text: the comments
        above the table count as the file's attributes, its orbit is that of the file's name (-1 if it has
        none, and then it ascends where the latitude grows), and a place without ``ALTITUDE`` has none.
        ``attrs["left_out"]``: columns of text that are not read.

    Raises
    ------
    FormatError
        For a file that is cut, damaged, of another product than the first, or whose two clocks differ by
        more than a minute; for a value that the quantity cannot have (an altitude beyond 100...5000 km), and
        for text that names no variables.

    References
    ----------
    X. Shen et al. (2018), "The state-of-the-art of the China Seismo-Electromagnetic Satellite mission",
    Science China Technological Sciences 61, 634-642. Data: https://www.leos.ac.cn, after registration (terms
    not documented in the files). INGV's table: ASPIS data base of the CAESAR project, product 46B.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import h5py, numpy as np
    >>> from skquake.io import read_cses
    >>> path = pathlib.Path(tempfile.mkdtemp(), "CSES_01_LAP_1_L02_A3_096791_000.h5")
    >>> data = {"A311": [1e10, 4.5e10], "A321": [900.0, 2100.0], "GEO_LAT": [10.0, 10.2],
    ...         "GEO_LON": [250.0, 250.0], "ALTITUDE": [507.0, 507.0],
    ...         "UTC_TIME": [20180801020304000, 20180801020307000]}
    >>> with h5py.File(path, "w") as file:
    ...     for name, values in data.items():
    ...         _ = file.create_dataset(name, data=np.array(values)[:, np.newaxis])
    >>> read_cses(path)[["time", "longitude", "Ne", "Te"]]
                     time  longitude       Ne      Te
    0 2018-08-01 02:03:04     -110.0      NaN     NaN
    1 2018-08-01 02:03:07     -110.0  45000.0  2100.0
    """
    pieces: dict[str, list[Array]] = {}
    ranks, product, lost = [], None, 0
    left_out: dict[str, None] = {}
    with Isolated(isolate) as run:
        files = expand_paths(paths, "read_cses", run)
        for path in progress(files, desc="read_cses", verbose=verbose, unit="file"):
            name, columns, dropped, others = run(_read_one, path, first_sample == "nan")
            product = product or name
            if name != product:
                raise FormatError(
                    path, "variables", f"a file of the {name}; before: {product}; read them apart"
                )
            for key, values in columns.items():
                pieces.setdefault(key, []).append(values)
            ranks.append(np.zeros(len(columns["time"]), dtype="int64"))
            lost += dropped
            left_out |= dict.fromkeys(others)
    frame = one_row_a_time(pieces, ranks)
    degrees = dict.fromkeys(("latitude", "longitude", "magnetic_latitude", "magnetic_longitude"), "deg")
    frame.attrs = {
        "units": degrees | {"altitude_km": "km"} | {k: v for k, v in _UNITS.items() if k in frame},
        "origin": f"CSES-01, {product}",
        "citation": "Shen et al. (2018), Science China Technological Sciences 61, 634-642; https://www.leos.ac.cn",
        "n_without_place": lost,
        "left_out": list(left_out),
    }
    return frame


def products_in(variables: Container[str]) -> list[tuple[str, dict[str, tuple[str, int]]]]:
    """The products, and the tables of their columns, whose variables are all there."""
    return [
        (name, table)
        for name, table in _PRODUCTS
        if all(variable in variables for variable, _ in table.values())
    ]


def _read_one(path, without_first):
    import h5py

    data = read_bytes(path)
    if not data.startswith(SIGNATURE):
        file = read_text(data, path)
        return *_columns(file, path, without_first), file.left_out
    check_heaps(data, path)
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            check_sizes(file, path, len(data))
            return *_columns(file, path, without_first), []
    except (FormatError, FileNotFoundError):
        raise
    except Exception as error:  # h5py raises whatever a damaged file leads to
        raise FormatError(path, "HDF5", f"cannot be read ({type(error).__name__}: {error})") from error


def _columns(file, path, without_first):
    products = products_in(file)
    if not products:
        what = f"no variables of LAP (A311, A321) or HPM (A221-A223, B_FGM); there are {sorted(file)[:20]}"
        raise FormatError(path, "variables", what)
    product, observed = products[0]
    is_text = isinstance(file, TextFile)
    time = file.time if is_text else utc(_matrix(file, "UTC_TIME", path, kind="iu")[:, 0])
    n = len(time)
    place = {"latitude": "GEO_LAT", "longitude": "GEO_LON", "altitude_km": "ALTITUDE"}
    more = {"magnetic_latitude": "MAG_LAT", "magnetic_longitude": "MAG_LON"}
    columns = {
        ours: np.full(n, np.nan) if is_text and name not in file else _values(file, name, 0, n, path)
        for ours, name in place.items()
    }
    if observed is not _LAP and not _says_nec(file, observed):
        observed = dict(zip(_XYZ, observed.values(), strict=True))
    for ours, (name, column) in observed.items():
        values = _values(file, name, column, n, path)
        if ours == "Ne":
            values = values * 1e-6
        if without_first:
            values[:1] = np.nan
        columns[ours] = values
    for ours, name in more.items():
        columns[ours] = _values(file, name, 0, n, path) if name in file else np.full(n, np.nan)
    if "VERSE_TIME" in file:
        _check_clocks(time, _values(file, "VERSE_TIME", 0, n, path), path)
    latitude, longitude = columns["latitude"], columns["longitude"]
    placed = ~np.isnat(time) & (np.abs(latitude) <= 90.0) & (longitude >= -180.0) & (longitude <= 360.0)
    columns["longitude"] = wrap_longitude(np.where(placed, longitude, 0.0))
    for ours, quantity in _QUANTITIES.items():
        if ours in columns:
            check_range(np.where(placed, columns[ours], np.nan), quantity, path, label=ours)
    columns = {"time": time.astype("datetime64[ns]"), **columns}
    columns["orbit"] = np.full(n, _attribute(file, "ORBITNUM", -1), dtype="int32")
    columns["ascending"] = np.full(n, _attribute(file, "ORBITTYPE", 0) == 1)
    if "ORBITTYPE" not in file.attrs and is_text and n > 1:
        columns["ascending"] = np.gradient(latitude) > 0
    if not placed.any():
        raise FormatError(path, "table", f"none of {n} rows has a time and a place")
    return product, {name: values[placed] for name, values in columns.items()}, int(n - placed.sum())


def _says_nec(file, observed):
    """Whether attributes of the field's variables, or of the file, name the frame of north, east, center."""

    def says(attributes):
        texts = (np.ravel(attributes[key])[:1] for key in list(attributes)[:200])
        words = (v.decode("latin-1") if isinstance(v, bytes) else str(v) for text in texts for v in text)
        return any(_IS_NEC.search(word[:2000]) for word in words)

    return says(file.attrs) or all(says(file[name].attrs) for name, _ in observed.values())


def _matrix(file, name, path, kind):
    """A data set of numbers as (n, columns); its promised size is checked before it is read."""
    import h5py

    if name not in file or not isinstance(file[name], h5py.Dataset | TextVariable):
        raise FormatError(path, "variables", f"no variable {name}")
    data = file[name]
    if data.ndim not in (1, 2) or data.dtype.kind not in kind:
        what = f"expected numbers of shape (n, columns), got {data.dtype} {data.shape}"
        raise FormatError(path, f"variable {name}", what)
    return data[()].reshape(len(data), -1)


def _values(file, name, column, n, path):
    """One column of a variable as float64 of length ``n``; fills and what is out of range are NaN."""
    matrix = _matrix(file, name, path, kind="iuf")
    if len(matrix) != n or matrix.shape[1] <= column:
        what = f"shape {matrix.shape}, but there are {n} times"
        raise FormatError(path, f"variable {name}", what)
    values = matrix[:, column].astype("float64")
    values[~np.isfinite(values) | np.isin(values, _FILLS)] = np.nan
    low, high = _valid_range(file[name])
    with np.errstate(invalid="ignore"):
        values[(values < low) | (values > high)] = np.nan
    return values


def _valid_range(data):
    """Lowest and highest value that the attributes of a variable allow; any if they say none."""
    try:
        low, high = (float(v) for v in np.ravel(data.attrs["ValidRange"]))
    except (KeyError, TypeError, ValueError):
        return -np.inf, np.inf
    return (low, high) if low < high else (-np.inf, np.inf)


def _attribute(file, name, default):
    """A root attribute (bytes of digits) as an int."""
    value = file.attrs.get(name, default)
    value = np.ravel(value)[0] if np.size(value) else default
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return int(text) if text.strip().isascii() and text.strip().isdigit() and len(text) < 9 else default


def _check_clocks(time, verse, path):
    """Raise where the time since 2009 and the date differ; either may be missing."""
    known = ~np.isnat(time) & np.isfinite(verse)
    apart = np.zeros(len(time))
    apart[known] = np.abs((time[known] - _VERSE_START).astype("int64") - verse[known])
    if (apart > _CLOCKS_AGREE_MS).any():
        row = int(np.argmax(apart > _CLOCKS_AGREE_MS))
        what = f"UTC_TIME {time[row]} and VERSE_TIME {verse[row]:.0f} ms differ by {apart[row] / 1e3:.0f} s"
        raise FormatError(path, f"row {row}", what)
