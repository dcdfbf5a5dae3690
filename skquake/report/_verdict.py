"""The verdict: fixed rules from numbers to a line in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

ALPHA = 0.05
POWERED = 0.8  # share of studies that must see an effect
LEAST_UNITS = 12  # of the interval: a dozen blocks of time
LEAST_EARTHQUAKES = 20  # fewer bear no claim, whatever their scores: intervals of so few are those of luck
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


class Comparison(NamedTuple):
    """A probe's score, and the model's score minus it, with the interval of the difference.

    Attributes
    ----------
    probe : float
        Score of the probe.
    value, low, high : float
        Model minus probe, and its 95 % interval.
    probe_low : float or None
        Low end of the probe's own interval, which all probes together leave upwards by chance in 2.5 % of
        studies; None or NaN where it is not known.
    """

    probe: float
    value: float
    low: float
    high: float
    probe_low: float | None = None


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
    n_earthquakes : int or None
        Tested earthquakes.
    place, circumstances, place_and_date : Comparison or None
        With the location, the metadata and the place-and-date probe, on the same rows.
    p_value, null, null_share, resolution : float, str, float, float or None
        Largest p over the nulls; the null it comes from, the share of whose catalogs reach the score,
        and the least p that it could have given.
    unlike : str
        Where the number of tested earthquakes is unlike that of null catalogs: what both are; else "".
    spreads_more : bool
        Whether the score counts fewer of them than null catalogs do, so that its p is small too often.
    permutation, permutation_p : str, float or None
        A null from the scores alone: its name and p-value. It can refute, not confirm.
    effect_size, effect_power : float or None
        A planted size, and the share of such studies that see it.
    effect_declared : bool
        Whether the size was declared; else it is the largest that was planted.
    effect_planted : str
        What was planted, in words: in which share of the earthquakes, of which sign, on which days.
    power_nulls, headline_nulls : tuple of str
        The nulls over which the p is the largest: that of the power curve, and the headline p.
    power_alpha, power_score : float or None, str
        Up to which p an effect counted as found, and in which score; None and "" where that is not known.
    power_largest : float or None
        The largest size planted; power at a larger one is a lower bound.
    power_earthquakes, n_sampled : int or None
        Number of earthquakes that the power was counted for, and of those that have samples.
    matched : bool or None
        Whether every control belongs to an earthquake.
    unbalanced : dict of {str: float} or None
        Covariates that differ between seismic and control samples, with their standardised differences.
    reports : int or None
        Which report on these samples this is, as far as that can be counted.
    interval : str
        What the interval is (`skquake.model_selection.Evaluation`); "" where that is not known.
    population : str or None
        Whom the samples speak of (which earthquakes kept a control); None where that is not known.
    """

    value: float
    low: float
    high: float
    score: str = "seismic_mcc"
    n_test: int = 0
    n_units: int | None = None
    shared: dict[str, int] | None = None
    n_earthquakes: int | None = None
    place: Comparison | None = None
    circumstances: Comparison | None = None
    place_and_date: Comparison | None = None
    p_value: float | None = None
    null: str = ""
    null_share: float | None = None
    resolution: float | None = None
    unlike: str = ""
    spreads_more: bool = False
    permutation: str = ""
    permutation_p: float | None = None
    effect_size: float | None = None
    effect_power: float | None = None
    effect_declared: bool = True
    effect_planted: str = ""
    power_nulls: tuple[str, ...] = ()
    headline_nulls: tuple[str, ...] = ()
    power_alpha: float | None = None
    power_score: str = ""
    power_largest: float | None = None
    power_earthquakes: int | None = None
    n_sampled: int | None = None
    matched: bool | None = None
    unbalanced: dict[str, float] | None = None
    reports: int | None = None
    interval: str = ""
    population: str | None = None


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
       labels dealt anew to given scores. It is **underpowered** instead where the least possible p
       exceeds 0.05, or an effect would have been missed (below). A p of 0.05 or less does not count where the
       score rests on fewer tested earthquakes than those of null catalogs: it counts as not examined.
    7. **chance**: the 95 % interval of the score reaches chance; **underpowered** likewise.
    8. **unbalanced**: controls without an earthquake of their own, or a covariate that
       differs by more than 0.1 standard deviations.
    9. **underpowered**: the score passed so far, but an effect would have been missed (below): what such a
       study finds is more often luck, and exaggerated.
    10. **untested**: the score passed all that was examined, but the catalog null, a probe, leakage, the
       power or the balance was not examined. Without a catalog null a verdict gets no further than this.
    11. **differs**: it passed everything. The input differs before earthquakes; that is no precursor
       until it is replicated on other data.

    An effect would have been missed where fewer than 80 % of studies with an effect of the
    size given see it, and where the interval of the score is wider than 0.4 (MCC) or 0.2 (AUC),
    whatever the power curve says. The p of a power curve must be the largest over the nulls that the
    headline p is the largest of, at most 0.05, in the same score and for no more earthquakes; else its
    power is an upper bound: too little of it refutes, enough of it is not counted.

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
        "place and date": _probe("place and date", facts.place_and_date, facts),
        "units": _least(facts),
        "design": _design(facts),
        "side": _side(facts),
        "null": _null(facts),
        "power": _power(facts),
        "balance": _balance(facts),
    }
    code, text = _decide(facts, checks)
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
        for probe in _PROBES:
            if checks[probe].passed is False:
                return "probe", f"no evidence: {checks[probe].finding}"
    too_weak = checks["power"].passed is False
    for code in ("null", "chance"):
        if checks[code].passed is False:
            if code == "null" and facts.resolution is not None and facts.resolution > ALPHA:
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


_PROBES = ("place", "circumstances", "place and date")
# Check -> what stands in the line where it was not examined.
_EXAMINED = (
    ("null", "never-happened catalogs"),
    ("place", "place"),
    ("circumstances", "circumstances"),
    ("place and date", "place and date"),
    ("leakage", "shared observations"),
    ("balance", "unlike controls"),
    ("power", "power"),
)


def _least(facts: Facts) -> Check:
    """Whether there are enough earthquakes and units for any claim."""
    name = "Enough for a claim"
    if not _known(facts):
        return Check(name, False, _chance(facts).finding)
    for n, what, least in (
        (facts.n_earthquakes, "tested earthquake", LEAST_EARTHQUAKES),
        (facts.n_units, "unit", LEAST_UNITS),
    ):
        if n is not None and n < least:
            return Check(name, False, f"{n} {what}{'' if n == 1 else 's'}, a claim takes at least {least}")
    if facts.n_units is None and facts.n_earthquakes is None:
        return Check(name, None, "numbers of earthquakes and units are not known")
    return Check(
        name, True, f"{_number(facts.n_earthquakes)} tested earthquakes, {_number(facts.n_units)} units"
    )


def _design(facts: Facts) -> Check:
    """Whether samples of a matched design tell their class without any observation."""
    name = "Probes at chance under matched controls"
    found = dict(zip(_PROBES, (facts.place, facts.circumstances, facts.place_and_date), strict=True))
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


def _side(facts: Facts) -> Check:
    """Whether the score lies on the side of chance that an effect can put it on."""
    if not _known(facts):
        return Check("Not below chance", None, "no interval")
    below = facts.high < CHANCE[facts.score]
    finding = f"{_label(facts)} {facts.value:z.2f} [{facts.low:z.2f}, {facts.high:z.2f}]"
    return Check("Not below chance", not below, f"{finding} is {'' if below else 'not '}below chance")


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
    label = _label(facts)
    if not _known(facts):
        finding = f"{label} {facts.value:z.2f} rests on {_units(facts)}: too few for an interval"
        return Check("Above chance", None, finding)
    above = facts.low > CHANCE[facts.score]
    kind = f" ({facts.interval})" if facts.interval else ""
    finding = f"{label} {facts.value:z.2f} [{facts.low:z.2f}, {facts.high:z.2f}]{kind}"
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
    finding = f"{reached}, p = {facts.p_value:.2g}"
    if facts.unlike:
        finding += f"; {facts.unlike}"
    if facts.p_value <= ALPHA and facts.spreads_more:
        return Check(name, None, f"{finding}: not exchangeable, so that this p counts for nothing")
    return Check(name, facts.p_value <= ALPHA, finding)


def _power(facts: Facts) -> Check:
    name = "An effect would have been seen"
    if not _known(facts):
        return Check(name, False, f"{_units(facts)}: no interval says what is possible")
    possible = f"anything from {facts.low:+z.2f} to {facts.high:+z.2f} is possible"
    wide = facts.high - facts.low > WIDE[facts.score]
    if facts.effect_power is None:
        return Check(name, False if wide else None, possible if wide else f"no power curve; {possible}")
    said = "" if facts.effect_declared else "the largest planted, none was declared"
    which = "; ".join(part for part in (said, facts.effect_planted) if part)
    finding = (
        f"an effect of size {facts.effect_size:.3g}{f' ({which})' if which else ''} would be seen in "
        f"{_percent(facts.effect_power)} of such studies"
    )
    if facts.power_score and facts.power_score != facts.score:
        other = f"power was counted in the {_label_of(facts.power_score)}, not in the {_label(facts)}"
        return Check(name, False if wide else None, f"{possible}; {other}")
    easier, harder = _counted_otherwise(facts)
    said = f"; power was counted {'; '.join(easier + harder)}" if easier or harder else ""
    if facts.effect_power < POWERED:
        at_most = " at most" if easier and not harder else ""
        return Check(name, None if harder else False, f"{finding}{at_most}{said}")
    if wide:
        return Check(name, False, f"{possible}, though {finding}{said}")
    if easier:
        return Check(name, None, f"{finding}{said}")
    return Check(name, True if facts.effect_declared else None, finding)


def _counted_otherwise(facts: Facts) -> tuple[list[str], list[str]]:
    """In what the power was counted more easily than the headline, and more hardly."""
    easier, harder = [], []
    counted, declared = facts.power_nulls, facts.headline_nulls
    under = f"under {', '.join(counted) or 'unknown nulls'}, the p is the largest over {', '.join(declared)}"
    if set(declared) - set(counted):
        easier.append(under)
    elif declared and set(counted) - set(declared):
        harder.append(under)
    if facts.power_alpha is not None and facts.power_alpha != ALPHA:
        (easier if facts.power_alpha > ALPHA else harder).append(f"at p <= {facts.power_alpha:g}")
    size, largest = facts.effect_size, facts.power_largest
    if size is not None and largest is not None and abs(size) > abs(largest):
        harder.append(f"up to a size of {largest:.3g}")
    n = facts.power_earthquakes
    if n is not None and facts.n_sampled is not None and n > facts.n_sampled:
        easier.append(f"for {n} earthquakes, {facts.n_sampled} have samples")
    return easier, harder


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
    return Check(name, True, f"{matched}no covariate differs by more than 0.1 standard deviations")


def _label(facts: Facts) -> str:
    return _label_of(facts.score)


def _label_of(score: str) -> str:
    return score.replace("_", " ").replace("mcc", "MCC").replace("auc", "AUC")


def _number(n: int | None) -> str:
    return "unknown" if n is None else str(n)


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
