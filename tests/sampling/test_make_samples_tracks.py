"""make_samples on tracks, against the plain loop."""

import numpy as np
import pandas as pd
import pytest
from common.sampling_orbits import START, make_controls, make_events, make_orbit, slow_samples
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake.catalogs import MatchedControls
from skquake.sampling import make_samples
from skquake.sources import SourceCollection

HOURS = {None: None, "night": (18, 6), "day": (6, 18), (22, 4): (22, 4), (3.5, 9): (3.5, 9)}


def radius(region):
    return (
        (lambda magnitude: 10 ** (0.43 * magnitude)) if region == "dobrovolsky" else lambda magnitude: 2500.0
    )


def keep_whole_pairs(found, controls):
    """The rule for pairs, in sets."""
    present = {event for event, _ in found.values()}
    with_control = set(controls.loc[controls.index.isin(present), "pair_id"])
    whole = present & with_control
    pair = controls["pair_id"].to_dict()
    return {time: row for time, row in found.items() if pair.get(row[0], row[0]) in whole}


@settings(max_examples=12, deadline=None)
@pytest.mark.filterwarnings("ignore:no (event|control) is left")
@given(
    seed=st.integers(0, 10_000),
    inside=st.sampled_from(["center", "all", "any"]),
    local_time=st.sampled_from(list(HOURS)),
    days=st.sampled_from([(-1.5, 0.0), (-1.0, 1.0), (-2.0, -0.25)]),
    lead=st.sampled_from([0, 0.5]),
    length=st.integers(1, 6),
    step=st.sampled_from([None, 2, 7]),
    region=st.sampled_from(["dobrovolsky", "2500 km"]),
    matched=st.booleans(),
    foreign=st.booleans(),
)
def test_agrees_with_the_plain_loop(
    seed, inside, local_time, days, lead, length, step, region, matched, foreign
):
    track, catalog = make_orbit(seed, days=1.2, cadence=120), make_events(seed, 5, end=2.0)
    controls = make_controls(catalog, seed, ratio=2, matched=matched, move_days=9)
    extra = make_events(seed + 1, 2).rename(index="x{}".format) if foreign else None
    common = dict(days=days, lead=lead, inside=inside)
    exclude = catalog if extra is None else pd.concat([catalog, extra])
    found = slow_samples(
        track, catalog, controls, exclude, radius=radius(region), hours=HOURS[local_time], length=length,
        step=step or length, **common,
    )  # fmt: skip
    expected = keep_whole_pairs(found, controls) if matched else found
    call = dict(region=region, local_time=local_time, max_length=length, step=step, exclude=extra, **common)
    if not expected:
        with pytest.raises(ValueError, match=r"no sample is left|no event in range"):
            make_samples(track, catalog, controls, **call)
        return
    samples = make_samples(track, catalog, controls, **call)
    got = dict(
        zip(samples.X["time"], zip(samples.X["event_id"], samples.X["owners"], strict=True), strict=True)
    )
    assert got == expected
    assert samples.X["time"].is_monotonic_increasing
    label = samples.events["label"]
    np.testing.assert_array_equal(samples.y, label[samples.X["event_id"]])
    without = set(label.index) - {event for event, _ in expected.values()}
    assert set(samples.dropped["event_id"]) == without
    if step is None or step >= length:  # no observation stands in two samples
        first = samples.X.sort_values("obs_start")
        assert (first["obs_start"].to_numpy()[1:] > first["obs_end"].to_numpy()[:-1]).all()


@pytest.fixture(scope="module")
def track():
    return make_orbit(3, gaps=0, holes=0)


@pytest.fixture(scope="module")
def catalog():
    return make_events(3, magnitude=(7.0, 8.0))


CALL = dict(region="2500 km", days=(-1.5, 0), max_length=5)


def test_columns_and_promises(track, catalog):
    samples = make_samples(track, catalog, **CALL)
    X = samples.X
    assert list(X.columns) == [
        "source", "time", "latitude", "longitude", "event_id", "pair_id", "lead_days", "radius_km",
        "magnitude", "event_latitude", "event_longitude", "obs_start", "obs_end", "owners", "kp",
        "local_time", "pass_id", "ascending", "kept_share",
    ]  # fmt: skip
    assert isinstance(X.index, pd.RangeIndex) and X.index.start == 0
    assert all(X[name].dtype == "datetime64[ns]" for name in ("time", "obs_start", "obs_end"))
    assert X["kp"].isna().all() and X["lead_days"].between(0, 1.5).all()
    assert X.attrs["max_length"] == 5 and X.attrs["region"] == "2500 km"
    windows, problem = track.windows(X, 5)
    assert (problem == "").all() and np.isfinite(windows).all()
    weight = pd.Series(samples.sample_weight).groupby(X["event_id"].to_numpy()).sum()
    np.testing.assert_allclose(weight, 1.0)
    assert samples.events["n_samples"].sum() == len(X) == samples.events["n_evidence"].sum()
    assert "seismic of" in repr(samples) and "\n" not in repr(samples)
    np.testing.assert_array_equal(samples.groups, X["pair_id"].to_numpy(dtype=object))


@pytest.mark.parametrize("order", [slice(None, None, -1), [2, 0, 5, 1, 4, 3]])
def test_order_zone_and_longitudes_of_the_catalog_do_not_matter(track, catalog, order):
    other = catalog.iloc[order].copy()
    other["time"] = other["time"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")
    other["longitude"] %= 360.0
    one, two = make_samples(track, catalog, **CALL), make_samples(track, other, **CALL)
    pd.testing.assert_frame_equal(one.X, two.X)
    np.testing.assert_array_equal(one.y, two.y)


@pytest.mark.parametrize("index", [np.arange(6)[::-1], pd.Index([*"abc", 1, 2, 3], dtype=object)])
def test_any_ids_will_do(track, catalog, index):
    def cut(events):
        controls = make_controls(events)
        controls["time"] = events["time"].to_numpy() - pd.Timedelta("0.6D")
        exclude = events.iloc[:0]
        return make_samples(
            track, events, controls, region="2500 km", days=(-0.5, 0), max_length=5, exclude=exclude
        )

    named, samples = cut(catalog), cut(catalog.set_axis(index))
    new = dict(zip(catalog.index, index, strict=True))
    assert samples.X["pair_id"].to_list() == [new[pair] for pair in named.X["pair_id"]]
    assert samples.X["time"].equals(named.X["time"]) and set(samples.y) == {0, 1}


def test_both_ends_of_days_are_included(track):
    center = track.blocks(5).center[40]
    place = dict(latitude=[track.latitude[center]] * 2, longitude=[track.longitude[center]] * 2)
    time = pd.to_datetime(track.time[center])
    catalog = pd.DataFrame(
        {"time": [time, time + pd.Timedelta("1D")], "magnitude": 5.0, **place}, index=["now", "later"]
    )
    samples = make_samples(track, catalog, region="1 km", days=(-1, 0), max_length=5)
    assert samples.X["owners"].to_list() == [("now", "later")]
    assert set(samples.dropped["reason"]) == {"all observations belong to nearer events"}


def test_equal_distance_and_time_fall_to_the_earlier_then_the_id(track, catalog):
    twin = pd.concat([catalog, catalog.rename(index=lambda event: "a" + event)])
    samples = make_samples(track, twin, **CALL)
    assert all(event.startswith("aq") for event in samples.X["event_id"])
    assert (samples.X["owners"].map(len) >= 2).all()


def test_a_control_on_an_earthquake_leaves_with_its_reason(track, catalog):
    controls = make_controls(catalog, move_days=0.01)
    with pytest.raises(ValueError, match=r"incomplete pair: 4.*touches an earthquake: 4"):
        make_samples(track, catalog, controls, **CALL)


def test_a_pair_needs_evidence_of_both(track):
    center = track.blocks(5).center
    # Two pairs: the storm covers the control of the second.
    rows = center[[40, 300, 120, 420]]
    table = pd.DataFrame(
        {
            "time": pd.to_datetime(track.time[rows]),
            "latitude": track.latitude[rows],
            "longitude": track.longitude[rows],
            "magnitude": 5.0,
        },
        index=["a", "b", "a-c", "b-c"],
    )
    controls = table.iloc[2:].assign(label=0, pair_id=["a", "b"])
    kp = pd.Series(1.0, pd.date_range(START - pd.Timedelta("2D"), periods=40, freq="3h"))
    kp[table.loc["b-c", "time"].floor("3h")] = 5.0
    call = dict(region="1 km", days=(-0.1, 0), max_length=5, kp=kp, disturbed_hours=0)
    samples = make_samples(track, table.iloc[:2], controls, **call)
    assert set(samples.X["event_id"]) == {"a", "a-c"}
    assert samples.dropped.set_index("event_id")["reason"].to_dict() == {
        "b": "incomplete pair",
        "b-c": "incomplete pair",
    }
    samples = make_samples(track, table.iloc[:2], controls, disturbed="drop", **call)
    assert samples.dropped.set_index("event_id")["reason"].to_dict() == {
        "b": "incomplete pair",
        "b-c": "disturbed",
    }
    samples = make_samples(track, table.iloc[:2], controls, disturbed="ignore", **call)
    assert sorted(samples.y) == [0, 0, 1, 1] and samples.X["kp"].max() == 5.0
    # A control that is no partner of an earthquake stands alone.
    alone = controls.assign(pair_id=controls.index)
    samples = make_samples(track, table.iloc[:2], alone, **call)
    assert sorted(samples.y) == [0, 1, 1, 2]


def test_max_per_event_is_even_and_prefers_evidence(track, catalog):
    kp = pd.Series(1.0, pd.date_range(START - pd.Timedelta("2D"), periods=60, freq="3h"))
    kp[START + pd.Timedelta("1D") : START + pd.Timedelta("1.5D")] = 7.0
    call = dict(CALL, kp=kp, disturbed_hours=0)
    every, some = (make_samples(track, catalog, max_per_event=most, **call) for most in (None, 2))
    full, thin = every.events, some.events
    assert (thin["n_samples"] == full["n_samples"].clip(upper=2)).all()
    assert (thin["n_evidence"] == full["n_evidence"].clip(upper=2)).all()
    assert set(some.X["time"]) <= set(every.X["time"])


def test_reasons(track):
    middle = track.blocks(5).center[150]
    time = pd.to_datetime(track.time[middle])
    here = dict(latitude=track.latitude[middle], longitude=track.longitude[middle], magnitude=5.0)
    hole = make_orbit(3, gaps=0, holes=0).to_frame()
    hole.loc[middle + 1, "Te"] = np.nan
    catalog = pd.DataFrame(
        {
            "ok": dict(time=time, **here),
            "early": dict(time=pd.Timestamp("2000-01-01"), **here),
            "away": dict(time=time, latitude=89.9, longitude=0.0, magnitude=5.0),
        }
    ).T.infer_objects()
    call = dict(region="50 km", days=(-0.5, 0), max_length=5)
    samples = make_samples(track, catalog, **call)
    assert samples.dropped.set_index("event_id")["reason"].to_dict() == {
        "early": "outside the span of the source",
        "away": "no observation in region and days",
    }
    with pytest.raises(ValueError, match="windows incomplete: 1"):
        make_samples(type(track)(hole), catalog, **call)
    local = samples.X["local_time"].iloc[0]
    other = "day" if not 6 <= local < 18 else "night"
    with pytest.raises(ValueError, match=f"not {'by day' if other == 'day' else 'at night'}: 1"):
        make_samples(track, catalog, local_time=other, **call)


def test_inside_all_counts_the_events_that_are_too_small():
    track, catalog = make_orbit(5, gaps=0, holes=0), make_events(5, 30)
    kept = {
        inside: make_samples(track, catalog, region="900 km", days=(-2, 0), max_length=4, inside=inside)
        for inside in ("all", "center", "any")
    }
    without = [len(samples.dropped) for samples in kept.values()]
    assert without[0] > without[1] >= without[2]
    assert "no observation in region and days" in set(kept["all"].dropped["reason"])


def test_collection_samples_each_satellite(catalog):
    a, b = make_orbit(3, gaps=0, holes=0), make_orbit(4, gaps=0, holes=0)
    both = SourceCollection({"A": a, "B": b})
    samples = make_samples(both, catalog, **CALL)
    alone = {name: make_samples(member, catalog, **CALL) for name, member in both.items()}
    assert set(samples.X["source"]) == {"A", "B"}
    for name, single in alone.items():
        part = samples.X[samples.X["source"] == name].reset_index(drop=True)
        # Of the earthquakes each keeps a share of its own.
        same = part.columns.drop("kept_share")
        pd.testing.assert_frame_equal(part[same], single.X[same])
    assert (both.windows(samples.X, 5)[1] == "").all()


def test_sampler_is_called_with_the_events_in_range(track, catalog):
    class Sampler:
        def sample(self, events):
            self.events = events
            return make_controls(events, move_days=0.5, matched=False)

    sampler = Sampler()
    far = catalog.assign(time=pd.Timestamp("1999-01-01")).rename(index="far-{}".format)
    make_samples(track, pd.concat([far, catalog]), sampler, **CALL)
    assert len(sampler.events) and set(sampler.events.index) <= set(catalog.index)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(days=(0, -1)), "earlier one first"),
        (dict(days="15"), "two numbers"),
        (dict(days=-15), "two numbers"),
        (dict(days=(-1, np.nan)), "finite"),
        (dict(lead=20), "leaves nothing"),
        (dict(lead="a"), "'lead' parameter"),
        (dict(max_length=0), "'max_length' parameter"),
        (dict(max_length=2.5), "'max_length' parameter"),
        (dict(max_length=1000), "no sample is left"),
        (dict(step=0), "'step' parameter"),
        (dict(local_time="evening"), "local_time must be"),
        (dict(local_time=(3, 30)), "local_time must be"),
        (dict(inside="most"), "'inside' parameter"),
        (dict(disturbed="no"), "'disturbed' parameter"),
        (dict(controls="random"), "controls: expected a sampler.*got str"),
        (dict(controls=MatchedControls), "controls: expected a sampler.*got the class MatchedControls"),
        (dict(exclude=pd.DataFrame({"time": []})), "exclude: missing column"),
        (dict(kp=[1, 2]), "pandas Series"),
    ],
)
def test_bad_settings_are_named(track, catalog, change, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make_samples(track, catalog, **{**CALL, **change})


def test_bad_catalogs_and_controls_are_named(track, catalog):
    with pytest.raises(ValueError, match="no events"):
        make_samples(track, catalog.iloc[:0], **CALL)
    late = catalog.assign(time=pd.Timestamp("2030-01-01"))
    with pytest.raises(ValueError, match=r"no event in range.*2015-01-01.*2030-01-01.*6 events"):
        make_samples(track, late, **CALL)
    controls = make_controls(catalog, matched=False)
    for bad, message in (
        (controls.drop(columns="pair_id"), "missing column.*pair_id"),
        (controls.assign(label=1), "label other than 0"),
        (controls.assign(pair_id=None), "pair_id is missing"),
        (controls.rename(index=lambda event: event[:2]), "also the id of an earthquake"),
        (controls.iloc[:0], "controls: none"),
    ):
        with pytest.raises(ValueError, match=message):
            make_samples(track, catalog, bad, **CALL)
