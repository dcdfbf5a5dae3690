"""The ap index that belongs to a Kp."""

from __future__ import annotations

import numpy as np
import pandas as pd

# nT for Kp 0, 1/3, 2/3, ... 9.
_AP = np.array(
    [
        *(0, 2, 3, 4, 5, 6, 7, 9, 12, 15, 18, 22, 27, 32),
        *(39, 48, 56, 67, 80, 94, 111, 132, 154, 179, 207, 236, 300, 400),
    ],
    dtype=float,
)


def kp_to_ap(kp: pd.Series) -> pd.Series:
    """ap in nT of each Kp.

    Parameters
    ----------
    kp : Series
        Kp in thirds, 0 to 9; missing values stay missing.

    Returns
    -------
    Series
        Of the same index, named ``ap``.

    Raises
    ------
    ValueError
        For values outside [0, 9].

    References
    ----------
    J. Matzka et al. (2021), "The geomagnetic Kp index and derived indices of geomagnetic activity", Space
    Weather 19, e2020SW002641 (table 1).

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.io import kp_to_ap
    >>> kp_to_ap(pd.Series([0.0, 3 + 1 / 3, 9.0])).tolist()
    [0.0, 18.0, 400.0]
    """
    value = np.asarray(kp, dtype=float)
    known = np.isfinite(value)
    wrong = known & ((value < 0) | (value > 9))
    if wrong.any():
        raise ValueError(f"kp: {value[wrong][0]:g} is no Kp, which lies in 0 ... 9; was it times ten?")
    ap = np.full(value.shape, np.nan)
    ap[known] = _AP[np.round(3 * value[known]).astype(int)]
    return pd.Series(ap, index=kp.index, name="ap")
