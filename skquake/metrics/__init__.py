"""Scores: arrays in, numbers out. Evidence is binary, an earthquake counts once."""

from skquake._core._weights import effective_number
from skquake.metrics._difference import score_difference
from skquake.metrics._events import event_auc, event_scores
from skquake.metrics._intervals import score_interval
from skquake.metrics._paper import classification_summary
from skquake.metrics._scorers import seismic_auc_scorer, seismic_mcc_scorer
from skquake.metrics._seismic import seismic_auc, seismic_mcc

__all__ = [
    "classification_summary",
    "effective_number",
    "event_auc",
    "event_scores",
    "score_difference",
    "score_interval",
    "seismic_auc",
    "seismic_auc_scorer",
    "seismic_mcc",
    "seismic_mcc_scorer",
]
