"""Whether an effect would have been seen: power at a size, as far as it is that of the headline."""

from __future__ import annotations

from skquake.report._checks import Check
from skquake.report._facts import Facts, known, label, label_of, level, percent, units

POWERED = 0.8  # share of studies that must see an effect
MORE = (
    1.05  # times the earthquakes up to which it is that of this study: each draw of controls leaves some out
)
FEWER = 0.8  # share of the earthquakes below which power is that of a smaller study, beyond its own interval
WIDE = {"seismic_mcc": 0.4, "seismic_auc": 0.2, "event_auc": 0.2}  # widths of intervals that say little


def check_power(facts: Facts) -> Check:
    """Whether enough studies with an effect of the size given would see it."""
    name = "An effect would have been seen"
    if not known(facts):
        return Check(name, False, f"{units(facts)}: no interval says what is possible")
    possible = f"anything from {facts.low:+z.2f} to {facts.high:+z.2f} is possible"
    wide = facts.high - facts.low > WIDE[facts.score]
    if facts.effect_power is None:
        return Check(name, False if wide else None, possible if wide else f"no power curve; {possible}")
    said = "" if facts.effect_declared else "the largest planted, none was declared"
    which = "; ".join(part for part in (said, facts.effect_planted) if part)
    finding = (
        f"an effect of size {facts.effect_size:.3g}{f' ({which})' if which else ''} would be seen in "
        f"{percent(facts.effect_power)}{_interval(facts)} of such studies"
    )
    if facts.power_score and facts.power_score != facts.score:
        other = f"power was counted in the {label_of(facts.power_score)}, not in the {label(facts)}"
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
    if facts.power_low is not None and facts.power_low < POWERED:
        few = f"too few were tried to know that it is {percent(POWERED)}"
        return Check(name, None, f"{finding}: {few}")
    return Check(name, True if facts.effect_declared else None, finding)


def _interval(facts: Facts) -> str:
    if facts.power_low is None or facts.power_high is None:
        return ""
    return f" [{100 * facts.power_low:.0f}, {100 * facts.power_high:.0f}]"


def _counted_otherwise(facts: Facts) -> tuple[list[str], list[str]]:
    """In what the power was counted more easily than the headline, and more hardly."""
    easier, harder = [], []
    counted, declared = facts.power_nulls, facts.headline_nulls
    under = f"under {', '.join(counted) or 'unknown nulls'}, the p is the largest over {', '.join(declared)}"
    if set(declared) - set(counted):
        easier.append(under)
    elif declared and set(counted) - set(declared):
        harder.append(under)
    if facts.power_alpha is not None and facts.power_alpha != level(facts):
        (easier if facts.power_alpha > level(facts) else harder).append(f"at p <= {facts.power_alpha:g}")
    size, largest = facts.effect_size, facts.power_largest
    if size is not None and largest is not None and abs(size) > abs(largest):
        harder.append(f"up to a size of {largest:.3g}")
    n = facts.power_earthquakes
    if n is not None and facts.n_sampled is not None:
        if n > MORE * facts.n_sampled:
            easier.append(f"for {n} earthquakes, {facts.n_sampled} have samples")
        elif n < FEWER * facts.n_sampled:
            harder.append(f"for {n} earthquakes only, {facts.n_sampled} have samples")
    return easier, harder
