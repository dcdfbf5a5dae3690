"""One split in time: the past trains, the rest tests."""

from __future__ import annotations

from numbers import Real
from typing import Literal, overload

import numpy as np
import pandas as pd

from skquake._core._sklearn import Interval, validate_params
from skquake._core._typing import ArrayLike, Frame, IntArray
from skquake.model_selection._purge import SampleTable
from skquake.model_selection._split import PURGE_CONSTRAINTS, check_classes, check_y, purge


@overload
def chronological_split(
    X: Frame,
    y: ArrayLike | None = ...,
    *,
    test_size: float = ...,
    gap_days: float = ...,
    within_km: float | None = ...,
    min_train: int | float = ...,
    return_report: Literal[False] = ...,
) -> tuple[IntArray, IntArray]: ...


@overload
def chronological_split(
    X: Frame,
    y: ArrayLike | None = ...,
    *,
    test_size: float = ...,
    gap_days: float = ...,
    within_km: float | None = ...,
    min_train: int | float = ...,
    return_report: Literal[True],
) -> tuple[IntArray, IntArray, pd.Series]: ...


@validate_params(
    {
        "test_size": [Interval(Real, 0, 1, closed="neither")],
        "return_report": ["boolean"],
    }
    | PURGE_CONSTRAINTS,
    prefer_skip_nested_validation=True,
)
def chronological_split(
    X: Frame,
    y: ArrayLike | None = None,
    *,
    test_size: float = 0.2,
    gap_days: float = 0.0,
    within_km: float | None = None,
    min_train: int | float = 0.2,
    return_report: bool = False,
) -> tuple[IntArray, IntArray] | tuple[IntArray, IntArray, pd.Series]:
    """Positions of training and test rows, the test being the last part in time.

    A training row goes if its pair has a row in the test part, or if it shares an observation with a test
    row (see `PurgedGroupKFold`). Test rows are never dropped; rows of one moment stay together.

    Parameters
    ----------
    X : DataFrame
        Sample frame of `skquake.sampling.make_samples`.
    y : array-like of shape (n_samples,), default=None
        Where given, a part without class 0 or 1 is an error.
    test_size : float, default=0.2
        Share of the rows to test on.
    gap_days, within_km, min_train
        As in `PurgedGroupKFold`.
    return_report : bool, default=False
        Also return the counts.

    Returns
    -------
    train, test : ndarray of int
    report : Series
        Only with ``return_report=True``: ``n_train``, ``n_test``, ``n_purged``, ``n_purged_pair``,
        ``n_purged_shared``, ``n_pairs_train``, ``n_pairs_test``.

    Raises
    ------
    TypeError, ValueError
        For bare arrays (the missing columns are named), an absent class, or too few training rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.model_selection import chronological_split
    >>> time = pd.date_range("2015-01-01", periods=5, freq="D")
    >>> X = pd.DataFrame({"source": "tec", "time": time, "latitude": 0.0, "longitude": 0.0,
    ...     "pair_id": list("abcdb"), "radius_km": 100.0, "obs_start": time, "obs_end": time})
    >>> train, test, report = chronological_split(X, return_report=True)
    >>> train, test, int(report["n_purged_pair"])
    (array([0, 2, 3]), array([4]), 1)
    """
    what = "chronological_split"
    table = SampleTable(X, what)
    y = check_y(y, table.n, what)
    if table.n < 2:
        raise ValueError(f"{what}: {table.n} row(s) cannot be split")
    # Rounding before the ceiling: 0.2 * 35 is 7.000000000000001.
    n_test = min(max(int(np.ceil(round(test_size * table.n, 9))), 1), table.n - 1)
    start = np.sort(table.time)[table.n - n_test]
    candidates, test = np.flatnonzero(table.time < start), np.flatnonzero(table.time >= start)
    train, counts = purge(
        table, candidates, test, gap_days=gap_days, within_km=within_km, min_train=min_train, what=what
    )
    if y is not None:
        check_classes(y, train, test, what)
    return (train, test, pd.Series(counts, name="rows")) if return_report else (train, test)
