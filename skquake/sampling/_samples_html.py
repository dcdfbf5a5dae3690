"""Samples as a card for notebooks."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skquake._core._html import card
from skquake._core._svg import globe, timeline

if TYPE_CHECKING:
    from skquake.sampling._samples import Samples

_MOST = 6  # names or reasons that are listed


def samples_html(samples: Samples) -> str:
    """Counts, balance, timeline and map of samples."""
    X, y = samples.X, np.asarray(samples.y)
    ids = X["event_id"].to_numpy(dtype=object)
    count = np.bincount(y, minlength=3)
    n_events, n_controls = (len(set(ids[y == label])) for label in (1, 0))
    facts = [
        (f"{count[1]:,}", f"seismic of {n_events:,} events", "seismic"),
        (f"{count[0]:,}", f"non-seismic of {n_controls:,} controls", "control"),
        (f"{count[2]:,}", "disturbed by space weather", "kp"),
    ]
    lines = [_sources(X), _balance(samples), _dropped(samples.dropped)]
    if samples.population:
        lines.append(f"Population: {samples.population}")
    return card("Samples", facts=facts, lines=lines, drawings=_drawings(X, y, ids) if len(X) else ())


def _sources(X):
    names = [str(name) for name in X["source"].unique()]
    said = ", ".join(names[:_MOST]) + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")
    if not len(X):
        return said
    return f"Of {said}, {X['time'].min():%Y-%m-%d} to {X['time'].max():%Y-%m-%d}"


def _balance(samples):
    """What differs most between seismic and control samples, in a line."""
    from skquake.sampling._balance import balance_table

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = balance_table(samples)
    except ValueError:  # of one class alone
        return ""
    apart = table["difference"].dropna()
    apart = apart.reindex(apart.abs().sort_values(ascending=False, kind="stable").index)
    said = ", ".join(f"{name} {value:+z.2f}" for name, value in apart.iloc[:_MOST].items())
    return f"Seismic minus control, in standard deviations, largest first: {said}" if said else ""


def _dropped(dropped):
    if not len(dropped):
        return ""
    reasons = [f"{reason}: {n:,}" for reason, n in dropped["reason"].value_counts().items()]
    more = ", …" if len(reasons) > _MOST else ""
    return f"Without a sample: {', '.join(reasons[:_MOST])}{more}"


def _drawings(X, y, ids):
    at = ["event_latitude", "event_longitude"]
    at = at if set(at) <= set(X) else ["latitude", "longitude"]
    places = X[at].assign(y=y)[~pd.Series(ids, X.index).duplicated()]
    drawn = [
        (color, *(places.loc[places["y"] == label, name] for name in at))
        for label, color in ((2, "kp"), (0, "control"), (1, "seismic"))
    ]
    return [
        timeline(X["time"], y, "Samples in time: seismic upwards, non-seismic downwards, disturbed beyond"),
        globe(drawn, "Places: events filled, controls as rings"),
    ]
