"""Earthquake catalogs of any layout."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import ArrayLike, Paths
from skquake.io._any_table import check_columns, read_table_by, suggestion
from skquake.io._catalog import COLUMNS, join_events
from skquake.io._event_ids import make_ids
from skquake.io._event_kinds import UNKNOWN
from skquake.io._event_times import NAMED
from skquake.io._files import FormatError, expand_paths, read_bytes, warn
from skquake.io._layouts import LAYOUTS
from skquake.io._layouts._base import Head, Layout, Options, as_utf8
from skquake.io._reader import reader

_FLAGS = ("suspected", "fixed_depth")
_SAME = pd.Timedelta("1h")
"""Most that two versions of an earthquake differ in time."""


@reader
def read_catalog(
    paths: Paths,
    *,
    layout: str | None = None,
    columns: Mapping[str, str | int] | None = None,
    time_format: str | None = None,
    utc_offset: float = 0.0,
    depth_unit: str | None = None,
    separator: str | None = None,
    fill: ArrayLike = (),
    types: Iterable[str] | None = ("earthquake",),
    missing_magnitude: str = "drop",
    magnitude_types: Sequence[str] | None = None,
    verbose: int = 0,
) -> pd.DataFrame:
    """Earthquake catalog from files of any layout, or of any table whose columns are named.

    Layouts are recognised by what the files say (their header, marks and widths), not by their names;
    :func:`catalog_layouts` lists them. What no layout fits, or more than one, is refused. Any other table
    is read with ``columns``.

    Files may overlap and be of several layouts. Of events with the same id the one ``updated`` last is kept
    (at a tie, the one read last); an id of events more than an hour apart is refused, since agencies may
    use the same numbers. Events without an id get one that depends on their time (to a millisecond),
    place (four decimals) and magnitude (two) alone, 16 digits; repeated rows are one event, and others of the
    same time, place and magnitude are numbered ``-2``, ``-3``, ... by depth.
    The same earthquake in the catalogs of two agencies is two events.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        ``.gz``, ``.Z`` and ``.zip`` are unpacked.
    layout : str or None, default=None
        Name of a layout of :func:`catalog_layouts`, which files must fit; None recognises it, for each file.
    columns : dict of {str: str or int} or None, default=None
        For a table of no known layout: our name -> the file's name of the column, or its number from 0 where
        the file has no header. Our names are those of the result's columns, ``id``, and for the time
        ``time``, or ``date`` and ``time``, or ``year``, ``month``, ``day``, ``hour``, ``minute``,
        ``second``. ``time``, ``latitude``, ``longitude`` and ``magnitude`` must be there. Lines that begin
        with ``#`` are comments.
    time_format : str or None, default=None
        With ``columns``: a pattern of ``strftime``; "unix" (seconds since 1970), "unix_ms" or
        "decimal_year". None is ISO 8601 and its kin (``2001/01/13 17:33:60``).
    utc_offset : float, default=0.0
        With ``columns``: hours by which the file's clock is ahead of UTC (Japan 9, China 8). Refused where
        times name their own zone, which is used without it.
    depth_unit : {"km", "m"} or None, default=None
        None is what the layout says, kilometres for other tables.
    separator : str or None, default=None
        With ``columns``: what parts the fields; ``" "`` is any white space. None takes the one of tab,
        ``;``, ``|`` and comma that the first line holds most often, else white space.
    fill : number or sequence of numbers, default=()
        With ``columns``: numbers that mean "missing".
    types : sequence of str or None, default=("earthquake",)
        Kinds of event to keep, in QuakeML's words, whatever words or codes the files use (``Earthquake``,
        ``ke``, ``se``, 天然地震); None keeps all. An event that names none is taken for an earthquake; one
        whose catalog says that its kind is unknown (``uk``) is "not reported". Those that are only suspected
        are of the kind that they are suspected to be.
    missing_magnitude : {"drop", "keep"}, default="drop"
        What to do with events that have no magnitude ("keep": NaN, which catalog steps refuse).
    magnitude_types : sequence of str or None, default=None
        Where an event has several magnitudes (ISC, IMS 1.0, JMA): how the types to be preferred begin, in
        any letters. None is ("mw", "ms", "mb", "ml") for the ISC and the first one for the JMA. Of several
        of one type that of the ISC is taken, else the first listed.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        The columns of :func:`read_usgs`, ascending in time (UTC); index ``id``. In ``attrs``, besides units,
        origin, citation and license: ``layout``, the names of those that were read; ``clock``, the clock of
        the files; ``left_out`` {why: number of events}; ``fixed_depth`` and ``suspected``, the number of
        events whose depth was fixed and whose kind is only suspected.

    Warns
    -----
    UserWarning
        Where everything is left out, where more than a tenth is left out because its kind is unknown, and
        for what a file lacks (an end mark) or what of it cannot be used.

    Raises
    ------
    FormatError
        For a file that is cut, mixed up, of no known layout or of several, and for values beyond physical
        ranges: depths from -15 to 800 km (metres are named as the likely cause), magnitudes from -5 to 10,
        times from 1700 to 2199.

    Notes
    -----
    Global CMT and European-Mediterranean moment tensors: time and place are those of the hypocentre, the
    magnitude is that of the moment tensor. ISC bulletins: the prime hypocentre (``#PRIME``, else the last).
    JMA: "natural earthquake" and "insufficient number of stations" are earthquakes; low-frequency
    earthquakes, eruptions and artificial events are kinds of their own.

    References
    ----------
    Each layout's document is cited in ``attrs["citation"]``; Storchak, D. A., Schweitzer, J., Bormann, P.
    (2003). The IASPEI standard seismic phase list. Seismological Research Letters, 74, 761-772.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_catalog
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.txt").write_text(
    ...     "#EventID|Time|Latitude|Longitude|Depth/km|MagType|Magnitude|EventType\\n"
    ...     "e1|2001-01-13T17:33:32.38|13.049|-88.66|60|Mw|7.7|earthquake\\n")
    >>> catalog = read_catalog(folder / "a.txt")
    >>> catalog.attrs["layout"], float(catalog["magnitude"].iloc[0])
    ('fdsn-text', 7.7)

    Any other table:

    >>> _ = (folder / "b.csv").write_text(
    ...     "when;lat;lon;h;M\\n2011-03-11 14:46:18.12;38.1035;142.861;23740;9.0\\n")
    >>> names = {"time": "when", "latitude": "lat", "longitude": "lon", "depth": "h", "magnitude": "M"}
    >>> catalog = read_catalog(folder / "b.csv", columns=names, utc_offset=9, depth_unit="m")
    >>> catalog[["time", "depth_km", "magnitude"]]
                                        time  depth_km  magnitude
    id
    e522bbf5d87d23a9 2011-03-11 05:46:18.120     23.74        9.0
    """
    _check(layout, columns, time_format, utc_offset, depth_unit, separator, fill)
    preferred = None if magnitude_types is None else tuple(magnitude_types)
    options = Options(depth_unit, preferred)
    found: dict[str, Layout | None] = {}
    left_out: Counter[str] = Counter()
    tables = []
    for path in progress(
        expand_paths(paths, "read_catalog"), desc="read_catalog", verbose=verbose, unit="file"
    ):
        data = as_utf8(read_bytes(path, html=True), path)
        if columns is not None:
            events = read_table_by(
                data, path, columns, options,
                time_format=time_format, utc_offset=utc_offset, separator=separator, fill=fill,
            )  # fmt: skip
            found["columns"] = None
        else:
            which = recognise(data, path, layout)
            events = which.read(data, path, options)
            found[which.name] = which
        for message in events.warnings:
            warn(message)
        left_out.update(events.left_out)
        tables.append(events.table)
    together, repeated = make_ids(pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0])
    catalog, dropped = join_events(
        [together], types, missing_magnitude, check_shared=lambda shared: _check_ids(shared, path)
    )
    left_out.update(dropped)
    if repeated:
        left_out["repeated row"] += repeated
    flags = {flag: int(catalog[flag].sum()) for flag in _FLAGS}
    catalog = catalog[[name for name in COLUMNS if name != "id"]]
    _say_what_is_lost(len(catalog), left_out)
    catalog.attrs |= _attrs(found, utc_offset) | flags | {"left_out": dict(left_out)}
    return catalog


def catalog_layouts() -> pd.DataFrame:
    """The layouts of catalog files that :func:`read_catalog` recognises.

    Returns
    -------
    DataFrame
        Index ``name`` (for ``layout``); columns ``title``, ``clock``, ``citation`` and ``license``.

    Examples
    --------
    >>> from skquake.io import catalog_layouts
    >>> print(catalog_layouts().loc["jma", "clock"])
    Japan Standard Time (UTC+9)
    """
    texts = ("title", "clock", "citation", "license")
    rows = {name: [getattr(layout, text) for text in texts] for name, layout in LAYOUTS.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(texts)).rename_axis("name")


def recognise(data: bytes, path: Path, name: str | None = None) -> Layout:
    """The one layout (or that of the name) that fits a file's beginning, or a FormatError that says more."""
    head = Head.of(data)
    fits = [layout for layout in LAYOUTS.values() if layout.recognise(head)]
    named = [layout for layout in fits if layout.name == name]
    if named or (name is None and len(fits) == 1):
        return (named or fits)[0]
    if name is not None:
        seems = f"; it seems to be {fits[0].name!r}" if fits else f"; {suggestion(head)}"
        raise FormatError(path, "header", f"the file is not of the layout {name!r}{seems}")
    if fits:
        names = ", ".join(repr(layout.name) for layout in fits)
        raise FormatError(path, "header", f"it may be of the layouts {names}; say which by layout=")
    raise FormatError(path, "header", f"no known layout of a catalog; {suggestion(head)}")


def _check(layout, columns, time_format, utc_offset, depth_unit, separator, fill):
    if layout is not None and layout not in LAYOUTS:
        raise ValueError(f"layout={layout!r}: expected one of {', '.join(LAYOUTS)}")
    if layout is not None and columns is not None:
        raise ValueError("layout and columns are both given; columns is for tables of no known layout")
    if depth_unit not in (None, "km", "m"):
        raise ValueError(f"depth_unit={depth_unit!r}: expected 'km', 'm' or None")
    if columns is not None:
        check_columns(columns)
        if time_format is not None and time_format not in NAMED and "%" not in time_format:
            raise ValueError(
                f"time_format={time_format!r}: expected a pattern as '%Y-%m-%d', or one of {', '.join(NAMED)}"
            )
        if time_format is not None and time_format not in NAMED and not re.search("%[YyGcx]", time_format):
            raise ValueError(f"time_format={time_format!r}: it has no year, and 1900 is not meant")
        if utc_offset and time_format is not None and re.search("%[zZ]", time_format):
            what = f"by time_format={time_format!r} the times name their zone; leave it away"
            raise ValueError(f"utc_offset={utc_offset!r}: {what}")
        if not -24 < utc_offset < 24:
            raise ValueError(f"utc_offset={utc_offset!r}: expected hours between -24 and 24")
        return
    given = {"time_format": time_format, "utc_offset": utc_offset or None, "separator": separator}
    for name, value in given.items():
        if value is not None:
            raise ValueError(f"{name}={value!r} is for tables read with columns; a layout says its own")
    if pd.Series(fill, dtype=float).size:
        raise ValueError("fill is for tables read with columns; a layout says its own")


def _check_ids(shared, path):
    """Raise where one id names events too far apart in time to be versions of one."""
    times = shared.groupby("id")["time"].agg(["min", "max"])
    apart = times[times["max"] - times["min"] > _SAME]
    if len(apart):
        first, last = apart.iloc[0]
        what = f"the id {str(apart.index[0])[:40]!r} names two earthquakes, of {first} and {last}"
        raise FormatError(path, "ids", f"{what}; read the catalogs of different agencies one by one")


def _say_what_is_lost(kept, left_out):
    unknown = left_out.get(UNKNOWN, 0)
    if kept and unknown > (kept + unknown) / 10:
        warn(f"{unknown} events of unknown kind are left out; types=('earthquake', '{UNKNOWN}') keeps them")


def _attrs(found, utc_offset):
    if "columns" in found:
        clock = f"UTC{utc_offset:+g}" if utc_offset else "UTC"
        texts = {"origin": "a table of earthquakes", "citation": "", "license": ""}
        return {"layout": "columns", "clock": clock} | texts

    def joined(text):
        return "; ".join(dict.fromkeys(getattr(layout, text) for layout in found.values()))

    return {"layout": ", ".join(found), "origin": joined("title")} | {
        text: joined(text) for text in ("clock", "citation", "license")
    }
