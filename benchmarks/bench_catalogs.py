"""AftershockRemover against the loops that users write: same mainshocks, asserted."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
from _harness import compare, row

from skquake.catalogs import AftershockRemover

HALF_WIDTH, DAYS = 2.0, 15
N_EVENTS = 114_987


def run(quick=False):
    """Rows of the table; real catalog if there is one, else a simulated one of the same size."""
    catalog, origin = load_catalog()
    if quick:
        catalog = catalog.iloc[:3_000]
    found = {}

    def ours():
        remover = AftershockRemover("box", half_width=HALF_WIDTH, days=DAYS)
        found["ours"] = (remover.fit_transform(catalog).index, remover.labels_)

    def sorted_loop():
        found["sorted"] = searchsorted_loop(catalog)

    def masks():
        found["masks"] = mask_per_event(catalog)

    fast = compare({"ours": ours, "sorted": sorted_loop}, repeat=1 if quick else 7)
    slow = compare({"ours": ours, "masks": masks}, repeat=1, warmup=0)  # a minute or two
    for other in ("sorted", "masks"):
        assert found["ours"][0].equals(found[other][0]), other
        assert (found["ours"][1] == found[other][1]).all(), other
    what = f"AftershockRemover, {len(catalog):,} {origin} events"
    return [
        row(what, "pandas mask per event", slow["masks"] / slow["ours"], 100, seconds=round(fast["ours"], 3)),
        row(what, "sorted searchsorted loop", fast["sorted"] / fast["ours"], 5),
    ]


def searchsorted_loop(catalog):
    """The slice of later events by bisection, then numpy masks, event by event."""
    catalog_sorted = catalog.sort_values("time")
    time = catalog_sorted["time"].to_numpy()
    latitude = catalog_sorted["latitude"].to_numpy()
    longitude = catalog_sorted["longitude"].to_numpy()
    days = np.timedelta64(DAYS, "D")
    mainshock = np.full(len(time), -1)
    for i in range(len(time)):
        if mainshock[i] >= 0:
            continue
        mainshock[i] = i
        start, stop = np.searchsorted(time, [time[i], time[i] + days], side="right")
        east = np.abs((longitude[start:stop] - longitude[i] + 180) % 360 - 180)
        north = np.abs(latitude[start:stop] - latitude[i])
        hit = (north <= HALF_WIDTH) & (east <= HALF_WIDTH) & (mainshock[start:stop] < 0)
        mainshock[start:stop][hit] = i
    ids = catalog_sorted.index.to_numpy()
    labels = pd.Series(ids[mainshock], index=ids).reindex(catalog.index)
    independent = labels.index == labels
    return catalog[independent.to_numpy()].index, labels.to_numpy()


def mask_per_event(catalog):
    """Boolean columns over the whole catalog, event by event."""
    events = catalog.sort_values("time")[["time", "latitude", "longitude"]]
    mainshock = {}
    for event in events.itertuples():
        if event.Index in mainshock:
            continue
        mainshock[event.Index] = event.Index
        later = (events["time"] > event.time) & (events["time"] <= event.time + pd.Timedelta(days=DAYS))
        north = (events["latitude"] - event.latitude).abs() <= HALF_WIDTH
        east = ((events["longitude"] - event.longitude + 180) % 360 - 180).abs() <= HALF_WIDTH
        for removed in events.index[later & north & east]:
            mainshock.setdefault(removed, event.Index)
    labels = np.array([mainshock[event] for event in catalog.index], dtype=object)
    return catalog.index[labels == catalog.index], labels


def load_catalog():
    """Real events where there are files, else simulated ones."""
    default = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("SKQUAKE_REAL_DATA", default)) / "catalog"
    if folder.is_dir():
        from skquake.io import read_usgs

        return read_usgs(sorted(folder.glob("usgs_*.csv.gz"))), "real"
    return simulated_catalog(), "simulated"


def simulated_catalog(n_events=N_EVENTS, years=17, seed=0):
    """Mainshocks along arcs, each with aftershocks that decay as 1/t and cluster around it."""
    rng = np.random.default_rng(seed)
    n_main = n_events // 3
    arc = rng.integers(0, 40, n_main)
    along = rng.random(n_main)
    start, turn = rng.uniform(-1, 1, (40, 2)), rng.normal(scale=25, size=(40, 2))
    latitude = 50 * start[arc, 0] + turn[arc, 0] * along + rng.normal(scale=0.5, size=n_main)
    longitude = 180 * start[arc, 1] + turn[arc, 1] * along + rng.normal(scale=0.5, size=n_main)
    day = rng.uniform(0, 365.25 * years, n_main)
    # Few mainshocks own most aftershocks: their number follows a power law.
    productivity = rng.pareto(1.0, n_main)
    parent = rng.choice(n_main, n_events - n_main, p=productivity / productivity.sum())
    delay = 0.01 * (1e4 ** rng.random(len(parent)) - 1)
    scatter = rng.normal(scale=0.6, size=(2, len(parent)))
    day = np.concatenate([day, day[parent] + delay])
    latitude = np.concatenate([latitude, latitude[parent] + scatter[0]])
    longitude = np.concatenate([longitude, longitude[parent] + scatter[1]])
    return pd.DataFrame(
        {
            "time": pd.Timestamp("2000-01-01")
            + pd.to_timedelta((day * 86_400_000).astype("int64"), unit="ms"),
            "latitude": np.clip(latitude, -85, 85),
            "longitude": (longitude + 180) % 360 - 180,
            "magnitude": 4.5 + rng.exponential(0.43, n_events),
        },
        index=[f"sim{k}" for k in range(n_events)],
    )
