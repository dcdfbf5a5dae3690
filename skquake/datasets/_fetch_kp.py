"""The Kp index since 1932, from the GFZ."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd

from skquake._core._sklearn import validate_params
from skquake._core._time import to_utc
from skquake._core._typing import Path as PathLike
from skquake._core._typing import TimeLike
from skquake.datasets._fetch import folder_in, now, obtain
from skquake.datasets._transfer import PARAMETERS, Transfer
from skquake.io import FormatError, read_kp

KP_URL = "https://kp.gfz.de/app/files/"
_NAME = "Kp_ap_Ap_SN_F107_since_1932.txt"
_INTERVAL = pd.Timedelta(hours=3)
_BEGIN = pd.Timestamp("1932-01-01")  # of the index
_DELAY = pd.Timedelta(days=7)  # of its publication, at the most; it takes hours


@validate_params(PARAMETERS, prefer_skip_nested_validation=True)
def fetch_kp(
    start: TimeLike | None = None,
    end: TimeLike | None = None,
    *,
    data_home: PathLike | None = None,
    download_if_missing: bool = True,
    n_retries: int = 3,
    delay: float = 1.0,
    max_mb: float | None = 500.0,
    max_seconds: float | None = 1800.0,
    base_url: str = KP_URL,
    verbose: int = 0,
) -> pd.Series:
    """The Kp index as the GFZ publishes it, downloaded once.

    Parameters
    ----------
    start, end : date, default=None
        UTC; intervals that start from ``start`` on and before ``end``. None: all there are.
    data_home, n_retries, delay, max_mb, max_seconds
        As of :func:`fetch_usgs`; the file stands in the folder ``kp``.
    download_if_missing : bool, default=True
        If False, raise OSError where the file is not there; one that does not cover the span warns.
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
        If the download fails, or gives a file that is damaged, has gaps, or does not cover the span: from
        ``start`` (1932 at the earliest) to ``end`` (a week ago at the latest). Nothing is kept of it.
    ValueError
        For an impossible span, or one without a value.

    Notes
    -----
    A file that does not cover the span is downloaded again; one that ends in the last week, only if it is
    more than 3 hours old. The last values are preliminary: ``attrs["definitive_until"]``.

    References
    ----------
    Matzka, J., Stolle, C., Yamazaki, Y., Bronkalla, O., Morschhauser, A. (2021). The geomagnetic
    Kp index and derived indices of geomagnetic activity. Space Weather, 19, e2020SW002641. Data: CC BY 4.0.

    Examples
    --------
    >>> from skquake.datasets import fetch_kp
    >>> kp = fetch_kp("2010-01-01", "2011-01-01")  # doctest: +SKIP
    """
    first, last = (None if t is None else pd.Timestamp(to_utc([t], "start, end")[0]) for t in (start, end))
    if first is not None and last is not None and not first < last:
        raise ValueError(f"start {first} must come before end {last}")
    path = folder_in(data_home, "kp") / _NAME
    transfer = Transfer(n_retries, delay, max_mb, max_seconds)

    def fetch() -> pd.Series:
        url = f"{base_url.rstrip('/')}/{_NAME}"
        return transfer.download(url, path, lambda file: _covering(file, first, last), verbose=verbose)

    kp = obtain(
        path,
        read_kp,
        lambda kp: _is_recent(kp, first, last, path),
        fetch,
        transfer,
        download_if_missing=download_if_missing,
    )
    lacking = None if download_if_missing else _lacking(kp, first, last)
    if lacking:
        warnings.warn(f"{path}: {lacking}; allow the download (download_if_missing)", stacklevel=3)
    attrs = kp.attrs
    kp = kp[(kp.index >= (first or kp.index[0])) & (kp.index < (last or kp.index[-1] + _INTERVAL))]
    kp.attrs = attrs
    if not kp.notna().any():
        raise ValueError(f"{path}: no Kp from {first} to {last}")
    return kp


def _covering(path: Path, first: pd.Timestamp | None, last: pd.Timestamp | None) -> pd.Series:
    """Kp of a file, or FormatError where it does not cover the span."""
    kp = read_kp(path)
    lacking = _lacking(kp, first, last)
    if lacking:
        raise FormatError(path, "span", f"{lacking}: cut short, or ask for what there is")
    return kp


def _lacking(kp: pd.Series, first: pd.Timestamp | None, last: pd.Timestamp | None) -> str | None:
    """What is not there of a span, in words; None where it is covered."""
    known = kp.index[kp.notna()]
    if not len(known):
        return "no value at all"
    begin = max(first or _BEGIN, _BEGIN).ceil(_INTERVAL)
    latest = now() - _DELAY
    end = min(last or latest, latest)
    if known[0] > begin and begin < end:
        return f"begins at {known[0]}, asked for from {begin} on"
    if known[-1] + _INTERVAL < end:
        return f"ends at {known[-1] + _INTERVAL}, asked for until {end}"
    gaps = kp.index[1:][(kp.index[1:] - kp.index[:-1]) != _INTERVAL]
    gaps = gaps[gaps > begin]
    return f"a gap before {gaps[0]}" if len(gaps) else None


def _is_recent(kp: pd.Series, first: pd.Timestamp | None, last: pd.Timestamp | None, path: Path) -> bool:
    """Whether a file covers the span and nothing newer can be expected from the server."""
    if _lacking(kp, first, last):
        return False
    known = kp.index[kp.notna()][-1]
    age = now() - pd.Timestamp(path.stat().st_mtime, unit="s")
    return bool(age < _INTERVAL or known + _INTERVAL >= min(last or known, now()))
