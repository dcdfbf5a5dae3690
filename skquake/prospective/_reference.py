"""The reference that a watch declares, and the earthquakes that count against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._typing import DataArray
from skquake.alarms import EtasRate, reference_rate
from skquake.alarms._etas_rate import etas_rate
from skquake.catalogs import AftershockRemover
from skquake.prospective._cells import cells_of

DIGITS = 12  # significant, of what is declared


def declare(plan: Mapping[str, Any], catalog: pd.DataFrame, day: pd.Timestamp) -> dict[str, Any]:
    """What the log keeps of the reference: ``rate`` of the cells, and ``etas``, its parameters."""
    cells, table = cells_of(plan["cells"]["degrees"]), plan["reference"]
    if table["kind"] == "etas":
        if table["bandwidth"] is not None:
            raise ValueError("reference.bandwidth: the etas reference has kernels of its own; leave it out")
        model = EtasRate(plan["catalog"]["min_magnitude"], neighbours=table["neighbours"])
        model.fit(catalog, before=day)
        rate, kept = model.background(cells), model.parameters_ | {"max_km": model.max_km}
        return {"rate": _rounded(rate), "etas": {name: float(_text(value)) for name, value in kept.items()}}
    rate = reference_rate(
        catalog, cells, before=day, declusterer=_declusterer(plan), bandwidth=table["bandwidth"],
        neighbours=table["neighbours"],
    )  # fmt: skip
    return {"rate": _rounded(rate)}


def rate_on(began: Mapping[str, Any], catalog: pd.DataFrame, days: pd.DatetimeIndex) -> DataArray:
    """The reference, (latitude, longitude); one that follows clusters, (day, latitude, longitude)."""
    cells = cells_of(began["plan"]["cells"]["degrees"])
    rate = cells.copy(data=np.reshape(began["rate"], cells.shape))
    if "etas" not in began:
        return rate
    smallest = began["plan"]["catalog"]["min_magnitude"]
    return etas_rate(began["etas"], smallest, began["etas"]["max_km"], rate, catalog, days)


def that_count(began: Mapping[str, Any], catalog: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Independent earthquakes; of a reference that follows clusters, those of each day."""
    declusterer = _declusterer(began["plan"])
    if declusterer is None:
        return catalog
    if "etas" not in began:
        return declusterer.fit_transform(catalog)
    day = catalog["time"].dt.normalize()
    tested = day.isin(days)
    parts = [declusterer.fit_transform(events) for _, events in catalog[tested].groupby(day[tested])]
    return pd.concat(parts) if parts else catalog[tested]


def _declusterer(plan):
    method = plan["catalog"]["decluster"]
    return None if method == "none" else AftershockRemover(method)


def _rounded(rate):
    return [float(_text(value)) for value in rate.to_numpy().ravel()]


def _text(value):
    return f"{value:.{DIGITS}g}"
