"""Residuals along the track: against direct formulas, on simulated passes, and on bad input."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import LSQUnivariateSpline
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skquake.datasets import make_kp, make_track
from skquake.preprocessing import MASSResidual, NeLOGResidual, quiet_times


def one_pass(n=1500, seed=0, south=-49.0, north=49.0):
    rng = np.random.default_rng(seed)
    latitude = np.linspace(south, north, n)
    x = np.linspace(-1, 1, n)
    smooth = 5.0 + 0.3 * np.polynomial.chebyshev.chebval(x, [0, 0.2, -0.5, 0.1])
    return pd.DataFrame(
        {
            "time": pd.date_range("2016-03-01 02:00", periods=n, freq="s"),
            "latitude": latitude,
            "longitude": 100.0,
            "Ne": 10.0 ** (smooth + rng.normal(0, 0.02, n)),
            "B_N": 30000.0 * np.cos(np.deg2rad(latitude)) + rng.normal(0, 0.2, n).cumsum() * 0.1,
        }
    )


def test_ne_log_is_the_polynomial_residual():
    frame = one_pass()
    found = NeLOGResidual(degree=4).fit_transform(frame)["Ne_nelog"]
    x, log = np.linspace(-1, 1, len(frame)), np.log10(frame["Ne"])
    np.testing.assert_allclose(found, log - np.polynomial.Polynomial.fit(x, log, 4)(x), atol=1e-6)


def test_mass_is_the_spline_residual_of_the_differences():
    frame = one_pass()
    found = MASSResidual(["B_N"], knot_seconds=150).fit_transform(frame)["B_N_mass"]
    rate = np.diff(frame["B_N"])
    t = np.arange(len(rate), dtype=float)
    spline = LSQUnivariateSpline(t, rate, np.linspace(t[0], t[-1], 11)[1:-1])
    assert np.isnan(found[0])
    np.testing.assert_allclose(found[1:], rate - spline(t), atol=1e-5)


@pytest.mark.parametrize("residual", [NeLOGResidual(), MASSResidual(["B_N"])], ids=repr)
class TestBoth:
    def test_rows_stay_in_their_order(self, residual):
        frame = pd.concat(
            [one_pass(), one_pass(seed=1).assign(time=lambda f: f["time"] + pd.Timedelta("1h"))]
        )
        frame.index = np.arange(len(frame)) * 7
        order = np.random.default_rng(0).permutation(len(frame))
        whole = residual.fit_transform(frame)
        pd.testing.assert_frame_equal(residual.transform(frame.iloc[order]), whole.iloc[order])
        pd.testing.assert_frame_equal(whole[list(frame)], frame)

    def test_passes_do_not_see_each_other(self, residual):
        first = one_pass()
        second = one_pass(seed=1).assign(time=lambda f: f["time"] + pd.Timedelta("1h"))
        both = residual.transform(pd.concat([first, second], ignore_index=True))
        np.testing.assert_array_equal(both.iloc[: len(first), -1], residual.transform(first).iloc[:, -1])

    def test_beyond_the_limit_is_nan_and_not_fitted(self, residual):
        frame = one_pass(south=-80, north=80)
        inside = frame["latitude"].abs() <= 50
        found = residual.transform(frame).iloc[:, -1]
        assert found[~inside].isna().all()
        np.testing.assert_allclose(
            found[inside], residual.transform(frame[inside]).iloc[:, -1], atol=1e-6, equal_nan=True
        )

    def test_nan_stays_and_does_not_spread(self, residual):
        frame = one_pass()
        column = "Ne" if isinstance(residual, NeLOGResidual) else "B_N"
        frame.loc[200:220, column] = np.nan
        found = residual.transform(frame).iloc[:, -1]
        assert found[200:221].isna().all()
        assert found.drop(range(221)).notna().all()

    def test_short_pass_has_none(self, residual):
        assert residual.transform(one_pass(9)).iloc[:, -1].isna().all()

    def test_input_and_parameters_stay(self, residual):
        frame, before = one_pass(), clone(residual).get_params()
        residual = clone(residual).fit(frame)
        again = pickle.loads(pickle.dumps(residual))
        pd.testing.assert_frame_equal(again.transform(frame), residual.transform(frame))
        pd.testing.assert_frame_equal(frame, one_pass())
        assert residual.get_params() == before

    def test_no_rows(self, residual):
        assert len(residual.transform(one_pass().iloc[:0])) == 0

    def test_bad_input(self, residual):
        frame = one_pass()
        with pytest.raises(ValueError, match="two rows of the time"):
            residual.transform(pd.concat([frame, frame]))
        with pytest.raises(ValueError, match="has a column"):
            residual.transform(residual.transform(frame))
        with pytest.raises(ValueError, match="latitude"):
            residual.fit(frame.drop(columns="latitude"))
        with pytest.raises(TypeError, match="expected a dataframe"):
            residual.fit(frame.to_numpy())

    def test_clone_names_and_units(self, residual):
        frame = one_pass()
        frame.attrs["units"] = {"Ne": "cm-3"}
        out = clone(residual).fit_transform(frame)
        assert list(clone(residual).fit(frame).get_feature_names_out()) == list(out)
        assert out.attrs["units"]["Ne"] == "cm-3"
        assert out.attrs["units"][out.columns[-1]] in ("dex", "nT/s")


def test_chain():
    chain = make_pipeline(NeLOGResidual(), MASSResidual(["B_N"]))
    assert list(chain.fit_transform(one_pass()))[-2:] == ["Ne_nelog", "B_N_mass"]


def test_density_that_is_not_positive_has_no_residual():
    frame = one_pass()
    frame.loc[[5, 6], "Ne"] = [0.0, -3.0]
    found = NeLOGResidual().transform(frame)["Ne_nelog"]
    assert found[[5, 6]].isna().all()
    assert found.drop([5, 6]).notna().all()


@settings(max_examples=25, deadline=None)
@given(st.floats(-3, 3), st.floats(-2, 2), st.integers(0, 10))
def test_ne_log_takes_polynomials_away(level, slope, degree):
    frame = one_pass(400)
    x = np.linspace(-1, 1, len(frame))
    smooth = 10.0 ** (level + slope * x**degree)
    frame = frame.assign(Ne=smooth)
    assert np.abs(NeLOGResidual(degree=10).transform(frame)["Ne_nelog"]).max() < 1e-6


def test_ne_log_detects_a_bump_and_noise_at_its_rate():
    rng = np.random.default_rng(0)
    frame = one_pass(1500)
    flags = NeLOGResidual().detect(frame)
    assert flags["flagged"].mean() == pytest.approx(0.0124, abs=0.008)
    bump = frame.assign(Ne=frame["Ne"] * 10.0 ** (0.15 * np.exp(-(((np.arange(1500) - 900) / 15.0) ** 2))))
    flags = NeLOGResidual().detect(bump.sample(frac=1, random_state=rng.integers(100)))
    assert flags.loc[900, "flagged"]
    assert flags["flagged"].sum() < 100
    assert list(flags.columns) == [
        "time", "latitude", "longitude", "pass_id", "residual", "ratio", "flagged",
    ]  # fmt: skip


def test_mass_detects_a_burst_where_it_is():
    frame = one_pass()
    rng = np.random.default_rng(1)
    burst = frame["latitude"].between(20, 24)
    frame.loc[burst, "B_N"] += rng.normal(0, 3.0, burst.sum())
    windows = MASSResidual(["B_N"]).detect(frame)
    flagged = windows[windows["flagged"]]
    assert len(flagged)
    assert (flagged["north"] > 20).all() and (flagged["south"] < 24).all()
    # By hand, one window.
    row = flagged.iloc[0]
    residual = MASSResidual(["B_N"]).transform(frame)["B_N_mass"]
    here = frame["latitude"].ge(row["south"]) & frame["latitude"].lt(row["north"]) & residual.notna()
    assert row["rms"] == pytest.approx(np.sqrt((residual[here] ** 2).mean()), rel=1e-5)
    assert row["ratio"] == pytest.approx(row["rms"] / np.sqrt((residual**2).mean()), rel=1e-5)


def test_mass_needs_a_field():
    with pytest.raises(ValueError, match="no pass has ten observations"):
        MASSResidual(["B_N"]).detect(one_pass().assign(B_N=np.nan))


def test_simulated_field_has_noise_and_storms():
    """The main field leaves rounding; what remains is noise that storms make larger."""
    start, end = "2015-03-10", "2015-03-13"
    spread = {}
    for name, value in (("quiet", 1.0), ("storm", 7.0)):
        kp = make_kp("2015-03-08", end, random_state=0) * 0 + value
        frame = make_track("swarm", start, end, side="night", kp=kp, fields=True, random_state=0).frame
        residual = MASSResidual(latitude_limit=80).transform(frame)
        low = residual["latitude"].abs() < 30
        spread[name] = residual.loc[low, "B_E_mass"].std(), residual.loc[~low, "B_E_mass"].std()
    assert 0.02 < spread["quiet"][0] < 0.5
    assert spread["storm"][1] > 3 * spread["quiet"][1]


def test_quiet_times():
    hours = pd.date_range("2015-03-17", periods=6, freq="h")
    dst = pd.Series([-5, -25, 25, -20, np.nan, 0.0], hours)
    np.testing.assert_array_equal(quiet_times(hours, dst=dst), [True, False, False, True, True, True])
    ap = pd.Series([10.0, 12.0], hours[[0, 3]])
    np.testing.assert_array_equal(
        quiet_times(hours, dst=dst, ap=ap), [True, False, False, False, False, False]
    )
    far = pd.to_datetime(["2015-03-16", "2015-03-19"])
    np.testing.assert_array_equal(quiet_times(far, ap=ap), [False, False])
    assert not quiet_times(far, ap=ap[:0]).any()
    with pytest.raises(ValueError, match="needs dst, ap or both"):
        quiet_times(far)
