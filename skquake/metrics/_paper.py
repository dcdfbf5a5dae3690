"""The three-class numbers that the papers print."""

from __future__ import annotations

import numpy as np

from skquake._core._typing import ArrayLike
from skquake.metrics._evidence import CLASSES, check_scores
from skquake.metrics._seismic import binary_auc


def classification_summary(
    y_true: ArrayLike,
    proba: ArrayLike,
    *,
    classes: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> dict[str, float]:
    """Paper's score: F1, Matthews correlation, accuracy and AUC over all three classes.

    These numbers stand beside `seismic_mcc`, never in its place: class 2 can be recognised without
    any earthquake and lifts all of them. The predicted class is the most probable one (the lowest
    label among equals).

    Parameters
    ----------
    y_true, proba, classes, sample_weight
        As in `seismic_mcc`.

    Returns
    -------
    dict of {str: float}
        ``f1_micro`` (equal to ``accuracy`` here), ``f1_macro`` and ``f1_weighted`` over the classes
        that occur in the truth or in the prediction (a class never hit has F1 = 0), ``mcc``
        (Gorodkin's R_K; 0 where truth or prediction does not vary), ``accuracy``, and ``auc_0``,
        ``auc_1``, ``auc_2``: each class against the rest, NaN where it is absent or the only one.

    References
    ----------
    Gorodkin, J. (2004). Comparing two K-category assignments by a K-category correlation
    coefficient. Computational Biology and Chemistry, 28, 367-374.

    Examples
    --------
    >>> from skquake.metrics import classification_summary
    >>> proba = [[0.7, 0.2, 0.1], [0.4, 0.5, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]]
    >>> scores = classification_summary([0, 0, 1, 2], proba)
    >>> round(scores["accuracy"], 2), round(scores["f1_macro"], 2), scores["auc_2"]
    (0.75, 0.78, 1.0)
    """
    y_true, proba, weight = check_scores(y_true, proba, classes, sample_weight)
    if not weight.any():
        raise ValueError("classification_summary is undefined: no row with a positive weight")
    confusion = np.zeros((len(CLASSES), len(CLASSES)))
    np.add.at(confusion, (y_true, proba.argmax(axis=1)), weight)
    hit, true, said = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    total, occurs = confusion.sum(), true + said > 0.0
    f1 = 2.0 * hit[occurs] / (true + said)[occurs]
    varies = min(np.count_nonzero(true), np.count_nonzero(said)) > 1
    spread = np.sqrt((total**2 - true @ true) * (total**2 - said @ said)) if varies else np.inf
    accuracy = float(hit.sum() / total)
    return {
        "f1_micro": accuracy,
        "f1_macro": float(f1.mean()),
        "f1_weighted": float(np.average(f1, weights=true[occurs])),
        "mcc": float((hit.sum() * total - true @ said) / spread),
        "accuracy": accuracy,
        **{f"auc_{label}": float(binary_auc(y_true == label, proba[:, label], weight)) for label in CLASSES},
    }
