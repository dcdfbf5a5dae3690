"""What to compare a network with: classical models, features of windows, and sktime."""

from skquake.baselines._make import make_baseline
from skquake.baselines._sktime import SktimeClassifier, SktimeTransformer
from skquake.baselines._statistics import WindowStatistics

__all__ = ["SktimeClassifier", "SktimeTransformer", "WindowStatistics", "make_baseline"]
