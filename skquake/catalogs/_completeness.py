"""Magnitude of completeness and b-value of a catalog, over time and place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skquake._core._typing import FloatArray

_CORRECTION = 0.2
_FEWEST = 10  # events from the completeness on
COLUMNS = ["by", "part", "events", "completeness", "b_value", "b_error"]


def magnitude_of_completeness(magnitude: FloatArray, bin_width: float) -> float:
    """Maximum curvature: the fullest bin of magnitude, plus 0.2."""
    bins = np.round(magnitude / bin_width).astype(int)
    counts = np.bincount(bins - bins.min())
    return float(round((bins.min() + int(np.argmax(counts))) * bin_width + _CORRECTION, 6))


def b_value(magnitude: FloatArray, completeness: float, bin_width: float) -> tuple[float, float]:
    """Maximum-likelihood b-value of the events from ``completeness`` on, and its standard error."""
    above = magnitude[magnitude >= completeness - bin_width / 2]
    if len(above) < 2:
        return np.nan, np.nan
    excess = above.mean() - (completeness - bin_width / 2)
    b = 1.0 / (np.log(10.0) * excess)
    error = np.log(10) * b**2 * np.sqrt(((above - above.mean()) ** 2).sum() / (len(above) * (len(above) - 1)))
    return float(b), float(error)


def completeness_table(catalog: pd.DataFrame, bin_width: float, min_events: int) -> pd.DataFrame:
    """Of all, by year and by cell of 30 x 60 degrees; NaN where ``min_events`` or larger ones lack.

    Parameters
    ----------
    catalog : DataFrame
        Checked.
    bin_width : float
        Of magnitude.
    min_events : int

    Returns
    -------
    DataFrame
        ``by`` ("all", "year", "place"), ``part``, ``events``, ``completeness``, ``b_value``, ``b_error``.
    """
    groups = [("all", pd.Series("all", catalog.index)), ("year", catalog["time"].dt.year.astype(str))]
    groups.append(("place", cells(catalog["latitude"].to_numpy(), catalog["longitude"].to_numpy())))
    rows = []
    for by, part in groups:
        for name, magnitude in catalog["magnitude"].groupby(np.asarray(part, dtype=object)):
            known = np.nan, np.nan, np.nan
            if len(magnitude) >= min_events:
                values = magnitude.to_numpy()
                mc = magnitude_of_completeness(values, bin_width)
                # Magnitudes that end below it tell no completeness.
                if (values >= mc - bin_width / 2).sum() >= _FEWEST:
                    known = mc, *b_value(values, mc, bin_width)
            rows.append((by, name, len(magnitude), *known))
    return pd.DataFrame(rows, columns=COLUMNS)


def cells(latitude: FloatArray, longitude: FloatArray) -> Any:
    """Name of the cell of 30 degrees of latitude and 60 of longitude that holds each place."""
    row = np.minimum(np.floor((latitude + 90.0) / 30.0), 5).astype(int)
    column = np.minimum(np.floor((longitude + 180.0) / 60.0), 5).astype(int)
    south = [f"{_edge(k * 30 - 90, 'SN')} to {_edge(k * 30 - 60, 'SN')}" for k in range(6)]
    west = [f"{_edge(k * 60 - 180, 'WE')} to {_edge(k * 60 - 120, 'WE')}" for k in range(6)]
    names = [f"{a}, {b}" for a in south for b in west]
    return pd.Categorical.from_codes((row * 6 + column).tolist(), pd.Index(names))


def _edge(degrees, sides):
    return f"{abs(degrees)}{'' if not degrees else sides[degrees > 0]}"
