"""What readers of earthquake catalogs share: columns, places, overlaps, kinds of event, magnitudes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from skquake._core._geodesy import wrap_longitude
from skquake.io._event_kinds import event_kind
from skquake.io._files import FormatError, warn
from skquake.io._ranges import check_range

COLUMNS = (
    "id",
    "time",
    "latitude",
    "longitude",
    "depth_km",
    "magnitude",
    "magnitude_type",
    "type",
    "place",
    "status",
    "updated",
    "stations",
    "gap_deg",
    "rms_s",
)
_UNITS = {"latitude": "deg", "longitude": "deg", "depth_km": "km", "gap_deg": "deg", "rms_s": "s"}


def check_events(table: pd.DataFrame, path: Path, unit: str, first: int = 0) -> pd.DataFrame:
    """``COLUMNS`` of a file's table, longitudes wrapped, kinds of event in QuakeML's words.

    A FormatError names the first event that is none: without id or place, or with a value that no event has.
    """

    def check(bad, what):
        if bad.any():
            raise FormatError(path, f"{unit} {int(np.argmax(bad)) + first}", what)

    check((table["id"] == "").to_numpy(), "the event has no id")
    check(~(table["latitude"].abs() <= 90).to_numpy(), "latitude is not between -90 and 90")
    check(~table["longitude"].between(-180, 360).to_numpy(), "longitude is not between -180 and 360")
    for name in ("stations", "gap_deg", "rms_s"):
        table[name] = table[name].mask(table[name] == -1.0)  # so some networks write "unknown"
    for name in ("depth_km", "magnitude", "stations", "gap_deg", "rms_s"):
        check_range(table[name], name, path, where=unit, first=first)
    kinds = {kind: event_kind(str(kind))[0] for kind in table["type"].unique()}
    table["type"] = table["type"].map(kinds)
    table["longitude"] = wrap_longitude(table["longitude"])
    return table[list(COLUMNS)]


def join_events(
    tables: list[pd.DataFrame],
    types: Iterable[str] | None,
    missing_magnitude: str,
    *,
    check_shared: Callable[[pd.DataFrame], None] | None = None,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """One catalog of the files' tables, and what it leaves out: {why: how many}.

    Warns when that is everything. Of rows with one id the one ``updated`` last stays (at a tie, the last);
    ascending in time. Rows that share an id are shown to ``check_shared`` before.
    """
    if missing_magnitude not in ("drop", "keep"):
        raise ValueError(f"missing_magnitude={missing_magnitude!r}: expected 'drop' or 'keep'")
    catalog = tables[0].reset_index(drop=True) if len(tables) == 1 else pd.concat(tables, ignore_index=True)
    shared = catalog["id"].duplicated(keep=False)
    if shared.any():
        if check_shared is not None:
            check_shared(catalog[shared])
        catalog = catalog.sort_values("updated", kind="stable", na_position="first")
        catalog = catalog.drop_duplicates("id", keep="last")
    left_out = {}
    keep = np.ones(len(catalog), dtype=bool)
    if types is not None:
        kinds = {event_kind(kind)[0] for kind in ([types] if isinstance(types, str) else types)}
        keep = catalog["type"].isin(kinds).to_numpy()
        left_out = {str(k): int(n) for k, n in catalog.loc[~keep, "type"].value_counts().items()}
    if missing_magnitude == "drop":
        unknown = catalog["magnitude"].isna().to_numpy() & keep
        if unknown.any():
            left_out["no magnitude"] = int(unknown.sum())
        keep = keep & ~unknown
    # Of one time, the one updated last comes last; a missing date is the least of all.
    order = np.lexsort(
        [catalog[name].to_numpy("datetime64[ns]").astype(np.int64) for name in ("updated", "time")]
    )
    catalog = catalog.take(order[keep[order]])
    if left_out and not len(catalog):
        what = ", ".join(f"{n} {why}" for why, n in left_out.items())
        warn(
            f"all {sum(left_out.values())} events are left out ({what}); see `types` and `missing_magnitude`"
        )
    catalog = catalog.set_index("id")
    catalog.attrs = {"units": dict(_UNITS)}
    return catalog, left_out
