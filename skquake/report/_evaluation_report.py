"""The report on a pipeline: everything that could have made its score."""

from __future__ import annotations

import warnings
from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions, validate_params

from skquake._core._versions import versions
from skquake._core._weights import event_weights
from skquake.alarms import reliability_curve
from skquake.inspection import location_probe, metadata_probe
from skquake.metrics import score_difference
from skquake.metrics._evidence import seismic_probability
from skquake.model_selection import PurgedGroupKFold, Score, evaluate, leakage_report
from skquake.model_selection._evaluate import _folds
from skquake.report._report import EvaluationReport
from skquake.report._verdict import CHANCE, Comparison, Facts, judge
from skquake.sampling import ImbalanceWarning, balance_table


@validate_params(
    {
        "pipeline": [HasMethods(["fit", "predict_proba"])],
        "probes": ["boolean"],
        "null": [HasMethods(["to_frame", "share"]), None],
        "power": [HasMethods(["to_frame", "power_at"]), None],
        "effect_size": [Interval(Real, None, None, closed="neither"), None],
        "leakage": ["boolean"],
        "scoring": [StrOptions(set(CHANCE)), None],
        "n_resamples": [Interval(Integral, 1, None, closed="left")],
        "title": [str, None],
    },
    prefer_skip_nested_validation=True,
)
def evaluation_report(
    pipeline,
    samples,
    cv=None,
    *,
    probes=True,
    null=None,
    power=None,
    effect_size=None,
    molchan=None,
    leakage=True,
    space_weather=None,
    scoring=None,
    n_resamples=1000,
    title=None,
    random_state=None,
    verbose=0,
):
    """Evaluate a pipeline and set its score beside everything that could have made it.

    The model and two probes that see no observation are scored through the same folds; what training and test
    share is counted, seismic and control samples are compared, and a verdict in words
    follows from the numbers by fixed rules (`judge`). Tests that take long are made
    before and handed in; without a catalog null test no verdict gets further than "not tested
    against never-happened catalogs".

    Parameters
    ----------
    pipeline : classifier with ``predict_proba``
        A search may stand for it.
    samples : Bunch
        As `skquake.sampling.make_samples` returns them.
    cv : splitter, iterable of (train, test), or one (train, test), default=None
        `skquake.model_selection.PurgedGroupKFold` of five folds by default.
    probes : bool, default=True
        Score place alone and circumstances alone.
    null : CatalogNullResult, default=None
        Of `skquake.inspection.catalog_null_test` for the same pipeline and splits; ``samples`` are those
        that it keeps, ``null.samples``.
    power : PowerCurve, default=None
        Of `skquake.inspection.injection_recovery`, for a study like this one.
    effect_size : float, default=None
        Size of an effect, on the scale of ``power``, that the study should not miss; the largest
        planted one by default. Read at the number of earthquakes that was tried and is not above that of
        the samples.
    molchan : MolchanCurve, default=None
        Of `skquake.alarms.molchan_curve`.
    leakage : bool, default=True
        Count what training and test share.
    space_weather : DataFrame, default=None
        For `skquake.inspection.metadata_probe` and `skquake.sampling.balance_table`.
    scoring : {"seismic_mcc", "seismic_auc", "event_auc"}, default=None
        The score that the verdict is about: that of ``null`` by default, else "seismic_mcc".
    n_resamples : int, default=1000
        Of the intervals.
    title : str, default=None
    random_state : int or None, default=None
        Of the intervals; estimators have their own.
    verbose : int, default=0
        Positive: progress bars over folds.

    Returns
    -------
    EvaluationReport

    Raises
    ------
    ValueError
        As `skquake.model_selection.evaluate`; or where ``scoring`` is not that of ``null``.

    Warns
    -----
    UserWarning
        Where ``null`` has observed another score than the one found here.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklearn.compose import make_column_transformer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.utils import Bunch
    >>> from skquake.report import evaluation_report
    >>> rng, time = np.random.default_rng(0), pd.date_range("2015-01-01", periods=400, freq="D")
    >>> X = pd.DataFrame({"source": "tec", "time": time, "latitude": 5.0, "longitude": 100.0,
    ...     "radius_km": 10.0, "obs_start": time, "obs_end": time, "event_id": np.arange(400),
    ...     "pair_id": np.arange(400) // 2, "kp": 1.0, "local_time": 22.0, "magnitude": 5.0})
    >>> y = np.tile([1, 0], 200)
    >>> X["tec"] = 2 * y + rng.normal(size=400)
    >>> model = make_pipeline(make_column_transformer(("passthrough", ["tec"])), LogisticRegression())
    >>> samples = Bunch(X=X, y=y, groups=X["pair_id"])
    >>> report = evaluation_report(model, samples, n_resamples=100, random_state=0)
    >>> report
    EvaluationReport(not tested against never-happened catalogs: seismic MCC 0.65 [...] is above chance)
    >>> sorted(report.differences)
    ['location', 'metadata']
    """
    cv = PurgedGroupKFold(5) if cv is None else cv
    X, y, groups = samples.X, np.asarray(samples.y), getattr(samples, "groups", None)
    # One list of folds for all: a splitter that shuffles would part model and probes.
    folds = list(_folds(cv, X, y, groups))
    options = {"n_resamples": n_resamples, "random_state": random_state, "verbose": verbose}
    settings = {
        "pipeline": _repr(pipeline),
        **{f"{name}": repr(value) for name, value in _sources(pipeline).items()},
        "splits": _repr(cv) if hasattr(cv, "split") else f"{len(folds)} fold(s) given as positions",
        "intervals": f"{n_resamples} resamples, 95 %",
        "random state": repr(random_state),
        "samples": _counts(samples),
        **{f"samples: {name}": str(value) for name, value in X.attrs.items()},
    }
    return build(
        evaluate(pipeline, samples, folds, **options),
        samples,
        folds,
        probes=_probes(samples, folds, space_weather, options) if probes else {},
        null=null,
        power=power,
        effect_size=effect_size,
        molchan=molchan,
        leakage=leakage_report(X, folds) if leakage else None,
        splits=_splits(cv, folds, X, y, groups),
        space_weather=space_weather,
        scoring=scoring or _scoring(null) or "seismic_mcc",
        title=title or f"{type(_last(pipeline)).__name__} before earthquakes",
        settings=settings,
        options=options,
    )


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
    **parts,
):
    """The report on given out-of-sample probabilities; ``parts`` go into it as they are."""
    if null is not None and _scoring(null) not in (None, scoring):
        raise ValueError(f"scoring={scoring!r}, but the null test was made for {_scoring(null)!r}; use that")
    _check_null(null, evaluation, scoring)
    differences = {
        name: _difference(scoring, evaluation, probe, samples, options) for name, probe in probes.items()
    }
    balance = _balance(samples, space_weather)
    score = getattr(evaluation, scoring)
    facts = Facts(
        score.value,
        score.low,
        score.high,
        scoring,
        n_test=len(evaluation.test),
        shared=None if leakage is None else _shared(leakage),
        **_null_facts(null, score_nulls),
        **_power_facts(power, effect_size, samples),
        **{
            fact: None
            if name not in probes
            else Comparison(getattr(probes[name], scoring).value, *differences[name][:3])
            for fact, name in (("place", "location"), ("circumstances", "metadata"))
        },
        matched=_matched(samples),
        unbalanced=unbalanced(balance, samples),
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
        settings=settings,
        versions=versions(),
        balance=balance,
        leakage=leakage,
        null=null,
        score_nulls=score_nulls,
        reliability=_reliability(evaluation, samples, options),
        power=power,
        **parts,
    )


def _check_null(null, evaluation, scoring):
    """Warn where a null test was made of another score than the one reported."""
    if null is not None:
        here, there = getattr(evaluation, scoring).value, null.observed_score
        if not np.isclose(here, there, atol=0.005):
            warnings.warn(
                f"the null test observed {scoring} {there:.3f} and this evaluation {here:.3f}: not the same "
                "pipeline, samples or splits; evaluate the samples that it keeps (null.samples)",
                stacklevel=5,
            )


def _probes(samples, folds, space_weather, options):
    return {
        "location": location_probe(samples, folds, **options),
        "metadata": metadata_probe(samples, folds, space_weather=space_weather, **options),
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
    return Score(**found)


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
            n_resamples=options["n_resamples"],
            random_state=options["random_state"],
        )


def _balance(samples, space_weather):
    """Table of covariates; the report says what the warning would."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImbalanceWarning)
        return balance_table(samples, space_weather=space_weather).dropna(how="all")


def unbalanced(balance, samples):
    """Covariates whose difference exceeds 0.1 and twice its standard error between so many events."""
    y = np.asarray(samples.y)
    n = [samples.X["event_id"][y == label].nunique() for label in (0, 1)]
    limit = max(0.1, 2.0 * np.sqrt(1.0 / n[0] + 1.0 / n[1]))
    difference = balance["difference"]
    return difference[difference.abs() > limit].to_dict()


def _matched(samples):
    """Whether (nearly) all controls belong to an earthquake."""
    y = np.asarray(samples.y)
    pair, label = samples.X["pair_id"].to_numpy()[y < 2], y[y < 2]
    return bool(np.isin(pair[label == 0], pair[label == 1]).mean() > 0.95)


def _shared(leakage):
    kinds = [name for name in leakage if name.startswith("shared_") and leakage[name].notna().all()]
    return {name.removeprefix("shared_"): int(leakage[name].sum()) for name in kinds}


def _scoring(null):
    """Score that a null test was made for, by name; None where it is not one of ours."""
    name = getattr(null, "scoring", None)
    return name if isinstance(name, str) and name in CHANCE else None


def _null_facts(null, score_nulls):
    if null is not None:
        worst = max(null.p_values, key=null.p_values.get)
        facts = {"null": worst, "null_share": float(null.share(worst))}
        return facts | {"p_value": float(null.p_value), "resolution": float(null.resolution[worst])}
    if score_nulls is not None and len(score_nulls):
        worst = score_nulls["p_value"].idxmax()
        return {"permutation": worst, "permutation_p": float(score_nulls.loc[worst, "p_value"])}
    return {}


def _power_facts(power, effect_size, samples):
    """Power at a size (the largest planted), for as many earthquakes as there are, or fewer."""
    if power is None:
        return {}
    tried = power.to_frame()
    size = max(tried["size"], key=abs) if effect_size is None else effect_size
    n_events = samples.X["event_id"][np.asarray(samples.y) == 1].nunique()
    numbers = tried["n_events"]
    n_events = int(numbers[numbers <= n_events].max() if (numbers <= n_events).any() else numbers.min())
    return {"effect_size": float(size), "effect_power": float(power.power_at(size, n_events))}


def _splits(cv, folds, X, y, groups):
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


def _counts(samples):
    y, ids = np.asarray(samples.y), samples.X["event_id"].to_numpy(dtype=object)
    seismic, control = (len(set(ids[y == label])) for label in (1, 0))
    return (
        f"{(y == 1).sum()} seismic of {seismic} events, {(y == 0).sum()} non-seismic of {control} controls, "
        f"{(y == 2).sum()} disturbed"
    )


def _last(pipeline):
    return pipeline.steps[-1][1] if hasattr(pipeline, "steps") else pipeline


def _sources(pipeline):
    """Parameters that hold observations, by name."""
    parameters = pipeline.get_params() if hasattr(pipeline, "get_params") else {}
    return {name: value for name, value in parameters.items() if name.rsplit("__", 1)[-1] == "source"}


def _repr(estimator):
    """The whole of a repr that scikit-learn would shorten."""
    try:
        return estimator.__repr__(N_CHAR_MAX=10**6)
    except TypeError:
        return repr(estimator)
