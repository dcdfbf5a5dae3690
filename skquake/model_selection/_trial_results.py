"""Trials as scikit-learn lists the results of a search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skquake.model_selection._trial import Trial


def score_names(trials: Sequence[Trial]) -> list[str]:
    """Names of the scores, from the first fold that has any; ``["score"]`` for one alone."""
    return list(next(f.scores for trial in trials for f in trial.folds if f.scores is not None))


def fold_table(
    trials: Sequence[Trial], n_splits: int, names: list[str], error_score: Any
) -> list[dict[str, Any]]:
    """All folds of all trials: seconds and scores, ``error_score`` where one failed, NaN where left out."""
    missing: dict[str, Any] = {
        "fit_time": np.nan,
        "score_time": np.nan,
        "test_scores": dict.fromkeys(names, np.nan),
    }
    rows: list[dict[str, Any]] = []
    for trial in trials:
        rows += [
            {
                "fit_time": fold.fit_seconds,
                "score_time": fold.score_seconds,
                "test_scores": fold.scores or dict.fromkeys(names, error_score),
            }
            for fold in trial.folds
        ]
        rows += [missing] * (n_splits - len(trial.folds))
    return rows


def average_finished(results: dict[str, Any], n_splits: int) -> None:
    """Means and deviations of stopped trials over the folds that they did; their ranks stay the last."""
    stopped = results["status"] == "stopped"
    if not stopped.any():
        return
    for name in [key.removeprefix("mean_") for key in results if key.startswith("mean_test_")]:
        table = np.stack([results[f"split{k}_{name}"][stopped] for k in range(n_splits)], axis=1)
        results[f"mean_{name}"][stopped] = np.nanmean(table, axis=1)
        results[f"std_{name}"][stopped] = np.nanstd(table, axis=1)
