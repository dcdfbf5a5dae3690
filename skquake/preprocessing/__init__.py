"""Transformers of windows, bounds of series and maps, and training-only resampling."""

from skquake.preprocessing._flattener import WindowFlattener
from skquake.preprocessing._iqr_bounds import IQRBounds
from skquake.preprocessing._normalizer import WindowNormalizer
from skquake.preprocessing._rolling_sigma_bounds import RollingSigmaBounds
from skquake.preprocessing._scaler import ChannelScaler
from skquake.preprocessing._train_only import TrainOnly
from skquake.preprocessing._window_bounds import WindowBounds

__all__ = [
    "ChannelScaler",
    "IQRBounds",
    "RollingSigmaBounds",
    "TrainOnly",
    "WindowBounds",
    "WindowFlattener",
    "WindowNormalizer",
]
