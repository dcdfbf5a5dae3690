"""Checks shared by the rooms; each error says what was wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._frames import as_frame
from skquake._core._geodesy import wrap_longitude
from skquake._core._time import to_utc
from skquake._core._typing import ArrayLike, FloatArray, Frame


def check_columns(frame: Frame, columns: Iterable[Any], what: str) -> pd.DataFrame:
    """The table as a pandas frame (narwhals reads others); raises unless it has all ``columns``."""
    frame = as_frame(frame, what)
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise ValueError(
            f"{what}: missing column(s) {', '.join(absent)}; it has {', '.join(map(str, frame.columns))}"
        )
    return frame


def note_columns(estimator: Any, frame: pd.DataFrame) -> None:
    """Set ``n_features_in_`` and, where all columns have text for names, ``feature_names_in_``."""
    estimator.n_features_in_ = frame.shape[1]
    estimator.__dict__.pop("feature_names_in_", None)
    if all(isinstance(column, str) for column in frame.columns):
        estimator.feature_names_in_ = frame.columns.to_numpy(dtype=object)


def check_coordinates(latitude: ArrayLike, longitude: ArrayLike, what: str) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude as float arrays; longitude wrapped to [-180, 180).

    Raises
    ------
    ValueError
        For values that are not numbers, NaN, infinite, or a latitude beyond the poles.
    """
    try:
        latitude = np.asarray(latitude, dtype=float)
        longitude = np.asarray(longitude, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what}: latitude and longitude must be numbers ({error})") from error
    for name, values, bad in (
        ("latitude", latitude, ~(np.abs(latitude) <= 90.0)),
        ("longitude", longitude, ~np.isfinite(longitude)),
    ):
        if bad.any():
            row = int(np.flatnonzero(np.atleast_1d(bad))[0])
            value = np.atleast_1d(values)[row]
            raise ValueError(f"{what}: {name} {value} in row {row} is no {name} in degrees")
    return latitude, wrap_longitude(longitude)


def catalog_frame(catalog: Frame, what: str = "catalog") -> pd.DataFrame:
    """The catalog as a pandas frame whose index holds the event ids, its values as they are.

    A pandas frame comes back as it is. Frames of other libraries have no index: their column ``event_id``
    becomes it, else the rows are numbered from 0.
    """
    if isinstance(catalog, pd.DataFrame):
        return catalog
    frame = as_frame(catalog, what)
    return frame.set_index("event_id") if "event_id" in frame.columns else frame


def check_catalog(catalog: Frame, what: str = "catalog", *, allow_empty: bool = True) -> pd.DataFrame:
    """A copy of an earthquake catalog with clean columns, in its own row order.

    Parameters
    ----------
    catalog : DataFrame
        One earthquake a row: ``time``, ``latitude``, ``longitude`` (degrees), ``magnitude``;
        the index holds the event ids, in any order (the column ``event_id`` of frames without an index).
        Further columns are kept.

    Returns
    -------
    DataFrame
        ``time`` as tz-naive UTC ``datetime64[ns]``, ``longitude`` in [-180, 180), numbers as float.

    Raises
    ------
    TypeError, ValueError
        For a missing column, a repeated event id, NaN or impossible values, each with its row.
    """
    catalog = check_columns(
        catalog_frame(catalog, what), ("time", "latitude", "longitude", "magnitude"), what
    )
    if not allow_empty and not len(catalog):
        raise ValueError(f"{what}: no events; nothing can be cut around none")
    if not catalog.index.is_unique:
        event = catalog.index[catalog.index.duplicated()][0]
        raise ValueError(f"{what}: event id {event!r} occurs more than once; the index must be unique")
    clean = catalog.copy()
    clean["time"] = to_utc(catalog["time"], f"{what}: time")
    if clean["time"].isna().any():
        raise ValueError(f"{what}: time is missing for event {clean.index[clean['time'].isna()][0]!r}")
    clean["latitude"], clean["longitude"] = check_coordinates(catalog["latitude"], catalog["longitude"], what)
    try:
        clean["magnitude"] = catalog["magnitude"].astype(float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what}: magnitude must be a number ({error})") from error
    bad = ~np.isfinite(clean["magnitude"].to_numpy())
    if bad.any():
        raise ValueError(
            f"{what}: magnitude is missing for event {clean.index[bad][0]!r}; drop or fill it first"
        )
    return clean


def check_windows(X: Any, *, ensure_finite: bool = True, name: str = "X") -> FloatArray:
    """Windows as a float32 array of shape (n_samples, length, channels).

    2-D input means one channel. Raises ValueError for any other number of dimensions,
    for no samples and, unless ``ensure_finite=False``, for NaN or infinity (naming the sample).
    """
    from sklearn.utils import check_array

    X = check_array(
        X, dtype="float32", ensure_2d=False, allow_nd=True, ensure_all_finite=False, input_name=name
    )
    if X.ndim == 2:
        X = X[:, :, np.newaxis]
    if X.ndim != 3:
        raise ValueError(
            f"{name}: expected windows of shape (n_samples, length, channels) or (n_samples, length),"
            f" got {X.shape}"
        )
    if ensure_finite and not np.isfinite(X).all():
        sample, step, channel = np.argwhere(~np.isfinite(X))[0]
        raise ValueError(
            f"{name}: NaN or infinity in sample {sample} (step {step}, channel {channel});"
            " impute it or leave the sample out"
        )
    return X
