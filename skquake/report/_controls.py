"""Which earthquakes the samples kept, and what their catalog lacks, as parts of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from skquake.report._tables import Table, number

if TYPE_CHECKING:
    from skquake.catalogs import CatalogCheck

_REGIONS = 10  # those with the most earthquakes are printed
_IN_HOLE = "in a hole of the catalog"
_NAN = float("nan")


def population(samples: Any) -> str | None:
    """The earthquakes that a score of these samples speaks of; None where the samples do not say."""
    return getattr(samples, "population", None)


def control_tables(samples: Any, catalog: CatalogCheck | None) -> list[Table]:
    """Tables of kept shares and of holes, where known."""
    return [*_kept(getattr(samples, "kept", None)), *_holes(samples), *_catalog(catalog)]


def control_rows(
    samples: Any, catalog: CatalogCheck | None
) -> list[tuple[str, str, float, float, float, str]]:
    """The same as rows (section, quantity, value, low, high, note)."""
    found: list[tuple[str, str, float, float, float, str]] = []
    kept = getattr(samples, "kept", None)
    if kept is not None:
        found.append(("kept", "population", _NAN, _NAN, _NAN, population(samples) or ""))
        for part in kept.to_dict("records"):
            note = f"{part['kept']} of {part['events']} earthquakes, {part['with_control']} with a control"
            found.append(("kept", f"{part['by']}: {part['part']}", part["share"], _NAN, _NAN, note))
    holes = getattr(samples, "holes", None)
    if holes is not None:
        found.append(("holes", "holes of the catalog", float(len(holes)), _NAN, _NAN, ""))
        found += [("holes", *_hole(row), _NAN, _NAN, "days") for row in holes.to_dict("records")]
        found.append(("holes", "controls lost to them", float(_lost(samples)), _NAN, _NAN, ""))
    if catalog is not None:
        for row in catalog.to_frame().to_dict("records"):
            quantity = f"{row['section']}: {row['quantity']}"
            found.append(("catalog", quantity, row["value"], _NAN, _NAN, row["note"]))
    return found


def _kept(kept: pd.DataFrame | None) -> list[Table]:
    if kept is None:
        return []
    head = ("earthquakes in range", "number", "with a control", "kept", "share kept")
    region = (kept["by"] == "region").to_numpy()
    rest = kept[~region]
    tables = [Table("Earthquakes that kept samples; a score speaks of these alone", head, _rows(rest))]
    places = kept[region].sort_values("events", ascending=False, kind="stable")
    if len(places) > 1:
        others = places.iloc[_REGIONS:]
        notes: tuple[str, ...] = ()
        if len(others):
            share = number(others["kept"].sum() / others["events"].sum())
            notes = (f"{len(others)} other regions with {others['events'].sum()} earthquakes kept {share}",)
        rows = _rows(places.iloc[:_REGIONS])
        tables.append(Table("The same by region", ("region", *head[1:]), rows, notes))
    return tables


def _rows(parts: pd.DataFrame) -> list[tuple[str, ...]]:
    return [
        (
            f"magnitude {part['part']}" if part["by"] == "magnitude" else str(part["part"]),
            *(number(part[name]) for name in ("events", "with_control", "kept", "share")),
        )
        for part in parts.to_dict("records")
    ]


def _holes(samples: Any) -> list[Table]:
    holes = getattr(samples, "holes", None)
    if holes is None or not len(holes):
        return []
    spans = map(_hole, holes.to_dict("records"))
    rows: list[tuple[str, ...]] = [(name, number(days)) for name, days in spans]
    lost = _lost(samples)
    note = f"{lost} controls lost their last window to them; samplers of controls had refused days before"
    return [Table("Holes of the catalog, in which nothing is quiet", ("from, to", "days"), rows, (note,))]


def _hole(row: dict[Any, Any]) -> tuple[str, float]:
    start, end = row["start"], row["end"]
    return f"{start:%Y-%m-%d} to {end:%Y-%m-%d}", float((end - start) / np.timedelta64(1, "D"))


def _lost(samples: Any) -> int:
    dropped = getattr(samples, "dropped", None)
    return 0 if dropped is None else int((dropped["reason"] == _IN_HOLE).sum())


def _catalog(check: CatalogCheck | None) -> list[Table]:
    if check is None:
        return []
    frame = check.to_frame()
    frame = frame[frame["section"] != "completeness by place"]
    rows: list[tuple[str, ...]] = [
        (f"{row['section']}: {row['quantity']}", number(row["value"]), row["note"])
        for row in frame.to_dict("records")
    ]
    worst = check.completeness.dropna()
    worst = worst[worst["by"] == "place"].nlargest(3, "completeness")
    places = "; ".join(
        f"{part} M {mc:.1f}" for part, mc in zip(worst["part"], worst["completeness"], strict=True)
    )
    notes = (f"least complete places: {places}",) if places else ()
    return [Table("The catalog itself", ("finding", "value", "note"), rows, notes)]
