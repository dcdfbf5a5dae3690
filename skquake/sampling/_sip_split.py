"""Training, validation and test images of one place."""

from __future__ import annotations

from numbers import Real

import numpy as np
from sklearn.utils import check_random_state

from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._time import as_ns, to_utc
from skquake._core._typing import Frame, IntArray, RandomState
from skquake._core._validation import check_columns


@validate_params(
    {
        "split": [StrOptions({"blocked", "random"})],
        "test_size": [Interval(Real, 0, 1, closed="neither")],
        "validation_size": [Interval(Real, 0, 1, closed="left")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def sip_split(
    X: Frame,
    *,
    split: str = "blocked",
    test_size: float = 0.2,
    validation_size: float = 0.1,
    random_state: RandomState = None,
) -> tuple[IntArray, IntArray, IntArray]:
    """Split the samples of one place into those for training, validation and test.

    Parameters
    ----------
    X : DataFrame
        Samples of :func:`make_sip_samples`: ``time``, ``obs_start``, ``obs_end``.
    split : {"blocked", "random"}, default="blocked"
        "blocked": the last samples in time test, those before them validate, the first train; whatever
        shares an observation with a later part is left out. "random" is the split of [1]_: thirty-day
        images of one place overlap, so that training and test share days, and its scores are too high.
    test_size, validation_size : float, default=0.2, 0.1
        Shares of the samples, before any is left out.
    random_state : int, RandomState or None, default=None
        For "random".

    Returns
    -------
    train, validation, test : ndarray of int
        Row numbers.

    Raises
    ------
    ValueError
        For missing columns, and where nothing is left to train on.

    References
    ----------
    .. [1] Pham, B.-T., Chang, P.-C. and Wang, J.-C., "Seismic-ionospheric precursor prediction using
       deep learning".

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.sampling import sip_split
    >>> time = pd.date_range("2001-03-01", periods=20, freq="30D")
    >>> X = pd.DataFrame({"time": time, "obs_start": time - pd.Timedelta("45D"), "obs_end": time})
    >>> train, validation, test = sip_split(X)
    >>> train[-1], validation, test
    (np.int64(12), array([14]), array([16, 17, 18, 19]))
    """
    X = check_columns(X, ("time", "obs_start", "obs_end"), "X (the samples)")
    n = len(X)
    n_test = int(np.ceil(round(test_size * n, 9)))
    n_validation = round(validation_size * n)
    if not 0 < n_test < n - n_validation:
        raise ValueError(
            f"test_size={test_size}, validation_size={validation_size} of {n} samples leave none to train on"
        )
    if split == "random":
        order = check_random_state(random_state).permutation(n)
        parts = order[n_test + n_validation :], order[n_test : n_test + n_validation], order[:n_test]
        train, validation, test = (np.sort(part) for part in parts)
        return train, validation, test
    time, start, end = (as_ns(to_utc(X[name], f"X: {name}")) for name in ("time", "obs_start", "obs_end"))
    ordered = np.sort(time)
    test_from, later_from = ordered[n - n_test], ordered[n - n_test - n_validation]
    test = np.flatnonzero(time >= test_from)
    first = start[test].min()
    validation = np.flatnonzero((time >= later_from) & (time < test_from) & (end < first))
    train = np.flatnonzero((time < later_from) & (end < start[validation].min(initial=first)))
    if not len(train):
        raise ValueError(
            f"no sample of {n} trains without a day of the others; use more data or smaller parts"
        )
    return train, validation, test
