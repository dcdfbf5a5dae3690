"""Intervals of scores: what is resampled is what is independent."""

from __future__ import annotations

import warnings
from numbers import Integral, Real
from operator import itemgetter

import numpy as np
import pandas as pd
from sklearn.utils import Bunch, check_random_state

from skquake._core._evidence import FEWEST
from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._time import NS_PER_DAY, as_ns, to_utc
from skquake._core._typing import ArrayLike, RandomState
from skquake._core._weights import event_weights
from skquake.metrics._blocks import BLOCK_DAYS, FEW, tails, time_blocks
from skquake.metrics._events import event_scores, event_sums
from skquake.metrics._evidence import evidence
from skquake.metrics._seismic import binary_auc, binary_mcc

SCORES = ("seismic_mcc", "seismic_auc", "event_auc")
_CHUNK = 2_000_000  # weights held at once
_RARE = 0.05  # share of undefined resamples that is worth no word


@validate_params(
    {
        "score": [StrOptions(set(SCORES))],
        "sample_weight": [StrOptions({"event"}), "array-like", None],
        "n_resamples": [Interval(Integral, 1, None, closed="left")],
        "block_days": [Interval(Real, 0, None, closed="neither")],
        "min_blocks": [Interval(Integral, 2, None, closed="left")],
        "level": [Interval(Real, 0, 1, closed="neither")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def score_interval(
    score: str,
    y: ArrayLike,
    proba: ArrayLike,
    *,
    event_id: ArrayLike,
    pair_id: ArrayLike | None = None,
    time: ArrayLike | None = None,
    classes: ArrayLike | None = None,
    reference: ArrayLike | None = None,
    sample_weight: str | ArrayLike | None = "event",
    n_resamples: int = 1000,
    block_days: float = BLOCK_DAYS,
    min_blocks: int = 12,
    level: float = 0.95,
    random_state: RandomState = None,
) -> Bunch:
    """Interval of a score on given predictions, by resampling blocks of time or whole pairs.

    Rows are anything but independent: those of one event share its place, a control shares the place
    of its earthquake, and all rows of a night share the weather of the ionosphere. So units are drawn
    with replacement, never rows.

    Where the rows span at least ``min_blocks`` blocks of ``block_days`` the unit is a block: the span is
    cut into equal blocks, and an event lies, with all its rows, in the block of their mean time. Blocks
    keep the weather of a night together. They tear pairs whose members lie in two blocks, which
    errs on the safe side: a place fools a model with the earthquake and with its control in opposite
    directions, and an interval that overlooks this is too wide.

    In a shorter span the interval is the wider of two: one from whole pairs (an earthquake with its
    controls), which takes pairs that see the same nights as independent, and one from ``min_blocks``
    shorter blocks. Without ``time`` it comes from pairs alone.

    The interval is the percentile interval, its quantiles moved outwards for the number n of units: the
    level alpha becomes Phi(sqrt(n / (n - 1)) t_{n-1}(alpha)), without which a dozen blocks cover too
    little. It holds the model fixed: it tells what other test data would do, not other training data.
    A model that decides alike everywhere has an MCC of 0 in every resample: [0, 0] means that, not certainty.

    Where fewer than five units (pairs or blocks) carry evidence with a positive weight there is no interval:
    resamples of so few are nearly all alike, and would pass for certainty.

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
    reference : array-like of shape (n_samples, n_classes), default=None
        Probabilities of another model for the same rows: the interval is then of the difference of both
        scores, each pair of them from one resample (`score_difference`).
    sample_weight : "event", None or array-like of shape (n_samples,), default="event"
        "event": the rows of evidence of one event share a weight of one. None: uniform.
        An array: in "event_auc", where an event is one point, that has the sum of its rows' weights.
    n_resamples : int, default=1000
    block_days : float, default=27.0
        Least length of a block; 27 days is one rotation of the Sun.
    min_blocks : int, default=12
        Below this, the spread of so few blocks is itself hardly known.
    level : float, default=0.95
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    Bunch
        ``low``, ``high`` (NaN with fewer than five units), ``unit`` ("block of 29 days", "pair", or "event"
        without ``pair_id``), ``n_units``.

    Raises
    ------
    ValueError
        If the score is undefined.

    Warns
    -----
    UserWarning
        With an interval from fewer than 10 units, or where more than 5 % of the resamples hold one class
        only: the score is undefined there, and they do not count.

    Notes
    -----
    Where all resamples give the same score, as of a few units that are all right, none of n units was seen to
    be wrong, but a share of up to 1 - (alpha / 2)**(1 / n) of them may be (Clopper & Pearson 1934): the
    interval reaches as far as so many would move the score, 2 times that share for an MCC, once for an AUC.

    References
    ----------
    Clopper, C. J. & Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in the case
    of the binomial. Biometrika, 26, 404-413.

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
    0.66 0.79 100 pairs
    """
    rows, label, probability, weight = evidence(
        y,
        proba,
        classes=classes,
        sample_weight=None if isinstance(sample_weight, str) else sample_weight,
        what=score,
    )
    n, other = len(np.asarray(y)), None
    if reference is not None:
        other = evidence(y, reference, classes=classes, what=f"{score} of the reference")[2]
    frame = pd.DataFrame({"event": _take(event_id, rows, n, "event_id")})
    frame["pair"] = frame["event"] if pair_id is None else _take(pair_id, rows, n, "pair_id")
    frame["ns"] = np.nan if time is None else as_ns(_take(to_utc(time), rows, n, "time")).astype(float)
    if score == "event_auc":
        if other is not None:
            other = _of_events(frame["event"], label, other)["probability"].to_numpy()
        events = _of_events(frame["event"], label, probability)
        label, probability = events["label"].to_numpy() == 1, events["probability"].to_numpy()
        of_rows = frame["event"].to_numpy()
        frame = frame.groupby("event", sort=False).agg({"pair": "first", "ns": "mean"}).reset_index()
        given = sample_weight is not None and not isinstance(sample_weight, str)
        weight = event_sums(of_rows, weight) if given else np.ones(len(frame))
    elif isinstance(sample_weight, str):
        weight = event_weights(frame["event"])
    carries = weight > 0.0
    frame, label, probability, weight = frame[carries], label[carries], probability[carries], weight[carries]
    other = None if other is None else other[carries]
    units = list(_units(frame, block_days, min_blocks, "event" if pair_id is None else "pair"))
    n_units, name = min((int(unit.max()) + 1, name) for name, unit in units)
    if n_units < FEWEST:
        return Bunch(low=np.nan, high=np.nan, unit=name, n_units=n_units)
    resample = _mcc if score == "seismic_mcc" else _auc
    rng = check_random_state(random_state)
    intervals = []
    for name, unit in units:
        n_units = int(unit.max()) + 1
        draws = rng.multinomial(n_units, np.full(n_units, 1.0 / n_units), n_resamples)
        values = resample(draws, label, probability, weight, unit)
        if other is not None:
            values = values - resample(draws, label, other, weight, unit)
        low, high = np.nanquantile(values, tails(level, n_units))
        if high - low < 1e-12:
            low, high = _unseen(low, score, other is not None, n_units, level)
        undefined = int(np.isnan(values).sum())
        intervals.append((float(high - low), float(low), float(high), name, n_units, undefined))
    _, low, high, name, n_units, undefined = max(intervals, key=itemgetter(0))
    if n_units < FEW:
        message = f"only {n_units} units ({name}) to resample; the interval is hardly more than a guess"
        warnings.warn(f"{score}: {message}", stacklevel=3)
    if undefined > _RARE * n_resamples:
        message = f"{undefined} of {n_resamples} resamples hold one class only and do not count"
        warnings.warn(f"{score}: {message}", stacklevel=3)
    return Bunch(low=low, high=high, unit=name, n_units=n_units)


def _unseen(value, score, paired, n_units, level):
    """Ends of an interval where all resamples agree.

    Among n units none was seen to be wrong, but a share of up to 1 - (alpha / 2)**(1 / n) may be (the exact
    binomial bound). What says one thing of every row is at chance by definition.
    """
    is_mcc = score == "seismic_mcc"
    middle, most = (0.0, 1.0) if is_mcc else (0.5, 0.5)
    if paired:
        middle, most = 0.0, 2.0 * most
    if np.isnan(value) or value == middle:
        return value, value
    reach = (2.0 if is_mcc else 1.0) * (1.0 - ((1.0 - level) / 2.0) ** (1.0 / n_units))
    return max(value - reach, middle - most), min(value + reach, middle + most)


def _of_events(event, label, probability):
    """Label and mean probability of each event."""
    return event_scores(event, label.astype(int), np.stack([1.0 - probability, probability], axis=1))


def _take(values, rows, n, name):
    values = np.asarray(values)
    if len(values) != n:
        raise ValueError(f"{name} has {len(values)} values and y {n}")
    return values[rows]


def _units(frame, block_days, min_blocks, whole):
    """What may be resampled: (name, code of the unit of each row, without gaps)."""
    first, last = frame["ns"].min(), frame["ns"].max()
    if not (last - first) / NS_PER_DAY >= min_blocks * block_days:
        yield whole, pd.factorize(frame["pair"])[0]
    if last > first:
        centre = frame.groupby("event")["ns"].transform("mean").to_numpy()
        blocks = time_blocks(centre, first, last, block_days=block_days, min_blocks=min_blocks)
        yield blocks.unit, pd.factorize(blocks.code)[0]


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
