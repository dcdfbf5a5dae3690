"""A watch: a frozen model that says, day by day, where earthquakes are expected, in a chained log."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

import skquake.io as io
from skquake._core._canonical import sha256_of_file
from skquake._core._chained_log import ChainedLog, read_log
from skquake._core._paths import expand_paths
from skquake._core._time import to_utc
from skquake._core._typing import Array, DataArray, TimeLike
from skquake._core._typing import Path as PathLike
from skquake.alarms import reference_rate
from skquake.registration._pipeline_file import function_of, load_functions
from skquake.registration._plan_text import (
    CATALOG_READERS,
    DECLUSTER,
    NAME,
    NAMES,
    NONE_OR_NAMES,
    NUMBER,
    POSITIVE,
    TEXT,
    WHOLE,
    Key,
    one_of,
    read_plan,
    table_of,
)
from skquake.registration._seal import changes, name_of, seals, seals_now

HEADER = {"format": "skquake watch 1"}
SCHEMA: dict[str, dict[str, Key]] = {
    "": {"title": Key(TEXT, "")},
    "feed": {"files": Key(NAMES)},
    "model": {"file": Key(NAME), "function": Key(NAME, "forecast"), "with": Key(NONE_OR_NAMES, [])},
    "cells": {"degrees": Key(POSITIVE, 10)},
    "catalog": {
        "files": Key(NAMES),
        "reader": Key(one_of(*CATALOG_READERS), "read_catalog"),
        "options": Key(table_of, {}),
        "min_magnitude": Key(NUMBER, 4.8),
        "decluster": Key(one_of(*DECLUSTER), "gardner-knopoff"),
    },
    "reference": {"neighbours": Key(WHOLE, 3), "bandwidth": Key(POSITIVE, None)},
}
_DATE = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
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
      (4.8), ``decluster`` ("gardner-knopoff"), of which `skquake.alarms.reference_rate` makes the reference
      with ``[reference]`` ``neighbours`` (3) and ``bandwidth``.

    Examples
    --------
    See `score`.
    """
    path, at = Path(path).expanduser(), moment(now)
    plan = read_plan(path, SCHEMA)
    with ChainedLog(log_of(path), HEADER) as log:
        if log.records:
            raise ValueError(f"{log.path}: begun on {log.records[0]['at']}; a watch begins once")
        day = at.normalize()
        sealed = seals(path, _patterns(plan), plan["model"]["file"])
        catalog = read_earthquakes(plan, path, plan["catalog"]["files"])
        cells = cells_of(plan["cells"]["degrees"])
        bandwidth, neighbours = plan["reference"]["bandwidth"], plan["reference"]["neighbours"]
        decluster = plan["catalog"]["decluster"]
        rate = reference_rate(
            catalog, cells, before=day, declusterer=None if decluster == "none" else decluster,
            bandwidth=bandwidth, neighbours=neighbours,
        )  # fmt: skip
        history = {
            name_of(file, path.parent): sha256_of_file(file)
            for other, files in feed(plan, path).items()
            for file in files
            if other < f"{day:%Y-%m-%d}"
        }
        began = {"event": "began", "at": text(at), "first": f"{day:%Y-%m-%d}", "plan": plan, **sealed}
        reference = [float(f"{value:.12g}") for value in rate.to_numpy().ravel()]
        log.append({**began, "history": history, "rate": reference})
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
        known = {
            record["day"]: (number, record["files"])
            for number, record in enumerate(log.records, start=2)
            if record["event"] == "alarm"
        }
        hashes = {
            day: {name_of(f, path.parent): sha256_of_file(f) for f in files} for day, files in days.items()
        }
        _check_feed(known, hashes, began, log.path, at)
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
                 "weights": [None if math.isnan(v) else float(f"{v:.{_DIGITS}g}") for v in weights.ravel()]}
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


def cells_of(degrees: float) -> DataArray:
    """The globe in cells, from south and west."""
    import xarray as xr

    steps = 180.0 / degrees
    if abs(steps - round(steps)) > 1e-9:
        raise ValueError(f"cells.degrees = {degrees:g}: expected a part of 180")
    n = round(steps)
    centers = degrees * (np.arange(2 * n) + 0.5)
    coordinates = {"latitude": centers[:n] - 90.0, "longitude": centers - 180.0}
    return xr.DataArray(np.zeros((n, 2 * n)), coordinates, tuple(coordinates))


def rate_of(began: Mapping[str, Any]) -> DataArray:
    """The reference that was declared."""
    cells = cells_of(began["plan"]["cells"]["degrees"])
    return cells.copy(data=np.reshape(began["rate"], cells.shape))


def read_earthquakes(plan: Mapping[str, Any], path: Path, files: list[str]) -> pd.DataFrame:
    """Earthquakes of the declared magnitude."""
    found = expand_paths([path.parent / Path(name).expanduser() for name in files])
    table = plan["catalog"]
    catalog = getattr(io, table["reader"])([str(file) for file in found], **table["options"])
    return catalog[catalog["magnitude"] >= table["min_magnitude"]]


def feed(plan: Mapping[str, Any], path: Path) -> dict[str, list[Path]]:
    """Files by day, "2026-01-31"."""
    days: dict[str, list[Path]] = {}
    for pattern in plan["feed"]["files"]:
        try:
            files = expand_paths(path.parent / Path(pattern).expanduser())
        except FileNotFoundError:
            continue  # nothing has come yet
        for file in files:
            days.setdefault(_day_of(file), []).append(file)
    return {day: sorted(set(files)) for day, files in days.items()}


def _day_of(file):
    found = _DATE.findall(file.name)
    try:
        (parts,) = found
        return f"{pd.Timestamp('-'.join(parts)):%Y-%m-%d}"
    except ValueError:
        raise ValueError(f"{file}: expected one day in its name, such as 2026-01-31") from None


def _patterns(plan):
    return [plan["model"]["file"], *plan["model"]["with"], *plan["catalog"]["files"]]


def began_of(records: list[dict[str, Any]], path: Path) -> dict[str, Any]:
    """How a watch began."""
    if not records:
        raise ValueError(f"{log_of(path)}: not begun; init {path.name} first")
    return records[0]


def check_clock(records: list[dict[str, Any]], log: Path, at: pd.Timestamp) -> None:
    """Raise where the last line was written at a time to come."""
    for line, record in reversed(list(enumerate(records, start=2))):
        if text(at) < record["at"]:
            raise ValueError(
                f"{log}, line {line}: written at {record['at']}, and now it is {text(at)}: the clock runs "
                "backwards"
            )
        return


def check_sealed(began: Mapping[str, Any], path: Path) -> None:
    """Raise where model, past or code are others than those sealed."""
    changed = changes(began, seals_now(began, path, _patterns(began["plan"])))
    if changed:
        raise ValueError(
            f"{path}: no longer what was sealed: {'; '.join(map(str, changed))}; put the originals back, or "
            "begin another watch"
        )


def _check_feed(known, hashes, began, log, at):
    for day, (line, files) in known.items():
        _check_same(files, hashes.get(day, {}), f"{log}, line {line}", f"{day} was scored")
    for day, files in hashes.items():
        if day >= began["first"] and pd.Timestamp(day) > at:
            raise ValueError(
                f"{next(iter(files))}: data of {day}, and now it is {text(at)}; look at the clock"
            )
    past = {
        name: sha256
        for day, files in hashes.items()
        if day < began["first"]
        for name, sha256 in files.items()
    }
    _check_same(began["history"], past, f"{log}, line 2", "the watch began")


def _check_same(then, now, where, since):
    """Raise for the first file that is not as it was."""
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            what = "is gone" if name not in now else "came" if name not in then else "was rewritten"
            raise ValueError(f"{where}: {name} {what} since {since}; put back what was there then")


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
    weights = np.array([np.nan if v is None else v for v in record["weights"]]).reshape(shape)
    return Alarm(pd.Timestamp(record["day"]), pd.Timestamp(record["for"]), record["late"], weights, line)


def moment(now: TimeLike | None) -> pd.Timestamp:
    """A time, tz-naive UTC."""
    if now is None:
        return pd.Timestamp.now(tz="UTC").tz_localize(None).floor("s")
    return pd.Timestamp(to_utc([now], "now")[0]).floor("s")


def text(time: pd.Timestamp) -> str:
    """A time as the log has it."""
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
