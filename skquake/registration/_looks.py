"""The log of looks: every plan that was frozen beside it, and every opening of a test span."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from skquake._core._chained_log import ChainedLog, read_log
from skquake.registration._frozen_plan import FrozenPlan, Places

HEADER = {"format": "skquake log of looks 1"}
_FIRST, _LAST = "0000", "9999"  # before and after any date


def now() -> str:
    """The time, UTC."""
    return f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"


def open_log(places: Places) -> ChainedLog:
    """The log, locked."""
    return ChainedLog(places.log, HEADER)


def read_looks(places: Places) -> list[dict[str, Any]]:
    """Its records; none where there is no log."""
    if not places.log.exists():
        return []
    return read_log(places.log, header=HEADER)


def seal_of(records: Iterable[Mapping[str, Any]], places: Places) -> str | None:
    """The seal under which a plan was frozen; None where it was not."""
    name = places.plan.name
    seals = [record["seal"] for record in records if record["event"] == "frozen" and record["plan"] == name]
    return seals[-1] if seals else None


def check_seal(frozen: FrozenPlan, records: Iterable[Mapping[str, Any]], places: Places) -> None:
    """Raise unless a plan is the one of which the log says that it was frozen."""
    seal = seal_of(records, places)
    if seal is None:
        raise ValueError(f"{places.log}: has no line that {places.plan.name} was frozen; freeze it")
    if seal != frozen.seal:
        raise ValueError(
            f"{places.sealed}: changed since the plan was sealed (seal {frozen.seal[:12]}, expected "
            f"{seal[:12]}); put the original back"
        )


def openings(records: Iterable[Mapping[str, Any]], frozen: FrozenPlan) -> list[Mapping[str, Any]]:
    """Looks of any plan at the test span of this one: common days of common data."""
    mine, (first, last) = set(data_of(frozen)), span_of(frozen)
    return [
        record
        for record in records
        if record["event"] == "opened"
        and mine & set(record["data"])
        and max(first, record["span"][0]) < min(last, record["span"][1])
    ]


def unfinished(records: Iterable[Mapping[str, Any]], places: Places) -> Mapping[str, Any] | None:
    """The last look of a plan, where it was opened and not closed."""
    mine = [record for record in records if record["plan"] == places.plan.name and "look" in record]
    return mine[-1] if mine and mine[-1]["event"] == "opened" else None


def data_of(frozen: FrozenPlan) -> list[str]:
    """Hashes of the observations."""
    return frozen.content["data"]


def span_of(frozen: FrozenPlan) -> tuple[str, str]:
    """The test span, as texts in the order of time."""
    split = frozen.plan["split"]
    return split["test_from"] or _FIRST, split["test_to"] or _LAST


def closed_files(records: Iterable[Mapping[str, Any]], places: Places) -> dict[Path, str]:
    """Files of the finished looks of a plan, with their hashes."""
    return {
        places.plan.with_name(name): sha256
        for record in records
        if record["event"] == "closed" and record["plan"] == places.plan.name
        for name, sha256 in record["files"].items()
    }
