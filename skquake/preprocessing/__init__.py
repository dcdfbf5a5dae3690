"""Transformers of windows, cleaning and bounds of series and maps, and training-only resampling."""

from skquake.preprocessing._ar_rate import ARRate
from skquake.preprocessing._cadence import change_cadence
from skquake.preprocessing._channel_log import ChannelLog
from skquake.preprocessing._flattener import WindowFlattener
from skquake.preprocessing._iqr_bounds import IQRBounds
from skquake.preprocessing._iri_residual import IRIResidual
from skquake.preprocessing._kalman_imputer import KalmanImputer
from skquake.preprocessing._mass_residual import MASSResidual
from skquake.preprocessing._ne_log_residual import NeLOGResidual
from skquake.preprocessing._normalizer import WindowNormalizer
from skquake.preprocessing._quiet import quiet_times
from skquake.preprocessing._quiet_background import QuietBackground
from skquake.preprocessing._revisit_residual import RevisitResidual
from skquake.preprocessing._rolling_sigma_bounds import RollingSigmaBounds
from skquake.preprocessing._rst_index import RSTIndex
from skquake.preprocessing._scaler import ChannelScaler
from skquake.preprocessing._sigma_clipper import SigmaClipper
from skquake.preprocessing._train_only import TrainOnly
from skquake.preprocessing._window_bounds import WindowBounds
from skquake.preprocessing._window_mean import WindowMean

__all__ = [
    "ARRate",
    "ChannelLog",
    "ChannelScaler",
    "IQRBounds",
    "IRIResidual",
    "KalmanImputer",
    "MASSResidual",
    "NeLOGResidual",
    "QuietBackground",
    "RSTIndex",
    "RevisitResidual",
    "RollingSigmaBounds",
    "SigmaClipper",
    "TrainOnly",
    "WindowBounds",
    "WindowFlattener",
    "WindowMean",
    "WindowNormalizer",
    "change_cadence",
    "quiet_times",
]
