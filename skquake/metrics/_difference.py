"""Is one model better than another on the same rows?"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import Bunch

from skquake._core._typing import ArrayLike
from skquake._core._weights import event_weights
from skquake.metrics._events import event_auc
from skquake.metrics._intervals import score_interval
from skquake.metrics._seismic import seismic_auc, seismic_mcc


def score_difference(
    score: str,
    y: ArrayLike,
    proba: ArrayLike,
    reference: ArrayLike,
    *,
    event_id: ArrayLike,
    classes: ArrayLike | None = None,
    sample_weight: str | ArrayLike | None = "event",
    **params: Any,
) -> Bunch:
    """Score of a model minus that of another on the same rows, with its interval.

    Two models err on the same nights, so their scores rise and fall together: whether their intervals
    overlap says little. Here both are scored on each resample of the same blocks or pairs, and the
    interval is that of the difference.

    Parameters
    ----------
    score, y, proba, event_id, classes, sample_weight
        As in `score_interval`.
    reference : array-like of shape (n_samples, n_classes)
        What the other model (a probe, say) gives for the same rows.
    **params
        Further parameters of `score_interval`: ``pair_id``, ``time``, ``n_resamples``, ...

    Returns
    -------
    Bunch
        ``value`` (positive: ``proba`` is better), ``low``, ``high``, ``unit``, ``n_units``.

    Raises
    ------
    ValueError
        As `score_interval`; and where ``reference`` does not fit the rows.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.metrics import score_difference
    >>> rng = np.random.default_rng(0)
    >>> y = np.tile([1, 0], 100)
    >>> weak, strong = (np.clip(0.5 + gain * (y - 0.5) + 0.1 * rng.normal(size=200), 0, 1)
    ...     for gain in (0.05, 0.2))
    >>> found = score_difference("seismic_auc", y, np.c_[1 - strong, strong], np.c_[1 - weak, weak],
    ...     event_id=np.arange(200), pair_id=np.arange(200) // 2, random_state=0)
    >>> print(f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]")
    0.32 [0.24, 0.41]
    """
    options: dict[str, Any] = {"event_id": event_id, "classes": classes, "sample_weight": sample_weight}
    interval = score_interval(score, y, proba, reference=reference, **options, **params)
    both = (_value(score, y, said, **options) for said in (proba, reference))
    return type(interval)(value=next(both) - next(both), **interval)


def _value(score, y, proba, event_id, classes, sample_weight):
    if score == "event_auc":
        weight = None if isinstance(sample_weight, str) else sample_weight
        return event_auc(event_id, y, proba, classes=classes, sample_weight=weight)
    if isinstance(sample_weight, str):
        is_evidence, sample_weight = np.asarray(y) != 2, np.zeros(len(proba))
        sample_weight[is_evidence] = event_weights(np.asarray(event_id, dtype=object)[is_evidence])
    function = {"seismic_mcc": seismic_mcc, "seismic_auc": seismic_auc}[score]
    return float(function(y, proba, classes=classes, sample_weight=sample_weight))
