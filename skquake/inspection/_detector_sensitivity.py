"""What a result owes to the analyst's own choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import ParameterGrid
from sklearn.utils import check_random_state

from skquake._core._disturbed import DISTURBED_HOURS, KP_PARAMETERS
from skquake._core._engine import Engine
from skquake._core._progress import progress
from skquake._core._sklearn import Interval, validate_params
from skquake._core._time import NS_PER_DAY, as_ns
from skquake._core._typing import Frame, RandomState
from skquake._core._validation import check_catalog
from skquake.catalogs._order import time_order
from skquake.forecasting import space_weather_state
from skquake.forecasting._anomaly_rate import ar_numbers
from skquake.inspection._detections import detect
from skquake.inspection._moved_rates import SIGNS, MovedRates, Pairs, first_defined, layer, movable, owned
from skquake.sampling._settings import check_days

DEFAULTS = {
    "min_magnitude": [-np.inf],
    "region": ["dobrovolsky"],
    "days": [(-15.0, 0.0)],
    "kp_threshold": [np.inf],
    "sign": ["both"],
}


@validate_params(
    {
        "detectors": [Mapping],
        "choices": [Mapping, None],
        "kp": [pd.Series, None],
        "disturbed_hours": KP_PARAMETERS["disturbed_hours"],
        "max_shift_days": [Interval(Integral, 1, None, closed="left"), None],
        "n_nulls": [Interval(Integral, 1, None, closed="left")],
        "level": [Interval(Real, 0, 1, closed="neither")],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
    },
    prefer_skip_nested_validation=True,
)
def detector_sensitivity(
    detectors: Mapping[str, Any],
    series: Any,
    catalog: Frame,
    *,
    choices: Mapping[str, Sequence[Any]] | None = None,
    aftershocks: Frame | None = None,
    kp: pd.Series | None = None,
    disturbed_hours: float = DISTURBED_HOURS,
    free_of: tuple[float, float] = (-15, 5),
    max_shift_days: int | None = None,
    n_nulls: int = 999,
    level: float = 0.95,
    random_state: RandomState = None,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> pd.DataFrame:
    """Flagged rate before earthquakes for every combination of the analyst's choices, each beside chance.

    The style of bounds, their days and width, the Kp threshold, the least magnitude, the region, the days
    before: each is a free choice, and among dozens of them the best looks significant by chance
    alone. Here each choice gives a difference: the rate flagged before the earthquakes less that of the same
    stations on days free of earthquakes. The same is done for catalogs that never happened, in which each
    earthquake is moved by a random whole number of days (same place, same hour), with the same moves for
    all choices. The largest standardised difference over all choices of each of these catalogs is
    what the best of the observed ones has to beat.

    Parameters
    ----------
    detectors : dict of {str: TECAnomalyDetector or bounds}
        One for each style, number of days and width.
    series : SeriesSource
        Regular, whole record. (``MapSource.at`` gives the series of places of maps.)
    catalog : DataFrame
        The independent earthquakes. One counts where it has stations in its region and its days in
        the record, after the history of the bounds.
    choices : dict of {str: list}, default=None
        Options, all of which are combined: ``min_magnitude``; ``region`` (a station within it belongs to the
        earthquake, as :func:`~skquake.catalogs.region_radius_km` reads it); ``days``, pairs relative to the
        earthquake; ``kp_threshold`` (only times with no Kp above it in the last ``disturbed_hours`` count;
        inf: all); ``sign`` ("both", "positive", "negative") of the anomalies. Those left out have one option:
        any magnitude, "dobrovolsky", (-15, 0), inf, "both".
    aftershocks : DataFrame, default=None
        Earthquakes that were removed from ``catalog``, as ``everything[~remover.mainshock_mask_]`` of an
        :class:`~skquake.catalogs.AftershockRemover`. Values that they own, by the region and days of a choice
        (the nearest of the epicentres that hold a station owns it), are left out wherever they are counted,
        before earthquakes, moved ones too, and on free days, as the papers deleted them. None: none is.
    kp : Series, default=None
        For ``kp_threshold``.
    disturbed_hours : float, default=24.0
    free_of : (float, float), default=(-15, 5)
        Days around the earthquakes that reach a station; its other days are free.
    max_shift_days : int, default=None
        Longest move; None: anywhere in the record. A few months keep to the same solar activity.
    n_nulls : int, default=999
        Never-happened catalogs; no p is below 1 / (1 + n_nulls).
    level : float, default=0.95
        Of the intervals.
    random_state : int, RandomState instance or None, default=None
    n_jobs : int or None, default=None
        Detectors at a time, by joblib's current backend; the table is the same for any.
    verbose : int, default=0
        Positive shows a progress bar over the detectors.

    Returns
    -------
    DataFrame
        One choice a row: ``detector`` and the five choices; ``n_events``; ``rate`` (mean over the earthquakes
        of the share flagged in their days), ``free_rate`` (the same of the free days of their stations),
        ``difference``, ``low``, ``high`` (its interval: the spread of the never-happened ones around it),
        ``expected_rate`` (of independent Gaussian errors), ``expected_ar_rate``, ``expected_ar_low``,
        ``expected_ar_high`` (of AR(1) errors, as of :func:`false_alarm_rate`), ``p`` (of this choice alone,
        one-sided) and ``p_max`` (of it as the best of all). ``attrs``: ``n_nulls``; ``n_events``,
        ``n_groups`` that move together.

    Raises
    ------
    ValueError
        For an unknown choice or option, a choice without any earthquake, a Kp threshold without Kp, or no
        earthquake that can be moved.
    RuntimeError
        If worker processes die again and again.

    Notes
    -----
    Earthquakes that share days at a station move together, since they see the same anomalies. A moved
    earthquake may come to lie on days of real ones: would it keep clear of them, the real times could not be
    drawn, and p-values came out too small (below 0.05 in 11 % of simulations without any effect). Where
    there is an effect this costs a little power, as the null catalogs see some of it.

    Differences are standardised by mean and standard deviation over the observed and all never-happened
    catalogs, so that the p of the largest is exact where the real times are exchangeable with
    the others. What breaks this is a record whose flagged rate drifts over years (``max_shift_days`` helps),
    and storms that far stations see in the same days (a ``kp_threshold`` helps).

    References
    ----------
    Westfall, P. H. and Young, S. S. (1993). Resampling-based multiple testing. Wiley.

    Simonsohn, U., Simmons, J. P. and Nelson, L. D. (2020). Specification curve analysis. Nature Human
    Behaviour 4, 1208-1214.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.inspection import detector_sensitivity
    >>> from skquake.preprocessing import IQRBounds
    >>> from skquake.sources import SeriesSource
    >>> rng = np.random.default_rng(0)
    >>> tec = pd.DataFrame({"A": rng.normal(size=1500)}, pd.date_range("2011-01-01", periods=1500))
    >>> series = SeriesSource(tec, pd.DataFrame({"latitude": [0.0], "longitude": [0.0]}, ["A"]))
    >>> catalog = pd.DataFrame({"time": pd.date_range("2011-04-01", periods=12, freq="100D"),
    ...     "latitude": 0.0, "longitude": 0.5, "magnitude": 6.0})
    >>> detectors = {style: IQRBounds(style=style) for style in ("iqr", "sigma")}
    >>> table = detector_sensitivity(detectors, series, catalog, n_nulls=99, random_state=0,
    ...     choices={"days": [(-15, 0), (-5, 0)]})
    >>> table.shape[0], bool((table["p_max"] >= table["p"].min()).all())
    (4, True)
    """
    grid = _grid(choices, kp)
    free_of = check_days(free_of)
    if not detectors:
        raise ValueError("detectors: none; give a dict such as {'iqr': IQRBounds(style='iqr')}")
    if not hasattr(series, "stations"):
        raise TypeError(f"series: expected a SeriesSource, got {type(series).__name__}")
    events = check_catalog(catalog, allow_empty=False)
    events = events.iloc[time_order(events)]
    pairs = Pairs(events, series.stations, {"dobrovolsky", *(choice["region"] for choice in grid)})
    found = _each(partial(_detect, series), detectors, "detectors", n_jobs, verbose)
    of_memory = {name: ar_numbers(getattr(part, "expected_ar", None), level) for name, part in found.items()}
    time, event_time = as_ns(series.time), as_ns(events["time"].to_numpy())
    widest = min(choice["days"][0] for choice in grid), max(choice["days"][1] for choice in grid)
    span = max(first_defined(part.polarity, name) for name, part in found.items()), int(time[-1])
    groups = movable(event_time, widest, pairs.reached, span, max_shift_days)
    if not groups:
        raise ValueError(
            "catalog: no earthquake has a station in its region and days in the record (after the history "
            "of the bounds) that can be moved; take a longer record"
        )
    rng = check_random_state(random_state)
    moments = np.repeat(event_time[np.newaxis], n_nulls + 1, axis=0)
    used = np.zeros(len(events), dtype=bool)
    for members, moves in groups:
        moments[1:, members] += rng.choice(moves, (n_nulls, 1)) * NS_PER_DAY
        used[members] = True
    reached = pairs.reached & used[:, np.newaxis]
    moved = MovedRates(time, moments, reached, free_of)
    quiet = {
        limit: _quiet(series.time, kp, limit, disturbed_hours) for limit in {c["kp_threshold"] for c in grid}
    }
    parts = ("kp_threshold", "sign") if aftershocks is None else ("kp_threshold", "sign", "region", "days")
    keys = list(dict.fromkeys(tuple(choice[column] for column in parts) for choice in grid))
    left_out = {
        key: owned(time, series.stations, events, check_catalog(aftershocks, "aftershocks"), *key)
        for key in {key[2:] for key in keys if key[2:]}
    }
    strength = events["magnitude"].to_numpy()

    of_choices = partial(_rates, moved, pairs.inside, used, strength, quiet, left_out, keys, parts, grid)
    polarities = {name: part.polarity for name, part in found.items()}
    rated = _each(of_choices, polarities, "catalogs", n_jobs, verbose)
    rows, rates = [], []
    for name, part in found.items():
        for choice, (rate, n_events) in zip(grid, rated[name], strict=True):
            rates.append(rate)
            rows.append(
                {
                    "detector": name,
                    **choice,
                    "n_events": n_events,
                    "rate": rate[0, 0],
                    "free_rate": rate[1, 0],
                    "expected_rate": part.expected_rate,
                    **of_memory[name],
                }
            )
    both = np.array(rates)
    # A never-happened catalog without a single value for a choice shows nothing there.
    table = _with_p(pd.DataFrame(rows), np.nan_to_num(both[:, 0] - both[:, 1]), level)
    table.attrs = {"n_nulls": int(n_nulls), "n_events": int(used.sum()), "n_groups": len(groups)}
    return table


def _each(function, parts, desc, n_jobs, verbose):
    """What a function makes of each value of a dict, under the same names."""
    names = list(parts)
    tasks = ((part,) for part in parts.values())
    with Engine(function, n_jobs) as engine, closing(engine.run(tasks, ordered=True)) as results:
        shown = progress(results, desc=desc, verbose=verbose, total=len(names))
        return {names[number]: found for number, found in shown}


def _detect(series, detector):
    return detect(detector, series)


def _rates(moved, inside, used, strength, quiet, left_out, keys, parts, grid, polarity):
    """Of each choice the rates of all catalogs, and its number of earthquakes."""
    layers = [
        layer(polarity.mask(left_out[key[2:]]) if left_out else polarity, quiet[key[0]], key[1])
        for key in keys
    ]
    counts = dict(zip(keys, moved.counts(layers), strict=True))
    found = []
    for choice in grid:
        chosen = used & (strength >= choice["min_magnitude"])
        event, station = np.nonzero(inside[choice["region"]] & chosen[:, np.newaxis])
        of_choice = counts[tuple(choice[column] for column in parts)]
        rate = moved.rates(of_choice, (event, station), choice["days"])
        if np.isnan(rate[:, 0]).any():
            raise ValueError(f"choices: no earthquake, or none with a value, is left for {choice}")
        found.append((rate, len(np.unique(event))))
    return found


def _grid(choices, kp):
    """All combinations of the options, as dicts in the order of DEFAULTS."""
    choices = dict(choices or {})
    unknown = [name for name in choices if name not in DEFAULTS]
    if unknown:
        raise ValueError(f"choices: unknown {unknown[0]!r}; they are {', '.join(DEFAULTS)}")
    options = {name: list(choices.get(name, default)) for name, default in DEFAULTS.items()}
    empty = [name for name, values in options.items() if not values]
    if empty:
        raise ValueError(f"choices: {empty[0]} has no options; leave it out or give at least one")
    options["days"] = [tuple(float(day) for day in check_days(days)) for days in options["days"]]
    wrong = [sign for sign in options["sign"] if sign not in SIGNS]
    if wrong:
        raise ValueError(f"choices: sign {wrong[0]!r} is none of {', '.join(SIGNS)}")
    if kp is None and any(np.isfinite(limit) for limit in options["kp_threshold"]):
        raise ValueError("choices: a kp_threshold needs kp")
    return [{name: choice[name] for name in DEFAULTS} for choice in ParameterGrid(options)]


def _quiet(time, kp, limit, disturbed_hours):
    if not np.isfinite(limit):
        return np.ones(len(time), dtype=bool)
    times = time.view("datetime64[ns]")
    state = space_weather_state(times, kp=kp, kp_threshold=float(limit), disturbed_hours=disturbed_hours)
    return (state == "quiet").to_numpy()


def _with_p(table, differences, level):
    """The table of choices with what their differences (n_choices, 1 + n_nulls) say; observed ones first."""
    observed, null = differences[:, :1], differences[:, 1:]
    spread = differences.std(axis=1, keepdims=True)
    z = differences - differences.mean(axis=1, keepdims=True)
    z = np.divide(z, spread, out=np.zeros_like(z), where=spread > 0)
    largest = z[:, 1:].max(axis=0)
    tails = np.quantile(
        null - null.mean(axis=1, keepdims=True), [0.5 + level / 2.0, 0.5 - level / 2.0], axis=1
    )
    n = differences.shape[1]
    return table.assign(
        difference=observed[:, 0],
        low=observed[:, 0] - tails[0],
        high=observed[:, 0] - tails[1],
        p=(1 + (null >= observed).sum(axis=1)) / n,
        p_max=(1 + (largest >= z[:, :1]).sum(axis=1)) / n,
    )
