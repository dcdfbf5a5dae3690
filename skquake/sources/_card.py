"""Sources as cards for notebooks; what is on disk is not read for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skquake._core._html import Table, card
from skquake._core._svg import BINS, covered, strip
from skquake.sources._backing import Files
from skquake.sources._glance import glance_at, size_of

if TYPE_CHECKING:
    from skquake.sources._base import Source
    from skquake.sources._collection import SourceCollection

_MOST = 24  # channels or sources listed


def source_html(source: Source) -> str:
    """Span, passes or stations, coverage and channels of a source."""
    return card(f"{type(source).__name__} {source.name}", **_parts(source))


def collection_html(collection: SourceCollection) -> str:
    """One row a source of a collection."""
    rows = []
    for name, source in list(collection.items())[:_MOST]:
        parts = _parts(source)
        facts = ", ".join(f"{value} {what}" for value, what in parts["facts"])
        rows.append((name, facts, *(parts["drawings"] or [""])))
    more = len(collection) - _MOST
    first = next(iter(collection.values()))
    return card(
        f"SourceCollection of {len(collection)}",
        tables=[Table(("source", "holds", "coverage"), rows), *_parts(first)["tables"]],
        lines=[f"and {more} more" if more > 0 else ""],
    )


def _parts(source):
    backing = source._backing
    where = [f"In {backing.where}"] if backing.where is not None else []
    if isinstance(backing, Files) and source.kind == "track":
        return _of_files(source, backing, where)
    if isinstance(backing, Files) and backing._content is None:
        facts = _size(size_of(backing), not backing.is_local)
        return {"facts": facts, "lines": [*where, _NOT_READ], "drawings": [], "tables": []}
    content = source._content
    first, last = (int(moment.value) for moment in source.span)
    if source.kind == "track":
        bounds = content.bounds
        share = covered(
            content.time[bounds[:-1]], content.time[bounds[1:] - 1] + content.cadence, first, last
        )
        extent = [(f"{len(content.time):,}", "observations"), _passes(bounds)]
    else:
        share = _filled(content)
        places = (
            (f"{len(content.stations):,}", "stations")
            if source.kind == "series"
            else (f"{len(content.latitude)} × {len(content.longitude)}", "nodes, latitude by longitude")
        )
        extent = [(f"{len(content.time):,}", "times"), places]
    return {
        "facts": [*extent, _cadence(content)],
        "lines": [_span(first, last), *where],
        "drawings": [_strip(share, first, last)],
        "tables": [_channels(content.channels, dict(content.units))],
    }


def _of_files(source, backing, where):
    """A track on disk, by the footers of its files; if it was opened, also by what is known of it."""
    opened, seen = backing._content, glance_at(backing)
    lines, drawings = list(where), []
    if seen is not None and len(seen.start):
        first, last = int(seen.start.min()), int(seen.end.max())
        lines.insert(0, _span(first, last))
        drawings = [_strip(covered(seen.start, seen.end, first, last), first, last)]
    rows = [(f"{seen.n_rows:,}", "rows")] if seen is not None and seen.n_rows is not None else []
    facts = [*rows, *_size(seen, not backing.is_local)]
    known = seen or opened
    if opened is None:
        lines.append(_NOT_READ)
    else:
        known = opened
        facts += [_passes(opened.bounds), _cadence(opened)]
    channels = () if known is None else known.channels
    table = [_channels(channels, dict(known.units or {}))] if channels else []
    return {"facts": facts, "lines": lines, "drawings": drawings, "tables": table}


_NOT_READ = "Not read yet: that happens at first use"


def _size(seen, remote=False):
    if seen is None:
        return [] if remote else [("no", "files there")]
    return [
        (f"{seen.n_files:,}", f"file{'' if seen.n_files == 1 else 's'}"),
        (f"{seen.n_bytes / 1e6:,.1f}", "MB"),
    ]


def _passes(bounds):
    n = len(bounds) - 1
    return f"{n:,}", f"pass{'' if n == 1 else 'es'}"


def _cadence(content):
    return f"{content.cadence / 1e9:g} s", "cadence"


def _span(first, last):
    return f"{pd.Timestamp(first):%Y-%m-%d %H:%M:%S} to {pd.Timestamp(last):%Y-%m-%d %H:%M:%S}"


def _strip(share, first, last):
    return strip(
        share,
        "Coverage in time, the darker the more is there",
        first=pd.Timestamp(first),
        last=pd.Timestamp(last),
    )


def _filled(content):
    """Share of finite values in each bin of time of a series or map, by eight times in each at most."""
    n = len(content.time)
    bins = min(BINS, n)
    rows = np.unique(np.linspace(0, n - 1, min(n, 8 * BINS)).astype(int))
    some = np.isfinite(content.values[..., rows, :])  # (..., time, channel)
    share = some.mean(axis=(*range(some.ndim - 2), some.ndim - 1))
    where = rows * bins // n
    return np.bincount(where, share, minlength=bins) / np.maximum(np.bincount(where, minlength=bins), 1)


def _channels(channels, units):
    rows = [(name, units.get(name, "–")) for name in channels[:_MOST]]
    if len(channels) > _MOST:
        rows.append((f"and {len(channels) - _MOST} more", ""))
    return Table(("channel", "unit"), rows)
