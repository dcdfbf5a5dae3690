"""Functions that run in turn and meet: what several of them ask for is answered at once.

A null test fits hundreds of pipelines one after another, and a GPU would train their networks all at once.
So each function runs until it asks for something costly (:func:`ask`) and waits; when all that still run
wait, their requests are answered together, and each goes on with its own answer. One runs at a time, always
in the same order, so that nothing depends on how threads are scheduled and nothing need be safe in threads.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from itertools import islice
from time import perf_counter
from typing import Any, Protocol

from sklearn import config_context, get_config

from skquake._core._inner import innermost
from skquake._core._typing import Estimator

_local = threading.local()  # .turn: whose turn it is in this thread


class Request(Protocol):
    """What can be asked for together."""

    def answer(self) -> Any:
        """The answer, found alone."""

    @classmethod
    def answers(cls, requests: list[Any]) -> list[Any]:
        """Answers to several requests; an exception is the answer to a request that fails."""


class _Stopped(BaseException):
    """Nobody will answer any more."""


class _Turn(threading.Thread):
    """A function in a thread that runs only while the one who started it waits."""

    def __init__(self, function: Callable[[], Any]) -> None:
        super().__init__(daemon=True, name="skquake-turn")
        self._function, self._context, self._config = function, copy_context(), get_config()
        self._go, self._pause = threading.Semaphore(0), threading.Semaphore(0)
        self._answer: Any = None
        self.request: Any = None
        self.outcome: Any = None
        self.error: BaseException | None = None
        self.ended = self.stopped = False
        self.elsewhere = 0.0  # seconds that others took

    def run(self) -> None:
        self._go.acquire()
        _local.turn = self
        try:
            if not self.stopped:
                with config_context(**self._config):
                    self.outcome = self._context.run(self._function)
        except BaseException as error:
            self.error = error
        self._function = None  # type: ignore[assignment]  # what it holds is not needed
        self.ended = True
        self._pause.release()

    def go_on(self, answer: Any) -> None:
        """Run until the next request, or the end."""
        self._answer = answer
        with _same_warnings():
            self._go.release()
            self._pause.acquire()

    def ask(self, request: Any) -> Any:
        """Wait for an answer; called by the function."""
        start = perf_counter()
        self.request = request
        if not self.stopped:
            with _same_warnings():
                self._pause.release()
                self._go.acquire()
        self.request = None
        if self.stopped:
            raise _Stopped
        answer, share = self._answer
        self.elsewhere += perf_counter() - start - share
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def stop(self) -> None:
        """End the function at its present request, or at the next where it still runs."""
        self.stopped = True
        self._go.release()


@contextmanager
def _same_warnings():
    """At the end the filters of warnings of the beginning: those of ``catch_warnings`` are of all threads."""
    filters = warnings.filters
    try:
        yield
    finally:
        warnings.filters = filters  # type: ignore[misc, assignment]
        with warnings.catch_warnings():  # which tells Python that they are others now
            pass


def ask(request: Request) -> Any:
    """The answer to a request: found together with those of others where there are any, else alone."""
    turn = getattr(_local, "turn", None)
    return request.answer() if turn is None else turn.ask(request)


def clock() -> float:
    """Seconds, of which those in which others ran do not count; their share of what is done together does."""
    turn = getattr(_local, "turn", None)
    return perf_counter() - (0.0 if turn is None else turn.elsewhere)


def together(functions: Iterable[Callable[[], Any]], most: int) -> Iterator[tuple[int, Any]]:
    """Run functions in turn, ``most`` at a time, and answer at once what they ask for.

    Parameters
    ----------
    functions : iterable of callable
        Called without arguments.
    most : int
        How many are under way at a time. Those that end make no room before all of these have ended: so
        who meets whom does not depend on anything but the functions.

    Yields
    ------
    (int, object)
        Number of a function, and what it returned, as soon as it does.

    Raises
    ------
    BaseException
        What a function raises; the others that are under way end there.

    Examples
    --------
    >>> from skquake._core._together import ask, together
    >>> class Square:
    ...     def __init__(self, number):
    ...         self.number = number
    ...     @classmethod
    ...     def answers(cls, requests):
    ...         return [request.number**2 for request in requests]
    >>> list(together([lambda i=i: ask(Square(i)) for i in range(3)], most=2))
    [(0, 0), (1, 1), (2, 4)]
    """
    if most == 1:
        for number, function in enumerate(functions):
            yield number, function()
        return
    left = enumerate(functions)
    while group := list(islice(left, most)):
        turns = [(number, _Turn(function)) for number, function in group]
        del group
        try:
            for _, turn in turns:
                turn.start()
            answers: list[Any] = [None] * len(turns)
            waiting = turns
            while waiting:
                asking = []
                for (number, turn), answer in zip(waiting, answers, strict=True):
                    turn.go_on(answer)
                    if turn.error is not None:
                        raise turn.error
                    if turn.ended:
                        yield number, turn.outcome
                        turn.outcome = None
                    else:
                        asking.append((number, turn))
                waiting, answers = asking, _answers([turn.request for _, turn in asking])
        finally:
            for _, turn in turns:
                turn.stop()


def _answers(requests):
    """Pairs of an answer and its share of the seconds, in the order of the requests."""
    if not requests:
        return []
    start = perf_counter()
    found: list[Any] = [None] * len(requests)
    kinds: list[Any] = list(dict.fromkeys(map(type, requests)))
    for kind in kinds:
        which = [i for i, request in enumerate(requests) if type(request) is kind]
        for i, answer in zip(which, kind.answers([requests[i] for i in which]), strict=True):
            found[i] = answer
    share = (perf_counter() - start) / len(requests)
    return [(answer, share) for answer in found]


def most_together(estimators: Iterable[Estimator]) -> int:
    """How many fits at a time pay: what the networks behind all wrappers say, 1 for others.

    Parameters
    ----------
    estimators : iterable of estimators
        One that says so has a method ``_most_together``, without arguments.
    """
    said = [1]
    for estimator in estimators:
        try:
            ends = innermost(estimator, "last")
        except ValueError:  # a wrapper that cannot be seen through
            continue
        said += [end.estimator._most_together() for end in ends if hasattr(end.estimator, "_most_together")]
    return max(said)
