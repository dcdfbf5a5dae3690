"""The verdict: fixed rules from numbers to a line in words."""

from __future__ import annotations

from typing import NamedTuple

from skquake.report import _checks
from skquake.report._checks import PROBES, Check
from skquake.report._facts import Facts, level
from skquake.report._power_check import check_power

# Check -> what stands in the line where it was not examined.
_EXAMINED = (
    ("null", "never-happened catalogs"),
    ("place", "place"),
    ("circumstances", "circumstances"),
    ("place and date", "place and date"),
    ("leakage", "shared observations"),
    ("balance", "unlike controls"),
    ("power", "power"),
    ("units", "numbers of earthquakes and units"),
)


class Verdict(NamedTuple):
    """What the numbers of a report allow to say.

    Attributes
    ----------
    code : str
        "leakage", "few", "design", "below", "probe", "null", "underpowered", "chance", "unbalanced",
        "untested" or "differs".
    text : str
        One line.
    checks : tuple of Check
        Every question in the order of the rules, decisive or not.
    """

    code: str
    text: str
    checks: tuple[Check, ...] = ()


def judge(facts: Facts) -> Verdict:
    """The verdict on a score.

    The first rule that applies gives the line; the answers to all questions stand in ``checks``.

    1. **leakage**: training and test share observations, events, pairs or (where they are known) clusters
       of aftershocks. The score means nothing.
    2. **few**: fewer than 20 tested earthquakes, or fewer than 12 units, or fewer than five for an interval.
       They bear no claim, neither of a difference nor of its absence.
    3. **design**: a probe that sees no observation is itself above chance (the low end of its interval)
       under matched controls. The samples betray their class; no score on them is evidence.
    4. **below**: the 95 % interval of the score lies below chance. Something is reversed or torn apart:
       a fault of the design, not an absence of evidence.
    5. **probe**: the score is above chance, but the 95 % interval of its paired difference to the
       location probe, then to the metadata, then to the place-and-date probe, reaches zero.
    6. **null**: the largest p over the declared nulls exceeds 0.05; without a catalog null, that of
       labels dealt anew to given scores, in a way that a score without any error could beat. It is
       **underpowered** instead where the least possible p exceeds 0.05, or an effect would have been missed
       (below). A p of 0.05 or less does not count where the score rests on fewer tested earthquakes than
       those of null catalogs, and no p where the null test observed another score than this one: they count
       as not examined.
    7. **chance**: the 95 % interval of the score reaches chance; **underpowered** likewise.
    8. **unbalanced**: controls without an earthquake of their own, or a covariate that
       differs by more than 0.1 standard deviations.
    9. **underpowered**: the score passed so far, but an effect would have been missed (below): what such a
       study finds is more often luck, and exaggerated.
    10. **untested**: the score passed all that was examined, but the catalog null, a probe, leakage, the
        power, the balance, or how many earthquakes and units there are, was not examined. Without a catalog
        null a verdict gets no further than this.
    11. **differs**: it passed everything. The input differs before earthquakes; that is no precursor
        until it is replicated on other data.

    Power is known from a number of studies, and the line prints its interval. It is enough where the low end
    is 80 % or more; where the power is 80 % or more and the low end is not, it counts as not examined. An
    effect would have been missed where fewer than 80 % of studies with an effect of the size given see it,
    and where the interval of the score is wider than 0.4 (MCC) or 0.2 (AUC),
    whatever the power curve says. The p of a power curve must be the largest over the nulls that the
    headline p is the largest of, at most 0.05, in the same score and for no more earthquakes (by a
    twentieth); else its power is an upper bound: too little of it refutes, enough of it is not counted. For
    fewer earthquakes (by more than a fifth), under more nulls or at a smaller p it is a lower bound: enough
    of it counts, too little refutes nothing.

    Of a registered analysis (`Look`) the line begins with the seal of its plan, or with "exploratory, look
    3"; the third look passes the null at 0.05 / 3 only.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    Verdict

    Examples
    --------
    >>> from skquake.report import Comparison, Facts, judge
    >>> judge(Facts(0.77, 0.70, 0.83, place=Comparison(0.79, -0.02, -0.06, 0.02))).text
    'no evidence: place alone reaches 0.79, the model 0.77 (difference -0.02 [-0.06, +0.02])'
    """
    checks = {
        "leakage": _checks.check_leakage(facts),
        "chance": _checks.check_chance(facts),
        "place": _checks.check_probe("place", facts.place, facts),
        "circumstances": _checks.check_probe("circumstances", facts.circumstances, facts),
        "place and date": _checks.check_probe("place and date", facts.place_and_date, facts),
        "units": _checks.check_numbers(facts),
        "design": _checks.check_design(facts),
        "side": _checks.check_side(facts),
        "null": _checks.check_null(facts),
        "power": check_power(facts),
        "balance": _checks.check_balance(facts),
    }
    code, text = _decide(facts, checks)
    if facts.look is not None:
        text = f"{facts.look}: {text}"
    return Verdict(code, text, tuple(checks.values()))


def _decide(facts: Facts, checks: dict[str, Check]) -> tuple[str, str]:
    if checks["leakage"].passed is False:
        return "leakage", f"leakage: {checks['leakage'].finding}: the score means nothing"
    if checks["units"].passed is False:
        return "few", f"too few for any claim: {checks['units'].finding}"
    if checks["design"].passed is False:
        return (
            "design",
            f"the design fails: {checks['design'].finding}; no score on these samples is evidence",
        )
    if checks["side"].passed is False:
        return (
            "below",
            f"below chance: {checks['side'].finding}; look for labels reversed or pairs torn apart",
        )
    if checks["chance"].passed:
        for probe in PROBES:
            if checks[probe].passed is False:
                return "probe", f"no evidence: {checks[probe].finding}"
    too_weak = checks["power"].passed is False
    for code in ("null", "chance"):
        if checks[code].passed is False:
            if code == "null" and facts.resolution is not None and facts.resolution > level(facts):
                return "underpowered", f"underpowered: {checks[code].finding}"
            if too_weak:
                return "underpowered", f"underpowered: {checks['power'].finding}; {checks[code].finding}"
            return code, f"no evidence: {checks[code].finding}"
    if checks["balance"].passed is False:
        return "unbalanced", f"unbalanced controls: {checks['balance'].finding}"
    if too_weak:
        return "underpowered", f"underpowered: {checks['power'].finding}; {checks['chance'].finding}"
    absent = [name for key, name in _EXAMINED if checks[key].passed is None]
    if absent:
        return "untested", f"not tested against {', '.join(absent)}: {checks['chance'].finding}"
    number = (
        "" if facts.reports is None or facts.reports < 2 else f"; report {facts.reports} on these samples"
    )
    who = f" ({facts.population})" if facts.population else ""
    return (
        "differs",
        f"the input differs before earthquakes{who}: p = {facts.p_value:.2g}, above place, circumstances and "
        f"date, at matched controls{number}; not a precursor until replicated on other data",
    )
