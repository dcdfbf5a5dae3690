"""Reference rates: only the past, every earthquake once, the kernels that they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.stats import norm

from skquake import AftershockRemover
from skquake.alarms import MolchanCurve, area_rate, reference_rate
from skquake.datasets import make_catalog
from skquake.io import read_usgs


def cells(degrees=5.0):
    latitude, longitude = (np.arange(-end + degrees / 2, end, degrees) for end in (90, 180))
    return xr.DataArray(
        np.zeros((len(latitude), len(longitude))),
        dims=("latitude", "longitude"),
        coords={"latitude": latitude, "longitude": longitude},
    )


def one(latitude=0.0, longitude=0.0, time="2010-06-01"):
    return pd.DataFrame(
        {"time": pd.to_datetime([time]), "latitude": [latitude], "longitude": [longitude], "magnitude": 6.0}
    )


SPAN = {"after": "2010-01-01", "before": "2011-01-01"}


@pytest.mark.parametrize("place", [(0, 0), (90, 0), (-89, 120), (50, 180), (-3, -179.9)])
def test_an_earthquake_is_one(place):
    rate = reference_rate(one(*place), cells(), bandwidth=300.0, **SPAN)
    assert float(rate.sum()) * 365 == pytest.approx(1.0)
    top = rate.where(rate == rate.max(), drop=True)
    assert abs(float(top["latitude"][0]) - place[0]) <= 2.6


def test_the_share_beyond_a_latitude_is_normal():
    d = 100.0
    rate = reference_rate(one(), cells(1.0), bandwidth=d, floor=0.0, **SPAN)
    share = rate.sum("longitude") / rate.sum()
    for north in (1.0, 2.0, 4.0):
        expected = norm.sf(np.deg2rad(north) * 6371.0 / d)
        assert float(share.sel(latitude=slice(north, None)).sum()) == pytest.approx(expected, abs=0.01)


def test_only_the_past_and_independent_events_count():
    catalog = make_catalog("2010-01-01", "2012-01-01", n_events=400, random_state=0)
    rate = reference_rate(catalog, cells(), before="2011-01-01")
    past = catalog[catalog["time"] < pd.Timestamp("2011-01-01")]
    xr.testing.assert_identical(rate, reference_rate(past, cells(), before="2011-01-01"))
    changed = pd.concat([past, one(70.0, 0.0, "2011-01-01").rename(index={0: "x"})])
    xr.testing.assert_identical(rate, reference_rate(changed, cells(), before="2011-01-01"))
    independent = AftershockRemover().fit_transform(past)
    assert rate.attrs["n_events"] == len(independent) < len(past)
    assert AftershockRemover().method == "gardner-knopoff"
    xr.testing.assert_allclose(
        rate, reference_rate(past, cells(), before="2011-01-01", declusterer=AftershockRemover())
    )
    everything = reference_rate(past, cells(), before="2011-01-01", declusterer=None)
    assert everything.attrs["n_events"] == len(past)
    assert everything.attrs["weighting"] == "reference rate"
    # All events of a global catalog, by the day.
    assert float(everything.sum()) * 365 == pytest.approx(len(past), rel=0.01)


def test_adaptive_kernels_are_narrow_where_there_are_many():
    crowd = pd.concat(
        [one(0, x, f"2010-0{k + 1}-01") for k, x in enumerate([0, 0.5, 1.0, 1.5])], ignore_index=True
    )
    lonely = pd.concat([crowd, one(50, 100)], ignore_index=True)
    adaptive = reference_rate(lonely, cells(), neighbours=1, floor=0.0, declusterer=None, **SPAN)
    near = adaptive.sel(latitude=slice(-5, 5), longitude=slice(-5, 7.5)).sum() * 365
    assert float(near) == pytest.approx(4.0, abs=0.01)
    assert float(adaptive.sel(latitude=slice(40, 60), longitude=slice(90, 110)).sum() * 365) < 0.5


def test_floor_and_region():
    rate = reference_rate(one(), cells(), bandwidth=100.0, floor=0.2, **SPAN)
    far = rate.sel(latitude=42.5, longitude=102.5) / area_rate(cells()).sel(latitude=42.5, longitude=102.5)
    assert float(far) * 365 == pytest.approx(0.2)
    region = cells().sel(latitude=slice(0, 20), longitude=slice(0, 20))
    quarter = reference_rate(one(), region, bandwidth=100.0, floor=0.0, **SPAN)
    assert float(quarter.sum()) * 365 == pytest.approx(0.25, abs=0.01)
    assert float(area_rate(region).sum()) == pytest.approx(1.0)


def test_place_alone_has_no_skill_against_it():
    """A map of past rates as the alarm function: skill by area, none by the rate of the same past."""
    catalog = make_catalog("2000-01-01", "2012-01-01", n_events=6000, aftershocks=False, random_state=0)
    late = catalog[catalog["time"] >= pd.Timestamp("2010-01-01")]
    rate = reference_rate(catalog, cells(), before="2010-01-01", declusterer=None)
    # An alarm function that sees the past otherwise: counts of the cells.
    count = np.histogram2d(
        *(
            catalog.loc[catalog["time"] < pd.Timestamp("2010-01-01"), name]
            for name in ("latitude", "longitude")
        ),
        bins=[np.arange(-90, 91, 5), np.arange(-180, 181, 5)],
    )[0]
    hits = np.histogram2d(
        late["latitude"], late["longitude"], bins=[np.arange(-90, 91, 5), np.arange(-180, 181, 5)]
    )[0]
    by_rate = MolchanCurve.from_cells(count.ravel(), rate.values.ravel(), hits.ravel())
    by_area = MolchanCurve.from_cells(count.ravel(), area_rate(cells()).values.ravel(), hits.ravel())
    assert by_area.area_skill_score > 0.9
    assert by_rate.area_skill_score == pytest.approx(0.5, abs=0.05)


def test_errors():
    with pytest.raises(ValueError, match="no event before"):
        reference_rate(one(), cells(), before="2010-01-01")
    with pytest.raises(ValueError, match="latitude and longitude missing"):
        reference_rate(one(), xr.DataArray(np.zeros(3), dims="x"), before="2011-01-01")
    with pytest.raises(ValueError, match="a single cell has no size"):
        area_rate(cells()[:1, :1])
    with pytest.raises(ValueError, match="method"):
        reference_rate(one(), cells(), before="2011-01-01", declusterer="nonsense")


def test_place_alone_on_the_real_catalog(real_data):
    """The rate of the years before as an alarm function for 2016 and 2017: no skill of its own."""
    everything = read_usgs(sorted((real_data / "catalog").glob("usgs_*.csv.gz")))
    catalog = AftershockRemover().fit_transform(everything[everything["magnitude"] >= 5.5])
    for year in (2016, 2017):
        rate = reference_rate(catalog, cells(), before=f"{year}-01-01", declusterer=None).to_numpy()
        late = catalog[catalog["time"].dt.year == year]
        edges = [np.arange(-90, 91, 5), np.arange(-180, 181, 5)]
        hits = np.histogram2d(late["latitude"], late["longitude"], bins=edges)[0]
        curve = MolchanCurve.from_cells(rate.ravel(), rate.ravel(), hits.ravel())
        assert curve.area_skill_score == pytest.approx(0.5, abs=3 / np.sqrt(12 * len(late)))
