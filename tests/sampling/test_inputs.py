"""What make_samples and its neighbours take, and what they say of nothing left or of the wrong thing."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from common.sampling_orbits import START, make_controls, make_events, make_orbit

from skquake.catalogs import MatchedControls
from skquake.sampling import balance_table, make_samples, make_sip_samples, nightly_passes, sip_split
from skquake.sources import SeriesSource

TRACK = make_orbit(3, gaps=0, holes=0)
EVENTS = make_events(3, magnitude=(7, 8))
CONTROLS = make_controls(EVENTS, 3, ratio=2, matched=False, move_days=1)
KP = pd.Series(1.0, pd.date_range(START - pd.Timedelta("10D"), periods=8 * 30, freq="3h"))
CALL = dict(region="3000km", days=(-1.5, 0), max_length=6)


def to_polars(frame):
    return pl.from_pandas(frame.rename_axis("event_id").reset_index())


def test_catalog_controls_and_exclude_of_polars():
    expected = make_samples(TRACK, EVENTS, CONTROLS, exclude=EVENTS, **CALL)
    found = make_samples(TRACK, to_polars(EVENTS), to_polars(CONTROLS), exclude=to_polars(EVENTS), **CALL)
    pd.testing.assert_frame_equal(found.X, expected.X)
    np.testing.assert_array_equal(found.y, expected.y)
    bare = to_polars(EVENTS).drop("event_id")
    assert set(make_samples(TRACK, bare, **CALL).X["event_id"]) <= set(range(len(EVENTS)))
    with pytest.raises(ValueError, match=r"id 0 is also the id of an earthquake.*column event_id"):
        make_samples(TRACK, bare, to_polars(CONTROLS).drop("event_id"), **CALL)


def test_kp_of_frames():
    expected = make_samples(TRACK, EVENTS, kp=KP, **CALL).X["kp"]
    frame = pd.DataFrame({"kp": KP, "ap": 4.0})
    table = KP.rename("kp").rename_axis("time").reset_index()
    for kp in (frame, table, pl.from_pandas(table)):
        pd.testing.assert_series_equal(make_samples(TRACK, EVENTS, kp=kp, **CALL).X["kp"], expected)
    with pytest.raises(TypeError, match=r"with columns time and kp, got polars.Series, which says no times"):
        make_samples(TRACK, EVENTS, kp=pl.Series(KP.to_numpy()), **CALL)
    for kp in (table.drop(columns="kp"), pl.from_pandas(table[["kp"]])):
        with pytest.raises(ValueError, match="kp: a frame needs the columns time and kp"):
            make_samples(TRACK, EVENTS, kp=kp, **CALL)


def test_other_functions_take_polars():
    one = EVENTS.sort_values("time").iloc[[-1]]
    passes = nightly_passes(TRACK, one, days=3, local_time=None, region="9000 km")
    found = nightly_passes(TRACK, to_polars(one), days=3, local_time=None, region="9000 km")
    assert len(found) == len(passes) > 0
    time = pd.date_range("2001-03-01", periods=20, freq="30D")
    X = pd.DataFrame({"time": time, "obs_start": time - pd.Timedelta("45D"), "obs_end": time})
    for part, same in zip(sip_split(pl.from_pandas(X)), sip_split(X), strict=True):
        np.testing.assert_array_equal(part, same)
    hours = pd.date_range("2001-01-01", "2003-01-01", freq="2h")
    place = pd.DataFrame({"latitude": [36.5], "longitude": [142.0]}, index=["tec"])
    source = SeriesSource(pd.DataFrame({"tec": 20.0}, index=hours), place)
    catalog = pd.DataFrame(
        {"time": pd.date_range("2001-05-01", periods=4, freq="120D"), "latitude": 37.0, "longitude": 142.5},
        index=list("abcd"),
    ).assign(magnitude=6.0)
    call = dict(latitude=36.5, longitude=142.0, magnitude=5.5, region="300km", random_state=0, split=None)
    expected = make_sip_samples(source, catalog, exclude=catalog, **call)
    found = make_sip_samples(source, to_polars(catalog), exclude=to_polars(catalog), **call)
    pd.testing.assert_frame_equal(found.X, expected.X)


def test_no_control_left_is_said_with_the_reason():
    disturbed = CONTROLS.assign(
        longitude=CONTROLS["longitude"] + 1.0, time=CONTROLS["time"] + pd.Timedelta("900D")
    )
    with pytest.warns(
        UserWarning, match=rf"no control is left of {len(CONTROLS)}: outside the span of the source: "
    ):
        samples = make_samples(TRACK, EVENTS, disturbed, **CALL)
    assert (samples.y == 1).all()
    storm = KP + 5.0
    with pytest.warns(
        UserWarning, match=r"no (event|control) is left of \d+: .*all samples disturbed: [1-9]"
    ):
        make_samples(TRACK, EVENTS, CONTROLS, kp=storm, **CALL)


def test_no_event_left_is_said_with_the_reason():
    far = EVENTS.assign(latitude=89.9, magnitude=1.0)
    with pytest.warns(
        UserWarning, match=rf"no event is left of {len(EVENTS)}: no observation in region and days: "
    ):
        samples = make_samples(TRACK, far, CONTROLS, **CALL | {"region": "dobrovolsky"})
    assert (samples.y == 0).all()


def test_wrong_things_are_named():
    for controls, got in ((MatchedControls, "the class MatchedControls"), ("matched", "str"), (5, "int")):
        with pytest.raises(TypeError, match=f"controls: expected a sampler .* or a dataframe, got {got}"):
            make_samples(TRACK, EVENTS, controls, **CALL)
    with pytest.raises(TypeError, match="catalog: expected a dataframe"):
        make_samples(TRACK, [EVENTS], **CALL)
    with pytest.raises(ValueError, match=r"region 500 reaches beyond.*'500 km' for kilometres"):
        make_samples(TRACK, EVENTS, **CALL | {"region": 500})
    samples = make_samples(TRACK, EVENTS, CONTROLS, **CALL)
    with pytest.raises(TypeError, match=r"samples itself, not samples.X"):
        balance_table(samples.X)
    flux = pd.DataFrame({"time": KP.index, "f107": 100.0})
    assert "F10.7" in balance_table(samples, threshold=np.inf, space_weather=pl.from_pandas(flux)).index


@pytest.mark.parametrize("region", [500, "20016 km", "500"])
def test_one_reader_of_regions_in_every_room(region):
    from skquake.alarms import flagged_rate
    from skquake.catalogs import events_near
    from skquake.inspection import false_alarm_rate
    from skquake.preprocessing import IQRBounds

    flags = pd.DataFrame(
        {
            "time": KP.index[:4],
            "latitude": 10.0,
            "longitude": 0.5,
            "pass_id": range(4),
            "flagged": [True, False, False, False],
        }
    )
    tec = pd.DataFrame(
        {"A": np.random.default_rng(0).normal(size=400)}, KP.index[0] + pd.to_timedelta(np.arange(400), "h")
    )
    stations = pd.DataFrame({"latitude": [0.0], "longitude": [0.0]}, ["A"])
    calls = [
        lambda: make_samples(TRACK, EVENTS, **CALL | {"region": region}),
        lambda: MatchedControls(region=region).sample(EVENTS),
        lambda: MatchedControls(region=region, match="dip-latitude").sample(EVENTS),
        lambda: events_near(EVENTS, 0.0, 0.0, region=region),
        lambda: nightly_passes(TRACK, EVENTS.iloc[[0]], region=region),
        lambda: flagged_rate(flags, 10, 0, 500, avoid=EVENTS, region=region),
        lambda: false_alarm_rate(
            IQRBounds(style="iqr"), tec, stations=stations, catalog=EVENTS, region=region
        ),
    ]
    for call in calls:
        with pytest.raises(
            ValueError, match=r"region .* (reaches beyond half the circumference|is no region)"
        ):
            call()
