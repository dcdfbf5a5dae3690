import numpy as np
import pandas as pd
import pytest
from common.catalog_examples import catalogs, make_small
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skquake.catalogs import AftershockRemover, MagnitudeFilter


def literal_rule(catalog, half_width=2.0, days=15.0):
    """The rule, one pair at a time, in exact decimal degrees."""
    order = sorted(catalog.index, key=lambda event: (catalog.time[event], event))
    mainshock = {}
    for position, event in enumerate(order):
        if event in mainshock:
            continue
        mainshock[event] = event
        one = catalog.loc[event]
        for later in order[position:]:
            other = catalog.loc[later]
            elapsed = other.time - one.time
            east = abs(round(other.longitude - one.longitude, 6))
            at_pole = abs(one.latitude) + half_width >= 90
            if (
                pd.Timedelta(0) < elapsed <= pd.Timedelta(days=days)
                and abs(round(other.latitude - one.latitude, 6)) <= half_width
                and (at_pole or min(east, round(360 - east, 6)) <= half_width)
            ):
                mainshock.setdefault(later, event)
    return np.array([mainshock[event] for event in catalog.index], dtype=object)


@pytest.mark.parametrize(
    "half_width, days, independent", [(2.0, 15, 9_038), (1.0, 15, 10_971), (2.0, 16, 8_873)]
)
def test_real_catalog(real_data, half_width, days, independent):
    from skquake.io import read_usgs

    catalog = read_usgs(sorted((real_data / "catalog").glob("usgs_*.csv.gz")))
    catalog = catalog[(catalog["magnitude"] >= 4.8) & (catalog["time"].dt.year.between(2005, 2010))]
    assert len(catalog) == 20_730
    shuffled = catalog.sample(frac=1, random_state=0)
    remover = AftershockRemover("box", half_width=half_width, days=days)
    kept = remover.fit_transform(shuffled)
    assert len(kept) == independent
    assert set(kept.index) == set(remover.transform(catalog).index)


@given(catalogs(), st.sampled_from([0.3, 1.0, 2.0, 7.0, 100.0]), st.sampled_from([0.5, 15.0]))
@settings(max_examples=80, deadline=None)
def test_equals_the_literal_rule(catalog, half_width, days):
    remover = AftershockRemover("box", half_width=half_width, days=days).fit(catalog)
    expected = literal_rule(catalog, half_width, days)
    assert remover.labels_.tolist() == expected.tolist()
    assert (remover.mainshock_mask_ == (expected == catalog.index)).all()
    pd.testing.assert_frame_equal(remover.transform(catalog), catalog[remover.mainshock_mask_])


def pair(days=1.0, latitude=(0.0, 0.0), longitude=(0.0, 0.0)):
    start = pd.Timestamp("2010-01-01")
    return pd.DataFrame(
        {
            "time": [start, start + pd.Timedelta(days=days)],
            "latitude": latitude,
            "longitude": longitude,
            "magnitude": [6.0, 5.0],
        },
        index=["first", "second"],
    )


@pytest.mark.parametrize(
    "catalog, removed",
    [
        (pair(days=15), True),
        (pair(days=15 + 1e-6), False),
        (pair(days=0), False),  # the same instant
        (pair(latitude=(2.4, 4.4)), True),  # 2.0000000000000004 degrees as floats
        (pair(latitude=(2.4, 4.401)), False),
        (pair(longitude=(179.2, -178.8)), True),
        (pair(longitude=(179.1, -178.8)), False),
        (pair(longitude=(359.0, 1.0)), True),  # 0...360
        (pair(latitude=(80.0, 80.0), longitude=(0.0, 3.0)), False),  # 58 km, yet outside: degrees count
        (pair(latitude=(88.5, 89.0), longitude=(0.0, 180.0)), True),  # the box reaches the pole
        (pair(latitude=(87.5, 88.5), longitude=(0.0, 180.0)), False),  # this one does not
        (pair(latitude=(-90.0, -88.0), longitude=(0.0, 77.0)), True),
    ],
)
def test_edges_of_the_box(catalog, removed):
    assert AftershockRemover("box").fit(catalog).mainshock_mask_.tolist() == [True, not removed]


def test_by_default_aftershocks_of_later_months_leave():
    """A month later and 30 km away: outside the box's 15 days, inside the windows of a magnitude of 6.5."""
    late = pair(days=30.0, latitude=(0.0, 0.27)).assign(magnitude=[6.5, 5.0])
    assert AftershockRemover().fit(late).labels_.tolist() == ["first", "first"]
    assert AftershockRemover("box").fit(late).labels_.tolist() == ["first", "second"]


@pytest.mark.parametrize("size", [{"half_width": 1.0}, {"days": 16.0}, {"half_width": 2.0, "days": 15.0}])
@pytest.mark.parametrize("method", ["gardner-knopoff", "nearest-neighbour"])
def test_the_box_has_its_size_alone(method, size):
    for call in ("fit", "transform", "fit_transform"):
        with pytest.raises(ValueError, match=r'of the box, and the method is .* give method="box"'):
            getattr(AftershockRemover(method, **size), call)(make_small(5))


def test_a_removed_event_removes_none():
    times = pd.to_datetime(["2010-01-01", "2010-01-11", "2010-01-21"])
    chain = pd.DataFrame({"time": times, "latitude": 0.0, "longitude": 0.0, "magnitude": 5.0})
    remover = AftershockRemover("box").fit(chain)
    assert remover.labels_.tolist() == [0, 0, 2]


@pytest.mark.parametrize("tied", [False, True])
def test_rows_and_index_do_not_matter(tied):
    catalog = make_small(200, days=40, tied=tied)
    expected = pd.Series(AftershockRemover("box").fit(catalog).labels_, index=catalog.index)
    for seed in range(3):
        shuffled = catalog.sample(frac=1, random_state=seed)
        remover = AftershockRemover("box").fit(shuffled)
        pd.testing.assert_series_equal(
            pd.Series(remover.labels_, index=shuffled.index).reindex(catalog.index), expected
        )
        kept = remover.transform(shuffled)
        assert kept.index.equals(shuffled.index[remover.mainshock_mask_])
    # Reversed integers: positions and labels differ everywhere.
    names = pd.Series(range(len(catalog))[::-1], index=catalog.index)
    numbered = catalog.set_axis(names.to_numpy())
    if not tied:  # ties are broken by name
        assert AftershockRemover("box").fit(numbered).labels_.tolist() == names[expected].tolist()
    assert (AftershockRemover("box").fit(numbered).mainshock_mask_ == (expected == catalog.index)).all()


def test_time_zones_and_other_columns_pass_through():
    catalog = make_small(50)
    zoned = catalog.assign(time=catalog["time"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo"), place="x")
    kept = AftershockRemover("box").fit_transform(zoned)
    assert kept.index.equals(AftershockRemover("box").fit_transform(catalog).index)
    pd.testing.assert_frame_equal(kept, zoned.loc[kept.index])


def test_transform_depends_on_its_catalog_alone():
    first, second = make_small(80, seed=1), make_small(80, seed=2)
    fitted = AftershockRemover("box").fit(first)
    unfitted = AftershockRemover("box").transform(second)
    pd.testing.assert_frame_equal(fitted.transform(second), unfitted)


def test_pipeline_and_clone():
    catalog = make_small(150)
    steps = make_pipeline(AftershockRemover("box"), MagnitudeFilter(4.8))
    kept = steps.fit_transform(catalog)
    independent = AftershockRemover("box").fit_transform(catalog)
    pd.testing.assert_frame_equal(kept, independent[independent["magnitude"] >= 4.8])
    pd.testing.assert_frame_equal(clone(steps).fit(catalog).transform(catalog), kept)


def test_empty_and_single():
    catalog = make_small(1)
    assert len(AftershockRemover("box").fit_transform(catalog.iloc[:0])) == 0
    assert AftershockRemover("box").fit(catalog).labels_.tolist() == ["ev0"]


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda c: c.set_axis(["a"] * len(c)), "occurs more than once"),
        (lambda c: c.drop(columns="latitude"), "missing column"),
        (lambda c: c.assign(longitude=np.nan), "longitude nan in row 0"),
        (lambda c: c.assign(magnitude=np.nan), "magnitude is missing"),
        (lambda c: c.assign(time=pd.NaT), "time is missing"),
        (lambda c: c.assign(time=5.0), "not dates"),
    ],
)
def test_bad_catalogs(spoil, message):
    with pytest.raises(ValueError, match=message):
        AftershockRemover("box").fit(spoil(make_small(5)))


@pytest.mark.parametrize(
    "parameters", [{"method": "etas"}, {"half_width": 0}, {"half_width": "2"}, {"days": 0}, {"days": "15"}]
)
def test_bad_parameters(parameters):
    for call in ("fit", "transform", "fit_transform"):
        with pytest.raises(ValueError, match=next(iter(parameters))):
            getattr(AftershockRemover(**parameters), call)(make_small(5))


def samples_of(catalog):
    """Three samples an event, days before it and off its place, as cut from a satellite's track."""
    lead = np.array([10.123456789, 5.0, 0.2])
    rows = catalog.loc[catalog.index.repeat(3)]
    lead_days = np.tile(lead, len(catalog))
    return pd.DataFrame(
        {
            "event_id": rows.index,
            "pair_id": [name.removesuffix("-c1") for name in rows.index],
            "time": rows["time"].to_numpy() - pd.to_timedelta(lead_days, unit="D"),
            "lead_days": lead_days,
            "latitude": rows["latitude"].to_numpy() + 1,
            "longitude": rows["longitude"].to_numpy() + 1,
            "event_latitude": rows["latitude"].to_numpy(),
            "event_longitude": rows["longitude"].to_numpy(),
            "magnitude": rows["magnitude"].to_numpy(),
        }
    ).sort_values("time", ignore_index=True)


def test_fit_resample_on_samples():
    events = make_small(60)
    controls = events.set_axis([f"{name}-c1" for name in events.index])
    X = samples_of(pd.concat([events, controls]))
    control = X["event_id"] != X["pair_id"]
    y = np.where(control, 0, 1)
    y[::7] = 2  # disturbed samples of either kind
    independent = AftershockRemover("box").fit_transform(events).index
    expected = control | X["event_id"].isin(independent)
    assert 0 < (~expected).sum() < (~control).sum()
    remover = AftershockRemover("box")
    kept, kept_y = remover.fit_resample(X, y)
    pd.testing.assert_frame_equal(kept, X[expected])
    assert kept_y.tolist() == y[expected].tolist()
    assert remover.sample_indices_.tolist() == np.flatnonzero(expected).tolist()


def test_fit_resample_leaves_random_controls_alone():
    events = make_small(60)
    X = samples_of(events)
    y = np.zeros(len(X), dtype=int)
    y[::2] = 2  # an event with any row of class 0 is a control, its disturbed rows with it
    kept, kept_y = AftershockRemover("box").fit_resample(X, y)
    assert len(kept) == len(kept_y) == len(X)


def test_fit_resample_on_a_catalog():
    events = make_small(60)
    y = pd.Series(np.arange(60), index=events.index)
    kept, kept_y = AftershockRemover("box").fit_resample(events, y)
    pd.testing.assert_frame_equal(kept, AftershockRemover("box").fit_transform(events))
    assert kept_y.index.equals(kept.index)


def test_fit_resample_names_what_is_missing():
    X = samples_of(make_small(5))
    with pytest.raises(ValueError, match="event_latitude"):
        AftershockRemover("box").fit_resample(X.drop(columns="event_latitude"), np.ones(15))
    with pytest.raises(ValueError, match="must match"):
        AftershockRemover("box").fit_resample(X, np.ones(14))


def test_under_train_only():
    from sklearn.dummy import DummyClassifier

    from skquake.preprocessing import TrainOnly

    X = samples_of(make_small(60))
    y = np.ones(len(X), dtype=int)
    model = TrainOnly(AftershockRemover("box"), DummyClassifier()).fit(X, y)
    assert len(model.resampler_.sample_indices_) < len(X)
    assert len(model.predict(X)) == len(X)
