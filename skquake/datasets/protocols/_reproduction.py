"""What `reproduce` found."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skquake._core._html import Table, card
from skquake.datasets.protocols._protocol import Protocol


@dataclass(frozen=True, repr=False, eq=False)
class Reproduction:
    """A published protocol in worlds without any effect of an earthquake; of `reproduce`.

    Attributes
    ----------
    protocol : Protocol
    scale : {"quick", "full"}
    worlds : DataFrame
        A world a row: ``seed``; ``as_published``, ``p_as_published`` and ``n_as_published`` (value, p and
        count of the published protocol); ``honest``, ``p_honest``, ``n_honest``; ``inflation``, their
        difference; ``seconds`` (of the processor); and further numbers of each, named ``as_published: ...``
        and ``honest: ...``.
    versions : dict of {str: str}

    Examples
    --------
    >>> from skquake.datasets.protocols import reproduce
    >>> found = reproduce("swarm-epochs", random_state=0, years=1, n_random=5, n_nulls=9)
    >>> list(found.worlds["seed"]), found.published is None
    ([0], True)
    """

    protocol: Protocol
    scale: str
    worlds: pd.DataFrame
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def published(self) -> float | None:
        """The article's number, None where it is not known here."""
        return self.protocol.published

    @property
    def as_published(self) -> float:
        """By the published protocol, without any earthquake's effect: mean over the worlds."""
        return float(self.worlds["as_published"].mean())

    @property
    def honest(self) -> float:
        """By the honest protocol in the same worlds: mean."""
        return float(self.worlds["honest"].mean())

    @property
    def inflation(self) -> float:
        """What the published protocol adds without any earthquake: ``as_published - honest``, mean."""
        return float(self.worlds["inflation"].mean())

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the worlds."""
        return tuple(int(seed) for seed in self.worlds["seed"])

    @property
    def seconds(self) -> float:
        """Processor time of all worlds."""
        return float(self.worlds["seconds"].sum())

    def to_frame(self) -> pd.DataFrame:
        """One row, indexed by the protocol's name.

        Returns
        -------
        DataFrame
            ``metric``, ``published``, ``as_published``, ``honest``, ``inflation`` with their standard
            deviations over the worlds (``..._std``, NaN of one world), ``chance``, the medians of the
            p-values, ``n_worlds``, ``first_seed``, ``scale`` and ``seconds``.
        """
        row = {
            "metric": self.protocol.metric,
            "published": np.nan if self.published is None else self.published,
        }
        for name in ("as_published", "honest", "inflation"):
            row |= {name: self.worlds[name].mean(), f"{name}_std": self.worlds[name].std()}
        row |= {"chance": self.protocol.chance}
        row |= {name: self.worlds[name].median() for name in ("p_as_published", "p_honest")}
        row |= {"n_worlds": len(self.worlds), "first_seed": self.seeds[0], "scale": self.scale}
        row |= {"seconds": self.seconds}
        return pd.DataFrame([row], index=pd.Index([self.protocol.name], name="protocol"))

    def _rows(self) -> list[tuple[str, str]]:
        known = "not known here" if self.published is None else f"{self.published:.3g}"
        return [
            ("published", known),
            ("here, by the published protocol", self._number("as_published", "p_as_published")),
            ("here, honestly", self._number("honest", "p_honest")),
            ("inflation", self._number("inflation")),
        ]

    def _number(self, name: str, p: str | None = None) -> str:
        values = self.worlds[name]
        spread = f" ± {values.std():.2f}" if len(values) > 1 else ""
        chance = "" if p is None or self.worlds[p].isna().all() else f", p = {self.worlds[p].median():.2g}"
        return f"{values.mean():z.2f}{spread}{chance}"

    def _title(self) -> str:
        n = len(self.worlds)
        worlds = f"{n} world{'s' * (n != 1)} without any effect"
        metric = f"{self.protocol.metric} (chance {self.protocol.chance:g})"
        return f"{self.protocol.name}: {metric}, {worlds}, {self.scale}"

    def __repr__(self) -> str:
        width = max(len(name) for name, _ in self._rows())
        return "\n".join([self._title(), *(f"  {name:<{width}}  {said}" for name, said in self._rows())])

    def _repr_html_(self) -> str:
        return card(
            self._title(),
            lines=[self.protocol.citation, self.protocol.statement],
            tables=[Table(("", self.protocol.metric), self._rows())],
        )
