"""Entries in order: who passes where nothing is there, and who finds what is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from skquake.datasets import list_worlds
from skquake.report._world_score import WorldScore, signature_of


def rank(scores: Iterable[WorldScore | Mapping[str, Any]]) -> pd.DataFrame:
    """Order entries by what they find, behind them those that fail, and those that lack a world.

    Parameters
    ----------
    scores : iterable of WorldScore, or of their rows
        Of any number of entries and worlds.

    Returns
    -------
    DataFrame
        Index: the entry. ``place`` (missing of those that fail or lack a world that another one has),
        ``failed`` (worlds and why), ``lacks`` (worlds), means over the worlds with an effect that the
        training has, too (``event_auc``, ``share_of_window_oracle``, ``detection_rate``, ``brier_skill``),
        over those without (``false_alarm_rate``), and over all (``seconds``).

    Raises
    ------
    ValueError
        For no score, one that is there twice, a world in two versions, or a row whose signature is not that
        of its numbers.

    Notes
    -----
    Where the effect begins with the test there is nothing to learn from: a model that was trained on noise
    sees the effect in a direction of its own, and scores far above chance or far below. Such worlds are for
    detectors that are not trained; no mean counts them.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from skquake.report import rank, run_world
    >>> row = run_world(lambda world: DummyClassifier(), "tec-2009", entry_name="a coin")
    >>> rank([row])[["failed", "false_alarm_rate"]]
           failed  false_alarm_rate
    entry
    a coin                      0.0
    """
    rows = [each.to_dict() if isinstance(each, WorldScore) else dict(each) for each in scores]
    if not rows:
        raise ValueError("scores: there is none; pass what run_world found")
    for row in rows:
        if signature_of(row) != row["signature"]:
            raise ValueError(f"scores: {row['entry']!r} in {row['world']!r} was changed after it was signed")
    table = pd.DataFrame(rows)
    _check(table)
    where = table["world"] + " " + table["seed"].astype(str)
    every = dict.fromkeys(where)
    spans = list_worlds()["effect_span"]
    late = table["world"].isin(spans.index[spans == "test"])
    lines = {}
    for entry, of in table.groupby("entry", sort=False):
        there, nothing = of[(of["effect"] != 0.0) & ~late[of.index]], of[of["effect"] == 0.0]
        failed, known = of[of["failed"] != ""], set(where[of.index])
        lines[entry] = {
            "failed": "; ".join(f"{row.world}: {row.failed}" for row in failed.itertuples()),
            "lacks": ", ".join(world for world in every if world not in known),
            **{name: _mean(there[name]) for name in _WHERE_THERE},
            "false_alarm_rate": _mean(nothing["false_alarm_rate"]),
            "seconds": _mean(of["seconds"]),
        }
    found = pd.DataFrame.from_dict(lines, orient="index").rename_axis("entry")
    counts = (found["failed"] == "") & (found["lacks"] == "")
    found = found.assign(counts=counts).sort_values(
        ["counts", "event_auc"], ascending=False, kind="stable", na_position="last"
    )
    place = pd.Series(range(1, len(found) + 1), found.index).where(found["counts"])
    found.insert(0, "place", place.astype("Int64"))
    return found.drop(columns="counts")


_WHERE_THERE = ("event_auc", "share_of_window_oracle", "detection_rate", "brier_skill")


def _mean(values):
    return pd.to_numeric(values).mean() if len(values) else float("nan")


def _check(table):
    twice = table.duplicated(["entry", "world", "seed"])
    if twice.any():
        row = table[twice].iloc[0]
        raise ValueError(f"scores: {row['entry']!r} in {row['world']!r}, seed {row['seed']}, is there twice")
    versions = table.groupby("world")["identity"].nunique()
    if (versions > 1).any():
        raise ValueError(
            f"scores: world {versions.idxmax()!r} is there in two versions, which cannot be compared; "
            "run it anew"
        )
