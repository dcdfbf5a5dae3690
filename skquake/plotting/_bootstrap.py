"""Intervals of what the displays of predictions draw, by drawing whole units with replacement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._typing import ArrayLike, BoolArray, FloatArray, IntArray, RandomState
from skquake.metrics._blocks import block_interval, ratio

Units: TypeAlias = "ArrayLike | Mapping[str, ArrayLike] | None"
"""Event, pair or block of time of each row, the same for all names or by name; None: no interval."""

GRID = np.linspace(0.0, 1.0, 51)  # false-positive rates at which a band is known
_THRESHOLDS = 200
N_RESAMPLES = 500


def check_units(units: Units, n_rows: Mapping[str, int], what: str) -> dict[str, IntArray | None]:
    """Number of the unit of each row by name; None where the units are not known."""
    given = units if isinstance(units, Mapping) else dict.fromkeys(n_rows, units)
    found: dict[str, IntArray | None] = {}
    for name, n in n_rows.items():
        held = given.get(name)
        codes = None if held is None else pd.factorize(np.asarray(held))[0]
        if codes is not None and len(codes) != n:
            raise ValueError(f"{what}: {name!r}: units has {len(codes)} values and y {n}")
        found[name] = codes
    return found


def units_of(X: Any) -> Any:
    """Pairs, or else events, of a sample frame; None for what is none."""
    columns = getattr(X, "columns", ())
    return next((X[name] for name in ("pair_id", "event_id") if name in columns), None)


def roc_band(
    positive: BoolArray,
    score: FloatArray,
    weight: FloatArray,
    units: IntArray,
    *,
    level: float = 0.95,
    random_state: RandomState = 0,
) -> Bunch:
    """Band of a ROC curve at given false-positive rates, and interval of the area under it.

    Returns
    -------
    Bunch
        ``fpr``, ``low``, ``high`` (n_rates,), ``auc_low``, ``auc_high``, ``n_units``; NaN with fewer than
        five units.
    """
    every = np.unique(score)
    if len(every) > _THRESHOLDS:
        every = np.unique(np.quantile(every, np.linspace(0.0, 1.0, _THRESHOLDS)))
    cell = np.searchsorted(every, score, side="right") - 1  # the thresholds that a row reaches
    n, n_units = len(every), int(units.max()) + 1
    sums = np.zeros((n_units, 2 * n))
    np.add.at(sums, (units, np.where(positive, cell, n + cell)), weight)
    sums = np.concatenate([np.cumsum(part[:, ::-1], axis=1) for part in (sums[:, :n], sums[:, n:])], axis=1)

    def curve(drawn: FloatArray) -> FloatArray:
        hit, alarm = (ratio(part, part[:, -1:]) for part in (drawn[:, :n], drawn[:, n:]))
        rates = np.full((len(drawn), len(GRID) + 1), np.nan)
        for row, x, y in zip(rates, alarm, hit, strict=True):
            if np.isfinite(x[0]) and np.isfinite(y[0]):
                x, y = np.r_[0.0, x], np.r_[0.0, y]
                row[:-1], row[-1] = np.interp(GRID, x, y), np.trapezoid(y, x)
        return rates

    low, high = block_interval(
        sums, curve, level=level, n_resamples=N_RESAMPLES, random_state=random_state, what="ROC curve"
    )
    carrying = int((sums[:, [n - 1, -1]] > 0).any(axis=1).sum())
    return Bunch(
        fpr=GRID,
        low=low[:-1],
        high=high[:-1],
        auc_low=float(low[-1]),
        auc_high=float(high[-1]),
        n_units=carrying,
    )


def summary_intervals(
    y: IntArray,
    proba: FloatArray,
    weight: FloatArray,
    units: IntArray,
    *,
    level: float = 0.95,
    random_state: RandomState = 0,
) -> Bunch:
    """Intervals of the scores of three classes: ``low``, ``high`` (mcc, f1_micro, f1_macro), ``n_units``."""
    n = proba.shape[1]
    sums = np.zeros((int(units.max()) + 1, n * n))
    np.add.at(sums, (units, y * n + proba.argmax(axis=1)), weight)

    def scores(drawn: FloatArray) -> FloatArray:
        confusion = drawn.reshape(-1, n, n)
        hit, true, said = (
            np.diagonal(confusion, axis1=1, axis2=2),
            confusion.sum(axis=2),
            confusion.sum(axis=1),
        )
        total, right = confusion.sum(axis=(1, 2)), hit.sum(axis=1)
        varies = np.minimum((true > 0).sum(axis=1), (said > 0).sum(axis=1)) > 1
        spread = np.sqrt((total**2 - (true**2).sum(axis=1)) * (total**2 - (said**2).sum(axis=1)))
        mcc = np.where(varies, ratio(right * total - (true * said).sum(axis=1), spread), 0.0)
        f1 = np.nanmean(ratio(2.0 * hit, true + said), axis=1)
        return np.stack([mcc, ratio(right, total), f1], axis=1)

    low, high = block_interval(
        sums, scores, level=level, n_resamples=N_RESAMPLES, random_state=random_state, what="scores"
    )
    return Bunch(low=low, high=high, n_units=int(sums.any(axis=1).sum()))
