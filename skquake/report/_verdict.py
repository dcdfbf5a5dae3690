"""The verdict: fixed rules from numbers to a line in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

ALPHA = 0.05
POWERED = 0.8  # share of studies that must see an effect
WIDE = {"seismic_mcc": 0.4, "seismic_auc": 0.2, "event_auc": 0.2}  # widths of intervals that say little
CHANCE = {"seismic_mcc": 0.0, "seismic_auc": 0.5, "event_auc": 0.5}


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


class Verdict(NamedTuple):
    """What the numbers of a report allow to say.

    Attributes
    ----------
    code : str
        "leakage", "probe", "null", "underpowered", "chance", "unbalanced", "untested" or "differs".
    text : str
        One line.
    checks : tuple of Check
        Every question in the order of the rules, decisive or not.
    """

    code: str
    text: str
    checks: tuple[Check, ...] = ()


class Comparison(NamedTuple):
    """A probe's score, and the model's score minus it, with the interval of the difference."""

    probe: float
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Facts:
    """The numbers that a verdict rests on; None where something was not examined.

    Attributes
    ----------
    value, low, high : float
        The score and its 95 % interval; NaN where there are too few units for one.
    score : {"seismic_mcc", "seismic_auc", "event_auc"}
    n_test : int
        Tested rows.
    n_units : int or None
        What the interval was resampled from.
    shared : dict of {str: int} or None
        What training and test have in common: ``observations`` (test rows; absent where what they have
        seen is not known), ``events``, ``pairs``, ``clusters``.
    place, circumstances : Comparison or None
        With the location and the metadata probe, on the same rows.
    p_value, null, null_share, resolution : float, str, float, float or None
        Largest p over the nulls; the null it comes from, the share of whose catalogs reach the score,
        and the least p that it could have given.
    permutation, permutation_p : str, float or None
        A null from the scores alone: its name and p-value. It can refute, not confirm.
    effect_size, effect_power : float or None
        A planted size, and the share of such studies that see it.
    matched : bool or None
        Whether every control belongs to an earthquake.
    unbalanced : dict of {str: float} or None
        Covariates that differ between seismic and control samples, with their standardised differences.
    """

    value: float
    low: float
    high: float
    score: str = "seismic_mcc"
    n_test: int = 0
    n_units: int | None = None
    shared: dict[str, int] | None = None
    place: Comparison | None = None
    circumstances: Comparison | None = None
    p_value: float | None = None
    null: str = ""
    null_share: float | None = None
    resolution: float | None = None
    permutation: str = ""
    permutation_p: float | None = None
    effect_size: float | None = None
    effect_power: float | None = None
    matched: bool | None = None
    unbalanced: dict[str, float] | None = None


def judge(facts: Facts) -> Verdict:
    """The verdict on a score.

    The first rule that applies gives the line; the answers to all questions stand in ``checks``.

    1. **leakage**: training and test share observations, events, pairs or (where they are known) clusters
       of aftershocks. The score means nothing.
    2. **probe**: the score is above chance, but the 95 % interval of its paired difference to the
       location probe, or then to the metadata probe, reaches zero.
    3. **null**: the largest p over the declared nulls exceeds 0.05; without a catalog null, that of
       labels dealt anew to given scores. It is **underpowered** instead where the least possible p
       exceeds 0.05, or an effect would have been missed (below).
    4. **chance**: the 95 % interval of the score reaches chance; **underpowered** likewise, and where fewer
       than five units give no interval.
    5. **unbalanced**: controls without an earthquake of their own, or a covariate that
       differs by more than 0.1 standard deviations and by more than chance gives.
    6. **untested**: the score passed all that was examined, but the catalog null, a probe, leakage or
       the balance was not examined. Without a catalog null a verdict gets no further than this.
    7. **differs**: it passed everything. The input differs before earthquakes; that is no precursor
       until it is replicated on other data.

    An effect would have been missed where fewer than 80 % of studies with an effect of the
    size given see it; without a power curve, where the interval of the score is wider than 0.4
    (MCC) or 0.2 (AUC).

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
        "leakage": _leakage(facts),
        "chance": _chance(facts),
        "place": _probe("place", facts.place, facts),
        "circumstances": _probe("circumstances", facts.circumstances, facts),
        "null": _null(facts),
        "power": _power(facts),
        "balance": _balance(facts),
    }
    code, text = _decide(facts, checks)
    return Verdict(code, text, tuple(checks.values()))


def _decide(facts: Facts, checks: dict[str, Check]) -> tuple[str, str]:
    if checks["leakage"].passed is False:
        return "leakage", f"leakage: {checks['leakage'].finding}: the score means nothing"
    if checks["chance"].passed:
        for probe in ("place", "circumstances"):
            if checks[probe].passed is False:
                return "probe", f"no evidence: {checks[probe].finding}"
    for code in ("null", "chance"):
        if checks[code].passed is False:
            too_weak = checks["power"].passed is False
            if code == "null" and facts.resolution is not None and facts.resolution > ALPHA:
                return "underpowered", f"underpowered: {checks[code].finding}"
            if too_weak:
                return "underpowered", f"underpowered: {checks['power'].finding}; {checks[code].finding}"
            return code, f"no evidence: {checks[code].finding}"
    if checks["chance"].passed is None:
        return "underpowered", f"underpowered: {checks['chance'].finding}"
    if checks["balance"].passed is False:
        return "unbalanced", f"unbalanced controls: {checks['balance'].finding}"
    absent = [
        name
        for key, name in (
            ("null", "never-happened catalogs"),
            ("place", "place"),
            ("circumstances", "circumstances"),
            ("leakage", "shared observations"),
            ("balance", "unlike controls"),
        )
        if checks[key].passed is None
    ]
    if absent:
        return "untested", f"not tested against {', '.join(absent)}: {checks['chance'].finding}"
    return (
        "differs",
        f"the input differs before earthquakes: p = {facts.p_value:.2g}, above place and circumstances, at "
        "matched controls; not a precursor until replicated on other data",
    )


def _leakage(facts: Facts) -> Check:
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


def _chance(facts: Facts) -> Check:
    label = facts.score.replace("_", " ").replace("mcc", "MCC").replace("auc", "AUC")
    if not _known(facts):
        finding = f"{label} {facts.value:z.2f} rests on {_units(facts)}: too few for an interval"
        return Check("Above chance", None, finding)
    above = facts.low > CHANCE[facts.score]
    finding = f"{label} {facts.value:z.2f} [{facts.low:z.2f}, {facts.high:z.2f}]"
    return Check("Above chance", above, f"{finding} is {'' if above else 'not '}above chance")


def _probe(name: str, found: Comparison | None, facts: Facts) -> Check:
    if found is None:
        return Check(f"Above {name} alone", None, "not examined")
    known = math.isfinite(found.low) and math.isfinite(found.high)
    interval = f" [{found.low:+z.2f}, {found.high:+z.2f}]" if known else ", without an interval"
    finding = (
        f"{name} alone {'reaches' if name == 'place' else 'reach'} {found.probe:z.2f}, the model "
        f"{facts.value:z.2f} (difference {found.value:+z.2f}{interval})"
    )
    return Check(f"Above {name} alone", found.low > 0.0 if known else None, finding)


def _null(facts: Facts) -> Check:
    name = "Rare among catalogs that never happened"
    if facts.p_value is None:
        if facts.permutation_p is None:
            return Check(name, None, "not examined")
        dealt = f"{facts.permutation} give p = {facts.permutation_p:.2g}"
        if facts.permutation_p > ALPHA:
            return Check(name, False, dealt)
        return Check(name, None, f"not examined; {dealt}")
    if facts.p_value > ALPHA and facts.resolution is not None and facts.resolution > ALPHA:
        finding = f"the null ({facts.null}) cannot give a p below {facts.resolution:.2g}: too few of its "
        return Check(name, False, finding + "catalogs are independent")
    reached = f"the null ({facts.null}) reaches this score in {_percent(facts.null_share)} of catalogs"
    return Check(name, facts.p_value <= ALPHA, f"{reached}, p = {facts.p_value:.2g}")


def _power(facts: Facts) -> Check:
    name = "An effect would have been seen"
    if facts.effect_power is not None:
        finding = (
            f"an effect of size {facts.effect_size:.3g} would be seen in {_percent(facts.effect_power)} "
            "of such studies"
        )
        return Check(name, facts.effect_power >= POWERED, finding)
    if not _known(facts):
        return Check(name, False, f"{_units(facts)}: no interval says what is possible")
    finding = f"anything from {facts.low:+z.2f} to {facts.high:+z.2f} is possible"
    if facts.high - facts.low > WIDE[facts.score]:
        return Check(name, False, finding)
    return Check(name, None, f"no power curve; {finding}")


def _balance(facts: Facts) -> Check:
    name = "Like compared with like"
    if facts.matched is False:
        return Check(name, False, "controls belong to no earthquake; compare with matched controls")
    if facts.unbalanced is None:
        return Check(name, None, "not examined")
    if facts.unbalanced:
        listed = ", ".join(f"{what} ({by:+z.2f})" for what, by in facts.unbalanced.items())
        return Check(name, False, f"seismic and control samples differ in {listed}")
    matched = "matched controls, " if facts.matched else ""
    return Check(name, True, f"{matched}no covariate differs by more than 0.1 and by more than chance")


def _known(facts: Facts) -> bool:
    """Whether the score has an interval."""
    return math.isfinite(facts.low) and math.isfinite(facts.high)


def _units(facts: Facts) -> str:
    if facts.n_units is None:
        return "too few units"
    return f"{facts.n_units} unit{'' if facts.n_units == 1 else 's'}"


def _percent(share: float | None) -> str:
    if share is None:
        return "an unknown share"

    return f"{100 * share:.0f} %" if share >= 0.01 or share == 0 else f"{100 * share:.1g} %"
