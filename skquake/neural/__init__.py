"""Neural networks as scikit-learn estimators."""

from skquake.neural._safenet import SafeNetClassifier
from skquake.neural._seqnetquake import SeqNetQuakeClassifier

__all__ = ["SafeNetClassifier", "SeqNetQuakeClassifier"]
