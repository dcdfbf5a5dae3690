"""Kinds of files that no reader here takes, known by how they begin, and what to do with them."""

from __future__ import annotations

import csv
import re

from skquake.io._any_table import guess_separator, suggestion
from skquake.io._beginning import Beginning
from skquake.io._files import kind_of
from skquake.io._madrigal import TABLE

_HEAD = 8192
_NUMBERS = (
    "of earthquakes: read_catalog(columns={'time': 0, ...}); of TEC of stations: put a line of names above "
    "it, time among them, and read_station_vtec(columns=[...])"
)
_STD = "their columns are not documented and the date is not in them; read the .Cmn file beside it: read_gopi"

# Pattern, what the file is, what to do with it.
_KINDS: tuple[tuple[str, str, str], ...] = (
    (r"\A.{60}RINEX VERSION / TYPE", "GNSS observations or orbits in RINEX",
     "TEC must be computed of it first, with the biases of the receiver and the satellites"),
    (r"\A.{60}CRINEX VERS", "GNSS observations in compressed RINEX (Hatanaka)",
     "TEC must be computed of it first, with the biases of the receiver and the satellites"),
    (r"\A.{60}ANTEX VERSION", "antenna corrections in ANTEX", ""),
    (r"\A#[abcd][PV]\d{4} ", "GNSS orbits in SP3", ""),
    (r"\A%=(SNX|BIA|TRO) ", "a SINEX file (positions, biases or troposphere)", ""),
    (r"\A.{0,2000}DIFFERENTIAL .{0,20}CODE BIASES", "differential code biases of GNSS satellites", ""),
    (r"\A(\d{6}[DRQM] )", "seismograms in miniSEED", "obspy.read reads them"),
    (r"\ASIMPLE  =", "a FITS file", "astropy reads it"),
    (r"\AMATLAB 5\.0 MAT-file", "a MATLAB file", "scipy.io.loadmat reads it; make a DataFrame of it"),
    (r"\A\x93NUMPY", "a NumPy array", "numpy.load reads it"),
    (r"\AGRIB", "weather in GRIB", "xarray with cfgrib reads it, and MapSource takes the result"),
    (r"\A(II\*\0|MM\0\*)", "a TIFF image", ""),
    (r"\A\x89PNG", "a PNG image", ""),
    (r"\A\xff\xd8\xff", "a JPEG image", ""),
    (r"\AGIF8", "a GIF image", ""),
    (r"\A%!PS", "a PostScript document", ""),
    (r"\A\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook or Word document of before 2007",
     "save the sheet as CSV"),
    (r"\A\x0e\x03\x13\x01", "an HDF4 file", "convert it to NetCDF or HDF5"),
    (r"\A(PAR1)", "a Parquet file", "pandas.read_parquet reads it, and TrackSource takes it where it has "
     "time, latitude, longitude and the observations"),
    (r"\AARROW1", "an Arrow or Feather file", "pandas.read_feather reads it"),
    (r"\AObj\x01", "an Avro file", ""),
    (r"\ASQLite format 3", "an SQLite database", "pandas.read_sql reads its tables"),
    (r"\A\x80[\x02-\x05]", "a Python pickle", "it can run code when it is read: open only your own"),
    (r"\ABZh", "a file packed with bzip2", "unpack it"),
    (r"\A\xfd7zXZ", "a file packed with xz", "unpack it"),
    (r"\A\x28\xb5\x2f\xfd", "a file packed with zstd", "unpack it"),
    (r"\A7z\xbc\xaf", "a 7z archive", "unpack it"),
    (r"\ARar!", "a RAR archive", "unpack it"),
    (r"\A.{257}ustar", "a tar archive", "unpack it"),
    (r"\A#!", "a script", ""),
    (r"\A\\documentclass|\A%.{0,200}\\documentclass", "a LaTeX document", ""),
    (r"\A\{\\rtf", "an RTF document", "save it as plain text"),
)  # fmt: skip
_PATTERNS = [(re.compile(pattern, re.DOTALL), what, cure) for pattern, what, cure in _KINDS]


def seems(beginning: Beginning) -> tuple[str, str]:
    """What a file that no reader takes seems to be, and what to do with it (both in words).

    Parameters
    ----------
    beginning : Beginning

    Returns
    -------
    what : str
    cure : str
        "" where nothing is known that helps.
    """
    if beginning.packed == "ZIP" and len(beginning.members) != 1:
        return _archive(beginning.members)
    found = _by_mark(beginning)
    if found is not None:
        return found
    data = beginning.data
    kind = kind_of(data)
    if kind is not None and kind.startswith(("an HDF5", "a NetCDF", "a CDF")):
        return _of_variables(kind, beginning.variables)
    if kind == "an HTML page":
        return kind, "the server may have answered with a page instead of the file: download it again"
    if kind is not None and "UTF-16" not in kind:
        return kind, ""
    if beginning.index is not None and "no reader here takes" in beginning.index:
        return beginning.index, ""
    if beginning.is_binary:
        return f"binary data that begin {data[:8].hex(' ')}", ""
    return _text(beginning)


def foreign(beginning: Beginning) -> str | None:
    """What a file is that is certainly of none of the formats, and what to do; else None."""
    found = _by_mark(beginning)
    return None if found is None else "; ".join(filter(None, found))


def _by_mark(beginning):
    text = beginning.data[:_HEAD].decode("latin-1")
    return next(((what, cure) for pattern, what, cure in _PATTERNS if pattern.match(text)), None)


def _archive(members):
    names = [name.rsplit("/", 1)[-1] for name in members]
    if "[Content_Types].xml" in members:
        return "an Excel workbook or another Office document", "save the sheet as CSV"
    if names and all(name.endswith(".npy") for name in names):
        return "NumPy arrays (.npz)", "numpy.load reads it"
    shown = ", ".join(name[:60] for name in names[:3]) + ", ..." * (len(names) > 3)
    return f"a ZIP archive of {len(members)} files" + f" ({shown})" * bool(shown), "unpack it"


def _of_variables(kind, variables):
    kind = kind.split(" (", 1)[0]
    columns = sorted(name.removeprefix(f"{TABLE}/") for name in variables if name.startswith(f"{TABLE}/"))
    if columns:
        shown = ", ".join(columns[:12]) + ", ..." * (len(columns) > 12)
        return f"a table of Madrigal, {kind}, with the columns {shown}", f"h5py reads its /{TABLE}"
    if not variables:
        return kind, "its variables cannot be listed: cut or damaged"
    shown = ", ".join(sorted(variables)[:12]) + ", ..." * (len(variables) > 12)
    cure = "xarray reads it, and MapSource takes maps over time, latitude and longitude"
    return f"{kind} with the variables {shown}", cure if "CDF" not in kind or "Net" in kind else ""


def _text(beginning):
    first = beginning.head.first
    if beginning.path.suffix.lower() == ".std" and re.fullmatch(r"[\d\s.,+eE-]+", first):
        return "means over satellites by GPS-TEC (.Std), perhaps", _STD
    names = _names(first)
    if names is None and _of_numbers(beginning.head.lines):
        return f"a table of numbers without names that begins {first.strip()[:60]!r}", _NUMBERS
    if names is None:
        return f"a text that begins {first.strip()[:60]!r}", ""
    shown = ", ".join(name[:30] for name in names[:8]) + ", ..." * (len(names) > 8)
    hint = suggestion(beginning.head)
    if "columns={" in hint and "'magnitude':" in hint:
        return f"a table of earthquakes, perhaps, with the columns {shown}", f"read_catalog: {hint}"
    small = {name.lower() for name in names}
    if {"latitude", "longitude"} <= small or {"lat", "lon"} <= small:
        cure = "pandas reads it, and TrackSource takes a frame of time, latitude, longitude and observations"
    else:
        cure = "read_station_vtec(columns=[...]), if it is TEC of stations; else pandas"
    return f"a table with the columns {shown}", cure


def _of_numbers(lines):
    """Whether the first lines are rows of as many numbers."""
    rows = [re.split(r"[\s,;]+", line.strip()) for line in lines[:5] if line.strip()]
    return (
        len(rows) > 1
        and len({len(row) for row in rows}) == 1 < len(rows[0])
        and all(
            re.fullmatch(r"[+-]?[\d.:/-]*\d[\d.:/-]*([eEdD][+-]?\d+)?", word) for row in rows for word in row
        )
    )


def _names(first):
    """The fields of a line that names columns; None for any other."""
    mark = guess_separator(first)
    try:
        names = first.lstrip("# ").split() if mark == " " else next(csv.reader([first], delimiter=mark))
    except (csv.Error, StopIteration):
        return None
    names = [name.strip() for name in names]
    plain = [bool(re.fullmatch(r"[^\W\d][\w ()\[\]/%.^*-]{0,40}", name)) for name in names]
    few = mark == " " and any(name.endswith((".", ":")) for name in names)
    return names if len(names) > 1 and all(plain) and not few else None
