"""What to compare a network with: classical models, features of windows, and sktime."""

from skquake.baselines._competing_kernels import CompetingKernels
from skquake.baselines._count_scaler import CountScaler
from skquake.baselines._interval_quantiles import IntervalQuantiles
from skquake.baselines._make import make_baseline
from skquake.baselines._sktime import SktimeClassifier, SktimeTransformer
from skquake.baselines._statistics import WindowStatistics

__all__ = [
    "CompetingKernels",
    "CountScaler",
    "IntervalQuantiles",
    "SktimeClassifier",
    "SktimeTransformer",
    "WindowStatistics",
    "make_baseline",
]
