"""Transformers of windows, bounds of series and maps, and training-only resampling."""

from skquake.preprocessing._flatten import WindowFlattener
from skquake.preprocessing._normalizer import WindowNormalizer
from skquake.preprocessing._scaler import ChannelScaler

__all__ = ["ChannelScaler", "WindowFlattener", "WindowNormalizer"]
