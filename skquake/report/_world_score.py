"""One entry in one world: its scores, signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from skquake._core._canonical import canonical_json, sha256_of


@dataclass(frozen=True, repr=False)
class WorldScore:
    """What :func:`run_world` found.

    Attributes
    ----------
    entry, world : str
    seed : int
    identity : str
        Hash of the world's definition; rows of different ones cannot be compared.
    as_frozen : bool or None
        Whether the world was what it was when it was frozen (None: another seed).
    effect : float
        What is there to be found; 0: nothing.
    n, n_events, n_units : int
        Test samples, the earthquakes and controls they belong to, and how many units carry evidence.
    event_auc, event_auc_low, event_auc_high : float
        An earthquake counts once; 0.5 is chance. The interval is of 95 %, the model held fixed.
    seismic_auc, seismic_mcc, seismic_mcc_low, seismic_mcc_high : float
    false_alarm_rate, detection_rate : float
        Share of the controls, and of the earthquakes, that are called seismic (mean probability above 0.5).
    oracle, window_oracle : float or None
        Event AUC of the detectors that know the truth; None where nothing is there, and on maps.
    share_of_oracle, share_of_window_oracle : float or None
        How much of that above chance is reached.
    brier_skill, calibration_error : float
        1 - Brier score / 0.25, and the mean distance of probability and frequency over ten bins.
    claim : dict of {str: float}
        What the entry says it scores.
    failed : str
        Empty, or why the entry fails: "above chance" where nothing is there, "claim not held".
    alpha : float
        Chance by which an honest entry fails one of these two tests.
    seconds : float
        Of fit and predictions.
    versions : dict of {str: str}
        Versions that made this.
    signature : str
        SHA-256 of all of this: that nobody changed a number by accident, no more.

    Examples
    --------
    >>> from skquake.report import WorldScore
    >>> numbers = dict.fromkeys(WorldScore.__dataclass_fields__, 0.5)
    >>> texts = {"entry": "coin", "world": "quiet-2019", "failed": "", "claim": {}}
    >>> WorldScore(**(numbers | texts))
    WorldScore('coin' in 'quiet-2019': event AUC 0.50 [0.50, 0.50])
    """

    entry: str
    world: str
    seed: int
    identity: str
    as_frozen: bool | None
    effect: float
    n: int
    n_events: int
    n_units: int
    event_auc: float
    event_auc_low: float | None
    event_auc_high: float | None
    seismic_auc: float
    seismic_mcc: float
    seismic_mcc_low: float | None
    seismic_mcc_high: float | None
    false_alarm_rate: float
    detection_rate: float
    oracle: float | None
    window_oracle: float | None
    share_of_oracle: float | None
    share_of_window_oracle: float | None
    brier_skill: float
    calibration_error: float
    claim: dict[str, float]
    failed: str
    alpha: float
    seconds: float
    versions: dict[str, str]
    signature: str = field(default="")

    def __repr__(self) -> str:
        low, high = self.event_auc_low, self.event_auc_high
        said = f"event AUC {self.event_auc:.2f}"
        said += "" if low is None or high is None else f" [{low:.2f}, {high:.2f}]"
        said += "".join(f", claims {name} {value:.2f}" for name, value in self.claim.items())
        said += f", FAILED: {self.failed}" if self.failed else ""
        return f"WorldScore({self.entry!r} in {self.world!r}: {said})"

    def to_dict(self) -> dict[str, Any]:
        """A row of plain numbers and texts, ready for JSON."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def signed(row: Mapping[str, Any]) -> WorldScore:
    """The row with its signature."""
    return WorldScore(**{**row, "signature": signature_of(row)})


def signature_of(row: Mapping[str, Any]) -> str:
    """SHA-256 of a row but for its signature."""
    return sha256_of(canonical_json({name: value for name, value in row.items() if name != "signature"}))
