from . import (
    alarms,
    baselines,
    catalogs,
    datasets,
    forecasting,
    inspection,
    io,
    metrics,
    model_selection,
    neural,
    plotting,
    preprocessing,
    registration,
    report,
    sampling,
    sources,
    testing,
    utils,
)
from ._core._version import __version__
from ._core._versions import show_versions
from .catalogs import AftershockRemover
from .model_selection import HyperoptSearchCV, cross_dataset_score
from .neural import EDLSTMERegressor, SafeNetClassifier, SeqNetQuakeClassifier, SIPClassifier
from .preprocessing import IQRBounds, RollingSigmaBounds
from .sampling import SlidingWindow, make_samples
from .sources import MapSource, SeriesSource, TrackSource

__all__ = [
    "AftershockRemover",
    "EDLSTMERegressor",
    "HyperoptSearchCV",
    "IQRBounds",
    "MapSource",
    "RollingSigmaBounds",
    "SIPClassifier",
    "SafeNetClassifier",
    "SeqNetQuakeClassifier",
    "SeriesSource",
    "SlidingWindow",
    "TrackSource",
    "__version__",
    "alarms",
    "baselines",
    "catalogs",
    "cross_dataset_score",
    "datasets",
    "forecasting",
    "inspection",
    "io",
    "make_samples",
    "metrics",
    "model_selection",
    "neural",
    "plotting",
    "preprocessing",
    "registration",
    "report",
    "sampling",
    "show_versions",
    "sources",
    "testing",
    "utils",
]
