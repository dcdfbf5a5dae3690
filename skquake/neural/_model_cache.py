"""Compiled models of this process, shared by all estimators of the same architecture.

Compiling a network costs seconds, training a small one a fraction of that. So a compiled model is built
once per architecture and lent out: each fit or prediction borrows it alone, puts its own weights in, and
takes its own weights away. Those returned longest ago are forgotten beyond ``MAX_MODELS``.

Nobody waits without end: a thread that holds a model gets another at once, an idle one or a new one; a
thread that holds none waits for a model that is lent out about as long as building one would take.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

MAX_MODELS = 4  # some 40 MB each; joblib replaces a worker that has grown by 300 MB
PATIENCE = 1.0  # s

_idle: list[tuple[Hashable, Any]] = []  # the last returned last
_lent: Counter[Hashable] = Counter()
_returned = threading.Condition()
_generation = 0  # of clear()
_held = threading.local()  # .models: how many the thread holds


@contextmanager
def borrowed(key: Hashable, build: Callable[[], Any]) -> Iterator[Any]:
    """A compiled model of ``key``, ours alone inside the ``with`` block.

    Parameters
    ----------
    key : hashable
        Everything that the compiled model depends on: architecture, optimiser, loss, backend.
    build : callable
        Called without arguments where no model of this key is idle; returns a compiled model.

    Yields
    ------
    keras.Model
        Given back at the end of the block, unless it ends in an error: a model half trained, or half traced,
        is not lent again.
    """
    held = getattr(_held, "models", 0)
    with _returned:
        if not held:
            _returned.wait_for(lambda: _is_idle(key) or not _lent[key], PATIENCE)
        model, generation = _take(key), _generation
        _lent[key] += 1
    _held.models = held + 1
    kept = False
    try:
        if model is None:
            model = build()
        yield model
        kept = True
    finally:
        _held.models = held
        with _returned:
            _lent[key] -= 1
            if not _lent[key]:
                del _lent[key]
            if kept and generation == _generation:
                _idle.append((key, model))
                del _idle[:-MAX_MODELS]
            _returned.notify_all()


def clear() -> None:
    """Forget all cached models; those in use live on until they are returned."""
    global _generation
    with _returned:
        _generation += 1
        _idle.clear()


def _is_idle(key):
    return any(other == key for other, _ in _idle)


def _take(key):
    """The idle model of this key that was returned last; None if there is none."""
    for position in reversed(range(len(_idle))):
        if _idle[position][0] == key:
            return _idle.pop(position)[1]
    return None
