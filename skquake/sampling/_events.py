"""Events and controls as one table of places, each with its radius and its days."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._frames import is_frame
from skquake._core._time import as_ns, days_to_ns
from skquake._core._typing import Array, ArrayLike
from skquake._core._validation import catalog_frame, check_catalog, check_columns
from skquake.catalogs import region_radius_km


def with_region_and_days(
    catalog: pd.DataFrame, region: str | float, start: float, end: float
) -> pd.DataFrame:
    """``catalog`` with ``radius_km`` and its days as ``start`` and ``end`` in int64 ns."""
    time = as_ns(catalog["time"])
    return catalog.assign(
        radius_km=region_radius_km(region, catalog["magnitude"].to_numpy()),
        start=time + days_to_ns(start),
        end=time + days_to_ns(end),
    )


def sample_controls(sampler: Any, events: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """What a sampler draws, and what it warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        controls = sampler.sample(events)
    for each in caught:
        warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)
    return controls, "; ".join(str(each.message) for each in caught)


def check_controls(controls: Any, catalog: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Controls as a catalog with ``label`` 0 and ``pair_id``.

    Parameters
    ----------
    controls : None, sampler with ``sample``, or DataFrame
    catalog, events : DataFrame
        All earthquakes, and those that the source can see: a sampler is called with these.
    """
    if controls is None:
        return events.iloc[:0].assign(label=0, pair_id=events.index[:0])
    said = ""
    if not is_frame(controls):
        if isinstance(controls, type) or not hasattr(controls, "sample"):
            got = f"the class {controls.__name__}" if isinstance(controls, type) else type(controls).__name__
            raise TypeError(
                f"controls: expected a sampler such as MatchedControls(), or a dataframe, got {got}"
            )
        controls, said = sample_controls(controls, events)
    controls = check_catalog(
        check_columns(catalog_frame(controls, "controls"), ("label", "pair_id"), "controls"), "controls"
    )
    if not len(controls):
        raise ValueError(
            f"controls: none for the {len(events)} events in range of the source{said and f': {said}'}"
        )
    if (controls["label"] != 0).any():
        raise ValueError(
            f"controls: row {controls.index[controls['label'] != 0][0]!r} has a label other than 0; "
            "earthquakes belong into the catalog"
        )
    if controls["pair_id"].isna().any():
        raise ValueError(
            f"controls: pair_id is missing in row {controls.index[controls['pair_id'].isna()][0]!r}"
        )
    shared = controls.index.intersection(catalog.index)
    if len(shared):
        raise ValueError(
            f"controls: id {shared[0]!r} is also the id of an earthquake; ids must differ (they are the "
            "index of a pandas frame, else the column event_id)"
        )
    return controls


def join_places(events: pd.DataFrame, controls: pd.DataFrame) -> pd.DataFrame:
    """Events over controls, with ``paired`` (must be in a whole pair) and ``rank`` (time, then id)."""
    places = (
        pd.concat([events.assign(label=1, pair_id=events.index), controls])
        if len(controls)
        else (events.assign(label=1, pair_id=events.index))
    )
    matched = controls["pair_id"].isin(events.index).to_numpy(dtype=bool)
    places["paired"] = np.concatenate([np.full(len(events), matched.any()), matched])
    order = np.lexsort((places.index.astype(str).to_numpy(dtype=str), as_ns(places["time"])))
    rank = np.empty(len(places), dtype=np.int64)
    rank[order] = np.arange(len(places))
    return places.assign(rank=rank)


class Ledger:
    """Keeps count of what each place still has, and notes why it lost the last of it."""

    def __init__(self, places: pd.DataFrame) -> None:
        self._places = places
        self.reason = np.full(len(places), "", dtype=object)
        self.n = np.zeros(len(places), dtype=np.int64)

    def note(self, reason: Array, n: ArrayLike = 0) -> None:
        """Places with a ``reason`` ("" for none) have nothing left of ``n`` windows."""
        lost = (reason != "") & (self.reason == "")
        self.reason[lost] = reason[lost]
        self.n[lost] = np.broadcast_to(n, lost.shape)[lost]

    def keep(self, table: pd.DataFrame, mask: ArrayLike, reason: str) -> pd.DataFrame:
        """Rows of ``table`` where ``mask``; places that lose their last row get ``reason``."""
        mask = np.asarray(mask, dtype=bool)
        place, size = table["place"].to_numpy(), len(self.reason)
        before, after = np.bincount(place, minlength=size), np.bincount(place[mask], minlength=size)
        self.note(np.where((before > 0) & (after == 0), reason, "").astype(object), before)
        return table[mask]

    def table(self) -> pd.DataFrame:
        """One row a place that gave no sample."""
        rows = np.flatnonzero(self.reason != "")
        return pd.DataFrame(
            {
                "event_id": self._places.index.to_numpy(dtype=object)[rows],
                "label": self._places["label"].to_numpy()[rows].astype(int),
                "reason": self.reason[rows],
                "n": self.n[rows],
            }
        )
