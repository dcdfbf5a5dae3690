"""MatchedControls that keep a satellite's local time, or the dip latitude of the same night."""

import numpy as np
import pandas as pd
import pytest
from common.catalog_examples import catalogs, make_small
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake._core._geodesy import great_circle_km, longitude_difference
from skquake._core._magnetic import dip_latitude
from skquake._core._orbits import ORBITS
from skquake._core._time import NS_PER_DAY, as_ns, local_solar_time
from skquake.catalogs import MatchedControls, region_radius_km

DAY = pd.Timedelta(days=1)
START = int(as_ns(np.datetime64("2015-03-01")))
satellites = st.sampled_from(list(ORBITS))


def circle(a, b, whole):
    """Distance of ``a`` and ``b`` on a circle."""
    return np.abs((np.subtract(a, b) + whole / 2) % whole - whole / 2)


def hours_apart(satellite, days):
    """Hours between a pass of a satellite and the nearest local time of its passes days later."""
    orbit = ORBITS[satellite]
    center, up = (values[:1] for values in orbit.passes(START, START + NS_PER_DAY))
    later = center + days * NS_PER_DAY
    before = orbit.local_time(center, up)[0]
    return min(circle(before, orbit.local_time(later, np.array([way]))[0], 24.0) for way in (True, False))


def degrees_apart(satellite, days):
    """Degrees between a pass of a satellite and the nearest one whole days later, same direction."""
    orbit = ORBITS[satellite]
    first, up = (values[:1] for values in orbit.passes(START, START + NS_PER_DAY))
    around = first[0] + days * NS_PER_DAY + np.array([-1, 1]) * NS_PER_DAY // 2
    later, direction = orbit.passes(*around)
    later = later[direction == up[0]]
    gap = circle(orbit.node_longitude(first, up), orbit.node_longitude(later, up), 360.0)
    # The nearest in time: a track of half a day later belongs to another time of day.
    return gap[np.abs(later - first[0] - days * NS_PER_DAY) <= orbit.period_s * 1e9].min()


def days_of(controls, catalog):
    return ((controls["time"] - catalog.loc[controls["pair_id"], "time"].to_numpy()) / DAY).to_numpy()


def blocked(time, latitude, longitude, avoid, *, days=(-15, 0), avoid_days=(-15, 5)):
    """Whether days at a place touch the region and days of an earthquake: one at a time."""
    for other in avoid.itertuples():
        begins_first = time + days[0] * DAY < other.time + avoid_days[1] * DAY
        ends_later = time + days[1] * DAY > other.time + avoid_days[0] * DAY
        if begins_first and ends_later:
            distance = great_circle_km(latitude, longitude, other.latitude, other.longitude)
            if distance <= region_radius_km("dobrovolsky", other.magnitude):
                return True
    return False


@pytest.mark.parametrize(
    "satellite, expected",
    [
        ("swarm", [*range(129, 140)]),
        ("cses", [*range(20, 61, 5)]),
        ("demeter", [22, 29, 33, 40, 47, 51, 58]),
    ],
)
def test_offsets_of_each_satellite(satellite, expected):
    sampler = MatchedControls(1_000, side="either", match="local-time", satellite=satellite, random_state=0)
    one = make_small(1)
    offset = days_of(sampler.sample(one), one)
    assert sorted(offset[offset > 0]) == expected == sorted(-offset[offset < 0])


@given(
    satellites,
    st.integers(21, 300),
    st.integers(0, 150),
    st.sampled_from([0.1, 0.5, 3.0]),
    st.sampled_from([0.7, 3.0]),
)
@settings(max_examples=12, deadline=None)
def test_offsets_are_those_of_the_orbit(satellite, first, more, hours, degrees):
    """Against the passes themselves, day by day."""
    limits = {"min_days": first, "max_days": first + more}
    sampler = MatchedControls(
        1_000, side="after", match="local-time", satellite=satellite, random_state=0,
        tolerance_hours=hours, tolerance_degrees=degrees, **limits,
    )  # fmt: skip
    drifts = satellite == "swarm"
    expected = [
        day
        for day in range(first, first + more + 1)
        if hours_apart(satellite, day) <= hours and (drifts or degrees_apart(satellite, day) <= degrees)
    ]
    one = make_small(1)
    if expected:
        assert sorted(days_of(sampler.sample(one), one)) == expected
    else:
        with pytest.raises(ValueError, match="no offset of min_days"):
            sampler.sample(one)


def test_any_day_will_do_without_a_track():
    one = make_small(1)
    sampler = MatchedControls(1_000, side="after", match="local-time", satellite="demeter")
    sampler.set_params(tolerance_degrees=None)
    assert sorted(days_of(sampler.sample(one), one)) == list(range(20, 61))


def test_a_later_return_of_local_time():
    one = make_small(1)
    sampler = MatchedControls(1_000, 200, side="after", match="local-time", satellite="swarm")
    assert sorted(days_of(sampler.sample(one), one)) == list(range(262, 274))


@given(catalogs(20), satellites, st.integers(1, 3), st.integers(0, 100))
@settings(max_examples=12, deadline=None)
def test_controls_keep_the_local_time(catalog, satellite, ratio, seed):
    sampler = MatchedControls(ratio, match="local-time", satellite=satellite, random_state=seed)
    controls = sampler.sample(catalog)
    orbit = ORBITS[satellite]
    mothers = catalog.loc[controls["pair_id"]]
    for name in ("latitude", "longitude", "magnitude"):
        assert (controls[name].to_numpy() == mothers[name].to_numpy()).all()
    hours = [orbit.local_time(as_ns(table["time"].to_numpy()), True) for table in (controls, mothers)]
    assert (circle(*hours, 12.0) <= 0.5 + 1e-6).all()
    assert (days_of(controls, catalog) % 1 == 0).all()
    for control in controls.itertuples():
        for sign in (-1, 1):  # the other side of its earthquake is free too
            mother = catalog.loc[control.pair_id]
            time = mother["time"] + sign * (control.time - mother["time"])
            assert not blocked(time, control.latitude, control.longitude, catalog)


@given(catalogs(15), catalogs(25), st.integers(1, 4), st.integers(0, 100))
@settings(max_examples=15, deadline=None)
def test_controls_keep_the_dip_latitude(catalog, avoid, ratio, seed):
    sampler = MatchedControls(ratio, match="dip-latitude", avoid=avoid, random_state=seed)
    controls = sampler.sample(catalog)
    mothers = catalog.loc[controls["pair_id"]]
    when = mothers["time"].to_numpy()
    dip, own = (dip_latitude(when, table["latitude"], table["longitude"]) for table in (controls, mothers))
    # Beyond the magnetic poles a meridian has no latitude of that dip, and the event no control.
    assert np.abs(dip - own).max(initial=0) < 0.1
    solar = [local_solar_time(table["time"], table["longitude"]) for table in (controls, mothers)]
    assert circle(*solar, 24.0).max(initial=0) < 1e-6
    assert np.abs(days_of(controls, catalog)).max(initial=0) <= 0.5
    places = [table[name].to_numpy() for table in (controls, mothers) for name in ("latitude", "longitude")]
    distance = great_circle_km(*places)
    assert (distance > 2 * region_radius_km("dobrovolsky", mothers["magnitude"].to_numpy())).all()
    for control in controls.itertuples():
        assert not blocked(control.time, control.latitude, control.longitude, avoid)
    assert sampler.report_["controls"].sum() == len(controls)
    assert not controls.duplicated(["pair_id", "longitude"]).any()


def test_every_free_longitude_is_taken():
    catalog = make_small(6, seed=3, days=60, spread=25.0, centre=(20.0, 140.0))
    avoid = make_small(400, seed=4, days=60, spread=60.0, centre=(0.0, 100.0))
    avoid["magnitude"] += 0.7
    controls = MatchedControls(1_000, match="dip-latitude", avoid=avoid, random_state=0).sample(catalog)
    latitudes = np.arange(-65.0, 65.01, 0.25)  # dip latitude rises with latitude there
    times = np.full(len(latitudes), np.datetime64("2010-07-01"))
    n_free = 0
    for event in catalog.itertuples():
        own = controls[controls["pair_id"] == event.Index]
        taken = set(np.round(longitude_difference(own["longitude"].to_numpy(), event.longitude)) % 360)
        target = dip_latitude([event.time], [event.latitude], [event.longitude])[0]
        for east in range(-150, 181, 30):
            longitude = (event.longitude + east + 180) % 360 - 180
            dip = dip_latitude(times, latitudes, np.full(len(latitudes), longitude))
            latitude = np.interp(target, dip, latitudes)
            far = great_circle_km(event.latitude, event.longitude, latitude, longitude)
            free = far > 2 * region_radius_km("dobrovolsky", event.magnitude) and not blocked(
                event.time - pd.Timedelta(hours=east / 15), latitude, longitude, avoid
            )
            assert (east % 360 in taken) == free
            n_free += free
    assert 10 < n_free < 65  # of the 72 looked at


@pytest.mark.parametrize(
    "choice", [{"match": "local-time", "satellite": "swarm"}, {"match": "dip-latitude"}], ids=str
)
def test_the_order_of_rows_does_not_matter(choice):
    catalog = make_small(40, days=900, spread=40.0, tied=True)
    shuffled = catalog.sample(frac=1, random_state=1)
    sampler = MatchedControls(2, random_state=0, **choice)
    first = sampler.sample(catalog)
    assert len(first) > 20
    pd.testing.assert_frame_equal(first, sampler.sample(shuffled))
    assert first.index[0] == f"{first['pair_id'].iloc[0]}-c1"


def test_the_largest_have_no_place_of_their_own():
    great = make_small(1).assign(magnitude=9.5)
    sampler = MatchedControls(match="dip-latitude", random_state=0)
    with pytest.warns(UserWarning, match="no control is left for any of 1 earthquakes: of 35 meridians"):
        assert sampler.sample(great).empty
    assert sampler.report_["share"].tolist() == [0.0]


@pytest.mark.parametrize(
    "parameters, message",
    [
        ({}, "match=\"local-time\" needs satellite: one of 'swarm', 'cses', 'demeter'"),
        ({"satellite": "champ"}, "satellite"),
        ({"satellite": "swarm", "max_days": 60}, "min_days=20 to max_days=60.*swarm.*later one is 129"),
        ({"satellite": "cses", "min_days": 21, "max_days": 24}, "the first later one is 25"),
        ({"satellite": "demeter", "tolerance_degrees": 0}, "widen the tolerance"),
        ({"satellite": "swarm", "min_days": 50, "max_days": 40}, "min_days=50 exceeds max_days=40"),
        ({"satellite": "swarm", "tolerance_hours": -1}, "tolerance_hours"),
        ({"satellite": "cses", "tolerance_degrees": "1"}, "tolerance_degrees"),
        ({"match": "night"}, "match"),
    ],
)
def test_bad_parameters(parameters, message):
    with pytest.raises(ValueError, match=message):
        MatchedControls(**{"match": "local-time"} | parameters).sample(make_small(5))
