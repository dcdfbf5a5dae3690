"""Intervals of scores of forecasts, by drawing whole blocks of time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._time import as_ns
from skquake._core._typing import BoolArray, FloatArray
from skquake.metrics._blocks import BLOCK_DAYS, block_interval, block_sums, ratio, time_blocks

_N_RESAMPLES = 500


def forecast_intervals(
    observed: pd.DataFrame,
    forecasts: Mapping[str, pd.DataFrame],
    states: Mapping[str, BoolArray],
    score: str,
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """95 % intervals of a score: rows (state, station), one column a model; None without times.

    Blocks have 27 days or, in a span too short for a dozen of them, a twelfth of it.
    """
    if not isinstance(observed.index, pd.DatetimeIndex):
        return None
    blocks = time_blocks(as_ns(observed.index), block_days=BLOCK_DAYS, min_blocks=12)
    ends: dict[str, dict[tuple[str, Any], tuple[float, float]]] = {}
    for name, table in forecasts.items():
        ends[name] = {}
        for state, at in states.items():
            of_station = {
                station: _sums(observed[station].to_numpy(), table[station].to_numpy(), at, blocks)
                for station in observed
            }
            of_station["all stations"] = np.sum(list(of_station.values()), axis=0)
            for station, sums in of_station.items():
                ends[name][state, station] = block_interval(
                    sums,
                    lambda drawn: _score(drawn, score),
                    n_resamples=_N_RESAMPLES,
                    random_state=0,
                    what=f"{score} of {station}",
                )
    low, high = (
        pd.DataFrame({name: {key: found[key][side] for key in found} for name, found in ends.items()})
        for side in (0, 1)
    )
    return low, high


def _sums(truth, forecast, at, blocks):
    """Count, and sums of errors, values and their products, by block."""
    known = at & np.isfinite(truth) & np.isfinite(forecast)
    o, f = np.where(known, truth, 0.0), np.where(known, forecast, 0.0)
    error = f - o
    return block_sums(blocks, known.astype(float), error, np.abs(error), error**2, o, o**2, f, f**2, o * f)


def _score(drawn: FloatArray, score: str) -> FloatArray:
    n, error, absolute, squared, o, oo, f, ff, of = drawn.T
    if score in ("rmse", "mae", "bias"):
        mean = ratio({"rmse": squared, "mae": absolute, "bias": error}[score], n)
        return np.sqrt(mean) if score == "rmse" else mean
    total, spread = oo - o * ratio(o, n), ff - f * ratio(f, n)
    if score == "r2":
        return 1.0 - ratio(squared, np.where(total > 1e-12, total, 0.0))
    pearson = ratio(of - o * ratio(f, n), np.sqrt(np.clip(total * spread, 0.0, None)))
    return pearson**2 if score == "pearson_squared" else pearson
