"""Evidence for a forecast that may be looked at every day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._typing import DataArray, FloatArray, Frame, TimeLike
from skquake.alarms._cells import SpaceTime

BETS = (0.1, 0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True, repr=False)
class AnytimeEvidence:
    """What `anytime_evidence` found.

    Attributes
    ----------
    events : DataFrame
        One row an earthquake that counts, in the order of time: ``time``, ``factor`` (forecast over reference
        in its cell), ``wealth`` after it, and ``p_value`` as it stands then.
    outside, unobserved : int
        Earthquakes outside of the cells or days; and those in cells and days without a forecast, on which
        nothing was bet (their factor is 1).

    Examples
    --------
    See `anytime_evidence`.
    """

    events: pd.DataFrame
    outside: int
    unobserved: int

    @property
    def wealth(self) -> float:
        """What one unit has become."""
        return float(self.events["wealth"].iloc[-1]) if len(self.events) else 1.0

    @property
    def p_value(self) -> float:
        """One over the largest wealth so far, at most 1: valid whenever it is looked at."""
        return float(self.events["p_value"].iloc[-1]) if len(self.events) else 1.0

    def crossed(self, level: float = 0.05) -> pd.Timestamp | None:
        """Time of the earthquake at which the p-value first was at or below a level; else None."""
        below = self.events.loc[self.events["p_value"] <= level, "time"]
        return below.iloc[0] if len(below) else None

    def at(self, time: TimeLike) -> float:
        """The p-value as it stood at a time."""
        before = self.events.loc[self.events["time"] <= pd.Timestamp(time), "p_value"]
        return float(before.iloc[-1]) if len(before) else 1.0

    def __repr__(self) -> str:
        n = len(self.events)
        return (
            f"AnytimeEvidence({n} earthquakes, wealth {self.wealth:.3g}, p = {self.p_value:.3g} at any time)"
        )


def anytime_evidence(
    forecast: DataArray, catalog: Frame, rate: DataArray, *, bets: Sequence[float] = BETS
) -> AnytimeEvidence:
    """Whether earthquakes come where a forecast says, by a test that may be looked at every day.

    A gambler starts with one unit and at each earthquake stakes a share of it, the bet, on where it has come:
    the unit of the share is multiplied by what the forecast gave to the cell over what the reference gave to
    it. Where the forecast knows nothing that the reference does not, no such gambler can expect to win, and
    the chance that he ever has 1 / alpha units is at most alpha (Ville's inequality), however often one
    looks. Several gamblers with different bets share the unit.

    Parameters
    ----------
    forecast : DataArray (night or day, latitude, longitude)
        Not negative: how much more earthquakes are expected in a cell than elsewhere on that day, on any
        scale, such as a probability or a rate; made before the day began. NaN where there is none: nothing is
        bet there.
    catalog : DataFrame
        Independent earthquakes (`skquake.catalogs.AftershockRemover`): those of a cluster are one. With a
        reference that knows clusters (`EtasRate`), all earthquakes but those that follow another of their
        cluster on the same day: of a day the reference knows no more than what was known at its begin.
    rate : DataArray (latitude, longitude), or (night or day, latitude, longitude)
        The reference, declared before: `reference_rate`, or `EtasRate.rate`, with the days of the
        forecast. It may be given on any scale.
    bets : sequence of float, default=(0.1, 0.3, 0.5, 0.7, 0.9)
        Shares of the wealth that are staked, above 0 and below 1.

    Returns
    -------
    AnytimeEvidence

    Raises
    ------
    ValueError
        For a forecast below 0 or infinite, bets out of range, and an earthquake in a cell to which the
        reference gives no chance.

    Notes
    -----
    The test is of *where*, given *when*: on each day both forecast and reference are scaled to one earthquake
    in the cells that have a forecast. So a reference with a wrong total rate, or earthquakes that come in
    swarms, gives no wealth; a forecast of "more tomorrow, everywhere" does not either. It tests the reference
    as well: a forecast that knows the places better than a reference that is too smooth wins without any
    precursor. Bet on the reference of another bandwidth beside it.

    References
    ----------
    Shafer, G. and Vovk, V. (2019). Game-theoretic foundations for probability and finance. Wiley.
    Shafer, G. (2021). Testing by betting. Journal of the Royal Statistical Society A 184, 407-431.
    Ville, J. (1939). Étude critique de la notion de collectif. Gauthier-Villars.
    Zechar, J. D. and Zhuang, J. (2014). A parimutuel gambling perspective to compare probabilistic seismicity
    forecasts. Geophysical Journal International 199, 60-68.

    Examples
    --------
    >>> import numpy as np, pandas as pd, xarray as xr
    >>> from skquake.alarms import anytime_evidence, area_rate
    >>> days = pd.date_range("2015-01-01", periods=30)
    >>> forecast = xr.DataArray(np.full((30, 1, 2), [3.0, 1.0]), dims=("day", "latitude", "longitude"),
    ...     coords={"day": days, "latitude": [0.0], "longitude": [-10.0, 10.0]})
    >>> catalog = pd.DataFrame({"time": days[::3], "latitude": 0.0, "longitude": -10.0, "magnitude": 6.0})
    >>> found = anytime_evidence(forecast, catalog, area_rate(forecast))
    >>> found
    AnytimeEvidence(10 earthquakes, wealth 15.2, p = 0.0656 at any time)
    >>> found.crossed(0.1)
    Timestamp('2015-01-25 00:00:00')
    """
    shares = _check_bets(bets)
    space = SpaceTime(forecast, rate, "no alarm")
    events = space.events(catalog)
    order = np.argsort(events.time, kind="stable")
    row, time = events.row[order], events.time[order]
    score = space.score.reshape(-1, np.prod(space.cells.shape))
    weight = space.weight.reshape(score.shape)
    day, cell = np.divmod(row, score.shape[1])
    factor = _factors(score, weight, day, cell)
    wealth = wealth_of(factor, shares)
    p = 1.0 / np.maximum(np.maximum.accumulate(wealth), 1.0) if len(wealth) else wealth
    frame = pd.DataFrame(
        {"time": time.astype("datetime64[ns]"), "factor": factor, "wealth": wealth, "p_value": p}
    )
    return AnytimeEvidence(frame, int(events.outside), int(np.isneginf(score[day, cell]).sum()))


def wealth_of(factors: FloatArray, bets: FloatArray) -> FloatArray:
    """Mean wealth of gamblers after each earthquake, along the last axis.

    Parameters
    ----------
    factors : ndarray of shape (..., n)
    bets : ndarray of shape (n_bets,)
    """
    gained = 1.0 + bets[:, np.newaxis] * (np.asarray(factors)[..., np.newaxis, :] - 1.0)
    return np.cumprod(gained, axis=-1).mean(axis=-2)


def _factors(score, weight, day, cell):
    """Forecast over reference of each earthquake, both scaled to one over the cells with a forecast."""
    bad = (score < 0.0) & np.isfinite(score) | np.isposinf(score)
    if bad.any():
        value = score[bad][0]
        raise ValueError(
            f"forecast: {value:g} is no weight; give numbers of at least 0, NaN where there is none"
        )
    score, weight, seen = score[day], weight[day], np.isfinite(score[day])
    at = np.arange(len(cell))
    if (weight[at, cell] <= 0.0).any():
        raise ValueError(
            f"rate: {int((weight[at, cell] <= 0.0).sum())} earthquakes in cells to which it gives no chance; "
            "take a reference with a floor, as reference_rate has one"
        )
    given = np.where(seen, score, 0.0)
    total, reference = given.sum(axis=1), (seen * weight).sum(axis=1)
    is_bet = (total > 0.0) & seen[at, cell]
    share = np.divide(given[at, cell], total, out=np.ones(len(cell)), where=is_bet)
    chance = np.divide(weight[at, cell], reference, out=np.ones(len(cell)), where=is_bet)
    return np.where(is_bet, share / chance, 1.0)


def _check_bets(bets: Any) -> FloatArray:
    shares = np.atleast_1d(np.asarray(bets, dtype=float))
    if shares.ndim != 1 or not len(shares) or not ((shares > 0.0) & (shares < 1.0)).all():
        raise ValueError(f"bets: expected shares above 0 and below 1, got {bets!r}")
    return shares
