"""The one module that knows sktime's names and habits: a release that changes them breaks one file.

sktime itself is imported by those that make one of its models: whoever hands one in has imported it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from skquake._core._typing import Array, FloatArray, RandomState


def is_kind(model: Any, kind: str) -> bool:
    """Whether a model is a "classifier", "transformer" or "forecaster" of sktime."""
    kinds = model.get_tag("object_type", None, False) if hasattr(model, "get_tag") else None
    return kind in ([kinds] if kinds is None or isinstance(kinds, str) else kinds)


def takes_missing(model: Any) -> bool:
    """Whether a model of sktime takes NaN; False for what is none."""
    return hasattr(model, "get_tag") and bool(model.get_tag("capability:missing_values", False, False))


def fresh(model: Any, random_state: RandomState = None) -> Any:
    """An unfitted copy of a model of sktime, seeded unless ``random_state`` is None."""
    with no_future_warning():
        copy = model.clone()
    if random_state is not None:
        copy.set_random_state(int(check_random_state(random_state).randint(2**31 - 1)))
    return copy


def fresh_forecaster(model: Any) -> Any:
    """An unfitted copy of a forecaster, which remembers what it is updated with."""
    with no_future_warning():
        return model.clone().set_config(remember_data=True)


def fitted(model: Any, X: FloatArray, y: Any = None, *, seeded: bool) -> Any:
    """A model fitted on a panel; where it is seeded, numpy's global generator stays where it was.

    Some fits of sktime seed that generator with the seed of the model.
    """
    if not seeded:
        return model.fit(X, y)
    state = np.random.get_state()  # noqa: NPY002
    try:
        return model.fit(X, y)
    finally:
        np.random.set_state(state)  # noqa: NPY002


def as_panel(X: FloatArray) -> FloatArray:
    """Windows (n_samples, length[, channels]) as sktime's "numpy3D", (n_samples, channels, length)."""
    X = X if X.ndim == 3 else X[:, :, np.newaxis]
    return np.ascontiguousarray(X.transpose(0, 2, 1))


def from_panel(found: Any) -> FloatArray:
    """What a transformer gives: features (n_samples, n_features), or windows in this package's order."""
    values = np.asarray(found)
    return values.transpose(0, 2, 1) if values.ndim == 3 else values.astype(np.float64, copy=False)


def observe(forecaster: Any, series: pd.Series) -> None:
    """Show a fitted forecaster more of its series; its parameters stay."""
    forecaster.update(series, update_params=False)


def next_values(forecaster: Any, n_out: int) -> Array:
    """The ``n_out`` values after what a forecaster has seen."""
    return forecaster.predict(np.arange(1, n_out + 1)).to_numpy().ravel()


def minirocket(n_jobs: int | None) -> Any:
    """sktime's MiniRocket of several channels."""
    from sktime.transformations.rocket import MiniRocketMultivariate

    return MiniRocketMultivariate(n_jobs=n_jobs or 1)


def multirocket(n_jobs: int | None) -> Any:
    """sktime's MultiRocket of several channels, with about 10,000 features."""
    from sktime.transformations.rocket import MultiRocketMultivariate

    return MultiRocketMultivariate(num_kernels=1250, n_jobs=n_jobs or 1)


def shortest(model: Any) -> int:
    """The shortest window that a model of sktime can be given: shorter ones it does not refuse."""
    return {"MultiRocket": 10, "MultiRocketMultivariate": 10}.get(type(model).__name__, 1)


def sarimax(**parameters: Any) -> Any:
    """statsmodels' SARIMAX behind sktime's interface."""
    from sktime.forecasting.sarimax import SARIMAX

    with no_future_warning():
        return SARIMAX(**parameters)


@contextmanager
def no_future_warning() -> Iterator[None]:
    """Context without sktime's announcement of another default, which it makes at every construction."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The default of config", FutureWarning)
        yield
