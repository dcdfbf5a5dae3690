import pandas as pd

from skquake._core._magnetic import dip_latitude


def test_dip_latitude():
    # In 2020 the northern dip pole lies near 86.4 N 169.8 W, the dip equator near 10 N at 0 E.
    time = pd.to_datetime(["2020-01-01"] * 3)
    north, equator, south = dip_latitude(time, [86.4, 10.0, -90.0], [-169.8, 0.0, 0.0])
    assert north > 88 and abs(equator) < 2.5 and -75 < south < -50
