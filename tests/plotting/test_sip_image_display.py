from __future__ import annotations

import numpy as np
import pytest

from skquake.plotting import SIPImageDisplay

CHANNELS = ("TEC", "median", "lower", "upper", "positive", "negative")


def image(days=30, samples=24, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.normal(30, 8, (days, samples, 6)).astype("float32")
    values[..., 4:] = 0
    values[2, :6, 4] = values[5:8, 0, 5] = 1
    return values


def test_limits_and_shares():
    values = image()
    values[0, 0, 0] = np.nan
    display = SIPImageDisplay(values)
    known = values[..., :4][np.isfinite(values[..., :4])]
    assert display.limits_ == (max(known.min(), 0.0), known.max())  # contents are not negative
    assert display.shares_.to_dict() == {"positive": 6 / 720, "negative": 3 / 720}


def _titles(display):
    return [axes.get_title() for axes in display.axes_.flat]


def test_six_panels(given_axes):
    axes = given_axes(2, 3)
    display = SIPImageDisplay(image(), start="2000-12-14").plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    assert _titles(display) == [*CHANNELS[:4], "positive anomaly: 0.8%", "negative anomaly: 0.4%"]
    drawn = [axes.images[0] for axes in display.axes_.flat]
    assert {found.get_clim() for found in drawn[:4]} == {display.limits_}
    np.testing.assert_array_equal(drawn[1].get_array(), image()[..., 1])
    np.testing.assert_array_equal(drawn[5].get_array(), image()[..., 5] != 0)
    assert drawn[0].get_extent() == [0, 24, 30, 0]
    assert [tick.get_text() for tick in display.axes_[0, 0].get_yticklabels()][:2] == [
        "2000-12-14",
        "2000-12-21",
    ]
    assert display.axes_[1, 2].get_xlabel() == "time of day (h UT)"


def test_other_channels_and_cadences():
    display = SIPImageDisplay(image(10, 12)[..., [0, 4]], channels=["TEC", "outside"], n_anomalies=1).plot()
    assert display.axes_.shape == (1, 2) and display.shares_.index.tolist() == ["outside"]
    assert display.axes_[0, 0].images[0].get_extent() == [0, 24, 10, 0]


def test_an_image_without_a_known_value():
    display = SIPImageDisplay(np.full((30, 24, 6), np.nan)).plot()
    assert np.isnan(display.limits_).all() and display.shares_.isna().all()


def test_errors():
    with pytest.raises(ValueError, match=r"shape \(days, samples a day, 6\), got \(1, 30, 24, 6\)"):
        SIPImageDisplay(image()[None]).plot()
    with pytest.raises(ValueError, match=r"got \(6, 30, 24\); channels are the last"):
        SIPImageDisplay(np.moveaxis(image(), 2, 0)).plot()
    with pytest.raises(ValueError, match="names repeat"):
        SIPImageDisplay(image(), channels=["TEC"] * 6).plot()
    with pytest.raises(ValueError, match="n_anomalies=7 of 6 channels"):
        SIPImageDisplay(image(), n_anomalies=7).plot()
    with pytest.raises(ValueError, match="expected numbers"):
        SIPImageDisplay([["x"]]).plot()


def test_what_noise_would_flag_stands_beside():
    image = np.zeros((30, 24, 6))
    titles = [axes.get_title() for axes in SIPImageDisplay(image, expected_rate=0.39).plot().axes_.flat]
    assert titles[4:] == ["positive anomaly: 0.0%\n(noise: 19.5%)", "negative anomaly: 0.0%\n(noise: 19.5%)"]
