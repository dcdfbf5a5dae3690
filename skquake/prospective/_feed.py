"""The files that come, by day, and whether they still are what they were."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from skquake._core._atomic import write_atomically
from skquake._core._canonical import sha256_of_file
from skquake._core._paths import expand_paths
from skquake.prospective._clock import text
from skquake.registration._seal import names_of

RECENT_NS = 5_000_000_000
_DATE = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")


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


class Hashes:
    """SHA-256 of files; of those that nobody has written since the last time, what it was then.

    A file is taken for the same where its length, its inode and its times of writing and of change are those
    of the last time; the last of these no program can set. What was written in the last seconds is read
    again: a clock may not tell two writings apart. All this is kept in a file beside the log, which may be
    removed: then every byte is read again, as `skquake.prospective.score` does.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            known = json.loads(path.read_text())
            self._known = {name: [list(stamp), str(sha256)] for name, (stamp, sha256) in known.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._known = {}
        self._seen: dict[str, list[Any]] = {}

    def of(self, days: Mapping[str, Iterable[Path]], folder: Path) -> dict[str, dict[str, str]]:
        """By day and name from a folder; kept for the next time."""
        found = _by_name(days, folder, self._of)
        if self._seen != self._known:
            content = json.dumps(self._seen).encode()
            write_atomically(self.path, lambda temporary: temporary.write_bytes(content))
        return found

    def _of(self, file):
        status = file.stat()
        stamp = [status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns]
        then, sha256 = self._known.get(str(file), [None, ""])
        found = sha256 if then == stamp else sha256_of_file(file)
        if time.time_ns() - max(stamp[2:]) > RECENT_NS:
            self._seen[str(file)] = [stamp, found]
        return found


def hashes_of(days: Mapping[str, Iterable[Path]], folder: Path) -> dict[str, dict[str, str]]:
    """SHA-256 by day and name from a folder, of every byte."""
    return _by_name(days, folder, sha256_of_file)


def _by_name(days, folder, hash_of):
    names = iter(names_of([file for files in days.values() for file in files], folder))
    return {day: {next(names): hash_of(file) for file in files} for day, files in days.items()}


def check_feed(
    records: list[dict[str, Any]],
    hashes: Mapping[str, Mapping[str, str]],
    log: Path,
    at: pd.Timestamp,
) -> dict[str, int]:
    """Lines of the days that were scored; raises where one is no longer what it was, or has not come yet."""
    began = records[0]
    known = {
        record["day"]: (line, record["files"])
        for line, record in enumerate(records, start=2)
        if record["event"] == "alarm"
    }
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
    return {day: line for day, (line, _) in known.items()}


def _check_same(then, now, where, since):
    """Raise for the first file that is not as it was."""
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            what = "is gone" if name not in now else "came" if name not in then else "was rewritten"
            raise ValueError(f"{where}: {name} {what} since {since}; put back what was there then")
