"""Compiled models of this process, shared by all estimators of the same architecture.

Compiling a network costs seconds, training a small one a fraction of that. So a compiled model is built
once per architecture and lent out: each fit or prediction borrows it alone, puts its own weights in, and
takes its own weights away. The least recently used models are forgotten beyond ``MAX_MODELS``.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import contextmanager

MAX_MODELS = 4  # some 40 MB each; joblib replaces a worker that has grown by 300 MB

_slots: OrderedDict = OrderedDict()
_slots_lock = threading.Lock()


class _Slot:
    def __init__(self):
        self.lock = threading.RLock()
        self.model = None
        self.busy = False


@contextmanager
def borrowed(key, build):
    """The compiled model of ``key``, ours alone inside the ``with`` block.

    Parameters
    ----------
    key : hashable
        Everything that the compiled model depends on: architecture, optimiser, loss, backend.
    build : callable
        Called without arguments where no model of this key is cached; returns a compiled model.

    Yields
    ------
    keras.Model
        Other threads that want the same key wait. A nested request by the same thread (a callback that
        fits or predicts while its own model trains) gets a model of its own.
    """
    with _slots_lock:
        slot = _slots.setdefault(key, _Slot())
        _slots.move_to_end(key)
        while len(_slots) > MAX_MODELS:
            _slots.popitem(last=False)
    with slot.lock:
        if slot.busy:
            yield build()
            return
        slot.busy = True
        try:
            if slot.model is None:
                slot.model = build()
            yield slot.model
        except BaseException:
            slot.model = None  # half trained, or half traced: not to be lent again
            raise
        finally:
            slot.busy = False


def clear():
    """Forget all cached models; those in use live on until they are returned."""
    with _slots_lock:
        _slots.clear()
