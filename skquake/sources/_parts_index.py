"""What the parts in a folder of ``from_files`` are: their inputs and digests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from skquake._core._journal import Journal, read_journal

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
        self._parts = _latest(self._journal.records)

    def __enter__(self) -> PartsIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self._journal.close()

    def holds(self, part: Path, source: str) -> bool:
        """Whether this is the part that was made of the input of this name, unchanged."""
        noted = self._parts.get(part.name)
        return noted is not None and noted == (source, digest_of(part))

    def add(self, part: Path, source: str) -> None:
        """Note a part that was written."""
        self._note(part.name, source, digest_of(part))

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

    def _note(self, name, source, digest):
        self._journal.append({"part": name, "file": source, "digest": digest})
        if digest is None:
            self._parts.pop(name, None)
        else:
            self._parts[name] = source, digest


def digest_of(file: Path) -> str:
    """Hash of every byte of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "blake2b").hexdigest()


def noted_digests(folder: Path) -> dict[str, str] | None:
    """Digests of the parts as they were written, by name, in its order; None without an index."""
    if not (folder / NAME).exists():
        return None
    parts = _latest(read_journal(folder / NAME))
    return {name: parts[name][1] for name in sorted(parts)}


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
    if not (folder / NAME).exists():
        return
    parts = _latest(read_journal(folder / NAME))
    cure = "call from_files again: it makes what is missing or damaged anew"
    for name, (source, digest) in parts.items():
        if name not in digests:
            raise ValueError(f"{folder}: the part {name}, of {source}, is missing; {cure}")
        if digests[name] not in (digest, None):
            same = [other for other, (_, d) in parts.items() if d == digests[name]]
            what = f"holds what belongs to {same[0]}" if same else "was changed since it was written"
            raise ValueError(f"{folder}: the part {name}, of {source}, {what}; {cure}")
    more = sorted(set(digests) - set(parts))
    if more:
        raise ValueError(f"{folder}: {more[0]} is no finished part; {cure}")


def _latest(records):
    """{part: (input, digest)} of the parts that are there."""
    parts = {record["part"]: (record["file"], record["digest"]) for record in records}
    return {name: noted for name, noted in parts.items() if noted[1] is not None}


def _check(record):
    digest = record["digest"]
    if not isinstance(record["part"], str) or not isinstance(record["file"], str):
        raise ValueError(f"part {record['part']!r} of {record['file']!r}")
    if digest is not None and not (isinstance(digest, str) and len(digest) == 128):
        raise ValueError(f"digest {digest!r}")
