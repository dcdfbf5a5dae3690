import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.pipeline import make_pipeline

from skquake.preprocessing import KalmanImputer, SigmaClipper
from skquake.preprocessing._kalman_imputer import _gaps

HOURS = 24 * 12


def tec(n=HOURS, noise=0.3, freq="h"):
    index = pd.date_range("2016-12-01", periods=n, freq=freq)
    hour = index.hour + index.minute / 60
    cycle = 20 - 8 * np.cos(2 * np.pi * hour / 24)
    rng = np.random.default_rng(0)
    level = np.cumsum(rng.normal(0, 0.05, (n, 2)), axis=0)
    values = np.asarray(cycle)[:, None] + level + rng.normal(0, noise, (n, 2))
    return pd.DataFrame(values, index, ["XJSH", "LHAS"])


def gappy(X, rows, station=0):
    X = X.copy()
    X.iloc[rows, station] = np.nan
    return X


@pytest.fixture(scope="module")
def fitted():
    return {m: KalmanImputer(m, max_gap_hours=6).fit(tec()) for m in ("filter", "smoother")}


@pytest.mark.parametrize("method", ["filter", "smoother"])
def test_fills_with_what_was_there(fitted, method):
    X, rows = tec(), slice(200, 206)
    found = fitted[method].transform(gappy(X, rows))
    assert np.abs(found - X).max(axis=None) < 1.5  # the cycle alone spans 16
    pd.testing.assert_series_equal(found["LHAS"], X["LHAS"])
    kept = np.delete(np.arange(len(X)), np.r_[rows])
    np.testing.assert_array_equal(found.iloc[kept, 0], X.iloc[kept, 0])


def test_smoother_is_better_than_filter_and_both_beat_the_last_value(fitted):
    X = tec(noise=0.05)
    rows = np.concatenate([np.arange(k, k + 5) for k in range(60, 280, 17)])
    holes = gappy(X, rows)
    error = {m: (f.transform(holes) - X).iloc[rows, 0].std() for m, f in fitted.items()}
    hold = (holes.ffill() - X).iloc[rows, 0].std()
    assert error["smoother"] < error["filter"] < 0.5 * hold


@given(start=st.integers(60, 200), length=st.integers(1, 6), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_filter_does_not_look_ahead(start, length, seed):
    imputer = test_filter_does_not_look_ahead.imputer
    X = gappy(tec(), slice(start, start + length))
    later = X.copy()
    later.iloc[start + length :] += np.random.default_rng(seed).normal(
        0, 50, later.iloc[start + length :].shape
    )
    before, after = imputer.transform(X), imputer.transform(later)
    np.testing.assert_array_equal(before.iloc[: start + length], after.iloc[: start + length])


test_filter_does_not_look_ahead.imputer = KalmanImputer().fit(tec())


def test_smoother_looks_ahead(fitted):
    X = gappy(tec(), slice(100, 104))
    later = X.copy()
    later.iloc[104:] += 20.0
    assert not np.allclose(
        fitted["smoother"].transform(X).iloc[:104], fitted["smoother"].transform(later).iloc[:104]
    )


def test_learns_from_the_fit_alone(fitted):
    X = gappy(tec().iloc[100:], slice(80, 83))
    np.testing.assert_array_equal(fitted["filter"].transform(X), fitted["filter"].transform(X))
    other = KalmanImputer().fit(tec() * 3)
    np.testing.assert_allclose(
        other.variances_, fitted["filter"].variances_, rtol=0.1, atol=1e-6
    )  # standardised
    np.testing.assert_allclose(other.mean_, 3 * fitted["filter"].mean_)


@pytest.mark.parametrize("method", ["filter", "smoother"])
def test_long_gaps(fitted, method):
    X = gappy(tec(), slice(200, 207))
    with pytest.raises(
        ValueError, match=r"'XJSH' has a gap of 7 h from 2016-12-09T08:00:00 on.*max_gap_hours=6"
    ):
        fitted[method].transform(X)
    found = KalmanImputer(method, long_gaps="nan").fit(tec()).transform(X)
    assert found["XJSH"].isna().sum() == (1 if method == "filter" else 7)
    assert np.isnan(found.iloc[206, 0])


def test_filter_leaves_what_comes_before_the_first_value(fitted):
    X = gappy(tec(), slice(0, 4))
    assert fitted["filter"].transform(X)["XJSH"].isna().sum() == 4
    assert fitted["smoother"].transform(X)["XJSH"].notna().all()


def test_the_end_is_filled(fitted):
    found = fitted["filter"].transform(gappy(tec(), slice(HOURS - 3, HOURS)))
    assert np.abs(found - tec()).max(axis=None) < 2.0


def test_gap_lengths():
    missing = np.array([[1, 0, 1, 1, 0, 1]]).T.astype(bool)
    since, length = _gaps(missing)
    np.testing.assert_array_equal(since[:, 0], [1, 0, 1, 2, 0, 1])
    np.testing.assert_array_equal(length[:, 0], [1, 0, 2, 2, 0, 1])


def test_constant_and_daily_series():
    X = gappy(pd.DataFrame({"a": 5.0, "b": np.arange(30.0)}, pd.date_range("2020", periods=30)), [7])
    found = KalmanImputer().fit_transform(X)
    np.testing.assert_allclose(found["a"], 5.0)
    gap = gappy(X, [12], station=1)
    assert abs(KalmanImputer(max_gap_hours=24).fit_transform(gap).iloc[12, 1] - 12) < 3


def test_float32_arrays_and_series_stay_so():
    X = gappy(tec(), slice(100, 102))
    imputer = KalmanImputer(samples_per_day=24)
    assert imputer.fit_transform(X.to_numpy("float32")).dtype == np.float32
    found = KalmanImputer().fit_transform(X["XJSH"])
    assert isinstance(found, pd.Series) and found.notna().all()


@pytest.mark.parametrize(
    "change, word",
    [
        (lambda X: X.assign(LHAS=np.nan), "'LHAS' is all NaN"),
        (lambda X: X.assign(LHAS=X["LHAS"].iloc[:2]), r"'LHAS' has 2 value\(s\)"),
        (lambda X: X.iloc[[0, 1, 3, 4]], "times are not regular"),
        (lambda X: X.iloc[[0, 1, 1, 2]], "times are not regular"),
    ],
)
def test_bad_training_spans(change, word):
    with pytest.raises(ValueError, match=word):
        KalmanImputer().fit(change(tec()))


def test_another_cadence_than_fitted(fitted):
    with pytest.raises(ValueError, match="samples_per_day=24, but the times of X give 96 a day"):
        fitted["filter"].transform(tec(freq="15min"))


def test_outliers_are_removed_and_filled():
    X = tec()
    spoilt = X.copy()
    spoilt.iloc[150, 0], spoilt.iloc[220, 1] = 300.0, -90.0
    cleaning = make_pipeline(SigmaClipper(), KalmanImputer()).fit(X.iloc[:120])
    found = cleaning.transform(spoilt)
    assert list(found.columns) == list(X.columns)
    assert np.abs(found - X).max(axis=None) < 3.0
