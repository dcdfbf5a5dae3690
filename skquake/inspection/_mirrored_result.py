"""What the days after earthquakes scored beside those before."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake.model_selection import Evaluation, Score

# What is compared: name of the difference -> (first, second).
DIFFERENCES = {
    "declared minus mirrored": ("declared", "mirrored"),
    "before minus declared": ("before", "declared"),
    "after minus declared": ("after", "declared"),
}
ANALYSES = ("declared", "mirrored", "before", "after")
_LABELS = {"seismic_mcc": "seismic MCC", "seismic_auc": "seismic AUC", "event_auc": "event AUC"}
_CHANCE = {"seismic_mcc": 0.0, "seismic_auc": 0.5, "event_auc": 0.5}


@dataclass(frozen=True, repr=False)
class TimeMirroredResult:
    """What `time_mirrored_test` found.

    Attributes
    ----------
    evaluations : dict of {str: Evaluation}
        "declared", "mirrored", and, of declared days with controls of one side of time, "before" and
        "after", as far as they could be made.
    differences : dict of {str: Score}
        "declared minus mirrored", "before minus declared" and "after minus declared"; without an interval
        (NaN) where fewer than five units carry evidence, or where all resamples agree.
    scoring : str
    days : dict of {str: (float, float)}
        First and last day of observation, relative to the earthquake.
    n_earthquakes : dict of {str: int}
        Tested in each analysis.
    failed : dict of {str: str}
        Why an analysis is not there.
    samples : Bunch
        Of the declared analysis, as its evaluation has seen them.
    pipeline : str
        Fingerprint of what was fitted, the search included; "" where it is not known.

    Examples
    --------
    See `time_mirrored_test`.
    """

    evaluations: dict[str, Evaluation]
    differences: dict[str, Score]
    scoring: str
    days: dict[str, tuple[float, float]]
    n_earthquakes: dict[str, int]
    failed: dict[str, str] = field(default_factory=dict)
    samples: Bunch | None = None
    pipeline: str = ""

    def score(self, analysis: str) -> Score:
        """Score of an analysis, by name, with its interval."""
        found: Score = getattr(self.evaluations[analysis], self.scoring)
        return found

    def scores(self) -> dict[str, Score]:
        """Each score that could be had, by the name of its row."""
        return {name: self.score(name) for name in self.evaluations} | self.differences

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the numbers say, of the days and of the sides, in words; no more than that."""
        return self._of_days(), self._of_sides()

    def to_frame(self) -> pd.DataFrame:
        """One row an analysis or difference.

        ``name``, ``days``, ``value``, ``low``, ``high``, ``n_units``, ``unit``, ``n_earthquakes``,
        ``note`` (why it is not there, where it is not).
        """
        rows, scores = [], self.scores()
        for name in ANALYSES:
            first, last = self.days[name]
            row = {"name": name, "days": f"{first:.4g} to {last:.4g}"}
            rows.append(
                row
                | _numbers(scores.get(name))
                | {"n_earthquakes": self.n_earthquakes.get(name, 0), "note": self.failed.get(name, "")}
            )
        for name, parts in DIFFERENCES.items():
            number = min(self.n_earthquakes.get(part, 0) for part in parts)
            missing = ", ".join(part for part in parts if part in self.failed)
            note = f"not made: {missing}" if missing else ""
            rows.append(
                {"name": name, "days": ""}
                | _numbers(scores.get(name))
                | {"n_earthquakes": number, "note": note}
            )
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        from skquake.inspection._result_cards import mirrored_html

        return mirrored_html(self)

    def __repr__(self) -> str:
        return f"TimeMirroredResult({' '.join(self.sentences)})"

    def _of_days(self):
        declared, label = self.score("declared"), _LABELS[self.scoring]
        said = f"As declared the {label} is {_text(declared)}"
        if "mirrored" not in self.evaluations:
            return f"{said}; the days after were not scored ({self.failed['mirrored']})."
        difference = self.differences["declared minus mirrored"]
        said = f"{said}, mirrored {_text(self.score('mirrored'))}, the difference {_text(difference, '+')}"
        if not (declared.has_interval and difference.has_interval):
            return f"{said}: without intervals nothing follows."
        if not declared.low > _CHANCE[self.scoring]:
            return f"{said}: the declared score is not above chance, and there is nothing to mirror."
        if difference.low > 0.0:
            return f"{said}: the days before score higher than those after."
        if difference.high < 0.0:
            return f"{said}: the days after score higher than those before."
        return (
            f"{said}: the days before are not told from those after, and nothing speaks for the days before."
        )

    def _of_sides(self):
        said, depends, known = [], False, True
        for side in ("before", "after"):
            if side not in self.evaluations:
                return f"Sides of the controls were not compared ({self.failed.get(side, 'not made')})."
            difference = self.differences[f"{side} minus declared"]
            said.append(f"{side} {_text(self.score(side))} ({_text(difference, '+')} to the declared)")
            known &= difference.has_interval
            depends |= difference.low > 0.0 or difference.high < 0.0
        text = f"With controls {' and '.join(said)}"
        if depends:
            return f"{text}: the score depends on the side of the controls."
        if not known:
            return f"{text}: without intervals nothing follows."
        return f"{text}: no dependence on the side of the controls is seen."


def _numbers(score):
    if score is None:
        return {"value": np.nan, "low": np.nan, "high": np.nan, "n_units": 0, "unit": "none"}
    return {name: getattr(score, name) for name in ("value", "low", "high", "n_units", "unit")}


def _text(score, sign=""):
    value, low, high = (f"{number:{sign}z.2f}" for number in score[:3])
    if score.has_interval:
        return f"{value} [{low}, {high}]"
    return f"{value} ({score.n_units} unit{'s' * (score.n_units != 1)})"
