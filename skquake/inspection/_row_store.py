"""Rows of an analysis of many catalogs: from a store where there is one, the rest computed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial
from typing import Any, Self

from skquake._core._engine import Engine, in_store
from skquake._core._journal import Journal
from skquake._core._made_with import made_with
from skquake._core._progress import progress
from skquake._core._together import together
from skquake._core._typing import Path


class RowStore:
    """Rows in a journal, or in memory alone.

    Parameters
    ----------
    path : path or None
    header : callable
        Gives what the rows belong to; called where there is a path.
    key : callable
        Of a row: what no two rows of the file share.
    check : callable
        Raises ValueError, TypeError, LookupError or AttributeError for a row that is not whole.
    accept_versions : bool
        Go on with a file that other versions made.

    Attributes
    ----------
    rows : list of dict
        What the file held.
    versions : list of dict of {str: str}
        All that took part, in their order; ours last.
    """

    def __init__(
        self,
        path: Path | None,
        header: Callable[[], dict[str, Any]],
        *,
        key: Callable[[dict[str, Any]], Hashable],
        check: Callable[[dict[str, Any]], object],
        accept_versions: bool,
    ) -> None:
        self._path, self._journal = path, None
        self.rows: list[dict[str, Any]] = []
        self.versions = [made_with()]
        if path is not None:
            self._journal = Journal(path, header(), key=key, check=check, accept_versions=accept_versions)
            self.rows, self.versions = self._journal.records, self._journal.versions

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._journal is not None:
            self._journal.close()

    def computed(
        self,
        function: Callable[..., dict[str, Any]],
        tasks: Sequence[tuple[Any, ...]],
        *,
        most: int,
        n_jobs: int | None,
        desc: str,
        verbose: int,
    ) -> Iterator[dict[str, Any]]:
        """Rows that a function makes of each task as they come, each in the file before it is given.

        Where one process does them all, ``most`` are under way at a time: their networks are trained
        together.

        Raises
        ------
        RuntimeError
            If worker processes die again and again.
        """
        with Engine(function, n_jobs, in_store(self._path)) as engine:
            found: Any
            if most > 1 and engine.alone:
                found = together((partial(function, *task) for task in tasks), most)
            else:
                found = engine.run(tasks)
            with contextlib.closing(found):
                for _, row in progress(found, desc=desc, verbose=verbose, total=len(tasks)):
                    if self._journal is not None:
                        self._journal.append(row)
                    yield row
