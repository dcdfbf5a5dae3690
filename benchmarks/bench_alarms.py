"""Molchan's curve against enumeration, and superposed epochs against the loop that users write.

The ratios of the first rows are agreement (1 is the same to 1e-9, 0 is not), those of the last ones are time.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from _harness import compare, row

from skquake._core._geodesy import great_circle_km
from skquake.alarms import MolchanCurve, area_rate, molchan_curve, reference_rate, superposed_epoch
from skquake.datasets import make_catalog

PART = 50  # the loop, linear in the number of earthquakes, is timed on every 50th


def run(quick=False):
    """Rows of the table."""
    few = 200 if quick else 2000
    return [*exact(few), *chance(few), *place(2 if quick else 12), *curve(quick), *epochs(quick)]


def enumerate_area(score, weight, events):
    """Alarmed fraction of each threshold and of each earthquake, one comparison with all cells at a time."""
    weight = weight / weight.sum()
    nu = {
        weight[score >= threshold].sum(): 1 - events[score >= threshold].sum() / events.sum()
        for threshold in np.unique(score)
    }
    tau = [
        weight[score > score[cell]].sum() + 0.5 * weight[score == score[cell]].sum()
        for cell in np.repeat(np.arange(len(score)), events)
    ]
    return nu, 1 - np.mean(tau)


def exact(n):
    """Small cases with and without ties, scores on either side of 0.5."""
    rng, worst, scores = np.random.default_rng(0), 0.0, []
    for _ in range(n):
        cells = rng.integers(2, 60)
        score = rng.integers(0, rng.choice([3, 1000]), cells).astype(float)
        weight = rng.uniform(0.1, 2.0, cells)
        events = rng.poisson(0.3, cells)
        if rng.uniform() < 0.3:  # alarms that avoid earthquakes, or seek them
            score += rng.choice([-500, 500]) * (events > 0)
        if not events.any():
            continue
        found = MolchanCurve.from_cells(score, weight, events)
        nu, area = enumerate_area(score, weight, events)
        differences = [abs(found.area_skill_score - area)]
        differences += [abs(np.interp(tau, found.tau, found.nu) - value) for tau, value in nu.items()]
        worst, scores = max(worst, *differences), [*scores, area]
    below = float(np.mean(np.array(scores) < 0.5))
    return [
        row(
            f"Molchan curve and area skill, {len(scores):,} small cases",
            "enumeration of all thresholds",
            worst < 1e-9,
            1,
            max_difference=float(worst),
            share_below_one_half=round(below, 3),
        )
    ]


def chance(n):
    """Random earthquakes in weighted cells: mean 1/2, variance 1/(12 N)."""
    rng, events = np.random.default_rng(1), 50
    weight = rng.uniform(0.5, 1.5, 3000)
    curves = [
        MolchanCurve.from_cells(
            np.arange(3000.0),
            weight,
            np.bincount(rng.choice(3000, events, p=weight / weight.sum()), minlength=3000),
        )
        for _ in range(n)
    ]
    scores = np.array([found.area_skill_score for found in curves])
    small = np.mean([found.p_value < 0.05 for found in curves])
    return [
        row(
            f"variance of the area skill score, {events} random earthquakes",
            "1/(12 N)",
            scores.var() * 12 * events,
            None,
            mean=round(float(scores.mean()), 4),
            share_of_p_below_0_05=round(float(small), 4),
        )
    ]


def place(n):
    """Alarms wherever earthquakes have been, in simulated catalogs: what that scores by rate and by area."""
    edges = np.arange(-90, 91, 5), np.arange(-180, 181, 5)
    centers = {name: edge[:-1] + 2.5 for name, edge in zip(("latitude", "longitude"), edges, strict=True)}
    cells = xr.DataArray(np.zeros((36, 72)), dims=tuple(centers), coords=centers)
    area, scores = area_rate(cells).to_numpy().ravel(), []
    for seed in range(n):
        catalog = make_catalog(
            "2002-01-01", "2013-01-01", min_magnitude=5.5, aftershocks=False, random_state=seed
        )
        rate = reference_rate(catalog, cells, before="2012-01-01", declusterer=None).to_numpy().ravel()
        late = catalog[catalog["time"] >= pd.Timestamp("2012-01-01")]
        hits = np.histogram2d(late["latitude"], late["longitude"], bins=edges)[0].ravel()
        scores.append([MolchanCurve.from_cells(rate, w, hits).area_skill_score for w in (rate, area)])
    by_rate, by_area = np.mean(scores, axis=0)
    return [
        row(
            f"area skill of past earthquakes as alarms, mean of {n} catalogs",
            "0.5, which random alarms expect",
            by_rate / 0.5,
            None,
            by_reference_rate=round(float(by_rate), 4),
            by_area=round(float(by_area), 4),
        )
    ]


def curve(quick):
    """A year of cells of five degrees, 300 earthquakes: the whole curve, and one threshold by a mask."""
    rng = np.random.default_rng(2)
    days = pd.date_range("2015-01-01", periods=60 if quick else 365)
    alarm = xr.DataArray(
        rng.uniform(size=(len(days), 36, 72)),
        dims=("day", "latitude", "longitude"),
        coords={"day": days, "latitude": np.arange(-87.5, 90, 5), "longitude": np.arange(-177.5, 180, 5)},
    )
    catalog = pd.DataFrame(
        {
            "time": rng.choice(days, 300),
            "latitude": rng.uniform(-60, 60, 300),
            "longitude": rng.uniform(-180, 180, 300),
            "magnitude": 6.0,
        }
    )
    rate = area_rate(alarm)
    score, weight = alarm.to_numpy(), np.broadcast_to(rate.to_numpy(), alarm.shape)
    thresholds = np.quantile(score, np.linspace(0, 1, 100))

    def masks():
        return [weight[score >= threshold].sum() for threshold in thresholds]

    def ours():
        return molchan_curve(alarm, catalog, rate, block_days=5, n_resamples=100, random_state=0)

    seconds = compare({"ours": ours, "masks": masks}, repeat=1 if quick else 5)
    return [
        row(
            f"molchan_curve, {score.size:,} cells and days, every threshold",
            "a mask for each of 100 thresholds",
            seconds["masks"] / seconds["ours"],
            None,
            seconds=round(seconds["ours"], 3),
        )
    ]


def epochs(quick):
    """Scores of a track around earthquakes, 16 x 4 bins; a loop of masks over all rows."""
    n, n_events = (50_000, 500) if quick else (1_000_000, 10_000)
    rng, start = np.random.default_rng(3), pd.Timestamp("2015-01-01")
    values = pd.DataFrame(
        {
            "time": start + pd.to_timedelta(np.sort(rng.uniform(0, 2200, n)), "D"),
            "latitude": np.rad2deg(np.arcsin(rng.uniform(-0.9, 0.9, n))),
            "longitude": rng.uniform(-180, 180, n),
            "probability": rng.uniform(size=n),
        }
    )
    events = pd.DataFrame(
        {
            "time": start + pd.to_timedelta(rng.uniform(0, 2200, n_events), "D"),
            "latitude": np.rad2deg(np.arcsin(rng.uniform(-0.9, 0.9, n_events))),
            "longitude": rng.uniform(-180, 180, n_events),
            "magnitude": 6.0,
        }
    )
    days, distances, found = np.arange(-30, 11, 2.5), [0, 250, 500, 750, 1000], {}
    keep = {"days": days, "distances": distances, "n_resamples": 100, "random_state": 0}
    some = events.iloc[::PART]

    def ours():
        found["all"] = superposed_epoch(values, events, **keep)

    def part():
        found["some"] = superposed_epoch(values, some, **keep)

    def loop():
        found["loop"] = naive(values, some, days, distances)

    seconds = compare({"ours": ours, "part": part, "loop": loop}, repeat=1 if quick else 3, warmup=0)
    difference = np.nanmax(np.abs(found["some"].mean[:, :, 0] - found["loop"]))
    assert difference < 1e-9, difference
    return [
        row(
            f"superposed_epoch, {n:,} rows, {n_events:,} earthquakes",
            "loop of masks over all rows",
            seconds["loop"] * PART / seconds["ours"],
            50,
            seconds=round(seconds["ours"], 2),
            pairs=int(found["all"].n_values.sum()),
            max_difference=float(difference),
        )
    ]


def naive(values, events, days, distances):
    """Means by earthquake and bin, event by event."""
    total, count = np.zeros((2, len(days) - 1, len(distances) - 1))
    for event in events.itertuples():
        lag = (values["time"] - event.time) / pd.Timedelta(days=1)
        near = values[(lag >= days[0]) & (lag < days[-1])]
        km = great_circle_km(event.latitude, event.longitude, near["latitude"], near["longitude"])
        day = np.digitize(lag[near.index], days) - 1
        ring = np.digitize(km, distances) - 1
        mean = near["probability"].groupby([day, ring]).mean()
        for (i, j), value in mean.items():
            if j < len(distances) - 1:
                total[i, j] += value
                count[i, j] += 1
    return np.where(count, total / np.maximum(count, 1), np.nan)
