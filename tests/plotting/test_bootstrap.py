"""Bands and whiskers come from whole units, as the scores' intervals do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from skquake.metrics import classification_summary, score_interval
from skquake.plotting import ClassROCDisplay, ForecastBarsDisplay, ScoreBarsDisplay
from skquake.plotting._bootstrap import roc_band, summary_intervals
from skquake.plotting._forecast_intervals import _score, forecast_intervals

N = 400
RNG = np.random.default_rng(3)
LABEL = np.arange(N) % 2
UNIT = np.arange(N) // 4
SAID = np.clip(0.5 + 0.15 * (LABEL - 0.5) + RNG.normal(0, 0.15, 100)[UNIT] + 0.05 * RNG.normal(size=N), 0, 1)
PROBA = np.stack([1 - SAID, SAID], axis=1)
THREE = RNG.integers(0, 3, N)
OF_THREE = RNG.dirichlet([1, 1, 1], N)


def test_the_interval_of_the_area_is_that_of_the_score():
    band = roc_band(LABEL == 1, SAID, np.ones(N), UNIT)
    options = {"event_id": UNIT, "sample_weight": None, "n_resamples": 500, "random_state": 0}
    expected = score_interval("seismic_auc", LABEL, PROBA, **options)
    assert (band.auc_low, band.auc_high) == pytest.approx((expected.low, expected.high), abs=0.004)
    assert band.n_units == expected.n_units == 100
    assert band.auc_low < roc_auc_score(LABEL, SAID) < band.auc_high


def test_a_band_holds_its_curve_and_is_wider_for_fewer_units():
    display = ClassROCDisplay.from_predictions({"a": (LABEL, PROBA)}, classes=[1], units=UNIT).plot()
    band, (fpr, tpr) = display.bands["a"][1], display.curves["a"][1]
    inside = np.interp(band.fpr, fpr, tpr)
    assert ((band.low <= inside + 0.02) & (inside <= band.high + 0.02)).mean() > 0.95
    few = roc_band(LABEL == 1, SAID, np.ones(N), np.arange(N) // 20)
    assert few.auc_high - few.auc_low > 0 and few.n_units == 20
    assert "[" in display.ax_.get_legend().get_texts()[0].get_text() and len(display.ax_.collections) == 1


def test_without_units_or_with_too_few_there_is_no_band():
    bare = ClassROCDisplay.from_predictions({"a": (LABEL, PROBA)}, classes=[1]).plot()
    assert bare.bands is None and not bare.ax_.collections
    band = roc_band(LABEL == 1, SAID, np.ones(N), np.arange(N) // 100)
    assert np.isnan([band.auc_low, band.low[5]]).all()
    few = ClassROCDisplay.from_predictions(
        {"a": (LABEL, PROBA)}, classes=[1], units=np.arange(N) // 100
    ).plot()
    assert not few.ax_.collections and "[" not in few.ax_.get_legend().get_texts()[0].get_text()
    with pytest.raises(ValueError, match=r"'a': units has 399 values and y 400"):
        ClassROCDisplay.from_predictions({"a": (LABEL, PROBA)}, units=UNIT[:-1])


def test_whiskers_of_three_classes_hold_their_scores():
    found = summary_intervals(THREE, OF_THREE, np.ones(N), np.arange(N))
    scores = classification_summary(THREE, OF_THREE)
    for key, low, high in zip(("mcc", "f1_micro", "f1_macro"), found.low, found.high, strict=True):
        assert low < scores[key] < high
    one = summary_intervals(THREE, np.eye(3)[THREE], np.ones(N), np.arange(N))
    np.testing.assert_allclose(np.r_[one.low, one.high], 1.0)
    display = ScoreBarsDisplay.from_predictions(
        {"forest": (THREE, OF_THREE)}, units=np.arange(N), title="DataSet 01, random controls"
    ).plot()
    assert display.ax_.get_title() == "DataSet 01, random controls"
    drawn = [part.get_segments()[0][:, 0] for part in display.ax_.collections]
    np.testing.assert_allclose(drawn, np.stack([display.low.iloc[0], display.high.iloc[0]], axis=1))
    assert "95 % interval" in display.ax_.get_xlabel()


@pytest.mark.parametrize("score", ["rmse", "mae", "bias", "r2", "pearson", "pearson_squared"])
def test_forecasts_have_whiskers_from_blocks_of_time(score):
    times = pd.date_range("2020-01-01", periods=500, freq="D")
    observed = pd.DataFrame({"A": RNG.normal(size=500), "B": RNG.normal(size=500)}, times)
    forecast = observed + RNG.normal(0.2, 0.5, observed.shape)
    display = ForecastBarsDisplay.from_predictions(observed, {"late": forecast}, score=score)
    low, high = display.low["late"], display.high["late"]
    assert ((low < display.table["late"]) & (display.table["late"] < high)).all()
    assert len(display.plot().ax_.collections) == 1
    plain = ForecastBarsDisplay.from_predictions(
        observed.reset_index(drop=True), {"late": forecast.reset_index(drop=True)}, score=score
    )
    assert plain.low is None and plain.table["late"].tolist() == display.table["late"].tolist()


def test_sums_give_the_scores_themselves():
    observed, forecast = RNG.normal(size=50), RNG.normal(size=50)
    error = forecast - observed
    sums = [50, error.sum(), np.abs(error).sum(), (error**2).sum(), observed.sum(), (observed**2).sum()]
    sums = np.array([[*sums, forecast.sum(), (forecast**2).sum(), (observed * forecast).sum()]])
    assert _score(sums, "rmse")[0] == pytest.approx(np.sqrt(np.mean(error**2)))
    assert _score(sums, "pearson")[0] == pytest.approx(np.corrcoef(observed, forecast)[0, 1])
    assert _score(sums, "r2")[0] == pytest.approx(
        1 - np.sum(error**2) / np.sum((observed - observed.mean()) ** 2)
    )


def test_no_times_no_whiskers():
    table = pd.DataFrame({"A": [1.0, 2.0]})
    assert forecast_intervals(table, {"a": table}, {"all": np.ones(2, bool)}, "rmse") is None
