"""Binary scores on the evidence: rows whose true class is 0 or 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from skquake._core._typing import ArrayLike, BoolArray, FloatArray
from skquake.metrics._evidence import evidence


def binary_mcc(tp: Any, fp: Any, fn: Any, tn: Any) -> Any:
    """Matthews correlation of (weighted) confusion sums; 0 where nothing varies. Broadcasts."""
    product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return np.divide(
        tp * tn - fp * fn, np.sqrt(product), out=np.zeros(np.shape(product)), where=product > 0.0
    )


def binary_auc(label: BoolArray, score: FloatArray, weight: FloatArray) -> FloatArray:
    """Probability that a seismic row outscores a non-seismic one; ties count one half.

    Parameters
    ----------
    label : ndarray of bool, shape (n,)
    score : ndarray, shape (n,)
    weight : ndarray, shape (n,) or (n_resamples, n)

    Returns
    -------
    ndarray
        Shape (), or (n_resamples,); NaN where a class has no weight.
    """
    order = np.argsort(score, kind="stable")
    score, label, weight = score[order], label[order], np.atleast_2d(weight)[:, order]
    ties = np.flatnonzero(np.r_[True, np.diff(score) > 0.0])
    positive = np.add.reduceat(weight * label, ties, axis=1)
    negative = np.add.reduceat(weight * ~label, ties, axis=1)
    below = np.cumsum(negative, axis=1)
    total = positive.sum(axis=1) * below[:, -1]
    won = np.einsum("ij,ij->i", positive, below - 0.5 * negative)
    return np.divide(won, total, out=np.full(len(total), np.nan), where=total > 0.0).squeeze()


def seismic_mcc(
    y_true: ArrayLike,
    proba: ArrayLike,
    *,
    classes: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Matthews correlation of the seismic decision on the rows of evidence.

    Class 2 (disturbed by space weather) can be recognised without any earthquake, so its rows
    prove nothing: only rows whose *true* class is 0 or 1 count, and a row is called seismic where
    p1 / (p0 + p1) > 0.5. Where p0 + p1 = 0 the ratio is taken as 0.5, hence not seismic.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        0 non-seismic, 1 seismic, 2 disturbed.
    proba : array-like of shape (n_samples, n_classes)
        Probability of each class.
    classes : sequence, default=None
        Class of each column; (0, 1, 2) for three columns and (0, 1) for two.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row; uniform by default. See `skquake.metrics.effective_number`.

    Returns
    -------
    float
        In [-1, 1]; 0 where every row gets the same decision.

    Raises
    ------
    ValueError
        If the evidence lacks a class: no score exists then.

    References
    ----------
    Matthews, B. W. (1975). Comparison of the predicted and observed secondary structure of T4
    phage lysozyme. Biochimica et Biophysica Acta, 405, 442-451.

    Examples
    --------
    >>> from skquake.metrics import seismic_mcc
    >>> proba = [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.0, 0.1, 0.9]]
    >>> seismic_mcc([0, 1, 2], proba)
    1.0
    """
    _, label, probability, weight = evidence(
        y_true, proba, classes=classes, sample_weight=sample_weight, what="seismic_mcc"
    )
    said = probability > 0.5
    sums = (weight[a & b].sum() for a, b in ((said, label), (said, ~label), (~said, label), (~said, ~label)))
    return float(binary_mcc(*sums))


def seismic_auc(
    y_true: ArrayLike,
    proba: ArrayLike,
    *,
    classes: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Area under the ROC curve of p1 / (p0 + p1) on the rows of evidence.

    Rows whose true class is 2 do not count. Ties count one half; where p0 + p1 = 0 the ratio is
    taken as 0.5.

    Parameters
    ----------
    y_true, proba, classes, sample_weight
        As in `seismic_mcc`.

    Returns
    -------
    float
        In [0, 1]; 0.5 for a model that knows nothing.

    Raises
    ------
    ValueError
        If the evidence lacks a class.

    References
    ----------
    Hanley, J. A. & McNeil, B. J. (1982). The meaning and use of the area under a receiver
    operating characteristic (ROC) curve. Radiology, 143, 29-36.

    Examples
    --------
    >>> from skquake.metrics import seismic_auc
    >>> seismic_auc([0, 0, 1, 1], [[0.9, 0.1], [0.6, 0.4], [0.65, 0.35], [0.2, 0.8]])
    0.75
    """
    _, label, probability, weight = evidence(
        y_true, proba, classes=classes, sample_weight=sample_weight, what="seismic_auc"
    )
    return float(binary_auc(label, probability, weight))
