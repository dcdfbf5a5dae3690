"""The report on a pipeline: everything that could have made its score."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._sklearn import HasMethods, Interval, StrOptions, validate_params
from skquake._core._typing import Estimator, RandomState
from skquake.alarms import MolchanCurve
from skquake.catalogs import CatalogCheck
from skquake.inspection import CatalogNullResult, PowerCurve, TimeMirroredResult
from skquake.model_selection import evaluate, leakage_report
from skquake.model_selection._default_split import default_split
from skquake.model_selection._evaluate import _folds
from skquake.report._build import build, count_samples, fold_table, null_scoring, run_probes
from skquake.report._facts import CHANCE
from skquake.report._look import Look
from skquake.report._mirrored_check import mirrored_identity, unlike_mirrored
from skquake.report._report import EvaluationReport


@validate_params(
    {
        "pipeline": [HasMethods(["fit", "predict_proba"])],
        "probes": ["boolean"],
        "null": [HasMethods(["to_frame", "share"]), None],
        "power": [HasMethods(["to_frame", "power_at"]), None],
        "effect_size": [Interval(Real, None, None, closed="neither"), None],
        "mirrored": [TimeMirroredResult, None],
        "catalog": [CatalogCheck, None],
        "leakage": ["boolean"],
        "look": [Look, None],
        "scoring": [StrOptions(set(CHANCE)), None],
        "n_resamples": [Interval(Integral, 1, None, closed="left")],
        "title": [str, None],
    },
    prefer_skip_nested_validation=True,
)
def evaluation_report(
    pipeline: Estimator,
    samples: Bunch,
    cv: Any = None,
    *,
    probes: bool = True,
    null: CatalogNullResult | None = None,
    power: PowerCurve | None = None,
    effect_size: float | None = None,
    mirrored: TimeMirroredResult | None = None,
    molchan: MolchanCurve | None = None,
    catalog: CatalogCheck | None = None,
    leakage: bool = True,
    space_weather: pd.DataFrame | None = None,
    scoring: str | None = None,
    n_resamples: int = 1000,
    look: Look | None = None,
    title: str | None = None,
    random_state: RandomState = None,
    verbose: int = 0,
) -> EvaluationReport:
    """Evaluate a pipeline and set its score beside everything that could have made it.

    The model and three probes that see no observation are scored through the same folds; what training and
    test share is counted, seismic and control samples are compared, and a verdict in words
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
        `skquake.model_selection.PurgedTimeSeriesSplit` of five folds by default: folds that mix past and
        future may share nights between training and test. Where fewer than 20 earthquakes with a control do
        not allow it, as `skquake.model_selection.evaluate` does: the verdict is then "too few".
    probes : bool, default=True
        Score place alone, circumstances alone, and place and date alone.
    null : CatalogNullResult, default=None
        Of `skquake.inspection.catalog_null_test` for the same pipeline and splits; ``samples`` are those
        that it keeps, ``null.samples``.
    power : PowerCurve, default=None
        Of `skquake.inspection.injection_recovery`, for a study like this one: under the nulls of ``null``, in
        the same score, for no more earthquakes, at 0.05. Else the verdict does not count it.
    effect_size : float, default=None
        Size of an effect, on the scale of ``power``, that the study should not miss; the largest
        planted one by default. Read at the number of earthquakes that was tried and is not above that of
        the samples.
    mirrored : TimeMirroredResult, default=None
        Of `skquake.inspection.time_mirrored_test` for the same pipeline and splits: printed, and no part of
        the verdict.
    molchan : MolchanCurve, default=None
        Of `skquake.alarms.molchan_curve`.
    catalog : CatalogCheck, default=None
        Of `skquake.catalogs.check_catalog` for the full catalog: what it lacks is printed.
    leakage : bool, default=True
        Count what training and test share.
    space_weather : DataFrame, default=None
        For `skquake.inspection.metadata_probe` and `skquake.sampling.balance_table`.
    scoring : {"seismic_mcc", "seismic_auc", "event_auc"}, default=None
        The score that the verdict is about: that of ``null`` by default, else "seismic_mcc".
    n_resamples : int, default=1000
        Of the intervals.
    look : Look, default=None
        Which look at a sealed test span this is (`skquake.registration.run` knows): the verdict says so, and
        later ones share its level.
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
        Where ``null`` has observed another score than the one found here (its p does not count then, and the
        report says so); where ``mirrored`` is of another
        pipeline, of other tested rows, of another scoring, or has another score as declared. The report
        prints the latter beside the mirrored scores.

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
    EvaluationReport(not tested against never-happened catalogs, power: seismic MCC 0.66 [...)
    >>> sorted(report.differences)
    ['location', 'metadata', 'place and date']
    """
    X, y, groups = samples.X, np.asarray(samples.y), getattr(samples, "groups", None)
    # One list of folds for all: a splitter that shuffles would part model and probes.
    if cv is None:
        cv, folds = default_split(X, y, groups, "evaluation_report")
    else:
        folds = list(_folds(cv, X, y, groups))
    options: dict[str, Any] = {"n_resamples": n_resamples, "random_state": random_state, "verbose": verbose}
    settings = {
        "pipeline": _repr(pipeline),
        **{name: repr(value) for name, value in _sources(pipeline).items()},
        "splits": _repr(cv) if hasattr(cv, "split") else f"{len(folds)} fold(s) given as positions",
        "intervals": f"{n_resamples} resamples, 95 %",
        "random state": repr(random_state),
        "samples": count_samples(samples),
    }
    if X.attrs:
        settings["sampling"] = ", ".join(f"{name}={value!r}" for name, value in X.attrs.items())
    scoring = scoring or null_scoring(null) or "seismic_mcc"
    identity = mirrored_identity(mirrored, pipeline)
    evaluation = evaluate(pipeline, samples, folds, **options)
    return build(
        evaluation,
        samples,
        folds,
        probes=run_probes(samples, folds, space_weather, options) if probes else {},
        null=null,
        power=power,
        effect_size=effect_size,
        mirrored=mirrored,
        mirrored_unlike=unlike_mirrored(mirrored, identity, evaluation, samples, scoring),
        molchan=molchan,
        catalog=catalog,
        leakage=leakage_report(X, folds) if leakage else None,
        splits=fold_table(cv, folds, X, y, groups),
        space_weather=space_weather,
        scoring=scoring,
        look=look,
        title=title or f"{type(_last(pipeline)).__name__} before earthquakes",
        settings=settings,
        options=options,
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
