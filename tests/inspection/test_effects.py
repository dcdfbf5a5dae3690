"""Effects of earthquakes that differ: who has one, its sign and its days; by loops, value by value."""

import numpy as np
import pandas as pd
import pytest
from common.source_examples import maps, station_series, track_frame
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake.catalogs._plant import Plant
from skquake.inspection._effects import Effects, Mixture
from skquake.inspection._inject import footprint, inject
from skquake.sources import MapSource, SeriesSource, SourceCollection, TrackSource

PLANT = Plant(0.0, 0.5, 900.0, (-3.0, 0.0))
R = 6371.0088


def make_events(n=6, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "time": pd.Timestamp("2015-03-01") + pd.to_timedelta(rng.uniform(0.0, 4.0, n), unit="D"),
            "latitude": rng.uniform(-60.0, 60.0, n),
            "longitude": rng.uniform(-180.0, 180.0, n),
            "magnitude": rng.uniform(5.0, 7.5, n),
        }
    )


def factor_by_loops(time, latitude, longitude, events, effects, size):
    """What each value is multiplied by: one earthquake after the other, formulas written out anew."""
    factor = np.ones(len(time))
    for k, event in enumerate(events.itertuples()):
        if effects.sign[k] == 0:
            continue
        first, last = effects.first[k], effects.last[k]
        days = (time - event.time.as_unit("ns").value) / 86_400e9
        way = np.clip((days - first) / (0.2 * (last - first)), 0.0, 1.0)
        strength = np.where((days >= first) & (days <= last), 3 * way**2 - 2 * way**3, 0.0)
        a, b = np.deg2rad(event.latitude), np.deg2rad(latitude)
        turn = np.deg2rad(event.longitude - longitude)
        angle = np.arccos(np.clip(np.sin(a) * np.sin(b) + np.cos(a) * np.cos(b) * np.cos(turn), -1.0, 1.0))
        width = max(0.5 * 10.0 ** (0.43 * event.magnitude), 900.0)
        near = np.where(R * angle <= 4.0 * width, np.exp(-0.5 * (R * angle / width) ** 2), 0.0)
        factor *= (1.0 + size) ** (effects.sign[k] * near * strength)
    return factor


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([-0.4, 0.5]), st.sampled_from([None, (0.5, 2.0)]))
def test_each_value_by_loops(seed, size, duration):
    events = make_events(seed=seed)
    effects = Mixture(0.6, "either", duration).draw(len(events), PLANT.days, np.random.default_rng(seed))
    track = TrackSource(track_frame(20_000, cadence=10.0))
    planted = inject(track, footprint(track, events, PLANT, effects), size, {"Ne": 1.0})
    column = track.channels.index("Ne")
    factor = factor_by_loops(track.time, track.latitude, track.longitude, events, effects, size)
    np.testing.assert_allclose(planted.values[:, column], track.values[:, column] * factor, rtol=1e-4)
    frame, stations = station_series(300)
    for source in (MapSource(maps(60)), SeriesSource(frame, stations)):
        planted = inject(source, footprint(source, events, PLANT, effects), size, {"TEC": 1.0})
        if hasattr(source, "stations"):
            places = {
                (k,): tuple(source.stations.iloc[k][["latitude", "longitude"]])
                for k in range(len(source.stations))
            }
        else:
            places = {
                (i, j): (latitude, longitude)
                for i, latitude in enumerate(source.latitude)
                for j, longitude in enumerate(source.longitude)
            }
        for index, place in places.items():
            factor = factor_by_loops(source.time, *place, events, effects, size)
            np.testing.assert_allclose(
                planted.values[index][:, 0], source.values[index][:, 0] * factor, rtol=1e-4
            )


def test_alike_is_as_before_and_nobody_is_nothing():
    source = TrackSource(track_frame(5000, cadence=60.0))
    events = make_events()
    mixture = Mixture.checked(1.0, "same", None, PLANT.days)
    effects = mixture.draw(len(events), PLANT.days, np.random.default_rng(0))
    same = (footprint(source, events, PLANT, found)[0] for found in (None, effects))
    for one, other in zip(*same, strict=True):
        np.testing.assert_array_equal(one, other)
    nobody = Effects(np.zeros(6), np.full(6, -3.0), np.zeros(6))
    both = SourceCollection({"A": source, "B": TrackSource(track_frame(5000, cadence=60.0, phase=0.3))})
    planted = inject(both, footprint(both, events, PLANT, nobody), 3.0, {"Ne": 1.0})
    for name, member in both.items():
        np.testing.assert_array_equal(planted[name].values, member.values)
    tec = MapSource(maps(30))
    np.testing.assert_array_equal(
        inject(tec, footprint(tec, events, PLANT, nobody), 3.0, {"TEC": 1.0}).values, tec.values
    )


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0.05, 1.0),
    st.sampled_from(["same", "either"]),
    st.tuples(st.floats(0.1, 4.0), st.floats(0.0, 6.0)),
)
def test_draws(seed, share, sign, ends):
    days, n = (-12.0, -1.0), 2000
    duration = ends[0], ends[0] + ends[1]
    draw = Mixture.checked(share, sign, duration, days).draw(n, days, np.random.default_rng(seed))
    has, long = draw.sign != 0.0, draw.last - draw.first
    assert abs(has.mean() - share) < 5 * np.sqrt(0.25 / n)
    assert set(draw.sign) <= ({0.0, 1.0} if sign == "same" else {-1.0, 0.0, 1.0})
    if sign == "either":
        assert abs((draw.sign < 0).sum() - has.sum() / 2) < 5 * np.sqrt(has.sum() / 4) + 1
    assert (draw.first >= days[0] - 1e-9).all() and (draw.last <= days[1]).all()
    assert (long >= duration[0] - 1e-9).all() and (long <= duration[1] + 1e-9).all()
    # Uniform between the ends, anywhere that leaves room.
    at = (draw.first - days[0]) / (days[1] - days[0] - long)
    assert abs(at.mean() - 0.5) < 5 * np.sqrt(1 / 12 / n)
    assert abs(long.mean() - np.mean(duration)) < 5 * (duration[1] - duration[0]) * np.sqrt(1 / 12 / n) + 1e-9
    # The same earthquakes have one at a greater share, of the same sign on the same days.
    more = Mixture.checked(1.0, sign, duration, days).draw(n, days, np.random.default_rng(seed))
    for one, other in zip(
        (draw.sign, draw.first, draw.last), (more.sign, more.first, more.last), strict=True
    ):
        np.testing.assert_array_equal(one[has], other[has])
    again = Mixture.checked(share, sign, duration, days).draw(n, days, np.random.default_rng(seed))
    np.testing.assert_array_equal(again.sign, draw.sign)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ((0.0, "same", None), "effect_share=0.0: expected a share"),
        ((1.5, "same", None), "effect_share=1.5"),
        ((1.0, "both", None), "effect_sign='both': expected one of 'same', 'either'"),
        ((1.0, "same", 0.0), "effect_duration=0.0"),
        ((1.0, "same", (2.0, 20.0)), "no more than the 15 from -15 to 0 of effect_days"),
    ],
)
def test_errors(settings, message):
    with pytest.raises(ValueError, match=message):
        Mixture.checked(*settings, (-15.0, 0.0))
