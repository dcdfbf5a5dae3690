import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.base import clone

from skquake.io import read_ionex
from skquake.preprocessing import IQRBounds, RollingSigmaBounds
from skquake.preprocessing import _rules as rules

ALL = [
    IQRBounds(days=3, style="quartile"),
    IQRBounds(days=3, style="iqr"),
    IQRBounds(days=3, style="sigma"),
    IQRBounds(days=2, same_hour=False),
    RollingSigmaBounds(days=2),
    RollingSigmaBounds(days=3, same_hour=True),
]


@pytest.fixture(params=ALL, ids=repr)
def bounds(request):
    return clone(request.param)


def brute_force(values, bounds, per_day):
    """Bounds (n, series, 3), one sample after the other, from explicit reference values."""
    found = np.full((*values.shape, 3), np.nan)
    for t, s in np.ndindex(values.shape):
        if bounds.same_hour:
            before = [t - per_day * day for day in range(1, bounds.days + 1)]
        else:
            before = range(t - per_day * bounds.days, t)
        reference = np.array([values[i, s] if i >= 0 else np.nan for i in before])
        if np.isfinite(reference).sum() < (bounds.min_periods or len(reference)):
            continue
        low, median, high = np.nanquantile(reference, [0.25, 0.5, 0.75])
        deviation = np.nanstd(reference, ddof=1)
        if isinstance(bounds, RollingSigmaBounds):
            mean, width = np.nanmean(reference), bounds.n_sigma * deviation
            found[t, s] = mean - width, mean, mean + width
        elif bounds.style == "iqr":
            width = bounds.k * (high - low)
            found[t, s] = median - width, median, median + width
        elif bounds.style == "sigma":
            width = bounds.k * 1.34 * deviation
            found[t, s] = median - width, median, median + width
        else:
            found[t, s] = median - bounds.k * (median - low), median, median + bounds.k * (high - median)
    return found


@st.composite
def bounds_and_values(draw):
    per_day = draw(st.integers(1, 4))
    common = {
        "days": draw(st.integers(2, 5)),
        "same_hour": draw(st.booleans()),
        "samples_per_day": per_day,
        "min_periods": draw(st.sampled_from([None, 2])),
    }
    style = draw(st.sampled_from(["iqr", "sigma", "quartile", "rolling sigma"]))
    width = draw(st.sampled_from([0.5, 1.5, 2.0]))
    if style == "rolling sigma":
        bounds = RollingSigmaBounds(n_sigma=width, **common)
    else:
        bounds = IQRBounds(k=width, style=style, **common)
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    values = np.round(rng.normal(20, 5, (draw(st.integers(1, 40)), draw(st.integers(1, 3)))), 1)
    values[rng.random(values.shape) < draw(st.sampled_from([0.0, 0.2, 0.9]))] = np.nan
    return bounds, values


@given(case=bounds_and_values())
@settings(max_examples=75, deadline=None)
def test_against_a_loop_over_samples(case):
    bounds, values = case
    expected = brute_force(values, bounds, bounds.samples_per_day).reshape(len(values), -1)
    found = bounds.fit_transform(values)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@given(case=bounds_and_values(), at=st.integers(0, 39), seed=st.integers(0, 100))
@settings(max_examples=100, deadline=None)
def test_nothing_looks_ahead(case, at, seed):
    bounds, values = case
    later = values.copy()
    later[at:] += np.random.default_rng(seed).normal(0, 100, later[at:].shape)
    before, after = bounds.fit_transform(values), bounds.fit_transform(later)
    np.testing.assert_array_equal(before[: at + 1], after[: at + 1])  # nor at the sample itself


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("min_periods", [None, 6])
@pytest.mark.parametrize("style", ["iqr", "sigma", "quartile"])
def test_long_references_are_the_same(monkeypatch, style, min_periods, gaps):
    values = np.random.default_rng(0).normal(size=(80, 3))
    if gaps:
        values[np.random.default_rng(1).random(values.shape) < 0.1] = np.nan
    bounds = IQRBounds(days=3, style=style, same_hour=False, samples_per_day=4, min_periods=min_periods)
    sorting = bounds.fit_transform(values)
    monkeypatch.setattr(rules, "LONG", 8)
    np.testing.assert_allclose(bounds.fit_transform(values), sorting, rtol=1e-9, atol=1e-9)


def test_blocks_do_not_show(monkeypatch, bounds):
    values = np.random.default_rng(0).normal(size=(80, 7))
    whole = bounds.set_params(samples_per_day=4).fit_transform(values)
    monkeypatch.setattr(rules, "BLOCK", 50)
    monkeypatch.setattr(rules, "COLUMNS", 2)
    np.testing.assert_array_equal(bounds.fit_transform(values), whole)


def test_equal_to_pandas_on_maps():
    index = pd.date_range("2000-11-21", periods=12 * 22, freq="2h")
    values = np.random.default_rng(0).normal(30, 8, (len(index), 20))
    frame = pd.DataFrame(values, index=index)
    by_hour = frame.groupby(frame.index.hour, group_keys=False)
    expected = [
        by_hour.apply(lambda g, q=q: g.rolling(15).quantile(q).shift(1)).sort_index()
        for q in (0.25, 0.5, 0.75)
    ]
    low, mid, high = (part.to_numpy() for part in expected)
    found = IQRBounds(k=1.5, style="iqr").fit_transform(frame).to_numpy().reshape(len(index), 20, 3)
    np.testing.assert_allclose(found[..., 1], mid, rtol=1e-9)
    np.testing.assert_allclose(found[..., 2], mid + 1.5 * (high - low), rtol=1e-9)


# what pure noise does


@pytest.mark.parametrize(
    "bounds, rate, tolerance",
    [
        (IQRBounds(style="iqr"), 0.114, 0.001),
        (IQRBounds(style="quartile"), 0.39, 0.005),
        (IQRBounds(style="sigma"), 0.0757, 0.0005),
        (RollingSigmaBounds(), 0.0733, 0.0005),
    ],
)
def test_expected_rate_with_fifteen_values(bounds, rate, tolerance):
    assert bounds.expected_rate(15) == pytest.approx(rate, abs=tolerance)


@pytest.mark.parametrize("n", [3, 15, 180])
@pytest.mark.parametrize("n_sigma", [1.0, 2.0, 3.0])
def test_expected_rate_is_that_of_students_t(n, n_sigma):
    exact = 2 * stats.t.sf(n_sigma / np.sqrt(1 + 1 / n), n - 1)
    assert RollingSigmaBounds(n_sigma=n_sigma).expected_rate(n) == pytest.approx(exact, abs=6e-4)


def test_expected_rate_of_many_values():
    assert RollingSigmaBounds().expected_rate(5000) == pytest.approx(0.0455, abs=6e-4)
    exact = 2 * stats.norm.sf(1.5 * 2 * stats.norm.ppf(0.75))
    assert IQRBounds(style="iqr").expected_rate(5000) == pytest.approx(exact, abs=6e-4)


def test_noise_is_flagged_at_the_expected_rate(bounds):
    noise = np.random.default_rng(0).normal(size=(4000, 40))
    found = bounds.detect(noise)
    assert found.flagged_rate == pytest.approx(found.expected_rate, abs=0.01)
    assert found.expected_rate == bounds.expected_rate()


def test_default_number_of_references():
    assert IQRBounds(days=15).expected_rate() == IQRBounds().expected_rate(15)
    hourly = RollingSigmaBounds(days=2, samples_per_day=24)
    assert hourly.expected_rate() == hourly.expected_rate(48)
    fitted = RollingSigmaBounds(days=2).fit(
        pd.DataFrame({"a": 0.0}, index=pd.date_range("2020", periods=9, freq="6h"))
    )
    assert fitted.expected_rate() == fitted.expected_rate(8)


@pytest.mark.parametrize("n", [0, 1, 2.5])
def test_expected_rate_needs_two_values(n):
    with pytest.raises(ValueError, match="at least 2 reference values"):
        IQRBounds().expected_rate(n)


@pytest.mark.parametrize(("every", "within"), [(5, 5e-3), pytest.param(1, 5e-4, marks=pytest.mark.slow)])
def test_rates_on_real_maps(real_data, every, within):
    maps = read_ionex(str(real_data / "ionex" / "jpl_2000-2001" / "*"))
    assert maps.shape == (660, 71, 73)
    maps = maps[:, ::every, ::every]
    for bounds, rate in (
        (IQRBounds(style="iqr"), 0.119),
        (IQRBounds(style="sigma"), 0.081),
        (IQRBounds(style="quartile"), 0.429),
        (RollingSigmaBounds(same_hour=True), 0.0756),
    ):
        assert bounds.detect(maps).flagged_rate == pytest.approx(rate, abs=within)


# detection


def test_detect_signs_and_exceedance():
    values = np.array([[1.0], [2.0], [3.0], [5.0], [-4.0], [3.0], [np.nan], [0.0]])
    found = RollingSigmaBounds(days=3, n_sigma=2.0).detect(values)
    np.testing.assert_allclose(found.polarity[:6, 0], [np.nan] * 3 + [1, -1, 0])
    assert found.dtec[3, 0] == 1.0  # bounds 0 ... 4
    assert found.dtec[5, 0] == 0.0
    assert np.isnan(found.dtec[6:]).all()
    assert found.flagged_rate == pytest.approx(2 / 3)
    assert np.isnan(RollingSigmaBounds(days=9).detect(values).flagged_rate)


def test_detect_agrees_with_the_bounds(bounds):
    values = np.random.default_rng(0).normal(size=(60, 4))
    found = bounds.detect(values)
    lower, upper = found.bounds[:, 0::3], found.bounds[:, 2::3]
    np.testing.assert_array_equal(found.polarity == 1, values > upper)
    np.testing.assert_array_equal(found.polarity == -1, values < lower)
    outside = np.where(values > upper, values - upper, np.where(values < lower, values - lower, 0.0))
    np.testing.assert_allclose(found.dtec, np.where(np.isnan(lower), np.nan, outside))


@pytest.mark.parametrize("value", [0.1, 1e11, -3.3])
def test_constant_series_has_no_anomaly(bounds, value):
    assert bounds.detect(np.full((40, 2), value)).flagged_rate == 0.0


# containers


def frame(n=40, freq="6h", **kwargs):
    index = pd.date_range("2020-01-01", periods=n, freq=freq, **kwargs)
    return pd.DataFrame(np.random.default_rng(0).normal(size=(n, 2)), index=index, columns=["XJSH", "LHAS"])


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_frames_give_named_frames(bounds, zone):
    X = frame(tz=zone)
    found = bounds.fit_transform(X)
    assert list(found.columns[:4]) == ["XJSH_lower", "XJSH_center", "XJSH_upper", "LHAS_lower"]
    assert list(found.columns) == list(bounds.get_feature_names_out())
    pd.testing.assert_index_equal(found.index, X.index)
    expected = bounds.set_params(samples_per_day=4).fit_transform(X.to_numpy())
    np.testing.assert_array_equal(found, expected)
    anomalies = bounds.fit(X).detect(X)
    assert list(anomalies.polarity.columns) == list(anomalies.dtec.columns) == ["XJSH", "LHAS"]


def test_series_give_series():
    X = frame()["XJSH"]
    bounds = IQRBounds(days=3)
    assert list(bounds.fit_transform(X).columns) == ["XJSH_lower", "XJSH_center", "XJSH_upper"]
    assert isinstance(bounds.detect(X).dtec, pd.Series)
    assert "value_lower" in bounds.fit_transform(X.rename(None))


def test_maps(bounds):
    X = np.random.default_rng(0).normal(size=(48, 3, 4)).astype("float32")
    times = pd.date_range("2020-01-01", periods=48, freq="6h")
    bounds.set_params(samples_per_day=4)
    flat = bounds.fit_transform(X.reshape(48, 12))
    stack = bounds.fit_transform(X)
    assert stack.shape == (48, 3, 4, 3)
    assert stack.dtype == np.float32
    np.testing.assert_array_equal(stack.reshape(48, 36), flat)
    maps = xr.DataArray(
        X, dims=("time", "latitude", "longitude"), coords={"time": times, "latitude": [10.0, 20.0, 30.0]}
    )
    found = bounds.fit_transform(maps)
    assert found.dims == ("time", "latitude", "longitude", "bound")
    assert list(found.bound.values) == ["lower", "center", "upper"]
    np.testing.assert_array_equal(found, stack)
    assert bounds.detect(maps).dtec.sel(latitude=20.0).shape == (48, 4)


def test_arrays_have_one_sample_a_day_unless_said():
    X = np.random.default_rng(0).normal(size=(30, 2))
    assert IQRBounds(days=3).fit(X).samples_per_day_ == 1
    np.testing.assert_array_equal(
        IQRBounds(days=3).fit_transform(X), IQRBounds(days=3, samples_per_day=1).fit_transform(X)
    )


def test_works_without_fit():
    X = frame()
    pd.testing.assert_frame_equal(IQRBounds(days=3).transform(X), IQRBounds(days=3).fit_transform(X))


def test_shorter_than_the_history_is_all_nan():
    assert IQRBounds(days=15).fit_transform(frame(5)).isna().all(axis=None)


# bad input


@pytest.mark.parametrize(
    "rows, word",
    [
        ([0, 1, 3, 4], "not regular: 2020-01-01 18:00:00 follows 2020-01-01 06:00:00"),
        ([0, 1, 1, 2], "not regular"),
        ([2, 1, 0], "not regular"),
        ([0, 0, 0], "not regular"),
    ],
)
def test_irregular_times_raise(rows, word):
    with pytest.raises(ValueError, match=word):
        IQRBounds(days=2).fit(frame().iloc[rows])


@pytest.mark.parametrize("freq", ["7h", "2D", "11min"])
def test_cadence_that_does_not_divide_a_day(freq):
    with pytest.raises(ValueError, match="does not divide a day"):
        IQRBounds(days=2).fit(frame(freq=freq))


def test_contradicting_samples_per_day():
    with pytest.raises(ValueError, match="samples_per_day=24, but the times of X give 4 a day"):
        IQRBounds(days=2, samples_per_day=24).fit(frame())


@pytest.mark.parametrize(
    "bounds, word",
    [
        (IQRBounds(days=1), "gives 1 reference value"),
        (IQRBounds(days=3, min_periods=4), "min_periods=4 is more than the 3"),
        (IQRBounds(days=0), "'days' parameter"),
        (IQRBounds(k=0), "'k' parameter"),
        (IQRBounds(style="median"), "'style' parameter"),
        (RollingSigmaBounds(n_sigma=-1), "'n_sigma' parameter"),
        (RollingSigmaBounds(samples_per_day=0), "'samples_per_day' parameter"),
    ],
)
def test_bad_parameters(bounds, word):
    with pytest.raises(ValueError, match=word):
        bounds.fit(np.ones((20, 2)))
    with pytest.raises(ValueError, match=word):
        bounds.transform(np.ones((20, 2)))
