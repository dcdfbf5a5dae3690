"""Scores that see each event once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike, FloatArray
from skquake.metrics._evidence import check_weights, evidence
from skquake.metrics._seismic import binary_auc


def event_scores(
    event_id: ArrayLike, y: ArrayLike, proba: ArrayLike, *, classes: ArrayLike | None = None
) -> pd.DataFrame:
    """One row per event: its label and the mean seismic probability of its rows of evidence.

    Parameters
    ----------
    event_id : array-like of shape (n_samples,)
        Event (earthquake or control) that each row belongs to.
    y : array-like of shape (n_samples,)
        0 non-seismic, 1 seismic, 2 disturbed; rows of class 2 do not count.
    proba : array-like of shape (n_samples, n_classes)
    classes : sequence, default=None
        Class of each column; (0, 1, 2) for three columns and (0, 1) for two.

    Returns
    -------
    DataFrame
        Indexed by event in order of first appearance: ``label`` (0 or 1), ``probability`` (mean of
        p1 / (p0 + p1)), ``n`` (rows of evidence). An event without evidence has no row.

    Raises
    ------
    ValueError
        If the rows of one event disagree on its label, or no event of one class is left.

    Examples
    --------
    >>> from skquake.metrics import event_scores
    >>> event_scores(["a", "a", "b"], [1, 1, 0], [[0.2, 0.8], [0.6, 0.4], [0.7, 0.3]])
              label  probability  n
    event_id
    a             1          0.6  2
    b             0          0.3  1
    """
    rows, label, probability, _ = evidence(y, proba, classes=classes, what="event score")
    event_id = np.asarray(event_id, dtype=object)
    if len(event_id) != len(np.asarray(y)):
        raise ValueError(f"event_id has {len(event_id)} rows and y {len(np.asarray(y))}")
    code, events = pd.factorize(event_id[rows])
    if (code < 0).any():
        raise ValueError(f"event_id is missing in row {rows[code < 0][0]}")
    n, seismic = np.bincount(code), np.bincount(code, label)
    mixed = (seismic > 0) & (seismic < n)
    if mixed.any():
        raise ValueError(f"event {events[mixed][0]!r} has rows of class 0 and of class 1; an event is one")
    columns = {"label": (seismic > 0).astype(int), "probability": np.bincount(code, probability) / n, "n": n}
    return pd.DataFrame(columns, index=pd.Index(events, name="event_id"))


def event_auc(
    event_id: ArrayLike,
    y: ArrayLike,
    proba: ArrayLike,
    *,
    classes: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Area under the ROC curve with one point per event.

    Parameters
    ----------
    event_id, y, proba, classes
        As in `event_scores`.
    sample_weight : array-like of shape (n_samples,), default=None
        An event has the sum of its rows' weights; None: every event counts once.

    Returns
    -------
    float
        Probability that an earthquake's mean seismic probability exceeds a control's.

    Examples
    --------
    >>> from skquake.metrics import event_auc
    >>> event_auc(["a", "a", "b"], [1, 1, 0], [[0.2, 0.8], [0.6, 0.4], [0.7, 0.3]])
    1.0
    """
    events = event_scores(event_id, y, proba, classes=classes)
    weight: FloatArray = np.ones(len(events))
    if sample_weight is not None:
        rows = np.asarray(y) != 2
        of_rows = check_weights(sample_weight, len(rows))[rows]
        weight = event_sums(np.asarray(event_id, dtype=object)[rows], of_rows)
    return float(binary_auc(events["label"].to_numpy() == 1, events["probability"].to_numpy(), weight))


def event_sums(event_id: ArrayLike, weight: FloatArray) -> FloatArray:
    """Sum of the rows' weights of each event, in order of first appearance."""
    code, events = pd.factorize(np.asarray(event_id, dtype=object))
    return np.bincount(code, weight, minlength=len(events)).astype(float)
