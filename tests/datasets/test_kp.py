"""Simulated Kp looks like Kp."""

import numpy as np
import pandas as pd
import pytest

from skquake.datasets import make_kp


@pytest.fixture(scope="module")
def kp():
    return make_kp("2012-01-01", "2018-01-01", random_state=0)


def test_thirds_every_three_hours(kp):
    assert kp.name == "kp"
    np.testing.assert_allclose(kp * 3, np.round(kp * 3), atol=2e-3)
    assert kp.between(0, 9).all()
    assert (kp.index[0], kp.index[-1]) == (pd.Timestamp("2012-01-01"), pd.Timestamp("2017-12-31 21:00"))
    assert (kp.index.to_series().diff().dropna() == pd.Timedelta(hours=3)).all()
    assert kp.index.dtype == "datetime64[ns]"


def test_statistics_of_moderate_activity(kp):
    """Observed from 2012 to 2017: 15 % above 3, mean 1.8, and these autocorrelations."""
    assert 0.1 < (kp > 3).mean() < 0.25
    assert kp.mean() == pytest.approx(1.8, abs=0.3)
    for lag, observed in {1: 0.78, 4: 0.51, 8: 0.35, 16: 0.16, 40: 0.07}.items():
        assert kp.autocorr(lag) == pytest.approx(observed, abs=0.12)


def test_storms_recover_within_days(kp):
    peaks = np.flatnonzero((kp >= 7) & (kp == kp.rolling(17, center=True).max()))
    after = np.mean([kp.to_numpy()[k : k + 57] for k in peaks[peaks < len(kp) - 57]], axis=0)
    assert after[24] < 0.6 * after[0]  # three days
    assert after[8] > after[56]


def test_quiet_and_deterministic():
    quiet = make_kp("2015-01-01", "2016-01-01", storms_per_month=0, random_state=0)
    assert (quiet > 3).mean() < 0.05
    pd.testing.assert_series_equal(
        make_kp("2015-01-01", "2015-02-01", random_state=3),
        make_kp("2015-01-01", "2015-02-01", random_state=3),
    )


def test_odd_start_is_covered():
    kp = make_kp("2015-01-01 04:00", "2015-01-01 10:00", random_state=0)
    assert list(kp.index.hour) == [3, 6, 9]


def test_errors():
    with pytest.raises(ValueError, match="end must be after start"):
        make_kp("2015-01-01", "2015-01-01")
    with pytest.raises(ValueError, match="storms_per_month"):
        make_kp("2015-01-01", "2015-02-01", storms_per_month=-1)
