"""The Kp index since 1932, from the GFZ."""

from __future__ import annotations

from numbers import Integral, Real

import pandas as pd

from skquake._core._sklearn import Interval, validate_params
from skquake._core._time import to_utc
from skquake.datasets._fetch import download, folder_in, missing
from skquake.io import read_kp

KP_URL = "https://kp.gfz.de/app/files/"
_NAME = "Kp_ap_Ap_SN_F107_since_1932.txt"
_INTERVAL = pd.Timedelta(hours=3)


@validate_params(
    {
        "download_if_missing": ["boolean"],
        "n_retries": [Interval(Integral, 0, None, closed="left")],
        "delay": [Interval(Real, 0, None, closed="left")],
        "base_url": [str],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=True,
)
def fetch_kp(
    start=None,
    end=None,
    *,
    data_home=None,
    download_if_missing=True,
    n_retries=3,
    delay=1.0,
    base_url=KP_URL,
    verbose=0,
):
    """The Kp index as the GFZ publishes it, downloaded once.

    Parameters
    ----------
    start, end : date, default=None
        UTC; intervals that start from ``start`` on and before ``end``. None: all there are.
    data_home : str or path, default=None
        See :func:`get_data_home`; the file stands in its folder ``kp``.
    download_if_missing : bool, default=True
        If False, raise OSError where the file is not there.
    n_retries : int, default=3
        How often to try again when a request fails.
    delay : float, default=1.0
        Seconds before the first new try; doubled for each further one.
    base_url : str
        Folder in which the file stands.
    verbose : int, default=0
        Positive shows a progress bar.

    Returns
    -------
    Series
        As of :func:`skquake.io.read_kp`: Kp in thirds by the start of its 3 hours, NaN where missing.

    Raises
    ------
    OSError
        If the download fails.
    ValueError
        For an impossible span, or one without a value.

    Notes
    -----
    A file that does not reach ``end`` (or now, if that is earlier) is downloaded again, unless it is
    less than 3 hours old. The last values are preliminary: ``attrs["definitive_until"]``.

    References
    ----------
    Matzka, J., Stolle, C., Yamazaki, Y., Bronkalla, O., Morschhauser, A. (2021). The geomagnetic
    Kp index and derived indices of geomagnetic activity. Space Weather, 19, e2020SW002641. Data: CC BY 4.0.

    Examples
    --------
    >>> from skquake.datasets import fetch_kp
    >>> kp = fetch_kp("2010-01-01", "2011-01-01")  # doctest: +SKIP
    """
    start, end = (None if t is None else pd.Timestamp(to_utc([t], "start, end")[0]) for t in (start, end))
    if start is not None and end is not None and not start < end:
        raise ValueError(f"start {start} must come before end {end}")
    path = folder_in(data_home, "kp") / _NAME
    if not path.exists() and not download_if_missing:
        raise missing(path)
    if download_if_missing and not _reaches(path, end):
        url = f"{base_url.rstrip('/')}/{_NAME}"
        download(url, path, read_kp, n_retries=n_retries, delay=delay, verbose=verbose)
    kp = read_kp(path)
    attrs = kp.attrs
    kp = kp[(kp.index >= (start or kp.index[0])) & (kp.index < (end or kp.index[-1] + _INTERVAL))]
    kp.attrs = attrs
    if not kp.notna().any():
        raise ValueError(f"{path}: no Kp from {start} to {end}")
    return kp


def _reaches(path, end):
    """Whether the file is there and holds what could be known until ``end``."""
    if not path.exists():
        return False
    now = pd.Timestamp.now("UTC").tz_localize(None)
    if end is None or now - pd.Timestamp(path.stat().st_mtime, unit="s") < _INTERVAL:
        return True
    known = read_kp(path).last_valid_index()
    return known is not None and known + _INTERVAL >= min(end, now)
