"""What given scores reach where the labels of whole events are dealt anew."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from skquake.metrics._evidence import evidence
from skquake.metrics._seismic import binary_auc, binary_mcc

PAIRED = 0.95  # share of events with a partner of the other class, from which labels are dealt within pairs
WITHIN_PAIRS = "labels permuted within pairs"
ROTATED = "labels rotated in time"
TELLS = {
    WITHIN_PAIRS: (
        "whether earthquakes score higher than their own controls, whatever their place; not whether the "
        "model, fitted anew, would have scored as high on earthquakes that never happened"
    ),
    ROTATED: (
        "whether the score needs these very events, or any with the same clustering in time; not "
        "whether it only recognises their places"
    ),
}


def score_nulls(y, proba, *, event_id, pair_id, time, scoring, n_permutations=999, random_state=None):
    """Nulls of a score that need its rows only: nothing is fitted or cut anew.

    Labels are dealt to whole events and controls, since the rows of one are no
    independent evidence. Two ways: at random within each pair (an earthquake with its controls), where
    nearly all have such partners, those without left out; and all labels, in the order of time, moved on by
    the same number of events, which keeps clusters of earthquakes together.

    Parameters
    ----------
    y, proba, event_id, pair_id, time
        As `skquake.metrics.score_interval` takes them.
    scoring : {"seismic_mcc", "seismic_auc", "event_auc"}
    n_permutations : int
        Most dealings of each null. Where fewer rotations exist, all are made.
    random_state : int, RandomState instance or None

    Returns
    -------
    DataFrame
        One row a null (index): ``observed``, ``mean`` and ``quantile`` (95 %) of the null, ``p_value``
        (1 + dealings that reach the score) / (1 + dealings), ``resolution``, that of a score without any
        error (dealings may give the labels back as they were: where each earthquake is followed by its
        control, every second rotation does), ``n`` dealings, ``n_events`` and ``tells`` (in words).
    """
    rows, label, probability, _ = evidence(y, proba, what=scoring)
    frame = pd.DataFrame(
        {
            "event": np.asarray(event_id, dtype=object)[rows],
            "pair": np.asarray(pair_id, dtype=object)[rows],
            "time": np.asarray(time, dtype="datetime64[ns]")[rows].astype("int64"),
            "label": label,
        }
    )
    events = frame.groupby("event", sort=False).agg(
        pair=("pair", "first"), time=("time", "mean"), label=("label", "first")
    )
    rng, found = check_random_state(random_state), {}
    both = events.groupby("pair")["label"].transform("nunique") > 1
    nulls = [(ROTATED, _rotated, events)]
    if both.mean() > PAIRED:
        nulls.insert(0, (WITHIN_PAIRS, _within_pairs, events[both]))
    for name, deal, dealt in nulls:
        code = dealt.index.get_indexer(pd.Index(frame["event"]))
        statistic = _statistic(scoring, code[code >= 0], probability[code >= 0])
        observed = float(statistic(dealt["label"].to_numpy()[None])[0])
        labels = deal(dealt, n_permutations, rng)
        values = statistic(labels)
        same = int((labels == dealt["label"].to_numpy()).all(axis=1).sum())
        # Sums in another order differ in their last digits; such values are ties.
        reached = int((values >= observed - 1e-9).sum())
        found[name] = {
            "observed": observed,
            "mean": float(values.mean()),
            "quantile": float(np.quantile(values, 0.95)),
            "p_value": (1 + reached) / (1 + len(values)),
            "resolution": (1 + same) / (1 + len(values)),
            "n": len(values),
            "n_events": len(dealt),
            "tells": TELLS[name],
        }
    return pd.DataFrame.from_dict(found, orient="index").rename_axis("null")


def _within_pairs(events, n, rng):
    """Labels (n, n_events), shuffled within each pair."""
    label, pair = events["label"].to_numpy(), pd.factorize(events["pair"])[0]
    order = np.argsort(pair, kind="stable")  # the places of each pair, one pair after the other
    dealt = np.empty((n, len(label)), dtype=bool)
    for row in dealt:
        row[order] = label[np.lexsort((rng.random(len(label)), pair))]
    return dealt


def _rotated(events, n, rng):
    """Labels (n, n_events) moved on in the order of time; every offset where there are few."""
    order = np.argsort(events["time"].to_numpy(), kind="stable")
    offsets = np.arange(1, len(order))
    if len(offsets) > n:
        offsets = rng.choice(offsets, n, replace=False)
    dealt = np.empty((len(offsets), len(order)), dtype=bool)
    for row, offset in zip(dealt, offsets, strict=True):
        row[order] = np.roll(events["label"].to_numpy()[order], offset)
    return dealt


def _statistic(scoring, code, probability):
    """Function from labels (n, n_events) to n scores, each event with a weight of one."""
    size = np.bincount(code)
    if scoring == "seismic_mcc":
        said = np.bincount(code, probability > 0.5) / size  # share of an event's rows called seismic

        def mcc(label):
            tp, fp = label @ said, ~label @ said
            return binary_mcc(tp, fp, label @ (1.0 - said), ~label @ (1.0 - said))

        return mcc
    if scoring == "event_auc":
        probability, code = np.bincount(code, probability) / size, np.arange(len(size))
    weight = 1.0 / np.bincount(code)[code]
    return lambda label: np.array([float(binary_auc(row[code], probability, weight)) for row in label])
