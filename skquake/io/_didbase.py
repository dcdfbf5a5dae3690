"""Ionosondes: characteristics scaled from ionograms, as GIRO's data base DIDBase writes them."""

from __future__ import annotations

import re
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._sklearn import Interval, validate_params
from skquake._core._typing import Paths
from skquake.io._files import FormatError, check_lines, expand_paths, read_bytes
from skquake.io._indices import wrong_file
from skquake.io._numbers import to_numbers
from skquake.io._ranges import check_range
from skquake.io._reader import reader
from skquake.io._table import parse_times
from skquake.io._words import check_last_line, read_words
from skquake.io._words_at_once import words_at_once

_EXPECTED = "DIDBase text: lines of # with '#Time CS foF2 QD ...', then dates and numbers"
_LOCATION = re.compile(r"GEO\s*\(?\s*([\d.]+)\s*([NS])[\s,]+([\d.]+)\s*([EW])", re.IGNORECASE)
_CODE = re.compile(r"URSI-?Code:?\s+([A-Za-z0-9]{5})\b[\s,]*(.*)", re.IGNORECASE)
_UNIT = re.compile(r"([A-Za-z][\w()]*)\s+\[([^\]]*)\]")
_MUF = re.compile(r"Distance.*?MUF.*?(\d+)\s*km", re.IGNORECASE)
_MANUAL = 999
_QUANTITIES = {"MHz": "foF2", "km": "hmF2", "TECU": "tec"}
_SPELLINGS = {"10^16 m^-2": "TECU", "10^16": "TECU", "": "1"}


def _documented(name: str) -> str:
    """The unit of a characteristic where the file does not say it, by DIDBase's naming."""
    if name == "TEC":
        return "TECU"
    if re.fullmatch(r"(f\w+|MUF.*|FF|FE)", name):
        return "MHz"
    if re.fullmatch(r"([hyz]\w+|B0|scaleF2|QF|QE)", name):
        return "km"
    return "1"


@reader
@validate_params(
    {"min_score": [Interval(Real, 0, 100, closed="both"), None]}, prefer_skip_nested_validation=True
)
def read_didbase(paths: Paths, *, min_score: float | None = None, verbose: int = 0) -> pd.DataFrame:
    """Critical frequencies and heights above one ionosonde, from DIDBase's text.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        Answers of GIRO's services (``fastchar/getbest``, before ``DIDBGetValues``) for **one** station, with
        the same characteristics. ``.gz``, ``.Z`` and ``.zip`` are unpacked.
    min_score : float or None, default=None
        Rows with a lower confidence score, or an unknown one, are left out and counted in
        ``attrs["left_out"]``; what a person scaled stays. None keeps all: automatic scaling gives foF2 that
        is wrong by MHz at times, mostly at low scores, so a study names what it takes.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Index ``time`` (UTC), ascending and unique, as irregular as the soundings
        (:meth:`skquake.sources.SeriesSource.from_irregular` resamples). The characteristics under the names
        of the file, such as ``foF2`` (MHz) and ``hmF2`` (km); missing ones (``---``) are NaN. For each its
        qualifying and descriptive letters, ``foF2_QD``, as URSI defines them (``//``: none, ``__``: no
        value). ``score``: confidence of automatic scaling, 0...100, 999 for manual scaling, -1 where it is
        unknown (NaN in files without it). Where a time is given twice, manual scaling wins, then the higher
        score, then the row read last.

        ``attrs``: ``units``, ``code`` (URSI), ``station``, ``latitude``, ``longitude`` (degrees,
        [-180, 180)), ``muf_distance_km``, ``left_out``.

    Raises
    ------
    FormatError
        For a file that is cut, of another kind (named), or that says why it holds no data; for another
        station or other characteristics than in the first file; for a frequency beyond 0...100 MHz or a
        height beyond 0...5000 km.

    References
    ----------
    B. W. Reinisch, I. A. Galkin (2011), "Global Ionospheric Radio Observatory (GIRO)", Earth, Planets and
    Space 63, 377-381. Data: https://giro.uml.edu/didbase/scaled.php, CC BY-NC-SA 4.0, with the rules of the
    road; the provider of each station must be acknowledged. Letters: URSI Handbook of Ionogram
    Interpretation and Reduction, UAG-23A (1978).

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_didbase
    >>> path = pathlib.Path(tempfile.mkdtemp(), "AT138.txt")
    >>> _ = path.write_text("# Global Ionospheric Radio Observatory (GIRO)\\n"
    ...                     "# Location: GEO ( 38.0 N    23.5 E ), URSI-Code AT138, ATHENS\\n"
    ...                     "# Time                    CS   foF2 QD   hmF2 QD\\n"
    ...                     "2026-08-26T00:00:00.000Z  50  3.955 //  276.4 //\\n"
    ...                     "2026-08-26T00:05:00.000Z  45    --- __  273.6 //\\n")
    >>> sounding = read_didbase(path)
    >>> sounding[["foF2", "hmF2", "score"]]
                          foF2   hmF2  score
    time
    2026-08-26 00:00:00  3.955  276.4   50.0
    2026-08-26 00:05:00    NaN  273.6   45.0
    >>> sounding.attrs["code"], sounding.attrs["units"]["foF2"]
    ('AT138', 'MHz')
    """
    tables: list[pd.DataFrame] = []
    first: dict[str, Any] = {}
    files = expand_paths(paths, "read_didbase")
    for path in progress(files, desc="read_didbase", verbose=verbose, unit="file"):
        table, head = _read_one(path)
        first = first or head
        if head["code"] != first["code"]:
            raise FormatError(
                path, "header", f"station {head['code']} after {first['code']}; read one at a time"
            )
        if head["units"] != first["units"]:
            what = f"{sorted(head['units'])} after {sorted(first['units'])}"
            raise FormatError(path, "header", f"characteristics {what}; read them apart")
        tables.append(table)
    table = pd.concat(tables)
    order = np.lexsort((np.arange(len(table)), table["score"].fillna(-1).to_numpy(), table.index.to_numpy()))
    table = table.iloc[order]
    left_out: dict[str, int] = {}
    table = table[~table.reset_index().duplicated().to_numpy()]
    again = table.index.duplicated(keep="last")
    if again.any():
        left_out["another scaling of the same time"] = int(again.sum())
    table = table[~again]
    if min_score is not None:
        low = ~(table["score"] >= min_score)
        if low.any():
            left_out[f"score below {min_score:g} or unknown"] = int(low.sum())
        table = table[~low]
    units = {name: unit for name, unit in first["units"].items() if name in table}
    table.attrs = {
        "units": units,
        **{name: first[name] for name in ("code", "station", "latitude", "longitude", "muf_distance_km")},
        "origin": f"GIRO DIDBase, {first['code']} {first['station']}".rstrip(),
        "citation": "Reinisch & Galkin (2011), https://doi.org/10.5047/eps.2011.03.001",
        "license": "CC BY-NC-SA 4.0",
        "left_out": left_out,
    }
    return table


def _read_one(path):
    data = read_bytes(path)
    if not data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"#") or not re.search(rb"GIRO|DIDB", data[:20_000]):
        raise wrong_file(data, path, _EXPECTED)
    check_lines(data, path)
    comments, rows = _parted(data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n"))
    head, names = _header(comments.decode("latin-1").split("\n"), path)
    if not rows.strip():
        raise FormatError(path, "table", "no row below the header")
    check_last_line(data, path)
    letters = [name for name in names if name.endswith("_QD")]
    numbers: Any = words_at_once(rows, names, ["time", *letters], missing=["---"])
    words = read_words(rows, path, names, texts=names) if numbers is None else numbers
    times = parse_times(words["time"], path, first=1, unit="row of data")
    columns: dict[str, Any] = {}
    for name in names[1:]:
        if name in letters:
            columns[name] = np.asarray(words[name], dtype=object)
            odd = np.fromiter(map(len, columns[name]), np.int64, len(times)) != 2
            if odd.any():
                row = int(odd.argmax())
                what = f"letters {columns[name][row][:20]!r}; expected two, such as //"
                raise FormatError(path, f"row of data {row + 1}", what)
            continue
        values = words[name]
        if numbers is None:
            values = to_numbers(values, path, name, unit="row of data", first=1)
        quantity = _QUANTITIES.get(head["units"].get(name, ""))
        if quantity is not None:
            check_range(values, quantity, path, where="row of data", first=1, label=name)
        columns[name] = values
    score = columns.pop("CS", np.full(len(times), np.nan))
    bad = ~(np.isnan(score) | ((score >= -1) & (score <= 100)) | (score == _MANUAL))
    if bad.any():
        what = f"confidence score {score[bad][0]:g}; expected 0...100, 999 or -1"
        raise FormatError(path, f"row of data {int(bad.argmax()) + 1}", what)
    columns["score"] = score
    return pd.DataFrame(columns, index=pd.DatetimeIndex(times, name="time")), head


def _parted(text):
    """Comments, which begin with #, and the other lines; both have all lines, those of the other empty."""
    rest = re.compile(rb"^[^\S\n]*[^#\s]", re.MULTILINE).search(text)
    start = rest.start() if rest else len(text)
    comments, rows = text[:start], text[start:]
    if b"#" in rows:
        lines = rows.split(b"\n")
        said = [line.lstrip().startswith(b"#") for line in lines]
        comments += b"\n".join(line if is_one else b"" for line, is_one in zip(lines, said, strict=True))
        rows = b"\n".join(b"" if is_one else line for line, is_one in zip(lines, said, strict=True))
    return comments, b"\n" * comments[:start].count(b"\n") + rows


def _header(lines, path):
    """What the comments say, and the names of the columns."""
    head: dict[str, Any] = {
        "code": "",
        "station": "",
        "latitude": np.nan,
        "longitude": np.nan,
        "muf_distance_km": np.nan,
    }
    said: dict[str, str] = {}
    names = None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text.startswith("#"):
            continue
        text = text.lstrip("#").strip()
        if text.upper().startswith("STATUS: ERROR") or text.upper().startswith("ERROR"):
            raise FormatError(path, f"line {number}", f"the service says: {text[:200]}")
        location, code, muf = _LOCATION.search(text), _CODE.search(text), _MUF.search(text)
        if location:
            head["latitude"], head["longitude"] = _place(location, path, number)
        if code:
            if head["code"] not in ("", code[1].upper()):
                what = f"a second station, {code[1][:10]} after {head['code']}; one file a station"
                raise FormatError(path, f"line {number}", what)
            head["code"], head["station"] = code[1].upper(), code[2].strip()[:60]
        if muf:
            head["muf_distance_km"] = float(muf[1][:9])
        said |= {name: unit.strip() for name, unit in _UNIT.findall(text)}
        if text.startswith("Time") and {"CS", "QD", "foF2", "hmF2"} & set(text.split()):
            here = _names(text.split(), path, number)
            if names is not None and here != names:
                raise FormatError(
                    path, f"line {number}", "the columns change within the file; split it there"
                )
            names = here
    if names is None:
        raise FormatError(path, "header", f"no line of names; expected {_EXPECTED}")
    head["units"] = {}
    for name in names[1:]:
        if name == "CS" or name.endswith("_QD"):
            continue
        unit = said.get(name, _documented(name))
        unit = _SPELLINGS.get(unit, unit)
        expected = _documented(name)
        if name in ("foF2", "hmF2") and unit != expected:
            raise FormatError(path, "header", f"{name} in {unit!r}; expected {expected}")
        head["units"][name] = unit
    return head, names


def _names(words, path, number):
    names = ["time"]
    for word in words[1:]:
        if word == "QD" and len(names) < 2:
            raise FormatError(path, f"line {number}", "letters (QD) of no characteristic")
        names.append(f"{names[-1]}_QD" if word == "QD" else word)
    if len(set(names)) < len(names) or "score" in names:
        raise FormatError(path, f"line {number}", f"a column is named twice in {words[:20]}")
    return names


def _place(match, path, number):
    try:
        latitude, longitude = float(match[1]), float(match[3])
    except ValueError:
        latitude = longitude = np.nan
    if not (abs(latitude) <= 90 and abs(longitude) <= 360):
        raise FormatError(path, f"line {number}", f"{match[0][:40]!r} is no place")
    latitude *= -1 if match[2].upper() == "S" else 1
    longitude *= -1 if match[4].upper() == "W" else 1
    return latitude, (longitude + 180) % 360 - 180
