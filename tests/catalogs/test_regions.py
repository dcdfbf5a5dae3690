import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skquake._core._geodesy import KM_PER_DEGREE
from skquake.catalogs import dobrovolsky_radius, region_radius_km
from skquake.catalogs._regions import FARTHEST_KM


def test_dobrovolsky():
    assert dobrovolsky_radius(0.0) == 1.0
    assert dobrovolsky_radius([4.8, 5.56, 8.0]) == pytest.approx([115.9, 245.9, 2754.2], abs=0.1)


@pytest.mark.parametrize(
    "region, km",
    [("dobrovolsky", 141.254), (3, 333.585), ("3 deg", 333.585), ("500 km", 500.0), (" 2.5 KM ", 2.5)]
    + [
        ("500km", 500.0),
        ("3deg", 333.585),
        ("3°", 333.585),
        ("3 °", 333.585),
        ("1e2km", 100.0),
        (".5 km", 0.5),
    ]
    + [(180, FARTHEST_KM), ("180 deg", FARTHEST_KM), ("20015 km", 20015.0), (np.float32(3), 333.585)],
)
def test_regions(region, km):
    assert region_radius_km(region, [5.0, 5.0]) == pytest.approx([km, km], abs=1e-3)
    assert np.shape(region_radius_km(region, 5.0)) == ()


@pytest.mark.parametrize(
    "region",
    [
        "500",
        "3 miles",
        "km",
        "",
        0,
        -1,
        "-3 deg",
        float("nan"),
        "inf km",
        None,
        True,
        (3,),
        "1.2.3 km",
        "3 km x",
    ]
    + ["0km", "9" * 400 + "km", "deg", "5 km 3 deg"],
)
def test_not_regions(region):
    with pytest.raises(ValueError, match="is no region"):
        region_radius_km(region, 5.0)


@pytest.mark.parametrize(
    ("region", "cure"),
    [
        (500, "'500 km' for kilometres"),
        (180.001, "in degrees, at most 180"),
        ("500deg", "'500 km' for kilometres"),
        ("20016 km", "give a shorter one"),
    ],
)
def test_beyond_half_the_circumference(region, cure):
    with pytest.raises(ValueError, match=f"reaches beyond half the circumference of the Earth.*{cure}"):
        region_radius_km(region, 6.0)


def test_a_number_as_text_lacks_its_unit():
    with pytest.raises(ValueError, match="say '500' in a unit"):
        region_radius_km("500", 6.0)


def test_no_preparation_zone_is_larger_than_the_earth():
    assert region_radius_km("dobrovolsky", 10.0) == pytest.approx(19952.6, abs=0.1)
    with pytest.raises(ValueError, match="magnitude 55 has no preparation zone on Earth"):
        region_radius_km("dobrovolsky", [6.0, 55.0])


@given(
    number=st.floats(1e-3, 180.0),
    spaces=st.sampled_from(["", " ", "  "]),
    unit=st.sampled_from(["deg", "DEG", "°"]),
    n=st.integers(0, 3),
)
def test_a_number_is_degrees_and_text_says_the_same(number, spaces, unit, n):
    found = region_radius_km(number, np.full(n, 6.0))
    assert found.shape == (n,) and (found <= FARTHEST_KM).all()
    np.testing.assert_allclose(found, number * KM_PER_DEGREE)
    np.testing.assert_array_equal(found, region_radius_km(f"{number!r}{spaces}{unit}", np.full(n, 6.0)))
    km = number * KM_PER_DEGREE
    np.testing.assert_allclose(region_radius_km(f"{km!r}{spaces}km", np.full(n, 6.0)), found)


@given(number=st.floats(180.0, 1e300, exclude_min=True).filter(lambda x: x > 180.0 * (1 + 1e-11)))
def test_no_region_is_larger_than_the_earth(number):
    for region in (number, f"{number!r} deg", f"{number * KM_PER_DEGREE!r}km"):
        with pytest.raises(ValueError, match="region"):
            region_radius_km(region, 6.0)


@given(magnitude=st.lists(st.floats(-2.0, 10.0), min_size=1, max_size=5))
def test_a_larger_earthquake_reaches_farther(magnitude):
    found = region_radius_km("Dobrovolsky", magnitude)
    assert (np.diff(found[np.argsort(magnitude)]) >= 0).all() and (found <= FARTHEST_KM).all()
