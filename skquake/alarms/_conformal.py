"""How often a score as high comes where no earthquake is: p-values of alarms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike


def conformal_p_values(score: ArrayLike, calibration: ArrayLike, *, block: ArrayLike | None = None) -> Any:
    """Conformal p-value of each alarm: the rank of its score among scores that owe nothing to earthquakes.

    p = (1 + number of calibration scores not below the alarm's) / (1 + n). Where an alarm without an effect
    is exchangeable with the n calibration scores, p is at most alpha in a share alpha of such alarms,
    whatever the model and however its probabilities are calibrated [1]_.

    Parameters
    ----------
    score : array-like of any shape, or DataArray
        One score a unit, larger where more suspicious: of a pass, of a cell and night
        (:func:`nightly_map`), of a cell and the days that follow (:func:`alarm_function`), or of an
        earthquake (the score of its cell on its day). NaN, not observed, stays NaN.
    calibration : array-like of shape (n,) or ``score.shape`` + (n,)
        Scores of units of the same kind, by the same model, in which no earthquake has a part: of quiet days,
        or of the same earthquakes in catalogs that are rotated in time
        (`skquake.inspection.null_catalogs`). One set for all, or each unit's own, as of its own place on
        other days. NaN does not count; with nothing to compare with, p is 1. Take days on which the model
        was not fitted: a model is surer of what it has seen.
    block : array-like of shape (n,), default=None
        What each calibration score (each column) belongs to: a place and month, say. Of each block only the
        largest score counts, as one. None: each score is a block.

    Returns
    -------
    ndarray or DataArray
        p-values, shaped as ``score``; at least 1 / (1 + number of blocks).

    Raises
    ------
    ValueError
        Where ``calibration`` has no score or another shape, or ``block`` does not fit it.

    Notes
    -----
    **A unit, not an observation.** Scores of windows a few seconds or nights apart are nearly one, and n
    of them are no n comparisons: the highest of n dependent scores is lower than that of n independent ones,
    and an alarm exceeds it more often than once in n + 1. So take one score a unit (``groupby("pass_id")``
    and its largest, for passes), as long in calibration as in test, and say by ``block`` which calibration
    scores overlap or share their days. A block's largest score is not below any single one in it: where
    blocks are exchangeable p is valid whatever the dependence inside, at the price of power. An alarm must
    not last longer than a block. In simulations 180 daily scores that each looked back 15 days, taken one by
    one, gave false discoveries in nine of ten worlds without any effect (:doc:`/measured`).

    **Rotation** keeps the places, and with them what a place adds to a score; it takes the record as
    stationary. A trend or a solar cycle in the scores is no reason for alarm but looks like one. Scores
    that differ from place to place are to be compared with those of their own place. Rotated days may fall on
    days before other earthquakes; where an effect raises their scores, p is too large.

    **Many alarms.** Of a hundred alarms five have p <= 0.05 without any effect. The share of false ones among
    those that are called discoveries is held by ``scipy.stats.false_discovery_control``: p-values that share
    one calibration set of independent scores depend on each other positively, and the procedure of Benjamini
    and Hochberg holds its rate then [2]_; under any dependence that of Benjamini and Yekutieli does
    (``method="by"``), at a cost. Nothing can be discovered among m alarms unless k of them have p at or below
    q k / m: with few blocks no alarm can. A discovery says that the score was high, not that an
    earthquake made it.

    References
    ----------
    .. [1] Vovk, V., Gammerman, A. and Shafer, G. (2005). Algorithmic learning in a random world. Springer.
    .. [2] Bates, S., Candes, E., Lei, L., Romano, Y. and Sesia, M. (2023). Testing for outliers with
       conformal p-values. Annals of Statistics 51, 149-178.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.stats import false_discovery_control
    >>> from skquake.alarms import conformal_p_values
    >>> quiet = np.random.default_rng(0).random(999)
    >>> p = conformal_p_values([0.5, 0.9, 1.2, np.nan], quiet)
    >>> p.round(3)
    array([0.528, 0.097, 0.001,   nan])
    >>> (false_discovery_control(p[:3]) <= 0.1).tolist()
    [False, False, True]

    Earthquakes, beside the same earthquakes on other days. Rotated days of one place and month overlap:

    >>> import pandas as pd, xarray as xr
    >>> from skquake.datasets import make_catalog
    >>> from skquake.inspection import null_catalogs
    >>> from skquake.sources import SeriesSource
    >>> days = pd.date_range("2015-01-01", "2016-12-31", freq="D")
    >>> places = {"latitude": np.arange(-75.0, 90, 30), "longitude": np.arange(-165.0, 180, 30)}
    >>> alarm = xr.DataArray(np.random.default_rng(0).normal(size=(731, 6, 12)), {"day": days, **places},
    ...     ("day", "latitude", "longitude"))
    >>> source = SeriesSource(pd.DataFrame({"A": 0.0}, days), pd.DataFrame(0.0, ["A"], list(places)))
    >>> catalog = make_catalog("2015-01-01", "2017-01-01", min_magnitude=5.5, random_state=0)
    >>> def of_events(catalog):
    ...     where = {name: xr.DataArray(catalog[name].to_numpy(), dims="event") for name in places}
    ...     day = xr.DataArray(catalog["time"].dt.floor("D").to_numpy(), dims="event")
    ...     return alarm.sel(day=day, **where, method="nearest")
    >>> rotated = [of_events(one) for one in null_catalogs("rotate", source, catalog, n=50, random_state=0)]
    >>> calibration = xr.concat(rotated, "event")
    >>> month = (calibration["day"] - calibration["day"].min()) // np.timedelta64(27, "D")
    >>> block = [f"{a} {b} {c}" for a, b, c in zip(calibration["latitude"].values,
    ...     calibration["longitude"].values, month.values)]
    >>> p = conformal_p_values(of_events(catalog), calibration, block=block)
    >>> len(p) == len(catalog), int((false_discovery_control(p) <= 0.1).sum())
    (True, 0)
    """
    of, known = np.asarray(score, dtype=float), np.asarray(calibration, dtype=float)
    if known.ndim != 1 and known.shape[:-1] != of.shape:
        raise ValueError(
            f"calibration: shape {known.shape} fits no scores of shape {of.shape}; give (n,) for all alike, "
            f"or {(*of.shape, 'n')} with n for each"
        )
    if not (~np.isnan(known)).any():
        raise ValueError("calibration: no score; give some that owe nothing to earthquakes")
    if block is not None:
        known = _largest(known, block)
    if known.ndim == 1:
        known = np.sort(known[~np.isnan(known)])
        above, n = len(known) - np.searchsorted(known, of, side="left"), len(known)
    else:
        above, n = (known >= of[..., np.newaxis]).sum(axis=-1), (~np.isnan(known)).sum(axis=-1)
    p = np.where(np.isnan(of), np.nan, (1.0 + above) / (1.0 + n))
    if not hasattr(score, "dims"):
        return p
    found: Any = score
    return found.copy(data=p).rename("p_value").assign_attrs(long_name="conformal p-value")


def _largest(calibration, block):
    """Largest score of each block, along the last axis; NaN where a block has none."""
    block = np.asarray(block)
    if block.shape != calibration.shape[-1:]:
        raise ValueError(
            f"block: shape {block.shape}, of {calibration.shape[-1]} calibration scores; name that of each"
        )
    code, names = pd.factorize(block)
    if (code < 0).any():
        raise ValueError(f"block: missing for calibration score {int(np.argmax(code < 0))}; name each")
    order = np.argsort(code, kind="stable")
    starts = np.searchsorted(code[order], np.arange(len(names)))
    return np.fmax.reduceat(calibration[..., order], starts, axis=-1)
