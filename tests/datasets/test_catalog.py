"""Simulated catalogs obey the laws that they name."""

import numpy as np
import pandas as pd
import pytest

from skquake._core._geodesy import great_circle_km
from skquake.catalogs import AftershockRemover
from skquake.datasets import make_catalog


@pytest.fixture(scope="module")
def year():
    return make_catalog("2015-01-01", "2016-01-01", min_magnitude=4.8, random_state=0)


def test_layout(year):
    assert list(year.columns) == ["time", "latitude", "longitude", "depth_km", "magnitude", "mainshock"]
    assert year["time"].dtype == "datetime64[ns]"
    assert year["time"].is_monotonic_increasing
    assert year["time"].between("2015-01-01", "2016-01-01", inclusive="left").all()
    assert year.index.is_unique
    assert year["longitude"].between(-180, 180, inclusive="left").all()
    assert year["latitude"].abs().max() < 90
    assert year["depth_km"].between(0, 700).all()


def test_aftershocks_follow_their_mainshock(year):
    own = year["mainshock"] == year.index
    parent = year.loc[year["mainshock"]]
    assert (parent.index == parent["mainshock"]).all()
    assert (year["time"].to_numpy() >= parent["time"].to_numpy()).all()
    assert (year["magnitude"].to_numpy() <= parent["magnitude"].to_numpy()).all()
    assert 0.2 < 1 - own.mean() < 0.6


def test_same_seed_same_catalog():
    same = [make_catalog("2015-01-01", "2015-03-01", n_events=50, random_state=1) for _ in range(2)]
    pd.testing.assert_frame_equal(*same)
    other = make_catalog("2015-01-01", "2015-03-01", n_events=50, random_state=2)
    assert not np.array_equal(same[0]["magnitude"].to_numpy()[:50], other["magnitude"].to_numpy()[:50])


@pytest.mark.parametrize("b_value", [0.8, 1.0, 1.2])
def test_maximum_likelihood_recovers_b(b_value):
    catalog = make_catalog(
        "2015-01-01", "2016-01-01", n_events=20_000, b_value=b_value, aftershocks=False, random_state=0
    )
    estimate = np.log10(np.e) / (catalog["magnitude"].mean() - 4.5)  # Aki (1965)
    assert estimate == pytest.approx(b_value, rel=0.03)
    assert catalog["magnitude"].max() < 9.0


def test_omori_decay_and_bath_difference():
    catalog = make_catalog("2000-01-01", "2003-01-01", n_events=20_000, min_magnitude=5.0, random_state=0)
    parent = catalog.loc[catalog["mainshock"]]
    after = catalog.index != catalog["mainshock"]
    # Mainshocks whose whole year of aftershocks lies in the catalog.
    whole = after & (parent["time"] < pd.Timestamp("2002-01-01")).to_numpy()
    days = (catalog["time"].to_numpy() - parent["time"].to_numpy())[whole] / np.timedelta64(1, "D")
    cumulative = (0.05**-0.1 - (0.05 + np.array([0.1, 1.0, 10.0, 100.0])) ** -0.1) / (
        0.05**-0.1 - 365.05**-0.1
    )
    measured = [(days <= t).mean() for t in (0.1, 1.0, 10.0, 100.0)]
    np.testing.assert_allclose(measured, cumulative, atol=0.02)

    largest = catalog[whole].groupby("mainshock")["magnitude"].max()
    strong = catalog.loc[largest.index, "magnitude"] >= 7.0
    difference = (catalog.loc[largest.index, "magnitude"] - largest)[strong]
    assert difference.mean() == pytest.approx(1.2, abs=0.3)


def test_earthlike_rate(year):
    """The global catalog of 2005-2010: 3,455 earthquakes of M >= 4.8 a year, 1,506 independent."""
    assert len(year) == pytest.approx(3_455, rel=0.2)
    assert len(AftershockRemover("box").fit_transform(year)) == pytest.approx(1_506, rel=0.1)


def test_belts_are_narrow():
    """Half of the events lie in cells that hold a few per cent of the Earth."""
    catalog = make_catalog("2015-01-01", "2016-01-01", n_events=10_000, aftershocks=False, random_state=0)
    z = np.floor((np.sin(np.deg2rad(catalog["latitude"])) + 1) * 50)
    cell = z * 1000 + np.floor(catalog["longitude"] / 3.6)
    count = np.sort(cell.value_counts().to_numpy())[::-1]
    assert np.searchsorted(np.cumsum(count), 5_000) < 0.04 * 100 * 100


def test_belts_are_the_real_ones(real_data):
    from skquake.io import read_usgs

    real = read_usgs(str(real_data / "catalog" / "*.csv.gz")).query("magnitude >= 5.5").iloc[::10]
    belts = make_catalog("2015-01-01", "2016-01-01", n_events=3_000, aftershocks=False, random_state=0)
    nearest = great_circle_km(
        real["latitude"].to_numpy()[:, None],
        real["longitude"].to_numpy()[:, None],
        belts["latitude"].to_numpy(),
        belts["longitude"].to_numpy(),
    ).min(axis=1)
    assert (nearest < 300).mean() > 0.85  # of random places: a quarter


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"end": "2014-01-01"}, ValueError, "end must be after start"),
        ({"end": "soon"}, ValueError, "end: not readable"),
        ({"b_value": 0}, ValueError, "b_value"),
        ({"b_value": "one"}, TypeError, "b_value"),
        ({"n_events": -1}, ValueError, "n_events"),
        ({"max_magnitude": 4.0}, ValueError, "max_magnitude 4.0 must exceed"),
    ],
)
def test_errors_name_the_argument(arguments, error, message):
    with pytest.raises(error, match=message):
        make_catalog(**{"start": "2015-01-01", "end": "2015-02-01", **arguments})


def test_no_event():
    assert len(make_catalog("2015-01-01", "2015-02-01", n_events=0, random_state=0)) == 0
