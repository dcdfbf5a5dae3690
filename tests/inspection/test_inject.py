"""Planted effects: the same as the simulators', by loops, and nothing else changes."""

import numpy as np
import pandas as pd
import pytest
from common.source_examples import maps, station_series, track_frame
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skquake._core._geodesy import great_circle_km
from skquake.catalogs._plant import Plant
from skquake.datasets import make_tec, make_track
from skquake.inspection._inject import check_powers, footprint, inject, source_parameters, with_source
from skquake.preprocessing import WindowFlattener
from skquake.sampling import SlidingWindow
from skquake.sources import MapSource, SeriesSource, SourceCollection, TrackSource

PLANT = Plant(0.0, 0.5, 800.0, (-3.0, 0.0))
STATIONS = pd.DataFrame({"latitude": [10.0, 12.0, -50.0], "longitude": [179.0, -177.0, 0.0]}, ["A", "B", "C"])


def make_events(start="2015-03-01", days=4.0, n=3, seed=0):
    rng = np.random.default_rng(seed)
    time = pd.Timestamp(start) + pd.to_timedelta(rng.uniform(0.0, days, n), unit="D")
    return pd.DataFrame(
        {
            "time": time,
            "latitude": rng.uniform(-60.0, 60.0, n),
            "longitude": rng.uniform(-180.0, 180.0, n),
            "magnitude": rng.uniform(5.0, 7.5, n),
        }
    )


def share_by_loops(time, latitude, longitude, events):
    """The exponent of each value, (n,)."""
    share = np.zeros(len(time))
    for event in events.itertuples():
        days = (time - np.datetime64(event.time, "ns").view("int64")) / 86_400e9
        distance = great_circle_km(event.latitude, event.longitude, latitude, longitude)
        width = max(0.5 * 10.0 ** (0.43 * event.magnitude), 800.0)
        reach = np.exp(-0.5 * (distance / width) ** 2) * (distance <= 4.0 * width)
        share += reach * PLANT.strength(days)
    return share


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([-0.4, 0.3, 2.0]))
def test_along_a_track_by_loops(seed, size):
    source = TrackSource(track_frame(20_000, cadence=10.0))
    events = make_events(seed=seed)
    planted = inject(source, footprint(source, events, PLANT), size, {"Ne": 1.0, "Te": -0.2})
    share = share_by_loops(source.time, source.latitude, source.longitude, events)
    for channel, power in (("Ne", 1.0), ("Te", -0.2)):
        column = source.channels.index(channel)
        expected = source.values[:, column] * (1.0 + size) ** (power * share)
        np.testing.assert_allclose(planted.values[:, column], expected, rtol=2e-5)
    assert planted.channels == source.channels and planted.span == source.span
    assert not planted.values.flags.writeable


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([-0.4, 0.3, 2.0]))
def test_on_maps_and_stations_by_loops(seed, size):
    events = make_events(seed=seed)
    tec, (frame, stations) = MapSource(maps(60)), station_series(300)
    for source in (tec, SeriesSource(frame, stations, max_km=123.0)):
        planted = inject(source, footprint(source, events, PLANT), size, {"TEC": 1.0})
        if source is tec:
            latitude, longitude = np.meshgrid(source.latitude, source.longitude, indexing="ij")
        else:
            latitude, longitude = (
                source.stations["latitude"].to_numpy(),
                source.stations["longitude"].to_numpy(),
            )
            assert planted.max_km == 123.0
        for place in np.ndindex(latitude.shape):
            share = share_by_loops(source.time, latitude[place], longitude[place], events)
            expected = source.values[place][:, 0] * (1.0 + size) ** share
            np.testing.assert_allclose(planted.values[place][:, 0], expected, rtol=2e-5)


def test_the_same_as_the_simulated_effect():
    events = make_events("2019-03-02", 2.0, n=5)
    options = {"catalog": events, "effect_width": 0.5, "effect_min_km": 800.0, "effect_days": (-3.0, 0.0)}
    span = "2019-03-01", "2019-03-04"
    without, with_effect = (
        TrackSource(make_track("cses", *span, effect=effect, side="night", random_state=0, **options).frame)
        for effect in (0.0, 0.4)
    )
    planted = inject(without, footprint(without, events, PLANT), 0.4, {"Ne": 1.0, "Te": -0.2})
    assert not np.allclose(without.values, with_effect.values, rtol=1e-2)
    np.testing.assert_allclose(planted.values, with_effect.values, rtol=1e-3)
    events = events.assign(latitude=11.0, longitude=180.0)
    options["catalog"] = events
    quiet, shaken = (
        make_tec(*span, stations=STATIONS, effect=effect, random_state=0, **options).frame
        for effect in (0.0, 0.4)
    )
    quiet, shaken = (SeriesSource(frame, STATIONS) for frame in (quiet, shaken))
    where = footprint(quiet, events, PLANT)
    planted = inject(quiet, where, 0.4, {"TEC": 1.0})
    assert not np.allclose(quiet.values, shaken.values, rtol=1e-2)
    np.testing.assert_allclose(planted.values, shaken.values, rtol=1e-4)


def test_nothing_of_size_zero_and_missing_stays_missing():
    frame = track_frame(5000, cadence=60.0)
    frame.loc[::7, "Ne"] = np.nan
    source = TrackSource(frame)
    before = source.values.copy()
    where = footprint(source, make_events(), PLANT)
    np.testing.assert_array_equal(inject(source, where, 0.0, {"Ne": 1.0}).values, before)
    planted = inject(source, where, 0.5, {"Ne": 1.0})
    np.testing.assert_array_equal(np.isnan(planted.values), np.isnan(before))
    np.testing.assert_array_equal(source.values, before)
    assert not np.array_equal(planted.values, before, equal_nan=True)


def test_each_source_of_a_collection():
    first, second = (TrackSource(track_frame(8000, cadence=30.0, phase=phase)) for phase in (0.0, 0.3))
    both = SourceCollection({"A": first, "B": second})
    events = make_events()
    planted = inject(both, footprint(both, events, PLANT), 0.5, {"Ne": 1.0})
    assert list(planted) == ["A", "B"]
    for name, member in both.items():
        alone = inject(member, footprint(member, events, PLANT), 0.5, {"Ne": 1.0})
        np.testing.assert_array_equal(planted[name].values, alone.values)


def test_events_out_of_range_plant_nothing():
    source = TrackSource(track_frame(500))
    where = footprint(source, make_events("2001-01-01"), PLANT)
    np.testing.assert_array_equal(inject(source, where, 3.0, {"Ne": 1.0}).values, source.values)


def test_channels():
    source = TrackSource(track_frame(100))
    with pytest.raises(
        ValueError, match=r"the source has Ne, Te; name those that change, such as channels=\['Ne'\]"
    ):
        check_powers(None, source)
    assert check_powers("Ne", source) == {"Ne": 1.0}
    assert check_powers({"Ne": 1, "Te": -0.2}, source) == {"Ne": 1, "Te": -0.2}
    assert check_powers(None, MapSource(maps(5))) == {"TEC": 1.0}
    with pytest.raises(ValueError, match="channels: 'B_N'; the source has Ne, Te"):
        check_powers(["Ne", "B_N"], source)
    with pytest.raises(ValueError, match="channels: none; the source has"):
        check_powers([], source)
    with pytest.raises(ValueError, match="powers must be finite"):
        check_powers({"Ne": np.inf}, source)


def test_the_pipeline_looks_at_the_other_source():
    source, other = TrackSource(track_frame(100)), TrackSource(track_frame(100, seed=1))
    pipeline = make_pipeline(SlidingWindow(source, 5), WindowFlattener(), LogisticRegression())
    search = GridSearchCV(pipeline, {"slidingwindow__length": [3, 5]})
    for model, inner in ((pipeline, lambda m: m), (search, lambda m: m.estimator)):
        names = source_parameters(model, source)
        changed = with_source(model, names, other)
        assert inner(changed)["slidingwindow"].source is other
        assert inner(model)["slidingwindow"].source is source
    with pytest.raises(ValueError, match="no step of it holds the source"):
        source_parameters(pipeline, other)
