"""The one table of checks that an estimator of this package cannot pass, each with its reason."""

from __future__ import annotations

from typing import Any

_MINI_BATCHES = {
    "check_sample_weight_equivalence_on_dense_data": "mini-batches: a row of weight two is not two rows"
}
_POOLING = {
    "check_classifiers_train": "its blobs have two features; pooling by two makes a window of two "
    "observations symmetric in them, so that no accuracy above 0.83 is possible"
}
_HISTORY = {
    "check_methods_sample_order_invariance": "a bound rests on the rows before it",
    "check_methods_subset_invariance": "a bound rests on the rows before it",
}

EXPECTED_FAILURES: dict[str, dict[str, str]] = {
    "SeqNetQuakeClassifier": _MINI_BATCHES | _POOLING,
    "SafeNetClassifier": _MINI_BATCHES | _POOLING,
    "CNNClassifier": _MINI_BATCHES | _POOLING,
    "DNNClassifier": _MINI_BATCHES,
    "LSTMClassifier": _MINI_BATCHES,
    "EDLSTMERegressor": _MINI_BATCHES,
    "SIPClassifier": _MINI_BATCHES,
    "IQRBounds": _HISTORY,
    "RollingSigmaBounds": _HISTORY,
    "TECAnomalyDetector": _HISTORY,
    "WindowBounds": {"check_fit_idempotent": "needs windows of at least 3 steps, the check has 2"},
}


def expected_failed_checks(estimator: Any) -> dict[str, str]:
    """Names of the checks that an estimator of this package cannot pass, with the reasons.

    Examples
    --------
    >>> from skquake.neural import DNNClassifier
    >>> from skquake.testing import expected_failed_checks
    >>> expected_failed_checks(DNNClassifier())
    {'check_sample_weight_equivalence_on_dense_data': 'mini-batches: a row of weight two is not two rows'}
    """
    if not type(estimator).__module__.startswith("skquake."):
        return {}
    return dict(EXPECTED_FAILURES.get(type(estimator).__name__, {}))
