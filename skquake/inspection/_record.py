"""The catalog of a record of observations, as nulls see it: on a circle of days, in clusters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from skquake._core._geodesy import unit_vectors, wrap_longitude
from skquake._core._magnetic import dip_latitude
from skquake._core._time import NS_PER_DAY, as_ns
from skquake._core._typing import FloatArray, Frame, IntArray
from skquake._core._validation import check_catalog
from skquake.catalogs import AftershockRemover


@dataclass(frozen=True)
class Record:
    """A full catalog within the days of a source, its time closed to a circle.

    Parameters
    ----------
    catalog : DataFrame
        Checked; every event lies on the circle.
    start : int
        First moment of the circle, ns: a midnight.
    n_days : int
        Its length.
    mainshock : ndarray of int64, shape (n_events,)
        Position in ``catalog`` of the mainshock of each event.
    on_track : bool
        Whether the source is a satellite's track.
    """

    catalog: pd.DataFrame
    start: int
    n_days: int
    mainshock: np.ndarray
    on_track: bool

    @classmethod
    def of(cls, source: Any, catalog: Frame, *, clusters: Any = None, n_days: int | None = None) -> Record:
        """The events of ``catalog`` in the whole days that hold ``source`` (its first ``n_days``)."""
        first, last = (as_ns(np.datetime64(time, "ns")) // NS_PER_DAY for time in span(source))
        start = int(first) * NS_PER_DAY
        n_days = int(last - first) + 1 if n_days is None else n_days
        catalog = check_catalog(catalog, allow_empty=False)
        day = (as_ns(catalog["time"]) - start) // NS_PER_DAY
        inside = catalog[(day >= 0) & (day < n_days)]
        if not len(inside):
            raise ValueError(
                f"catalog: none of its {len(catalog)} events lies in the {n_days} days of the source from "
                f"{pd.Timestamp(start):%Y-%m-%d}"
            )
        labels = clone(clusters or AftershockRemover("gardner-knopoff")).fit(inside).labels_
        mainshock = inside.index.get_indexer(labels).astype(np.int64)
        return cls(inside, start, n_days, mainshock, source.kind == "track")

    @property
    def time(self) -> IntArray:
        """Times of the events, int64 ns."""
        return as_ns(self.catalog["time"])

    @property
    def places(self) -> tuple[FloatArray, FloatArray]:
        """Latitudes and longitudes of the events, degrees."""
        return self.catalog["latitude"].to_numpy(), self.catalog["longitude"].to_numpy()

    @cached_property
    def heads(self) -> IntArray:
        """Positions of the mainshocks, ascending."""
        return np.unique(self.mainshock)

    @cached_property
    def dip(self) -> FloatArray:
        """Dip latitudes of the mainshocks, degrees."""
        heads = self.catalog.iloc[self.heads]
        places = (heads[name].to_numpy() for name in ("latitude", "longitude"))
        return dip_latitude(heads["time"].to_numpy(), *places)

    def moved(
        self, *, shift: IntArray | int | None = None, places: tuple[FloatArray, FloatArray] | None = None
    ) -> pd.DataFrame:
        """The catalog with each event ``shift`` ns later on the circle, or at other ``places``."""
        columns = {}
        if shift is not None:
            time = self.start + (self.time - self.start + shift) % (self.n_days * NS_PER_DAY)
            columns["time"] = time.astype("datetime64[ns]")
        if places is not None:
            columns["latitude"], columns["longitude"] = places
        return self.catalog.assign(**columns)

    def with_heads_at(self, latitude: FloatArray, longitude: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Places of all events when each mainshock lies elsewhere and its cluster turns rigidly with it.

        Parameters
        ----------
        latitude, longitude : ndarray of shape (n_mainshocks,)
            New places of ``heads``, degrees.
        """
        old = self.places
        head = np.searchsorted(self.heads, self.mainshock)
        at = old[0][self.mainshock], old[1][self.mainshock]
        moved = turn(*old, *at, latitude[head], longitude[head])
        own = self.mainshock == np.arange(len(self.mainshock))
        return np.where(own, latitude[head], moved[0]), np.where(own, longitude[head], moved[1])


def span(source: Any) -> tuple[Any, Any]:
    """First and last observation of a source or collection."""
    members = [member.span for member in dict(source).values()] if hasattr(source, "items") else [source.span]
    return min(first for first, _ in members), max(last for _, last in members)


def turn(
    latitude: FloatArray,
    longitude: FloatArray,
    old_latitude: FloatArray,
    old_longitude: FloatArray,
    latitude_to: FloatArray,
    longitude_to: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Places after the rotation of the sphere that takes the old place to the new one, north to north.

    All distances between places turned together, and their bearings from the old place, are kept.
    """
    local = np.einsum("nij,nj->ni", _axes(old_latitude, old_longitude), unit_vectors(latitude, longitude))
    x, y, z = np.einsum("nij,ni->jn", _axes(latitude_to, longitude_to), local)
    return np.rad2deg(np.arctan2(z, np.hypot(x, y))), wrap_longitude(np.rad2deg(np.arctan2(y, x)))


def _axes(latitude, longitude):
    """East, north and up at each place, shape (n, 3, 3); the meridian decides at a pole."""
    phi, lam = np.deg2rad(latitude), np.deg2rad(longitude)
    zero = np.zeros_like(phi)
    east = np.stack([-np.sin(lam), np.cos(lam), zero], axis=-1)
    north = np.stack([-np.sin(phi) * np.cos(lam), -np.sin(phi) * np.sin(lam), np.cos(phi)], axis=-1)
    return np.stack([east, north, unit_vectors(latitude, longitude)], axis=1)
