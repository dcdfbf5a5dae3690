"""The report on given out-of-sample probabilities, and the facts that its verdict rests on."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.utils import Bunch

from skquake._core._made_with import made_with, version_changes
from skquake._core._versions import versions
from skquake._core._weights import event_weights
from skquake.alarms import reliability_curve
from skquake.inspection import location_probe, metadata_probe, place_date_probe
from skquake.metrics import score_difference
from skquake.metrics._evidence import seismic_probability
from skquake.model_selection import Evaluation, Score
from skquake.model_selection._widening import widen
from skquake.report._complete import fill_absent
from skquake.report._counted import count_report
from skquake.report._facts import ALPHA, CHANCE, Comparison, Facts
from skquake.report._report import EvaluationReport
from skquake.report._verdict import judge
from skquake.sampling import ImbalanceWarning, balance_table

LIMIT = 0.1  # standardised difference of a covariate that is no longer alike


def build(
    evaluation,
    samples,
    folds,
    *,
    probes,
    scoring,
    title,
    settings,
    options,
    space_weather=None,
    null=None,
    score_nulls=None,
    power=None,
    effect_size=None,
    leakage=None,
    look=None,
    **parts,
):
    """The report on given out-of-sample probabilities; ``parts`` go into it as they are."""
    if null is not None and null_scoring(null) not in (None, scoring):
        raise ValueError(
            f"scoring={scoring!r}, but the null test was made for {null_scoring(null)!r}; use that"
        )
    another = _null_of_another(null, evaluation, scoring)
    differences = {
        name: _difference(scoring, evaluation, probe, samples, options) for name, probe in probes.items()
    }
    balance = _balance(samples, space_weather)
    reports = count_report(samples)
    score = getattr(evaluation, scoring)
    facts = Facts(
        score.value,
        score.low,
        score.high,
        scoring,
        n_test=len(evaluation.test),
        n_units=score.n_units,
        shared=None if leakage is None else _shared(leakage),
        place=_comparison("location", probes, differences, scoring),
        circumstances=_comparison("metadata", probes, differences, scoring),
        place_and_date=_comparison("place and date", probes, differences, scoring),
        n_earthquakes=_tested_earthquakes(evaluation, samples),
        **_null_facts(null, score_nulls),
        null_of_another=another,
        **_power_facts(power, effect_size, samples),
        reports=reports,
        interval=evaluation.interval,
        population=getattr(samples, "population", None),
        matched=_matched(samples),
        unbalanced=unbalanced(balance),
        look=look,
    )
    return EvaluationReport(
        title=title,
        verdict=judge(facts),
        scoring=scoring,
        evaluation=evaluation,
        probes=probes,
        differences=differences,
        samples=samples,
        folds=folds,
        settings=settings
        | {
            "reports": f"report {reports} on these samples in this process; others are not counted",
            "population": facts.population or "not known: which earthquakes kept a control",
            "intervals": f"{settings['intervals']}; {evaluation.interval}",
        }
        | _other_versions({"null test": null, "power curve": power, "alarms": parts.get("molchan")}),
        versions=made_with() | versions(),
        balance=balance,
        leakage=leakage,
        null=null,
        score_nulls=score_nulls,
        reliability=_reliability(evaluation, samples, options),
        power=power,
        look=look,
        **parts,
    )


def _comparison(
    name: str, probes: Mapping[str, Evaluation], differences: Mapping[str, Score], scoring: str
) -> Comparison | None:
    """A probe's score with the model's minus it; None without that probe."""
    if name not in probes:
        return None
    difference = differences[name]
    probe = getattr(probes[name], scoring)
    # Bonferroni: all probes together lie above chance by chance in 2.5 % of studies.
    factor = norm.isf(0.025 / len(probes)) / norm.isf(0.025)
    low = probe.value - factor * (probe.value - probe.low)
    return Comparison(probe.value, difference.value, difference.low, difference.high, low)


def _tested_earthquakes(evaluation, samples):
    """Earthquakes among the tested rows."""
    return int(samples.X["event_id"].iloc[evaluation.test[evaluation.y == 1]].nunique())


def _other_versions(parts: Mapping[str, Any]) -> dict[str, str]:
    """Parts that other versions made than those of today, with what has changed since."""
    found = {}
    for name, part in parts.items():
        theirs = getattr(part, "versions", None) or []
        kept = [theirs] if isinstance(theirs, Mapping) else list(theirs)
        changes = dict.fromkeys(change for one in kept for change in version_changes(dict(one), made_with()))
        if changes:
            found[f"{name} made with other versions"] = ", ".join(changes)
    return found


def _null_of_another(null, evaluation, scoring):
    """Say, and warn, where a null test was made of another score than the one reported; else ""."""
    if null is None:
        return ""
    here, there = getattr(evaluation, scoring).value, null.observed_score
    if np.isclose(here, there, atol=0.005):
        return ""
    said = (
        f"the null test observed {scoring} {there:z.3f} and this evaluation {here:z.3f}: not the same "
        "pipeline, samples or splits"
    )
    warnings.warn(f"{said}; evaluate the samples that it keeps (null.samples)", stacklevel=5)
    return said


def run_probes(samples, folds, space_weather, options):
    return {
        "location": location_probe(samples, folds, **options),
        "metadata": metadata_probe(samples, folds, space_weather=space_weather, **options),
        "place and date": place_date_probe(samples, folds, **options),
    }


def _difference(scoring, evaluation, probe, samples, options):
    """Paired difference of a model and a probe that tested the same rows."""
    order, same = np.argsort(evaluation.test), np.argsort(probe.test)
    X = samples.X.iloc[evaluation.test[order]]
    found = score_difference(
        scoring,
        evaluation.y[order],
        evaluation.proba[order],
        probe.proba[same],
        event_id=X["event_id"].to_numpy(),
        pair_id=X["pair_id"].to_numpy(),
        time=X["time"].to_numpy(),
        n_resamples=options["n_resamples"],
        random_state=options["random_state"],
    )
    score = Score(**found)
    if evaluation.widening > 1.0 and score.has_interval:
        reach = 2.0 if scoring == "seismic_mcc" else 1.0
        low, high = widen(score.value, score.low, score.high, evaluation.widening, -reach, reach)
        score = score._replace(low=low, high=high)
    return score


def _reliability(evaluation, samples, options):
    rows = evaluation.y < 2
    X = samples.X.iloc[evaluation.test[rows]]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "reliability: only", UserWarning)  # the scores have said so
        return reliability_curve(
            seismic_probability(evaluation.proba[rows]),
            evaluation.y[rows] == 1,
            time=X["time"].to_numpy(),
            sample_weight=event_weights(X["event_id"]),
            n_bins=int(np.clip(X["event_id"].nunique() // 30, 2, 10)),
            n_resamples=options["n_resamples"],
            random_state=options["random_state"],
        )


def _balance(samples, space_weather):
    """Table of covariates; the report says what the warning would."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImbalanceWarning)
        known = {name: samples[name] for name in ("kept", "events") if "kept" in samples}
        filled = Bunch(X=fill_absent(samples.X), y=samples.y, **known)
        return balance_table(filled, space_weather=space_weather).dropna(how="all")


def unbalanced(balance):
    """Covariates whose standardised difference exceeds 0.1, however few the events are."""
    difference = balance["difference"]
    return difference[difference.abs() > LIMIT].to_dict()


def _matched(samples):
    """Whether (nearly) all controls belong to an earthquake."""
    y = np.asarray(samples.y)
    pair, label = samples.X["pair_id"].to_numpy()[y < 2], y[y < 2]
    return bool(np.isin(pair[label == 0], pair[label == 1]).mean() > 0.95)


def _shared(leakage):
    kinds = [name for name in leakage if name.startswith("shared_") and leakage[name].notna().all()]
    return {name.removeprefix("shared_"): int(leakage[name].sum()) for name in kinds}


def null_scoring(null):
    """Score that a null test was made for, by name; None where it is not one of ours."""
    name = getattr(null, "scoring", None)
    return name if isinstance(name, str) and name in CHANCE else None


def _null_facts(null, score_nulls) -> dict[str, Any]:
    if null is not None:
        worst = max(null.p_values, key=null.p_values.get)
        facts = {"null": worst, "null_share": float(null.share(worst)), "headline_nulls": (*null.p_values,)}
        facts |= {"p_value": float(null.p_value), "resolution": float(null.resolution[worst])}
        return facts | _tested_facts(null)
    if score_nulls is not None:
        score_nulls = score_nulls[score_nulls["resolution"] <= ALPHA]  # what no score can beat refutes none
    if score_nulls is not None and len(score_nulls):
        worst = score_nulls["p_value"].idxmax()
        return {"permutation": worst, "permutation_p": float(score_nulls.loc[worst, "p_value"])}
    return {}


def _tested_facts(null) -> dict[str, Any]:
    """Whether null catalogs test other numbers of earthquakes, in words, and whether p is too small then."""
    unlike = null.unlike_numbers() if hasattr(null, "unlike_numbers") else {}
    if not unlike:
        return {}
    fewer = any(numbers.observed < numbers.median for numbers in unlike.values())
    told = ", ".join(
        f"{numbers if k == 0 else numbers.of_nulls} ({name})"
        for k, (name, numbers) in enumerate(unlike.items())
    )
    matched = null.match_events is not None
    how = ", scored on as many" if matched and fewer else "" if matched else ", not matched"
    return {"unlike": told + how, "spreads_more": fewer and not matched}


def _power_facts(power, effect_size, samples) -> dict[str, Any]:
    """Power at a size (the largest planted), for no more earthquakes than there are, if so few were tried."""
    if power is None:
        return {}
    tried = power.to_frame()
    largest = float(max(tried["size"], key=abs))
    size = largest if effect_size is None else effect_size
    studied = int(samples.X["event_id"][np.asarray(samples.y) == 1].nunique())
    numbers = tried["n_events"]
    n_events = int(numbers[numbers <= studied].max() if (numbers <= studied).any() else numbers.min())
    low, high = power.interval_at(size, n_events) if hasattr(power, "interval_at") else (None, None)
    return {
        "effect_size": float(size),
        "effect_power": float(power.power_at(size, n_events)),
        "power_low": low,
        "power_high": high,
        "effect_declared": effect_size is not None,
        "effect_planted": getattr(power, "planted", ""),
        "power_nulls": tuple(getattr(power, "nulls", ())),
        "power_alpha": getattr(power, "alpha", None),
        "power_score": getattr(power, "scoring", ""),
        "power_largest": largest,
        "power_earthquakes": n_events,
        "n_sampled": studied,
    }


def fold_table(cv, folds, X, y, groups):
    """Rows of each fold, with what was purged where the splitter tells."""
    counts = pd.DataFrame(
        {"n_train": [len(train) for train, _ in folds], "n_test": [len(test) for _, test in folds]}
    ).rename_axis("fold")
    if hasattr(cv, "describe"):
        told = cv.describe(X, y, groups)
        # A splitter that shuffles anew at each call would tell of other folds.
        if len(told) == len(counts) and (told[list(counts)].to_numpy() == counts.to_numpy()).all():
            return told
    return counts


def count_samples(samples):
    y, ids = np.asarray(samples.y), samples.X["event_id"].to_numpy(dtype=object)
    seismic, control = (len(set(ids[y == label])) for label in (1, 0))
    return (
        f"{(y == 1).sum()} seismic of {seismic} events, {(y == 0).sum()} non-seismic of {control} controls, "
        f"{(y == 2).sum()} disturbed"
    )
