"""Results on disk, one JSON line each, that survive a killed process."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Self

import pandas as pd
from sklearn.frozen import FrozenEstimator

from skquake._core._identity import identity
from skquake._core._locked_file import LockedFile, check_regular
from skquake._core._made_with import made_with, version_changes
from skquake._core._typing import Path

_BEGIN = b'{"header": '
_CHECKSUM = re.compile(rb'(?:, )?"checksum": "([0-9a-f]{16})"\}$')
_NOT_WHOLE = (ValueError, TypeError, LookupError, AttributeError)


class Journal:
    """A file of JSON lines: a header that says what the records belong to, then one record a line.

    A record is appended in a single write and flushed to disk before `append` returns. A line that a killed
    process left unfinished is cut off when the file is opened again; every line ends in a checksum, so that
    what is read is exactly what was appended. The header notes the versions that made the records. The file
    is locked until `close`, or the end of the object or the process.

    Parameters
    ----------
    path : path
        Made, with its folders, where it is absent.
    header : dict of {str: str, number or dict of these}
        What the records belong to; a file with another header is refused.
    key : callable, default=None
        Of a record: what no two records share. A second one is refused, in the file and by `append`.
    check : callable, default=None
        Called with each record of the file; raises ValueError, TypeError, LookupError or AttributeError for
        one that is not whole.
    accept_versions : bool, default=False
        Go on with a journal that other versions made; ours are then noted ahead of the records they make.

    Attributes
    ----------
    records : list of dict
        What the file held when it was opened.
    lines : list of int
        Their lines in the file.
    versions : list of dict
        All versions that the file notes, in their order; ours last.

    Raises
    ------
    ValueError
        For a file that is no journal, one of other settings or other versions, and a damaged line, a record
        that is not whole or is there twice; the message names them and the line.
    RuntimeError
        If another process, or another journal of this one, has the file.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake._core._journal import Journal
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "results.jsonl"
    >>> with Journal(path, {"seed": 0}, key=lambda record: record["trial"]) as journal:
    ...     journal.append({"trial": 1, "score": 0.5})
    >>> with Journal(path, {"seed": 0}) as journal:
    ...     journal.records
    [{'trial': 1, 'score': 0.5}]
    >>> Journal(path, {"seed": 1})
    Traceback (most recent call last):
        ...
    ValueError: ...results.jsonl: made with another seed; ...
    """

    def __init__(
        self,
        path: Path,
        header: Mapping[str, Any],
        *,
        key: Callable[[dict[str, Any]], Hashable] | None = None,
        check: Callable[[dict[str, Any]], object] | None = None,
        accept_versions: bool = False,
    ) -> None:
        self.path = pathlib.Path(path).expanduser()
        self.records: list[dict[str, Any]] = []
        self.lines: list[int] = []
        self.versions: list[dict[str, str]] = []
        self._key = key
        self._known: dict[Hashable, int] = {}
        check_regular(self.path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = LockedFile(self.path)
        try:
            self._open(json.loads(json.dumps(header)), check, accept_versions)
        except BaseException:
            if self._file.is_new:  # nothing of use is in it
                self.path.unlink(missing_ok=True)
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def append(self, record: dict[str, Any]) -> None:
        """Write one record, at once and whole."""
        self._write(record, self._claimed(record, self._n_lines + 1))

    def _write(self, record, key=None):
        line, file = sealed(record), self._file.descriptor
        self._file.check_in_place()
        written, whole, size = 0, False, os.fstat(file).st_size
        try:
            written = os.write(file, line)
            os.fsync(file)
            whole = written == len(line)
        finally:
            if not whole:
                self._known.pop(key, None)
                os.ftruncate(file, size)  # no half line where the next is to follow
        if not whole:
            raise OSError(
                f"{self.path}: only {written} of {len(line)} bytes were written; the disk may be full"
            )
        self._n_lines += 1

    def _open(self, header, check, accept_versions):
        ours, self._n_lines = made_with(), 0
        content = self.path.read_bytes()
        found, whole = _whole_lines(self.path, content)
        if whole < len(content):
            os.ftruncate(self._file.descriptor, whole)
        if not found:
            self._write({"header": header, "versions": ours})
            self.versions = [ours]
            return
        first, *rest = (_parse(self.path, line, number) for number, line in enumerate(found, start=1))
        self._n_lines = len(found)
        if not isinstance(first.get("header"), dict) or not isinstance(first.get("versions"), dict):
            raise ValueError(f"{self.path}: no journal of results; name another file")
        other = _differences(first["header"], header)
        if other:
            raise ValueError(
                f"{self.path}: made with another {', '.join(other)}; go on with the settings it was made "
                "with, or name another file"
            )
        self.versions = [first["versions"]]
        for number, record in enumerate(rest, start=2):
            if set(record) == {"versions"} and isinstance(record["versions"], dict):
                self.versions.append(record["versions"])
                continue
            self._check(record, number, check)
            self.records.append(record)
            self.lines.append(number)
        self._accept(ours, accept_versions)

    def _accept(self, ours, accept_versions):
        changes = dict.fromkeys(change for made in self.versions for change in version_changes(made, ours))
        if changes and not accept_versions:
            raise ValueError(
                f"{self.path}: made with other versions ({', '.join(changes)}), whose results may differ; "
                "install those, name another file, or set accept_versions=True"
            )
        if self.versions[-1] != ours:
            self._write({"versions": ours})
            self.versions.append(ours)

    def _check(self, record, number, check):
        try:
            if check is not None:
                check(record)
            self._claimed(record, number)
        except _Twice:
            raise
        except _NOT_WHOLE as error:
            said = f"it has no {error}" if isinstance(error, KeyError) else error
            raise ValueError(
                f"{self.path}, line {number}: no whole record ({said}); remove the line, or name another file"
            ) from error

    def _claimed(self, record, number):
        """The key of a record, noted with its line."""
        if self._key is None:
            return None
        key = self._key(record)
        if key in self._known:
            raise _Twice(
                f"{self.path}, line {number}: {key!r} once more, it is in line {self._known[key]} already; "
                "remove one of the two lines"
            )
        self._known[key] = number
        return key


class _Twice(ValueError):
    pass


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Records of a journal as they are now, whoever writes it; nothing is locked or changed.

    Raises
    ------
    ValueError
        For a file that is no journal, and a damaged line.
    """
    path = pathlib.Path(path)
    return records_of(path.read_bytes(), path)


def records_of(content: bytes, where: object) -> list[dict[str, Any]]:
    """Records of a journal of this content, which lies there."""
    lines, _ = _whole_lines(where, content)
    records = [_parse(where, line, number) for number, line in enumerate(lines, start=1)]
    return [record for record in records[1:] if set(record) != {"versions"}]


def _whole_lines(path, content):
    """The lines, and where the last of them ends."""
    if not content.startswith(_BEGIN) and not _BEGIN.startswith(content):
        raise ValueError(f"{path}: no journal of results; name another file")
    whole = content.rfind(b"\n") + 1
    lines = content[:whole].split(b"\n")[:-1]
    if _CHECKSUM.search(content[whole:-1]):  # more than a line: its end was changed, not cut
        raise ValueError(_damaged(path, len(lines) + 1))
    return lines, whole


def _parse(path, line, number):
    found = _CHECKSUM.search(line)
    if found is None and number == 1:
        raise ValueError(f"{path}: no journal of results, or an earlier skquake's; name another file")
    if found is None or _digest(line[: found.start()]) != found[1]:
        raise ValueError(_damaged(path, number))
    return json.loads(line[: found.start()] + b"}")


def _damaged(path, number):
    cure = "name another file" if number == 1 else "remove the line, or name another file"
    return f"{path}, line {number}: damaged, its checksum is missing or wrong; {cure}"


def sealed(record: dict[str, Any]) -> bytes:
    """A record as a line of a journal."""
    if "checksum" in record:
        raise ValueError("checksum: the journal's own, no name for a value of a record")
    body = json.dumps(record).encode()[:-1]
    comma = b", " if record else b""
    return body + comma + b'"checksum": "' + _digest(body) + b'"}\n'


def _digest(body):
    return hashlib.blake2b(body, digest_size=8).hexdigest().encode()


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


def fingerprint(value: object) -> str:
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
    if isinstance(value, FrozenEstimator):
        return ["frozen", identity(value.estimator)]  # what it has learnt counts
    if hasattr(value, "get_params") and not isinstance(value, type):
        return [type(value).__qualname__, _parts(value.get_params(deep=False))]
    return identity(value)
