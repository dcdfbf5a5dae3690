"""Weights of a fitted network, which nobody changes in place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

import numpy as np

from skquake._core._typing import Array


class Weights(tuple[Array, ...]):
    """The weight arrays in the order of the network's layers: a tuple of read-only arrays.

    It stays one through pickles and copies. So two references to one object mean the same weights, and a
    compiled model that remembers which object it holds need not compare numbers.

    Parameters
    ----------
    arrays : iterable of array-like
        Copied where they could be written to.
    """

    __slots__ = ()

    def __new__(cls, arrays: Iterable[Any]) -> Weights:
        return super().__new__(cls, map(_read_only, arrays))

    def __setitem__(self, key: Any, value: Any) -> NoReturn:
        raise TypeError(
            "weights_ are read-only; copy them, change the copy, and put it in their place: "
            "weights = [w.copy() for w in model.weights_]; weights[0] = ...; model.weights_ = weights"
        )


def _read_only(values):
    array = np.asarray(values)
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array
