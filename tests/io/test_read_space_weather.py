"""CelesTrak space weather: golden values, both layouts, forecasts never pass as observed."""

import numpy as np
import pandas as pd
import pytest
from _io_layouts import kp_daily, sw_csv, sw_days, sw_text

from skquake.io import FormatError, read_space_weather


def test_real_file_golden_values(real_data):
    frame = read_space_weather(real_data / "indices" / "SW-All.csv")
    day = frame.loc["2003-10-29"]
    assert day["kp"].tolist() == pytest.approx([4.67, 4, 9, 8, 7.67, 7.67, 8.67, 8.67], abs=0.005)
    assert (day["f107"] == 291.7).all() and not frame["predicted"].any()
    assert frame.index.is_unique and frame.index.is_monotonic_increasing
    assert frame.index[-1] == pd.Timestamp("2026-08-06 21:00")
    assert len(frame) == (25_087 + 60) * 8
    assert frame.attrs["left_out"] == {"predicted day": 43 + 181}
    # Every Kp stands at an exact third.
    np.testing.assert_array_equal(frame["kp"] * 3, np.round(frame["kp"] * 3))


def test_real_file_forecasts_on_request(real_data):
    frame = read_space_weather(real_data / "indices" / "SW-All.csv", predicted="keep")
    assert frame["predicted"].sum() == (43 + 181) * 8
    assert set(frame.loc[frame["predicted"], "f107_type"]) == {"PRD", "PRM"}
    assert frame.loc[frame["f107_type"] == "PRM", "kp"].isna().all()


@pytest.mark.parametrize("predicted", ["drop", "keep"])
def test_csv_and_text_twin_agree(tmp_path, predicted):
    (tmp_path / "sw.csv").write_text(sw_csv())
    (tmp_path / "sw.txt").write_text(sw_text())
    a, b = (read_space_weather(tmp_path / name, predicted=predicted) for name in ("sw.csv", "sw.txt"))
    pd.testing.assert_frame_equal(a, b)
    assert len(a) == 8 * (2 if predicted == "drop" else 4)
    assert a["kp"].iloc[0] == 14 / 3 and a["ap"].iloc[2] == 400 and a["f107"].iloc[8] == 271.4
    assert a["f107_type"].iloc[8] == "INT" and not a["predicted"].iloc[8]


def test_observed_day_wins_over_its_forecast(tmp_path):
    date, kp, ap, _, _ = sw_days()[0]
    (tmp_path / "new.csv").write_text(sw_csv([(date, kp, ap, 100.0, "OBS")]))
    (tmp_path / "old.csv").write_text(sw_csv([(date, kp, ap, 50.0, "PRD")]))
    for order in (["new", "old"], ["old", "new"]):
        assert read_space_weather([tmp_path / f"{n}.csv" for n in order])["f107"].tolist() == [100.0] * 8


def test_of_two_observed_days_a_value_wins_over_a_missing_one(tmp_path):
    date, kp, ap, f107, kind = sw_days()[0]
    (tmp_path / "a.csv").write_text(sw_csv([(date, kp, ap, f107, kind)]))
    (tmp_path / "b.csv").write_text(sw_csv([(date, (*kp[:4], *[""] * 4), (*ap[:4], *[""] * 4), 290.0, kind)]))
    for order in ("ab", "ba"):
        frame = read_space_weather([tmp_path / f"{name}.csv" for name in order])
        assert frame["ap"].tolist() == list(ap) and frame["kp"].notna().all()
        assert frame["f107"].unique() == [290.0 if order == "ab" else f107]


def test_all_kp_codes_map_to_their_third(tmp_path):
    codes = [
        0,
        3,
        7,
        10,
        13,
        17,
        20,
        23,
        27,
        30,
        33,
        37,
        40,
        43,
        47,
        50,
        53,
        57,
        60,
        63,
        67,
        70,
        73,
        77,
        80,
        83,
        87,
        90,
    ]
    days = [
        (f"2003-01-{i + 1:02d}", tuple((codes * 2)[8 * i : 8 * i + 8]), (0,) * 8, 100.0, "OBS")
        for i in range(4)
    ]
    (tmp_path / "sw.csv").write_text(sw_csv(days))
    np.testing.assert_allclose(
        read_space_weather(tmp_path / "sw.csv")["kp"].iloc[:28], np.arange(28) / 3, atol=1e-12
    )


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (kp_daily(), "read_kp"),
        (sw_csv().replace("KP3", "KPX"), "no column KP3"),
        (sw_csv().replace("OBS,150", "ABC,150"), "row 2: data type 'ABC'"),
        (sw_csv().replace("2003-10-30", "2003-10-32"), "row 3: DATE"),
        (sw_csv().replace(",47,", ",470,", 1), "day 2003-10-29: KP1"),
        (sw_text().replace("OBSERVED_POINTS 2", "OBSERVED_POINTS 3"), "promised 3"),
        (sw_text().replace("END MONTHLY_PREDICTED", ""), "end of file"),
        (sw_text().replace(" 150.0", " 15.0", 1), "130 columns"),
        (sw_text().replace("2003 10 29", "2003 10 99"), "day 1"),
        (sw_text().split("BEGIN")[0], "end of file"),
    ],
)
def test_wrong_files(tmp_path, text, match):
    (tmp_path / "sw").write_text(text, newline="")
    with pytest.raises(FormatError, match=match):
        read_space_weather(tmp_path / "sw")


def test_predicted_is_checked(tmp_path):
    with pytest.raises(ValueError, match="predicted=True"):
        read_space_weather(tmp_path, predicted=True)
