"""Are p-values of single nulls uniform in their tails? Worlds without effect, made here with numpy alone.

A test by Kolmogorov and Smirnov hardly sees a score that spreads a fifth too wide. Asked here is how far p
lies from one half on the whole (uniform: 1/4) and how often at its ends, in worlds where observations are
missing before the earthquakes that happened and before no others, where earthquakes come in bursts, and where
a satellite's local time drifts while only its nights count.
"""

from __future__ import annotations

import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.signal import lfilter
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skquake.inspection._null_row as module
from skquake.catalogs import AftershockRemover, MatchedControls
from skquake.inspection import catalog_null_test
from skquake.model_selection import chronological_split
from skquake.preprocessing import WindowFlattener
from skquake.sampling import SlidingWindow
from skquake.sources import SeriesSource, TrackSource

FIRST = 1000  # seed of the worlds on the page of measurements
START, DAYS, N_NULLS = pd.Timestamp("2015-01-01"), 500, 19
PLACES = np.array([(lat, lon) for lat in (-40.0, 0.0, 40.0) for lon in np.arange(-180.0, 180.0, 30.0)])


def weather(rng, days, n, phi=0.8):
    """Daily values with a memory of days, shape (days, n); half of the variance is common to all places."""
    noise = rng.normal(size=(days + 50, n + 1)) * np.sqrt(1 - phi**2)
    values = lfilter([1.0], [1.0, -phi], noise, axis=0)[50:]
    return np.sqrt(0.5) * (values[:, :-1] + values[:, -1:])


def earthquakes(rng, n, days, *, bursts=0.0):
    """Day, place and magnitude of each; a share of them follows another one within days, beside it."""
    day, place = rng.uniform(10, days - 1, n), rng.integers(0, len(PLACES), n)
    late = rng.random(n) < bursts
    first = rng.choice(np.flatnonzero(~late), late.sum())
    day[late] = np.minimum(day[first] + rng.exponential(6.0, late.sum()), days - 0.5)
    place[late] = place[first]
    where = PLACES[place] + rng.uniform(-2, 2, (n, 2))
    catalog = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(day, "D"),
            "latitude": where[:, 0],
            "longitude": (where[:, 1] + 180.0) % 360.0 - 180.0,
            "magnitude": 5.0 + rng.exponential(0.4, n).clip(max=2.0),
        },
        index=[f"q{k}" for k in range(n)],
    )
    return catalog, day, place


def stations(seed, *, silent=0.0, bursts=0.0, n=90):
    """Thirty-six stations; before a share of the real earthquakes the nearest is silent."""
    rng = np.random.default_rng((seed, 1))
    values = weather(rng, DAYS, len(PLACES))
    catalog, day, place = earthquakes(rng, n, DAYS, bursts=bursts)
    for d, k in zip(day.astype(int), place, strict=True):
        if rng.random() < silent:
            values[max(d - 4, 0) : d + 1, k] = np.nan
    names = [f"s{k}" for k in range(len(PLACES))]
    table = pd.DataFrame(PLACES, names, ["latitude", "longitude"])
    times = pd.date_range(START, periods=DAYS, freq="D")
    sampling = {"region": "1000 km", "days": (-15, 0), "max_length": 3}
    return SeriesSource(pd.DataFrame(values, times, names), table, max_km=1200.0), catalog, sampling


def orbit(seed, *, days=240, cadence=120.0, n=150):
    """A polar orbit whose local time goes once round the clock in 133 days; only its nights count.

    Its value goes with the local time, more than with the weather of the place.
    """
    rng = np.random.default_rng((seed, 2))
    seconds = np.arange(0.0, days * 86_400.0, cadence)
    phase = 2 * np.pi * seconds / 5640.0
    latitude = np.rad2deg(np.arcsin(np.sin(np.deg2rad(88.0)) * np.sin(phase)))
    # Ascending at one local time, descending twelve hours later.
    hours = (rng.uniform(0, 24) + 24.0 * seconds / (133 * 86_400.0) + 12.0 * (np.cos(phase) < 0)) % 24
    longitude = (15.0 * (hours - seconds / 3600.0) + 180.0) % 360.0 - 180.0
    air = weather(rng, days, len(PLACES))
    nearest = (
        np.abs(latitude[:, None] - [-40, 0, 40]).argmin(1) * 12
        + (np.round(longitude / 30).astype(int) + 6) % 12
    )
    value = air[(seconds // 86_400).astype(int), nearest] + 2.0 * np.cos(2 * np.pi * (hours - 14.0) / 24.0)
    frame = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(seconds, "s"),
            "latitude": latitude,
            "longitude": longitude,
            "Ne": value + 0.5 * rng.normal(size=len(seconds)),
        }
    )
    catalog, _, _ = earthquakes(rng, n, days)
    sampling = {"region": "1000 km", "days": (-6, 0), "max_length": 2, "local_time": "night"}
    return TrackSource(frame, name="orbit"), catalog, sampling


WORLDS = {
    "silent before a quarter": partial(stations, silent=0.27),
    "silent before half": partial(stations, silent=0.5),
    "bursts": partial(stations, bursts=0.4, n=140),
    "drift of local time": orbit,
}


def halves(samples):
    return chronological_split(samples.X, samples.y, test_size=0.5)


def rank(observed, null, rng):
    """Place of the observed score among all, as a number in (0, 1), ties by lot."""
    greater, ties = (null > observed).sum(), (null == observed).sum()
    return (greater + rng.integers(ties + 1) + rng.random()) / (1 + len(null))


def tails(world, seeds, nulls, n_nulls=N_NULLS):
    """One row a world and null: p by thinned and by whole null catalogs, tested earthquakes of all.

    Both come from one run: whole scores are noted as the thinned ones are made.
    """
    rows, whole, thinned_score = [], [], module.thinned_score

    def noted(scoring, evaluation, *arguments, **keywords):
        whole.append(getattr(evaluation, scoring).value)
        return thinned_score(scoring, evaluation, *arguments, **keywords)

    for seed in seeds:
        source, catalog, sampling = world(seed)
        controls = MatchedControls(region=sampling["region"])
        model = make_pipeline(
            SlidingWindow(source, sampling["max_length"]), WindowFlattener(), StandardScaler(),
            LogisticRegression(C=0.1),
        )  # fmt: skip
        whole.clear()
        with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # few units of the observed score, failed catalogs
            patch.setattr(module, "thinned_score", noted)
            found = catalog_null_test(
                model, source, catalog, controls=controls, sampling=sampling, cv=halves,
                decluster=AftershockRemover("box"), nulls=nulls, n_nulls=n_nulls, scoring="seismic_auc",
                random_state=seed,
            )  # fmt: skip
        if found.scores["error"].notna().any():
            continue
        scores, rng = found.scores.assign(whole=whole), np.random.default_rng((seed, 3))
        for null, part in scores.groupby("null"):
            lot = rng.bit_generator.state
            row = {"seed": seed, "null": null}
            for name in ("pipeline", "whole"):
                rng.bit_generator.state = lot
                row[name] = rank(found.observed_score, part[name].to_numpy(), rng)
            counts = found.tested["n_earthquakes"], part["n_earthquakes"].median()
            rows.append(row | dict(zip(("tested", "null_tested"), counts, strict=True)))
    return pd.DataFrame(rows)


def summary(p):
    """Share at each end, mean distance from one half and its p-value, and that of Kolmogorov and Smirnov."""
    distance = np.abs(p - 0.5)
    z = (distance.mean() - 0.25) * np.sqrt(48 * len(p))  # of a uniform |p - 1/2| the variance is 1/48
    return {
        "n": len(p),
        "low": np.mean(p <= 0.05),
        "high": np.mean(p > 0.95),
        "both": np.mean(distance >= 0.45),
        "distance": distance.mean(),
        "tails": float(stats.norm.sf(z)),
        "ks": float(stats.kstest(p, "uniform").pvalue),
    }


@pytest.mark.slow
def test_missing_observations_do_not_widen_the_tails():
    """Where half of the real earthquakes have none; by whole null catalogs p lies at its ends too often."""
    found = tails(WORLDS["silent before half"], range(FIRST, FIRST + 150), ("shuffle-times",))
    assert found["tested"].mean() < 0.8 * found["null_tested"].mean()
    whole, thinned = summary(found["whole"]), summary(found["pipeline"])
    assert whole["tails"] < 0.01
    assert thinned["tails"] > 0.01 and thinned["ks"] > 0.01


@pytest.mark.slow
@pytest.mark.parametrize(
    ("world", "nulls", "n"),
    [
        ("bursts", ("shuffle-times",), 100),
        ("drift of local time", ("rotate", "shift-longitude"), 80),
    ],
)
def test_tails_of_single_nulls(world, nulls, n):
    found = tails(WORLDS[world], range(FIRST, FIRST + n), nulls)
    for null, part in found.groupby("null"):
        seen = summary(part["pipeline"])
        assert seen["n"] > 0.9 * n
        assert seen["tails"] > 0.01 and seen["ks"] > 0.01, (null, seen)
        assert (
            stats.binomtest(int((part["pipeline"] <= 0.05).sum()), len(part), 0.05, "greater").pvalue > 0.01
        )


def study(first=FIRST):
    """The figures of the page of measurements."""
    sizes = dict(zip(WORLDS, (250, 150, 100, 80), strict=True))
    for name, n in sizes.items():
        nulls = ("rotate", "shift-longitude") if name.startswith("drift") else ("shuffle-times",)
        found = tails(WORLDS[name], range(first, first + n), nulls)
        for null, part in found.groupby("null"):
            for kind in ("whole", "pipeline"):
                numbers = {key: round(float(value), 3) for key, value in summary(part[kind]).items()}
                tested = part[["tested", "null_tested"]].mean().round(1).to_dict()
                print(name, null, kind, tested, numbers, flush=True)


if __name__ == "__main__":
    study()
