"""Molchan's diagram: earthquakes missed against space and time alarmed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from skquake._core._sklearn import StrOptions, validate_params
from skquake._core._typing import ArrayLike, DataArray, FloatArray, Frame, RandomState
from skquake.alarms._cells import SpaceTime
from skquake.alarms._evidence import in_words, of_enough
from skquake.alarms._skill import area_skill_score, probability_gain, r_score
from skquake.metrics._blocks import BLOCK_DAYS, PARAMETERS, block_interval, block_sums, ratio, time_blocks

_EXACT = 25  # earthquakes up to which the distribution of a mean of uniforms is computed as it is


class Steps:
    """What lowering the threshold alarms: cells of the same score are one step.

    Attributes
    ----------
    threshold : ndarray of shape (n_steps,)
        Distinct scores, the highest first.
    start, end : ndarray of shape (n_steps,)
        Alarmed weight before and after each step.
    step : ndarray of int, shape (n_cells,)
        Step in which each cell is alarmed.
    """

    def __init__(self, score, weight):
        falling, self.step = np.unique(-score, return_inverse=True)
        self.threshold = -falling
        # Rounding must not carry the sum of a million weights past 1.
        self.end = np.minimum(np.cumsum(np.bincount(self.step, weight)), 1.0)
        self.end[-1] = 1.0
        self.start = np.r_[0.0, self.end[:-1]]

    def trajectory(self, rows):
        """Points (tau, nu, threshold) between which the curve for earthquakes in these cells is straight."""
        step, hits = np.unique(self.step[rows], return_counts=True)
        missed = 1.0 - np.cumsum(hits) / len(rows)
        missed[-1] = 0.0
        before = np.where(step > 0, self.threshold[step - 1], np.inf)
        # Lists of pairs (before, after) of each step, between no alarm and nothing but alarms.
        points = np.c_[
            np.r_[0.0, np.c_[self.start[step], self.end[step]].ravel(), 1.0],
            np.r_[1.0, np.c_[np.r_[1.0, missed[:-1]], missed].ravel(), 0.0],
            np.r_[np.inf, np.c_[before, self.threshold[step]].ravel(), self.threshold[-1]],
        ]
        new = np.r_[True, (np.diff(points[:, :2], axis=0) != 0).any(axis=1)]
        return points[new].T

    def middle(self, rows):
        """Alarmed fraction at which each earthquake is caught, on average over the order within its step."""
        step = self.step[rows]
        return 0.5 * (self.start[step] + self.end[step])


@dataclass(frozen=True, repr=False, eq=False)
class MolchanCurve:
    """Molchan's curve of an alarm function; of :func:`molchan_curve`.

    Attributes
    ----------
    tau, nu : ndarray of shape (n_points,)
        Alarmed fraction of space and time, and missed fraction of the earthquakes; from (0, 1) to (1, 0),
        straight in between.
    threshold : ndarray of shape (n_points,)
        Score from which on cells are alarmed; infinity for no alarm, minus infinity where cells without a
        score are alarmed too.
    low, high : ndarray of shape (n_points,)
        Exact binomial band: between these lies the missed fraction of random alarms at that ``tau``.
    null_low, null_high : ndarray of shape (n_points,) or None
        The same from null catalogs; NaN from fewer than five.
    n_events, n_unobserved : int
        Earthquakes that count, and those left out because nothing was observed.
    coverage : float
        Observed share of space and time.
    event_tau : ndarray of shape (n_events,)
        Alarmed fraction at which each earthquake is caught.
    area_skill_low, area_skill_high : float
        Interval of the area skill score, from blocks of time; NaN with fewer than five.
    unit, n_units : str, int
        What was resampled for it, and how many of them hold an earthquake that counts.
    null_scores : ndarray of shape (n_null_catalogs,) or None
        Area skill score of each null catalog.
    level : float
        Of the bands and the interval.
    weighting : str
        What ``tau`` is weighted by.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.alarms import MolchanCurve
    >>> curve = MolchanCurve.from_cells([0.9, 0.8, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4], [1, 0, 1, 0])
    >>> curve.tau.round(6).tolist(), curve.nu.tolist()
    ([0.0, 0.1, 0.3, 1.0], [1.0, 0.5, 0.5, 0.0])
    >>> round(curve.area_skill_score, 6), round(curve.p_value, 4)
    (0.65, 0.245)
    """

    tau: FloatArray
    nu: FloatArray
    threshold: FloatArray
    low: FloatArray
    high: FloatArray
    n_events: int
    coverage: float
    event_tau: FloatArray
    n_unobserved: int = 0
    area_skill_low: float = np.nan
    area_skill_high: float = np.nan
    unit: str = ""
    n_units: int = 0
    null_low: FloatArray | None = None
    null_high: FloatArray | None = None
    null_scores: FloatArray | None = None
    level: float = 0.95
    weighting: str = "weights given"

    @classmethod
    def from_cells(
        cls, score: ArrayLike, weight: ArrayLike, events: ArrayLike, *, level: float = 0.95
    ) -> MolchanCurve:
        """The curve of any alarm function, cell by cell, without intervals.

        Parameters
        ----------
        score : array-like of shape (n_cells,)
            The larger, the earlier alarmed; minus infinity where there is none.
        weight : array-like of shape (n_cells,)
            Of each cell in space and time; scaled to sum to 1.
        events : array-like of int, shape (n_cells,)
            Earthquakes in each cell.
        level : float, default=0.95
        """
        score, weight = np.asarray(score, dtype=float), np.asarray(weight, dtype=float)
        events = np.asarray(events).astype(int)
        if not score.shape == weight.shape == events.shape or score.ndim != 1:
            raise ValueError(f"score, weight, events: shapes {score.shape}, {weight.shape}, {events.shape}")
        if np.isnan(score).any() or not (weight >= 0).all() or not weight.sum() > 0 or (events < 0).any():
            raise ValueError("score: NaN, or negative weights or events; leave out what was not observed")
        steps = Steps(score, weight / weight.sum())
        return cls(
            **_points(steps, np.repeat(np.arange(len(events)), events), level), coverage=1.0, level=level
        )

    @property
    def area_skill_score(self) -> float:
        """Area skill score of the whole curve; random alarms expect 0.5."""
        return float(1.0 - self.event_tau.mean())

    def area_skill_at(self, tau: float) -> float:
        """Area skill score up to this alarmed fraction; random alarms expect half of it."""
        return area_skill_score(self.tau, self.nu, at=tau)

    def band(self, tau: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Lower and upper missed fraction of random alarms that fill these parts of space and time."""
        return _band(tau, self.n_events, self.level)

    @property
    def p_value(self) -> float:
        """How often chance reaches this area skill score: the larger of the following two."""
        return max(self.p_random, self.p_null if self.null_scores is not None else 0.0)

    @property
    def p_random(self) -> float:
        """Probability that random alarms of as many independent earthquakes score as much.

        Exact (Irwin-Hall) for up to 25, normal beyond; with ties it errs on the safe side.
        """
        n, hit = self.n_events, self.n_events * self.area_skill_score
        if n <= _EXACT:
            return float(np.clip(stats.irwinhall.sf(hit, n), 0.0, 1.0))
        return float(stats.norm.sf((hit / n - 0.5) * np.sqrt(12.0 * n)))

    @property
    def p_null(self) -> float:
        """(1 + null catalogs that score as much) / (1 + null catalogs); NaN without any."""
        if self.null_scores is None:
            return np.nan
        return float((1 + (self.null_scores >= self.area_skill_score).sum()) / (1 + len(self.null_scores)))

    def to_frame(self) -> pd.DataFrame:
        """One point a row.

        Returns
        -------
        DataFrame
            ``threshold``, ``tau``, ``nu``, ``hits``, ``p_value`` (that random alarms of this size have as
            many hits), ``low``, ``high``, ``probability_gain``, ``r_score`` and, with null catalogs,
            ``null_low``, ``null_high``.
        """
        hits = np.round((1.0 - self.nu) * self.n_events).astype(int)
        columns = {
            "threshold": self.threshold,
            "tau": self.tau,
            "nu": self.nu,
            "hits": hits,
            "p_value": stats.binom.sf(hits - 1, self.n_events, self.tau),
            "low": self.low,
            "high": self.high,
            "probability_gain": probability_gain(self.tau, self.nu),
            "r_score": r_score(self.tau, self.nu),
        }
        if self.null_low is not None:
            columns |= {"null_low": self.null_low, "null_high": self.null_high}
        return pd.DataFrame(columns)

    def __repr__(self) -> str:
        return (
            f"MolchanCurve(area skill {self.area_skill_score:.3f}"
            f"{in_words(self.area_skill_low, self.area_skill_high, self.n_units, '.3f')}, chance 0.500, "
            f"p={self.p_value:.2g}, {self.n_events} earthquakes, coverage {self.coverage:.0%}, "
            f"tau by {self.weighting})"
        )


@validate_params(
    {
        "unobserved": [StrOptions({"restrict", "no alarm"})],
    }
    | PARAMETERS,
    prefer_skip_nested_validation=True,
)
def molchan_curve(
    alarm: DataArray,
    catalog: Frame,
    rate: DataArray,
    *,
    unobserved: str = "restrict",
    null_catalogs: Iterable[Frame] | None = None,
    level: float = 0.95,
    block_days: float = BLOCK_DAYS,
    n_resamples: int = 1000,
    random_state: RandomState = None,
) -> MolchanCurve:
    """Missed fraction of the earthquakes against the alarmed fraction of space and time.

    The threshold runs through all scores. It is no alarm's score: for that, choose a threshold on training
    days (:func:`choose_threshold`) and see :func:`score_alarms`.

    Parameters
    ----------
    alarm : DataArray (night or day, latitude, longitude)
        Of :func:`alarm_function`, the tested days; any score that was known before its day.
    catalog : DataFrame
        Target earthquakes, independent ones. Those outside of the cells or days do not count.
    rate : DataArray (latitude, longitude), or (night or day, latitude, longitude)
        What a cell weighs in ``tau``: :func:`reference_rate`, so that to alarm where earthquakes are frequent
        costs as much as it gains. With :func:`area_rate`, for comparison, it is mistaken for skill.
    unobserved : {"restrict", "no alarm"}, default="restrict"
        Cells and days without a score, and the earthquakes in them, are left out of N and tau; or they count
        as never alarmed.
    null_catalogs : iterable of DataFrame, default=None
        Catalogs that never happened, for a second band and p-value.
    level : float, default=0.95
        Of the bands (at each ``tau`` by itself) and of the interval.
    block_days : float, default=27.0
        Least length of the blocks of time that are resampled for the interval of the area skill score.
    n_resamples : int, default=1000
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    MolchanCurve

    Raises
    ------
    ValueError
        If no earthquake falls into the cells and days, or the arrays do not fit.

    Warns
    -----
    UserWarning
        With fewer than 10 blocks of time.

    Notes
    -----
    The band holds the reference rate for true, and the earthquakes for independent. Earthquakes and scores
    that both vary with the season, say, need null catalogs.

    References
    ----------
    Molchan, G. M. (1991). Structure of optimal strategies in earthquake prediction. Tectonophysics 193,
    267-276.

    Zechar, J. D. and Jordan, T. H. (2008). Testing alarm-based earthquake predictions. Geophysical Journal
    International 172, 715-724.

    Zechar, J. D. and Jordan, T. H. (2010). The area skill score statistic for evaluating earthquake
    predictability experiments. Pure and Applied Geophysics 167, 893-906.

    Examples
    --------
    >>> import numpy as np, pandas as pd, xarray as xr
    >>> from skquake.alarms import area_rate, molchan_curve
    >>> rng = np.random.default_rng(0)
    >>> days = pd.date_range("2015-01-01", periods=365)
    >>> alarm = xr.DataArray(
    ...     rng.uniform(size=(365, 6, 12)), dims=("day", "latitude", "longitude"),
    ...     coords={"day": days, "latitude": np.arange(-75, 90, 30), "longitude": np.arange(-165, 180, 30)})
    >>> catalog = pd.DataFrame({
    ...     "time": rng.choice(days, 50), "latitude": np.rad2deg(np.arcsin(rng.uniform(-1, 1, 50))),
    ...     "longitude": rng.uniform(-180, 180, 50), "magnitude": 6.0})
    >>> curve = molchan_curve(alarm, catalog, area_rate(alarm), random_state=0)
    >>> curve
    MolchanCurve(area skill 0.523 [0.405, 0.649], chance 0.500, p=0.29, 50 earthquakes, ...tau by area)
    >>> len(curve.to_frame()) == len(curve.tau)
    True
    """
    space = SpaceTime(alarm, rate, unobserved)
    steps = Steps(space.score, space.weight)
    events = space.events(catalog, allow_none=False)
    found = _points(steps, events.row, level)
    blocks = time_blocks(events.time, *space.span, block_days=block_days)
    low, high = block_interval(
        block_sums(blocks, 1.0 - found["event_tau"], np.ones(found["n_events"])),
        lambda sums: ratio(sums[:, 0], sums[:, 1]),
        level=level,
        n_resamples=n_resamples,
        random_state=random_state,
        what="area skill score",
    )
    if null_catalogs is not None:
        found |= _null(space, steps, null_catalogs, found["tau"], level)
    return MolchanCurve(
        **found,
        coverage=space.coverage,
        n_unobserved=events.unobserved,
        area_skill_low=float(low),
        area_skill_high=float(high),
        unit=blocks.unit,
        n_units=len(np.unique(blocks.code)),
        level=level,
        weighting=rate.attrs.get("weighting", "weights given"),
    )


def _points(steps, rows, level):
    """The curve of earthquakes in these cells, with its binomial band."""
    n = len(rows)
    if not n:
        raise ValueError("events: no earthquake in any cell; nothing can be scored")
    tau, nu, threshold = steps.trajectory(rows)
    low, high = _band(tau, n, level)
    return {
        "tau": tau,
        "nu": nu,
        "threshold": threshold,
        "low": low,
        "high": high,
        "n_events": n,
        "event_tau": steps.middle(rows),
    }


def _band(tau, n, level):
    """Missed fractions between which n random hits lie."""
    tail = 0.5 * (1.0 - level)
    few, many = (stats.binom.ppf(part, n, np.asarray(tau, dtype=float)) for part in (tail, 1.0 - tail))
    return 1.0 - many / n, 1.0 - few / n


def _null(space, steps, catalogs, tau, level):
    """Band and area skill scores of catalogs that never happened."""
    curves, scores = [], []
    for number, catalog in enumerate(catalogs):
        rows = space.events(catalog, f"null_catalogs: number {number}").row
        if not len(rows):
            raise ValueError(
                f"null_catalogs: number {number} has no earthquake in the observed cells and days"
            )
        curves.append(np.interp(tau, *steps.trajectory(rows)[:2]))
        scores.append(1.0 - steps.middle(rows).mean())
    if not scores:
        raise ValueError("null_catalogs: empty; give some, or None")
    low, high = np.quantile(curves, [0.5 * (1.0 - level), 0.5 * (1.0 + level)], axis=0)
    low, high = of_enough(low, high, len(curves))
    return {"null_low": low, "null_high": high, "null_scores": np.array(scores)}
