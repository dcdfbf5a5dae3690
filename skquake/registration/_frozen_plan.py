"""A frozen plan: one file, whose SHA-256 is the seal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from skquake._core._canonical import canonical_json, sha256_of
from skquake._core._typing import Path as PathLike
from skquake.inspection import PowerCurve

FORMAT = "skquake registered plan 1"


class Places(NamedTuple):
    """Where a plan and what belongs to it lie."""

    plan: Path
    sealed: Path
    power: Path
    log: Path

    @classmethod
    def of(cls, path: PathLike) -> Places:
        """From the path of ``plan.toml``, or of ``plan.sealed.json``."""
        plan = Path(path).expanduser()
        if plan.name.endswith(".sealed.json"):
            plan = plan.with_name(plan.name.removesuffix(".sealed.json") + ".toml")
        stem = plan.name.removesuffix(".toml")
        sealed, power = (plan.with_name(f"{stem}.{end}") for end in ("sealed.json", "power.jsonl"))
        return cls(plan, sealed, power, plan.with_name("looks.jsonl"))

    def of_look(self, number: int) -> dict[str, Path]:
        """Files of a look: "result", "report" and the "nulls" that it has scored."""
        stem = self.sealed.name.removesuffix(".sealed.json")
        ends = {"result": "json", "report": "html", "nulls": "nulls.jsonl"}
        return {name: self.plan.with_name(f"{stem}.look{number}.{end}") for name, end in ends.items()}


@dataclass(frozen=True, repr=False)
class FrozenPlan:
    """A plan as it was frozen.

    Attributes
    ----------
    path : Path
        Of the one file that holds it, ``plan.sealed.json``.
    seal : str
        SHA-256 of that file, as ``sha256sum`` prints it.
    content : dict
        What it holds: ``plan`` (every setting, defaults too), ``files``, ``skquake`` and ``versions`` (what
        the plan rests on, with hashes), ``power``, ``verdict`` (the rules) and ``frozen`` (when, UTC).

    Examples
    --------
    See `freeze`.
    """

    path: Path
    seal: str
    content: dict[str, Any]

    @property
    def plan(self) -> dict[str, Any]:
        """Every setting."""
        return self.content["plan"]

    @property
    def power(self) -> PowerCurve:
        """The power that was counted before."""
        kept = dict(self.content["power"]["curve"])
        scores, effect = pd.DataFrame(kept.pop("scores")), dict(kept.pop("effect"))
        for name in ("days", "duration"):
            if isinstance(effect[name], list):
                effect[name] = tuple(effect[name])
        return PowerCurve(scores=scores, effect=effect, nulls=tuple(kept.pop("nulls")), **kept)

    def __repr__(self) -> str:
        size, power = self.plan["effect"]["size"], self.content["power"]["power"]
        return (
            f"FrozenPlan({self.path.name}, seal {self.seal[:12]}, frozen {self.content['frozen']}: an effect "
            f"of {size:g} is seen in {power:.0%} of such studies)"
        )


def power_content(curve: PowerCurve, size: float) -> dict[str, Any]:
    """A power curve, and what it says of a size, for a frozen plan."""
    low, high = curve.interval_at(size)
    kept = {
        "scores": {name: [_plain(value) for value in curve.scores[name]] for name in curve.scores},
        "alpha": curve.alpha,
        "scoring": curve.scoring,
        "nulls": list(curve.nulls),
        "level": curve.level,
        "seconds": {name: round(value, 3) for name, value in curve.seconds.items()},
        "versions": curve.versions,
        "effect": json.loads(json.dumps(curve.effect)),
    }
    return {"size": size, "power": curve.power_at(size), "low": low, "high": high, "curve": kept}


def _plain(value):
    """A number or text as JSON has it; NaN is none."""
    value = value.item() if hasattr(value, "item") else value
    return None if value != value else value


def read_frozen(places: Places) -> FrozenPlan:
    """The frozen plan as its file is now.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        For a file that is none, or not in its one form.
    """
    path = places.sealed
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path}: no such file; freeze {places.plan.name} first") from error
    try:
        values = json.loads(content)
        whole = values["format"] == FORMAT and frozen_bytes(values) == content
    except (ValueError, TypeError, KeyError):
        whole = False
    if not whole:
        raise ValueError(f"{path}: changed since the plan was sealed; put the original back")
    return FrozenPlan(path, sha256_of(content), values)


def frozen_bytes(content: dict[str, Any]) -> bytes:
    """The content of a frozen plan as a file."""
    return canonical_json(content) + b"\n"
