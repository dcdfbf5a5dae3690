"""How good forecasts are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike, FloatArray, Frame
from skquake.preprocessing._containers import with_times

SCORES = ("n", "rmse", "mae", "bias", "r2", "pearson", "pearson_squared")


def forecast_scores(
    observed: Frame, predicted: Frame, *, disturbed: pd.Series | ArrayLike | None = None
) -> pd.DataFrame:
    """Errors of forecasts, by station and over all, and apart for quiet and disturbed times.

    Parameters
    ----------
    observed, predicted : DataFrame of shape (n, stations)
        With the same index (or column ``time``) and columns. Values that are missing in either are left out.
    disturbed : Series or array-like of bool, shape (n,), default=None
        Which times were disturbed by space weather; a Series is aligned by its index.

    Returns
    -------
    DataFrame
        Index ``state`` ("all" and, given ``disturbed``, "quiet" and "disturbed") and ``station`` (the columns
        and "all stations", their values pooled). Columns:

        - ``n``: number of values;
        - ``rmse``, ``mae``, ``bias``: root mean square, mean absolute and mean of predicted - observed;
        - ``r2``: 1 - SSres / SStot, negative for what is worse than the mean;
        - ``pearson``, ``pearson_squared``: correlation and its square, which some papers print as R²: it
          forgives bias and scale.

        NaN where there are too few values.

    Raises
    ------
    ValueError
        For another index or other columns in ``predicted``, or ``disturbed`` of another length.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.forecasting import forecast_scores
    >>> observed = pd.DataFrame({"XJSH": [1.0, 2.0, 3.0, 4.0]})
    >>> forecast_scores(observed, observed + 1.0).loc[("all", "XJSH")].round(2).to_dict()
    {'n': 4.0, 'rmse': 1.0, 'mae': 1.0, 'bias': 1.0, 'r2': 0.2, 'pearson': 1.0, 'pearson_squared': 1.0}
    """
    observed, predicted = with_times(observed, "observed"), with_times(predicted, "predicted")
    if not observed.index.equals(predicted.index) or list(observed.columns) != list(predicted.columns):
        raise ValueError(
            "observed and predicted differ in their times or stations; "
            "use predicted.reindex(index=observed.index, columns=observed.columns)"
        )
    states = {"all": np.ones(len(observed), dtype=bool)}
    if disturbed is not None:
        flags = disturbed.reindex(observed.index) if isinstance(disturbed, pd.Series) else disturbed
        flags = np.asarray(flags)
        if flags.shape != (len(observed),) or pd.isna(flags).any():
            raise ValueError(
                f"disturbed: expected a bool for each of the {len(observed)} times, got shape {flags.shape}"
                f"{' with missing values' if pd.isna(flags).any() else ''}"
            )
        states |= {"quiet": ~flags.astype(bool), "disturbed": flags.astype(bool)}
    truth, forecast = observed.to_numpy(dtype=float), predicted.to_numpy(dtype=float)
    rows = {}
    for state, at in states.items():
        for position, station in enumerate(observed.columns):
            rows[state, station] = _scores(truth[at, position], forecast[at, position])
        rows[state, "all stations"] = _scores(truth[at].ravel(), forecast[at].ravel())
    index = pd.MultiIndex.from_tuples(rows, names=["state", "station"])
    return pd.DataFrame(list(rows.values()), index, SCORES).astype({"n": int})


def _scores(truth: FloatArray, forecast: FloatArray) -> list[float]:
    there = np.isfinite(truth) & np.isfinite(forecast)
    truth, forecast = truth[there], forecast[there]
    if not len(truth):
        return [0] + [np.nan] * (len(SCORES) - 1)
    error = forecast - truth
    total = np.sum((truth - truth.mean()) ** 2)
    spread = np.sqrt(total * np.sum((forecast - forecast.mean()) ** 2))
    r2 = 1.0 - np.sum(error**2) / total if total > 0 else np.nan
    moment = np.sum((truth - truth.mean()) * (forecast - forecast.mean()))
    pearson = moment / spread if spread > 0 else np.nan
    return [
        len(truth), np.sqrt(np.mean(error**2)), np.mean(np.abs(error)), error.mean(), r2, pearson, pearson**2
    ]  # fmt: skip
