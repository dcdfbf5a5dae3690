"""The definitions of the frozen worlds: one small file each."""

from __future__ import annotations

import functools
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from skquake._core._canonical import canonical_json, sha256_of

_FOLDER = Path(__file__).with_name("worlds")


@dataclass(frozen=True)
class WorldFile:
    """What a frozen world is made of.

    Parameters
    ----------
    name, summary : str
    observations : {"cses", "swarm", "demeter", "tec"}
        The satellite whose track is simulated, or maps of electron content.
    start : str
        First day, ISO.
    days, test_days : int
        Length of the record, and of its end that tests.
    effect : float
        Relative change of Ne or TEC at the epicentre; 0: nothing is there to be found.
    effect_span : {"all", "test"}
        Whether earthquakes of the training span have it, too.
    effect_longitudes : (float, float) or None
        Of the earthquakes that have it; None: all.
    storms_per_month : float
    disturbed : {"drop", "ignore"}
        Whether samples of disturbed days leave.
    side : {"night", "both"}
        Which passes are kept.
    drift_dex_per_year : float
        Of the calibration, in log10 Ne (TEC).
    jump_dex, jump_day : float, int
        By how much it jumps, and on which day.
    gap_share : float
        Share of the days that are missing.
    long_memory : bool
        Whether aftershocks have aftershocks of their own.
    content : dict of {str: float}
        Numbers of seed 0 by which a changed simulator is noticed.
    """

    name: str
    summary: str
    observations: str
    start: str
    days: int = 360
    test_days: int = 130
    effect: float = 0.0
    effect_span: str = "all"
    effect_longitudes: tuple[float, float] | None = None
    storms_per_month: float = 4.0
    disturbed: str = "drop"
    side: str = "night"
    drift_dex_per_year: float = 0.0
    jump_dex: float = 0.0
    jump_day: int = 0
    gap_share: float = 0.0
    long_memory: bool = False
    content: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_track(self) -> bool:
        """Whether it is a satellite's."""
        return self.observations != "tec"

    @property
    def cut(self) -> pd.Timestamp:
        """Where the training span ends and the test begins."""
        return pd.Timestamp(self.start) + pd.Timedelta(days=self.days - self.test_days)

    def random_states(self, seed: int, n: int) -> list[int]:
        """Seeds of the parts, from the name and the number alone."""
        text = f"skquake world {self.name} {int(seed)}".encode()
        return [
            int.from_bytes(hashlib.sha256(text + b" %d" % k).digest()[:4], "big") % (2**31 - 1)
            for k in range(n)
        ]

    @property
    def identity(self) -> str:
        """Hash of the definition and of what it gave when it was frozen."""
        return sha256_of(canonical_json(_plain(self)))[:16]


def _plain(world: WorldFile) -> dict[str, Any]:
    """The definition as it is in its file, all defaults written out."""
    values = {name: getattr(world, name) for name in WorldFile.__dataclass_fields__}
    values["content"] = dict(world.content)
    if world.effect_longitudes is not None:
        values["effect_longitudes"] = list(world.effect_longitudes)
    return values


@functools.cache
def world_files() -> dict[str, WorldFile]:
    """All frozen worlds, by name."""
    return {path.stem: _read(path) for path in sorted(_FOLDER.glob("*.toml"))}


def _read(path):
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    if "effect_longitudes" in content:
        content["effect_longitudes"] = tuple(content["effect_longitudes"])
    return WorldFile(name=path.stem, **content)


def world_file(name: str) -> WorldFile:
    """The definition of a world; ValueError, with all names, for an unknown one."""
    known = world_files()
    if name not in known:
        raise ValueError(f"name: there is no world {name!r}; there are {', '.join(known)}")
    return known[name]


def list_worlds() -> pd.DataFrame:
    """The frozen worlds: what each is, and what there is to be found in it.

    Returns
    -------
    DataFrame
        Index: the name. ``summary``, ``observations`` ("cses", "swarm", "demeter", "tec"), ``effect``
        (relative change of Ne or TEC at the epicentre; 0: nothing is there), ``effect_span`` ("all", or
        "test": the training has none), ``days``, ``test_days``, ``identity`` (a hash of the definition and
        of what it gave when it was frozen).

    Examples
    --------
    >>> from skquake.datasets import list_worlds
    >>> worlds = list_worlds()
    >>> worlds.loc["storm-2015", "observations"], len(worlds)
    ('swarm', 12)
    """
    names = ("summary", "observations", "effect", "effect_span", "days", "test_days", "identity")
    rows = {name: {key: getattr(world, key) for key in names} for name, world in world_files().items()}
    return pd.DataFrame.from_dict(rows, orient="index")[list(names)].rename_axis("name")
