import numpy as np
import pandas as pd
import pytest
from common.catalog_examples import catalogs, make_small
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from skquake._core._geodesy import KM_PER_DEGREE, great_circle_km
from skquake.catalogs import RandomControls


def too_near(control, event, degrees, days):
    if abs(control.time - event.time) > pd.Timedelta(days=days):
        return False
    distance = great_circle_km(control.latitude, control.longitude, event.latitude, event.longitude)
    return distance <= degrees * KM_PER_DEGREE


@given(catalogs(), st.integers(0, 100), st.sampled_from([(1.0, 4), (3.0, 1), (0.5, 15.5)]))
@settings(max_examples=40, deadline=None)
def test_no_control_is_near_in_space_and_time(catalog, seed, apart):
    degrees, days = apart
    assume(len(catalog) > 1)
    sampler = RandomControls(min_degrees=degrees, min_days=days, random_state=seed, ratio=2)
    try:
        controls = sampler.sample(catalog)
    except ValueError as error:
        assert "hardly any place" in str(error)
        return
    assert len(controls) == 2 * len(catalog)
    assert controls["pair_id"].tolist() == controls.index.tolist()
    assert sorted(controls["magnitude"]) == sorted([*catalog["magnitude"]] * 2)
    assert controls["time"].is_monotonic_increasing
    assert (controls["time"] == controls["time"].dt.floor("ms")).all()
    assert controls["time"].between(catalog["time"].min(), catalog["time"].max()).all()
    low, high = catalog["latitude"].min(), catalog["latitude"].max()
    assert controls["latitude"].between(low - 1e-9, high + 1e-9).all()
    for control in controls.itertuples():
        assert not any(too_near(control, event, degrees, days) for event in catalog.itertuples())


def test_near_in_one_alone_is_allowed():
    catalog = make_small(300, days=400, spread=20.0)
    controls = RandomControls(min_degrees=3, min_days=5, random_state=0).sample(catalog)
    distance = great_circle_km(
        *controls[["latitude", "longitude"]].to_numpy().T[..., None],
        *catalog[["latitude", "longitude"]].to_numpy().T[:, None],
    )
    apart = np.abs(controls["time"].to_numpy()[:, None] - catalog["time"].to_numpy())
    assert (distance < 3 * KM_PER_DEGREE).any() and (apart < np.timedelta64(5, "D")).any()


def test_uniform_over_area_and_time():
    corners = pd.DataFrame(
        {
            "time": pd.to_datetime(["2000-01-01", "2010-01-01"] * 2),
            "latitude": [-30.0, 90.0, 0.0, 0.0],
            "longitude": [-180.0, -90.0, 0.0, 90.0],
            "magnitude": 5.0,
        }
    )
    controls = RandomControls(ratio=2_000, min_days=1, random_state=0).sample(corners)
    sine = np.sin(np.deg2rad(controls["latitude"]))
    assert np.histogram(sine, bins=5, range=(-0.5, 1))[0] == pytest.approx(1_600, abs=160)
    # The shortest arc: 270 degrees, from 0 over 90 and the dateline (or any of the four equal ones).
    assert np.histogram(controls["longitude"], bins=36, range=(-180, 180))[0].astype(bool).sum() == 27
    years = controls["time"].dt.year.value_counts()
    assert years.reindex(range(2000, 2010)).to_numpy() == pytest.approx(800, abs=120)


def test_range_across_the_dateline_stays_there():
    catalog = make_small(20, spread=4.0, centre=(0.0, 179.0))
    controls = RandomControls(min_degrees=0.1, min_days=0.1, random_state=0).sample(catalog)
    assert (controls["longitude"].abs() > 174.9).all()


def test_hardly_any_place_is_an_error():
    with pytest.raises(ValueError, match=r"only 0 of 30 controls found in .*min_degrees=40"):
        RandomControls(min_degrees=40, min_days=100, random_state=0).sample(make_small(30))
    with pytest.raises(ValueError, match="one event has no range"):
        RandomControls().sample(make_small(1))


def test_avoid_is_another_catalog():
    catalog, others = make_small(30, spread=30.0), make_small(200, seed=9, spread=30.0)
    controls = RandomControls(min_degrees=3, min_days=3, avoid=others, random_state=0).sample(catalog)
    for control in controls.itertuples():
        assert not any(too_near(control, event, 3, 3) for event in others.itertuples())
    free = RandomControls(min_degrees=3, min_days=3, avoid=others.iloc[:0], random_state=0).sample(catalog)
    assert len(free) == len(catalog)
