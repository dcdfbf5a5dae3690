"""Which rows are evidence, and what a model says of them."""

from __future__ import annotations

import numpy as np

from skquake._core._typing import ArrayLike, BoolArray, FloatArray, IntArray

CLASSES = (0, 1, 2)


def align_classes(proba: ArrayLike, classes: ArrayLike) -> FloatArray:
    """Probabilities as columns of the classes 0, 1, 2, shape (n_samples, 3).

    A class that the model never saw gets probability 0; classes are found by value, never by place.
    """
    proba, classes = np.asarray(proba, dtype=float), list(np.asarray(classes))
    if proba.ndim != 2 or proba.shape[1] != len(classes):
        raise ValueError(
            f"proba: shape {proba.shape} does not fit the {len(classes)} classes {classes}; "
            "pass one column a class"
        )
    unknown = [label for label in classes if label not in CLASSES]
    if unknown or len(set(classes)) < len(classes):
        raise ValueError(f"classes: {classes} are not distinct labels among 0, 1 and 2")
    aligned = np.zeros((len(proba), len(CLASSES)))
    aligned[:, [CLASSES.index(label) for label in classes]] = proba
    return aligned


def check_scores(
    y_true: ArrayLike,
    proba: ArrayLike,
    classes: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Labels (n,), probabilities (n, 3) and weights (n,), checked against each other.

    Raises
    ------
    ValueError
        For labels other than 0, 1, 2, unequal lengths, NaN or negative probabilities or weights.
    """
    y_true = np.asarray(y_true)
    if y_true.ndim != 1:
        raise ValueError(f"y_true: expected shape (n_samples,), got {y_true.shape}")
    bad = ~np.isin(y_true, CLASSES)
    if bad.any():
        row = int(np.argmax(bad))
        raise ValueError(f"y_true: {y_true[row]!r} in row {row} is none of the classes 0, 1, 2")
    proba = np.asarray(proba, dtype=float)
    if classes is None:
        if proba.ndim != 2 or proba.shape[1] not in (2, 3):
            raise ValueError(
                f"proba: expected shape (n_samples, 3) or (n_samples, 2), got {proba.shape}; "
                "name the columns with `classes`"
            )
        classes = CLASSES[: proba.shape[1]]
    proba = align_classes(proba, classes)
    if len(proba) != len(y_true):
        raise ValueError(f"proba has {len(proba)} rows and y_true {len(y_true)}")
    fine = (np.isfinite(proba) & (proba >= 0.0)).all(axis=1)
    if not fine.all():
        row = int(np.argmin(fine))
        raise ValueError(
            f"proba: row {row} is {proba[row].tolist()}; probabilities are finite and not negative"
        )
    return y_true.astype(int), proba, check_weights(sample_weight, len(y_true))


def check_weights(sample_weight: ArrayLike | None, n: int) -> FloatArray:
    """Weights as floats, shape (n,); ones for None."""
    if sample_weight is None:
        return np.ones(n)
    weight = np.asarray(sample_weight, dtype=float)
    if weight.shape != (n,):
        raise ValueError(f"sample_weight: shape {weight.shape}, expected ({n},)")
    if not (np.isfinite(weight) & (weight >= 0.0)).all():
        raise ValueError("sample_weight: weights must be finite and not negative")
    return weight


def seismic_probability(proba: FloatArray) -> FloatArray:
    """p1 / (p0 + p1) of probabilities with columns 0, 1, 2; 0.5 where both are zero.

    A model that is sure of class 2 says nothing of the two others: 0.5, undecided.
    """
    total = proba[:, 0] + proba[:, 1]
    return np.divide(proba[:, 1], total, out=np.full(len(proba), 0.5), where=total > 0.0)


def check_both(label: BoolArray, weight: FloatArray, what: str) -> None:
    """Raise unless both classes of evidence carry weight."""
    if len(weight) and not weight.any():
        raise ValueError(
            f"{what} is undefined: sample_weight is 0 in all {len(weight)} rows of evidence (true class 0 or "
            "1); give those that count a positive weight"
        )
    for value, name in ((0, "non-seismic"), (1, "seismic")):
        if not weight[label == value].any():
            raise ValueError(
                f"{what} is undefined: no row of class {value} ({name}) with a positive weight among the "
                f"{len(label)} rows of evidence (true class 0 or 1); score a larger test set"
            )


def evidence(
    y_true: ArrayLike,
    proba: ArrayLike,
    *,
    classes: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    what: str = "score",
) -> tuple[IntArray, BoolArray, FloatArray, FloatArray]:
    """Rows of evidence, their label (bool), seismic probability and weight.

    Returns
    -------
    rows : ndarray of int
        Positions where the true class is 0 or 1.
    label, probability, weight : ndarray of shape (len(rows),)
    """
    y_true, proba, weight = check_scores(y_true, proba, classes, sample_weight)
    rows = np.flatnonzero(y_true != 2)
    label, weight = y_true[rows] == 1, weight[rows]
    check_both(label, weight, what)
    return rows, label, seismic_probability(proba[rows]), weight
