"""Earthquake catalogs in QuakeML."""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import Paths
from skquake.io._catalog import COLUMNS, check_events, join_events
from skquake.io._files import FormatError, expand_paths, read_bytes
from skquake.io._reader import reader

_MAX_DEPTH = 100  # far deeper than QuakeML goes; also the most namespaces in force at one place
_MAX_ELEMENTS = 2_000_000  # of all kinds in a file; the services give 20,000 events at once
_ENCODINGS = (None, "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1")
_KINDS = {"time": "int64", "updated": "int64"} | dict.fromkeys(
    ("latitude", "longitude", "depth_km", "magnitude", "stations", "gap_deg", "rms_s"), "float64"
)
_UNREADABLE = r"(?s)Could not convert .* to type <class '(float|.*UTCDateTime)'>"
_UNKNOWN_TYPE = re.compile(r"(?s)Event type '(.*)' does not comply")
_NEVER = np.datetime64("NaT", "ns").view("int64")


@reader
def read_quakeml(
    paths: Paths,
    *,
    types: Iterable[str] | None = ("earthquake",),
    missing_magnitude: str = "drop",
    verbose: int = 0,
) -> pd.DataFrame:
    """Catalog from files of QuakeML (Basic Event Description), as FDSN event services give them.

    Needs ``pip install skquake[quakeml]``. Of each event the preferred origin and the preferred magnitude
    are taken; where the file names none, or one that it does not hold, the first one listed. Files may
    overlap: of events with the same ``publicID`` the one ``updated`` last is kept (at a tie, the one read
    last). Events without an origin have neither time nor place and are left out. What is left out is counted
    in ``attrs["left_out"]``; by default the result goes straight into
    :class:`~skquake.catalogs.AftershockRemover`.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        ``.gz``, ``.Z`` and ``.zip`` are unpacked.
    types : sequence of str or None, default=("earthquake",)
        Kinds of event to keep, in QuakeML's words (any capitals); None keeps explosions, quarry blasts and
        the like too.
        An event that names none is taken for an earthquake; one whose kind QuakeML does not know is left out.
    missing_magnitude : {"drop", "keep"}, default="drop"
        What to do with events that have no magnitude ("keep": NaN, which catalog steps refuse).
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        The columns of :func:`read_usgs`, ascending in time; the index ``id`` is the event's ``publicID``.
        ``status`` is the origin's evaluation status (else its mode); ``updated`` the latest time at which
        the event, its origin or its magnitude was made; ``stations`` those used for the origin. Units and
        the agencies that made the files are in ``attrs``.

    Raises
    ------
    FormatError
        For a file that is cut or no such catalog; for an event that cannot be (deeper than 800 km, a
        magnitude beyond -5...10); for a document type or entities, which QuakeML has none
        of: nothing is expanded and nothing outside the file is read.
    ImportError
        Without obspy.

    Warns
    -----
    UserWarning
        If all events are left out.

    References
    ----------
    Schorlemmer, D., Euchner, F., Kästli, P., Saul, J. (2011). QuakeML: status of the XML-based seismological
    data exchange format. Annals of Geophysics, 54, 59-65, https://doi.org/10.4401/ag-4874
    Beyreuther, M., et al. (2010). ObsPy: a Python toolbox for seismology. Seismological Research Letters,
    81, 530-533, https://doi.org/10.1785/gssrl.81.3.530

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_quakeml
    >>> path = pathlib.Path(tempfile.mkdtemp(), "catalog.xml")
    >>> _ = path.write_text('''<q:quakeml xmlns="http://quakeml.org/xmlns/bed/1.2"
    ...     xmlns:q="http://quakeml.org/xmlns/quakeml/1.2"><eventParameters publicID="smi:local/all">
    ... <event publicID="smi:local/1"><type>earthquake</type><origin publicID="smi:local/origin/1">
    ... <time><value>2001-01-13T17:33:32.38Z</value></time><latitude><value>13.049</value></latitude>
    ... <longitude><value>-88.66</value></longitude><depth><value>60000</value></depth></origin>
    ... <magnitude publicID="smi:local/magnitude/1"><mag><value>7.7</value></mag></magnitude></event>
    ... </eventParameters></q:quakeml>''')
    >>> read_quakeml(path)[["time", "depth_km", "magnitude"]]
                                   time  depth_km  magnitude
    id
    smi:local/1 2001-01-13 17:33:32.380      60.0        7.7
    """
    parse = _parser()
    files = expand_paths(paths, "read_quakeml")
    agencies: set[str] = set()
    more: Counter[str] = Counter()
    tables = []
    for path in progress(files, desc="read_quakeml", verbose=verbose, unit="file"):
        tables.append(_read_one(path, parse, agencies, more))
    catalog, left_out = join_events(tables, types, missing_magnitude)
    catalog.attrs |= attrs_of("QuakeML files", agencies, Counter(left_out) + more)
    return catalog


def attrs_of(what: str, agencies: set[str], left_out: Counter[str]) -> dict[str, Any]:
    """Origin, citation, license and counts of events that agencies made."""
    made_by = ", ".join(sorted(agencies)) or "an agency that they do not name"
    return {
        "origin": f"{what} of {made_by}",
        "citation": f"as asked for by {made_by}",
        "license": f"that of {made_by}",
        "left_out": dict(left_out),
    }


def _parser():
    """What makes obspy's events of bytes that were looked at before."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            from lxml import etree
            from obspy import read_events
    except ImportError as error:
        raise ImportError("read_quakeml needs obspy: pip install skquake[quakeml]") from error

    def parse(data):
        # Comments are fine in XML, but obspy stumbles over them.
        parser = etree.XMLParser(
            remove_comments=True, remove_pis=True, resolve_entities=False, no_network=True
        )
        data = etree.tostring(etree.fromstring(data, parser))
        return read_events(io.BytesIO(data), format="QUAKEML")

    return parse


def _read_one(path, parse, agencies, left_out):
    """Table of a file's events (see :func:`events_table`)."""
    data = read_bytes(path)
    _check_xml(data, path)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        warnings.filterwarnings("error", message=_UNREADABLE)
        try:
            events = parse(data)
        except Exception as error:  # obspy raises whatever it stumbles over
            raise FormatError(path, "QuakeML", f"not readable ({type(error).__name__}: {error})") from error
    left_out.update(m[1] for m in (_UNKNOWN_TYPE.match(str(w.message)) for w in said) if m)
    return events_table(events, path, agencies, left_out)


def events_table(
    events: Iterable[Any], path: Path, agencies: set[str], left_out: Counter[str]
) -> pd.DataFrame:
    """Table of obspy's events; adds to the agencies that made them, and to the counts of those left out."""
    rows = []
    for position, event in enumerate(events):
        origin = _preferred(event.origins, event.preferred_origin_id)
        if origin is None:
            left_out["no origin"] += 1
            continue
        made = [
            thing.creation_info
            for thing in (event, origin, _preferred(event.magnitudes, event.preferred_magnitude_id))
            if thing is not None and thing.creation_info is not None
        ]
        agencies.update(info.agency_id for info in made if info.agency_id)
        try:
            rows.append(_row(event, origin, made))
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            where = f"event {position} ({event.resource_id})"
            raise FormatError(path, where, f"not an earthquake ({error})") from error
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(_KINDS)
    for name in ("time", "updated"):
        table[name] = table[name].to_numpy().view("datetime64[ns]")
    return check_events(table, path, "event with an origin")


def _row(event, origin, made):
    magnitude = _preferred(event.magnitudes, event.preferred_magnitude_id)
    quality = origin.quality or {}
    if origin.time is None:
        raise ValueError("the origin has no time")
    times = [_nanoseconds(info.creation_time) for info in made if info.creation_time is not None]
    return (
        event.resource_id.id,
        _nanoseconds(origin.time),
        _real(origin.latitude),
        _real(origin.longitude),
        _real(origin.depth) / 1000.0,
        _real(magnitude and magnitude.mag),
        str((magnitude and magnitude.magnitude_type) or ""),
        str(event.event_type or "earthquake"),
        str(event.event_descriptions[0].text or "") if event.event_descriptions else "",
        str(origin.evaluation_status or origin.evaluation_mode or ""),
        max(times, default=_NEVER),
        *(_real(quality.get(name)) for name in ("used_station_count", "azimuthal_gap", "standard_error")),
    )


def _preferred(things, preferred):
    """The origin or magnitude that the event prefers, else the first; None if there is none."""
    name = getattr(preferred, "id", None)  # obspy leaves None where a publicID is absent
    named = [t for t in things if name is not None and getattr(t.resource_id, "id", None) == name]
    return (named or things or [None])[0]


def _nanoseconds(time):
    if not abs(time.ns) < 2**63:
        raise ValueError(f"{time} is not between 1678 and 2261")
    return time.ns


def _real(value):
    return np.nan if value is None else float(value)  # obspy lets nothing infinite pass


def _check_xml(data, path):
    """Raise unless the file is whole, QuakeML, and holds nothing that a parser could choke on.

    Looked at by an event parser that builds no tree, before anything else sees the file.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    depth, namespaces, n_events, n_elements = 0, 0, 0, 0

    def refuse(what):
        raise FormatError(path, f"line {parser.CurrentLineNumber}", what)

    def declared(version, encoding, standalone):
        if encoding and encoding.lower() not in _ENCODINGS:
            refuse(f"encoding {encoding[:20]!r}; save the file as UTF-8")

    def scope(step):
        nonlocal namespaces
        namespaces += step
        if namespaces > _MAX_DEPTH:
            refuse(f"more than {_MAX_DEPTH} namespaces")

    def start(name, attributes):
        nonlocal depth, n_events, n_elements
        depth += 1
        n_elements += 1
        if n_elements > _MAX_ELEMENTS:
            refuse(f"more than {_MAX_ELEMENTS} elements: split the file")
        namespace, _, tag = name.rpartition("}")
        if depth == 1 and not (
            tag == "quakeml" and namespace.startswith("http://quakeml.org/xmlns/quakeml/")
        ):
            refuse(f"expected QuakeML, found {name[:80]!r}")
        if depth > _MAX_DEPTH:
            refuse(f"elements nested deeper than {_MAX_DEPTH}")
        if depth == 3 and tag == "event":
            n_events += 1
            if not attributes.get("publicID"):
                refuse("the event has no publicID")

    def end(name):
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = lambda *_: refuse("a document type declaration; QuakeML has none")
    parser.XmlDeclHandler = declared
    parser.StartNamespaceDeclHandler = lambda *_: scope(1)
    parser.EndNamespaceDeclHandler = lambda *_: scope(-1)
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(path, f"line {parser.CurrentLineNumber}", f"cut, or no XML ({error})") from error
    if not n_events:
        raise FormatError(path, "QuakeML", "no events")
