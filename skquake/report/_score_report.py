"""The report on scores that any tool has given."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real

import numpy as np
import pandas as pd

from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._typing import Frame, RandomState
from skquake._core._validation import check_columns
from skquake.alarms import MolchanCurve
from skquake.model_selection import PurgedGroupKFold, leakage_report
from skquake.model_selection._evaluate import _score
from skquake.model_selection._widening import widening
from skquake.report._build import build, count_samples, fold_table, run_probes
from skquake.report._complete import complete_samples, shown
from skquake.report._facts import CHANCE
from skquake.report._report import EvaluationReport
from skquake.report._score_nulls import score_nulls

_WHAT = "samples"


@validate_params(
    {
        "label": [str],
        "fold": [str, None],
        "threshold": [Interval(Real, None, None, closed="neither")],
        "scoring": [StrOptions(set(CHANCE))],
        "n_permutations": [Interval(Integral, 1, None, closed="left")],
        "n_resamples": [Interval(Integral, 1, None, closed="left")],
        "title": [str, None],
    },
    prefer_skip_nested_validation=True,
)
def score_report(
    frame: Frame,
    score: str | Sequence[str] = "score",
    *,
    label: str = "label",
    fold: str | None = None,
    threshold: float = 0.5,
    scoring: str = "seismic_mcc",
    clusters: pd.Series | None = None,
    molchan: MolchanCurve | None = None,
    space_weather: pd.DataFrame | None = None,
    n_permutations: int = 999,
    n_resamples: int = 1000,
    title: str | None = None,
    random_state: RandomState = None,
    verbose: int = 0,
) -> EvaluationReport:
    """Report on out-of-sample scores of the user's own samples, made with any tool.

    Nothing is fitted but the probes. So there is no null of never-happened catalogs, for which samples would
    be cut and the model fitted anew: the verdict can refute a score, and at most say "not tested".
    Labels dealt anew to whole events (within pairs; rotated in time) tell what scores alone can.

    Parameters
    ----------
    frame : DataFrame
        One sample a row: ``time`` (UTC), ``latitude``, ``longitude``, ``event_id`` (of its earthquake or
        control), the label and the score. Used where they are there: ``pair_id`` (earthquake that a control
        belongs to), ``obs_start`` and ``obs_end`` (what the sample has seen), ``fold``, ``magnitude``,
        ``kp``, ``local_time``, ``radius_km``, ``source``, ``pass_id``, ``ascending``.
    score : str or sequence of str, default="score"
        One column: probability (or score) of an earthquake. Two or three: probabilities of the
        classes 0, 1 (and 2).
    label : str, default="label"
        Column of the classes: 0 non-seismic, 1 seismic, 2 disturbed.
    fold : str, default=None
        Column of the fold that tested each row ("fold" where there is one). A fold is trained on
        all rows outside it; rows without a fold were never tested. Several such folds train on each other's
        test rows, and intervals are widened as in `skquake.model_selection.evaluate`. Without a fold nothing
        is known of training, and they hold the models fixed.
    threshold : float, default=0.5
        Score above which one column says "earthquake".
    scoring : {"seismic_mcc", "seismic_auc", "event_auc"}, default="seismic_mcc"
    clusters : Series, default=None
        As in `skquake.model_selection.leakage_report`.
    molchan : MolchanCurve, default=None
    space_weather : DataFrame, default=None
    n_permutations : int, default=999
    n_resamples : int, default=1000
    title : str, default=None
    random_state : int or None, default=None
    verbose : int, default=0

    Returns
    -------
    EvaluationReport

    Raises
    ------
    TypeError, ValueError
        For missing columns and for values that are missing or impossible, with column and row.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.report import score_report
    >>> rng = np.random.default_rng(0)
    >>> label = rng.permuted(np.tile([1, 0], (100, 1)), axis=1).ravel()
    >>> frame = pd.DataFrame({"time": pd.date_range("2015-01-01", periods=200, freq="D"), "latitude": 5.0,
    ...     "longitude": 100.0, "event_id": np.arange(200), "pair_id": np.arange(200) // 2, "label": label,
    ...     "score": np.clip(0.45 * label + 0.55 * rng.random(200), 0, 1), "fold": np.arange(200) // 40})
    >>> report = score_report(frame, n_resamples=100, n_permutations=99, random_state=0)
    >>> report.score_nulls["p_value"].round(2).to_dict()
    {'labels permuted within pairs': 0.01, 'labels rotated in time': 0.01}
    >>> report.verdict.code
    'untested'
    """
    columns = [score] if isinstance(score, str) else list(score)
    frame = check_columns(frame, (*columns, *([] if fold is None else [fold])), _WHAT)
    samples = complete_samples(frame, label, _WHAT)
    X, y = samples.X, samples.y
    fold = "fold" if fold is None and "fold" in X else fold
    folds = None if fold is None else _given_folds(X[fold], fold)
    tests = [np.arange(len(X))] if folds is None else [test for _, test in folds]
    test = np.concatenate(tests)
    proba = _probabilities(X, columns, threshold, test)
    factor = 1.0 if folds is None else widening(folds, len(X))
    evaluation = _score(X, y, tests, proba, "event", n_resamples, random_state, factor=factor)
    cv = PurgedGroupKFold(5, min_train=0.05) if folds is None else folds
    of_probes = list(cv.split(X, y, samples.groups)) if folds is None else folds
    options = {"n_resamples": n_resamples, "random_state": random_state, "verbose": verbose}
    tested = X.iloc[test]
    return build(
        evaluation,
        samples,
        of_probes,
        probes=run_probes(samples, of_probes, space_weather, options),
        leakage=None if folds is None else _leakage(X, folds, clusters, frame),
        splits=None if folds is None else fold_table(cv, folds, X, y, samples.groups),
        score_nulls=score_nulls(
            y[test],
            proba,
            event_id=tested["event_id"],
            pair_id=tested["pair_id"],
            time=tested["time"],
            scoring=scoring,
            n_permutations=n_permutations,
            random_state=random_state,
        ),
        molchan=molchan,
        space_weather=space_weather,
        scoring=scoring,
        title=title or "Scores before earthquakes",
        settings={
            "scores": f"as given, column(s) {', '.join(columns)}; nothing was fitted but the probes",
            **({"decision": f"earthquake where {columns[0]} > {threshold:g}"} if len(columns) == 1 else {}),
            "splits": f"column {fold}, {len(tests)} fold(s)"
            if folds is not None
            else "unknown (no fold column); probes through PurgedGroupKFold(5)",
            "observations": "obs_start to obs_end"
            if {"obs_start", "obs_end"} <= set(frame)
            else "unknown (no obs_start, obs_end): each row is taken as one moment",
            "intervals": f"{n_resamples} resamples, 95 %",
            "random state": repr(random_state),
            "samples": count_samples(samples),
        },
        options=options,
    )


def _leakage(X, folds, clusters, frame):
    """What folds share, without what is only known where the samples' intervals are."""
    report = leakage_report(X, folds, clusters=clusters)
    known = {"obs_start", "obs_end"} <= set(frame)
    return report if known else report.drop(columns=["shared_observations", "n_leaking"])


def _given_folds(values, column):
    """(train, test) of each value of the column; rows without a value only train."""
    codes, names = pd.factorize(values, sort=True)
    if not len(names):
        raise ValueError(f"{_WHAT}: column {column} is empty; name the fold that tested each row")
    folds = [(np.flatnonzero(codes != k), np.flatnonzero(codes == k)) for k in range(len(names))]
    if len(names) == 1 and (codes == 0).all():
        raise ValueError(
            f"{_WHAT}: column {column} holds {names[0]!r} in every row, which leaves none to train on; "
            "leave the fold of training rows empty"
        )
    return folds


def _probabilities(X, columns, threshold, test):
    """Probabilities of the classes 0, 1, 2 of the tested rows."""
    if len(columns) not in (1, 2, 3):
        raise ValueError(
            f"score: {len(columns)} columns; name one score, or the probabilities of 2 or 3 classes"
        )
    values = np.stack([_finite(X[column], column, test) for column in columns], axis=1)
    if len(columns) > 1:
        outside = (values < 0.0) | (values > 1.0)
        if outside.any():
            row, place = np.argwhere(outside)[0]
            value = values[row, place]
            raise ValueError(
                f"{_WHAT}: column {columns[place]}: {value:g} in row {test[row]} is no probability"
            )
        return np.pad(values, ((0, 0), (0, 3 - len(columns))))
    value = values[:, 0]
    lowest, highest = min(0.0, value.min()), max(1.0, value.max())
    if threshold == 0.5 and (lowest < 0.0 or highest > 1.0):
        raise ValueError(
            f"{_WHAT}: column {columns[0]} goes from {value.min():g} to {value.max():g}: no probabilities; "
            'name the value above which it says "earthquake" with threshold'
        )
    if not lowest < threshold < highest:
        raise ValueError(
            f"threshold={threshold:g} lies outside the scores in column {columns[0]}, {value.min():g} to "
            f"{value.max():g}; nothing is decided there"
        )
    # Monotone, with the threshold at one half: ranks and decisions stay.
    below = 0.5 * (value - lowest) / (threshold - lowest)
    above = 0.5 + 0.5 * (value - threshold) / (highest - threshold)
    seismic = np.where(value <= threshold, below, above)
    return np.stack([1.0 - seismic, seismic, np.zeros(len(seismic))], axis=1)


def _finite(values, column, test):
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)[test]
    bad = ~np.isfinite(numbers)
    if bad.any():
        row = test[np.argmax(bad)]
        raise ValueError(
            f"{_WHAT}: column {column}: {shown(values.iloc[row])} in row {row} is no finite number; score "
            "every tested row, or leave its fold empty"
        )
    return numbers
