"""skquake: seismo-ionospheric precursor research with scikit-learn.

The names that a user types first are importable from here; each is loaded at first use, so that
``import skquake`` stays light.
"""

from skquake._core._lazy import attach as _attach

__version__ = "0.1.0.dev0"

_NAMES = {
    "AftershockRemover": "skquake.catalogs",
    "EDLSTMERegressor": "skquake.neural",
    "HyperoptSearchCV": "skquake.model_selection",
    "IQRBounds": "skquake.preprocessing",
    "MapSource": "skquake.sources",
    "RollingSigmaBounds": "skquake.preprocessing",
    "SIPClassifier": "skquake.neural",
    "SafeNetClassifier": "skquake.neural",
    "SeqNetQuakeClassifier": "skquake.neural",
    "SeriesSource": "skquake.sources",
    "SlidingWindow": "skquake.sampling",
    "TrackSource": "skquake.sources",
    "cross_dataset_score": "skquake.model_selection",
    "make_samples": "skquake.sampling",
    "show_versions": "skquake._core._versions",
}

__all__ = ["__version__", *_NAMES]

__getattr__, __dir__ = _attach(__name__, _NAMES)
