"""A report as one page."""

from __future__ import annotations

import inspect
import re
from functools import cache

from skquake.report._controls import control_tables, population
from skquake.report._figures import figures
from skquake.report._tables import tables
from skquake.report._verdict import judge

# Heading and lead of each section, in this order; one with neither table nor figure is left out.
SECTIONS = {
    "scores": (
        "Score",
        "Rows of class 2 (space weather) are no evidence and do not count. Probes see no observation: one "
        "knows the place, one the circumstances (local time, season, geomagnetic activity, magnitude), one "
        "place and date.",
    ),
    "null": ("Nulls", "What the score is where no earthquake can have made it."),
    "mirrored": (
        "Before and after",
        "The same analysis of the days after earthquakes, where co-seismic effects and aftershocks are "
        "expected, and with controls that lie before, or after, their earthquakes only.",
    ),
    "controls": (
        "Controls",
        "What differs between seismic and control samples tells them apart without any earthquake. What "
        "decides which earthquakes are kept decides which of them a score speaks of.",
    ),
    "splits": ("Splits", ""),
    "power": ("Power", "What a study like this one would see of an effect."),
    "alarms": ("Probabilities and alarms", ""),
}
TONES = {
    "leakage": "bad",
    "design": "bad",
    "below": "bad",
    "few": "open",
    "unbalanced": "bad",
    "untested": "open",
    "underpowered": "open",
    "differs": "good",
}


def render(report):
    """The whole page."""
    found, drawn = tables(report), figures(report)
    found["controls"] = [*found.get("controls", []), *control_tables(report.samples, report.catalog)]
    sections = [
        {
            "name": name,
            "heading": heading,
            "lead": lead,
            "tables": found.get(name, []),
            "figures": drawn.get(name, []),
        }
        for name, (heading, lead) in SECTIONS.items()
        if found.get(name) or drawn.get(name)
    ]
    return _template("page.html").render(
        report=report,
        population=population(report.samples),
        sections=sections,
        **rules(),
        tone=_tone(report),
    )


def render_verdict(report):
    """The verdict alone, for a notebook."""
    return _template("verdict.html").render(report=report, tone=_tone(report))


def _tone(report):
    return TONES.get(report.verdict.code, "none")


def rules():
    """How `judge` documents itself: the rules in order, [(code, words), ...], and what they rest on."""
    text = inspect.getdoc(judge) or ""
    found = re.findall(r"^\d+\. \*\*(\w+)\*\*: ((?:.+\n)+?)(?=\d+\. |\n)", text, re.MULTILINE)
    rest = re.search(r"^Power is known (?:.+\n)+", text, re.MULTILINE)
    rules = [(code, " ".join(words.replace("*", "").split())) for code, words in found]
    return {"rules": rules, "rest": " ".join(rest[0].split()) if rest else ""}


@cache
def _template(name):
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("skquake.report")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)
