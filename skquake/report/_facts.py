"""The numbers that a verdict rests on, and how they are written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from skquake.report._look import Look

ALPHA = 0.05
CHANCE = {"seismic_mcc": 0.0, "seismic_auc": 0.5, "event_auc": 0.5}


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
    null_of_another : str
        In what the null test is not of this score, in words: then its p says nothing of it; else "".
    permutation, permutation_p : str, float or None
        A null from the scores alone: its name and p-value. It can refute, not confirm.
    effect_size, effect_power : float or None
        A planted size, and the share of such studies that see it.
    power_low, power_high : float or None
        95 % interval of that share, from the number of studies tried; None where it is not known, as where
        the power itself is.
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
    look : Look or None
        Which look at a sealed test span this is; None for an analysis without a plan.
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
    null_of_another: str = ""
    permutation: str = ""
    permutation_p: float | None = None
    effect_size: float | None = None
    effect_power: float | None = None
    power_low: float | None = None
    power_high: float | None = None
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
    look: Look | None = None


def level(facts: Facts) -> float:
    """What the p of the nulls must not exceed: later looks at a sealed span share it."""
    return ALPHA if facts.look is None else facts.look.level


def label(facts: Facts) -> str:
    return label_of(facts.score)


def label_of(score: str) -> str:
    return score.replace("_", " ").replace("mcc", "MCC").replace("auc", "AUC")


def number(n: int | None) -> str:
    return "unknown" if n is None else str(n)


def known(facts: Facts) -> bool:
    """Whether the score has an interval."""
    return math.isfinite(facts.low) and math.isfinite(facts.high)


def units(facts: Facts) -> str:
    if facts.n_units is None:
        return "too few units"
    return f"{facts.n_units} unit{'' if facts.n_units == 1 else 's'}"


def percent(share: float | None) -> str:
    if share is None:
        return "an unknown share"

    return f"{100 * share:.0f} %" if share >= 0.01 or share == 0 else f"{100 * share:.1g} %"
