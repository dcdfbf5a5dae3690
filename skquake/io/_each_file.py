"""The same work on many files, several at a time, in processes that a damaged file may end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

import joblib

from skquake._core._engine import Engine
from skquake.io._files import FormatError
from skquake.io._isolated import Isolated

T = TypeVar("T")


def each_file(
    function: Callable[..., T],
    calls: Iterable[tuple[Any, ...]],
    killed: Callable[[Path, FormatError], T],
    *,
    isolate: bool,
    n_jobs: int | None,
    kept: str = "",
) -> Iterator[T]:
    """``function(path, ...)`` of each call, in their order.

    Parameters
    ----------
    function : callable
        Of a module; raises no FormatError.
    calls : iterable of tuple
        Its arguments, the path first.
    killed : callable
        Path and error in; what stands in for the result of a call that ended its child process.
    isolate : bool
        Whether each call is made in a child process with limits of time and memory.
    n_jobs : int or None
        Calls at a time; None is 1.
    kept : str, default=""
        What becomes of results that are there where a worker process dies.
    """
    if not isolate:
        with Engine(function, n_jobs, kept) as engine, closing(engine.run(calls, ordered=True)) as found:
            yield from (result for _, result in found)
        return
    with ExitStack() as stack:
        idle: SimpleQueue[Isolated] = SimpleQueue()
        for _ in range(joblib.effective_n_jobs(n_jobs)):
            idle.put(stack.enter_context(Isolated(True)))

        def one(path, *more):
            run = idle.get()
            try:
                return run(function, path, *more)
            except FormatError as error:
                return killed(path, error)
            finally:
                idle.put(run)

        # Threads wait for the children, which do the work.
        tasks = (joblib.delayed(one)(*call) for call in calls)
        yield from joblib.Parallel(n_jobs=n_jobs, backend="threading", return_as="generator")(tasks)
