"""The interpolated main field is the model's."""

from datetime import datetime

import numpy as np

from skquake.datasets._main_field import main_field


def test_within_a_nanotesla_of_ppigrf():
    from ppigrf import igrf_gc

    rng = np.random.default_rng(0)
    latitude, longitude = rng.uniform(-89, 89, 200), rng.uniform(-180, 180, 200)
    dates = np.array(["2016-01-01", "2018-01-01"], dtype="datetime64[ns]")
    ours = main_field(dates, 460.0)(0.5, latitude, longitude)
    up, south, east = igrf_gc(6831.2, 90 - latitude, longitude, datetime(2017, 1, 1))
    np.testing.assert_allclose(ours, np.concatenate([-south, east, -up]), atol=1.0)
    assert 15_000 < np.linalg.norm(ours, axis=0).min() < np.linalg.norm(ours, axis=0).max() < 65_000
