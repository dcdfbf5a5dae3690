"""Finished trials on disk, or in memory alone."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from skquake._core._journal import Journal, fingerprint
from skquake.model_selection._trial import Fold, Trial


class TrialStore:
    """Trials in a journal: its header says what the search is made of, its records are the trials.

    The file is locked until the store is closed. Without a path nothing is kept.

    Parameters
    ----------
    path : path or None
        A folder gives each search a file of its own, named by what it is made of.
    identity : dict
        Of `search_identity`.
    seed : int
        Of the proposals. A search that leaves it open (``random_state=None`` in the identity) goes on with
        the stored one.

    Attributes
    ----------
    seed : int
    trials : dict of {int: Trial}
        By position in the search.
    """

    def __init__(self, path, identity, seed):
        self.seed, self.trials, self._journal = seed, {}, None
        if path is None:
            return
        path = Path(path).expanduser()
        if path.is_dir():
            path /= f"{fingerprint(identity)}.jsonl"
        self._journal = Journal(path, identity)
        try:
            self._read(self._journal.records)
        except BaseException:
            self._journal.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._journal is not None:
            self._journal.close()

    def append(self, trial, n_splits):
        """Keep a finished trial."""
        if self._journal is not None:
            record = {"trial": trial.index, "status": trial.status(n_splits), "params": plain(trial.params)}
            folds = [fold._asdict() | {"scores": plain(fold.scores)} for fold in trial.folds]
            self._journal.append(record | {"folds": folds})

    def _read(self, records):
        if not records:
            self._journal.append({"seed": self.seed})
            return
        first, *records = records
        if set(first) != {"seed"} or type(first["seed"]) is not int or first["seed"] < 0:
            raise ValueError(f"{self._journal.path}: line 2 is no seed; name another file")
        self.seed = first["seed"]
        for number, record in enumerate(records, start=3):
            where = f"{self._journal.path}, line {number}"
            try:
                trial = _trial(**record)
            except (ValueError, TypeError, AttributeError) as error:
                raise ValueError(
                    f"{where}: no trial ({error}); remove the line, or name another file"
                ) from error
            if trial.index in self.trials:
                raise ValueError(f"{where}: trial {trial.index} once more; remove one of the lines")
            self.trials[trial.index] = trial


def plain(value):
    """Parameters and scores as JSON has them; NaN and infinities as text, objects by their repr."""
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))


def _trial(trial, status, params, folds):
    if type(trial) is not int or trial < 0 or not isinstance(params, dict):
        raise ValueError(f"trial={trial!r}, params={params!r}")
    if not isinstance(folds, list) or not folds:
        raise ValueError("it has no folds")
    return Trial(trial, params, [_fold(**fold) for fold in folds])


def _fold(scores, fit_seconds, score_seconds, error):
    if (scores is None) == (error is None) or not isinstance(error, str | None):
        raise ValueError("a fold has either scores or an error")
    if scores is not None:
        scores = {name: float(value) for name, value in scores.items()}
    return Fold(scores, float(fit_seconds), float(score_seconds), error)
