"""Blocks of the globe: places, poles, dateline."""

import numpy as np
import pandas as pd
import pytest
from common.sample_frames import sample_frame
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake._core._geodesy import great_circle_km
from skquake.model_selection import SpatialBlockKFold
from skquake.model_selection._spatial import block_of


def places(latitude, longitude, **columns):
    """One row a place, months apart."""
    time = pd.date_range("2010-01-01", periods=len(latitude), freq="90D")
    return pd.DataFrame(
        {
            "source": "tec",
            "time": time,
            "latitude": np.asarray(latitude, float),
            "longitude": np.asarray(longitude, float),
            "pair_id": np.arange(len(latitude)),
            "radius_km": 10.0,
            "obs_start": time,
            "obs_end": time,
        }
    ).assign(**columns)


def folds_of(X, **options):
    fold = np.empty(len(X), dtype=int)
    for k, (_, test) in enumerate(SpatialBlockKFold(2, min_train=1, **options).split(X)):
        fold[test] = k
    return fold


def test_blocks_keep_places_together():
    X = sample_frame(120).X
    mean = X.groupby("pair_id")[["latitude", "longitude"]].transform("mean")
    block = [tuple(cell) for cell in block_of(mean["latitude"], mean["longitude"], 30.0)]
    for train, test in SpatialBlockKFold(4, block_degrees=30.0).split(X):
        assert not {block[row] for row in train} & {block[row] for row in test}


@settings(max_examples=100, deadline=None)
@given(st.floats(-90, 90), st.floats(-180, 180), st.sampled_from([1.0, 7.0, 10.0, 25.0, 45.0, 90.0]))
def test_a_block_is_a_cell_wide_enough_and_the_cap_is_round(latitude, longitude, degrees):
    band, cell = block_of(latitude, longitude, degrees)
    n_bands = int(180 / degrees)
    height = 180.0 / n_bands
    south = band * height - 90.0
    assert height >= degrees
    assert south - 1e-5 <= latitude <= south + height + 1e-5
    poleward = max(abs(south), abs(south + height))
    if poleward > 90.0 - 1e-9:
        assert cell == 0
        return
    n_cells = max(1, int(np.round(360.0 * np.cos(np.deg2rad(poleward)) / degrees, 6)))
    assert 360.0 / n_cells * np.cos(np.deg2rad(poleward)) >= degrees - 1e-5
    west = -180.0 + cell * 360.0 / n_cells
    assert 0 <= cell < n_cells
    assert (
        west - 1e-3
        <= (-180.0 if cell == 0 and longitude > 179.999 else longitude)
        <= west + 360.0 / n_cells + 1e-3
    )
    assert great_circle_km(poleward, west, poleward, west + 360.0 / n_cells) > 0.0


@pytest.mark.parametrize("pole", [-90.0, 90.0])
def test_around_a_pole_all_longitudes_are_one_block(pole):
    near = np.sign(pole) * 89.0
    X = places([near, near, near, pole, pole, 0, 0, 0, 0, 0], [-180, -60, 60, 0, 120, 5, 5, 5, 5, 5])
    fold = folds_of(X)
    assert len(set(fold[:5])) == 1 and fold[0] != fold[5]


def test_a_pair_across_the_dateline_lies_there_and_not_at_greenwich():
    latitude = [5.0, 5.0, 5.0, 5.0]
    X = places(latitude, [179.0, -177.0, -178.0, 2.0], pair_id=["a", "a", "b", "c"])
    fold = folds_of(X, block_degrees=30.0)
    assert fold[0] == fold[1] == fold[2] != fold[3]
    # Whichever way longitudes are counted.
    assert (folds_of(X.assign(longitude=X["longitude"] % 360.0), block_degrees=30.0) == fold).all()


def test_an_edge_belongs_to_one_side_whatever_the_rounding():
    latitude, longitude = np.full(9, 30.0), np.linspace(-180, 140, 9)
    jitter = 1e-10 * np.array([-1, 1, -1, 1, -1, 1, -1, 1, -1])
    np.testing.assert_array_equal(
        block_of(latitude, longitude, 10.0), block_of(latitude + jitter, longitude + jitter, 10.0)
    )
    for nearly in (180.0, 179.9999995, 179.9999994, -180.0):
        np.testing.assert_array_equal(block_of(0.0, nearly, 10.0), block_of(0.0, -180.0, 10.0))


def test_ten_degree_blocks_at_the_equator_are_the_papers_cells():
    cells = {tuple(block_of(5.0, longitude, 10.0)) for longitude in np.arange(-180, 180)}
    assert len(cells) == 35  # each a little wider than ten degrees, where cos(10 deg) counts
    assert len({tuple(block_of(85.0, longitude, 10.0)) for longitude in np.arange(-180, 180)}) == 1


def test_too_few_blocks():
    with pytest.raises(ValueError, match=r"SpatialBlockKFold: n_splits=2, but the rows form only 1 block"):
        folds_of(places([1.0] * 6, [1.0] * 6))
    with pytest.raises(ValueError, match="'block_degrees' parameter"):
        folds_of(places([1.0] * 6, [1.0] * 6), block_degrees=0.0)
