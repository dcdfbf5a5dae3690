from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skquake.forecasting import TECAnomalyDetector, space_weather_state
from skquake.plotting import AnomalySeriesDisplay, DTECHeatmapDisplay
from skquake.preprocessing import IQRBounds

TIMES = pd.date_range("2016-12-01", periods=8, freq="6h")
SERIES = pd.DataFrame({"A": [5.0, 9, 1, 5, 5, 12, np.nan, 5], "B": [5.0] * 8}, index=TIMES)
BOUNDS = pd.DataFrame(
    {"A_lower": 2.0, "A_center": 5.0, "A_upper": 8.0, "B_lower": 4.0, "B_upper": 6.0}, TIMES
)
BOUNDS.iloc[0, 0] = np.nan
EVENT = pd.DataFrame(
    {"time": [pd.Timestamp("2016-12-02 05:15")], "latitude": 43.8, "longitude": 86.3, "magnitude": 6.2}
)
# Six hours each: quiet, Dst low, Kp high, quiet, both just at their limit, unknown from the last day on.
DST = pd.Series([-10.0, -50, -10, -10, -30, -10], TIMES[:6])
KP = pd.Series([1.0, 1, 4, 2.7, 1, 3.0], TIMES[:6])


def test_exceedances_and_rates():
    display = AnomalySeriesDisplay(SERIES, BOUNDS)
    np.testing.assert_array_equal(display.dtec_["A"], [np.nan, 1, -1, 0, 0, 4, np.nan, 0])
    np.testing.assert_array_equal(display.dtec_["B"], 0.0)
    assert not display.disturbed_.any()
    assert display.rates_.loc["A"].tolist() == [6, 0.5, 0.5] and display.rates_.loc["B"].tolist() == [8, 0, 0]


def test_disturbed_times():
    display = AnomalySeriesDisplay(SERIES, BOUNDS, dst=DST, kp=KP, disturbed_hours=0)
    assert display.disturbed_.tolist() == [False, True, True, False, False, False, True, True]
    assert (
        display.rates_.loc["A", "flagged_quiet"] == pytest.approx(1 / 3)
        and display.rates_.loc["A", "flagged"] == 0.5
    )
    wider = AnomalySeriesDisplay(
        SERIES, BOUNDS, dst=DST, kp=KP, dst_threshold=-60.0, kp_threshold=5.0, disturbed_hours=0
    )
    assert wider.disturbed_.tolist() == [False] * 6 + [True] * 2
    longer = AnomalySeriesDisplay(SERIES, BOUNDS, dst=DST, dst_threshold=-40.0, disturbed_hours=6)
    state = space_weather_state(TIMES, dst=DST, dst_threshold=-40.0, disturbed_hours=6)
    assert longer.disturbed_.tolist() == (state != "quiet").tolist()
    said = pd.Series(np.arange(8) == 1, TIMES)
    given = AnomalySeriesDisplay(SERIES, BOUNDS, dst=DST, kp=KP, disturbed=said)
    assert given.disturbed_.tolist() == said.tolist() and given.rates_.loc["A", "flagged_quiet"] == 0.4
    last = KP.index[-1] + pd.Timedelta("25h")
    late = SERIES.reindex(TIMES.union([last]))
    bounds = BOUNDS.reindex(late.index)
    assert AnomalySeriesDisplay(late, bounds, kp=KP, kp_threshold=5.0).disturbed_[
        last
    ]  # unknown is not quiet


def test_the_estimator_s_numbers():
    rng = np.random.default_rng(0)
    times = pd.date_range("2016-11-01", periods=60 * 4, freq="6h", unit="ns")
    series = pd.DataFrame(rng.normal(20, 3, (len(times), 2)), times, ["A", "B"])
    rule = IQRBounds(style="iqr")
    found = rule.detect(series)
    display = AnomalySeriesDisplay.from_estimator(rule, series, kp=KP)
    pd.testing.assert_frame_equal(display.dtec_, found.dtec, check_freq=False)
    assert display.expected_rate == found.expected_rate and display.kp is KP
    assert AnomalySeriesDisplay.from_estimator(rule, series["A"], expected_rate=None).expected_rate is None
    n = display.rates_["n"]
    assert (display.rates_["flagged"] * n).sum() / n.sum() == pytest.approx(found.flagged_rate)


def test_panels(given_axes):
    axes = given_axes(4, 1)
    display = AnomalySeriesDisplay(
        SERIES, BOUNDS, dst=DST, kp=KP, event=EVENT, expected_rate=0.114, disturbed_hours=0
    ).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    first, _, dst, kp = display.axes_[:, 0]
    said = {line.get_label(): line for line in first.lines}
    assert said["above"].get_ydata().tolist() == [9, 12] and said["below"].get_ydata().tolist() == [1]
    assert first.get_title() == "A: 50.0% of 6 outside, 33.3% of quiet times (noise: 11.4%)"
    assert dst.get_ylabel() == "Dst (nT)" and kp.get_ylabel() == "Kp\n(no unit)"
    bars = sorted((bar.get_x(), bar.get_height()) for held in kp.containers for bar in held)
    assert [height for _, height in bars][-6:] == KP.tolist()
    assert "center" not in [line.get_label() for line in display.axes_[1, 0].lines]
    legend = [text.get_text() for text in kp.get_legend().get_texts()]
    assert legend[-2:] == ["earthquake, M 6.2", "not quiet"]


def test_panels_without_indices_or_values():
    empty = SERIES.assign(B=np.nan)
    display = AnomalySeriesDisplay(empty, BOUNDS).plot()
    assert display.axes_.shape == (2, 1)
    assert display.axes_[1, 0].get_title() == "B: no value with bounds"
    assert display.axes_[0, 0].get_title() == "A: 50.0% of 6 outside"
    assert np.isnan(display.rates_.loc["B", "flagged"])


def test_what_a_detector_found():
    rng = np.random.default_rng(0)
    times = pd.date_range("2016-11-01", periods=30 * 4, freq="6h", unit="ns")
    series = pd.DataFrame(rng.normal(20, 3, (len(times), 2)), times, ["A", "B"])
    dst = pd.Series(np.where(np.arange(len(times)) % 40 < 3, -90.0, -5.0), times)
    found = (
        TECAnomalyDetector(None, IQRBounds(style="iqr"), dst=dst, disturbed_hours=0)
        .fit(series)
        .detect(series)
    )
    display = AnomalySeriesDisplay.from_anomalies(found, dst=dst, event=None)
    pd.testing.assert_frame_equal(display.dtec_, found.dtec, check_freq=False)
    assert display.disturbed_.tolist() == (found.state != "quiet").tolist()
    assert 0 < display.disturbed_.sum() < len(times) and display.expected_rate == found.expected_rate
    assert display.plot().axes_.shape == (3, 1)
    unknown = TECAnomalyDetector(None, IQRBounds(style="iqr")).fit(series).detect(series)
    assert not AnomalySeriesDisplay.from_anomalies(unknown).disturbed_.any()
    heat = DTECHeatmapDisplay.from_anomalies(found, unit="m").plot()
    shown = heat.grids_["A"].to_numpy().T.ravel()
    np.testing.assert_array_equal(shown, found.dtec["A"])
    assert len(heat.axes_[0, 0].lines[0].get_xdata()) == display.disturbed_.sum()
    assert "(noise: 11.4%, AR(1) 11." in heat.axes_[0, 0].get_title()
    assert DTECHeatmapDisplay.from_anomalies(unknown).disturbed is None


def test_errors():
    with pytest.raises(ValueError, match="bounds: no column 'B_upper'; it has A_lower"):
        AnomalySeriesDisplay(SERIES, BOUNDS.drop(columns="B_upper")).plot()
    with pytest.raises(ValueError, match="bounds: other times than the series"):
        AnomalySeriesDisplay(SERIES, BOUNDS[1:]).plot()
    with pytest.raises(ValueError, match="disturbed: other times than the series"):
        AnomalySeriesDisplay(SERIES, BOUNDS, disturbed=pd.Series(True, TIMES[1:])).plot()
    with pytest.raises(ValueError, match="series: the time 2016-12-01 00:00:00 follows 2016-12-01 06:00"):
        AnomalySeriesDisplay(SERIES.iloc[[1, 0]], BOUNDS).plot()
    with pytest.raises(TypeError, match=r"series: expected a dataframe .*, got ndarray"):
        AnomalySeriesDisplay(SERIES.to_numpy(), BOUNDS).plot()
    with pytest.raises(ValueError, match="series: index: numbers of type int64"):
        AnomalySeriesDisplay(SERIES.reset_index(drop=True), BOUNDS).plot()
    with pytest.raises(ValueError, match="series: expected numbers"):
        AnomalySeriesDisplay(SERIES.assign(B="x"), BOUNDS).plot()
    with pytest.raises(ValueError, match="series: expected one column a station"):
        AnomalySeriesDisplay(SERIES[[]], BOUNDS).plot()
    with pytest.raises(ValueError, match="event: expected a catalog of one earthquake, got 2"):
        AnomalySeriesDisplay(SERIES, BOUNDS, event=pd.concat([EVENT, EVENT], ignore_index=True)).plot()
