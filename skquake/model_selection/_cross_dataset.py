"""Trained on one data set, tested on another, with and without training on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from numbers import Integral
from typing import Any, Literal, overload

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import Bunch

from skquake._core._engine import Engine
from skquake._core._progress import progress_bar
from skquake._core._routing import fit_weighted, weight_route
from skquake._core._sklearn import Interval, RealNotInt, StrOptions, validate_params
from skquake._core._time import as_ns
from skquake._core._typing import ArrayLike, Estimator, Frame
from skquake._core._validation import check_columns
from skquake._core._weights import event_weights
from skquake.model_selection._chronological import chronological_split
from skquake.model_selection._evaluate import Evaluation, evaluate
from skquake.model_selection._split import check_classes

_SCORES = "seismic_mcc", "seismic_auc", "event_auc"
_LEAST = 0.2  # of the training rows of a data set, as splits ask for


@overload
def cross_dataset_score(
    estimator: Estimator,
    X: Frame,
    y: ArrayLike,
    *,
    by: str = ...,
    scoring: str | Sequence[str] = ...,
    transfer: str = ...,
    refit_scaler: bool = ...,
    test_size: float | Mapping[str, float] = ...,
    random_state: int | None = ...,
    n_jobs: int | None = ...,
    verbose: int = ...,
    return_evaluations: Literal[False] = ...,
) -> pd.DataFrame: ...


@overload
def cross_dataset_score(
    estimator: Estimator,
    X: Frame,
    y: ArrayLike,
    *,
    by: str = ...,
    scoring: str | Sequence[str] = ...,
    transfer: str = ...,
    refit_scaler: bool = ...,
    test_size: float | Mapping[str, float] = ...,
    random_state: int | None = ...,
    n_jobs: int | None = ...,
    verbose: int = ...,
    return_evaluations: Literal[True],
) -> tuple[pd.DataFrame, dict[tuple[str, str, str], Evaluation]]: ...


@validate_params(
    {
        "scoring": [StrOptions(set(_SCORES)), list, tuple],
        "transfer": [StrOptions({"none", "fine-tune"})],
        "refit_scaler": ["boolean"],
        "test_size": [Interval(RealNotInt, 0, 1, closed="neither"), Mapping],
        "n_jobs": [Integral, None],
        "return_evaluations": ["boolean"],
    },
    prefer_skip_nested_validation=True,
)
def cross_dataset_score(
    estimator: Estimator,
    X: Frame,
    y: ArrayLike,
    *,
    by: str = "source",
    scoring: str | Sequence[str] = "seismic_mcc",
    transfer: str = "none",
    refit_scaler: bool = False,
    test_size: float | Mapping[str, float] = 0.2,
    random_state: int | None = None,
    n_jobs: int | None = None,
    verbose: int = 0,
    return_evaluations: bool = False,
) -> pd.DataFrame | tuple[pd.DataFrame, dict[tuple[str, str, str], Evaluation]]:
    """Score every data set with a model trained on each.

    Each data set is split in time, purged; a model is trained on the earlier part of each, and scored on the
    later part of all. Where data sets overlap in time, days and pairs that one of them is tested on train no
    model of another: satellites that fly at once see the same storms and the same earthquakes. With
    ``transfer="fine-tune"`` every model is also trained on with the earlier part of the other data sets
    (:class:`skquake.neural.FineTuned`).

    Parameters
    ----------
    estimator : classifier
        A pipeline whose window step cuts from a :class:`~skquake.sources.SourceCollection` serves several
        satellites. Cloned, and fitted with the weights of events.
    X : DataFrame of n_samples rows
        Samples of all data sets, as :func:`~skquake.sampling.make_samples` returns them.
    y : array-like of shape (n_samples,)
        Classes 0, 1, 2.
    by : str, default="source"
        Column of ``X`` that names the data set of each row.
    scoring : {"seismic_mcc", "seismic_auc", "event_auc"} or several of them, default="seismic_mcc"
    transfer : {"none", "fine-tune"}, default="none"
        The latter needs a network, or a pipeline that ends in one.
    refit_scaler : bool, default=False
        Whether fine-tuning fits the steps before the network anew.
    test_size : float or dict of {data set: float}, default=0.2
        Last share of each data set's rows in time that is tested.
    random_state : int or None, default=None
        Of the intervals; the estimator has its own.
    n_jobs : int or None, default=None
        Fits at a time, by joblib's current backend; the scores are the same for any.
    verbose : int, default=0
        Positive shows a progress bar over fits.
    return_evaluations : bool, default=False
        Whether to return the evaluations, too.

    Returns
    -------
    frame : DataFrame
        One row a model and data set: ``train``, ``test``, ``kind`` ("direct": trained on this data set,
        "initial": on another one and applied as it is, "transferred": trained on another, then on this one),
        ``scoring``, ``score``, ``low``, ``high`` (95 % interval; NaN with fewer than five units),
        ``n_units``, ``n``, ``n_events``; ``n_train``, the rows (last) trained on, and ``n_purged``, the
        rows that another data set's test took from these. As a matrix:
        ``frame.pivot(index=["kind", "train"], columns="test", values="score")``.
    evaluations : dict of {(kind, train, test): Evaluation}
        With ``return_evaluations=True`` only: probabilities, and every other score.

    Raises
    ------
    ValueError
        For fewer than two data sets, one that cannot be split, or of which the tests of others leave less
        than a fifth of the training rows, or an unknown score.
    RuntimeError
        If worker processes die again and again.

    References
    ----------
    P. Xiong et al. (2021), "Pre-earthquake ionospheric perturbation identification using CSES data via
    transfer learning", Frontiers in Environmental Science 9, 779255, doi:10.3389/fenvs.2021.779255.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklearn.compose import make_column_transformer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skquake.model_selection import cross_dataset_score
    >>> time = pd.date_range("2015-01-01", periods=400, freq="D")
    >>> X = pd.DataFrame({"source": np.repeat(["A", "B"], 200), "time": time, "latitude": 0.0,
    ...     "longitude": 0.0, "radius_km": 100.0, "obs_start": time, "obs_end": time,
    ...     "event_id": np.arange(400), "pair_id": np.arange(400) // 2})
    >>> y = np.tile([0, 1], 200)
    >>> X["Ne"] = np.where(X["source"] == "A", y, -y) + np.random.default_rng(0).normal(0, 0.1, 400)
    >>> model = make_pipeline(make_column_transformer(("passthrough", ["Ne"])), LogisticRegression())
    >>> scores = cross_dataset_score(model, X, y, random_state=0)
    >>> scores.pivot(index="train", columns="test", values="score")
    test     A    B
    train
    A      1.0  0.0
    B      0.0  1.0
    """
    X = check_columns(X, (by, "event_id", "pair_id", "time"), "cross_dataset_score: X")
    y = np.asarray(y)
    if len(y) != len(X):
        raise ValueError(f"cross_dataset_score: y has {len(y)} values and X {len(X)} rows")
    names = list(dict.fromkeys(X[by]))
    if len(names) < 2:
        raise ValueError(
            f"cross_dataset_score: column {by!r} names {names}; at least two data sets are needed"
        )
    scorings = [scoring] if isinstance(scoring, str) else list(scoring)
    unknown = [name for name in scorings if name not in _SCORES]
    if unknown or not scorings:
        raise ValueError(f"scoring={scoring!r}: take one or several of {', '.join(_SCORES)}")
    sizes = dict(test_size) if isinstance(test_size, Mapping) else dict.fromkeys(names, test_size)
    if set(sizes) != set(names):
        raise ValueError(f"test_size names {list(sizes)}, column {by!r} of X {names}")
    parts = {name: _split(X, y, X[by].to_numpy() == name, sizes[name]) for name in names}
    n_before = {name: len(train) for name, (train, _) in parts.items()}
    parts = _apart(X, y, X[by].to_numpy(), parts)
    fits = [(a, None) for a in names]
    if transfer == "fine-tune":
        fits += [(a, b) for a in names for b in names if a != b]
    models: dict[str, Any] = {}
    evaluations: dict[tuple[str, str, str], Evaluation] = {}
    rows = []
    fit = partial(_fit_and_score, estimator, X, y, parts, refit_scaler, random_state)
    with Engine(fit, n_jobs) as engine, progress_bar(len(fits), desc="fits", verbose=verbose) as bar:
        for stage in (fits[: len(names)], fits[len(names) :]):
            tasks = [(first, second, models.get(first)) for first, second in stage]
            with closing(engine.run(tasks, ordered=True)) as results:
                for number, (model, tested) in results:
                    first, second = stage[number]
                    if second is None:
                        models[first] = model
                    evaluations |= {(kind, first, name): found for kind, name, found in tested}
                    bar.update()
    for (kind, first, name), found in evaluations.items():
        for key in scorings:
            score = getattr(found, key)
            last = name if kind == "transferred" else first
            n_train = len(parts[last][0])
            n_rows = found.n, found.n_events, n_train, n_before[last] - n_train
            rows.append((first, name, kind, key, *score[:3], score.n_units, *n_rows))
    columns = ["train", "test", "kind", "scoring", "score", "low", "high", "n_units"]
    columns += ["n", "n_events", "n_train", "n_purged"]
    frame = pd.DataFrame(rows, columns=columns)
    return (frame, evaluations) if return_evaluations else frame


def _split(X, y, here, test_size):
    """Positions in ``X`` of one data set's rows to train on and to test."""
    rows = np.flatnonzero(here)
    train, test = chronological_split(X.iloc[rows], y[rows], test_size=test_size)
    return rows[train], rows[test]


def _apart(X, y, names, parts):
    """The parts, without training rows in days, or of pairs, that another data set is tested on."""
    start, end = (as_ns(X[name].to_numpy()) for name in ("obs_start", "obs_end"))
    pair = X["pair_id"].to_numpy(dtype=object)
    span = {name: (start[names == name].min(), end[names == name].max()) for name in parts}
    apart = {}
    for name, (train, test) in parts.items():
        taken = np.zeros(len(train), dtype=bool)
        for other in parts:
            tested = parts[other][1]
            if other != name and span[name][0] <= span[other][1] and span[other][0] <= span[name][1]:
                taken |= (end[train] >= start[tested].min()) & (start[train] <= end[tested].max())
                taken |= np.isin(pair[train], pair[tested])
        left = train[~taken]
        if len(left) < _LEAST * len(train):
            raise ValueError(
                f"cross_dataset_score: {len(left)} of the {len(train)} training rows of {name!r} are left: "
                "the others lie in days, or belong to pairs, that another data set is tested on; choose "
                "test_size for each data set so that all test the same days, or leave one of them out"
            )
        check_classes(y, left, test, f"cross_dataset_score, {name!r}")
        apart[name] = left, test
    return apart


def _fit_and_score(estimator, X, y, parts, refit_scaler, random_state, first, second, trained):
    """A model of a data set, or the one of the first trained on with the second, and evaluations of it.

    These are triples of the kind of model, the data set that it is tested on, and the Evaluation.
    """
    if second is None:
        model, weighted = _fit(clone(estimator), X, y, parts[first][0]), weight_route(estimator).reached
        tested = [("direct" if name == first else "initial", name) for name in parts]
    else:
        from skquake.neural import FineTuned

        tuned = FineTuned(FrozenEstimator(trained), refit_scaler=refit_scaler, random_state=random_state)
        weighted = weight_route(tuned).reached
        model = _fit(tuned, X, y, parts[second][0])
        tested = [("transferred", second)]
    found = []
    for kind, name in tested:
        each = evaluate(FrozenEstimator(model), Bunch(X=X, y=y), parts[name], random_state=random_state)
        found.append((kind, name, replace(each, weighted_fit=weighted)))
    return (model if second is None else None), found


def _fit(model, X, y, rows):
    weight = event_weights(X["event_id"].to_numpy()[rows])
    return fit_weighted(model, X.iloc[rows], y[rows], weight / weight.mean())
