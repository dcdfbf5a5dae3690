"""All rows of a track within 500 km and 15 days before each of many events, by one engine, in this process.

Polars gets a join on time and latitude with the cosine of the distance as its last condition; DuckDB, whose
join on ranges takes minutes, one on days and belts of latitude, which is what an expert writes. Both have as
many threads as this process may have cores.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time

import numpy as np
import pandas as pd
from _harness import peak_mb

from skquake._core._geodesy import EARTH_RADIUS_KM, unit_vectors

RADIUS_KM, DAYS = 500.0, 15
ENGINES = ("skquake", "duckdb", "polars")
_PART = 1 << 20
_COSINE = float(np.cos(RADIUS_KM / EARTH_RADIUS_KM))
_BAND = float(np.rad2deg(RADIUS_KM / EARTH_RADIUS_KM))


def there():
    """The engines that are installed."""
    return [name for name in ENGINES if importlib.util.find_spec(name)]


def make_events(first, last, n):
    """Epicentres all over the globe; the days before each as ``start`` and ``time``, and unit vectors."""
    rng = np.random.default_rng(1)
    moment = first.value + np.sort(rng.integers(0, last.value - first.value, n))
    events = pd.DataFrame(
        {
            "time": moment.view("datetime64[ns]"),
            "latitude": np.rad2deg(np.arcsin(rng.uniform(-1, 1, n))),
            "longitude": rng.uniform(-180, 180, n),
        }
    )
    events["start"] = events["time"] - pd.Timedelta(days=DAYS)
    events[["x", "y", "z"]] = unit_vectors(events["latitude"], events["longitude"])
    return events


def skquake(folder, events):
    """Part by part, as samples are found."""
    from skquake.sampling._nearby import nearby
    from skquake.sources import TrackSource

    track = TrackSource(folder)
    start, end = (events[name].astype("int64") for name in ("start", "time"))
    places = events.assign(radius_km=RADIUS_KM, start=start, end=end)
    n, total = 0, 0.0
    for low in range(0, len(track), _PART):
        rows = slice(low, low + _PART)
        point, _, _ = nearby(track.time[rows], track.latitude[rows], track.longitude[rows], places)
        n += len(point)
        total += float(track.values[rows][point, 0].sum(dtype=float))
    return n, total


def duckdb(folder, events):
    import duckdb as db

    with db.connect() as connection:
        connection.register("events", events)
        return connection.execute(
            f"""
            WITH track AS (
                SELECT time, Ne, cos(radians(latitude)) * cos(radians(longitude)) AS x,
                    cos(radians(latitude)) * sin(radians(longitude)) AS y, sin(radians(latitude)) AS z,
                    (epoch(time) // 86400)::INTEGER AS day, floor(latitude / {_BAND})::INTEGER AS belt
                FROM read_parquet('{folder}/*.parquet')
            ), days AS (
                SELECT *, unnest(range(
                    (epoch(start) // 86400)::INTEGER, (epoch(time) // 86400)::INTEGER + 1
                )) AS day FROM events
            ), near AS (
                SELECT *, unnest([floor(latitude / {_BAND})::INTEGER + k FOR k IN [-1, 0, 1]]) AS belt
                FROM days
            )
            SELECT count(*), sum(track.Ne::DOUBLE) FROM track JOIN near USING (day, belt)
            WHERE track.time BETWEEN near.start AND near.time
            AND track.x * near.x + track.y * near.y + track.z * near.z >= {_COSINE}
            """
        ).fetchone()


def polars(folder, events):
    import polars as pl

    latitude, longitude = (pl.col(name).radians() for name in ("latitude", "longitude"))
    track = pl.scan_parquet(f"{folder}/*.parquet").select(
        "time", "latitude", "Ne", tx=latitude.cos() * longitude.cos(),
        ty=latitude.cos() * longitude.sin(), tz=latitude.sin(),
    )  # fmt: skip
    table = pl.from_pandas(events).lazy().rename({"time": "end", "latitude": "middle"})
    near = track.join_where(
        table.drop("longitude"), pl.col("time") >= pl.col("start"), pl.col("time") <= pl.col("end"),
        pl.col("latitude") >= pl.col("middle") - _BAND, pl.col("latitude") <= pl.col("middle") + _BAND,
    ).filter(
        pl.col("tx") * pl.col("x") + pl.col("ty") * pl.col("y") + pl.col("tz") * pl.col("z") >= _COSINE
    )  # fmt: skip
    found = near.select(pl.len(), pl.col("Ne").cast(pl.Float64).sum())
    return found.collect(engine="streaming").row(0)


def main(engine, folder, n_events):
    from skquake.sources import TrackSource

    first, last = TrackSource(folder).span
    events = make_events(first, last, int(n_events))
    importlib.import_module("skquake.sampling" if engine == "skquake" else engine)
    base, began, worked = peak_mb(), time.perf_counter(), time.process_time()
    n, total = globals()[engine](folder, events)
    print(
        json.dumps(
            {
                "rows": int(n),
                "sum": float(total),
                "seconds": time.perf_counter() - began,
                "processor_s": time.process_time() - worked,
                "peak_mb": peak_mb() - base,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
