"""The questions that a verdict asks of a score, one a function, but for power."""

from __future__ import annotations

import math
from typing import NamedTuple

from skquake.report._facts import (
    CHANCE,
    Comparison,
    Facts,
    known,
    label,
    level,
    number,
    percent,
    units,
)

LEAST_UNITS = 12  # of the interval: a dozen blocks of time
LEAST_EARTHQUAKES = 20  # fewer bear no claim, whatever their scores: intervals of so few are those of luck
PROBES = ("place", "circumstances", "place and date")


class Check(NamedTuple):
    """One question to a score, and its answer.

    Attributes
    ----------
    name : str
    passed : bool or None
        None: not examined.
    finding : str
        The answer, in numbers.
    """

    name: str
    passed: bool | None
    finding: str


def check_numbers(facts: Facts) -> Check:
    """Whether there are enough earthquakes and units for any claim."""
    name = "Enough for a claim"
    if not known(facts):
        return Check(name, False, check_chance(facts).finding)
    for n, what, least in (
        (facts.n_earthquakes, "tested earthquake", LEAST_EARTHQUAKES),
        (facts.n_units, "unit", LEAST_UNITS),
    ):
        if n is not None and n < least:
            return Check(name, False, f"{n} {what}{'' if n == 1 else 's'}, a claim takes at least {least}")
    finding = f"{number(facts.n_earthquakes)} tested earthquakes, {number(facts.n_units)} units"
    if facts.n_units is None or facts.n_earthquakes is None:
        return Check(name, None, finding.replace("unknown", "an unknown number of"))
    return Check(name, True, finding)


def check_design(facts: Facts) -> Check:
    """Whether samples of a matched design tell their class without any observation."""
    name = "Probes at chance under matched controls"
    found = dict(zip(PROBES, (facts.place, facts.circumstances, facts.place_and_date), strict=True))
    known = {
        what: probe
        for what, probe in found.items()
        if probe is not None and probe.probe_low is not None and math.isfinite(probe.probe_low)
    }
    above = [
        f"{what} alone {'reaches' if what == 'place' else 'reach'} {probe.probe:z.2f} "
        f"(interval from {probe.probe_low:z.2f})"
        for what, probe in known.items()
        if probe.probe_low is not None and probe.probe_low > CHANCE[facts.score]
    ]
    if above and facts.matched is False:
        return Check(name, None, f"controls are not matched; {', '.join(above)}")
    if above:
        return Check(name, False, ", ".join(above))
    if not known:
        return Check(name, None, "not examined")
    absent = [what for what in found if what not in known]
    rest = f"; not examined: {', '.join(absent)}" if absent else ""
    return Check(name, True, f"no interval of {', '.join(known)} alone lies above chance{rest}")


def check_side(facts: Facts) -> Check:
    """Whether the score lies on the side of chance that an effect can put it on."""
    if not known(facts):
        return Check("Not below chance", None, "no interval")
    below = facts.high < CHANCE[facts.score]
    finding = f"{label(facts)} {facts.value:z.2f} [{facts.low:z.2f}, {facts.high:z.2f}]"
    return Check("Not below chance", not below, f"{finding} is {'' if below else 'not '}below chance")


def check_leakage(facts: Facts) -> Check:
    """Whether training and test have anything in common."""
    name = "Training and test share nothing"
    if facts.shared is None:
        return Check(name, None, "not examined")
    kinds = ("events", "pairs", "clusters")
    rows, *others = found = [int(facts.shared.get(what, 0)) for what in ("observations", *kinds)]
    if not any(found) and "observations" not in facts.shared:
        return Check(
            name, None, "no events or pairs; what the rows have seen (obs_start, obs_end) is not known"
        )
    if not any(found):
        return Check(name, True, f"none of {facts.n_test} test rows shares anything with training")
    words = [f"{rows} of {facts.n_test} test rows share observations with training"] if rows else []
    words += [
        f"{n} {what if n > 1 else what[:-1]} in training and test"
        for n, what in zip(others, kinds, strict=True)
        if n
    ]
    return Check(name, False, ", ".join(words))


def check_chance(facts: Facts) -> Check:
    """Whether the interval of the score lies above chance."""
    what = label(facts)
    if not known(facts):
        finding = f"{what} {facts.value:z.2f} rests on {units(facts)}: too few for an interval"
        return Check("Above chance", None, finding)
    above = facts.low > CHANCE[facts.score]
    kind = f" ({facts.interval})" if facts.interval else ""
    finding = f"{what} {facts.value:z.2f} [{facts.low:z.2f}, {facts.high:z.2f}]{kind}"
    finding += f" is {'' if above else 'not '}above chance"
    if facts.low == facts.high == CHANCE[facts.score]:  # whatever is drawn: a model without any opinion
        finding += ": the model answers the same for all samples"
    return Check("Above chance", above, finding)


def check_probe(name: str, found: Comparison | None, facts: Facts) -> Check:
    """Whether the score is above that of a probe, by their paired difference."""
    if found is None:
        return Check(f"Above {name} alone", None, "not examined")
    known = math.isfinite(found.low) and math.isfinite(found.high)
    interval = f" [{found.low:+z.2f}, {found.high:+z.2f}]" if known else ", without an interval"
    finding = (
        f"{name} alone {'reaches' if name == 'place' else 'reach'} {found.probe:z.2f}, the model "
        f"{facts.value:z.2f} (difference {found.value:+z.2f}{interval})"
    )
    return Check(f"Above {name} alone", found.low > 0.0 if known else None, finding)


def check_null(facts: Facts) -> Check:
    """Whether few enough catalogs that never happened reach the score."""
    name = "Rare among catalogs that never happened"
    if facts.p_value is None:
        if facts.permutation_p is None:
            return Check(name, None, "not examined")
        dealt = f"{facts.permutation} give p = {facts.permutation_p:.2g}"
        if facts.permutation_p > level(facts):
            return Check(name, False, dealt)
        return Check(name, None, f"not examined; {dealt}")
    if facts.null_of_another:
        void = f"so that its p = {facts.p_value:.2g} counts for nothing"
        return Check(name, None, f"{facts.null_of_another}, {void}")
    most = level(facts)
    if facts.p_value > most and facts.resolution is not None and facts.resolution > most:
        finding = f"the null ({facts.null}) cannot give a p below {facts.resolution:.2g}: too few of its "
        return Check(name, False, finding + "catalogs are independent")
    reached = f"the null ({facts.null}) reaches this score in {percent(facts.null_share)} of catalogs"
    finding = f"{reached}, p = {facts.p_value:.2g}"
    if facts.unlike:
        finding += f"; {facts.unlike}"
    if facts.look is not None and facts.look.number > 1:
        finding += f"; of look {facts.look.number} it must not exceed {most:.2g}"
    if facts.p_value <= most and facts.spreads_more:
        return Check(name, None, f"{finding}: not exchangeable, so that this p counts for nothing")
    return Check(name, facts.p_value <= most, finding)


def check_balance(facts: Facts) -> Check:
    """Whether controls are like their earthquakes in all but the earthquake."""
    name = "Like compared with like"
    if facts.matched is False:
        return Check(name, False, "controls belong to no earthquake; compare with matched controls")
    if facts.unbalanced is None:
        return Check(name, None, "not examined")
    if facts.unbalanced:
        listed = ", ".join(f"{what} ({by:+z.2f})" for what, by in facts.unbalanced.items())
        return Check(name, False, f"seismic and control samples differ in {listed}")
    matched = "matched controls, " if facts.matched else ""
    return Check(name, True, f"{matched}no covariate differs by more than 0.1 standard deviations")
