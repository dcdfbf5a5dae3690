"""How often an effect of a size is found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn.isotonic import IsotonicRegression


@dataclass(frozen=True, repr=False)
class PowerCurve:
    """What `injection_recovery` found: how often an effect shows, by its size and the number of earthquakes.

    Attributes
    ----------
    scores : DataFrame
        One row a never-happened catalog, number of earthquakes and size: ``null`` that made it,
        ``replicate``, ``n_events``, ``size``, ``score``, ``n_scored`` (the tested earthquakes that the score
        counts), ``p`` (the largest over the nulls) and a column
        ``p_`` with the name of each null (rank among its catalogs without any effect).
    alpha : float
        An effect counts as found where p <= alpha.
    scoring : str
        Which score.
    nulls : tuple of str
        Over which the p is the largest.
    level : float
        Of the intervals.
    seconds : dict of {str: float}
        Total for ``samples``, ``plant``, ``fit``.
    versions : list of dict of {str: str}
        Versions that made the scores, in their order; those of the last run come last.
    effect : dict
        What was planted: ``channels`` with their powers, ``days``, ``width`` and ``min_km``, ``share`` of the
        earthquakes, ``sign``, ``duration`` and ``around``; empty where it is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.inspection import PowerCurve
    >>> scores = pd.DataFrame({"replicate": range(8), "n_events": 50,
    ...     "size": [0.0, 0.0, 0.0, 0.0, 0.2, 0.2, 0.4, 0.4], "score": 0.1,
    ...     "p": [0.9, 0.04, 0.5, 0.7, 0.2, 0.01, 0.01, 0.02]})
    >>> curve = PowerCurve(scores, 0.05, "seismic_mcc", ("shuffle-times",), 0.95, {})
    >>> curve.to_frame().round(2)
       n_events  size  power   low  high  n
    0        50   0.0   0.25  0.01  0.81  4
    1        50   0.2   0.50  0.01  0.99  2
    2        50   0.4   1.00  0.16  1.00  2
    >>> round(curve.power_at(0.3), 3), round(curve.size_at(0.9), 3)
    (0.75, 0.36)
    """

    scores: pd.DataFrame
    alpha: float
    scoring: str
    nulls: tuple[str, ...]
    level: float
    seconds: dict[str, float]
    versions: list[dict[str, str]] = field(default_factory=list)
    effect: dict[str, Any] = field(default_factory=dict)

    @property
    def planted(self) -> str:
        """What effect was planted, in words; "" where it is not known."""
        if not self.effect:
            return ""
        share, (first, last), duration = (self.effect[name] for name in ("share", "days", "duration"))
        who = "all earthquakes" if share == 1.0 else f"{100 * share:.3g} % of the earthquakes, drawn"
        sign = {"same": "of one sign", "either": "of either sign"}[self.effect["sign"]]
        days = f"days {first:g} to {last:g}"
        if duration is not None:
            least, most = duration
            days = f"{least:g}{'' if least == most else f' to {most:g}'} days within {days}, drawn"
        return f"in {who}, {sign}, {days}"

    def to_frame(self) -> pd.DataFrame:
        """One row a number of earthquakes and size: power, its exact binomial interval, catalogs."""
        rows = []
        for (n_events, _), part in self.scores.groupby(["n_events", self.scores["size"].abs()]):
            n, k = len(part), int((part["p"] <= self.alpha).sum())
            low, high = binomtest(k, n).proportion_ci(self.level)
            rows.append((n_events, part["size"].iloc[0], k / n, low, high, n))
        return pd.DataFrame(rows, columns=["n_events", "size", "power", "low", "high", "n"])

    def to_table(self) -> pd.DataFrame:
        """Power by number of earthquakes (rows) and size (columns)."""
        return self.to_frame().pivot(index="n_events", columns="size", values="power")

    def by_null(self) -> pd.DataFrame:
        """Power under each null alone and, as ``all``, by the largest p: rows as of :meth:`to_frame`.

        A null under which much less is found than under the others is the one that the headline waits for.
        Where catalogs of one null mostly score higher than those of another, more than ``alpha`` of them are
        found under that other one without any effect; never under all.
        """
        names = [name for name in self.nulls if f"p_{name}" in self.scores]
        found = self.scores[[f"p_{name}" for name in names] + ["p"]] <= self.alpha
        found.columns = [*names, "all"]
        keys = self.scores["n_events"], self.scores["size"].abs()
        shares = found.groupby([key.to_numpy() for key in keys]).mean()
        return pd.concat([self.to_frame()[["n_events", "size"]], shares.reset_index(drop=True)], axis=1)

    def power_at(self, size: float, n_events: int | None = None) -> float:
        """Share of cases in which an effect of a size is found, by a curve that never falls.

        Parameters
        ----------
        size : float
            Beyond the largest that was planted it is the power of that one, a lower bound.
        n_events : int, default=None
            One of those tried; None: the largest.
        """
        sizes, power = self._fit(n_events)
        if size * self._sign < 0:
            raise ValueError(f"size={size} has another sign than the sizes planted")
        return float(np.interp(abs(size), sizes, power))

    def interval_at(self, size: float, n_events: int | None = None) -> tuple[float, float]:
        """Exact binomial interval of the power at a size.

        Of a size that was not planted: the low end of the next smaller one and the high end of the next
        larger one (1 beyond the largest, of which nothing is known but that it is found no less often).
        It counts catalogs as independent, though all see the same observations.

        Parameters
        ----------
        size, n_events
            As of :meth:`power_at`.

        Returns
        -------
        low, high : float
        """
        power = self.power_at(size, n_events)
        table = self.to_frame()
        n_events = int(table["n_events"].max()) if n_events is None else n_events
        table = table[table["n_events"] == n_events]
        sizes = table["size"].abs().to_numpy()  # ascending
        below, above = (
            table["low"].to_numpy()[sizes <= abs(size)],
            table["high"].to_numpy()[sizes >= abs(size)],
        )
        low, high = (below[-1] if len(below) else 0.0), (above[0] if len(above) else 1.0)
        # The curve that never falls may leave the interval of one size.
        return min(float(low), power), max(float(high), power)

    def size_at(self, power: float = 0.95, n_events: int | None = None) -> float:
        """Smallest effect that is found in such a share of cases; NaN where no planted one is.

        Parameters
        ----------
        power : float, default=0.95
        n_events : int, default=None
            One of those tried; None: the largest.
        """
        sizes, fitted = self._fit(n_events)
        return float(self._sign * _first_at(sizes, fitted, power))

    def events_needed(self, size: float, power: float = 0.95) -> float:
        """Number of earthquakes with which such an effect is found so often; NaN where it never is.

        Interpolated between the numbers tried; the least of them where it does already.

        Parameters
        ----------
        size : float
        power : float, default=0.95
        """
        numbers = np.unique(self.scores["n_events"])
        found = np.array([self.power_at(size, n) for n in numbers])
        return float(_first_at(numbers, np.maximum.accumulate(found), power))

    @property
    def counted(self) -> str:
        """Under which nulls it was counted, and what was planted, in words."""
        how = "largest p over" if len(self.nulls) > 1 else "under"
        planted = f"; planted {self.planted}" if self.planted else ""
        return f"{how} {', '.join(self.nulls)}{planted}"

    @property
    def _sign(self):
        return -1.0 if self.scores["size"].min() < 0 else 1.0

    def _fit(self, n_events):
        """Sizes without sign, ascending, and the power fitted to them."""
        known = np.unique(self.scores["n_events"])
        n_events = known[-1] if n_events is None else n_events
        if n_events not in known:
            raise ValueError(f"n_events={n_events} was not tried; {', '.join(map(str, known))} were")
        part = self.scores[self.scores["n_events"] == n_events]
        found = (part["p"] <= self.alpha).groupby(part["size"].abs())
        sizes = np.unique(part["size"].abs())
        return sizes, IsotonicRegression().fit(sizes, found.mean(), found.size()).predict(sizes)

    def _repr_html_(self) -> str:
        from skquake.inspection._result_cards import power_html

        return power_html(self)

    def __repr__(self) -> str:
        last = self.to_frame().iloc[-1]
        reached = self.size_at(0.95)
        needed = "no size" if np.isnan(reached) else f"{reached:+.3g}"
        interval = f"[{last['low']:.0%}, {last['high']:.0%}]"
        return (
            f"PowerCurve({self.scoring}, p <= {self.alpha:g}, {int(last['n_events'])} events: {needed} found "
            f"in 95 %; {last['size']:+.3g} in {last['power']:.0%} {interval}; {self.counted})"
        )


def _first_at(x, rising, level):
    """Smallest x at which a rising broken line reaches a level; NaN if it never does."""
    above = np.flatnonzero(rising >= level)
    if not len(above):
        return np.nan
    k = int(above[0])
    if k == 0 or rising[k] == level:
        return x[k]
    return np.interp(level, rising[k - 1 : k + 1], x[k - 1 : k + 1])
