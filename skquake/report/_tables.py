"""The tables of a report, as text ready to set."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from skquake.report._verdict import CHANCE

LABELS = {"seismic_mcc": "seismic MCC", "seismic_auc": "seismic AUC", "event_auc": "event AUC"}


class Table(NamedTuple):
    """Caption, head, rows of text; the first column names the row."""

    caption: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]

    @property
    def is_text(self):
        """Whether each column holds sentences, which are set to the left."""
        return [any(cell.count(" ") > 3 for cell in column) for column in zip(*self.rows, strict=True)]


def tables(report):
    """The tables that apply to a report: {section: [Table, ...]}."""
    found = {
        "scores": [_scores(report), _paper(report)],
        "null": [],
        "controls": [],
        "splits": [],
        "power": [],
    }
    if report.null is not None:
        found["null"].append(
            _frame("Catalogs that never happened", report.null.to_frame().set_index("null"), "null")
        )
    if report.score_nulls is not None and len(report.score_nulls):
        found["null"].append(
            _frame(
                "Labels dealt anew to whole events, the scores as given",
                report.score_nulls.rename(columns={"quantile": "95 % quantile", "tells": "it tells"}),
                "null",
            )
        )
    if report.balance is not None:
        caption = (
            "Means of seismic and control samples, an event counting once; differences in standard deviations"
        )
        found["controls"].append(_frame(caption, report.balance, "covariate"))
    if report.splits is not None:
        found["splits"].append(_frame("Rows of each fold", report.splits, "fold"))
    if report.leakage is not None:
        counts = report.leakage.drop(columns=["n_train", "n_test"], errors="ignore").dropna(axis=1, how="all")
        found["splits"].append(_frame("What training and test share; it should be nothing", counts, "fold"))
    if report.power is not None:
        found["power"].append(_frame("Share of studies that see an effect", report.power.to_frame(), None))
    return found


# Column -> what stands above it, where its own words would not do.
_HEADS = {"n_leaking": "leaking rows", "null_q95": "null 95 %", "p_value": "p"}
_NAMES = {"mcc": "MCC", "auc": "AUC", "f1": "F1"}


def _words(column):
    """Head of a column."""
    words = str(column).removeprefix("n_").split("_")
    return _HEADS.get(column, " ".join(_NAMES.get(word, word) for word in words))


def _scores(report):
    rows = [("by chance", *(f"{value:.2f}" for value in CHANCE.values()))]
    for name, evaluation in (("model", report.evaluation), *_named_probes(report)):
        rows.append((name, *(interval(getattr(evaluation, score)) for score in CHANCE)))
    for name, difference in report.differences.items():
        cells = [interval(difference, sign="+") if score == report.scoring else "" for score in CHANCE]
        rows.append((f"model minus {name} probe", *cells))
    score = getattr(report.evaluation, report.scoring)
    caption = (
        f"Scores with 95 % intervals from {score.n_units} units ({score.unit}); an earthquake counts once"
    )
    return Table(caption, ("", *LABELS.values()), rows)


def _paper(report):
    names = [name for name, value in report.evaluation.paper.items() if np.ndim(value) == 0]
    rows = [
        (who, *(number(evaluation.paper[name]) for name in names))
        for who, evaluation in (("model", report.evaluation), *_named_probes(report))
    ]
    head = ("", *(_words(name) for name in names))
    return Table("Paper's score: three classes, space weather among them; no evidence", head, rows)


def _named_probes(report):
    return ((f"{name} probe", probe) for name, probe in report.probes.items())


def _frame(caption, frame, index):
    head = tuple(_words(column) for column in frame)
    if index is None:
        return Table(caption, head, [tuple(number(value) for value in row) for row in frame.to_numpy(object)])
    rows = [
        (str(name), *(number(value) for value in row))
        for name, row in zip(frame.index, frame.to_numpy(dtype=object), strict=True)
    ]
    return Table(caption, (index, *head), rows)


def interval(score, sign=""):
    """A score and its interval, with minus signs."""
    value, low, high = (f"{x:{sign}z.2f}" for x in score[:3])
    return f"{value} [{low}, {high}]".replace("-", "−")


def number(value):
    """A number as people write it; text stays."""
    if value is None or value is pd.NA:
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    try:
        value = float(value)
    except (TypeError, ValueError):
        return str(value)
    if np.isnan(value):
        return "–"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < 1e15:
        text = f"{int(value):,}".replace(",", "\u202f") if abs(value) >= 10_000 else f"{int(value)}"
    else:
        text = f"{value:.3f}" if 0.001 <= abs(value) < 100 else f"{value:.3g}"
    return text.replace("-", "−")
