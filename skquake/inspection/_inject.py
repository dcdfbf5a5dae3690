"""Real observations with effects planted in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from skquake._core._time import NS_PER_DAY, as_ns, days_to_ns
from skquake._core._typing import Estimator
from skquake.catalogs._plant import REACH, Plant
from skquake.inspection._effects import Effects
from skquake.sampling._nearby import nearby


def footprint(source: Any, catalog: pd.DataFrame, plant: Plant, effects: Effects | None = None) -> Any:
    """Where in a source, and with what share of the full size, the events of a catalog plant their effect.

    Parameters
    ----------
    source : TrackSource, SeriesSource, MapSource or SourceCollection
    catalog : checked catalog
    plant : Plant
        Its width and days; the size comes with :func:`inject`.
    effects : Effects, default=None
        Sign and days of each event's own effect; None: all have the same, on the days of ``plant``.

    Returns
    -------
    list of (index, share)
        Index into ``values`` with all places in one dimension; the share, below 0 for an effect of the other
        sign, is the exponent of 1 + size. A dict of such lists by name for a collection.
    """
    effects = Effects.alike(len(catalog), plant.days) if effects is None else effects
    return _footprint(source, catalog[effects.sign != 0.0], plant, effects.of_those_with_one())


def _footprint(source, catalog, plant, effects):
    if isinstance(source, Mapping):
        return {name: _footprint(member, catalog, plant, effects) for name, member in source.items()}
    time = as_ns(source.time)
    if source.kind == "track":
        return [_along(source, time, catalog, plant, effects)]
    latitude, longitude = _places(source)
    pieces = plant.on_places(catalog, time, latitude, longitude, (effects.first, effects.last))
    return [
        (
            (near[:, np.newaxis], np.arange(rows.start, rows.stop)),
            (effects.sign[event] * profile.T).astype(np.float32),
        )
        for event, rows, near, profile in pieces
    ]


def _along(source, time, catalog, plant, effects):
    """Rows of a track and the share of each, summed over the events that reach it."""
    magnitude, event_time = catalog["magnitude"].to_numpy(), as_ns(catalog["time"])
    first, last = (event_time + days_to_ns(day) for day in (effects.first, effects.last))
    reach = REACH * plant.width_km(magnitude)
    places = catalog[["latitude", "longitude"]].assign(radius_km=reach, start=first, end=last)
    row, event, distance = nearby(time, source.latitude, source.longitude, places)
    days = (time[row] - event_time[event]) / NS_PER_DAY
    window = effects.first[event], effects.last[event]
    share = effects.sign[event] * plant.profile(distance, magnitude[event], days, window)
    rows, position = np.unique(row, return_inverse=True)
    return (rows,), np.bincount(position, share, len(rows)).astype(np.float32)


def _places(source):
    """Flat latitudes and longitudes, in the order of ``values``."""
    if source.kind == "map":
        return (part.ravel() for part in np.meshgrid(source.latitude, source.longitude, indexing="ij"))
    return (source.stations[name].to_numpy() for name in ("latitude", "longitude"))


def inject(source: Any, where: Any, size: float, powers: Mapping[str, float]) -> Any:
    """A copy in memory of a source with values times (1 + size)**(share * power).

    Parameters
    ----------
    source, where
        As given to and found by :func:`footprint`.
    size : float
        Fractional change at the epicentre at full strength.
    powers : dict of {str: float}
        By channel.
    """
    if isinstance(source, Mapping):
        members = {name: inject(member, where[name], size, powers) for name, member in source.items()}
        collection: Any = type(source)
        return collection(members)
    columns = source._columns(list(powers))
    values = source.values.copy()
    n = values.shape[-1]
    flat = values.reshape(-1, n) if source.kind == "track" else values.reshape(-1, len(source.time), n)
    for index, share in where:
        for column, power in zip(columns, powers.values(), strict=True):
            flat[(*index, column)] *= np.float32(1.0 + size) ** (np.float32(power) * share)
    return source._with_values(values)


def check_powers(channels: str | Sequence[str] | Mapping[str, float] | None, source: Any) -> dict[str, float]:
    """Channels that change, each with the power of its factor."""
    if channels is None:
        if len(source.channels) > 1:
            raise ValueError(
                f"channels: the source has {', '.join(source.channels)}; name those that change, such as "
                f"channels=[{source.channels[0]!r}], or with the power of each: "
                f"{{{source.channels[0]!r}: 1.0, {source.channels[1]!r}: -0.2}}"
            )
        channels = source.channels
    if isinstance(channels, str):
        channels = [channels]
    powers = dict(channels) if isinstance(channels, Mapping) else dict.fromkeys(channels, 1.0)
    absent = [name for name in powers if name not in source.channels]
    if absent or not powers:
        raise ValueError(
            f"channels: {', '.join(map(repr, absent)) or 'none'}; the source has {', '.join(source.channels)}"
        )
    if not all(np.isfinite(power) for power in powers.values()):
        raise ValueError(f"channels: powers must be finite, got {powers}")
    return powers


def source_parameters(estimator: Estimator, source: Any) -> list[str]:
    """Names of the parameters of an estimator that hold the source; at least one."""
    names = [name for name, value in estimator.get_params().items() if value is source]
    if not names:
        raise ValueError(
            "estimator: no step of it holds the source, so it would never see what is planted; give a "
            "pipeline that starts with SlidingWindow(source, ...) of this very source"
        )
    return names


def with_source(estimator: Estimator, names: Sequence[str], source: Any) -> Estimator:
    """A clone of an estimator that looks at another source."""
    return clone(estimator).set_params(**dict.fromkeys(names, source))
