"""Frozen worlds: simulated records whose truth is known and sealed."""

from __future__ import annotations

import functools
import warnings
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch, check_scalar

from skquake._core._html import Table, card
from skquake.datasets._world_file import WorldFile, world_file
from skquake.datasets._world_record import Record, simulate_world
from skquake.datasets._world_samples import CONTEXT, LENGTH, TEC_LENGTH, SealedTest, sample_world, sampling_of

KEPT = 2  # worlds held at a time
TOLERANCE = 1e-3  # by which processors may differ


@dataclass(frozen=True, repr=False, eq=False)
class World:
    """A simulated record as an entry gets it, of :func:`load_world`.

    Attributes
    ----------
    name, summary : str
    seed : int
    source : TrackSource or MapSource
        All that was observed, in the training span and in the test span.
    catalog, everything : DataFrame
        Earthquakes before ``cut``: the independent ones, which the samples are of, and all.
    kp : Series
        Of the whole record.
    train : Bunch
        ``X``, ``y`` (0, 1), ``groups``, ``sample_weight``: an earthquake and its control at the same place
        have as many samples.
    test : DataFrame
        Test samples without labels; ``event_id`` says which belong together, and tells no more.
    length, context : int
        Observations of a window, as :class:`~skquake.sampling.SlidingWindow` takes them.
    sampling : dict
        What :func:`~skquake.sampling.make_samples` was told, for samples of one's own.
    cut : Timestamp
        Where the training span ends and the test begins.
    identity : str
        Hash of the definition and of what it gave when it was frozen.
    as_frozen : bool or None
        Whether this is what it gave then; None for other seeds, which were not noted.

    Examples
    --------
    >>> from skquake.datasets import World, load_world
    >>> world = load_world("tec-2009")
    >>> isinstance(world, World), world.length, world.as_frozen
    (True, 16, True)
    """

    name: str
    summary: str
    seed: int
    source: Any
    catalog: pd.DataFrame
    everything: pd.DataFrame
    kp: pd.Series
    train: Bunch
    test: pd.DataFrame
    length: int
    context: int
    sampling: dict[str, Any]
    cut: pd.Timestamp
    identity: str
    as_frozen: bool | None

    def __repr__(self) -> str:
        n = self.train.X["pair_id"].nunique()
        return (
            f"World({self.name!r}, seed {self.seed}: {len(self.train.y)} training samples of {n} pairs, "
            f"{len(self.test)} to be told, from {self.cut:%Y-%m-%d})"
        )

    def _repr_html_(self) -> str:
        rows = [(name, repr(getattr(self, name))) for name in ("seed", "length", "context", "as_frozen")]
        rows += [("training samples", f"{len(self.train.y):,}"), ("test samples", f"{len(self.test):,}")]
        return card(f"World {self.name}", lines=[self.summary], tables=[Table(("part", "what it is"), rows)])


def load_world(name: str, *, seed: int = 0) -> World:
    """A frozen world: a simulated record and catalog whose truth is known and sealed.

    A world is simulated anew where it is loaded, from its name and the seed alone. What an entry gets holds
    no label of the test: :func:`skquake.report.run_world` has them. The seal is as good as that of any open
    program: whoever wants to can simulate the truth, too. Another ``seed``, named after an entry was handed
    in, is a world that nobody has seen.

    Parameters
    ----------
    name : str
        One of :func:`list_worlds`.
    seed : int, default=0
        Another draw of the same kind of world.

    Returns
    -------
    World

    Raises
    ------
    TypeError, ValueError
        For an unknown name, listing the known ones, or a seed that is no whole number from 0.

    Warns
    -----
    UserWarning
        Where the simulator gives another world than when it was frozen.

    Examples
    --------
    >>> from skquake.datasets import load_world
    >>> load_world("tec-2009")
    World('tec-2009', seed 0: ... training samples of ... pairs, ... to be told, from 2009-08-19)
    """
    return open_world(name, seed)[0]


def open_world(name: str, seed: int = 0) -> tuple[World, SealedTest]:
    """A world, and what the scorer knows of it."""
    definition = world_file(name)
    check_scalar(seed, "seed", Integral, min_val=0)
    return _made(definition.name, int(seed))


@functools.lru_cache(maxsize=KEPT)
def _made(name: str, seed: int) -> tuple[World, SealedTest]:
    return make_world(world_file(name), seed)


def make_world(definition: WorldFile, seed: int = 0) -> tuple[World, SealedTest]:
    """Simulate a world of any definition, and what is sealed of it."""
    return world_of(definition, simulate_world(definition, seed), seed)


def world_of(definition: WorldFile, record: Record, seed: int = 0) -> tuple[World, SealedTest]:
    """The world of a record, and what is sealed of it."""
    training, told, sealed = sample_world(definition, record, seed)
    known = {
        name: table[table["time"] < definition.cut].drop(columns="mainshock")
        for name, table in (("catalog", record.independent), ("everything", record.everything))
    }
    as_frozen = None
    if seed == 0 and definition.content:
        changed = _changes(definition.content, _content(record, training, sealed))
        as_frozen = not changed
        if changed:
            warnings.warn(
                f"world {definition.name!r} is not what it was when it was frozen: {'; '.join(changed)}; "
                "its scores cannot be set beside others'",
                stacklevel=2,
            )
    world = World(
        name=definition.name,
        summary=definition.summary,
        seed=seed,
        source=record.source,
        **known,
        kp=record.kp,
        train=training,
        test=told,
        length=LENGTH if definition.is_track else TEC_LENGTH,
        context=CONTEXT if definition.is_track else 0,
        sampling=sampling_of(definition),
        cut=definition.cut,
        identity=definition.identity,
        as_frozen=as_frozen,
    )
    return world, sealed


def _content(record, training, sealed):
    """Numbers that a changed simulator changes."""
    values = record.source.values
    channels = np.log10(values.reshape(-1, values.shape[-1]).astype(float))
    content: dict[str, float] = {"events": len(record.everything), "independent": len(record.independent)}
    content |= {"train": len(training.y), "test": len(sealed.y), "seismic": int(sealed.y.sum())}
    content |= {"kp": float(record.kp.mean())}
    for k, channel in enumerate(channels.T):
        content |= {f"mean_{k}": float(np.nanmean(channel)), f"spread_{k}": float(np.nanstd(channel))}
        content |= {f"step_{k}": float(np.nanmean(np.abs(np.diff(channel[:100_000]))))}
    if sealed.oracle is not None:
        content |= {"oracle": float(sealed.oracle[:, 1].mean())}
    return {name: value if isinstance(value, int) else round(value, 5) for name, value in content.items()}


def _changes(kept, found):
    """What differs, as text."""
    return [
        f"{name} {found.get(name)} instead of {kept.get(name)}"
        for name in dict.fromkeys([*kept, *found])
        if not _alike(kept.get(name), found.get(name))
    ]


def _alike(one, other):
    return None not in (one, other) and abs(one - other) <= TOLERANCE * max(1.0, abs(one))
