"""Earthquake catalogs that obspy has read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from skquake.io._catalog import join_events
from skquake.io._quakeml import attrs_of, events_table


def from_obspy(
    catalog: Iterable[Any],
    *,
    types: Iterable[str] | None = ("earthquake",),
    missing_magnitude: str = "drop",
) -> pd.DataFrame:
    """Catalog from obspy's events, of any format that ``obspy.read_events`` reads and any of its clients.

    Parameters
    ----------
    catalog : obspy.core.event.Catalog
        Or any iterable of its events.
    types : sequence of str or None, default=("earthquake",)
        Kinds of event to keep, as of :func:`read_quakeml`; None keeps all. An event that names none is taken
        for an earthquake.
    missing_magnitude : {"drop", "keep"}, default="drop"
        What to do with events that have no magnitude ("keep": NaN, which catalog steps refuse).

    Returns
    -------
    DataFrame
        As of :func:`read_quakeml`: of each event the preferred origin and magnitude, else the first ones; the
        index ``id`` is the event's ``resource_id``, which obspy makes up, anew each time, where a file has
        none. Left out, and counted in ``attrs["left_out"]``: events without an origin, of other kinds, and
        without a magnitude; of one id all but the event updated last.

    Raises
    ------
    FormatError
        For an event that cannot be: without time or place, deeper than 800 km, a magnitude beyond -5...10.
    ValueError
        For no event at all.

    Warns
    -----
    UserWarning
        If all events are left out.

    Notes
    -----
    obspy is no part of skquake and is not needed to install it; it comes with ``pip install
    skquake[quakeml]``, under LGPL-3.0. What obspy reads is not checked for damage here: the readers of this
    module refuse files that are cut, obspy may read a part of them.

    References
    ----------
    Beyreuther, M., et al. (2010). ObsPy: a Python toolbox for seismology. Seismological Research Letters,
    81, 530-533, https://doi.org/10.1785/gssrl.81.3.530

    Examples
    --------
    >>> from skquake.io import from_obspy
    >>> import obspy  # doctest: +SKIP
    >>> catalog = from_obspy(obspy.read_events("bulletin.nordic"))  # doctest: +SKIP
    """
    events = list(catalog)
    if not events:
        raise ValueError("catalog: no events")
    agencies: set[str] = set()
    more: Counter[str] = Counter()
    table = events_table(events, Path("obspy catalog"), agencies, more)
    found, left_out = join_events([table], types, missing_magnitude)
    found.attrs |= attrs_of("events read by obspy", agencies, Counter(left_out) + more)
    return found
