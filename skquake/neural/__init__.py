"""Neural networks as scikit-learn estimators."""

from skquake.neural._cnn import CNNClassifier
from skquake.neural._dnn import DNNClassifier
from skquake.neural._lstm import LSTMClassifier
from skquake.neural._safenet import SafeNetClassifier
from skquake.neural._seqnetquake import SeqNetQuakeClassifier

__all__ = ["CNNClassifier", "DNNClassifier", "LSTMClassifier", "SafeNetClassifier", "SeqNetQuakeClassifier"]
