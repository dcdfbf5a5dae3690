"""Results on disk, one JSON line each, that survive a killed process."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pandas as pd

from skquake._core._identity import identity

_BEGIN = b'{"header": '


class Journal:
    """A file of JSON lines: a header that says what the records belong to, then one record a line.

    A record is appended in a single write and flushed to disk before `append` returns. A line
    that a killed process left unfinished is cut off when the file is opened again, so what is
    read is exactly what was appended.

    Parameters
    ----------
    path : path
        Made, with its folders, where it is absent.
    header : dict of {str: str, number or dict of these}
        What the records belong to; a file with another header is refused.
    lock : bool, default=False
        Keep other locked journals, of any process, off the file until `close`, or the end of this process.

    Attributes
    ----------
    records : list of dict
        What the file held when it was opened.

    Raises
    ------
    ValueError
        For a file that is no journal, or one of other settings; the message names them.
    RuntimeError
        If another locked journal has the file.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake._core._journal import Journal
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "results.jsonl"
    >>> Journal(path, {"seed": 0}).append({"trial": 1, "score": 0.5})
    >>> Journal(path, {"seed": 0}).records
    [{'trial': 1, 'score': 0.5}]
    >>> Journal(path, {"seed": 1})
    Traceback (most recent call last):
        ...
    ValueError: ...results.jsonl: made with another seed; ...
    """

    def __init__(self, path, header, *, lock=False):
        self.path = Path(path).expanduser()
        header = json.loads(json.dumps(header))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self.path) if lock else None
        try:
            self.records = self._read(header)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Let go of the lock."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def append(self, record):
        """Write one record, at once and whole."""
        line = (json.dumps(record) + "\n").encode()
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        written, size = 0, os.fstat(file).st_size
        try:
            written = os.write(file, line)
            os.fsync(file)
        finally:
            if written != len(line):
                os.truncate(self.path, size)  # no half line where the next is to follow
            os.close(file)
        if written != len(line):
            raise OSError(
                f"{self.path}: only {written} of {len(line)} bytes were written; the disk may be full"
            )

    def _read(self, header):
        if not self._whole_lines():
            self.append({"header": header})
        found, *records = [self._parse(line) for line in self.path.read_bytes().splitlines()]
        if set(found) != {"header"} or not isinstance(found["header"], dict):
            raise ValueError(f"{self.path}: no journal of results; name another file")
        other = _differences(found["header"], header)
        if other:
            raise ValueError(
                f"{self.path}: made with another {', '.join(other)}; go on with the settings it was made "
                "with, or name another file"
            )
        return records

    def _whole_lines(self):
        """Cut off a line without an end; whether any line is left."""
        if not self.path.exists():
            return False
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if not content.startswith(_BEGIN) and not _BEGIN.startswith(content):
            raise ValueError(f"{self.path}: no journal of results; name another file")
        if whole < len(content):
            os.truncate(self.path, whole)
        return whole > 0

    def _parse(self, line):
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            raise ValueError(f"{self.path}: no journal of results; name another file")
        return record


def _differences(found, expected):
    """Names of the settings that differ, with those within: ["space (C, gamma)", "cv"]."""
    names = []
    for key in dict.fromkeys([*expected, *found]):
        a, b = found.get(key), expected.get(key)
        if a != b and isinstance(a, dict) and isinstance(b, dict):
            key += f" ({', '.join(_differences(a, b))})"
        if a != b:
            names.append(key)
    return names


def _locked(path):
    """Descriptor of the file, locked until it is closed or this process ends, however it ends."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            import msvcrt

            os.lseek(file, 1 << 30, os.SEEK_SET)  # a byte far behind what is written
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError as error:
        os.close(file)
        if not isinstance(error, BlockingIOError | PermissionError):
            raise
        raise RuntimeError(
            f"{path}: another process (or search) is writing it; wait for its end, or name another file"
        ) from error
    return file


def fingerprint(value):
    """Text that tells settings apart and is the same in every session.

    Tables go by their content (whatever their caches), dicts and sequences by their items, everything
    else by :func:`identity`.
    """
    return hashlib.blake2b(json.dumps(_parts(value)).encode(), digest_size=10).hexdigest()


def _parts(value):
    if value is None or isinstance(value, (str, bool, int, float)):
        return repr(value)
    if isinstance(value, (pd.DataFrame, pd.Series, pd.Index)):
        names = [str(name) for name in value.columns] if isinstance(value, pd.DataFrame) else []
        rows = pd.util.hash_pandas_object(value, index=not isinstance(value, pd.Index)).to_numpy()
        return [names, len(value), hashlib.blake2b(rows.tobytes(), digest_size=10).hexdigest()]
    if isinstance(value, dict):
        return ["dict", *([str(key), _parts(item)] for key, item in value.items())]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *map(_parts, value)]
    if hasattr(value, "get_params") and not isinstance(value, type):
        return [type(value).__qualname__, _parts(value.get_params(deep=False))]
    return identity(value)
