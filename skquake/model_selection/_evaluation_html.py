"""An evaluation as a card for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skquake._core._html import Table, card

if TYPE_CHECKING:
    from skquake.model_selection._evaluate import Evaluation

_LABELS = {"seismic_mcc": ("seismic MCC", "0"), "seismic_auc": ("seismic AUC", "0.5")}
_LABELS["event_auc"] = ("event AUC", "0.5")


def evaluation_html(evaluation: Evaluation) -> str:
    """Scores with their intervals and what they rest on."""
    rows = []
    for name, (label, chance) in _LABELS.items():
        score = getattr(evaluation, name)
        interval = f"{score.low:z.2f} to {score.high:z.2f}" if score.has_interval else "none"
        rows.append((label, f"{score.value:z.3f}", interval, chance, f"{score.n_units:,}", score.unit))
    paper = [
        (name.replace("_", " "), f"{value:z.3f}")
        for name, value in evaluation.paper.items()
        if np.ndim(value) == 0 and np.isfinite(value)
    ]
    n_folds = len(np.unique(evaluation.fold))
    facts = [
        (f"{evaluation.n:,}", "tested rows of evidence"),
        (f"{evaluation.n_events:,}", "events and controls"),
        (f"{evaluation.effective_number:,.0f}", "effective number"),
        (f"{n_folds}", f"fold{'' if n_folds == 1 else 's'}"),
    ]
    lines = [f"Intervals: {evaluation.interval}"]
    if evaluation.weighted_fit is False:
        lines.append("The weights of events did not reach the fit")
    return card(
        "Evaluation",
        facts=facts,
        lines=lines,
        tables=[
            Table(("score", "value", "95 % interval", "by chance", "units", "unit"), rows),
            Table(
                [name for name, _ in paper], [[value for _, value in paper]], "Paper's score, three classes"
            ),
        ],
    )
