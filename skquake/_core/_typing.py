"""Names of types that the public signatures share."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import xarray as xr

ArrayLike: TypeAlias = npt.ArrayLike
"""What NumPy makes an array of."""

Array: TypeAlias = npt.NDArray[Any]
FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]
IntArray: TypeAlias = npt.NDArray[np.integer[Any]]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

Frame: TypeAlias = Any
"""A pandas frame, or any that narwhals understands; checked where it is taken, given back as pandas."""

DataArray: TypeAlias = "xr.DataArray"

Rows: TypeAlias = Any
"""Rows of X: windows (n_samples, length, channels), a table, or a frame of samples."""

Record: TypeAlias = Any
"""Series or maps, time first: a frame or Series indexed by time (or a frame with a column ``time``), a
DataArray, or an array without times."""

Estimator: TypeAlias = Any
"""An estimator of anybody's: scikit-learn has no static types."""

RandomState: TypeAlias = "int | np.random.RandomState | None"
Path: TypeAlias = "str | os.PathLike[str]"
Paths: TypeAlias = "str | os.PathLike[str] | Iterable[str | os.PathLike[str]]"
TimeLike: TypeAlias = Any
"""What pandas makes a Timestamp of."""

Duration: TypeAlias = Any
"""A number of seconds, or what pandas makes a Timedelta of."""
