"""Ready forecasters: the networks, what they are compared with, and what all must beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.multioutput import MultiOutputRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeRegressor

from skquake._core._sktime import sarimax
from skquake._core._typing import Estimator, RandomState
from skquake.forecasting._base import Forecaster
from skquake.forecasting._iri import IRIForecaster
from skquake.forecasting._naive import (
    PersistenceForecaster,
    RecurrenceForecaster,
    RunningMedianForecaster,
    SmoothingForecaster,
    YesterdayForecaster,
)
from skquake.forecasting._sktime_forecaster import SktimeForecaster
from skquake.forecasting._walk_forward import WalkForwardForecaster
from skquake.neural import EDLSTMERegressor


def make_forecaster(
    name: str,
    n_in: int | None = None,
    n_out: int | None = None,
    *,
    mode: str | None = None,
    exogenous: Sequence[str] | Mapping[str, Any] | None = None,
    step: int | None = None,
    around: Forecaster | None = None,
    ahead: Sequence[str] | Mapping[str, Any] | None = None,
    beside: Forecaster | None = None,
    n_members: int = 1,
    max_gap_hours: float | None = None,
    samples_per_day: int | None = None,
    random_state: RandomState = None,
    n_jobs: int | None = None,
    **params: Any,
) -> Forecaster:
    """A forecaster by name.

    Parameters
    ----------
    name : str
        - ``"ED-LSTME"``: `EDLSTMERegressor`; ``"DNN"``: dense layers (scikit-learn's, 2 x 128);
          ``"RF"``: random forest (200 trees); ``"SVM"``: radial support vectors, one for each output;
          ``"DT"``: a decision tree; ``"ridge"``: linear regression with a penalty; all of them in a
          :class:`WalkForwardForecaster`;
        - ``"ARIMA"`` (2, 1, 2) and ``"SARIMA"`` (1, 0, 1)(0, 1, 1), whose season is a day: statsmodels'
          through sktime, a model for each station;
        - ``"persistence"``, ``"yesterday"``, ``"median"`` (of 15 days), ``"recurrence"`` (of 27 days),
          ``"smoothing"``; ``"IRI"``, which needs ``places``.
    n_in, n_out : int or None, default=None
        As in :class:`WalkForwardForecaster`; None: 24 and 2, or those of the mode.
    mode : {"paper"} or None, default=None
        "paper", for ``"ED-LSTME"`` alone: its paper's setting where nothing else is given, for series every
        15 minutes: 97 times of history, 12 forecast, the indices kp, ap and f107, 100 rectified units, 50
        epochs of batches of 32 (see Notes).
    exogenous, step, around, ahead, beside, n_members, max_gap_hours
        As in :class:`WalkForwardForecaster`; those that a forecaster has no use for are left out.
    samples_per_day : int or None
        For ``"SARIMA"``, which needs it.
    random_state : int, RandomState or None, default=None
    n_jobs : int or None, default=None
        For the regressors that can use it.
    **params
        Parameters of the regressor, the sktime model or the naive forecaster.

    Returns
    -------
    forecaster

    Raises
    ------
    ValueError
        For an unknown name, listing the known ones, an unknown mode, or a mode of another forecaster.

    Notes
    -----
    The paper searched histories of 97, 194 and 291 times, outputs of 8, 12 and 16, 100 to 400 units, 50 and
    100 epochs and batches of 32 to 128 (:func:`~skquake.model_selection.spaces.ed_lstme`); what won is not
    public. ``mode="paper"`` takes the first of each but the outputs, where it takes the middle one. It still
    differs from the paper in two ways, which ``exogenous`` can change: an index counts only once it is known
    (the paper takes the "current" one), and forecasts begin at whole multiples of the step.

    Examples
    --------
    >>> from skquake.forecasting import make_forecaster
    >>> make_forecaster("ED-LSTME", mode="paper").n_in
    97
    >>> make_forecaster("DT", n_in=12, n_out=2, random_state=0)
    WalkForwardForecaster(n_in=12, n_out=2, regressor=DecisionTreeRegressor(random_state=0))
    """
    naive: dict[str, Callable[[], Forecaster]] = {
        "persistence": lambda: PersistenceForecaster(steps, step=step, **params),
        "yesterday": lambda: YesterdayForecaster(**params),
        "median": lambda: RunningMedianForecaster(**params),
        "recurrence": lambda: RecurrenceForecaster(**params),
        "smoothing": lambda: SmoothingForecaster(**params),
        "IRI": lambda: IRIForecaster(**params),
    }
    exogenous = _in_mode(name, mode, exogenous)
    history = n_in if n_in is not None else 97 if mode else 24
    steps = n_out if n_out is not None else 12 if mode else 2
    if name in naive:
        return naive[name]()
    if name in _ARIMA:
        return SktimeForecaster(_arima(name, samples_per_day, params), steps, step=step)
    if name not in _REGRESSORS:
        known = ", ".join([*_REGRESSORS, *_ARIMA, *naive])
        raise ValueError(f"name: {name!r} is no forecaster; there are {known}")
    regressor = _REGRESSORS[name](steps, random_state, n_jobs, params)
    return WalkForwardForecaster(
        regressor,
        history,
        steps,
        exogenous=exogenous,
        step=step,
        around=around,
        ahead=ahead,
        beside=beside,
        max_gap_hours=max_gap_hours,
        n_members=n_members,
    )


def _in_mode(name: str, mode: str | None, exogenous: Any) -> Any:
    """The indices that the mode takes where none are given."""
    if mode not in (None, "paper"):
        raise ValueError(f"mode must be 'paper' or None, got {mode!r}")
    if mode is None:
        return exogenous
    if name != "ED-LSTME":
        raise ValueError(f"mode='paper' is for 'ED-LSTME', not {name!r}: give the others' parameters")
    return ["kp", "ap", "f107"] if exogenous is None else exogenous


def _arima(name: str, samples_per_day: int | None, params: dict[str, Any]) -> Any:
    defaults = dict(_ARIMA[name])
    if name == "SARIMA" and "seasonal_order" not in params:
        if samples_per_day is None:
            raise ValueError("SARIMA: say samples_per_day, the length of its season")
        defaults["seasonal_order"] = (0, 1, 1, samples_per_day)
    return sarimax(**(defaults | params))


_ARIMA: dict = {
    "ARIMA": {"order": (2, 1, 2), "disp": False},
    "SARIMA": {"order": (1, 0, 1), "disp": False},
}
_REGRESSORS: dict[str, Callable[..., Estimator]] = {
    "ED-LSTME": lambda n_out, seed, jobs, params: EDLSTMERegressor(**({"random_state": seed} | params)),
    "DNN": lambda n_out, seed, jobs, params: MLPRegressor(
        **({"hidden_layer_sizes": (128, 128), "max_iter": 500, "early_stopping": True, "random_state": seed})
        | params
    ),
    "RF": lambda n_out, seed, jobs, params: RandomForestRegressor(
        **({"n_estimators": 200, "min_samples_leaf": 2, "n_jobs": jobs, "random_state": seed} | params)
    ),
    "SVM": lambda n_out, seed, jobs, params: MultiOutputRegressor(
        SVR(**({"C": 1.0, "epsilon": 0.02} | params)), n_jobs=jobs
    ),
    "DT": lambda n_out, seed, jobs, params: DecisionTreeRegressor(**({"random_state": seed} | params)),
    "ridge": lambda n_out, seed, jobs, params: Ridge(**({"alpha": 1.0} | params)),
}
