"""A log in which each line holds the hash of the one before: nothing in it is edited or cut unnoticed."""

from __future__ import annotations

import json
import os
import pathlib
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from skquake._core._atomic import write_atomically
from skquake._core._canonical import canonical_json, sha256_of
from skquake._core._locked_file import LockedFile, check_regular
from skquake._core._typing import Path

FIRST = "0" * 64  # what the first line has in place of the hash of the line before
_HASH = re.compile(r"[0-9a-f]{64}")
_CURE = "put the original back, or begin a log elsewhere and say so"
_TRIES = 50  # of a reader that meets a writer


class ChainedLog:
    """A file of JSON lines, each with its number, the SHA-256 of the line before, and a record.

    ``head -n 3 LOG | tail -n 1 | tr -d '\\n' | sha256sum`` prints what line 4 holds as ``previous``. The hash
    of the last line, which no other holds, stands with the number of lines in the file LOG.head: a log that
    was cut, even at the end of a line, or edited, at any byte, is not the one of its head. Who edits both
    leaves a chain with another last hash: note that elsewhere (a report, a repository) and no line can be
    changed unnoticed.

    A record goes to the head first, then to the log, then the head is closed. So a process that is killed at
    any moment leaves either the log without the record, or a head from which it is completed at the next
    opening; never half of one, never two. The file is locked until `close`, or the end of the process.

    Parameters
    ----------
    path : path
        Made, with its folders, where it is absent.
    header : dict
        The record of the first line; a log of another is refused.

    Attributes
    ----------
    records : list of dict
        All of them, the header apart; a record of ``records[k]`` stands in line ``k + 2``.
    head : str
        SHA-256 of the last line.

    Raises
    ------
    ValueError
        For a log that was cut or edited, with its line, or has another header.
    RuntimeError
        If another process has the log.
    OSError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake._core._chained_log import ChainedLog, read_log
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "looks.jsonl"
    >>> with ChainedLog(path, {"format": "looks"}) as log:
    ...     log.append({"look": 1})
    >>> read_log(path)
    [{'look': 1}]
    >>> _ = path.write_text(path.read_text().replace('"look":1', '"look":2'))
    >>> read_log(path)
    Traceback (most recent call last):
        ...
    ValueError: ...looks.jsonl, line 2: edited, or ...
    """

    def __init__(self, path: Path, header: Mapping[str, Any]) -> None:
        self.path = pathlib.Path(path).expanduser()
        check_regular(self.path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.records: list[dict[str, Any]] = []
        self.head, self._lines = FIRST, 0
        self._file = LockedFile(self.path)
        try:
            self._open(json.loads(canonical_json(header)))
        except BaseException:
            if self._file.is_new and not _head_of(self.path).exists():
                self.path.unlink(missing_ok=True)  # nothing is in it
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def append(self, record: Mapping[str, Any]) -> None:
        """Write one record, at once and whole."""
        line = canonical_json({"line": self._lines + 1, "previous": self.head, "record": record})
        self._file.check_in_place()
        size = os.fstat(self._file.descriptor).st_size
        try:
            self._write_head(line.decode())
            self._write(line + b"\n")
        except BaseException:
            if os.fstat(self._file.descriptor).st_size == size + len(line) + 1:
                self._done(line)  # interrupted after its end
            else:
                os.ftruncate(self._file.descriptor, size)
                self._write_head(None)
            raise
        self._done(line)

    def _done(self, line):
        self._lines, self.head = self._lines + 1, sha256_of(line)
        if self._lines > 1:
            self.records.append(json.loads(line)["record"])
        self._write_head(None)

    def _write(self, content):
        written = os.write(self._file.descriptor, content)
        os.fsync(self._file.descriptor)
        if written < len(content):
            raise OSError(
                f"{self.path}: only {written} of {len(content)} bytes were written; the disk may be full"
            )

    def _write_head(self, pending):
        content = canonical_json(
            {
                "lines": self._lines,
                "sha256": self.head,
                "pending": pending,
                "pending_sha256": None if pending is None else sha256_of(pending.encode()),
            }
        )
        write_atomically(_head_of(self.path), lambda temporary: temporary.write_bytes(content + b"\n"))

    def _open(self, header):
        content, head = self.path.read_bytes(), _read_head(self.path)
        if head is None and not content:
            self.append(header)
            return
        found = _check(self.path, content, head)
        _check_header(self.path, found, header)
        self._lines, self.head, self.records = len(found.records), found.head, found.records[1:]
        if found.pending is not None:  # of a process that was killed in the middle
            self._write(found.pending.encode()[found.n_written :] + b"\n")
            self._done(found.pending.encode())
        elif head is not None and head.pending is not None:  # the line was whole, the head not closed
            self._write_head(None)


class _Head(NamedTuple):
    lines: int
    sha256: str
    pending: str | None


class _Checked(NamedTuple):
    """Records of the whole lines, the last hash, and what a killed process still had to write."""

    records: list[dict[str, Any]]
    head: str
    pending: str | None
    n_written: int


def read_log(path: Path, *, header: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Records of a log as they are now, whoever writes it; nothing is locked or changed.

    A record that a killed process has put into the head counts: the next opening completes the log from it.

    Raises
    ------
    ValueError
        For a log that was cut or edited, with its line, or has another header.
    FileNotFoundError
        If there is none.
    """
    path = pathlib.Path(path).expanduser()
    for left in reversed(range(_TRIES)):
        before = _read_head(path)
        content = path.read_bytes()
        if _read_head(path) == before or not left:
            break
    if before is None and not content:  # of a process that was killed before its first record
        return []
    found = _check(path, content, before)
    if header is not None:
        _check_header(path, found, json.loads(canonical_json(header)))
    pending = [] if found.pending is None else [json.loads(found.pending)["record"]]
    return [*found.records, *pending][1:]


def _check_header(path, found, header):
    first = found.records[0] if found.records else json.loads(found.pending or "{}").get("record")
    if first != header:
        raise ValueError(f"{path}, line 1: a log of something else; name another file")


def _head_of(path):
    return path.with_name(path.name + ".head")


def _read_head(path):
    """What the head says; None where there is none."""
    file = _head_of(path)
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    try:
        values = json.loads(content)
        pending = values["pending"]
        whole = (
            canonical_json(values) + b"\n" == content
            and set(values) == {"lines", "sha256", "pending", "pending_sha256"}
            and type(values["lines"]) is int
            and _HASH.fullmatch(values["sha256"]) is not None
            and values["pending_sha256"] == (None if pending is None else sha256_of(pending.encode()))
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        whole = False
    if not whole:
        raise ValueError(f"{file}, line 1: edited; put the original back")
    return _Head(values["lines"], values["sha256"], pending)


def _check(path, content, head):
    """Every line against its chain and the head."""
    if head is None:
        name = _head_of(path).name
        raise ValueError(
            f"{path}, line 1: its head {name} is missing, and with it what says that it is whole"
        )
    lines = content.split(b"\n")
    rest = lines.pop()
    if head.pending is not None and len(lines) == head.lines + 1 and lines[-1] == head.pending.encode():
        head = _Head(head.lines + 1, sha256_of(lines[-1]), None)
    if len(lines) < head.lines:
        where = f"{path}, line {len(lines) + 1}"
        raise ValueError(f"{where}: cut, its head counts {head.lines} lines; put the original back")
    if len(lines) > head.lines:
        raise ValueError(
            f"{path}, line {head.lines + 1}: not of this log, its head counts {head.lines} lines"
        )
    parsed = [_parse(path, line, number) for number, line in enumerate(lines, start=1)]
    hashes = [sha256_of(line) for line in lines]
    said = [values["previous"] for values in parsed] + [head.sha256]
    if said[0] != FIRST:
        raise ValueError(_edited(path, 1))
    right = [said[k + 1] == hashes[k] for k in range(len(lines))]
    if not all(right):
        k = right.index(False)
        # The line itself, or the next one's word of it: then that one is not what its own successor says.
        k += k + 1 < len(right) and not right[k + 1]
        told = f"{path}, line {k + 1}: edited, or {_head_of(path).name} was, which says what the last line is"
        raise ValueError(_edited(path, k + 1) if k + 1 < len(right) else f"{told}; {_CURE}")
    written = 0
    if head.pending is not None:
        written = len(rest)
        if not head.pending.encode().startswith(rest) or json.loads(head.pending)["previous"] != head.sha256:
            raise ValueError(_edited(path, len(lines) + 1))
    elif rest:
        raise ValueError(
            f"{path}, line {len(lines) + 1}: not of this log, its head counts {head.lines} lines"
        )
    return _Checked([values["record"] for values in parsed], head.sha256, head.pending, written)


def _parse(path, line, number):
    try:
        values = json.loads(line)
        whole = set(values) == {"line", "previous", "record"}
    except (ValueError, TypeError):
        whole = False
    if not whole or type(values["line"]) is not int or not isinstance(values["record"], dict):
        raise ValueError(_edited(path, number))
    if values["line"] != number:
        raise ValueError(
            f"{path}, line {number}: says that it is line {values['line']}; put the original back"
        )
    return values


def _edited(path, number):
    return f"{path}, line {number}: edited; {_CURE}"
