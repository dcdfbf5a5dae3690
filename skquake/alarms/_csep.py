"""Alarms as rates, and rates in the format of CSEP's testing centres."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from numbers import Real
from pathlib import Path

import numpy as np

from skquake._core._sklearn import Interval, validate_params
from skquake._core._typing import ArrayLike, DataArray
from skquake.alarms._cells import Cells, check_rate

_SHARE = Interval(Real, 0, 1, closed="neither")


@validate_params(
    {"threshold": [Interval(Real, None, None, closed="neither")], "tau": [_SHARE], "nu": [_SHARE]},
    prefer_skip_nested_validation=True,
)
def alarm_rate(alarm: DataArray, rate: DataArray, *, threshold: float, tau: float, nu: float) -> DataArray:
    """Earthquakes expected in each cell and day, from alarms and what they were worth in training.

    The reference rate times the probability gain of an alarm, ``(1 - nu) / tau``, where there is one, and
    times ``nu / (1 - tau)`` where there is none; the reference itself where nothing was observed.

    Parameters
    ----------
    alarm : DataArray (night or day, latitude, longitude)
        Of :func:`alarm_function`.
    rate : DataArray (latitude, longitude)
        Earthquakes a cell and day, of :func:`reference_rate`.
    threshold : float
        Of :func:`choose_threshold`.
    tau, nu : float
        Alarmed and missed fraction at that threshold on training days, of :func:`score_alarms`.

    Returns
    -------
    DataArray
        Shape of ``alarm``. Each day is a forecast from the nights before it, for :func:`to_csep`. Later days
        know nights that a forecast of several days must not: do not add days up.

    Examples
    --------
    >>> import numpy as np, pandas as pd, xarray as xr
    >>> from skquake.alarms import alarm_rate
    >>> alarm = xr.DataArray([[[0.9, 0.1]]], dims=("day", "latitude", "longitude"),
    ...     coords={"day": pd.DatetimeIndex(["2015-01-01"]), "latitude": [0.0], "longitude": [0.0, 5.0]})
    >>> rate = alarm[0].drop_vars("day").copy(data=[[0.01, 0.02]])
    >>> alarm_rate(alarm, rate, threshold=0.5, tau=0.1, nu=0.7).values.round(4).tolist()
    [[[0.03, 0.0156]]]
    """
    reference = rate.copy(data=check_rate(rate.transpose("latitude", "longitude"), rate))
    gain = alarm.copy(data=np.where(alarm.to_numpy() >= threshold, (1.0 - nu) / tau, nu / (1.0 - tau)))
    found = (gain.where(alarm.notnull(), 1.0) * reference).transpose(*alarm.dims)
    found.attrs = {"long_name": "earthquakes a cell and day", "threshold": threshold, "tau": tau, "nu": nu}
    return found.rename("rate")


@validate_params(
    {
        "path": [str, Path],
        "magnitudes": ["array-like"],
        "b_value": [Interval(Real, 0, None, closed="neither")],
        "depth_km": [tuple, list],
        "max_magnitude": [Interval(Real, 0, None, closed="neither")],
    },
    prefer_skip_nested_validation=True,
)
def to_csep(
    rate: DataArray,
    path: str | Path,
    *,
    magnitudes: ArrayLike,
    b_value: float = 1.0,
    max_magnitude: float = 10.0,
    depth_km: Sequence[float] = (0.0, 100.0),
) -> Path:
    """Write a gridded forecast that pyCSEP reads.

    One line a cell and magnitude bin, ten columns without a header: lower and upper longitude, latitude
    (degrees), depth (km) and magnitude, expected number of earthquakes, and 1, or 0 for a cell that is
    masked. ``csep.load_gridded_forecast(path)`` reads it, given the file's ending, ``.dat``.

    Parameters
    ----------
    rate : DataArray (latitude, longitude)
        Expected number of earthquakes of ``magnitudes[0]`` and above in each cell during the whole forecast;
        NaN is masked. Cells of equal degrees in both directions.
    path : str or Path
    magnitudes : array-like
        Lower edges of the bins, in equal steps; the last bin is open.
    b_value : float, default=1.0
        Slope of the Gutenberg-Richter law that divides the earthquakes among the bins.
    max_magnitude : float, default=10.0
        Written as the upper edge of the last bin.
    depth_km : (float, float), default=(0, 100)

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        For another ending, cells that are not square, uneven magnitudes or negative rates.

    References
    ----------
    Savran, W. H. et al. (2022). pyCSEP: A Python toolkit for earthquake forecast developers. Seismological
    Research Letters 93, 2858-2870.

    Examples
    --------
    >>> import tempfile, numpy as np, xarray as xr
    >>> from skquake.alarms import to_csep
    >>> rate = xr.DataArray([[0.11, np.nan]], dims=("latitude", "longitude"),
    ...     coords={"latitude": [2.5], "longitude": [2.5, 7.5]})
    >>> path = to_csep(rate, tempfile.mkdtemp() + "/forecast.dat", magnitudes=[5.0, 6.0])
    >>> print(path.read_text(), end="")
    0 5 0 5 0 100 5 6 9.9000000e-02 1
    0 5 0 5 0 100 6 10 1.1000000e-02 1
    5 10 0 5 0 100 5 6 0.0000000e+00 0
    5 10 0 5 0 100 6 10 0.0000000e+00 0
    """
    path, cells = Path(path), Cells(rate, "rate")
    if path.suffix != ".dat":
        raise ValueError(f"path: {path.name}: pyCSEP knows the format by the ending .dat")
    if set(rate.dims) != {"latitude", "longitude"} or not np.isclose(cells.height, cells.width):
        raise ValueError(
            f"rate: expected cells of equal degrees over (latitude, longitude), got {rate.dims} of "
            f"{cells.height:g} x {cells.width:g} degrees"
        )
    values = rate.transpose("latitude", "longitude").to_numpy().astype(float)
    if (values < 0).any() or np.isinf(values).any():
        raise ValueError("rate: negative or infinite; give expected numbers, and NaN for masked cells")
    edges = np.asarray(magnitudes, dtype=float)
    if edges.ndim != 1 or not len(edges) or not max_magnitude > edges[-1]:
        raise ValueError(
            f"magnitudes: expected ascending lower edges below {max_magnitude:g}, got {edges.tolist()}"
        )
    if len(edges) > 1 and not (edges[1] > edges[0] and np.allclose(np.diff(edges), edges[1] - edges[0])):
        raise ValueError(f"magnitudes: {edges.tolist()} do not ascend in equal steps")
    above = 10.0 ** (-b_value * (edges - edges[0]))
    share = above - np.r_[above[1:], 0.0]
    depth = " ".join(_text(value) for value in depth_km)
    bins = [f"{_text(low)} {_text(high)}" for low, high in pairwise([*edges, max_magnitude])]
    with path.open("w") as file:
        for column, west in enumerate(cells.west):  # latitude runs fastest, then longitude
            for row, south in enumerate(cells.south):
                ends = west, west + cells.width, south, south + cells.height
                place = f"{' '.join(map(_text, ends))} {depth}"
                value = values[row, column]
                for magnitude, number in zip(bins, np.nan_to_num(value) * share, strict=True):
                    file.write(f"{place} {magnitude} {number:.7e} {int(not np.isnan(value))}\n")
    return path


def _text(value):
    """A number without the noise of its last bits."""
    return f"{round(float(value), 9) + 0.0:.12g}"
