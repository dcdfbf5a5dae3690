"""A published protocol: what an article says, what is simulated, and two ways to score it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SCALES = ("quick", "full")


class Outcome(NamedTuple):
    """What a protocol finds in one world.

    Attributes
    ----------
    value : float
        Of the protocol's metric.
    p : float
        Of its own null, NaN where it has none.
    n : int
        What was counted: earthquakes, or tested events and controls.
    details : dict of {str: float}
        Further numbers, by name.

    Examples
    --------
    >>> from skquake.datasets.protocols import Outcome
    >>> Outcome(0.1, n=40)
    Outcome(value=0.1, p=nan, n=40, details={})
    """

    value: float
    p: float = math.nan
    n: int = 0
    details: Mapping[str, float] = {}


@dataclass(frozen=True)
class Protocol:
    """A published protocol as data, with the functions that carry it out.

    Parameters
    ----------
    name : str
        As `reproduce` takes it.
    title, authors : str
    year : int or None
    doi : str or None
    statement : str
        What the article says, in words, its numbers included.
    metric : str
        What is counted, in words; every number of the protocol is one of these.
    published : float or None
        The article's number; None where it is not known here.
    chance : float
        What the metric is without any knowledge, as the article takes it.
    simulated : str
        The world, in words. It holds no effect of any earthquake.
    steps, honest_steps : tuple of str
        What the published and the honest protocol do.
    make_world : callable
        ``make_world(seed, **settings)``; what it returns goes to the two scores.
    score_as_published, score_honestly : callable
        ``score(world, seed, **settings)``, an `Outcome`.
    scales : dict of {str: dict}
        Settings of "quick" and "full".

    Examples
    --------
    >>> from skquake.datasets.protocols import list_protocols
    >>> protocol = list_protocols()["safenet"]
    >>> protocol.year, protocol.published, protocol.metric
    (2021, 0.717, 'MCC of three classes')
    """

    name: str
    title: str
    authors: str
    year: int | None
    doi: str | None
    statement: str
    metric: str
    published: float | None
    chance: float
    simulated: str
    steps: tuple[str, ...]
    honest_steps: tuple[str, ...]
    make_world: Callable[..., Any] = field(repr=False)
    score_as_published: Callable[..., Outcome] = field(repr=False)
    score_honestly: Callable[..., Outcome] = field(repr=False)
    scales: Mapping[str, Mapping[str, Any]] = field(repr=False, hash=False)

    def __post_init__(self) -> None:
        missing = [scale for scale in SCALES if scale not in self.scales]
        if missing:
            raise ValueError(f"protocol {self.name!r}: scales lacks {', '.join(missing)}")

    @property
    def citation(self) -> str:
        """Authors, year, title, DOI, as far as they are known."""
        year = "" if self.year is None else f" ({self.year})"
        doi = "" if self.doi is None else f", doi:{self.doi}"
        return f'{self.authors}{year}, "{self.title}"{doi}'
