"""Finished trials on disk, or in memory alone."""

from __future__ import annotations

import math
import pathlib
import re
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from skquake._core._journal import Journal, fingerprint
from skquake._core._made_with import made_with
from skquake._core._typing import Path
from skquake.model_selection._trial import Fold, Trial

_FIELDS = {"trial", "status", "params", "repeats", "folds"}


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
    accept_versions : bool, default=False
        Go on with a file that other versions made.

    Attributes
    ----------
    seed : int
    trials : dict of {int: Trial}
        By position in the search.
    versions : list of dict of {str: str}
        All that took part, in their order; ours last.
    """

    def __init__(
        self, path: Path | None, identity: dict[str, Any], seed: int, *, accept_versions: bool = False
    ) -> None:
        self.seed, self.versions = seed, [made_with()]
        self.trials: dict[int, Trial] = {}
        self._journal: Journal | None = None
        if path is None:
            return
        path = pathlib.Path(path).expanduser()
        if path.is_dir():
            path /= f"{fingerprint(identity)}.jsonl"
        self._journal = Journal(path, identity, key=_key, check=_check, accept_versions=accept_versions)
        try:
            self.versions = self._journal.versions
            self._read(self._journal)
        except BaseException:
            self._journal.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._journal is not None:
            self._journal.close()

    def append(self, trial: Trial, n_splits: int) -> None:
        """Keep a finished trial."""
        if self._journal is not None:
            record = {"trial": trial.index, "status": trial.status(n_splits), "params": plain(trial.params)}
            folds = [fold._asdict() | {"scores": plain(fold.scores)} for fold in trial.folds]
            self._journal.append(record | {"repeats": trial.repeats, "folds": folds})

    def _read(self, journal):
        if not journal.records:
            journal.append({"seed": self.seed})
            return
        if "seed" not in journal.records[0]:
            raise ValueError(f"{journal.path}: line {journal.lines[0]} is no seed; name another file")
        self.seed = journal.records[0]["seed"]
        self.trials = {record["trial"]: _trial(**record) for record in journal.records[1:]}


def plain(value: Any) -> Any:
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


def _key(record):
    return "seed" if "seed" in record else f"trial {record['trial']}"


def _check(record):
    if "seed" in record:
        if set(record) != {"seed"} or type(record["seed"]) is not int or record["seed"] < 0:
            raise ValueError(f"no seed: {record}")
    elif set(record) != _FIELDS:
        raise ValueError(f"fields {', '.join(record) or 'none'}; a trial has {', '.join(sorted(_FIELDS))}")
    else:
        _trial(**record)


def _trial(trial, status, params, repeats, folds):
    if type(trial) is not int or trial < 0 or not isinstance(params, dict):
        raise ValueError(f"trial={trial!r}, params={params!r}")
    if repeats is not None and (type(repeats) is not int or not 0 <= repeats < trial):
        raise ValueError(f"repeats={repeats!r}, which is no earlier trial")
    if not isinstance(folds, list) or not folds:
        raise ValueError("it has no folds")
    return Trial(trial, params, [_fold(**fold) for fold in folds], repeats)


def _fold(scores, fit_seconds, score_seconds, error):
    if (scores is None) == (error is None) or not isinstance(error, str | None):
        raise ValueError("a fold has either scores or an error")
    if scores is not None:
        scores = {name: float(value) for name, value in scores.items()}
    return Fold(scores, float(fit_seconds), float(score_seconds), error)
