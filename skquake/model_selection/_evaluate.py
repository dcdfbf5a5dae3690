"""Out-of-sample probabilities of an estimator, and every score of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.utils import Bunch

from skquake._core._frames import is_frame
from skquake._core._made_with import made_with
from skquake._core._progress import progress
from skquake._core._routing import fit_weighted, group_parameter, weight_route
from skquake._core._together import clock
from skquake._core._typing import Array, Estimator, FloatArray, IntArray, RandomState
from skquake._core._validation import check_columns
from skquake._core._weights import effective_number, row_weights
from skquake.metrics import classification_summary, event_auc, score_interval, seismic_auc, seismic_mcc
from skquake.metrics._evidence import align_classes
from skquake.model_selection._default_split import default_split
from skquake.model_selection._widening import FIXED, NONE, WIDENED, widen, widening


class Score(NamedTuple):
    """A score and its interval.

    Attributes
    ----------
    value, low, high : float
        Without an interval, low and high are NaN.
    unit : str
        What is resampled, "none" where nothing was.
    n_units : int
        How many of these carry evidence; fewer than five give no interval.

    Examples
    --------
    >>> from skquake.model_selection import Score
    >>> print(Score(0.12, -0.03, 0.29, "pair", 100))
    0.12 [-0.03, 0.29]
    >>> print(Score(0.63, float("nan"), float("nan"), "pair", 2))
    0.63 (2 units)
    """

    value: float
    low: float
    high: float
    unit: str
    n_units: int

    @property
    def has_interval(self) -> bool:
        """Whether low and high are known."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))

    def __str__(self) -> str:
        if self.has_interval:
            return f"{self.value:z.2f} [{self.low:z.2f}, {self.high:z.2f}]"
        units = f" ({self.n_units} unit{'s' * (self.n_units != 1)})" if self.n_units else ""
        return f"{self.value:z.2f}{units}"


# Range of each score.
_RANGES = {"seismic_mcc": (-1.0, 1.0), "seismic_auc": (0.0, 1.0), "event_auc": (0.0, 1.0)}
_NO_INTERVAL = {"low": np.nan, "high": np.nan, "unit": "none", "n_units": 0}


@dataclass(frozen=True, repr=False)
class Evaluation:
    """What `evaluate` found.

    Attributes
    ----------
    test, fold : ndarray of shape (n_test,)
        Position in the samples of each tested row, and the fold that tested it.
    y : ndarray of shape (n_test,)
    proba : ndarray of shape (n_test, 3)
        Out-of-sample probability of the classes 0, 1, 2.
    seismic_mcc, seismic_auc, event_auc : Score
        On the rows of evidence (true class 0 or 1).
    paper : dict
        The three-class numbers of `skquake.metrics.classification_summary`.
    n, n_events : int
        Rows of evidence and the events (earthquakes and controls) they belong to.
    effective_number : float
        Effective number of these events.
    weighted_fit : bool or None
        Whether the weights of events reached, in fit, what predicts in the end: of a calibrated pipeline its
        last step. None where that cannot be seen: a frozen model was fitted before, and of wrappers that
        neither scikit-learn nor skquake made nothing is known.
    features : tuple of str
        Names of the columns used, for the probes of `skquake.inspection`; else empty.
    fit_seconds : float
        Spent in fitting, all folds together.
    interval : str
        What the intervals are: "models held fixed" (what other test data would do to these models),
        "widened for pooled folds" (the same, times ``widening``), or "none".
    widening : float
        Factor by which the intervals were widened; 1 but where folds train on each other's test rows.
    versions : dict of {str: str}
        Versions that made this.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklearn.utils import Bunch
    >>> from sklearn.dummy import DummyClassifier
    >>> from skquake.model_selection import evaluate
    >>> X = pd.DataFrame({"time": pd.date_range("2015-01-01", periods=400), "event_id": np.arange(400),
    ...     "pair_id": np.arange(400) // 2})
    >>> samples = Bunch(X=X, y=np.tile([0, 1], 200))
    >>> found = evaluate(DummyClassifier(), samples, (np.arange(40), np.arange(40, 400)), random_state=0)
    >>> print(found.seismic_mcc, found.n_events)
    0.00 [0.00, 0.00] 360
    >>> found.to_frame()[["seismic_auc", "unit", "n"]]
       seismic_auc              unit    n
    0          0.5  block of 27.6 days  360
    """

    test: IntArray
    fold: IntArray
    y: Array
    proba: FloatArray
    seismic_mcc: Score
    seismic_auc: Score
    event_auc: Score
    paper: dict[str, float]
    n: int
    n_events: int
    effective_number: float
    weighted_fit: bool | None
    features: tuple[str, ...] = ()
    fit_seconds: float = 0.0
    interval: str = FIXED
    widening: float = 1.0
    versions: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return (
            f"Evaluation(seismic MCC {self.seismic_mcc}, AUC {self.seismic_auc}, event AUC {self.event_auc}, "
            f"n={self.n}, events={self.n_events}, effective={self.effective_number:.0f}, "
            f"intervals: {self.interval})"
        )

    def _repr_html_(self) -> str:
        from skquake.model_selection._evaluation_html import evaluation_html

        return evaluation_html(self)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain Python numbers, lists and dicts, ready for JSON."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    def to_frame(self) -> pd.DataFrame:
        """One row: each score with its interval, the paper's score, the counts."""
        row: dict[str, Any] = {}
        for name in ("seismic_mcc", "seismic_auc", "event_auc"):
            score = getattr(self, name)
            row |= {name: score.value, f"{name}_low": score.low, f"{name}_high": score.high}
        row |= {"unit": self.seismic_mcc.unit, "n_units": self.seismic_mcc.n_units}
        row |= {"interval": self.interval, "widening": self.widening}
        row |= {"n": self.n, "n_events": self.n_events, "effective_number": self.effective_number}
        row |= {f"paper_{name}": value for name, value in self.paper.items()}
        return pd.DataFrame([row])


def _plain(value):
    if isinstance(value, Score):
        return value._asdict()
    if isinstance(value, tuple):
        return list(value)
    return value.tolist() if isinstance(value, np.ndarray) else value


def evaluate(
    estimator: Estimator,
    samples: Bunch,
    cv: Any = None,
    *,
    sample_weight: str | None = "event",
    n_resamples: int = 1000,
    random_state: RandomState = None,
    verbose: int = 0,
) -> Evaluation:
    """Fit a fresh clone on each training fold and score what it says of the test fold.

    An earthquake counts once: in fit and in every score the rows of one event share a weight
    of one (in fit scaled to a mean of one, so that learning rates and penalties keep their meaning).
    A classifier that takes no ``sample_weight`` is fitted without (where scikit-learn's metadata routing is
    enabled: one that does not ask for it); ``weighted_fit`` tells. Out-of-sample probabilities of all folds
    are pooled before scoring.

    An interval from resampled test rows holds the models fixed. Folds that train on each other's test rows
    (`PurgedGroupKFold` and its like) depend on one another through what they share in training, and such an
    interval is too narrow: it is widened by sqrt(1 + K n_test / n_train) [1]_, 1.5 for five whole folds, and
    says so (``interval``, ``widening``). Folds that run forwards in time, and one fold alone, are left
    as they are. Nothing is fitted again.

    Parameters
    ----------
    estimator : classifier with ``predict_proba``
        A pipeline gets the weights at its last step, a search or wrapper at the end of what it fits.
    samples : Bunch
        With ``X`` and ``y``, as `skquake.sampling.make_samples` returns; ``groups`` go to the splitter, and
        to that of a search if it asks for them.
    cv : splitter, iterable of (train, test), or one (train, test), default=None
        None: `PurgedTimeSeriesSplit` of five folds, as in `skquake.report.evaluation_report`. Each trains on
        what came before, so that none trains on another's test rows and the first sixth of the rows is
        not tested. Where fewer than 20 earthquakes with a control do not allow it: fewer steps, or folds of
        whole pairs, with a warning.
    sample_weight : "event", "population" or None, default="event"
        "population": the rows of one event share a weight of 1 / ``kept_share``, so that earthquakes of
        seismic places, few of which keep a control, count as among all earthquakes in range
        (`skquake.sampling.make_samples`). None: rows are uniform, in fit and in scores.
    n_resamples : int, default=1000
        Of the intervals (`skquake.metrics.score_interval`); 0 leaves them out (NaN), as do fewer than five
        units.
    random_state : int or None, default=None
        Of the intervals; estimators have their own.
    verbose : int, default=0
        Positive: a progress bar over folds.

    Returns
    -------
    Evaluation

    Raises
    ------
    TypeError
        If ``samples`` is a table instead of the samples that hold it, or ``cv`` a number.
    ValueError
        If a row is tested twice, or a class of evidence is absent from the tested rows; by default, if the
        samples hold one earthquake with a control alone.

    Warns
    -----
    UserWarning
        Where earthquakes are too few for the default of ``cv``.

    References
    ----------
    .. [1] Nadeau, C. & Bengio, Y. (2003). Inference for the generalization error. Machine Learning, 52,
       239-281.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklearn.compose import make_column_transformer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.utils import Bunch
    >>> from skquake.model_selection import chronological_split, evaluate
    >>> time = pd.date_range("2015-01-01", periods=400, freq="D")
    >>> X = pd.DataFrame({"source": "tec", "time": time, "latitude": 0.0, "longitude": 0.0,
    ...     "radius_km": 100.0, "obs_start": time, "obs_end": time, "event_id": np.arange(400),
    ...     "pair_id": np.arange(400) // 2})
    >>> y = np.tile([0, 1], 200)
    >>> X["tec"] = y + np.random.default_rng(0).normal(size=400)
    >>> model = make_pipeline(make_column_transformer(("passthrough", ["tec"])), LogisticRegression())
    >>> evaluate(model, Bunch(X=X, y=y, groups=X["pair_id"]), chronological_split(X, y), random_state=0)
    Evaluation(seismic MCC ...)
    """
    check_samples(samples, cv, "evaluate")
    X = check_columns(samples.X, ("event_id", "pair_id", "time"), "evaluate: samples.X")
    y = np.asarray(samples.y)
    if len(y) != len(X):
        raise ValueError(f"evaluate: samples.y has {len(y)} values and samples.X {len(X)} rows")
    row_weights(X, sample_weight)  # raises where there are none
    weighted_fit = False if sample_weight is None else weight_route(estimator).reached
    groups = getattr(samples, "groups", None)
    groups_key = None if groups is None else group_parameter(estimator)
    folds = default_split(X, y, groups, "evaluate")[1] if cv is None else list(_folds(cv, X, y, groups))
    if not folds:
        raise ValueError("evaluate: cv holds no folds")
    tests, probas, fit_seconds = [], [], 0.0
    for train, test in progress(folds, desc="folds", verbose=verbose, total=len(folds)):
        weight = None
        if sample_weight is not None:
            of_rows = np.asarray(row_weights(X.iloc[train], sample_weight), dtype=float)
            weight = of_rows / of_rows.mean()
        params = {groups_key: np.asarray(groups)[train]} if groups_key else {}
        start = clock()
        model = fit_weighted(clone(estimator), X.iloc[train], y[train], weight, **params)
        fit_seconds += clock() - start
        probas.append(align_classes(model.predict_proba(X.iloc[test]), model.classes_))
        tests.append(np.asarray(test))
    proba = np.concatenate(probas)
    factor = widening(folds, len(X))
    found = _score(X, y, tests, proba, sample_weight, n_resamples, random_state, weighted_fit, factor)
    return replace(found, fit_seconds=fit_seconds)


def check_samples(samples: Any, cv: Any, what: str) -> None:
    """Raise TypeError, with the cure, for a table in place of samples, or a number in place of a splitter."""
    if is_frame(samples) or not (hasattr(samples, "X") and hasattr(samples, "y")):
        raise TypeError(
            f"{what}: samples must hold X and y, as make_samples returns them; pass the samples, not "
            f"samples.X (got {type(samples).__name__})"
        )
    if isinstance(cv, Integral):
        raise TypeError(
            f"{what}: cv={cv} is a number; say how to split, as by PurgedTimeSeriesSplit({cv}), which "
            "tests what follows on what came before and purges shared observations"
        )
    if cv is not None and not hasattr(cv, "split") and not isinstance(cv, Iterable):
        raise TypeError(f"{what}: cv must be a splitter or (train, test) folds, got {cv!r}")


def _folds(cv, X, y, groups):
    """(train, test) positions from a splitter, an iterable of folds, or one fold."""
    if hasattr(cv, "split"):
        # scikit-learn's splitters say whether they want groups, and warn of those that they ignore.
        routing = getattr(cv, "get_metadata_routing", None)
        wanted = routing is None or routing().split.requests.get("groups")
        return cv.split(X, y, groups if wanted else None)
    cv = list(cv)
    # Two runs of positions are one fold; two folds are runs of arrays.
    is_one = len(cv) == 2 and all(len(part) and np.ndim(part[0]) == 0 for part in cv)
    return [tuple(cv)] if is_one else cv


def _score(X, y, tests, proba, sample_weight, n_resamples, random_state, weighted_fit=None, factor=1.0):
    test = np.concatenate(tests)
    if len(np.unique(test)) < len(test):
        raise ValueError("evaluate: cv tests some rows more than once; each may be tested once at most")
    tested, y = X.iloc[test], y[test]
    event_id, is_evidence = tested["event_id"].to_numpy(), y != 2
    weight = None
    if sample_weight is not None:
        weight = np.zeros(len(y))
        weight[is_evidence] = row_weights(tested[is_evidence], sample_weight)
    values = {
        "seismic_mcc": seismic_mcc(y, proba, sample_weight=weight),
        "seismic_auc": seismic_auc(y, proba, sample_weight=weight),
        "event_auc": event_auc(
            event_id, y, proba, sample_weight=weight if sample_weight == "population" else None
        ),
    }
    where = {"event_id": event_id, "pair_id": tested["pair_id"].to_numpy(), "time": tested["time"].to_numpy()}
    weights = weight if sample_weight == "population" else sample_weight
    resampling = {"sample_weight": weights, "n_resamples": n_resamples, "random_state": random_state}
    scores: dict[str, Any] = {
        name: Score(
            value, **(score_interval(name, y, proba, **where, **resampling) if n_resamples else _NO_INTERVAL)
        )
        for name, value in values.items()
    }
    if factor > 1.0:
        for name, score in scores.items():
            # At the end of its range the interval is a binomial bound, no spread of resamples.
            if score.has_interval and score.value not in _RANGES[name]:
                low, high = widen(score.value, score.low, score.high, factor, *_RANGES[name])
                scores[name] = score._replace(low=low, high=high)
    known = any(score.has_interval for score in scores.values())
    return Evaluation(
        test=test,
        fold=np.repeat(np.arange(len(tests)), [len(part) for part in tests]),
        y=y,
        proba=proba,
        **scores,
        paper=classification_summary(y, proba, sample_weight=row_weights(tested, sample_weight)),
        n=int(is_evidence.sum()),
        n_events=tested.loc[is_evidence, "event_id"].nunique(),
        effective_number=effective_number(event_id[is_evidence]),
        weighted_fit=weighted_fit,
        interval=NONE if not known else WIDENED if factor > 1.0 else FIXED,
        widening=factor,
        versions=made_with(),
    )
