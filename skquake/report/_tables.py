"""The tables of a report, as text ready to set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from skquake.model_selection import Score
from skquake.report._facts import CHANCE

if TYPE_CHECKING:
    from skquake.report._report import EvaluationReport

LABELS = {"seismic_mcc": "seismic MCC", "seismic_auc": "seismic AUC", "event_auc": "event AUC"}


class Table(NamedTuple):
    """Caption, head, rows of text (the first column names the row), and sentences to stand below."""

    caption: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    notes: tuple[str, ...] = ()


def tables(report: EvaluationReport) -> dict[str, list[Table]]:
    """The tables that apply to a report: {section: [Table, ...]}."""
    found: dict[str, list[Table]] = {"scores": [_scores(report), _paper(report)], "null": [], "splits": []}
    if report.null is not None:
        nulls = report.null.to_frame().set_index("null")
        nulls = nulls.drop(columns=nulls.columns.intersection(_TESTED))
        found["null"].append(_frame("Catalogs that never happened", nulls, notes=("assumes",)))
        found["null"] += _tested(report.null)
    if report.score_nulls is not None and len(report.score_nulls):
        nulls = report.score_nulls.rename(columns={"quantile": "95 % quantile", "tells": "tell"})
        found["null"].append(
            _frame("Labels dealt anew to whole events, scores as given", nulls, notes=("tell",))
        )
    if report.balance is not None:
        caption = "Means of seismic and control samples, an event counting once; standardised differences"
        found["controls"] = [_frame(caption, report.balance)]
    if report.splits is not None:
        found["splits"].append(_frame("Rows of each fold", report.splits))
    if report.leakage is not None:
        counts = report.leakage.drop(columns=["n_train", "n_test"], errors="ignore").dropna(axis=1, how="all")
        found["splits"].append(_frame("What training and test share; it should be nothing", counts))
    if report.power is not None:
        power = report.power.to_frame().set_index("n_events").rename_axis("earthquakes")
        caption = "Share of simulated studies that see an effect"
        counted = getattr(report.power, "counted", "")
        found["power"] = [_frame(f"{caption} ({counted})" if counted else caption, power)]
    if report.mirrored is not None:
        found["mirrored"] = [_mirrored(report.mirrored, report.mirrored_unlike)]
    return found


_TESTED = ("n_tested", "tested_median", "tested_low", "tested_high", "alike")


def _tested(null):
    """One table of tested earthquakes, observed and under each null; none where they are not known."""
    if not hasattr(null, "tested_numbers"):
        return []
    numbers = {name: null.tested_numbers(name) for name in null.p_values}
    numbers = {name: found for name, found in numbers.items() if found.alike is not None}
    if not numbers:
        return []
    how = "not matched" if null.match_events is None else "scored on as many at most"
    rows = [(name, *(f"{value:.0f}" for value in found)) for name, found in numbers.items()]
    unlike = tuple(f"{name} is unlike: {found}" for name, found in numbers.items() if not found.alike)
    head = ("null", "observed", "null median", "null 2.5 %", "null 97.5 %")
    return [Table(f"Tested earthquakes; catalogs that never happened are {how}", head, rows, unlike)]


# Column -> what stands above it, where its own words would not do.
_HEADS = {"n_leaking": "leaking rows", "null_q95": "null 95 %", "p_value": "p"}
_SMALL = {"p_value", "resolution"}  # columns whose least values say most
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
    units = f"{score.n_units} unit{'' if score.n_units == 1 else 's'} ({score.unit})"
    if has_interval(score):
        kind = report.evaluation.interval
        caption = f"Scores with 95 % intervals from {units}, {kind}; an earthquake counts once"
    else:
        caption = f"Scores of {units}, too few for intervals; an earthquake counts once"
    return Table(caption, ("", *LABELS.values()), rows)


def _mirrored(result, unlike):
    frame = result.to_frame().set_index("name")
    scores = result.scores()
    rows: list[tuple[str, ...]] = [
        (
            str(name),
            str(row["days"]),
            interval(scores[name], sign="+" if name in result.differences else "") if name in scores else "–",
            number(row["n_earthquakes"]),
        )
        for name, row in frame.iterrows()
    ]
    notes = tuple(text.removesuffix(".").replace("-", "−") for text in (unlike, *result.sentences) if text)
    caption = f"{LABELS[result.scoring]} of the days before and after, 95 % intervals; no part of the verdict"
    return Table(caption, ("", "days", "score", "earthquakes"), rows, notes)


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


def _frame(caption, frame, notes=()):
    """A table whose index names the rows; columns of sentences become notes."""
    numbers = frame.drop(columns=list(notes))
    rows = [
        (str(name), *(number(value, column in _SMALL) for column, value in row.items()))
        for name, row in numbers.iterrows()
    ]
    said = tuple(f"{name} {note} {text}" for note in notes for name, text in frame[note].items())
    return Table(caption, (str(frame.index.name), *(_words(column) for column in numbers)), rows, said)


def has_interval(score: Score) -> bool:
    """Whether low and high of a score are known."""
    return bool(np.isfinite(score.low) and np.isfinite(score.high))


def interval(score: Score, sign: str = "") -> str:
    """A score and its interval, or of how many units it is where there is none; with minus signs."""
    value, low, high = (f"{x:{sign}z.2f}" for x in score[:3])
    if has_interval(score):
        return f"{value} [{low}, {high}]".replace("-", "−")
    units = f" ({score.n_units} unit{'' if score.n_units == 1 else 's'})" if score.n_units else ""
    return f"{value}{units}".replace("-", "−")


def number(value: Any, small: bool = False) -> str:
    """A number as people write it, to three digits after the point; ``small`` ones to two that count."""
    if pd.isna(value):
        return "–"
    value = float(value)
    if np.isinf(value):
        text = f"{value:+.0f}".replace("inf", "∞").removeprefix("+")
    elif value == int(value) or abs(value) >= 100:
        text = f"{value:z,.0f}".replace(",", "\u202f" if abs(value) >= 10_000 else "")
    else:
        text = f"{value:.2g}" if small and abs(value) < 0.0005 else f"{value:z.3f}"
    return text.replace("-", "−")
