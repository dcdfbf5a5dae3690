"""What the parts in a folder of ``from_files`` are: their inputs and digests."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from skquake._core._journal import Journal, read_journal, records_of

NAME = "_index.jsonl"


class PartsIndex:
    """The index of a folder, which nobody else writes until it is closed.

    A part counts as finished once its line is there.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    RuntimeError
        If another process writes to the folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._journal = Journal(
                folder / NAME, {"kind": "parts of a track"}, check=_check, accept_versions=True
            )
        except RuntimeError as error:
            raise RuntimeError(
                f"{folder}: busy, another process is writing parts to it; wait for its end, or give another "
                "folder"
            ) from error
        except PermissionError as error:
            raise _read_only(folder, error) from error
        except OSError as error:
            if error.errno == errno.EROFS:
                raise _read_only(folder, error) from error
            raise
        self._parts = _latest(self._journal.records)

    def __enter__(self) -> PartsIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self._journal.close()

    def holds(self, part: Path, source: str) -> bool:
        """Whether this is the part that was made of the input of this name.

        One of the size and time of modification that it was written with is not read: that is for those who
        read its values, and compare them.
        """
        noted = self._parts.get(part.name)
        if noted is None or noted.file != source:
            return False
        return noted.state == _state(part) or noted.digest == digest_of(part)

    def add(self, part: Path, source: str) -> None:
        """Note a part that was written."""
        self._note(part.name, source, digest_of(part), _state(part))

    def remove(self, part: Path) -> None:
        """Delete a part, if it is there."""
        if part.name in self._parts:
            self._note(part.name, "", None)
        part.unlink(missing_ok=True)

    def forget_absent(self) -> None:
        """Note the parts that somebody deleted."""
        for name in list(self._parts):
            if not (self._folder / name).exists():
                self._note(name, "", None)

    def _note(self, name, source, digest, state=None):
        self._journal.append({"part": name, "file": source, "digest": digest, "state": state})
        if digest is None:
            self._parts.pop(name, None)
        else:
            self._parts[name] = _Noted(source, digest, state)


def _read_only(folder, error):
    return PermissionError(
        f"{folder}: cannot be written ({error.strerror}); TrackSource(folder) opens what is finished there, "
        "and from_files goes on in a folder that may be written"
    )


class _Noted(NamedTuple):
    """A part in the index; the state (size, ns of its modification) is None in older ones."""

    file: str
    digest: str
    state: list[int] | None


def _state(part):
    facts = part.stat()
    return [facts.st_size, facts.st_mtime_ns]


def digest_of(file: Path) -> str:
    """Hash of every byte of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "blake2b").hexdigest()


def noted_digests(folder: Path) -> dict[str, str] | None:
    """Digests of the parts as they were written, by name, in its order; None without an index."""
    if not (folder / NAME).exists():
        return None
    return digests_of(_latest(read_journal(folder / NAME)))


def digests_of(parts: Mapping[str, _Noted]) -> dict[str, str]:
    """Digests of the parts of an index, by name."""
    return {name: parts[name].digest for name in sorted(parts)}


def parts_in(content: bytes, where: object) -> dict[str, _Noted]:
    """What an index of this content says of the parts that are there."""
    return _latest(records_of(content, where))


def check_parts(folder: Path, digests: Mapping[str, str | None]) -> None:
    """Raise unless a folder with an index holds the parts of the index, as they were written.

    Parameters
    ----------
    folder : Path
    digests : dict of {str: str or None}
        Of the parts that are there, by name; None of those that nobody looked into.

    Raises
    ------
    ValueError
        Naming the first part that is another, and its input.
    """
    if (folder / NAME).exists():
        cure = "call from_files again: it makes what is missing or damaged anew"
        check_noted(folder, _latest(read_journal(folder / NAME)), digests, cure)


def check_noted(
    where: object, parts: Mapping[str, _Noted], digests: Mapping[str, str | None], cure: str
) -> None:
    """Raise unless these are the parts of an index; see ``check_parts``."""
    for name, (source, digest, _) in parts.items():
        if name not in digests:
            raise ValueError(f"{where}: the part {name}, of {source}, is missing; {cure}")
        if digests[name] not in (digest, None):
            same = [other for other, noted in parts.items() if noted.digest == digests[name]]
            what = f"holds what belongs to {same[0]}" if same else "was changed since it was written"
            raise ValueError(f"{where}: the part {name}, of {source}, {what}; delete it and {cure}")
    more = sorted(set(digests) - set(parts))
    if more:
        raise ValueError(f"{where}: {more[0]} is no finished part; {cure}")


def _latest(records):
    """What is noted of the parts that are there, by name."""
    parts = {r["part"]: _Noted(r["file"], r["digest"], r.get("state")) for r in records}
    return {name: noted for name, noted in parts.items() if noted.digest is not None}


def _check(record):
    digest = record["digest"]
    if not isinstance(record["part"], str) or not isinstance(record["file"], str):
        raise ValueError(f"part {record['part']!r} of {record['file']!r}")
    if digest is not None and not (isinstance(digest, str) and len(digest) == 128):
        raise ValueError(f"digest {digest!r}")
    state = record.get("state")
    if state is not None and not (isinstance(state, list) and all(isinstance(n, int) for n in state)):
        raise ValueError(f"state {state!r}")
