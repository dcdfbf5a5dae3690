"""The neural estimators pass scikit-learn's own checks."""

import pytest
from common.tiny import TINY
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

MINI_BATCHES = {
    "check_sample_weight_equivalence_on_dense_data": "mini-batches: a row of weight two is not two rows"
}
POOLING = {
    "check_classifiers_train": "its blobs have two features; pooling by two makes a window of two "
    "observations symmetric in them, so that no accuracy above 0.83 is possible"
}
EXPECTED_FAILURES = {
    "SeqNetQuakeClassifier": MINI_BATCHES | POOLING,
    "SafeNetClassifier": MINI_BATCHES | POOLING,
    "CNNClassifier": MINI_BATCHES | POOLING,
    "DNNClassifier": MINI_BATCHES,
    "LSTMClassifier": MINI_BATCHES,
}


def expected(estimator):
    return EXPECTED_FAILURES.get(type(estimator).__name__, {})


@parametrize_with_checks(TINY, expected_failed_checks=expected)
def test_sklearn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", TINY, ids=lambda estimator: type(estimator).__name__)
def test_checks_are_not_vacuous(estimator):
    names = [check.func.__name__ for _, check in estimator_checks_generator(estimator)]
    assert set(expected(estimator)) <= set(names)
    assert len(names) - len(expected(estimator)) >= 45
    assert len(expected(estimator)) <= 6
