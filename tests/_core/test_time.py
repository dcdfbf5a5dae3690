from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skquake._core._time import as_ns, days_to_ns, local_solar_time, to_utc


def test_time_zones_become_utc():
    times = to_utc(pd.Series(pd.to_datetime(["2016-12-08T13:15:04+08:00"])))
    assert times.dtype == "datetime64[ns]"
    assert times[0] == np.datetime64("2016-12-08T05:15:04")


@pytest.mark.parametrize("bad", [[20161208, 20161209], ["yesterday-ish"], [1.5]])
def test_what_is_no_date_is_refused(bad):
    with pytest.raises(ValueError, match="start: "):
        to_utc(np.asarray(bad), "start")


def test_local_solar_time():
    noon = np.datetime64("2020-03-01T12:00")
    np.testing.assert_allclose(
        local_solar_time(np.repeat(noon, 4), [0, 90, -180, 179.999]), [12, 18, 0, 23.99993333]
    )
    assert (local_solar_time(np.repeat(noon, 1000), np.linspace(-180, 360, 1000)) < 24).all()


def test_days_and_nanoseconds():
    assert days_to_ns(0.5) == 43_200 * 10**9
    assert as_ns(np.array(["1970-01-02"], dtype="datetime64[D]"))[0] == days_to_ns(1)
