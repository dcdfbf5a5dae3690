"""What samples and windows see beyond their core: around it, never beyond the pass, and purged."""

import numpy as np
import pandas as pd
import pytest
from common.sampling_orbits import make_controls, make_events, make_orbit
from common.source_examples import maps, station_series
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline

from skquake.model_selection import (
    PurgedGroupKFold,
    PurgedTimeSeriesSplit,
    chronological_split,
    leakage_report,
    spaces,
)
from skquake.preprocessing import WindowFlattener
from skquake.sampling import SlidingWindow, make_samples
from skquake.sources import MapSource, SeriesSource, SourceCollection

DAYS = {"region": "2000 km", "days": (-1.5, 0.0), "holes": None}
DECIDED = ["time", "event_id", "pair_id", "owners", "latitude", "longitude", "lead_days", "kept_share"]


def orbit_samples(seed, **settings):
    track, events = make_orbit(seed, days=1.0, cadence=80), make_events(seed, 4, end=1.2)
    controls = make_controls(events, seed, ratio=2, matched=False, move_days=0.5)
    return track, make_samples(track, events, controls, **DAYS | settings)


def seen_rows(track, X, length, context):
    """Rows of the track that each sample may see, walked one by one: core, then outwards."""
    found = []
    for time in X["time"]:
        first = int(np.searchsorted(track.time, time.value)) - length // 2
        rows = list(range(first, first + length))
        for sign, edge in ((-1, first), (1, first + length - 1)):
            for k in range(1, context + 1):
                row = edge + sign * k
                if not 0 <= row < len(track.time) or track.pass_id[row] != track.pass_id[first]:
                    break
                rows.append(row)
        found.append(sorted(rows))
    return found


@settings(max_examples=6, deadline=None)
@pytest.mark.filterwarnings("ignore:no (event|control) is left")
@given(
    seed=st.integers(0, 10_000),
    length=st.integers(1, 5),
    context=st.integers(1, 9),
    step=st.sampled_from([None, 2]),
    inside=st.sampled_from(["center", "all"]),
)
def test_the_core_decides_and_the_context_is_what_lies_around(seed, length, context, step, inside):
    """With NaN at the edges samples are those without context; dropped are those that lack some of it."""
    cut = dict(max_length=length, step=step, inside=inside)
    try:
        track, plain = orbit_samples(seed, **cut)
    except ValueError:
        return
    _, wide = orbit_samples(seed, **cut, context=context, context_edge="nan")
    pd.testing.assert_frame_equal(wide.X[DECIDED], plain.X[DECIDED])
    np.testing.assert_array_equal(wide.y, plain.y)
    rows = seen_rows(track, wide.X, length, context)
    np.testing.assert_array_equal(wide.X["obs_start"], pd.DatetimeIndex([track.time[r[0]] for r in rows]))
    np.testing.assert_array_equal(wide.X["obs_end"], pd.DatetimeIndex([track.time[r[-1]] for r in rows]))
    windows = SlidingWindow(track, length, context=context, context_edge="nan").transform(wide.X)
    cores = SlidingWindow(track, length).transform(plain.X)
    np.testing.assert_array_equal(windows[:, context : context + length], cores)
    for window, own, time in zip(windows, rows, wide.X["time"], strict=True):
        first = int(np.searchsorted(track.time, time.value)) - length // 2 - context
        expected = np.full(window.shape, np.nan, dtype=np.float32)
        expected[np.array(own) - first] = track.values[own]
        np.testing.assert_array_equal(window, expected)
    whole = np.isfinite(windows).all(axis=(1, 2))
    blocks = track.blocks(length, step, context=context)
    assert set(wide.X["time"][whole].astype("int64")) <= set(track.time[blocks.center])
    try:
        _, dropped = orbit_samples(seed, **cut, context=context)
    except ValueError:
        return
    assert set(dropped.X["time"]) <= set(wide.X["time"][whole])
    again = SlidingWindow(track, length, context=context).transform(dropped.X)
    np.testing.assert_array_equal(again, windows[np.isin(wide.X["time"], dropped.X["time"])])


def test_the_same_windows_as_longer_ones():
    """Cores of 4 in a context of 4 are the samples of windows of 12, and see what these see."""
    track, wide = orbit_samples(3, max_length=4, step=4, context=4)
    _, long = orbit_samples(3, max_length=12, step=4)
    assert len(wide.X) > 20
    pd.testing.assert_frame_equal(wide.X, long.X)
    windows = SlidingWindow(track, 4, context=4).transform(wide.X)
    np.testing.assert_array_equal(windows, SlidingWindow(track, 12).transform(long.X))


@pytest.mark.parametrize("edge", ["drop", "nan"])
def test_events_and_controls_are_treated_alike(edge):
    """As many windows of a place, whether it stands as an earthquake or as a control."""
    track, events = make_orbit(5, days=2), make_events(5, 6)
    # Far apart, so that no earthquake is near a control and the two can change places.
    events["longitude"], events["latitude"] = np.arange(-150.0, 180.0, 60.0), [0, 60, -60, 80, -80, 30]
    half, other = events.iloc[:3], events.iloc[3:]
    settings = {"region": "1500 km", "days": (-1.5, 0.0), "holes": None, "max_length": 3, "step": 1}
    counts = []
    for quakes, controls in ((half, other), (other, half)):
        controls = controls.assign(label=0, pair_id=controls.index)
        for context in (0, 12):
            made = make_samples(track, quakes, controls, **settings, context=context, context_edge=edge)
            counts.append(made.events["n_samples"].reindex(events.index))
    pd.testing.assert_series_equal(counts[0], counts[2], check_names=False)
    pd.testing.assert_series_equal(counts[1], counts[3], check_names=False)
    if edge == "nan":
        pd.testing.assert_series_equal(counts[0], counts[1], check_names=False)
    else:  # where passes end some of both are dropped, and some of both stay
        lost = counts[0] - counts[1]
        for part in (half, other):
            assert 0 < lost[part.index].sum() < counts[0][part.index].sum()


def observations(track, X, length, context):
    return [set(rows) for rows in seen_rows(track, X, length, context)]


@pytest.mark.parametrize("edge", ["drop", "nan"])
@pytest.mark.parametrize(
    "split", [PurgedGroupKFold(3, min_train=1), PurgedTimeSeriesSplit(2, min_train=1), chronological_split]
)
def test_no_context_is_shared_by_training_and_test(split, edge):
    """Rows are counted one by one: nothing a training window sees is seen by a test window."""
    track, events = make_orbit(11, days=2.5), make_events(11, 8)
    controls = make_controls(events, 11, matched=False, move_days=0.5)
    cut = {"region": "2500 km", "days": (-1.0, 0.0), "holes": None, "max_length": 3}
    made = make_samples(track, events, controls, **cut, context=6, context_edge=edge)
    bare = make_samples(track, events, controls, **cut)
    seen = observations(track, made.X, 3, 6)
    folds = [split(made.X)] if callable(split) else list(split.split(made.X))
    for train, test in folds:
        assert len(train) and len(test)
        tested = set().union(*(seen[k] for k in test))
        assert not any(seen[k] & tested for k in train)
    assert leakage_report(made.X, folds)["shared_observations"].sum() == 0
    if edge == "nan" and isinstance(split, PurgedGroupKFold):
        # The intervals of the cores alone would let some through: it is the context that is purged.
        assert (made.X["time"] == bare.X["time"]).all()
        folds = list(split.split(bare.X))
        assert any(seen[k] & set().union(*(seen[j] for j in test)) for train, test in folds for k in train)


def test_a_control_touches_by_its_context_with_any():
    track, events = make_orbit(2, days=3), make_events(2, 6)
    controls = make_controls(events, 2, ratio=2, matched=False, move_days=0.5)
    cut = {"region": "1500 km", "days": (-1.0, 0.0), "holes": None, "max_length": 3, "context_edge": "nan"}
    kept = {}
    for inside in ("center", "any"):
        for context in (0, 5):
            made = make_samples(track, events, controls, **cut, inside=inside, context=context)
            kept[inside, context] = set(made.X["time"][made.y == 0]), set(made.X["time"][made.y == 1])
    assert kept["center", 5] == kept["center", 0]
    assert kept["any", 5][0] < kept["any", 0][0]


@pytest.mark.parametrize("kind", ["series", "map"])
def test_places_look_back_alone(kind):
    if kind == "map":
        source = MapSource(maps(40))
    else:
        source = SeriesSource(*station_series(60))
    cadence = source.cadence
    place = (44.0, 86.0)
    time = pd.DatetimeIndex(source.time)[[9, 20, 35]]
    catalog = pd.DataFrame(
        {"time": time, "latitude": place[0], "longitude": place[1], "magnitude": 6.0}, index=list("abc")
    )
    cut = {"region": "500 km", "days": (-1.0, 0.0), "holes": None, "max_length": 4}
    plain = make_samples(source, catalog, **cut)
    wide = make_samples(source, catalog, **cut, context=8, context_edge="nan")
    pd.testing.assert_frame_equal(wide.X[DECIDED], plain.X[DECIDED])
    assert (wide.X["obs_end"] == wide.X["time"]).all()
    first = (time - 11 * cadence).where(time - 11 * cadence > source.span[0], source.span[0])
    np.testing.assert_array_equal(wide.X["obs_start"], first)
    windows = SlidingWindow(source, 4, context=8, context_edge="nan").transform(wide.X)
    assert windows.shape == (3, 12, 1)
    assert np.isnan(windows[0, :2]).all() and np.isfinite(windows[0, 2:]).all()
    np.testing.assert_array_equal(windows[1:], SlidingWindow(source, 12).transform(
        wide.X.iloc[1:].assign(obs_start=wide.X["time"].iloc[1:] - 11 * cadence)
    ))  # fmt: skip
    dropped = make_samples(source, catalog, **cut, context=8)
    assert dropped.X["event_id"].tolist() == ["b", "c"]
    assert dropped.dropped["reason"].tolist() == ["windows incomplete"]


def test_a_missing_value_in_the_context():
    track = make_orbit(7, days=1.0, gaps=0, holes=40)
    X = pd.DataFrame({"time": pd.DatetimeIndex(track.time[track.blocks(2).center])})
    X["latitude"], X["longitude"] = track.latitude[track.blocks(2).center], 0.0
    windows, problem = track.windows(X, 2, context=5, context_edge="nan")
    assert (problem == "").all() and np.isfinite(windows[:, 5:7]).all()
    some = np.isnan(windows[:, :, 1]).any(axis=1) & np.isfinite(windows[:, :, 0]).all(axis=1)
    assert some.sum() > 10  # Te alone is missing there
    _, problem = track.windows(X, 2, context=5)
    assert {"NaN in channel Te", "context leaves the pass"} <= set(problem[problem != ""])
    both = SourceCollection({"A": track, "B": track})
    again, _ = both.windows(X.assign(source="B"), 2, context=5, context_edge="nan")
    np.testing.assert_array_equal(again, windows)


def test_windows_beyond_what_samples_vouch_for():
    track, made = orbit_samples(3, max_length=4, context=3, context_edge="nan")
    for step in (
        SlidingWindow(track, 4, context=4, context_edge="nan"),
        SlidingWindow(track, 6, context=3, context_edge="nan"),
    ):
        with pytest.raises(ValueError, match=r"leaves its obs_start .*max_length=\d, context=\d\) or more"):
            step.transform(made.X)
    assert SlidingWindow(track, 2, context=2, context_edge="nan").transform(made.X).shape[1] == 6
    _, made = orbit_samples(3, max_length=4, context=16, context_edge="nan")  # as long as a whole pass
    with pytest.raises(ValueError, match="or take context_edge='nan' if they were made with it"):
        SlidingWindow(track, 4, context=16).transform(made.X)
    bare = made.X[["time", "latitude", "longitude"]]
    message = "4 observations with context 16 for row .*context leaves the pass .*or context_edge='nan' where"
    with pytest.raises(ValueError, match=message):
        SlidingWindow(track, 4, context=16).transform(bare)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"context": -1}, "'context' parameter"),
        ({"context": 1.5}, "'context' parameter"),
        ({"context_edge": "all"}, "'context_edge' parameter"),
    ],
)
def test_bad_parameters_are_named(change, message):
    track, made = orbit_samples(3, max_length=4)
    with pytest.raises(ValueError, match=message):
        SlidingWindow(track, 3, **change).fit(made.X)
    with pytest.raises(ValueError, match=r"'context(_edge)?' parameter"):
        orbit_samples(3, max_length=4, **{"context_edge": "error"} | change)
    for edge, context in (("error", -1), ("error", True), ("drop", 2)):
        with pytest.raises(ValueError, match=r"context(_edge)? must be"):
            track.windows(made.X, 3, context=context, context_edge=edge)
    with pytest.raises(ValueError, match="context must be"):
        track.blocks(3, context=-1)


def test_length_and_context_can_be_searched():
    track, made = orbit_samples(3, max_length=4, context=6)
    y = np.arange(len(made.X)) % 2
    model = make_pipeline(SlidingWindow(track, 4), WindowFlattener(), DummyClassifier())
    space = spaces.window(4, 6)
    search = GridSearchCV(model, space, cv=KFold(2), error_score="raise").fit(made.X, y)
    assert len(search.cv_results_["params"]) == len(space["slidingwindow__length"]) * 5
    assert {p["slidingwindow__context"] for p in search.cv_results_["params"]} == {0, 1, 3, 4, 6}
    assert spaces.window(7) == {"slidingwindow__length": [2, 4, 6, 7]}
    with pytest.raises(ValueError, match="'max_length' parameter"):
        spaces.window(0)
