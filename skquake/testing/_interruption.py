"""A fit that ends in its middle, as by Ctrl-C or an error of a backend."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import CO_GENERATOR
from types import FrameType
from typing import Any

from sklearn.base import clone

import skquake._core as _core

_PACKAGE = os.path.dirname(os.path.dirname(str(_core.__file__)))
_HERE = os.path.dirname(__file__)


@contextmanager
def counting(
    estimator: Any, stop_at: int | None = None, error: BaseException | None = None
) -> Iterator[list[int]]:
    """Count the calls of functions of this package and of the estimator's own file; raise at one of them.

    The error comes up at the very call, wherever that is: in a loop of training, a validation, a callback.

    Yields
    ------
    list of one int
        How many calls there were.
    """
    own = {getattr(sys.modules.get(cls.__module__), "__file__", None) for cls in type(estimator).__mro__[:-1]}
    count = [0]

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        code = frame.f_code
        if event != "call" or code.co_flags & CO_GENERATOR:  # what a generator raises as it ends is lost
            return
        name = code.co_filename
        if name in own or (name.startswith(_PACKAGE) and not name.startswith(_HERE)):
            count[0] += 1
            if count[0] == stop_at and error is not None:
                raise error

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield count
    finally:
        sys.setprofile(before)


def quicker(estimator: Any) -> Any:
    """A clone that trains for two epochs, where it trains for epochs."""
    found = clone(estimator)
    return found.set_params(epochs=2) if found.get_params(deep=False).get("epochs") else found


def stopped_fits(
    make: Callable[[], Any], fit: Callable[[Any], Any], errors: tuple[type[BaseException], ...]
) -> Iterator[tuple[Any, str]]:
    """Estimators whose ``fit`` was ended at its beginning, in its middle and at its end.

    Parameters
    ----------
    make : callable
        A new estimator, fitted before or not.
    fit : callable
        Fits it (anew).
    errors : tuple of exception types
        What ends the fit: the first at four points, the others in the middle.

    Yields
    ------
    estimator, str
        Only those whose fit the error ended; and a word for messages.
    """
    estimator = make()
    with counting(estimator) as calls:
        fit(estimator)
    total = calls[0]
    for number, kind in enumerate(errors):
        points = {total // 2} if number else {1, total // 3, 2 * total // 3, total}
        for at in sorted(points - {0}):
            estimator = make()
            try:
                with counting(estimator, at, kind("stopped by the check")):
                    fit(estimator)
            except kind:
                yield estimator, f"{kind.__name__} at call {at} of {total} of fit"
            except Exception as other:
                yield estimator, f"{kind.__name__} at call {at} of {total} of fit (as {type(other).__name__})"
