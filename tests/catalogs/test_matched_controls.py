import numpy as np
import pandas as pd
import pytest
from common.catalog_examples import catalogs, make_small
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake._core._geodesy import great_circle_km
from skquake.catalogs import MatchedControls, region_radius_km

DAY = pd.Timedelta(days=1)


def is_free(event, offset, avoid, *, days=(-15, 0), avoid_days=(-15, 5), region="dobrovolsky"):
    """The definition, one earthquake at a time; the event itself comes first."""
    time = event.time + offset * DAY
    for other in [event, *avoid.itertuples()]:
        overlap = (
            time + days[0] * DAY < other.time + avoid_days[1] * DAY
            and time + days[1] * DAY > other.time + avoid_days[0] * DAY
        )
        if overlap:
            distance = great_circle_km(event.latitude, event.longitude, other.latitude, other.longitude)
            if distance <= region_radius_km(region, other.magnitude):
                return False
    return True


def free_offsets(event, avoid, min_days, max_days, side, **rule):
    both = range(min_days, max_days + 1)
    free = {d for d in [*both, *(-d for d in both)] if is_free(event, d, avoid, **rule)}
    return {
        "both": {d for d in free if -d in free},
        "before": {d for d in free if d < 0},
        "after": {d for d in free if d > 0},
        "either": free,
    }[side]


rules = st.sampled_from(
    [
        {},
        {"region": "333 km"},
        {"days": (-2.5, 1.25), "avoid_days": (-1, 0.5)},
        {"days": (0, 0), "avoid_days": (0, 0), "region": 7},
    ]
)


@pytest.mark.filterwarnings("ignore:no control is left")
@given(catalogs(12), catalogs(40), st.sampled_from(["both", "before", "after", "either"]), rules)
@settings(max_examples=40, deadline=None)
def test_takes_exactly_the_free_offsets(catalog, avoid, side, rule):
    sampler = MatchedControls(1_000, 3, 9, side, avoid, random_state=0, **rule)
    controls = sampler.sample(catalog)
    offsets = (controls["time"] - catalog.loc[controls["pair_id"], "time"].to_numpy()) / DAY
    for event in catalog.itertuples():
        own = offsets[(controls["pair_id"] == event.Index).to_numpy()]
        expected = free_offsets(event, avoid, 3, 9, side, **rule)
        if side == "both":  # each distance once, on one side or the other
            assert sorted(own.abs()) == sorted({abs(d) for d in expected})
        else:
            assert sorted(own) == sorted(expected)


@pytest.mark.filterwarnings("ignore:no control is left")
@given(catalogs(30), st.integers(1, 3), st.integers(0, 100))
@settings(max_examples=25, deadline=None)
def test_controls_are_free_and_named(catalog, ratio, seed):
    sampler = MatchedControls(ratio, random_state=seed)
    controls = sampler.sample(catalog)
    for name, control in controls.iterrows():
        event, _, rank = name.rpartition("-c")
        assert control["pair_id"] == event and 1 <= int(rank) <= ratio
        mother = catalog.loc[event]
        assert (
            control[["latitude", "longitude", "magnitude"]] == mother[["latitude", "longitude", "magnitude"]]
        ).all()
        offset = (control["time"] - mother["time"]) / DAY
        assert offset == int(offset) and 20 <= abs(offset) <= 60
        assert is_free(mother, offset, catalog) and is_free(mother, -offset, catalog)
    assert not pd.DataFrame({"id": controls["pair_id"], "time": controls["time"]}).duplicated().any()
    report = sampler.report_
    assert report["events"].sum() == len(catalog)
    assert report["controls"].sum() == len(controls)
    assert report["events_with_control"].sum() == controls["pair_id"].nunique()


def aftershock_sequences(n=400, seed=0):
    """Mainshocks far apart, each followed by 40 aftershocks in 30 days."""
    rng = np.random.default_rng(seed)
    cell = np.arange(n)
    latitude, longitude = -60.0 + 6 * (cell % 20), -180.0 + 6 * (cell // 20) * 3
    time = pd.Timestamp("2010-01-01") + pd.to_timedelta(rng.uniform(100, 700, n), unit="D").floor("s")
    main = pd.DataFrame(
        {"time": time, "latitude": latitude, "longitude": longitude, "magnitude": 5.0},
        index=[f"main{k}" for k in range(n)],
    )
    after = main.loc[main.index.repeat(3)].assign(magnitude=4.8)
    after["time"] += pd.to_timedelta(rng.uniform(1, 30, len(after)), unit="D").floor("s")
    return main, pd.concat([main, after.set_axis([f"after{k}" for k in range(len(after))])])


def share_after(side):
    main, everything = aftershock_sequences()
    controls = MatchedControls(side=side, avoid=everything, random_state=0).sample(main)
    assert len(controls) > 300
    return (controls["time"] > main.loc[controls["pair_id"], "time"].to_numpy()).mean()


def test_aftershocks_cannot_load_the_coin():
    assert abs(share_after("both") - 0.5) < 0.1  # 3.5 standard errors
    assert share_after("either") < 0.4  # what "both" is for
    assert share_after("before") == 0.0 and share_after("after") == 1.0


def test_offsets_are_uniform():
    catalog = make_small(3_000, days=40_000, spread=60.0)
    controls = MatchedControls(random_state=0, region="1 km").sample(catalog)
    days = (controls["time"] - catalog.loc[controls["pair_id"], "time"].to_numpy()) / DAY
    assert len(controls) == 3_000
    assert np.bincount(days.abs().astype(int))[20:] == pytest.approx(3_000 / 41, abs=40)


def test_golden_numbers():
    catalog = make_small(30, days=400, spread=30.0)
    controls = MatchedControls(2, random_state=0).sample(catalog)
    offsets = (controls["time"] - catalog.loc[controls["pair_id"], "time"].to_numpy()) / DAY
    assert offsets.head(12).tolist() == [54, -36, 54, 22, -37, 35, -23, 56, -22, -29, 29, 48]
    assert controls["pair_id"].head(3).tolist() == ["ev4", "ev4", "ev18"]


def test_a_great_earthquake_blocks_far_away():
    start = pd.Timestamp("2010-06-01")
    catalog = pd.DataFrame(
        {
            "time": [start, start + 30 * DAY, start + 30 * DAY],
            "latitude": 0.0,
            "longitude": [0.0, 24.0, 170.0],
            "magnitude": [5.0, 8.0, 5.0],
        },
        index=["small", "great", "far"],
    )
    controls = MatchedControls(1_000, side="after", random_state=0).sample(catalog)
    offsets = (controls["time"] - catalog.loc[controls["pair_id"], "time"].to_numpy()) / DAY
    # 2,669 km from it (radius 2,754 km): days 16 to 49 after "small" are taken; the antipode is free.
    assert sorted(offsets[controls["pair_id"] == "small"]) == list(range(50, 61))
    assert sorted(offsets[controls["pair_id"] == "far"]) == list(range(20, 61))


def test_one_event_and_no_free_offset():
    one = make_small(1)
    sampler = MatchedControls(random_state=0)
    controls = sampler.sample(one)
    assert controls["pair_id"].tolist() == ["ev0"] and sampler.report_["untested"].tolist() == [1]
    none = MatchedControls(min_days=1, max_days=10, random_state=0)
    with pytest.warns(UserWarning, match="any of 1 earthquakes: 20 of 20 days .* drops the 0 others"):
        controls = none.sample(one)
    assert controls.empty and set(controls) >= {"time", "label", "pair_id"}
    assert controls["time"].dtype == "datetime64[ns]"
    assert none.report_["share"].tolist() == [0.0]
    assert len(sampler.set_params(avoid=one.iloc[:0]).sample(one)) == 1


def test_untested_counts_controls_beyond_the_catalog():
    start = pd.Timestamp("2010-06-01")
    ends = make_small(2).assign(time=[start - 200 * DAY, start + 200 * DAY], latitude=-80.0)
    event = make_small(1).assign(time=start)
    sampler = MatchedControls(avoid=ends, random_state=0)
    sampler.sample(event)
    assert sampler.report_["untested"].tolist() == [0]
    sampler.sample(event.assign(time=start + 190 * DAY))
    sampler.set_params(side="after").sample(event.assign(time=start + 190 * DAY))
    assert sampler.report_["untested"].tolist() == [1]


def test_report_classes():
    catalog = make_small(6, days=4_000, spread=80.0).assign(magnitude=[4.5, 4.9, 5.0, 5.4, 5.5, 7.0])
    sampler = MatchedControls(random_state=0)
    sampler.sample(catalog)
    assert sampler.report_.index.left.tolist() == [4.5, 5.0, 5.5, 7.0]
    assert sampler.report_["events"].tolist() == [2, 2, 1, 1]


@pytest.mark.parametrize(
    "parameters, message",
    [
        ({"min_days": 61}, "min_days=61 exceeds max_days=60"),
        ({"min_days": 2.5}, "min_days"),
        ({"max_days": 0}, "max_days"),
        ({"side": "left"}, "side"),
        ({"days": (0, -15)}, "in that order"),
        ({"days": (0,)}, "two numbers"),
        ({"days": (0, float("nan"))}, "in that order"),
        ({"avoid_days": ("a", "b")}, "avoid_days.*two numbers"),
        ({"region": "3 miles"}, "is no region"),
        ({"region": None}, "region"),
    ],
)
def test_bad_parameters(parameters, message):
    with pytest.raises(ValueError, match=message):
        MatchedControls(**parameters).sample(make_small(5))


@pytest.mark.slow
def test_real_catalog_at_full_size(real_data):
    from skquake.io import read_usgs

    everything = read_usgs(sorted((real_data / "catalog").glob("usgs_*.csv.gz")))
    catalog = everything[(everything["magnitude"] >= 4.8) & everything["time"].dt.year.between(2005, 2010)]
    sampler = MatchedControls(avoid=everything, random_state=0)
    controls = sampler.sample(catalog)
    for control in controls.sample(30, random_state=0).itertuples():
        mother = catalog.loc[control.pair_id]
        around = everything[(everything["time"] - mother["time"]).abs() <= 100 * DAY]
        assert is_free(mother, (control.time - mother["time"]) / DAY, around)
    assert 6_000 < len(controls) < 8_000
