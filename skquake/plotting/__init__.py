"""Display classes: they take results, draw with ``.plot(ax=...)`` and keep what they drew.

Their colours are ``PALETTE``, by role; ``style`` is their style sheet as a context.
"""

from skquake._core._colors import PALETTE
from skquake.plotting._anomaly_series import AnomalySeriesDisplay
from skquake.plotting._balance import BalanceDisplay
from skquake.plotting._case_panel import CasePanelDisplay
from skquake.plotting._class_balance import ClassBalanceDisplay
from skquake.plotting._class_roc import ClassROCDisplay
from skquake.plotting._confusion import ConfusionDisplay
from skquake.plotting._dtec_heatmap import DTECHeatmapDisplay
from skquake.plotting._forecast_bars import ForecastBarsDisplay
from skquake.plotting._forecast_scatter import ForecastScatterDisplay
from skquake.plotting._lead_time import LeadTimeDisplay
from skquake.plotting._molchan import MolchanDisplay
from skquake.plotting._nightly_map import NightlyMapDisplay
from skquake.plotting._null_distribution import NullDistributionDisplay
from skquake.plotting._power_curve import PowerCurveDisplay
from skquake.plotting._reliability import ReliabilityDisplay
from skquake.plotting._rst_map import RSTMapDisplay
from skquake.plotting._sample_map import SampleMapDisplay
from skquake.plotting._score_bars import ScoreBarsDisplay
from skquake.plotting._scores import ScoreDisplay
from skquake.plotting._search import SearchDisplay
from skquake.plotting._sensitivity import SensitivityDisplay
from skquake.plotting._sequences import SequencesDisplay
from skquake.plotting._sheet import style
from skquake.plotting._sip_image import SIPImageDisplay
from skquake.plotting._split_timeline import SplitTimelineDisplay
from skquake.plotting._superposed_epoch import SuperposedEpochDisplay
from skquake.plotting._taylor import TaylorDisplay
from skquake.plotting._tec_map import TECMapDisplay
from skquake.plotting._ternary import TernaryDisplay
from skquake.plotting._training import TrainingDisplay
from skquake.plotting._transfer_matrix import TransferMatrixDisplay
from skquake.plotting._windows import WindowsDisplay

__all__ = [
    "PALETTE",
    "AnomalySeriesDisplay",
    "BalanceDisplay",
    "CasePanelDisplay",
    "ClassBalanceDisplay",
    "ClassROCDisplay",
    "ConfusionDisplay",
    "DTECHeatmapDisplay",
    "ForecastBarsDisplay",
    "ForecastScatterDisplay",
    "LeadTimeDisplay",
    "MolchanDisplay",
    "NightlyMapDisplay",
    "NullDistributionDisplay",
    "PowerCurveDisplay",
    "RSTMapDisplay",
    "ReliabilityDisplay",
    "SIPImageDisplay",
    "SampleMapDisplay",
    "ScoreBarsDisplay",
    "ScoreDisplay",
    "SearchDisplay",
    "SensitivityDisplay",
    "SequencesDisplay",
    "SplitTimelineDisplay",
    "SuperposedEpochDisplay",
    "TECMapDisplay",
    "TaylorDisplay",
    "TernaryDisplay",
    "TrainingDisplay",
    "TransferMatrixDisplay",
    "WindowsDisplay",
    "style",
]
