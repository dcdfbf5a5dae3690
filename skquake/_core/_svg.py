"""Small drawings for notebooks, as SVG within the page; colours and text come from the card around them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from skquake._core._land import outlines
from skquake._core._typing import FloatArray, IntArray

WIDTH = 520
BINS = 130  # of a strip or timeline: four pixels each
_LEVELS = 4


def covered(start: IntArray, end: IntArray, first: int, last: int, n: int = BINS) -> FloatArray:
    """Share of each of ``n`` equal bins from ``first`` to ``last`` that lies within intervals (ns)."""
    edges = np.linspace(0.0, max(last - first, 1), n + 1)
    start, end = (np.asarray(part, dtype=np.int64) for part in (start, end))
    order = np.argsort(start, kind="stable")
    low, high = (start[order] - first).astype(float), (end[order] - first).astype(float)
    low[1:] = np.maximum(low[1:], np.maximum.accumulate(high)[:-1])  # what overlaps counts once
    length = np.clip(high - low, 0.0, None)
    # Covered time before each edge: whole intervals, and the part of the one that it cuts.
    before = np.searchsorted(low, edges, side="right") - 1
    total = np.concatenate([[0.0], np.cumsum(length)])
    cut = np.clip(edges - low[before], 0.0, length[before])
    return np.diff(np.where(before < 0, 0.0, total[before] + cut)) / np.diff(edges)


def strip(share: Any, label: str, *, first: Any = None, last: Any = None) -> Markup:
    """A strip of bins, the darker the fuller (against the fullest); dates at its ends."""
    share = np.nan_to_num(np.asarray(share, dtype=float))
    top = share.max(initial=0.0)
    level = np.ceil(share / top * _LEVELS - 1e-9).astype(int) if top else np.zeros(len(share), dtype=int)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(level)) + 1, [len(level)]])
    unit = WIDTH / len(level)
    marks = [
        f'<rect x="{a * unit:.1f}" y="1" width="{(b - a) * unit:.1f}" height="12" fill="currentColor" '
        f'fill-opacity="{0.8 * level[a] / _LEVELS:.2f}"/>'
        for a, b in itertools.pairwise(edges)
        if level[a]
    ]
    marks.append(_frame(WIDTH, 14))
    dated = first is not None
    if dated:
        marks += _dates(first, last, 26)
    return _svg(marks, WIDTH, 30 if dated else 14, label)


def timeline(time: Any, y: Any, label: str) -> Markup:
    """Counts of samples in time: seismic upwards, non-seismic downwards, disturbed beyond these."""
    ns, y = pd.DatetimeIndex(time).as_unit("ns").asi8, np.asarray(y)
    first, last = int(ns.min()), int(ns.max())
    where = np.minimum(((ns - first) / max(last - first, 1) * BINS).astype(int), BINS - 1)
    seismic, control, disturbed = (np.bincount(where[y == k], minlength=BINS) for k in (1, 0, 2))
    most = max(int((seismic + disturbed).max()), int(control.max()), 1)
    unit, half = WIDTH / BINS, 34
    marks = []
    for k in range(BINS):
        up, more, down = (half * n[k] / most for n in (seismic, disturbed, control))
        for color, top, height in (
            ("seismic", half - up, up),
            ("kp", half - up - more, more),
            ("control", half, down),
        ):
            if height:
                marks.append(
                    f'<rect x="{k * unit:.1f}" y="{top:.1f}" width="{unit:.1f}" height="{height:.1f}" '
                    f'fill="var(--{color})"/>'
                )
    marks.append(_line(0, half, WIDTH, half))
    marks += _dates(pd.Timestamp(first), pd.Timestamp(last), 2 * half + 14)
    return _svg(marks, WIDTH, 2 * half + 18, label)


def globe(places: Sequence[tuple[str, Any, Any]], label: str) -> Markup:
    """Places on a map of the globe, by colour: points of one cell of three degrees are one, the larger."""
    width, height = 300, 150
    marks = [_frame(width, height)]
    marks += [_line(x, 0, x, height, 0.15) for x in range(50, width, 50)]
    marks += [_line(0, y, width, y, 0.35 if y == height / 2 else 0.15) for y in range(25, height, 25)]
    marks.append(_land(width, height))
    for color, latitude, longitude in places:
        lat, lon = np.asarray(latitude, dtype=float), np.asarray(longitude, dtype=float)
        cell = np.stack([np.floor((90.0 - lat) / 3.0), np.floor((lon + 180.0) / 3.0)], axis=1)
        cell = np.minimum(cell, (59.0, 119.0))  # the south pole
        cell, count = np.unique(cell[np.isfinite(cell).all(axis=1)], axis=0, return_counts=True)
        hollow = color == "control"
        style = f'fill="{"none" if hollow else f"var(--{color})"}" stroke="var(--{color})"'
        for (row, column), n in zip(cell, count, strict=True):
            radius = min(1.2 + 0.8 * np.sqrt(n), 6.0) + 0.8 * hollow
            x, y = (column * 3.0 + 1.5) * width / 360.0, (row * 3.0 + 1.5) * height / 180.0
            marks.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" {style} fill-opacity="0.75"/>')
    return _svg(marks, width, height, label)


def histogram(values: Any, mark: float, label: str) -> Markup:
    """A distribution in grey, and a line where ``mark`` lies."""
    width, height = 220, 40
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    if not len(values) or not np.isfinite(mark):
        return Markup("")
    low, high = min(values.min(), mark), max(values.max(), mark)
    room = 0.05 * (high - low) or 0.5
    low, high = low - room, high + room
    count, _ = np.histogram(values, bins=44, range=(low, high))
    marks = [
        f'<rect x="{5 * k}" y="{height * (1 - n / count.max()):.1f}" width="4.6" '
        f'height="{height * n / count.max():.1f}" fill="var(--null)"/>'
        for k, n in enumerate(count)
        if n
    ]
    x = width * (mark - low) / (high - low)
    marks.append(_line(0, height, width, height))
    marks.append(
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}" stroke="var(--seismic)" stroke-width="2"/>'
    )
    return _svg(marks, width, height + 1, label)


def steps(x: Any, y: Any, low: Any, high: Any, label: str) -> Markup:
    """Shares (0 to 1) over a quantity, with their intervals."""
    width, height, left, pad = 268, 100, 40, 8
    x, y, low, high = (np.asarray(part, dtype=float) for part in (x, y, low, high))
    reach = (x.max() - x.min()) or 1.0

    def at(value):
        return left + pad + (width - left - 2 * pad) * (value - x.min()) / reach

    def up(value):
        return pad + height * (1.0 - value)

    marks = [_line(left, up(level), width, up(level), 0.2) for level in (0.0, 0.5, 1.0)]
    marks += [
        f'<text x="{left - 4}" y="{up(level) + 4:.1f}" text-anchor="end">{level:.0%}</text>'
        for level in (0.0, 0.5, 1.0)
    ]
    line = " ".join(f"{at(a):.1f},{up(b):.1f}" for a, b in zip(x, y, strict=True))
    marks.append(f'<polyline points="{line}" fill="none" stroke="var(--model)" stroke-width="1.5"/>')
    for a, b, under, over in zip(x, y, low, high, strict=True):
        if np.isfinite(under) and np.isfinite(over):
            marks.append(
                f'<line x1="{at(a):.1f}" x2="{at(a):.1f}" y1="{up(under):.1f}" y2="{up(over):.1f}" '
                'stroke="var(--model)"/>'
            )
        marks.append(f'<circle cx="{at(a):.1f}" cy="{up(b):.1f}" r="3" fill="var(--model)"/>')
    bottom = height + 2 * pad + 10
    marks.append(f'<text x="{left + pad}" y="{bottom}">{x.min():g}</text>')
    marks.append(f'<text x="{width - pad}" y="{bottom}" text-anchor="end">{x.max():g}</text>')
    return _svg(marks, width, bottom + 4, label)


def _svg(marks, width, height, label):
    label = escape(label)
    return Markup(  # marks hold numbers and names of colours of ours alone
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{label}"><title>{label}</title>'
        + "".join(marks)
        + "</svg>"
    )


def _frame(width, height):
    return (
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" fill="none" stroke="currentColor" '
        'stroke-opacity="0.3"/>'
    )


@functools.cache
def _land(width, height):
    """Coasts as one path of whole pixels; islands below three pixels are left out."""
    parts = []
    for line in outlines():
        x = np.rint((line[:, 0] + 180.0) * width / 360.0).astype(int)
        y = np.rint((90.0 - line[:, 1]) * height / 180.0).astype(int)
        moved = np.r_[True, (np.diff(x) != 0) | (np.diff(y) != 0)]
        x, y = x[moved], y[moved]
        if max(np.ptp(x), np.ptp(y)) >= 3:
            steps = "".join(f"l{a} {b}" for a, b in zip(np.diff(x), np.diff(y), strict=True))
            parts.append(f"M{x[0]} {y[0]}{steps}")
    style = 'fill="none" stroke="currentColor" stroke-opacity="0.4" stroke-width="0.6"'
    return f'<path d="{"".join(parts)}" {style}/>'


def _line(x1, y1, x2, y2, opacity=0.5):
    return (
        f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="currentColor" '
        f'stroke-opacity="{opacity:g}"/>'
    )


def _dates(first, last, y):
    middle = first + (last - first) / 2
    places = ((0, "start", first), (WIDTH / 2, "middle", middle), (WIDTH, "end", last))
    return [
        f'<text x="{x:g}" y="{y}" text-anchor="{anchor}">{pd.Timestamp(moment):%Y-%m-%d}</text>'
        for x, anchor, moment in places
    ]
