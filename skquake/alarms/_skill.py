"""Skill of alarms as numbers."""

from __future__ import annotations

from numbers import Real

import numpy as np

from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._typing import ArrayLike, FloatArray
from skquake.metrics._blocks import ratio


@validate_params(
    {
        "tau": ["array-like"],
        "nu": ["array-like"],
        "at": [Interval(Real, 0, 1, closed="right")],
        "ties": [StrOptions({"linear", "step"})],
    },
    prefer_skip_nested_validation=True,
)
def area_skill_score(tau: ArrayLike, nu: ArrayLike, *, at: float = 1.0, ties: str = "linear") -> float:
    """Area skill score: the mean hit rate over alarmed fractions up to a given one.

    ``ASS(at) = 1/at * integral from 0 to at of (1 - nu) d tau``. Random alarms expect ``at / 2``, so 0.5 for
    the whole curve, there with variance 1/(12 N) for N earthquakes. A score below that is reported as it
    is: alarms that avoid earthquakes are news too.

    Parameters
    ----------
    tau : array-like of shape (n_points,)
        Alarmed fraction of space and time, ascending.
    nu : array-like of shape (n_points,)
        Fraction of the earthquakes missed, descending. No alarm, (0, 1), and nothing but alarms, (1, 0), are
        added.
    at : float, default=1.0
        Largest alarmed fraction.
    ties : {"linear", "step"}, default="linear"
        What lies between two points. "linear": cells of the same score are alarmed in random order, and
        random alarms then expect ``at / 2`` whatever the ties. "step": nothing is gained before
        all of them are alarmed; this punishes few distinct scores (a detector that says yes or no) and cells
        without any.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        For points out of [0, 1] or out of order.

    References
    ----------
    Zechar, J. D. and Jordan, T. H. (2010). The area skill score statistic for evaluating earthquake
    predictability experiments. Pure and Applied Geophysics 167, 893-906.

    Examples
    --------
    >>> from skquake.alarms import area_skill_score
    >>> round(area_skill_score([0.1], [0.5]), 6)  # half of the earthquakes in a tenth of space and time
    0.7
    >>> area_skill_score([0.1], [0.5], ties="step")
    0.45
    >>> area_skill_score([0.1], [1.0])  # ... none of them
    0.45
    """
    x = np.r_[0.0, np.asarray(tau, dtype=float), 1.0]
    y = np.r_[1.0, np.asarray(nu, dtype=float), 0.0]
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"tau and nu: {len(x) - 2} and {len(y) - 2} points; give as many of each")
    slack = 1e-9
    if not ((np.diff(x) >= -slack).all() and (np.diff(y) <= slack).all()):
        raise ValueError(
            "tau must ascend and nu descend, both within [0, 1]; sort by threshold, highest first"
        )
    width = np.diff(np.minimum(x, at))
    if ties == "step":
        return float(width @ (1.0 - y[:-1]) / at)
    # Hit rate in the middle of what each piece keeps.
    slope = np.divide(-np.diff(y), np.diff(x), out=np.zeros(len(width)), where=np.diff(x) > 0)
    return float(width @ (1.0 - y[:-1] + 0.5 * slope * width) / at)


def probability_gain(tau: ArrayLike, nu: ArrayLike) -> FloatArray:
    """How much likelier an earthquake is where there is an alarm than the reference says.

    ``(1 - nu) / tau``: 1 for random alarms. With the alarmed fraction weighted by a reference rate it is
    the probability in alarmed cells over that of the same cells without any alarm.

    Parameters
    ----------
    tau, nu : float or array-like
        Alarmed fraction of space and time, and missed fraction of the earthquakes.

    Returns
    -------
    float or ndarray
        NaN where nothing is alarmed.

    References
    ----------
    Aki, K. (1981). A probabilistic synthesis of precursory phenomena. Earthquake Prediction, Maurice Ewing
    Series 4, 566-574.

    Examples
    --------
    >>> from skquake.alarms import probability_gain
    >>> float(probability_gain(0.1, 0.7).round(6))
    3.0
    """
    return ratio(1.0 - np.asarray(nu, dtype=float), tau)


def r_score(tau: ArrayLike, nu: ArrayLike) -> FloatArray:
    """Hit rate minus the alarmed fraction of space and time, ``1 - nu - tau``.

    0 for random alarms, 1 for perfect ones. The alarmed fraction holds the cells of the earthquakes too and
    is weighted like ``tau``: this is not :func:`hanssen_kuipers`, which some papers call R score as well.

    Parameters
    ----------
    tau, nu : float or array-like
        As in :func:`probability_gain`.

    Returns
    -------
    float or ndarray

    References
    ----------
    Molchan, G. M. (1991). Structure of optimal strategies in earthquake prediction. Tectonophysics 193,
    267-276.

    Examples
    --------
    >>> from skquake.alarms import r_score
    >>> float(r_score(0.1, 0.7).round(6))
    0.2
    """
    return np.subtract(1.0, nu) - np.asarray(tau, dtype=float)


@validate_params(
    {"alarmed": ["array-like"], "occurred": ["array-like"], "sample_weight": ["array-like", None]},
    prefer_skip_nested_validation=True,
)
def hanssen_kuipers(
    alarmed: ArrayLike, occurred: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float:
    """Hit rate minus false-alarm rate over cells: TPR - FPR.

    Counts cells with an earthquake, not earthquakes, and alarms among cells without one: of space and time
    by area, unless weights say otherwise. Knowing where earthquakes happen is skill to this
    score; :func:`r_score` with a reference rate is free of that.

    Parameters
    ----------
    alarmed, occurred : array-like of bool, shape (n_cells,)
        Whether there was an alarm, and an earthquake, in each cell of space and time.
    sample_weight : array-like of shape (n_cells,), default=None

    Returns
    -------
    float
        0 for random alarms, NaN unless there are cells with and without an earthquake.

    Raises
    ------
    ValueError
        For arrays of different lengths.

    References
    ----------
    Hanssen, A. W. and Kuipers, W. J. A. (1965). On the relationship between the frequency of rain and
    various meteorological parameters. Mededelingen en Verhandelingen 81, KNMI.

    Examples
    --------
    >>> from skquake.alarms import hanssen_kuipers
    >>> hanssen_kuipers([True, True, False, False, False], [True, False, True, False, False])
    0.1666...
    """
    alarmed, occurred = np.asarray(alarmed, dtype=bool), np.asarray(occurred, dtype=bool)
    weight = np.ones(alarmed.shape) if sample_weight is None else np.asarray(sample_weight, dtype=float)
    if not alarmed.shape == occurred.shape == weight.shape:
        raise ValueError(
            f"alarmed, occurred, weights: shapes {alarmed.shape}, {occurred.shape}, {weight.shape}"
        )
    rates = [ratio(weight[alarmed & part].sum(), weight[part].sum()) for part in (occurred, ~occurred)]
    return float(rates[0] - rates[1])
