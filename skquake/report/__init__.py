"""The report that a referee may ask for: a score beside everything that could have made it."""

from skquake.report._checks import Check
from skquake.report._evaluation_report import evaluation_report
from skquake.report._facts import Comparison, Facts
from skquake.report._look import Look
from skquake.report._rank import rank
from skquake.report._report import EvaluationReport
from skquake.report._run_world import run_world
from skquake.report._score_report import score_report
from skquake.report._verdict import Verdict, judge
from skquake.report._world_entry import WorldEntry
from skquake.report._world_score import WorldScore

__all__ = [
    "Check",
    "Comparison",
    "EvaluationReport",
    "Facts",
    "Look",
    "Verdict",
    "WorldEntry",
    "WorldScore",
    "evaluation_report",
    "judge",
    "rank",
    "run_world",
    "score_report",
]
