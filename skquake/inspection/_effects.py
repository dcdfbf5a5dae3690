"""Which earthquakes have a planted effect, of which sign, and on which of their days."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from skquake._core._typing import FloatArray

SIGNS = "same", "either"


@dataclass(frozen=True)
class Effects:
    """One planted effect an earthquake.

    Parameters
    ----------
    sign : ndarray of shape (n_events,)
        1 or -1; 0: this earthquake has none.
    first, last : ndarray of shape (n_events,)
        Days relative to the earthquake.
    """

    sign: FloatArray
    first: FloatArray
    last: FloatArray

    @classmethod
    def alike(cls, n: int, days: tuple[float, float]) -> Effects:
        """All earthquakes have the same, on the same days."""
        return cls(np.ones(n), np.full(n, days[0]), np.full(n, days[1]))

    def of_those_with_one(self) -> Effects:
        """Without the earthquakes that have none."""
        has = self.sign != 0.0
        return Effects(self.sign[has], self.first[has], self.last[has])


@dataclass(frozen=True)
class Mixture:
    """How the effects of earthquakes differ from each other.

    Parameters
    ----------
    share : float
        Chance of each earthquake to have one, in (0, 1].
    sign : {"same", "either"}
        Whether half of them, drawn, have the inverse.
    duration : pair of float or None
        Least and most days that one lasts, drawn uniformly; None: all days.
    """

    share: float = 1.0
    sign: str = "same"
    duration: tuple[float, float] | None = None

    @classmethod
    def checked(cls, share: float, sign: str, duration: Any, days: tuple[float, float]) -> Mixture:
        """A mixture of numbers that make sense; the errors name them as the users of it do."""
        if not 0.0 < share <= 1.0:
            raise ValueError(f"effect_share={share}: expected a share of the earthquakes above 0, at most 1")
        if sign not in SIGNS:
            raise ValueError(f"effect_sign={sign!r}: expected one of {', '.join(map(repr, SIGNS))}")
        if duration is None:
            return cls(float(share), sign)
        ends = (duration, duration) if isinstance(duration, Real) else tuple(duration)
        if len(ends) != 2 or not 0.0 < ends[0] <= ends[1] <= days[1] - days[0]:
            raise ValueError(
                f"effect_duration={duration!r}: expected days, or (least, most) of them, above 0 and no more "
                f"than the {days[1] - days[0]:g} from {days[0]:g} to {days[1]:g} of effect_days"
            )
        return cls(float(share), sign, (float(ends[0]), float(ends[1])))

    def draw(self, n: int, days: tuple[float, float], rng: np.random.Generator) -> Effects:
        """Effects of ``n`` earthquakes within ``days``.

        The same numbers are drawn for any mixture: those who have an effect at a share have one at a greater
        share too, of the same sign and days.
        """
        has, inverse, long, late = rng.random((4, n))
        sign = np.where(has < self.share, 1.0, 0.0)
        if self.sign == "either":
            sign = np.where(inverse < 0.5, -sign, sign)
        if self.duration is None:
            return Effects(sign, np.full(n, days[0]), np.full(n, days[1]))
        least, most = self.duration
        duration = least + (most - least) * long
        first = days[0] + (days[1] - days[0] - duration) * late
        return Effects(sign, first, np.minimum(first + duration, days[1]))
