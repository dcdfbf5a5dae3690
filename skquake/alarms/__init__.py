"""Scores of a whole track, alarms from them, and what alarms are worth."""

from skquake.alarms._alarm_function import alarm_function
from skquake.alarms._anytime_evidence import AnytimeEvidence, anytime_evidence
from skquake.alarms._choose_threshold import choose_threshold
from skquake.alarms._conformal import conformal_p_values
from skquake.alarms._count_events import count_events
from skquake.alarms._csep import alarm_rate, to_csep
from skquake.alarms._etas_rate import EtasRate
from skquake.alarms._flagged_rate import flagged_rate
from skquake.alarms._molchan import MolchanCurve, molchan_curve
from skquake.alarms._nightly_map import nightly_map
from skquake.alarms._reference_rate import area_rate, reference_rate
from skquake.alarms._reliability import ReliabilityCurve, reliability_curve
from skquake.alarms._score_alarms import score_alarms
from skquake.alarms._score_track import score_track
from skquake.alarms._skill import area_skill_score, hanssen_kuipers, probability_gain, r_score
from skquake.alarms._superposed_epoch import SuperposedEpoch, superposed_epoch

__all__ = [
    "AnytimeEvidence",
    "EtasRate",
    "MolchanCurve",
    "ReliabilityCurve",
    "SuperposedEpoch",
    "alarm_function",
    "alarm_rate",
    "anytime_evidence",
    "area_rate",
    "area_skill_score",
    "choose_threshold",
    "conformal_p_values",
    "count_events",
    "flagged_rate",
    "hanssen_kuipers",
    "molchan_curve",
    "nightly_map",
    "probability_gain",
    "r_score",
    "reference_rate",
    "reliability_curve",
    "score_alarms",
    "score_track",
    "superposed_epoch",
    "to_csep",
]
