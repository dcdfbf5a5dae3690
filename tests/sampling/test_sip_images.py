"""Images of thirty days: the right hours, causal bounds, honest samples and splits."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake.io import read_ionex
from skquake.model_selection import PurgedTimeSeriesSplit, chronological_split
from skquake.preprocessing import IQRBounds
from skquake.sampling import SIPImages, make_samples, make_sip_samples, sip_split
from skquake.sources import MapSource, SeriesSource, TrackSource
from skquake.testing import parametrize_with_skquake_checks

PLACE = {"latitude": 36.5, "longitude": 142.0}  # between the nodes of the maps
DAY, HOUR = pd.Timedelta("1D"), pd.Timedelta("1h")


def make_maps(days=60, cadence="1h", start="2001-01-01", seed=0):
    time = pd.date_range(start, periods=int(days * DAY / pd.Timedelta(cadence)), freq=cadence)
    hour = time.hour.to_numpy() + time.minute.to_numpy() / 60
    rng = np.random.default_rng(seed)
    tec = 20 + 8 * np.sin(2 * np.pi * (hour - 6) / 24)[:, None, None] + rng.normal(size=(len(time), 3, 3))
    coords = {"time": time, "latitude": [35.0, 37.5, 40.0], "longitude": [135.0, 140.0, 145.0]}
    return MapSource(xr.DataArray(tec, coords, ("time", "latitude", "longitude"), name="TEC"))


def at(times):
    return pd.DataFrame({"time": pd.to_datetime(np.atleast_1d(times)), **PLACE})


def brute_force(source, last_day, rows, days=30, history_days=15, k=1.5):
    """Some rows of the image, hour by hour, from the values at the place; slow and plain."""
    series = source.at(**PLACE).to_frame()[0]
    image = np.empty((len(rows), 24, 6))
    for number, row in enumerate(rows):
        day = pd.Timestamp(last_day) - (days - 1 - row) * DAY
        for hour in range(24):
            now = day + hour * HOUR
            tec = float(series.loc[:now].iloc[-1])
            past = [float(series.loc[: now - lag * DAY].iloc[-1]) for lag in range(1, history_days + 1)]
            low, median, high = np.quantile(past, [0.25, 0.5, 0.75])
            lower, upper = median - k * (median - low), median + k * (high - median)
            image[number, hour] = tec, median, lower, upper, tec > upper, tec < lower
    return image


MAPS = make_maps()
TIMES = pd.to_datetime(["2001-02-20 23:00", "2001-02-27 12:00", "2001-02-14 23:00"])


@parametrize_with_skquake_checks([(SIPImages(MAPS, days=3, history_days=4), at(TIMES))])
def test_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    ("cadence", "start"), [("1h", "2001-01-01"), ("2h", "2001-01-01"), ("2h", "2001-01-01 01:00")]
)
def test_equals_the_plain_loop(cadence, start):
    maps = make_maps(50, cadence, start)
    images = SIPImages(maps).fit_transform(at(["2001-02-17 23:00", "2001-02-17 21:00"]))
    assert images.shape == (2, 30, 24, 6) and images.dtype == np.float32
    # By 21:00 the 17th has not ended, not even where 22:00 was the last map.
    for image, day in zip(images, ("2001-02-17", "2001-02-16"), strict=True):
        rows = [0, 1, 13, 28, 29]
        np.testing.assert_allclose(image[rows], brute_force(maps, day, rows), atol=1e-4)


def test_two_hourly_day_ends_with_its_last_map():
    maps = make_maps(50, "2h")
    step = SIPImages(maps)
    np.testing.assert_array_equal(
        step.fit_transform(at("2001-02-17 22:00")), step.fit_transform(at("2001-02-17 23:30"))
    )


@settings(max_examples=12, deadline=None)
@given(row=st.integers(0, 4), hour=st.integers(0, 23), shift=st.floats(5, 50))
def test_nothing_later_enters(row, hour, shift):
    """A changed value shows at its hour, and in the bounds of that hour on later days alone."""
    values = MAPS.at(**PLACE).to_frame().copy()
    changed = values.copy()
    first = pd.Timestamp("2001-02-16")
    changed.loc[first + row * DAY + hour * HOUR] += shift
    place = pd.DataFrame(PLACE, index=[0])
    one, two = (
        SIPImages(SeriesSource(frame, place), days=5, history_days=15).fit_transform(at("2001-02-20 23:00"))[
            0
        ]
        for frame in (values, changed)
    )
    differs = (one != two).any(axis=2)
    assert differs[row, hour]
    differs[row:, hour] = False
    assert not differs.any()
    np.testing.assert_array_equal(one[row, hour, 1:4], two[row, hour, 1:4])


def test_future_of_the_record_does_not_matter():
    short = make_maps(52)
    sample = at("2001-02-20 23:00")
    assert short.span[1] < MAPS.span[1]
    values = MAPS.at(**PLACE).to_frame().loc[: short.span[1]]
    cut = SeriesSource(values, pd.DataFrame(PLACE, index=[0]))
    np.testing.assert_array_equal(SIPImages(cut).fit_transform(sample), SIPImages(MAPS).fit_transform(sample))


def test_polarity_rate_is_that_of_noise():
    rng = np.random.default_rng(0)
    time = pd.date_range("2001-01-01", periods=400 * 24, freq="h")
    source = SeriesSource(
        pd.DataFrame({0: rng.normal(size=len(time))}, index=time), pd.DataFrame(PLACE, index=[0])
    )
    image = SIPImages(source, days=380).fit_transform(at(time[-1]))
    assert image[..., 4:].sum() / image[..., 0].size == pytest.approx(
        IQRBounds().expected_rate(15), abs=0.015
    )
    assert not (image[..., 4] * image[..., 5]).any()


def test_what_cannot_be_made_is_named():
    step = SIPImages(MAPS)
    with pytest.raises(ValueError, match=r"no image of 30 days .* row 1 .* leaves the record .*1 of 2"):
        step.fit_transform(at(["2001-02-20 23:00", "2001-02-01 23:00"]))
    images = SIPImages(MAPS, missing="nan").fit_transform(at(["2001-02-20 23:00", "2001-02-01 23:00"]))
    assert np.isfinite(images[0]).all() and np.isnan(images[1]).all()
    with pytest.raises(ValueError, match="place outside the maps"):
        step.fit_transform(at("2001-02-20 23:00").assign(latitude=-10.0))
    with pytest.raises(ValueError, match=r"missing column.*latitude"):
        step.fit_transform(at("2001-02-20 23:00").drop(columns="latitude"))
    with pytest.raises(ValueError, match="does not divide a day"):
        SIPImages(make_maps(20, "7h")).fit(at("2001-01-20"))
    two = SeriesSource(
        {name: MAPS.at(**PLACE).to_frame() for name in ("TEC", "RMS")}, pd.DataFrame(PLACE, index=[0])
    )
    with pytest.raises(ValueError, match="channels TEC, RMS; name one"):
        SIPImages(two).fit_transform(at("2001-02-20 23:00"))
    assert SIPImages(two, channel="TEC").fit_transform(at("2001-02-20 23:00")).shape == (1, 30, 24, 6)
    track = TrackSource(at(pd.date_range("2001-01-01", periods=9, freq="s")).assign(Ne=1e5))
    with pytest.raises(ValueError, match="'source' parameter"):
        SIPImages(track).fit(at("2001-01-20"))


def test_hole_in_the_maps_is_named():
    values = MAPS.at(**PLACE).to_frame().copy()
    values.loc["2001-02-10 05:00"] = np.nan
    source = SeriesSource(values, pd.DataFrame(PLACE, index=[0]))
    with pytest.raises(ValueError, match="NaN in channel TEC"):
        SIPImages(source).fit_transform(at("2001-02-20 23:00"))


def test_takes_the_samples_of_make_samples():
    catalog = pd.DataFrame(
        {"time": pd.to_datetime(["2001-02-25 05:15"]), **PLACE, "magnitude": [7.0]}, index=["a"]
    )
    call = dict(region="dobrovolsky", days=(-30, 0))
    whole = make_samples(MAPS, catalog, **call, max_length=46 * 24)
    image = SIPImages(MAPS).fit_transform(whole.X)[0]
    np.testing.assert_allclose(image[[0, 28]], brute_force(MAPS, "2001-02-24", [0, 28]), atol=1e-4)
    part = make_samples(MAPS, catalog, **call, max_length=44 * 24)
    with pytest.raises(ValueError, match="leaves its obs_start"):
        SIPImages(MAPS).fit_transform(part.X)


# Samples


def make_series(years=6, seed=0):
    time = pd.date_range("2001-01-01", periods=int(years * 365.25 * 12), freq="2h")
    values = np.random.default_rng(seed).normal(size=len(time))
    return SeriesSource(pd.DataFrame({0: values}, index=time), pd.DataFrame(PLACE, index=[0]))


SERIES = make_series()


def make_quakes(n=40, seed=0, years=6):
    rng = np.random.default_rng(seed)
    time = pd.Timestamp("2001-01-01") + pd.to_timedelta(rng.uniform(0, years * 365, n), "D")
    return pd.DataFrame(
        {
            "time": time.as_unit("ns"),
            "latitude": 36.5 + rng.uniform(-6, 6, n),
            "longitude": 142 + rng.uniform(-6, 6, n),
            "magnitude": rng.uniform(5, 7, n),
        },
        index=[f"q{i}" for i in range(n)],
    )


CALL = dict(**PLACE, magnitude=5.5, region="400 km", random_state=0)


@given(seed=st.integers(0, 30), lead=st.sampled_from([0, 0.5, 3]), clear_days=st.sampled_from([None, 5]))
@settings(max_examples=12, deadline=None)
def test_rules_hold_for_every_sample(seed, lead, clear_days):
    quakes = make_quakes(seed=seed)
    samples = make_sip_samples(
        SERIES, quakes, **CALL, lead=lead, clear_days=clear_days, split=None, exclude=make_quakes(9, 77)
    )
    X, y = samples.X, samples.y
    counting = pd.concat([samples.events, make_quakes(9, 77).query("magnitude >= 5.5")])
    km = 111.2 * np.hypot(counting["latitude"] - 36.5, (counting["longitude"] - 142) * np.cos(np.pi / 5))
    near = counting[km < 390]["time"]
    assert (X["time"].diff().dropna() > pd.Timedelta(0)).all()
    for row, label in zip(X.itertuples(), y, strict=True):
        start, end = row.time.normalize() - 29 * DAY, row.time.normalize() + DAY
        assert row.obs_start == start - 15 * DAY and row.obs_end == row.time
        if label:
            event = samples.events.loc[row.event_id]
            assert event["magnitude"] >= 5.5 and event["distance_km"] <= 400
            assert 0 <= row.lead_days - lead < 1.1
            assert row.owners[0] == row.event_id
        else:
            after = 30 if clear_days is None else clear_days
            assert not near.between(start - 5 * DAY, end + after * DAY).any()
    assert len(samples.dropped) + y.sum() == len(samples.events)
    assert SIPImages(SERIES).fit_transform(X).shape == (len(X), 30, 24, 6)


def test_same_day_is_one_image_of_the_largest():
    quakes = make_quakes(12)
    quakes["latitude"], quakes["longitude"], quakes["magnitude"] = 36.6, 142.1, np.linspace(6, 7, 12)
    double = quakes.iloc[[0]].assign(magnitude=6.9, time=quakes["time"].iloc[0].normalize() + 20 * HOUR)
    quakes["time"] = quakes["time"].where(quakes.index != "q0", quakes["time"].iloc[0].normalize() + HOUR)
    quakes = pd.concat([quakes, double.set_axis(["larger"])])
    samples = make_sip_samples(SERIES, quakes, **CALL, split=None)
    row = samples.X.set_index("event_id").loc["larger"]
    assert row["owners"] == ("larger", "q0") and "q0" not in set(samples.X["event_id"])
    assert samples.dropped.set_index("event_id").loc["q0", "reason"] == "same image as a larger earthquake"
    assert samples.events.loc["q0", "n_samples"] == 0


def test_other_splitters_take_the_samples():
    samples = make_sip_samples(SERIES, make_quakes(60), **CALL, ratio=2)
    train, test = chronological_split(samples.X, samples.y)
    assert (samples.X["obs_end"].iloc[train].max() < samples.X["obs_start"].iloc[test]).all()
    assert len(list(PurgedTimeSeriesSplit(3, min_train=1).split(samples.X))) == 3


def test_nothing_counts():
    with pytest.raises(ValueError, match=r"no earthquake of magnitude 5\.5 or more within '400 km'"):
        make_sip_samples(SERIES, make_quakes().assign(magnitude=5.0), **CALL)
    always = make_quakes(600).assign(latitude=36.5, longitude=142.0, magnitude=6.0)
    with pytest.raises(ValueError, match="and 0 normal ones"):
        make_sip_samples(SERIES, always, **CALL)
    with pytest.raises(ValueError, match="lies outside MapSource"):
        make_sip_samples(
            MAPS, make_quakes().assign(latitude=20.0), **(CALL | {"latitude": 20.0, "region": "2000 km"})
        )


def test_one_class_in_a_part_is_named():
    with pytest.raises(ValueError, match=r"split='random': the \d test samples are all of class"):
        for seed in range(9):
            make_sip_samples(
                SERIES, make_quakes(20), **CALL | {"random_state": seed}, split="random", test_size=0.05
            )


def test_blocked_split_shares_no_observation():
    X = make_sip_samples(SERIES, make_quakes(80), **CALL).X
    train, validation, test = sip_split(X)
    for earlier, later in ((train, validation), (train, test), (validation, test)):
        assert len(earlier) and X["obs_end"].iloc[earlier].max() < X["obs_start"].iloc[later].min()
    assert len(test) == np.ceil(0.2 * len(X))


def test_random_split_is_the_papers_and_shares_days():
    X = make_sip_samples(SERIES, make_quakes(80), **CALL).X
    parts = sip_split(X, split="random", random_state=0)
    assert [len(part) for part in parts[1:]] == [round(0.1 * len(X)), np.ceil(0.2 * len(X))]
    assert sorted(np.concatenate(parts)) == list(range(len(X)))
    train, _, test = parts
    start, end = X["obs_start"].to_numpy(), X["obs_end"].to_numpy()
    shared = (start[test][:, None] <= end[train]) & (end[test][:, None] >= start[train])
    assert shared.any(axis=1).mean() > 0.5


@pytest.mark.parametrize("sizes", [{"test_size": 0.99}, {"test_size": 0.5, "validation_size": 0.5}])
def test_split_without_training_is_an_error(sizes):
    X = make_sip_samples(SERIES, make_quakes(80), **CALL).X.iloc[:6]
    with pytest.raises(ValueError, match="train"):
        sip_split(X, **sizes)


def test_real_maps(real_data):
    maps = MapSource(read_ionex(sorted((real_data / "ionex" / "jpl_2000-2001").glob("*"))), name="jpl")
    last = maps.span[1].normalize() - DAY
    images = SIPImages(maps).fit_transform(at([last + 23 * HOUR]))
    rows = [0, 14, 29]
    np.testing.assert_allclose(images[0][rows], brute_force(maps, last, rows), atol=1e-3)
