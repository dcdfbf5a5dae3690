"""Which earthquakes keep samples: by local seismicity, magnitude and region."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from skquake._core._geodesy import EARTH_RADIUS_KM, unit_vectors
from skquake._core._time import NS_PER_DAY, as_ns
from skquake._core._typing import FloatArray, IntArray
from skquake.catalogs._completeness import cells

NEAR_KM = 300.0
_FIFTHS = 5
_FEWEST = 25  # earthquakes; fewer make no fifths
_YEAR_NS = 365.25 * NS_PER_DAY


def local_rate(events: pd.DataFrame, known: pd.DataFrame, holes: pd.DataFrame) -> FloatArray:
    """Earthquakes of ``known`` a year within 300 km of each event; its holes are no time.

    Returns
    -------
    ndarray of shape (n_events,)
    """
    time = as_ns(known["time"].to_numpy())
    first, last = time.min(), time.max()
    start, end = (np.clip(as_ns(holes[name].to_numpy()), first, last) for name in ("start", "end"))
    years = max(last - first - int((end - start).sum()), NS_PER_DAY) / _YEAR_NS
    chord = 2.0 * np.sin(0.5 * NEAR_KM / EARTH_RADIUS_KM)
    tree = cKDTree(unit_vectors(known["latitude"].to_numpy(), known["longitude"].to_numpy()))
    places = unit_vectors(events["latitude"].to_numpy(), events["longitude"].to_numpy())
    return tree.query_ball_point(places, chord, return_length=True) / years


def fifths(rate: FloatArray) -> IntArray:
    """Fifth of the events by their local rate, 0 the least seismic.

    All 0 with fewer than 25, or where equal rates leave one with less than a tenth or more than three tenths.
    """
    none = np.zeros(len(rate), dtype=np.int64)
    if len(rate) < _FEWEST:
        return none
    fifth = np.searchsorted(np.quantile(rate, np.arange(1, _FIFTHS) / _FIFTHS), rate, side="left")
    share = np.bincount(fifth, minlength=_FIFTHS) / len(rate)
    return fifth if (share >= 0.1).all() and (share <= 0.3).all() else none


def kept_table(events: pd.DataFrame) -> pd.DataFrame:
    """How many earthquakes keep a control, and samples, by what could decide it.

    Parameters
    ----------
    events : DataFrame
        Earthquakes in range of the source: ``latitude``, ``longitude``, ``magnitude``, ``local_rate`` (a
        year), ``with_control``, ``kept``.

    Returns
    -------
    DataFrame
        ``by`` ("all", "local rate", "magnitude", "region"), ``part``, ``events``, ``with_control``, ``kept``,
        ``share`` (kept / events). No fifths of the local rate with fewer than 25 earthquakes, or where too
        many rates are equal.
    """
    half = np.floor(2.0 * events["magnitude"].to_numpy() + 1e-9) / 2.0
    parts = {"all": (np.zeros(len(events), dtype=int), [_all(events)])}
    rate = events["local_rate"].to_numpy()
    fifth = fifths(rate)
    if fifth.any():
        parts["local rate"] = fifth, [_fifth(rate[fifth == k], k) for k in range(_FIFTHS)]
    classes, code = np.unique(half, return_inverse=True)
    parts["magnitude"] = code, [f"{low:.1f} to {low + 0.5:.1f}" for low in classes]
    region = cells(events["latitude"].to_numpy(), events["longitude"].to_numpy())
    parts["region"] = np.asarray(region.codes, dtype=int), list(region.categories)
    tables = []
    for by, (code, names) in parts.items():
        counts = {
            "events": np.bincount(code, minlength=len(names)),
            "with_control": np.bincount(code[events["with_control"]], minlength=len(names)),
            "kept": np.bincount(code[events["kept"]], minlength=len(names)),
        }
        tables.append(pd.DataFrame({"by": by, "part": names, **counts}))
    table = pd.concat(tables, ignore_index=True)
    table = table[table["events"] > 0].reset_index(drop=True)
    return table.assign(share=table["kept"] / table["events"])


def _all(events):
    return f"M ≥ {events['magnitude'].min():.1f}"


def _fifth(rate, k):
    of = {0: "least seismic fifth", _FIFTHS - 1: "most seismic fifth"}.get(k, f"fifth {k + 1}")
    return f"{of}, {rate.min():.3g} to {rate.max():.3g} a year"


def kept_share(events: pd.DataFrame) -> FloatArray:
    """Share kept of the fifth of the local rate that each earthquake belongs to."""
    fifth, kept = fifths(events["local_rate"].to_numpy()), events["kept"].to_numpy(dtype=float)
    return (np.bincount(fifth, kept) / np.maximum(np.bincount(fifth), 1))[fifth]


def population_text(kept: pd.DataFrame) -> str:
    """The earthquakes that a score speaks of, in words."""
    every = kept[kept["by"] == "all"].iloc[0]
    what = "a control" if every["with_control"] else "samples"
    text = f"{every['kept']:,} of {every['events']:,} earthquakes {every['part']} kept {what}"
    most = kept[(kept["by"] == "local rate") & kept["part"].str.startswith("most")]
    if len(most):
        text += f"; of the most seismic fifth of places {_percent(most['share'].iloc[0])}"
    return text


def _percent(share):
    return f"{100 * share:.0f} %" if share == 0 or share >= 0.01 else "less than 1 %"
