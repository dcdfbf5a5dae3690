"""What many files are, in few lines: one line for many of a kind."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from skquake.io._description import FileDescription, amount, named_columns
from skquake.io._summary import duration, longest_step

MANY = 3
"""Files of a kind in a folder from which on they share a line."""

_SHOWN = 3


def listing(described: Sequence[FileDescription], *, every: bool = False) -> Iterator[str]:
    """Lines that tell of files, in the order in which their kinds first come.

    Parameters
    ----------
    described : sequence of FileDescription
    every : bool, default=False
        Whether each file has its own lines, however many of a kind there are.
    """
    groups: dict[tuple[object, ...], list[FileDescription]] = {}
    for each in described:
        kind = each.title if each.status in ("unknown", "no data") else each.format
        problem = each.problem if each.status == "failed" else ""
        key = (each.path.parent, each.status, kind, problem, tuple(each.columns.items()), each.shape)
        groups.setdefault(key, []).append(each)
    for group in groups.values():
        if every or len(group) < MANY:
            yield from (repr(each) for each in group)
        else:
            yield _line(group)


def _line(group):
    """One line on files of a kind in one folder."""
    first = group[0]
    names = sorted(each.path.name for each in group)
    what = f"{first.path.parent}{os.sep}: {len(group)} files {names[0]} ... {names[-1]}: {first.title}"
    if first.reader:
        what += f" ({first.reader}{f' -> {first.source}' if first.source else ''})"
    if first.status == "read":
        what += "; " + ", ".join(_together(group))
    elif first.problem:
        what += f"; {'' if first.status == 'no data' else 'not read: '}{first.problem}"
    return what


def _together(group):
    first = group[0]
    timed = sorted((each for each in group if each.start is not None), key=lambda each: each.start)
    overlap = any(b.start <= a.end for a, b in pairwise(timed))
    counted = " (files overlap: what they share is counted in each)" * overlap
    yield amount(sum(each.n_rows for each in group), first) + counted
    if timed:
        end = max(each.end for each in timed)
        yield f"{timed[0].start:%Y-%m-%dT%H:%M:%S} ... {end:%Y-%m-%dT%H:%M:%S}"
        yield from _steps(timed)
    columns = named_columns(first)
    yield ", ".join(columns[:12]) + f", ... ({len(columns)} columns)" * (len(columns) > 12)
    if any(each.warnings for each in group):
        n = sum(bool(each.warnings) for each in group)
        yield f"warnings in {n} (--all shows them)"


def _steps(timed):
    """Cadence and gaps, those between files too."""
    cadences = {each.cadence for each in timed if each.cadence is not None}
    if not cadences:
        return
    low, high = min(cadences), max(cadences)
    yield f"every {duration(low)}" if low == high else f"every {duration(low)} to {duration(high)}"
    inside = sum(each.n_gaps or 0 for each in timed)
    limit = high * longest_step(timed[0].kind)
    between, end = 0, timed[0].end
    for each in timed[1:]:
        between += each.start - end > limit
        end = max(end, each.end)
    n = inside + between
    if not n:
        yield "no gap"
    else:
        yield f"{n:,} gap{'s' * (n > 1)}" + f" ({between:,} between files)" * bool(between)


def not_read(problems: Iterable[tuple[Path, str]], limit: int = 50) -> Iterator[str]:
    """Lines on files that were not read, and why; the first ``limit`` of them."""
    problems = list(problems)
    for path, problem in problems[:limit]:
        yield f"  {path}: {problem}"
    if len(problems) > limit:
        yield f"  ... and {len(problems) - limit} more, to {problems[-1][0]}"
