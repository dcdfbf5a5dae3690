"""make_samples on maps and station series."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from skquake.sampling import make_samples
from skquake.sources import MapSource, SeriesSource, SourceCollection

START = pd.Timestamp("2001-01-01")


def make_maps(n=200, hole=None):
    """Maps every 2 h whose value is the number of the map."""
    latitude, longitude = np.arange(-80, 81, 20.0), np.arange(-180, 180, 30.0)
    values = np.broadcast_to(np.arange(n, dtype=float)[:, None, None], (n, 9, 12)).copy()
    if hole is not None:
        values[hole] = np.nan
    coordinates = {
        "time": pd.date_range(START, periods=n, freq="2h"), "latitude": latitude, "longitude": longitude,
    }  # fmt: skip
    return MapSource(xr.DataArray(values, coordinates, ("time", "latitude", "longitude"), name="TEC"))


def quakes(**hours):
    """Earthquakes so many hours after the first map, 20 degrees of longitude apart."""
    return pd.DataFrame(
        {
            "time": START + pd.to_timedelta(list(hours.values()), unit="h"),
            "latitude": 10.0,
            "longitude": np.arange(len(hours)) * 20.0,
            "magnitude": 6.0,
        },
        index=list(hours),
    )


CALL = dict(region="dobrovolsky", days=(-5, 0), max_length=12)


def test_one_window_an_event_ends_at_its_last_map():
    maps = make_maps()
    samples = make_samples(maps, quakes(a=101.5, b=100.0), **CALL)
    X = samples.X.set_index("event_id")
    assert X.loc["b", "time"] == X.loc["a", "time"] == START + pd.Timedelta("100h")
    assert X.loc["a", "lead_days"] == pytest.approx(1.5 / 24)
    assert (X["obs_end"] == X["time"]).all()
    assert (X["time"] - X["obs_start"] == pd.Timedelta("22h")).all()
    assert X["owners"].to_list() == [("b",), ("a",)] or X["owners"].to_list() == [("a",), ("b",)]
    windows, problem = maps.windows(samples.X, 12)
    assert (problem == "").all() and (windows[:, -1, 0] == 50).all()
    assert "pass_id" not in X


def test_lead_and_step():
    maps = make_maps()
    X = make_samples(maps, quakes(a=200.5), **CALL, lead=1.0, step=6).X
    # The first ends 24 h before the event, the others 12 h earlier each, until 5 days before it.
    ends = [START + pd.Timedelta(hours=hours) for hours in range(176 - 8 * 12, 177, 12)]
    assert X["time"].to_list() == [end for end in ends if end >= START + pd.Timedelta("80.5h")]
    assert X["lead_days"].between(1.0, 5.0).all()


def test_edges_of_the_record_and_holes():
    maps = make_maps(hole=150)
    events = quakes(first=22.0, young=21.9, last=399.9, old=400.0, before=310.0, ok=298.0)
    samples = make_samples(maps, events, **CALL)
    assert set(samples.X["event_id"]) == {"first", "last", "ok"}
    assert samples.dropped.set_index("event_id")["reason"].to_dict() == {
        "young": "windows incomplete",
        "before": "windows incomplete",
        "old": "outside the span of the source",
    }


def test_a_control_touches_by_its_end_or_by_any_observation():
    maps, event = make_maps(), quakes(a=150.0)
    # 5 days and 12 h after the earthquake; the window reaches back 22 h.
    control = event.assign(time=event["time"] + pd.Timedelta("132h"), label=0, pair_id="a").rename({"a": "c"})
    samples = make_samples(maps, event, control, **CALL)
    assert sorted(samples.y) == [0, 1]
    with pytest.raises(ValueError, match="touches an earthquake: 1"):
        make_samples(maps, event, control, inside="any", **CALL)
    foreign = event.assign(time=event["time"] + pd.Timedelta("180h"), magnitude=5.0).rename({"a": "x"})
    with pytest.raises(ValueError, match="touches an earthquake: 1"):
        make_samples(maps, event, control, exclude=foreign, **CALL)
    # Too small and too far away to matter: its own region decides.
    foreign["longitude"] += 2.0
    assert len(make_samples(maps, event, control, exclude=foreign, **CALL).X) == 2


def test_identical_windows_have_one_owner():
    maps, event = make_maps(), quakes(a=150.0)
    twin = pd.concat([event, event.assign(time=event["time"] + pd.Timedelta("30min")).rename({"a": "b"})])
    samples = make_samples(maps, twin, **CALL)
    assert samples.X["owners"].to_list() == [("a", "b")]
    assert samples.dropped["reason"].to_list() == ["all observations belong to nearer events"]


def make_series():
    time = pd.date_range(START, periods=400, freq="1h")
    stations = pd.DataFrame({"latitude": [10.0, -40.0], "longitude": [1.0, 100.0]}, index=["N", "S"])
    return SeriesSource(pd.DataFrame({"N": np.arange(400.0), "S": -np.arange(400.0)}, index=time), stations)


def test_series_need_a_station_in_the_region():
    series = make_series()
    samples = make_samples(series, quakes(near=150.0, far=150.0), **CALL)
    assert samples.X["event_id"].to_list() == ["near"]
    assert (samples.X["latitude"] == 10.0).all() and (samples.X["longitude"] == 1.0).all()
    assert (samples.X["event_longitude"] == 0.0).all()
    assert samples.dropped["reason"].to_list() == ["no observation in region and days"]
    windows, problem = series.windows(samples.X, 12)
    assert (problem == "").all() and windows[0, -1, 0] == 150.0


def test_nearest_event_owns_what_a_station_saw():
    series = make_series()
    events = quakes(away=150.0, near=150.2)
    events["longitude"] = [0.0, 1.5]
    samples = make_samples(series, events, **CALL)
    assert samples.X["owners"].to_list() == [("near", "away")]


def test_collection_of_maps():
    both = SourceCollection({"one": make_maps(), "two": make_maps(100)})
    samples = make_samples(both, quakes(a=150.0, b=300.0), **CALL)
    assert samples.X[["source", "event_id"]].to_numpy().tolist() == [["one", "a"], ["two", "a"], ["one", "b"]]
    np.testing.assert_allclose(samples.sample_weight, [0.5, 0.5, 1.0])
