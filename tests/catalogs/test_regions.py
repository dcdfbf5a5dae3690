import numpy as np
import pytest

from skquake.catalogs import dobrovolsky_radius, region_radius_km


def test_dobrovolsky():
    assert dobrovolsky_radius(0.0) == 1.0
    assert dobrovolsky_radius([4.8, 5.56, 8.0]) == pytest.approx([115.9, 245.9, 2754.2], abs=0.1)


@pytest.mark.parametrize(
    "region, km",
    [("dobrovolsky", 141.254), (3, 333.585), ("3 deg", 333.585), ("500 km", 500.0), (" 2.5 KM ", 2.5)],
)
def test_regions(region, km):
    assert region_radius_km(region, [5.0, 5.0]) == pytest.approx([km, km], abs=1e-3)
    assert np.shape(region_radius_km(region, 5.0)) == ()


@pytest.mark.parametrize(
    "region", ["500", "3 miles", "km", "", 0, -1, "-3 deg", float("nan"), "inf km", None, True, (3,)]
)
def test_not_regions(region):
    with pytest.raises(ValueError, match="is no region"):
        region_radius_km(region, 5.0)
