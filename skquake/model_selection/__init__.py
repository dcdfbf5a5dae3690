"""Splits that keep pairs whole and purge shared observations; honest evaluation."""

from skquake.model_selection import spaces
from skquake.model_selection._chronological import chronological_split
from skquake.model_selection._cross_dataset import cross_dataset_score
from skquake.model_selection._evaluate import Evaluation, Score, evaluate
from skquake.model_selection._event_fit_params import event_fit_params
from skquake.model_selection._group_kfold import PurgedGroupKFold
from skquake.model_selection._hyperopt import HyperoptSearchCV
from skquake.model_selection._leakage import leakage_report
from skquake.model_selection._leave_one_out import LeaveOneSatelliteOut, LeaveOneYearOut
from skquake.model_selection._spatial import SpatialBlockKFold
from skquake.model_selection._time_series import PurgedTimeSeriesSplit

__all__ = [
    "Evaluation",
    "HyperoptSearchCV",
    "LeaveOneSatelliteOut",
    "LeaveOneYearOut",
    "PurgedGroupKFold",
    "PurgedTimeSeriesSplit",
    "Score",
    "SpatialBlockKFold",
    "chronological_split",
    "cross_dataset_score",
    "evaluate",
    "event_fit_params",
    "leakage_report",
    "spaces",
]
