"""Trials as scikit-learn lists the results of a search."""

from __future__ import annotations

import numpy as np


def score_names(trials):
    """Names of the scores, from the first fold that has any; ``["score"]`` for one alone."""
    return list(next(f.scores for trial in trials for f in trial.folds if f.scores is not None))


def fold_table(trials, n_splits, names, error_score):
    """All folds of all trials: seconds and scores, ``error_score`` where one failed, NaN where left out."""
    missing = {"fit_time": np.nan, "score_time": np.nan, "test_scores": dict.fromkeys(names, np.nan)}
    rows = []
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


def average_finished(results, n_splits):
    """Means and deviations of stopped trials over the folds that they did; their ranks stay the last."""
    stopped = results["status"] == "stopped"
    if not stopped.any():
        return
    for name in [key.removeprefix("mean_") for key in results if key.startswith("mean_test_")]:
        table = np.stack([results[f"split{k}_{name}"][stopped] for k in range(n_splits)], axis=1)
        results[f"mean_{name}"][stopped] = np.nanmean(table, axis=1)
        results[f"std_{name}"][stopped] = np.nanstd(table, axis=1)
