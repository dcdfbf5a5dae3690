"""Scores of a track on fixed cells, one map a night."""

from __future__ import annotations

from numbers import Real

import numpy as np
import pandas as pd

from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._time import NS_PER_DAY, NS_PER_HOUR, as_ns, to_utc
from skquake._core._typing import DataArray, Frame
from skquake._core._validation import check_columns, check_coordinates
from skquake.alarms._cells import Cells


@validate_params(
    {
        "cell_degrees": [Interval(Real, 0, 180, closed="right")],
        "statistic": [StrOptions({"mean", "max"})],
        "by": [StrOptions({"night", "day"})],
    },
    prefer_skip_nested_validation=True,
)
def nightly_map(
    scores: Frame, *, cell_degrees: float = 5.0, statistic: str = "mean", by: str = "night"
) -> DataArray:
    """Map the scores of a track on cells of equal degrees, one map a night.

    Parameters
    ----------
    scores : DataFrame
        What :func:`score_track` returns: ``time``, ``latitude``, ``longitude``, ``probability``. Those of
        several satellites may be joined.
    cell_degrees : float, default=5.0
        Side of a cell; 180 must be a multiple of it.
    statistic : {"mean", "max"}, default="mean"
        Of the probabilities in a cell.
    by : {"night", "day"}, default="night"
        A night lasts from local noon to local noon and bears the date on which it begins, so that no
        pass is cut at midnight; a day is one of universal time.

    Returns
    -------
    xarray.DataArray
        Dimensions (night or day, latitude, longitude), every night between the first and the last; NaN in
        cells without a window. Coordinates are the centers of the cells; the coordinate ``count`` has the
        number of windows in each. A cell holds its southern and its western edge; the northernmost hold the
        pole; longitude 180 is -180.

    Raises
    ------
    ValueError
        For missing columns, no rows, impossible coordinates or probabilities, or cells that do not fit.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.alarms import nightly_map
    >>> scores = pd.DataFrame({
    ...     "time": pd.to_datetime(["2015-01-01 23:00", "2015-01-02 01:00"]), "latitude": [1.0, 2.0],
    ...     "longitude": [3.0, 4.0], "probability": [0.2, 0.6]})
    >>> night = nightly_map(scores, cell_degrees=10).sel(night="2015-01-01", latitude=5, longitude=5)
    >>> float(night), int(night["count"])
    (0.4, 2)
    """
    import xarray as xr

    scores = check_columns(scores, ("time", "latitude", "longitude", "probability"), "scores")
    if not len(scores):
        raise ValueError("scores: no rows; nothing can be mapped")
    n_rows = round(180.0 / cell_degrees)
    if abs(n_rows * cell_degrees - 180.0) > 1e-9:
        raise ValueError(f"cell_degrees={cell_degrees}: 180 degrees are no multiple of it")
    latitude, longitude = check_coordinates(scores["latitude"], scores["longitude"], "scores")
    probability = scores["probability"].to_numpy(dtype=float)
    bad = ~((probability >= 0.0) & (probability <= 1.0))
    if bad.any():
        raise ValueError(f"scores: probability {probability[bad][0]} in row {int(np.argmax(bad))}")

    moment = as_ns(to_utc(scores["time"], "scores: time"))
    if by == "night":
        moment = moment + np.round((longitude / 15.0 - 12.0) * NS_PER_HOUR).astype("int64")
    day = moment // NS_PER_DAY
    first = day.min()
    shape = (int(day.max() - first) + 1, n_rows, 2 * n_rows)
    centers = {
        "latitude": -90.0 + cell_degrees * (np.arange(n_rows) + 0.5),
        "longitude": -180.0 + cell_degrees * (np.arange(2 * n_rows) + 0.5),
    }
    cells = xr.DataArray(np.zeros(shape[1:]), dims=tuple(centers), coords=centers)
    row, column = Cells(cells, "scores").locate(latitude, longitude)
    cell = np.ravel_multi_index((day - first, row, column), shape)

    count = np.bincount(cell, minlength=np.prod(shape))
    if statistic == "mean":
        total = np.bincount(cell, weights=probability, minlength=len(count))
        value = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    else:
        value = np.full(len(count), np.nan)
        np.fmax.at(value, cell, probability)
    dims = (by, "latitude", "longitude")
    return xr.DataArray(
        value.reshape(shape),
        dims=dims,
        coords={
            by: pd.date_range(pd.Timestamp(first * NS_PER_DAY), periods=shape[0], freq="D", unit="ns"),
            **centers,
            "count": (dims, count.reshape(shape)),
        },
        name="probability",
        attrs={"statistic": statistic, "long_name": f"{statistic} probability of a seismic window"},
    )
