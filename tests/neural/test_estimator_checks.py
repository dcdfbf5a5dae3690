"""The classifiers of sequences go through the public checks; test_other_estimator_checks.py has the others.

Two files, since a file runs in one process and both start a backend.
"""

from skquake.neural import (
    CNNClassifier,
    DNNClassifier,
    LSTMClassifier,
    SafeNetClassifier,
    SeqNetQuakeClassifier,
)
from skquake.testing import parametrize_with_skquake_checks
from skquake.testing._instances import networks

SEQUENCES = (SeqNetQuakeClassifier, SafeNetClassifier, DNNClassifier, CNNClassifier, LSTMClassifier)


@parametrize_with_skquake_checks([network for network in networks() if isinstance(network, SEQUENCES)])
def test_checks(estimator, check):
    check(estimator)
