"""Magnetic observatories in the IAGA-2002 exchange format."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import Paths
from skquake.io._files import FormatError, expand_paths, read_bytes, text_lines, warn
from skquake.io._indices import join_files, one_row_a_time, wrong_file
from skquake.io._ranges import check_table
from skquake.io._reader import reader
from skquake.io._words import check_last_line, read_words

_MISSING, _NOT_RECORDED = 99999.0, 88888.0
_ANGLES = {"D", "I"}
_RANK = (("def", 3), ("quasi", 2), ("prov", 1), ("adj", 1))
_MAX_HEAD = 1000  # lines
_EXPECTED = "an IAGA-2002 file, from ' Format                 IAGA-2002'"
_COLUMNS = re.compile(r"DATE +TIME +DOY((?: +[A-Za-z0-9/_+-]+)+) *\|?\s*", re.ASCII)


@reader
def read_iaga2002(paths: Paths, *, verbose: int = 0) -> pd.DataFrame:
    """Magnetic field of an observatory (or a minute index such as SYM-H) from IAGA-2002 files.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        Files of **one** observatory with the same components (``bou20150317vmin.min``, ``.sec``, ``.hor``,
        ...), as INTERMAGNET, the USGS and the WDCs give them; ``.gz``, ``.Z`` and ``.zip`` are unpacked.
        Where files overlap, a value wins over a missing one, then definitive over quasi-definitive over
        adjusted or provisional over variation data, then the one read last.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame of float64
        Index ``time`` (UTC), as the file stamps it; one column a component, named as the file names it
        without the code of the observatory (indices keep it: ``AE``, ``ASY-D``): ``X``, ``Y``, ``Z`` are
        geographic north, east and down, ``H``,
        ``D``, ``Z`` horizontal intensity, declination and down; variometers may give variations only: see
        the orientation, the type and the comments in ``attrs``. No component is computed or renamed. nT,
        ``D`` and ``I`` minutes of arc (``attrs["units"]``). 99999 (missing) and 88888 (not recorded) are
        NaN.

        ``attrs``: ``code``, ``station``, ``source``, ``latitude``, ``longitude`` (degrees), ``elevation_m``,
        ``reported``, ``orientation``, ``sampling``, ``interval``, ``data_type`` (rows by type),
        ``comments``, and ``not_recorded``: components that are 88888 throughout.

    Raises
    ------
    FormatError
        For a file that is cut, of another kind (named), whose day of year contradicts its date, with a value
        out of range (90,000 nT, 360 degrees), or that gives one time twice with different values; and where
        files differ in observatory or components.

    Warns
    -----
    UserWarning
        Where the header reports other components than the columns have.

    References
    ----------
    IAGA Division V-DAT, "IAGA-2002 data exchange format",
    https://www.ncei.noaa.gov/services/world-data-system/v-dat-working-group/iaga-2002-data-exchange-format.
    INTERMAGNET's data: CC BY-NC 4.0 unless an observatory says otherwise.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_iaga2002
    >>> head = [("Format", "IAGA-2002"), ("Station Name", "Boulder"), ("IAGA CODE", "BOU"),
    ...         ("Geodetic Latitude", "40.137"), ("Geodetic Longitude", "254.763"), ("Reported", "HDZF"),
    ...         ("Data Type", "variation")]
    >>> text = "".join(f" {name:<23}{value:<45}|\\n" for name, value in head)
    >>> text += ("DATE       TIME         DOY     BOUH      BOUD      BOUZ      BOUF   |\\n"
    ...          "2013-09-01 00:00:00.000 244     21516.28    -29.03  47809.92  88888.00\\n"
    ...          "2013-09-01 00:01:00.000 244     21516.55    -29.09  99999.00  88888.00\\n")
    >>> path = pathlib.Path(tempfile.mkdtemp(), "bou20130901vmin.min")
    >>> _ = path.write_text(text)
    >>> field = read_iaga2002(path)
    >>> field
                                H      D         Z   F
    time
    2013-09-01 00:00:00  21516.28 -29.03  47809.92 NaN
    2013-09-01 00:01:00  21516.55 -29.09       NaN NaN
    >>> field.attrs["not_recorded"], field.attrs["units"]["D"]
    (['F'], 'arcmin')
    """
    parts: list[pd.DataFrame] = []
    heads: list[dict[str, Any]] = []
    files = expand_paths(paths, "read_iaga2002")
    for path in progress(files, desc="read_iaga2002", verbose=verbose, unit="file"):
        table, head = _read_one(path)
        if parts:
            for what, here, before in (
                ("observatory", head["code"], heads[0]["code"]),
                ("components", [*table], [*parts[0]][:-1]),
            ):
                if here != before:
                    raise FormatError(path, "header", f"{what} {here} after {before}; read one at a time")
        parts.append(table.assign(rank=_rank(head["type"])))
        heads.append(head)
    table = join_files(parts, rank="rank").drop(columns="rank")
    return _with_attrs(table, heads, [len(part) for part in parts])


def _with_attrs(table, heads, lengths):
    types: dict[str, int] = {}
    for head, n in zip(heads, lengths, strict=True):
        types[head["type"] or "not given"] = types.get(head["type"] or "not given", 0) + n
    last = heads[-1]
    table.attrs = {
        "units": {name: "arcmin" if name in _ANGLES else "nT" for name in table},
        **{
            name: last[name] for name in ("code", "station", "source", "latitude", "longitude", "elevation_m")
        },
        **{name: last[name] for name in ("reported", "orientation", "sampling", "interval", "comments")},
        "data_type": types,
        "not_recorded": [name for name in table if all(name in head["not_recorded"] for head in heads)],
        "origin": f"{last['station'] or last['code']}, {last['source']}".strip(", "),
        "citation": last["source"],
    }
    return table


def _rank(kind):
    return next((rank for start, rank in _RANK if kind.lower().startswith(start)), 0)


def _read_one(path):
    data = read_bytes(path)
    if not re.match(rb"\s*Format\s+IAGA-?2002", data, re.IGNORECASE):
        raise wrong_file(data, path, _EXPECTED)
    check_last_line(data, path)
    head, names, skip = _header(data, path)
    words = read_words(data, path, ["date", "clock", "doy", *names], skip=skip, texts=("date", "clock"))
    times = _times(words, path, skip)
    table = words[names].set_index(pd.DatetimeIndex(times, name="time"))
    head["not_recorded"] = [name for name in names if (table[name] == _NOT_RECORDED).all()]
    table = table.mask(table.isin([_MISSING, _NOT_RECORDED, -_MISSING, -_NOT_RECORDED]))
    check_table(table, path, {name: "field_angle" if name in _ANGLES else "field" for name in names})
    check_table(table, path, dict.fromkeys(("F", "S"), "F"))  # magnitudes
    if head["reported"] and not _reports(head["reported"], names):
        what = f"the header reports {head['reported']}, the columns are {', '.join(names)}; these are taken"
        warn(f"{path}: {what}")
    return one_row_a_time(table, path), head


def _reports(reported, names):
    letters = "".join(names).upper()
    return (
        re.sub(r"[^A-Z0-9/]", "", reported.upper()) in (letters, letters[:3]) or reported.upper() in letters
    )


def _header(data, path):
    """What the header says, names of the components, and the number of lines above the data."""
    said: dict[str, str] = {}
    comments: list[str] = []
    for i, line in enumerate(text_lines(data[:200_000], path)[:_MAX_HEAD], 1):
        match = _COLUMNS.fullmatch(line)
        if match and match[1].split() == ["DST"]:
            raise wrong_file(data, path, "the field of an observatory", f"line {i}")
        if match:
            return *_named(said, comments, match[1].split(), path, i), i
        text = line.rstrip().rstrip("|").strip()
        if text.startswith("#"):
            comments.append(text[1:].strip())
        elif text:
            said[line[:24].strip().lower()] = line[24:].rstrip().rstrip("|").strip()
    raise FormatError(path, "header", "no line 'DATE TIME DOY ...' that names the components")


def _named(said, comments, columns, path, i):
    code = said.get("iaga code", "").upper()
    names = [_without_code(name, code) for name in columns]
    if len(set(names)) < len(names) or not all(names) or {"date", "clock", "doy"} & set(names):
        raise FormatError(
            path, f"line {i}", f"components {columns}: not different names of {code or 'a station'}"
        )

    def number_of(name):
        try:
            value = float(said.get(name, "") or "nan")
        except ValueError:
            value = np.nan
        return value if np.isfinite(value) else np.nan

    head = {
        "code": code,
        "station": said.get("station name", ""),
        "source": said.get("source of data", ""),
        "latitude": number_of("geodetic latitude"),
        "longitude": (number_of("geodetic longitude") + 180) % 360 - 180,
        "elevation_m": number_of("elevation"),
        "reported": said.get("reported", ""),
        "orientation": said.get("sensor orientation", ""),
        "sampling": said.get("digital sampling", ""),
        "interval": said.get("data interval type", ""),
        "type": said.get("data type", ""),
        "comments": " ".join(comments),
    }
    return head, names


def _without_code(name, code):
    """``BOUH`` as ``H``; of an index, whose code is its name (``AE``, ``ASY-D``), the whole."""
    rest = name[len(code) :] if name.upper().startswith(code) else ""
    return rest if rest[:1].isalnum() or rest == "-" else name


def _times(words, path, skip):
    text = words["date"] + " " + words["clock"]
    times = pd.to_datetime(text, format="%Y-%m-%d %H:%M:%S.%f", errors="coerce")
    good = times.between("1700-01-01", "2200-01-01") & (times.dt.dayofyear == words["doy"])
    if not good.all():
        at = int((~good.to_numpy()).argmax())
        what = f"{text.iloc[at][:30]!r} is no date of day {words['doy'].iloc[at]:g}"
        raise FormatError(path, f"row {at + 1} below line {skip}", what)
    return times.to_numpy().astype("datetime64[ns]")
