"""What readers of indices share: naming a file of another kind, and joining files that overlap."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from skquake.io._files import FormatError

_KINDS: tuple[tuple[str, str], ...] = (
    (r"\A\s*(DATE,BSRN|DATE,KP1|DATATYPE CssiSpaceWeather)", "a CelesTrak file, for read_space_weather"),
    (r"\A#[^\n]*\n?.{0,3000}?(\bGIRO\b|DIDBase)", "DIDBase text of an ionosonde, for read_didbase"),
    (r'\A#\s*\{.{0,3000}?"(HAPI|parameters)"', "an answer of a HAPI server, for read_hapi"),
    (r"\A[^\n]*\bTimestamp\b[^\n]*\bRadius\b", "an export of VirES, for read_vires"),
    (r"^M?Jdatet\s+Time\s+PRN\b", "TEC of Gopi's GPS-TEC, for read_gopi"),
    (r"\A#.*?\bHp(30|60) and ap(30|60)\b", "a GFZ file of Hp30 or Hp60, for read_hpo"),
    (r"\A#.*?\bHp(30|60)\b", "a GFZ file of Hp30 or Hp60, for read_hpo"),
    (r"\A#.*?\bKp\b", "a GFZ file of Kp, for read_gfz or read_kp"),
    (r"\A\s*DST\d\d[ \d]\d\*", "Dst in the WDC exchange format, for read_dst"),
    (r"Equatorial\s+Dst\s+Values", "a monthly table of Dst, for read_dst"),
    (r"\A\s*Format\s+IAGA-?2002.*?^DATE\s+TIME\s+DOY\s+DST\b", "Dst in IAGA-2002 form, for read_dst"),
    (r"\A\s*Format\s+IAGA-?2002", "an IAGA-2002 file, for read_iaga2002"),
    (r"\A:Product:\s+Daily Geomagnetic", "SWPC's daily geomagnetic data, for read_dgd"),
    (r"\A:Product:\s+([^\n]{1,60})", "a bulletin of SWPC that no reader here takes"),
    (r'\A\s*[\[{].*?"(ap30|ap60|Hp30|Hp60)"', "GFZ's JSON of Hp30 or Hp60, for read_hpo"),
    (r'\A\s*\{.*?"(Kp|ap|Ap|Cp|C9|SN|Fobs|Fadj)"\s*:\s*\[', "GFZ's JSON, for read_gfz"),
    (r'\A\s*\[.*?"time_tag".*?"[Kk]p', "SWPC's JSON of Kp, for read_swpc_kp"),
    (r'\A\s*\{.*?"FeatureCollection"', "GeoJSON, for read_usgs if it is of the USGS"),
    (r"\A\s*<\?xml.*?quakeml", "QuakeML, for read_quakeml"),
    (r"\Atime,latitude,longitude,", "a catalog of the USGS, for read_usgs"),
    (r"\A.{60}IONEX VERSION", "an IONEX file, for read_ionex"),
    (r"\A\s*<(!doctype|html|head)", "an HTML page"),
    (r"\APK\x03\x04", "a ZIP archive: unpack it"),
    (r"\A\x89HDF", "an HDF5 file"),
    (r"\A(\xcd\xf3|\x00\x00\xff\xff)", "a CDF file"),
)
_PATTERNS = [
    (re.compile(pattern, re.DOTALL | re.MULTILINE | re.IGNORECASE), what) for pattern, what in _KINDS
]
_WDC_KP = re.compile(r"\A\d\d[ \d]\d[ \d]\d[ \d]{3}\d[ \d]\d[ \d]{16}", re.ASCII)


def index_kind(data: bytes) -> str | None:
    """What a file of indices is, and which reader takes it; None where its head does not tell."""
    head = data[:6000].decode("latin-1")
    for pattern, what in _PATTERNS:
        if pattern.search(head):
            return what
    line = head.lstrip("\r\n").split("\n", 1)[0].rstrip("\r")
    if len(line.rstrip()) >= 55 and _WDC_KP.match(line):
        return "Kp in WDC form, for read_gfz or read_kp"
    if re.fullmatch(r"[\d\s.+*-]+", line) and len(line.split()) in (46, 49, 55, 56, 57):
        return "an OMNI file, for read_omni"
    return None


def wrong_file(data: bytes, path: Path, expected: str, where: str = "line 1") -> FormatError:
    """The error of a reader that got a file of another kind."""
    kind = index_kind(data)
    if kind is None:
        start = data.lstrip(b"\xef\xbb\xbf \r\n\t")[:40].decode("latin-1")
        return FormatError(path, where, f"expected {expected}; the file begins {start!r}")
    return FormatError(path, where, f"{kind}; expected {expected}")


def refuse_others(data: bytes, path: Path, own: str, expected: str) -> None:
    """Raise for a file whose head says that it is of another kind; names of one's own have ``own``."""
    kind = index_kind(data)
    if kind is not None and own not in kind:
        raise wrong_file(data, path, expected)


def one_row_a_time(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Ascending in time; a repeated row counts once, one that says something else is an error."""
    table = table.sort_index(kind="stable")
    again = table.index.duplicated(keep=False)
    if again.any():
        rows = table[again]
        first = rows.groupby(level=0).transform("first")
        differ = ((rows != first) & ~(rows.isna() & first.isna())).any(axis=1).to_numpy()
        if differ.any():
            time = rows.index[int(differ.argmax())]
            raise FormatError(path, f"time {time}", "given twice with different values; keep one")
        table = table[~table.index.duplicated()]
    return table


def join_files(parts: Sequence[pd.DataFrame], *, rank: str | None = None) -> pd.DataFrame:
    """One table of files that may overlap: a value wins over a missing one, then the later file.

    With ``rank``, rows with more in that column come before that: definitive before preliminary.
    """
    if len(parts) == 1:
        return parts[0].sort_index(kind="stable")
    table = pd.concat(parts)
    order = np.argsort(table.index.to_numpy(), kind="stable")
    if rank is not None:
        by_rank = np.argsort(table[rank].to_numpy(), kind="stable")
        order = by_rank[np.argsort(table.index.to_numpy()[by_rank], kind="stable")]
    table = table.iloc[order]
    if table.index.is_unique:
        return table
    joined: pd.DataFrame = table.groupby(level=0).last()
    return joined
