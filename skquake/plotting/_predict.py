"""What estimators say of samples, as the displays of predictions take it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skquake._core._sklearn import safe_indexing
from skquake._core._typing import Array, ArrayLike, Estimator, Rows
from skquake.metrics._evidence import align_classes


def probabilities(estimator: Estimator, X: Rows) -> Array:
    """Probabilities of the classes 0, 1, 2 for the rows of X, (n_samples, 3)."""
    _check_fitted(estimator)
    if not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"{type(estimator).__name__} has no predict_proba; wrap it into CalibratedClassifierCV, or pass "
            "its probabilities to from_predictions"
        )
    return align_classes(estimator.predict_proba(X), estimator.classes_)


def labels(estimator: Estimator, X: Rows) -> Array:
    """Classes that an estimator decides for."""
    _check_fitted(estimator)
    return np.asarray(estimator.predict(X))


def _check_fitted(estimator: Estimator) -> None:
    """Raise NotFittedError for an estimator of scikit-learn's kind that is not fitted."""
    if hasattr(estimator, "fit"):
        check_is_fitted(estimator)


def predict(
    estimators: Estimator | Mapping[str, Estimator],
    X: Rows,
    y: ArrayLike,
    what: str,
    *,
    response: Callable[[Estimator, Rows], Array] = probabilities,
) -> dict[str, tuple[ArrayLike, Array]]:
    """What ``from_predictions`` takes, of one estimator (by the name of its class) or of several by name."""
    return {
        name: (y, response(estimator, X)) for name, estimator in by_name(estimators, "predict", what).items()
    }


def by_name(estimators: Any, method: str, what: str) -> dict[str, Estimator]:
    """Estimators by name; one alone by the name of its class, of a pipeline by that of its last step."""
    if isinstance(estimators, Mapping):
        found = dict(estimators)
    else:
        steps = getattr(estimators, "steps", None)
        found = {type(steps[-1][1] if steps else estimators).__name__: estimators}
    if not found:
        raise ValueError(f"{what}: no estimator in an empty dict; pass {{name: fitted estimator}}")
    for name, estimator in found.items():
        if isinstance(estimator, type) or not hasattr(estimator, method):
            raise TypeError(
                f"{what}: {name!r}: expected a fitted estimator with {method}, got "
                f"{estimator.__name__ if isinstance(estimator, type) else type(estimator).__name__}"
            )
    return found


def predict_folds(
    cv_results: Mapping[str, Any],
    X: Rows,
    y: ArrayLike,
    what: str,
    *,
    response: Callable[[Estimator, Rows], Array] = probabilities,
) -> tuple[dict[str, tuple[ArrayLike, Array]], list[Array]]:
    """Predictions of each fold's test rows by the estimator that did not see them, and these rows."""
    if not {"estimator", "indices"} <= set(cv_results):
        raise ValueError(
            f"{what}: cv_results: needs the estimators and indices; call cross_validate with "
            "return_estimator=True and return_indices=True"
        )
    tests = [np.asarray(test) for test in cv_results["indices"]["test"]]
    found = {
        f"fold {fold}": (np.asarray(y)[test], response(estimator, safe_indexing(X, test)))
        for fold, (estimator, test) in enumerate(zip(cv_results["estimator"], tests, strict=True))
    }
    return found, tests
