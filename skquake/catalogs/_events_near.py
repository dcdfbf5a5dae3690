"""Earthquakes whose region holds a place."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake._core._geodesy import great_circle_km
from skquake._core._typing import ArrayLike, Frame
from skquake._core._validation import catalog_frame, check_catalog, check_coordinates
from skquake.catalogs._regions import region_radius_km


def events_near(
    catalog: Frame, latitude: ArrayLike, longitude: ArrayLike, *, region: str | float = "dobrovolsky"
) -> pd.DataFrame:
    """The earthquakes in whose region at least one of some places lies.

    Parameters
    ----------
    catalog : DataFrame
    latitude, longitude : float or array-like of shape (n_places,)
        Degrees.
    region : str or float, default="dobrovolsky"
        As :func:`region_radius_km` reads it.

    Returns
    -------
    DataFrame
        Those rows of ``catalog``, in its order.

    Raises
    ------
    ValueError
        For impossible coordinates, or a catalog that is none.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.catalogs import events_near
    >>> catalog = pd.DataFrame(
    ...     {"time": pd.to_datetime(["2001-01-13", "2001-01-26"]), "latitude": [13.0, 23.4],
    ...      "longitude": [-88.7, 70.2], "magnitude": 7.7}, index=["el-salvador", "gujarat"])
    >>> events_near(catalog, 17.5, [-88.7, -80.0]).index.tolist()
    ['el-salvador']
    """
    catalog = catalog_frame(catalog)
    checked = check_catalog(catalog)
    latitude, longitude = np.broadcast_arrays(np.atleast_1d(latitude), np.atleast_1d(longitude))
    latitude, longitude = check_coordinates(latitude.ravel(), longitude.ravel(), "place")
    radius = region_radius_km(region, checked["magnitude"].to_numpy())
    epicentres = checked["latitude"].to_numpy(), checked["longitude"].to_numpy()
    inside = np.zeros(len(checked), dtype=bool)
    for place in zip(latitude, longitude, strict=True):
        inside |= great_circle_km(*place, *epicentres) <= radius
    return catalog[inside]
