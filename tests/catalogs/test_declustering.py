"""Windows and nearest neighbours: published numbers, brute force, any order of rows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake import AftershockRemover
from skquake._core._geodesy import great_circle_km
from skquake.catalogs._window_clusters import WINDOWS, gardner_knopoff

METHODS = [*WINDOWS, "nearest-neighbour"]
# Gardner & Knopoff (1974), table 1: magnitude, km, days.
TABLE = [
    (2.5, 19.5, 6),
    (3.5, 26, 22),
    (4.5, 35, 83),
    (5.0, 40, 155),
    (6.0, 54, 510),
    (7.0, 70, 915),
    (8.0, 94, 985),
]


def catalog(n=60, seed=0, days=400.0, spread=3.0):
    """Clusters around a few places, the dateline and a pole among them; some times repeat."""
    rng = np.random.default_rng(seed)
    home = np.array([[0.0, 179.9], [35.0, 20.0], [88.9, 0.0], [-60.0, -70.0]])[rng.integers(0, 4, n)]
    time = pd.Timestamp("2010-01-01") + pd.to_timedelta(np.round(rng.uniform(0, days, n), 1), unit="D")
    longitude = (home[:, 1] + rng.normal(0, spread / 6, n) + 180.0) % 360.0 - 180.0
    return pd.DataFrame(
        {
            "time": time,
            "latitude": np.clip(home[:, 0] + rng.normal(0, spread / 6, n), -90, 90),
            "longitude": longitude,
            "magnitude": np.round(4.5 + rng.exponential(0.6, n), 1),
        },
        index=[f"e{i}" for i in range(n)],
    )


def test_windows_are_those_of_the_table():
    magnitude, km, days = np.array(TABLE).T
    found_km, found_days = gardner_knopoff(magnitude)
    np.testing.assert_allclose(found_km, km, rtol=0.04)
    np.testing.assert_allclose(found_days, days, rtol=0.12)


@pytest.mark.parametrize("method", WINDOWS)
def test_windows_grow(method):
    km, days = WINDOWS[method](np.arange(4.0, 9.0, 0.1))
    assert (np.diff(km) > 0).all() and (np.diff(days) > -90).all()


def brute_windows(events, window):
    """From the largest down, one pair at a time."""
    km, days = window(events["magnitude"].to_numpy())
    order = sorted(
        range(len(events)),
        key=lambda i: (-events["magnitude"].iloc[i], events["time"].iloc[i], events.index[i]),
    )
    label = {}
    for i in order:
        if i in label:
            continue
        label[i] = i
        for j in range(len(events)):
            a, b = events.iloc[i], events.iloc[j]
            near = great_circle_km(a.latitude, a.longitude, b.latitude, b.longitude) <= km[i]
            if j not in label and near and abs((b.time - a.time).total_seconds()) <= days[i] * 86400:
                label[j] = i
    return [events.index[label[i]] for i in range(len(events))]


@pytest.mark.parametrize("method", WINDOWS)
@given(seed=st.integers(0, 10**6))
@settings(max_examples=12, deadline=None)
def test_windows_against_brute_force(method, seed):
    events = catalog(25, seed)
    assert AftershockRemover(method).fit(events).labels_.tolist() == brute_windows(events, WINDOWS[method])


def brute_neighbours(events, threshold, b=1.0, dimension=1.6):
    order = sorted(range(len(events)), key=lambda i: (events["time"].iloc[i], events.index[i]))
    tree = {}
    for at, j in enumerate(order):
        best, parent = np.inf, None
        for i in order[:at]:
            x, y = events.iloc[i], events.iloc[j]
            years = (y.time - x.time).total_seconds() / (365.25 * 86400)
            if years <= 0:
                continue
            km = max(great_circle_km(x.latitude, x.longitude, y.latitude, y.longitude), 0.1)
            eta = np.log10(years * km**dimension) - b * x.magnitude
            if eta < best - 1e-12:
                best, parent = eta, i
        tree[j] = tree[parent] if best < threshold else j
    largest = {}
    for i in order:
        if tree[i] not in largest or events["magnitude"].iloc[i] > events["magnitude"].iloc[largest[tree[i]]]:
            largest[tree[i]] = i
    return [events.index[largest[tree[i]]] for i in range(len(events))]


@given(seed=st.integers(0, 10**6), threshold=st.floats(-6, -2))
@settings(max_examples=12, deadline=None)
def test_neighbours_against_brute_force(seed, threshold):
    events = catalog(25, seed)
    found = AftershockRemover("nearest-neighbour", threshold=threshold).fit(events).labels_
    assert found.tolist() == brute_neighbours(events, threshold)


@pytest.mark.parametrize("method", METHODS)
def test_order_of_rows_changes_nothing(method):
    events = catalog(200)
    remover = AftershockRemover(method).fit(events)
    shuffled = events.sample(frac=1, random_state=0)
    again = AftershockRemover(method).fit(shuffled)
    labels = pd.Series(remover.labels_, events.index)
    pd.testing.assert_series_equal(pd.Series(again.labels_, shuffled.index).loc[events.index], labels)
    assert set(remover.transform(shuffled).index) == set(events.index[remover.mainshock_mask_])
    assert 0 < remover.mainshock_mask_.sum() < len(events)
    of_mainshock = events["magnitude"].loc[remover.labels_].to_numpy()
    assert (of_mainshock >= events["magnitude"].to_numpy()).all()
    assert (labels.loc[labels].to_numpy() == labels.to_numpy()).all()  # a mainshock is its own


def test_threshold_parts_two_populations():
    rng = np.random.default_rng(0)
    background = catalog(300, 1, days=3000.0, spread=60.0)
    first = background.iloc[rng.integers(0, 300, 150)]
    near = first.assign(
        time=first["time"] + pd.to_timedelta(rng.uniform(0.01, 1, 150), unit="D"),
        latitude=np.clip(first["latitude"] + rng.normal(0, 0.02, 150), -90, 90),
        magnitude=4.5,
    )
    near.index = [f"a{i}" for i in range(150)]
    remover = AftershockRemover("nearest-neighbour").fit(pd.concat([background, near]))
    removed = ~remover.mainshock_mask_
    assert removed[300:].mean() > 0.95 and removed[:300].mean() < 0.3
    assert -8 < remover.threshold_ < -2


@pytest.mark.parametrize("method", METHODS)
def test_one_event_and_none(method):
    one = catalog(1)
    if method == "nearest-neighbour":
        with pytest.raises(ValueError, match="1 events cannot tell clusters"):
            AftershockRemover(method).fit(one)
        return
    assert AftershockRemover(method).fit_transform(one).equals(one)
    assert AftershockRemover(method).fit_transform(one.iloc[:0]).empty
