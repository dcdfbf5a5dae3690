"""Transformers of windows, bounds of series and maps, and training-only resampling."""

from skquake.preprocessing._flatten import WindowFlattener
from skquake.preprocessing._normalizer import WindowNormalizer
from skquake.preprocessing._scaler import ChannelScaler
from skquake.preprocessing._train_only import TrainOnly

__all__ = ["ChannelScaler", "TrainOnly", "WindowFlattener", "WindowNormalizer"]
