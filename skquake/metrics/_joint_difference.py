"""Is a score of some rows higher than a score of others, when both come from the same nights?"""

from __future__ import annotations

from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch, check_random_state

from skquake._core._time import as_ns
from skquake._core._weights import event_weights
from skquake.metrics._blocks import BLOCK_DAYS, FEWEST, tails
from skquake.metrics._evidence import seismic_probability
from skquake.metrics._intervals import _auc, _mcc, _of_events, _units


def joint_interval(
    score: str,
    first: Bunch,
    second: Bunch,
    *,
    weighted: bool = True,
    n_resamples: int = 1000,
    block_days: float = BLOCK_DAYS,
    min_blocks: int = 12,
    level: float = 0.95,
    random_state: Any = None,
) -> Bunch:
    """Interval of the difference of a score between two analyses that tested other rows.

    Rows cannot be paired, but units can: both scores are taken from each resample of the same blocks of
    time, or of the same pairs, as in `score_interval`; what the two share (their earthquakes, the weather of
    a night) is then drawn in both or in neither.

    Parameters
    ----------
    score : {"seismic_mcc", "seismic_auc", "event_auc"}
    first, second : Bunch
        ``y``, ``proba`` (three classes), ``event_id``, ``pair_id`` and ``time`` of each tested row; the
        time is that of the row's event, which is the same in both analyses where the event is.
    weighted : bool, default=True
        The rows of evidence of one event share a weight of one.

    Returns
    -------
    Bunch
        ``low``, ``high`` (NaN with fewer than five units of either analysis, and where all resamples agree,
        which is no certainty), ``unit``, ``n_units`` (of both together; without an interval for want of
        units, of the analysis that has fewer).
    """
    sides = [_side(score, rows, weighted, str(k)) for k, rows in enumerate((first, second))]
    joint = pd.concat([side.frame for side in sides], ignore_index=True)
    n_first = len(sides[0].frame)
    units = list(_units(joint, block_days, min_blocks, "pair"))
    # What the difference rests on is no more than either side has.
    n_units, name = min(
        (len(np.unique(part)), name) for name, unit in units for part in (unit[:n_first], unit[n_first:])
    )
    if n_units < FEWEST:
        return Bunch(low=np.nan, high=np.nan, unit=name, n_units=n_units)
    resample = _mcc if score == "seismic_mcc" else _auc
    rng = check_random_state(random_state)
    found = []
    for name, unit in units:
        n_units = int(unit.max()) + 1
        draws = rng.multinomial(n_units, np.full(n_units, 1.0 / n_units), n_resamples)
        values = [
            resample(draws, side.label, side.probability, side.weight, of_side)
            for side, of_side in zip(sides, (unit[:n_first], unit[n_first:]), strict=True)
        ]
        difference = values[0] - values[1]
        if np.isnan(difference).all():
            continue
        low, high = np.nanquantile(difference, tails(level, n_units))
        found.append((float(high - low), float(low), float(high), name, n_units))
    if not found or max(found)[0] < 1e-12:
        return Bunch(low=np.nan, high=np.nan, unit=name, n_units=n_units)
    _, low, high, name, n_units = max(found, key=itemgetter(0))
    return Bunch(low=low, high=high, unit=name, n_units=n_units)


def _side(score, rows, weighted, name):
    """What is resampled of one analysis; a control is its own, an earthquake is that of both."""
    evidence = rows.y < 2
    label = rows.y[evidence] == 1
    probability = seismic_probability(rows.proba[evidence])
    event = np.asarray(rows.event_id, dtype=object)[evidence]
    own = np.where(label, "", f"control of {name}: ")
    frame = pd.DataFrame(
        {
            "event": [f"{prefix}{id_}" for prefix, id_ in zip(own, event, strict=True)],
            "pair": np.asarray(rows.pair_id, dtype=object)[evidence],
            "ns": as_ns(rows.time)[evidence].astype(float),
        }
    )
    if score == "event_auc":
        events = _of_events(frame["event"], label, probability)
        label, probability = events["label"].to_numpy() == 1, events["probability"].to_numpy()
        frame = frame.groupby("event", sort=False).agg({"pair": "first", "ns": "mean"}).reset_index()
        weight = np.ones(len(frame))
    else:
        weight = np.asarray(event_weights(frame["event"])) if weighted else np.ones(len(frame))
    return Bunch(frame=frame, label=label, probability=probability, weight=weight)
