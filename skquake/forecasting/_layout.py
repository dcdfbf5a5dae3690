"""Whether a regressor gets windows, or rows of a table."""

from __future__ import annotations

from typing import NamedTuple

from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.multioutput import MultiOutputRegressor, RegressorChain
from sklearn.pipeline import Pipeline

from skquake._core._inner import Inner, innermost, takes_windows
from skquake._core._typing import Estimator, FloatArray
from skquake.preprocessing import TrainOnly

# Around these y may have three dimensions; others score it, transform it or part its columns.
PASS_ON = (Pipeline, FrozenEstimator, TrainOnly)
PART_COLUMNS = (MultiOutputRegressor, RegressorChain)


class Layout(NamedTuple):
    """Which of X and y stay windows (n, times, columns); what does not becomes (n, times * columns)."""

    X: bool
    y: bool

    def shaped(self, windows: FloatArray, what: str) -> FloatArray:
        """The windows of ``what`` ("X" or "y") as the regressor gets them."""
        return windows if getattr(self, what) else windows.reshape(len(windows), -1)


def decide(
    regressor: Estimator, windows: str, *, n_in: int, n_out: int, n_features: int, n_ahead: int = 0
) -> tuple[Estimator, Layout]:
    """A clone of the regressor to fit, and what it gets.

    Parameters
    ----------
    regressor : regressor
    windows : {"auto", "keep", "flat"}
    n_in, n_out, n_features : int
        Times of history, times forecast, columns of X.
    n_ahead : int
        The last so many columns of X are known in advance; a network that asks for them is told so.

    Raises
    ------
    ValueError
        For a layout that cannot be told, would mix up times and columns, or steps of the output that differ
        from those of the forecaster.
    """
    regressor = clone(regressor)
    if windows != "auto":
        return regressor, Layout(windows == "keep", windows == "keep")
    try:
        first, last = takes_windows(regressor), takes_windows(regressor, "last")
        behind = innermost(regressor, "last")
    except ValueError as error:
        raise ValueError(
            f'regressor: {error}; say windows="keep" (X of shape (n, n_in, features), y of shape '
            '(n, n_out, stations)) or windows="flat"'
        ) from error
    if last and not first and n_features > 1:
        begin = type(innermost(regressor, "first")[0].estimator).__name__
        raise ValueError(
            f"regressor: {begin}, its first step, takes no windows, so that the last one would see "
            f"{n_in * n_features} times of one series instead of {n_in} times of {n_features}; take a step "
            'of windows (ChannelScaler, WindowNormalizer), or say windows="flat"'
        )
    stays = last and all(isinstance(wrapper, PASS_ON) for inner in behind for wrapper in inner.wrappers)
    for inner in behind if last else ():
        if not stays:
            _tell_steps(regressor, inner, n_out)
        if n_ahead and first:
            _tell_ahead(regressor, inner, n_ahead)
    return regressor, Layout(first, stays)


def _tell_steps(regressor: Estimator, inner: Inner, n_out: int) -> None:
    """Have a network that gets y flat know its steps of output, by its parameter ``n_out``."""
    if any(isinstance(wrapper, PART_COLUMNS) for wrapper in inner.wrappers):
        return  # it gets one column at a time
    parameters = inner.estimator.get_params(deep=False)
    if "n_out" not in parameters or parameters["n_out"] == n_out:
        return
    name = type(inner.estimator).__name__
    if parameters["n_out"] is not None:
        raise ValueError(f"regressor: {name} has n_out={parameters['n_out']}, the forecaster n_out={n_out}")
    if inner.tried:
        raise ValueError(f"regressor: set n_out={n_out} of the {name} that the search tries")
    if not any(isinstance(wrapper, FrozenEstimator) for wrapper in inner.wrappers):
        regressor.set_params(**{inner.parameter("n_out"): n_out})


def _tell_ahead(regressor: Estimator, inner: Inner, n_ahead: int) -> None:
    """Have a network know which columns are known in advance, by its parameter ``n_ahead``."""
    parameters = inner.estimator.get_params(deep=False)
    if parameters.get("n_ahead", n_ahead) is None and not inner.tried:
        regressor.set_params(**{inner.parameter("n_ahead"): n_ahead})
