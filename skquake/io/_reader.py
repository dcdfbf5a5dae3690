"""What every reader does with a file of another kind: it says what the file is, and who reads it."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from skquake.io._files import FormatError
from skquake.io._isolated import CHILD

_P = ParamSpec("_P")
_R = TypeVar("_R")
_ABSENT = re.compile("no (variable|coordinate)")


def reader(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Mark a reader: where it refuses a file that another one takes, its error says so first."""

    @functools.wraps(function)
    def read(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return function(*args, **kwargs)
        except FormatError as error:
            _say_what_it_is(error, function.__name__)
            raise

    return read


def _say_what_it_is(error, name):
    from skquake.io._formats import kind_for_others  # which knows all readers

    # What a library could not open it is not asked again, but for its variables if one was not there.
    deep = error.where not in ("HDF5", "NetCDF", CHILD) or bool(_ABSENT.search(error.what))
    what = kind_for_others(Path(error.path), name, deep=deep)
    if what is None:
        return
    named = re.findall(r"\bread_\w+", what) or [what.split("; ")[0]]
    if not any(word in error.what for word in named):
        error.say(f"{what}; {error.what}")
