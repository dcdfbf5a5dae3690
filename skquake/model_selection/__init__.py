"""Splits that keep pairs whole and purge shared observations; honest evaluation."""

from skquake.model_selection._chronological import chronological_split
from skquake.model_selection._evaluate import Evaluation, Score, evaluate
from skquake.model_selection._split import PurgedGroupKFold, PurgedTimeSeriesSplit

__all__ = [
    "Evaluation",
    "PurgedGroupKFold",
    "PurgedTimeSeriesSplit",
    "Score",
    "chronological_split",
    "evaluate",
]
