"""A frame of the user's own samples, completed to what the splitters, probes and tables need."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._time import local_solar_time, to_utc
from skquake._core._typing import Frame
from skquake._core._validation import check_columns, check_coordinates
from skquake.catalogs import dobrovolsky_radius

NEEDED = ("time", "latitude", "longitude", "event_id")
_NUMBERS = ("kp", "magnitude", "local_time", "radius_km")


def complete_samples(frame: Frame, label: str, what: str = "samples") -> Bunch:
    """Samples as `skquake.sampling.make_samples` returns them, from a frame made with any tool.

    Absent columns are filled in: ``pair_id`` with the event's id, ``obs_start`` and ``obs_end`` with the
    time, ``radius_km`` with Dobrovolsky's radius of the ``magnitude`` or else 0, ``local_time`` from time and
    longitude, ``kp`` and ``magnitude`` with NaN.

    Parameters
    ----------
    frame : DataFrame
        One sample a row; needs ``time``, ``latitude``, ``longitude``, ``event_id`` and the label.
    label : str
        Column of the classes 0, 1 (and 2).
    what : str
        What to call the frame in errors.

    Returns
    -------
    Bunch
        ``X``, ``y``, ``groups``.

    Raises
    ------
    TypeError, ValueError
        For an empty frame, a missing column, and for values that are missing or impossible, with
        column and row (from 0).
    """
    frame = check_columns(frame, (*NEEDED, label), what)
    if not len(frame):
        raise ValueError(f"{what}: no rows; a report needs samples of earthquakes and of controls")
    X = frame.reset_index(drop=True)
    y = _classes(X[label], label, what)
    for column in ("time", "obs_start", "obs_end"):
        if column in X:
            X[column] = to_utc(X[column], f"{what}: column {column}")
            _no_gap(X[column], column, what)
    for column in ("event_id", "pair_id"):
        if column in X:
            _no_gap(X[column], column, what)
    X["latitude"], X["longitude"] = check_coordinates(X["latitude"], X["longitude"], what)
    for column in _NUMBERS:
        if column in X:
            X[column] = _numbers(X[column], column, what)
    X = fill_absent(X)
    return Bunch(X=X, y=y, groups=X["pair_id"].to_numpy())


def fill_absent(X: pd.DataFrame) -> pd.DataFrame:
    """A sample frame with the columns that splitters, probes and tables read; those that are there stay."""
    makers = {
        "source": lambda: "samples",
        "pair_id": lambda: X["event_id"],
        "obs_start": lambda: X["time"],
        "obs_end": lambda: X["time"],
        "kp": lambda: np.nan,
        "magnitude": lambda: np.nan,
        "local_time": lambda: local_solar_time(X["time"].to_numpy(), X["longitude"]),
        "radius_km": lambda: _radius(X),
    }
    return X.assign(**{name: make() for name, make in makers.items() if name not in X})


def shown(value):
    """A value as it is written, without NumPy's type around it."""
    return repr(value.item() if isinstance(value, np.generic) else value)


def _radius(X):
    if "magnitude" not in X:
        return 0.0
    radius = dobrovolsky_radius(X["magnitude"].to_numpy(dtype=float))
    return np.where(np.isfinite(radius), radius, 0.0)


def _classes(values, column, what):
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
    bad = ~np.isin(numbers, (0.0, 1.0, 2.0))
    if bad.any():
        row = int(np.argmax(bad))
        raise ValueError(
            f"{what}: column {column}: {shown(values.iloc[row])} in row {row} is none of the classes "
            "0 (non-seismic), 1 (seismic), 2 (disturbed)"
        )
    return numbers.astype(int)


def _numbers(values, column, what):
    numbers = pd.to_numeric(values, errors="coerce")
    bad = (numbers.isna() & values.notna()).to_numpy()
    if bad.any():
        row = int(np.argmax(bad))
        raise ValueError(f"{what}: column {column}: {shown(values.iloc[row])} in row {row} is no number")
    return numbers.astype(float)


def _no_gap(values, column, what):
    if values.isna().any():
        row = int(np.argmax(values.isna().to_numpy()))
        raise ValueError(f"{what}: column {column} is missing in row {row}; fill it in or leave the row out")
