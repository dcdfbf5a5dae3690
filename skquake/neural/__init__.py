"""Neural networks as scikit-learn estimators."""

from skquake.neural._cnn import CNNClassifier
from skquake.neural._container import ModelFileError
from skquake.neural._dnn import DNNClassifier
from skquake.neural._ed_lstme import EDLSTMERegressor
from skquake.neural._fine_tuned import FineTuned
from skquake.neural._fit_many import fit_many
from skquake.neural._lstm import LSTMClassifier
from skquake.neural._recommended import make_safenet, make_seqnetquake
from skquake.neural._repeated_scores import RepeatedScores, repeated_scores
from skquake.neural._safenet import SafeNetClassifier
from skquake.neural._saving import load_model, save_model
from skquake.neural._seqnetquake import SeqNetQuakeClassifier
from skquake.neural._sip import SIPClassifier

__all__ = [
    "CNNClassifier",
    "DNNClassifier",
    "EDLSTMERegressor",
    "FineTuned",
    "LSTMClassifier",
    "ModelFileError",
    "RepeatedScores",
    "SIPClassifier",
    "SafeNetClassifier",
    "SeqNetQuakeClassifier",
    "fit_many",
    "load_model",
    "make_safenet",
    "make_seqnetquake",
    "repeated_scores",
    "save_model",
]
