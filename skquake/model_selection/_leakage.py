"""What stands on both sides of a split, whoever made it."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._sklearn import Interval, validate_params
from skquake._core._typing import ArrayLike, Frame
from skquake._core._validation import check_columns
from skquake.model_selection._evaluate import _folds
from skquake.model_selection._purge import SampleTable, shares_observation

_WHAT = "leakage_report"


@validate_params(
    {
        "gap_days": [Interval(Real, 0, None, closed="left")],
        "within_km": [Interval(Real, 0, None, closed="both"), None],
    },
    prefer_skip_nested_validation=True,
)
def leakage_report(
    X: Frame,
    cv: Any,
    y: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    *,
    gap_days: float = 0.0,
    within_km: float | None = None,
    clusters: pd.Series | None = None,
) -> pd.DataFrame:
    """Count what the test rows of each fold share with its training rows.

    For any splitter, scikit-learn's included. Samples of one event, of one pair, of one cluster of
    aftershocks, or cut from the same observations are no independent test: a model that has seen the
    one knows something of the other.

    Parameters
    ----------
    X : DataFrame
        Sample frame of `skquake.sampling.make_samples`.
    cv : splitter, iterable of (train, test), or one (train, test)
        Positions, or masks of all rows.
    y, groups : array-like of shape (n_samples,), default=None
        For splitters that need them.
    gap_days, within_km
        What counts as a shared observation; as in `PurgedGroupKFold`.
    clusters : Series, default=None
        Cluster of each earthquake, by event id: ``Series(remover.labels_, catalog.index)`` of a
        `skquake.catalogs.AftershockRemover`. By default the column ``cluster_id`` of X, where it has
        one. Events without a cluster (NaN, or not named) count in none.

    Returns
    -------
    DataFrame
        One row a fold: ``n_train``, ``n_test``; ``shared_observations``, the test rows that share an
        observation with a training row; ``shared_events``, ``shared_pairs``, ``shared_clusters``, how many
        events, pairs and clusters have rows on both sides (clusters: missing where none are known);
        ``n_leaking``, the test rows that share any of these. ``attrs["summary"]`` holds the sums of all
        folds and ``share_leaking``, that of the tested rows.

    Raises
    ------
    TypeError, ValueError
        For bare arrays (the missing columns are named), positions outside X, no folds, or clusters that
        know none of its events.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.model_selection import KFold
    >>> from skquake.model_selection import PurgedGroupKFold, leakage_report
    >>> time = pd.date_range("2015-01-01", periods=6, freq="D")
    >>> X = pd.DataFrame({"source": "tec", "time": time, "latitude": 0.0, "longitude": 0.0,
    ...     "event_id": list("aabbcc"), "pair_id": list("aaaacc"), "radius_km": 100.0,
    ...     "obs_start": time, "obs_end": time + pd.Timedelta("1D")})
    >>> report = leakage_report(X, KFold(2))
    >>> report[["n_test", "shared_observations", "shared_events", "shared_pairs", "n_leaking"]]
          n_test  shared_observations  shared_events  shared_pairs  n_leaking
    fold
    0          3                    1              1             1          3
    1          3                    1              1             1          1
    >>> leakage_report(X, PurgedGroupKFold(2)).attrs["summary"]["share_leaking"]
    0.0
    """
    if not hasattr(cv, "split") and not isinstance(cv, Iterable):
        raise TypeError(f"{_WHAT}: cv must be a splitter or an iterable of (train, test), got {cv!r}")
    table = SampleTable(X, _WHAT)
    X = check_columns(X, ("event_id",), _WHAT)
    codes = {
        "events": pd.factorize(X["event_id"])[0],
        "pairs": table.pair,
        "clusters": _clusters(X, clusters),
    }
    rows = []
    for fold, (train, test) in enumerate(_folds(cv, X, y, groups)):
        train, test = (_positions(part, table.n, f"{_WHAT}, fold {fold}") for part in (train, test))
        leaking = shares_observation(table, test, train, gap_days=gap_days, within_km=within_km)
        row: dict[str, Any] = {"n_train": len(train), "n_test": len(test)}
        row["shared_observations"] = int(leaking.sum())
        for name, code in codes.items():
            shared = None if code is None else np.intersect1d(code[train], code[test])
            shared = None if shared is None else shared[shared >= 0]
            row[f"shared_{name}"] = pd.NA if shared is None else len(shared)
            if shared is not None:
                leaking |= np.isin(code[test], shared)
        rows.append(row | {"n_leaking": int(leaking.sum())})
    if not rows:
        raise ValueError(f"{_WHAT}: cv holds no folds")
    report = pd.DataFrame(rows, index=pd.RangeIndex(len(rows), name="fold"))
    report["shared_clusters"] = report["shared_clusters"].astype("Int64")
    sums = {name: int(report[name].sum()) for name in report.columns if report[name].notna().all()}
    share = sums["n_leaking"] / max(sums["n_test"], 1)
    report.attrs["summary"] = {"n_folds": len(report), **sums, "share_leaking": share}
    return report


def _clusters(X, clusters):
    """Code of the cluster of each row, -1 for none; None where no clusters are known."""
    if clusters is None:
        return pd.factorize(X["cluster_id"])[0] if "cluster_id" in X else None
    if not isinstance(clusters, pd.Series):
        raise TypeError(f"{_WHAT}: clusters must be a Series by event id, got {type(clusters).__name__}")
    if not clusters.index.is_unique:
        event = clusters.index[clusters.index.duplicated()][0]
        raise ValueError(f"{_WHAT}: clusters names event {event!r} more than once")
    if not X["event_id"].isin(clusters.index).any():
        raise ValueError(
            f"{_WHAT}: clusters knows none of the events of X; its index must hold event ids such as "
            f"{X['event_id'].iloc[0]!r}"
        )
    return pd.factorize(clusters.reindex(X["event_id"]))[0]


def _positions(part, n, what):
    """Positions of the rows of one side of a fold, from positions or a mask."""
    part = np.asarray(part)
    if part.dtype == bool and part.shape == (n,):
        return np.flatnonzero(part)
    if part.ndim != 1 or (len(part) and (part.dtype.kind not in "iu" or part.min() < 0 or part.max() >= n)):
        raise ValueError(f"{what}: expected positions of the {n} rows of X, got {part!r:.80}")
    return part.astype(int)
