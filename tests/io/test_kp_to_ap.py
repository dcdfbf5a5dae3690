"""ap of a Kp: the definition's table, against a file that has both."""

import numpy as np
import pandas as pd
import pytest

from skquake.io import kp_to_ap, read_space_weather


def test_thirds():
    kp = pd.Series(np.arange(28) / 3.0)
    assert kp_to_ap(kp).is_monotonic_increasing
    assert kp_to_ap(kp).iloc[[0, 1, 9, 12, 27]].tolist() == [0, 2, 15, 27, 400]
    assert np.isnan(kp_to_ap(pd.Series([np.nan]))[0])
    assert kp_to_ap(pd.Series([4.67, 4.7]))[0] == 39


def test_real_file(real_data):
    table = read_space_weather(real_data / "indices" / "SW-All.csv")[["kp", "ap"]].dropna()
    assert len(table) > 10_000
    assert (kp_to_ap(table["kp"]) == table["ap"]).mean() > 0.999


@pytest.mark.parametrize("value", [-1.0, 47.0])
def test_no_kp(value):
    with pytest.raises(ValueError, match="is no Kp"):
        kp_to_ap(pd.Series([2.0, value]))
