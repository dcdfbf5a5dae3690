"""A watch: a frozen model that says, day by day, where earthquakes are expected, in a chained log."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

import skquake.io as io
from skquake._core._chained_log import ChainedLog, read_log
from skquake._core._paths import expand_paths
from skquake._core._toml_tables import (
    DATES,
    NAME,
    NAMES,
    NONE_OR_NAMES,
    POSITIVE,
    TEXT,
    WHOLE,
    Key,
    one_of,
    plain,
    read_tables,
)
from skquake._core._typing import Array, TimeLike
from skquake._core._typing import Path as PathLike
from skquake.prospective._cells import cells_of
from skquake.prospective._clock import check_clock, moment, text
from skquake.prospective._feed import Hashes, check_feed, feed, hashes_of
from skquake.prospective._reference import declare
from skquake.registration._pipeline_file import function_of, load_functions
from skquake.registration._plan_text import CATALOG
from skquake.registration._seal import changes, name_of, seals, seals_now

HEADER = {"format": "skquake watch 1"}
SCHEMA: dict[str, dict[str, Key]] = {
    "": {"title": Key(TEXT, "")},
    "feed": {"files": Key(NAMES)},
    "model": {"file": Key(NAME), "function": Key(NAME, "forecast"), "with": Key(NONE_OR_NAMES, [])},
    "cells": {"degrees": Key(POSITIVE, 10)},
    "catalog": {key: each for key, each in CATALOG.items() if key != "keep"},
    "reference": {
        "kind": Key(one_of("smoothed", "etas"), "smoothed"),
        "neighbours": Key(WHOLE, 3),
        "bandwidth": Key(POSITIVE, None),
    },
    "score": {"dates": Key(DATES, [])},
}
_DIGITS = 6  # significant, of what a forecast says


class Alarm(NamedTuple):
    """What was said on one day.

    Attributes
    ----------
    day : Timestamp
        Of the data.
    target : Timestamp
        The day that it is about, the next one.
    late : bool
        Whether the data came when that day had begun: it does not count.
    weights : ndarray of shape (n_latitudes, n_longitudes)
        NaN where nothing was said.
    line : int
        Of the log.
    """

    day: pd.Timestamp
    target: pd.Timestamp
    late: bool
    weights: Array
    line: int


def log_of(path: Path) -> Path:
    """The log of a watch."""
    return path.with_name(f"{path.name.removesuffix('.toml')}.watch.jsonl")


def init(path: PathLike, *, now: TimeLike | None = None) -> str:
    """Begin a watch: seal its model, its reference and skquake's own code in the first line of its log.

    Parameters
    ----------
    path : path
        TOML file, see Notes.
    now : date, default=None
        The time, UTC; None asks the clock. For replays.

    Returns
    -------
    str
        SHA-256 of the line that holds all of it: publish it.

    Raises
    ------
    ValueError
        For a watch that was begun already, an unknown or impossible key (with its line), and a model that
        imports what lies beside it.
    FileNotFoundError
        For a file that is not there.
    RuntimeError
        If another process has the log.

    Notes
    -----
    Keys, with their defaults:

    * ``title`` ("");
    * ``[feed]``: ``files``, patterns of the files that come, each with its day in its name (2026-01-31 or
      20260131). Those that are there at the beginning are history;
    * ``[model]``: the ``function`` ("forecast") of a Python ``file``: it gets the paths of all files up to a
      day, and the day, and returns how many more earthquakes it expects in each cell on the next day,
      (latitude, longitude) from south and west, on any scale, NaN where it says nothing; ``with`` names what
      else it reads;
    * ``[cells]``: ``degrees`` (10);
    * ``[catalog]``: past earthquakes, ``files``, ``reader`` ("read_catalog"), ``options``, ``min_magnitude``
      (4.8), ``decluster`` ("gardner-knopoff");
    * ``[reference]``: ``kind``. "smoothed", `skquake.alarms.reference_rate` of the independent past ones with
      ``neighbours`` (3) and ``bandwidth``; of a cluster that comes one earthquake counts. Or "etas",
      `skquake.alarms.EtasRate` learnt from all past ones, with ``neighbours``: it follows the clusters that
      come, and all earthquakes count but those that follow another on the same day;
    * ``[score]``: ``dates``, at which the alarms are scored by a Molchan curve, too. Several share the level.

    Examples
    --------
    See `score`.
    """
    path, at = Path(path).expanduser(), moment(now)
    plan = plain(read_tables(path, SCHEMA))
    with ChainedLog(log_of(path), HEADER) as log:
        if log.records:
            raise ValueError(f"{log.path}: begun on {log.records[0]['at']}; a watch begins once")
        day = at.normalize()
        early = [date for date in plan["score"]["dates"] if pd.Timestamp(date) <= day + pd.Timedelta("1D")]
        if early:
            raise ValueError(
                f"{path}: score.dates: {early[0]} leaves no day to score; the first is {text(day)[:10]}"
            )
        sealed = seals(path, _patterns(plan), plan["model"]["file"])
        catalog = read_earthquakes(plan, path, plan["catalog"]["files"])
        past = {other: files for other, files in feed(plan, path).items() if other < f"{day:%Y-%m-%d}"}
        history = {
            name: sha256 for of in hashes_of(past, path.parent).values() for name, sha256 in of.items()
        }
        began = {"event": "began", "at": text(at), "first": f"{day:%Y-%m-%d}", "plan": plan, **sealed}
        log.append({**began, "history": history, **declare(plan, catalog, day)})
        return log.head


def tick(path: PathLike, *, now: TimeLike | None = None) -> list[Alarm]:
    """Let the model speak of every day that has come since.

    Each day of data gives one line: what the model expects of the next day, of which files, when, and whether
    these came too late for that day. A tick that was killed leaves whole lines; the next goes on after them.

    Parameters
    ----------
    path : path
    now : date, default=None
        The time, UTC; None asks the clock. For replays.

    Returns
    -------
    list of Alarm
        Those new in the log.

    Raises
    ------
    ValueError
        For a log that was cut or edited, a clock that runs backwards, data of days to come, files of a day
        that were rewritten, came or went since it was scored, and a model or code that has changed: each by
        name and line.
    RuntimeError
        If another process has the log.

    Examples
    --------
    See `score`.
    """
    path, at = Path(path).expanduser(), moment(now)
    with ChainedLog(log_of(path), HEADER) as log:
        began = began_of(log.records, path)
        check_clock(log.records, log.path, at)
        check_sealed(began, path)
        plan = began["plan"]
        days = feed(plan, path)
        hashes = Hashes(log.path.with_name(f"{log.path.name}.files")).of(days, path.parent)
        known = check_feed(log.records, hashes, log.path, at)
        file = path.parent / Path(plan["model"]["file"]).expanduser()
        module = load_functions(file, began["files"][name_of(file, path.parent)]["sha256"])
        function = function_of(module, plan["model"]["function"])
        new = []
        for day in sorted(days):
            if day in known or day < began["first"]:
                continue
            seen = [file for other in sorted(days) if other <= day for file in days[other]]
            weights = _check_weights(function(seen, pd.Timestamp(day)), plan, day)
            target = pd.Timestamp(day) + pd.Timedelta("1D")
            log.append(
                {"event": "alarm", "at": text(at), "day": day, "for": text(target)[:10], "late": bool(at >=
                target),
                 "files": hashes[day],
                 "weights": " ".join(f"{v:.{_DIGITS}g}" for v in weights.ravel())}
            )  # fmt: skip
            new.append(
                _alarm(log.records[-1], len(log.records) + 1, cells_of(plan["cells"]["degrees"]).shape)
            )
        return new


def read_watch(path: PathLike) -> tuple[dict[str, Any], list[Alarm]]:
    """How a watch began, and its alarms, as the log holds them.

    Raises
    ------
    ValueError
        For a log that was cut or edited, with its line.
    FileNotFoundError
        If there is none.
    """
    path = Path(path).expanduser()
    records = read_log(log_of(path), header=HEADER)
    began = began_of(records, path)
    return began, alarms_of(records)


def alarms_of(records: list[dict[str, Any]]) -> list[Alarm]:
    """What was said, from the records of a log."""
    shape = cells_of(records[0]["plan"]["cells"]["degrees"]).shape
    lines = enumerate(records, start=2)
    return [_alarm(record, line, shape) for line, record in lines if record["event"] == "alarm"]


def read_earthquakes(plan: Mapping[str, Any], path: Path, files: list[str]) -> pd.DataFrame:
    """Earthquakes of the declared magnitude."""
    found = expand_paths([path.parent / Path(name).expanduser() for name in files])
    table = plan["catalog"]
    catalog = getattr(io, table["reader"])([str(file) for file in found], **table["options"])
    return catalog[catalog["magnitude"] >= table["min_magnitude"]]


def _patterns(plan):
    return [plan["model"]["file"], *plan["model"]["with"], *plan["catalog"]["files"]]


def began_of(records: list[dict[str, Any]], path: Path) -> dict[str, Any]:
    """How a watch began."""
    if not records:
        raise ValueError(f"{log_of(path)}: not begun; init {path.name} first")
    return records[0]


def check_sealed(began: Mapping[str, Any], path: Path) -> None:
    """Raise where model, past or code are others than those sealed."""
    changed = changes(began, seals_now(began, path, _patterns(began["plan"])))
    if changed:
        raise ValueError(
            f"{path}: no longer what was sealed: {'; '.join(map(str, changed))}; put the originals back, or "
            "begin another watch"
        )


def _check_weights(weights, plan, day):
    shape = cells_of(plan["cells"]["degrees"]).shape
    values = np.asarray(weights, dtype=float)
    if values.shape != shape or np.isinf(values).any() or (values < 0.0).any():
        raise ValueError(
            f"{plan['model']['file']}: {plan['model']['function']} of {day} gave {values.shape}; expected "
            f"finite numbers of at least 0, NaN for none, of shape {shape}"
        )
    return values


def _alarm(record, line, shape):
    weights = np.array(record["weights"].split(), dtype=float).reshape(shape)
    return Alarm(pd.Timestamp(record["day"]), pd.Timestamp(record["for"]), record["late"], weights, line)
