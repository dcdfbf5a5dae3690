"""How samples are split where nobody says how."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from skquake._core._typing import Array, Frame, IntArray
from skquake.model_selection._group_kfold import PurgedGroupKFold
from skquake.model_selection._time_series import PurgedTimeSeriesSplit

N_SPLITS = 5
FEW = 20  # pairs; fewer bear no claim (`skquake.report.judge`), however they are split


def default_split(X: Frame, y: Array, groups: Any, what: str) -> tuple[Any, list[tuple[IntArray, IntArray]]]:
    """A splitter and its folds: five steps forwards in time; for fewer than 20 pairs what still works.

    These are fewer steps and then, with two pairs or more, folds of whole pairs. Scores of so few have hardly
    an interval, and no verdict on them but "too few": an error would only hide how few there are.

    Parameters
    ----------
    X : DataFrame
    y : ndarray of shape (n_samples,)
    groups : array-like or None
    what : str
        Who asks, for the messages.

    Raises
    ------
    ValueError
        For one pair alone; otherwise as `PurgedTimeSeriesSplit`.

    Warns
    -----
    UserWarning
        Where it is not the five steps.
    """
    first = PurgedTimeSeriesSplit(N_SPLITS)
    try:
        return first, list(first.split(X, y, groups))
    except ValueError:
        n_pairs = _whole_pairs(X, y)
        if n_pairs >= FEW or not n_pairs:
            raise
    if n_pairs == 1:
        raise ValueError(
            f"{what}: the samples hold one earthquake with a control, and nothing is left to train on when it"
            " is tested; take a longer record, a wider region or a smaller magnitude, or see in "
            "samples.dropped what others were lost to"
        )
    fewer = [PurgedTimeSeriesSplit(n) for n in range(N_SPLITS - 1, 1, -1)]
    for splitter in [*fewer, *(PurgedGroupKFold(n) for n in dict.fromkeys((min(N_SPLITS, n_pairs), 2)))]:
        try:
            folds = list(splitter.split(X, y, groups))
        except ValueError as error:
            last = error
            continue
        warnings.warn(
            f"{what}: {n_pairs} earthquakes with a control are too few for {first}: {splitter} instead; "
            f"whatever comes out, fewer than {FEW} bear no claim",
            stacklevel=3,
        )
        return splitter, folds
    raise ValueError(
        f"{what}: the samples hold {n_pairs} earthquakes with a control, too few, or too close together, to "
        f"train on some and test on others: {last}"
    ) from last


def _whole_pairs(X, y):
    """Pairs with evidence of both classes; 0 where they are not known."""
    if "pair_id" not in X:
        return 0
    pair = X["pair_id"].to_numpy(dtype=object)
    return len(np.intersect1d(pair[y == 0].astype(str), pair[y == 1].astype(str)))
