"""The figures of a report, as images inside the page."""

from __future__ import annotations

import base64
import io
from typing import NamedTuple

import pandas as pd
from markupsafe import Markup

from skquake._core._colors import PALETTE
from skquake.report._facts import CHANCE

_MANY = 20_000  # marks of a figure; more are drawn as pixels
_PIXELS = 125  # of the page per inch of print: text of a figure is little smaller than that around it


class Figure(NamedTuple):
    """An image as a data URL, what it shows for who cannot see it, its caption, and its width in pixels."""

    url: str
    alt: str
    caption: str
    width: int


def figures(report):
    """The figures that apply to a report: {section: [Figure, ...]}."""
    import skquake.plotting as plotting

    said = {"model": (report.evaluation.y, report.evaluation.proba)}
    drawn = [
        (
            "scores",
            _scores(report),
            f"The model reaches {getattr(report.evaluation, report.scoring)}; the probes stand below it",
            _keyed("The model {model} beside probes {probe} that see no observation; the line is chance."),
        )
    ]
    if report.null is not None:
        drawn.append(
            (
                "null",
                plotting.NullDistributionDisplay.from_result(report.null),
                f"Scores on catalogs that never happened around the real one, p = {report.null.p_value:.2g}",
                _keyed("The score on the catalog that happened {seismic} among those on others {null}."),
            )
        )
    if report.balance is not None and len(report.balance):
        drawn.append(
            (
                "controls",
                plotting.BalanceDisplay(report.balance),
                "Absolute standardised difference of each covariate, as in the table",
                "How far seismic and control samples differ in what is no observation.",
            )
        )
    if report.splits is not None:
        X, y = report.samples.X, report.samples.y
        drawn.append(
            (
                "splits",
                plotting.SplitTimelineDisplay.from_folds(report.folds, X, y if "lead_days" in X else None),
                f"Times of the rows that each of {len(report.folds)} folds trains on, purges and tests",
                "When each fold trains, purges and tests.",
            )
        )
    if report.power is not None:
        drawn.append(
            (
                "power",
                plotting.PowerCurveDisplay(report.power),
                "Share of studies that see an effect, by its size, as in the table",
                "How often an effect of a given size is seen in a study like this one.",
            )
        )
    if report.molchan is not None:
        drawn.append(
            (
                "alarms",
                plotting.MolchanDisplay(report.molchan),
                f"Molchan diagram, area skill score {report.molchan.area_skill_score:.2f} (chance 0.50)",
                _keyed(
                    "Missed earthquakes against alarmed space and time. Inside the band {null} lies chance."
                ),
            )
        )
    if report.reliability is not None:
        drawn.append(
            (
                "alarms",
                plotting.ReliabilityDisplay(report.reliability),
                f"Observed frequency against probability, Brier skill {report.reliability.skill:.2f}",
                "How often a probability comes true: the diagonal is perfect, the dashed line the base rate.",
            )
        )
    drawn.append(
        (
            "alarms",
            plotting.ConfusionDisplay.from_predictions(said),
            "Rows by true and predicted class, with shares of the row and of the column",
            "Rows by true and predicted class: the paper's view. Class 2 is no evidence.",
        )
    )
    found: dict[str, list[Figure]] = {}
    for section, display, alt, caption in drawn:
        panels = len(report.null.p_values) if section == "null" else 1
        many = section == "splits" and len(report.folds) * len(report.samples.X) > _MANY
        found.setdefault(section, []).append(Figure(*_draw(display, panels, many, alt, caption)))
    return found


def _scores(report):
    from skquake.plotting import ScoreDisplay

    named = {"model": report.evaluation}
    named |= {f"{name} probe": probe for name, probe in report.probes.items()}
    rows = [
        evaluation.to_frame().assign(model=name, panel="", probe=name != "model")
        for name, evaluation in named.items()
    ]
    return ScoreDisplay(pd.concat(rows), score=report.scoring, chance=CHANCE[report.scoring])


def _keyed(words):
    """A caption with the colour of each role named in braces."""
    keys = {role: Markup('<i style="background: var(--{})"></i>').format(role) for role in PALETTE}
    return Markup(words).format(**keys)


def _draw(display, panels, many, alt, caption):
    """Parts of a figure: more than three panels stand in rows of two, many marks become pixels."""
    import matplotlib.pyplot as plt

    from skquake.plotting._sheet import style
    from skquake.plotting._style import DOUBLE

    with style(), plt.rc_context({"svg.fonttype": "path"}):
        axes = None
        if panels > 3:
            rows = (panels + 1) // 2
            _, axes = plt.subplots(rows, 2, figsize=(DOUBLE, 2.6 * rows), layout="constrained")
            for spare in axes.flat[panels:]:
                spare.set_visible(False)
            axes = axes.flat[:panels]
        figure = display.plot(ax=axes).figure_
        try:
            buffer = io.BytesIO()
            width = round(_PIXELS * figure.get_figwidth())
            options = {"format": "png", "dpi": 200} if many else {"format": "svg", "metadata": {"Date": None}}
            figure.savefig(buffer, bbox_inches="tight", **options)
        finally:
            plt.close(figure)
    kind = "png" if many else "svg+xml"
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}", alt, caption, width
