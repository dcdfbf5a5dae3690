"""Simulated earthquake catalogs."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state, check_scalar

from skquake._core._time import NS_PER_DAY, as_ns, moment_ns
from skquake._core._typing import RandomState, TimeLike
from skquake.datasets._belts import sample_belts, scatter_km
from skquake.datasets._span import span_ns

# Mainshocks of M >= 4.8 a year: they and their aftershocks are about as many as the global
# catalog has, before and after removing what follows within 2 degrees and 15 days.
EVENTS_A_YEAR = 1900.0
REFERENCE_MAGNITUDE = 4.8
BATH_DIFFERENCE = 1.2


def make_catalog(
    start: TimeLike,
    end: TimeLike,
    *,
    n_events: int | None = None,
    min_magnitude: float = 4.5,
    b_value: float = 1.0,
    max_magnitude: float = 9.0,
    aftershocks: bool = True,
    random_state: RandomState = None,
) -> pd.DataFrame:
    """Simulate a global earthquake catalog.

    Independent earthquakes are uniform in time, follow the Gutenberg-Richter law cut at
    ``max_magnitude``, and lie along the plate-boundary belts: a few dozen great-circle arcs,
    subduction zones weighted most, with Gaussian scatter. Each carries one generation of
    aftershocks: as many as make the largest on average 1.2 below the mainshock (Båth's law),
    decaying as (t + 0.05 d)**-1.1 over a year (Omori-Utsu), within Utsu's aftershock zone of
    10**(0.5 M - 1.8) km.

    Parameters
    ----------
    start, end : date
        Events lie in [start, end).
    n_events : int, default=None
        Number of independent earthquakes. None draws it for an Earth-like rate: 1,900 a year
        of M >= 4.8, some 1,500 of which stay when whatever follows another within 2 degrees
        and 15 days is removed (some 3,000 with aftershocks); more of a lower ``min_magnitude``.
    min_magnitude, max_magnitude : float, default=4.5, 9.0
        Range of magnitudes.
    b_value : float, default=1.0
        Slope of the Gutenberg-Richter law.
    aftershocks : bool, default=True
        Whether to add them. Those of earthquakes before ``start`` are never there.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    catalog : DataFrame
        Sorted by time: ``time``, ``latitude``, ``longitude`` (degrees), ``depth_km``, ``magnitude``
        and ``mainshock`` (the id of the independent earthquake that the row belongs to, its own id
        for that one). The index holds the event ids.

    Raises
    ------
    TypeError, ValueError
        If ``end`` is not after ``start``, or the magnitudes leave no range.

    References
    ----------
    Gutenberg & Richter (1944), Bulletin of the Seismological Society of America 34, 185-188.
    Utsu (1961), Geophysical Magazine 30, 521-605. Båth (1965), Tectonophysics 2, 483-514.

    Examples
    --------
    >>> from skquake.datasets import make_catalog
    >>> catalog = make_catalog("2019-01-01", "2019-07-01", n_events=100, aftershocks=False, random_state=0)
    >>> len(catalog), bool(catalog["magnitude"].min() >= 4.5)
    (100, True)
    """
    start, end = span_ns(start, end)
    check_scalar(b_value, "b_value", Real, min_val=0, include_boundaries="neither")
    check_scalar(min_magnitude, "min_magnitude", Real)
    check_scalar(max_magnitude, "max_magnitude", Real)
    if not max_magnitude > min_magnitude:
        raise ValueError(f"max_magnitude {max_magnitude} must exceed min_magnitude {min_magnitude}")
    rng = np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))
    if n_events is not None:
        check_scalar(n_events, "n_events", Integral, min_val=0)
    else:
        years = (end - start) / NS_PER_DAY / 365.25
        n_events = rng.poisson(
            EVENTS_A_YEAR * years * 10.0 ** (b_value * (REFERENCE_MAGNITUDE - min_magnitude))
        )

    latitude, longitude, depth = sample_belts(n_events, rng)
    time = start + np.floor(rng.uniform(size=n_events) * (end - start)).astype("int64")
    main = pd.DataFrame(
        {
            "time": np.sort(time),
            "latitude": latitude,
            "longitude": longitude,
            "depth_km": depth.round(1),
            "magnitude": _magnitudes(rng.uniform(size=n_events), min_magnitude, max_magnitude, b_value),
            "mainshock": np.arange(n_events),
        }
    )
    parts = [main, _aftershocks(main, min_magnitude, b_value, rng)] if aftershocks else [main]
    return _numbered(parts, end)


def aftershock_generations(
    mothers: pd.DataFrame, end: TimeLike, *, random_state: RandomState = None
) -> pd.DataFrame:
    """A catalog whose aftershocks have aftershocks of their own, generation after generation.

    Each earthquake, an aftershock or not, has those of :func:`make_catalog`: a branching process in which
    one sequence lasts for years. Magnitudes never exceed the mother's, so that it ends.

    Parameters
    ----------
    mothers : DataFrame
        Independent earthquakes of :func:`make_catalog` with ``aftershocks=False``.
    end : date
        No event lies after it.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    catalog : DataFrame
        As of :func:`make_catalog`; ``mainshock`` names the independent earthquake at the root.

    References
    ----------
    Ogata (1988), Statistical models for earthquake occurrences and residual analysis for point processes,
    Journal of the American Statistical Association 83, 9-27.

    Examples
    --------
    >>> from skquake.datasets._catalog import aftershock_generations, make_catalog
    >>> mothers = make_catalog("2019-01-01", "2020-01-01", n_events=300, aftershocks=False, random_state=0)
    >>> catalog = aftershock_generations(mothers, "2020-01-01", random_state=0)
    >>> int((catalog["mainshock"] == catalog.index).sum())
    300
    """
    last = moment_ns(end, "end")
    rng = np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))
    minimum = float(mothers["magnitude"].min()) if len(mothers) else 0.0
    generation = mothers.assign(time=as_ns(mothers["time"]), mainshock=np.arange(len(mothers)))
    parts = [generation]
    while len(generation):
        generation = _aftershocks(generation, minimum, 1.0, rng)
        generation = generation[generation["time"] < last].reset_index(drop=True)
        parts.append(generation)
    return _numbered(parts, last)


def _numbered(parts, end):
    """The parts as one catalog, sorted by time; its first part holds the independent ones."""
    catalog = pd.concat(parts, ignore_index=True)
    catalog = catalog[catalog["time"] < end].sort_values("time", kind="stable")
    # Ids run along the sorted catalog; the column follows its row.
    ids = np.char.mod("sim%06d", np.arange(len(catalog))).astype(object)
    id_of_row = pd.Series(ids, index=catalog.index)
    catalog["mainshock"] = id_of_row.reindex(catalog["mainshock"]).to_numpy()
    catalog["time"] = catalog["time"].to_numpy().view("datetime64[ns]")
    return catalog.set_axis(pd.Index(ids, name="id"), axis=0)


def _magnitudes(uniform, minimum, maximum, b_value):
    """Quantiles of the Gutenberg-Richter law between the magnitudes ``minimum`` and ``maximum``."""
    cut = 1.0 - 10.0 ** (-b_value * (np.asarray(maximum) - minimum))
    return minimum - np.log10(1.0 - uniform * cut) / b_value


def _aftershocks(main, minimum, b_value, rng, *, p=1.1, c_days=0.05, days=365.0):
    """One generation of aftershocks of the rows of ``main``, in the same columns."""
    magnitude = main["magnitude"].to_numpy()
    count = rng.poisson(10.0 ** (b_value * (magnitude - BATH_DIFFERENCE - minimum)))
    parent = main.loc[main.index.repeat(count)].reset_index(drop=True)
    uniform = rng.uniform(size=(2, len(parent)))
    # Inverse of the cumulative Omori-Utsu law cut at `days`.
    first, last = c_days ** (1 - p), (c_days + days) ** (1 - p)
    delay = (first + uniform[0] * (last - first)) ** (1 / (1 - p)) - c_days
    zone = 10.0 ** (0.5 * parent["magnitude"].to_numpy() - 1.8)
    latitude, longitude = scatter_km(parent["latitude"], parent["longitude"], 0.5 * zone, rng)
    return parent.assign(
        time=parent["time"] + np.round(delay * NS_PER_DAY).astype("int64"),
        latitude=latitude,
        longitude=longitude,
        magnitude=_magnitudes(uniform[1], minimum, parent["magnitude"].to_numpy(), b_value),
    )
