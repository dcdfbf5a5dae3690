"""Intervals of scores: what is resampled is what is independent."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.utils import Bunch

from skquake._core._time import NS_PER_DAY, as_ns, to_utc
from skquake._core._weights import event_weights
from skquake.metrics._events import event_scores
from skquake.metrics._evidence import check_weights, evidence
from skquake.metrics._seismic import binary_auc, binary_mcc

SCORES = ("seismic_mcc", "seismic_auc", "event_auc")
_CHUNK = 2_000_000  # weights held at once


def score_interval(
    score,
    y,
    proba,
    *,
    event_id,
    pair_id=None,
    time=None,
    classes=None,
    sample_weight="event",
    n_resamples=1000,
    block_days=27.0,
    min_blocks=10,
    level=0.95,
    random_state=None,
):
    """Interval of a score on given predictions, by resampling blocks of time or whole pairs.

    Rows are anything but independent: those of one event share its place, a control shares the place
    of its earthquake, and all rows of a night share the weather of the ionosphere. So units are drawn with
    replacement, never rows. Where the rows span at least ``min_blocks`` blocks of ``block_days``
    the unit is a block: the span is cut into equal blocks, and an event lies, with all its
    rows, in the block of their mean time. Elsewhere (or without ``time``) it is the pair, an earthquake
    with its controls. Blocks keep the weather of a night together, at the price of tearing pairs
    that lie in two blocks: as the members of a pair err in opposite directions, that widens the interval.
    Pairs treat events that see the same nights as independent, which no unit can avoid in a short span:
    the word for such a score is "underpowered".

    The interval is the percentile interval, its quantiles moved outwards for the number n of units: the
    level alpha becomes Phi(sqrt(n / (n - 1)) t_{n-1}(alpha)), without which ten blocks cover too
    little.

    Parameters
    ----------
    score : {"seismic_mcc", "seismic_auc", "event_auc"}
    y : array-like of shape (n_samples,)
        0 non-seismic, 1 seismic, 2 disturbed; rows of class 2 do not count.
    proba : array-like of shape (n_samples, n_classes)
    event_id : array-like of shape (n_samples,)
    pair_id : array-like of shape (n_samples,), default=None
        Earthquake of each row and of its controls; ``event_id`` by default.
    time : array-like of datetime of shape (n_samples,), default=None
        Of each row, UTC.
    classes : sequence, default=None
        As in `seismic_mcc`.
    sample_weight : "event", None or array-like of shape (n_samples,), default="event"
        "event": the rows of evidence of one event share a weight of one. None: uniform.
        Not used by "event_auc", where an event is one point.
    n_resamples : int, default=1000
    block_days : float, default=27.0
        Least length of a block; 27 days is one rotation of the Sun.
    min_blocks : int, default=10
        Below this, the spread of so few blocks is itself hardly known.
    level : float, default=0.95
    random_state : int, Generator or None, default=None

    Returns
    -------
    Bunch
        ``low``, ``high``, ``unit`` ("block of 29 days", "pair" or "event"), ``n_units``.

    Raises
    ------
    ValueError
        If the score is undefined, or a single unit holds all evidence.

    Warns
    -----
    UserWarning
        With fewer than 10 units, or where the score is undefined in some resamples (they do not count).

    References
    ----------
    Hesterberg, T. C. (2015). What teachers should know about the bootstrap. The American
    Statistician, 69, 371-386 (the expanded percentile interval).

    Field, C. A. & Welsh, A. H. (2007). Bootstrapping clustered data. Journal of the Royal
    Statistical Society B, 69, 369-390.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.metrics import score_interval
    >>> rng = np.random.default_rng(0)
    >>> y = np.tile([1, 0], 100)
    >>> p = np.clip(0.5 + 0.1 * (y - 0.5) + 0.1 * rng.normal(size=200), 0, 1)
    >>> interval = score_interval("seismic_auc", y, np.c_[1 - p, p], event_id=np.arange(200),
    ...     pair_id=np.arange(200) // 2, random_state=0)
    >>> print(f"{interval.low:.2f} {interval.high:.2f} {interval.n_units} {interval.unit}s")
    0.65 0.79 100 pairs
    """
    if score not in SCORES:
        raise ValueError(f"score: {score!r} is none of {', '.join(SCORES)}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"level: {level} does not lie between 0 and 1")
    rows, label, probability, _ = evidence(y, proba, classes=classes, what=score)
    event = _take(event_id, rows, len(np.asarray(y)), "event_id")
    pair = event if pair_id is None else _take(pair_id, rows, len(np.asarray(y)), "pair_id")
    days = None
    if time is not None:
        days = as_ns(_take(to_utc(time), rows, len(np.asarray(y)), "time")) / NS_PER_DAY
    unit, name = _units(event, pair, days, block_days, min_blocks, "event" if pair_id is None else "pair")
    if score == "event_auc":
        first = np.sort(np.unique(event, return_index=True)[1])
        events = event_scores(event, label.astype(int), np.stack([1.0 - probability, probability], axis=1))
        label, probability, unit = label[first], events["probability"].to_numpy(), unit[first]
        weight = np.ones(len(first))
    elif isinstance(sample_weight, str):
        if sample_weight != "event":
            raise ValueError(f'sample_weight: {sample_weight!r} is neither "event" nor None nor an array')
        weight = event_weights(event)
    else:
        weight = check_weights(sample_weight, len(np.asarray(y)))[rows]
    n_units = int(unit.max()) + 1
    if n_units < 2:
        raise ValueError(f"{score}: all evidence lies in one {name}; no interval can be resampled")
    if n_units < 10:
        warnings.warn(
            f"{score}: only {n_units} units ({name}) to resample; the interval is hardly more than a guess",
            stacklevel=2,
        )
    draws = np.random.default_rng(random_state).multinomial(
        n_units, np.full(n_units, 1 / n_units), n_resamples
    )
    values = (
        _mcc(draws, label, probability, weight, unit)
        if score == "seismic_mcc"
        else _auc(draws, label, probability, weight, unit)
    )
    undefined = int(np.isnan(values).sum())
    if undefined:
        warnings.warn(
            f"{score}: {undefined} of {n_resamples} resamples hold one class only and do not count",
            stacklevel=2,
        )
    tail = stats.norm.cdf(np.sqrt(n_units / (n_units - 1)) * stats.t.ppf((1.0 - level) / 2.0, n_units - 1))
    low, high = np.nanquantile(values, [tail, 1.0 - tail])
    return Bunch(low=float(low), high=float(high), unit=name, n_units=n_units)


def _take(values, rows, n, name):
    values = np.asarray(values)
    if len(values) != n:
        raise ValueError(f"{name} has {len(values)} values and y {n}")
    return values[rows]


def _units(event, pair, days, block_days, min_blocks, whole):
    """Code of the unit of each row, without gaps, and what it is called."""
    n_blocks = 0 if days is None else int(np.ptp(days) / block_days)
    if n_blocks < min_blocks:
        return pd.factorize(pair)[0], whole
    centre = pd.Series(days).groupby(pd.factorize(event)[0]).transform("mean").to_numpy()
    length = np.ptp(days) / n_blocks
    block = np.minimum((centre - days.min()) / length, n_blocks - 1).astype(int)
    return np.unique(block, return_inverse=True)[1], f"block of {length:.3g} days"


def _mcc(draws, label, probability, weight, unit):
    """MCC of each resample: confusion sums of the units, times how often each was drawn."""
    said = probability > 0.5
    cells = ((said, label), (said, ~label), (~said, label), (~said, ~label))
    per_unit = np.stack([np.bincount(unit, weight * (a & b), draws.shape[1]) for a, b in cells])
    tp, fp, fn, tn = per_unit @ draws.T
    defined = (tp + fn > 0.0) & (fp + tn > 0.0)
    return np.where(defined, binary_mcc(tp, fp, fn, tn), np.nan)


def _auc(draws, label, probability, weight, unit):
    """AUC of each resample, rows sorted once, in chunks that fit into memory."""
    order = np.argsort(probability, kind="stable")
    label, probability, weight, unit = label[order], probability[order], weight[order], unit[order]
    step = max(1, _CHUNK // len(label))
    chunks = (draws[i : i + step] for i in range(0, len(draws), step))
    values = [np.atleast_1d(binary_auc(label, probability, chunk[:, unit] * weight)) for chunk in chunks]
    return np.concatenate(values)
