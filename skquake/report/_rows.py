"""Every number of a report as one row."""

from __future__ import annotations

import numpy as np

from skquake.report._controls import control_rows
from skquake.report._facts import CHANCE

COLUMNS = ("section", "quantity", "value", "low", "high", "note")
NAN = float("nan")


def rows(report):
    """Yield (section, quantity, value, low, high, note) of a report."""
    yield "verdict", report.verdict.code, NAN, NAN, NAN, report.verdict.text
    if report.look is not None:
        yield "look", "number", report.look.number, NAN, NAN, report.look.words
        yield "look", "level", report.look.level, NAN, NAN, ""
    for check in report.verdict.checks:
        passed = NAN if check.passed is None else float(check.passed)
        yield "check", check.name, passed, NAN, NAN, check.finding
    yield from _scores("model", report.evaluation)
    for name, probe in report.probes.items():
        yield from _scores(f"{name} probe", probe)
    for name, d in report.differences.items():
        note = f"{report.scoring}, paired over {d.n_units} units ({d.unit})"
        yield "difference", f"model minus {name} probe", d.value, d.low, d.high, note
    for name, value in CHANCE.items():
        yield "chance", name, value, NAN, NAN, ""
    yield from _samples(report)
    for covariate, row in _each(report.balance):
        note = f"seismic {row['seismic']:.4g}, control {row['control']:.4g}; standardised difference"
        yield "balance", covariate, row["difference"], NAN, NAN, note
    yield from control_rows(report.samples, report.catalog)
    for section in ("splits", "leakage"):
        for fold, row in _each(getattr(report, section)):
            for name, value in row.items():
                yield section, f"fold {fold}: {name}", _number(value), NAN, NAN, ""
    yield from _nulls(report)
    if report.mirrored is not None:
        for row in report.mirrored.to_frame().to_dict("records"):
            note = (
                row["note"] or f"{row['n_earthquakes']} earthquakes, {row['n_units']} units ({row['unit']})"
            )
            yield "mirrored", row["name"], row["value"], row["low"], row["high"], note
        if report.mirrored_unlike:
            yield "mirrored", "not of this analysis", NAN, NAN, NAN, report.mirrored_unlike
    if report.reliability is not None:
        for name in ("brier", "uncertainty", "base_rate"):
            yield "reliability", name, getattr(report.reliability, name), NAN, NAN, ""
        curve = report.reliability
        note = "1 - brier / uncertainty; 0 is the base rate alone"
        yield "reliability", "skill", curve.skill, curve.skill_low, curve.skill_high, note
    if report.power is not None:
        counted = getattr(report.power, "counted", "")
        for row in report.power.to_frame().to_dict("records"):
            quantity = f"size {row['size']:.4g}, {row['n_events']} earthquakes"
            note = f"{row['n']} simulated studies{f'; {counted}' if counted else ''}"
            yield "power", quantity, row["power"], row["low"], row["high"], note
        for name, value in getattr(report.power, "effect", {}).items():
            yield "power", f"planted: {name}", NAN, NAN, NAN, str(value)
    if report.molchan is not None:
        curve = report.molchan
        for name in ("area_skill_score", "p_value", "n_events", "coverage"):
            yield "molchan", name, _number(getattr(curve, name)), NAN, NAN, ""
    for section in ("settings", "versions"):
        for name, text in getattr(report, section).items():
            yield section, name, NAN, NAN, NAN, text


def _scores(section, evaluation):
    for name in CHANCE:
        score = getattr(evaluation, name)
        yield section, name, score.value, score.low, score.high, f"{score.n_units} units ({score.unit})"
    for name, value in evaluation.paper.items():
        if np.ndim(value) == 0:
            yield section, f"paper's {name}", _number(value), NAN, NAN, "paper's score: three classes"


def _samples(report):
    evaluation = report.evaluation
    yield "samples", "tested rows of evidence", evaluation.n, NAN, NAN, "true class 0 or 1"
    yield "samples", "their events and controls", evaluation.n_events, NAN, NAN, ""
    yield "samples", "effective number", evaluation.effective_number, NAN, NAN, "of these events"


def _nulls(report):
    if report.null is not None:
        for name, row in _each(report.null.to_frame().set_index("null")):
            for quantity, value in row.items():
                yield "null", f"{name}: {quantity}", _number(value), NAN, NAN, ""
        yield "null", "p_value", report.null.p_value, NAN, NAN, "largest over the nulls"
    for name, row in _each(report.score_nulls):
        for quantity in ("observed", "mean", "quantile", "p_value", "resolution", "n"):
            yield "score null", f"{name}: {quantity}", row[quantity], NAN, NAN, row["tells"]


def _each(frame):
    return () if frame is None else ((index, row) for index, row in frame.iterrows())


def _number(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        return NAN
