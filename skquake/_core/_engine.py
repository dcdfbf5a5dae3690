"""Many independent calls on the engine that the user's joblib names: processes of this machine, or Dask.

joblib gives up at the first worker that dies (its Dask backend waits for ever where the work cannot be done
again), and it sends what all calls share along with each. Here what they share travels once a worker, a call
during which a worker died is made again, and results come as they finish, so that whoever asks can keep them
in one file. This module alone knows what joblib's backends are made of.
"""

from __future__ import annotations

import mmap
import os
import pickle
import tempfile
import uuid
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import ExitStack, closing, nullcontext
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, Self

import cloudpickle
import joblib
from joblib._parallel_backends import LokyBackend
from joblib.parallel import get_active_backend
from sklearn import config_context, get_config
from threadpoolctl import threadpool_limits

TRIES = 3  # of a call during which a worker dies
_EACH = 4  # calls of a worker in a batch, where results come by batches
_HELD = 2  # functions that a process keeps
_held: dict[str, Callable[..., Any]] = {}  # those of this process, by their files


class Engine:
    """Calls of one function, several at a time.

    Parameters
    ----------
    function : callable
        What is heavy belongs into it (`functools.partial`, a bound method): it travels once a worker, and
        only what tells one call from another travels with that call.
    n_jobs : int or None
        Calls at a time, as joblib has it. On Dask as many as its workers have threads.
    kept : str, default=""
        What becomes of results that are there where workers die, for the message.

    Attributes
    ----------
    alone : bool
        Whether the calls are made in this process, one after another.

    Raises
    ------
    TimeoutError
        If Dask has no worker.

    Examples
    --------
    >>> from functools import partial
    >>> from skquake._core._engine import Engine
    >>> with Engine(partial(pow, 2), n_jobs=None) as engine:
    ...     list(engine.run((k,) for k in range(4)))
    [(0, 1), (1, 2), (2, 4), (3, 8)]
    """

    def __init__(self, function: Callable[..., Any], n_jobs: int | None, kept: str = "") -> None:
        self._function, self._n_jobs, self._kept = function, n_jobs, kept
        self._backend, _ = get_active_backend()
        self._on_dask = hasattr(self._backend, "client")
        self.alone = joblib.effective_n_jobs(n_jobs) == 1 and not self._on_dask
        self._open = ExitStack()
        self._sent: Any = None

    def __enter__(self) -> Self:
        if not self.alone and isinstance(self._backend, LokyBackend):
            # loky replaces workers that have grown, as caches make them; what they were at is not lost.
            self._open.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
        return self

    def __exit__(self, *_: object) -> None:
        self._sent = None
        self._open.close()

    def run(
        self, tasks: Iterable[tuple[Any, ...]], *, ordered: bool = False
    ) -> Generator[tuple[int, Any], None, None]:
        """Numbers of tasks and what the function returned for each, as soon as it does.

        What is under way is given up where the iterator is closed, or a call raises.

        Parameters
        ----------
        tasks : iterable of tuple
            Arguments of each call.
        ordered : bool, default=False
            In the order of the tasks, each result as soon as all before it are there.

        Raises
        ------
        RuntimeError
            If workers die again and again during the same call.
        """
        if self.alone:
            found: Any = ((number, self._function(*task)) for number, task in enumerate(tasks))
        else:
            found = self._by_dask(tasks) if self._on_dask else self._by_joblib(tasks)
        return _in_order(found) if ordered else found

    def _by_joblib(self, tasks):
        left: Iterator[tuple[int, Any]] = enumerate(tasks)
        doubtful: list[tuple[int, Any]] = []
        tries: Counter[int] = Counter()
        error = None
        while True:
            under_way: dict[int, tuple[Any, ...]] = {}
            try:
                yield from self._round(left, under_way)
                break
            except BrokenExecutor:
                tries.update(under_way.keys())  # which of them it was is not known
                again = list(under_way.items())
                doubtful += [item for item in again if tries[item[0]] == TRIES - 1]
                left = chain(left, [item for item in again if tries[item[0]] < TRIES - 1])
        for item in doubtful:  # the last time one by one, after all others
            try:
                yield from self._round([item], {})
            except BrokenExecutor as broken:
                error = broken
        if error is not None:
            raise self._died(f"take fewer workers (n_jobs={self._n_jobs} now)") from error

    def _round(self, left, under_way):
        """Numbers and results by joblib, until all are done or a worker dies."""
        calls = self._calls(left, under_way)
        if self._backend.supports_return_generator:
            parallel = joblib.Parallel(self._n_jobs, return_as="generator_unordered", batch_size=1)
            found = parallel(calls)
        else:  # such as Ray's
            found = _by_batches(joblib.Parallel(self._n_jobs, batch_size=1), calls)
        with closing(found):
            for number, result in found:
                del under_way[number]
                yield number, result

    def _calls(self, left, under_way):
        """Calls of joblib; noted as under way when joblib takes them."""
        if self._sent is None:
            local = isinstance(self._backend, LokyBackend)
            self._sent = self._file() if local else _Settled(self._function, filters=None)
        for number, task in left:
            under_way[number] = task
            yield joblib.delayed(_numbered)(number, self._sent, task)

    def _file(self):
        folder = tempfile.TemporaryDirectory(
            prefix="skquake-", dir=os.environ.get("JOBLIB_TEMP_FOLDER"), ignore_cleanup_errors=True
        )
        path = Path(self._open.enter_context(folder)) / "function"
        _write(path, _Settled(self._function, filters=list(warnings.filters)))
        return _InFile(str(path))

    def _by_dask(self, tasks):
        from distributed import CancelledError, KilledWorker, as_completed

        client, options = self._backend.client, self._backend.submit_kwargs
        name, made = f"skquake-{uuid.uuid4().hex}", count()
        waiting: dict[Any, tuple[int, bytes, Any]] = {}
        losses = 0  # of the function, since the last result

        def submit(number, task):
            key, sent = f"{name}-{next(made)}", self._scattered(client)
            future = client.submit(_on_worker, sent, task, key=key, pure=False, **options)
            waiting[future] = number, task, sent
            return future

        try:
            with self._backend.retrieval_context():
                # Dask looks into tuples, so it is shown none.
                futures = (submit(k, cloudpickle.dumps(task)) for k, task in enumerate(tasks))
                done = as_completed(futures, loop=client.loop)
                for future in done:
                    number, task, sent = waiting.pop(future)
                    try:
                        result = future.result()
                    except CancelledError:  # the last worker that had the function is gone
                        if not future.cancelled():
                            raise
                        if sent is self._sent:
                            self._sent, losses = None, losses + 1
                            if losses >= TRIES:
                                raise self._died() from None
                        done.add(submit(number, task))
                    except KilledWorker as error:
                        raise self._died() from error
                    else:
                        losses = 0
                        yield number, result
        finally:
            if waiting:
                client.cancel(list(waiting), force=True)

    def _scattered(self, client):
        if self._sent is None:
            function = _Opaque(_Settled(self._function, filters=list(warnings.filters)))
            self._sent = client.scatter(function, broadcast=True, hash=False)
        return self._sent

    def _died(self, cure="take workers with fewer threads"):
        return RuntimeError(
            f"a worker process died, {TRIES} times during the same calls, as a rule for want of memory; "
            f"{cure} or a machine with more memory{'; ' * bool(self._kept)}{self._kept}"
        )


def _by_batches(parallel, calls):
    """Results of a backend that gives none before all of a batch are there."""
    n = _EACH * joblib.effective_n_jobs(parallel.n_jobs)
    while batch := list(islice(calls, n)):
        yield from parallel(batch)


def in_store(store: object) -> str:
    """What becomes of results where workers die, by the parameter ``store`` of who keeps them."""
    if store is None:
        return "with a store= nothing that is finished would be lost"
    return f"what is finished is in store={str(store)!r}, and the same call goes on from there"


def _in_order(found):
    held: dict[int, Any] = {}
    following = 0
    with closing(found):
        for number, result in found:
            held[number] = result
            while following in held:
                yield following, held.pop(following)
                following += 1


class _Settled:
    """A function under scikit-learn's settings, and where it travels the filters of warnings, of who asks."""

    def __init__(self, function, filters):
        self.function, self.filters, self.config = function, filters, get_config()

    def __call__(self, *task):
        with config_context(**self.config), nullcontext() if self.filters is None else _only(self.filters):
            return self.function(*task)


class _only(warnings.catch_warnings):
    """These filters of warnings and no others."""

    def __init__(self, filters):
        super().__init__(record=False)
        self._only = filters

    def __enter__(self):
        super().__enter__()
        warnings.resetwarnings()
        warnings.filters[:] = self._only  # type: ignore[index]


class _Opaque:
    """What Dask is not to look into."""

    def __init__(self, value):
        self.value = value


class _InFile:
    """A function in a file, read once by each process that calls it."""

    def __init__(self, path):
        self.path = path

    def __call__(self, *task):
        if self.path not in _held:
            while len(_held) >= _HELD:
                del _held[next(iter(_held))]
            _held[self.path] = _read(self.path)
        return _held[self.path](*task)


def _numbered(number, function, task):
    return number, function(*task)


def _on_worker(function, task):
    """A call in a worker of Dask: one thread for each, as in joblib's own workers."""
    with joblib.parallel_config("threading"), threadpool_limits(1):
        return function.value(*pickle.loads(task))


def _write(path: Path, function: Callable[..., Any]) -> None:
    """A function to a file, arrays as they stand, so that processes can share them."""
    buffers: list[pickle.PickleBuffer] = []
    head = cloudpickle.dumps(function, protocol=5, buffer_callback=buffers.append)
    spans = []
    with open(path, "wb") as file:
        for part in (head, *(buffer.raw() for buffer in buffers)):
            file.write(bytes(-file.tell() % 64))
            spans.append((file.tell(), len(part)))
            file.write(part)
        table = file.tell()
        file.write(pickle.dumps(spans) + table.to_bytes(8, "little"))


def _read(path: str) -> Any:
    with open(path, "rb") as file:
        memory = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    table = int.from_bytes(memory[-8:], "little")
    head, *buffers = (memory[start : start + size] for start, size in pickle.loads(memory[table:-8]))
    return pickle.loads(head, buffers=buffers)
