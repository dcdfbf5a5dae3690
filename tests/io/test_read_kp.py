"""GFZ Kp: golden values, thirds, overlaps, wrong files."""

import numpy as np
import pandas as pd
import pytest
from _io_layouts import kp_daily, sw_csv, sw_text

from skquake.io import FormatError, read_kp


def test_real_file_golden_values(real_data):
    kp = read_kp(real_data / "indices" / "Kp_ap_Ap_SN_F107_nowcast.txt")
    day = kp["2025-02-05"]
    assert day.iloc[:2].tolist() == pytest.approx([1.000, 1.667], abs=1e-3)
    assert day.iloc[2:].isna().all() and len(day) == 8
    assert len(kp) == 30 * 8
    assert (kp.index.to_series().diff().dropna() == pd.Timedelta(hours=3)).all()


def test_thirds_are_exact_and_index_is_the_start(tmp_path):
    (tmp_path / "kp.txt").write_text(kp_daily())
    kp = read_kp(tmp_path / "kp.txt")
    np.testing.assert_array_equal(kp, [1, 5 / 3, np.nan, 0, 9, 7 / 3, 11 / 3, 4])
    assert kp.name == "kp" and kp.index.name == "time" and kp.index.dtype == np.dtype("datetime64[ns]")
    assert kp.index[1] == pd.Timestamp("2025-02-05 03:00")
    assert "Matzka" in kp.attrs["citation"]


def test_overlap_definitive_wins_and_missing_loses(tmp_path):
    (tmp_path / "now.txt").write_text(kp_daily(["2025 02 04", "2025 02 05"], " 2.000" * 8))
    (tmp_path / "def.txt").write_text(kp_daily(["2025 02 04"], " 3.000" * 8, d=2))
    (tmp_path / "gap.txt").write_text(kp_daily(["2025 02 05"], "-1.000 " * 8, d=1))
    for order in (["now", "def", "gap"], ["gap", "def", "now"]):
        kp = read_kp([tmp_path / f"{name}.txt" for name in order])
        assert kp.tolist() == [3.0] * 8 + [2.0] * 8
        assert kp.attrs["definitive_until"] == "2025-02-05 00:00:00"


def test_a_gap_between_files_ends_the_unbroken_run(tmp_path):
    for name, day in (("a", "2025 02 04"), ("b", "2025 02 05"), ("c", "2025 02 07")):
        (tmp_path / f"{name}.txt").write_text(kp_daily([day], " 3.000" * 8, d=2))
    kp = read_kp([tmp_path / f"{name}.txt" for name in "abc"])
    assert len(kp) == 24 and kp.attrs["definitive_until"] == "2025-02-06 00:00:00"


def test_three_hourly_layout_equals_daily(tmp_path):
    (tmp_path / "day.txt").write_text(kp_daily(values="1.000 1.667 -1.000 0.000 9.000 2.333 3.667 4.000"))
    values = ["1.000", "1.667", "-1.000", "0.000", "9.000", "2.333", "3.667", "4.000"]
    lines = [
        f"2025 02 05 {3 * i:04.1f} {3 * i + 1.5:05.2f} 34004.0 34004.1 {v} 4 0" for i, v in enumerate(values)
    ]
    (tmp_path / "three.txt").write_text("\n".join(lines) + "\n")
    pd.testing.assert_series_equal(read_kp(tmp_path / "three.txt"), read_kp(tmp_path / "day.txt"))


@pytest.mark.parametrize("text", [sw_csv(), sw_text()])
def test_celestrak_file_names_its_reader(tmp_path, text):
    (tmp_path / "sw.csv").write_text(text)
    with pytest.raises(FormatError, match="read_space_weather"):
        read_kp(tmp_path / "sw.csv")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("# only a header\n", "no line with Kp"),
        ("1 2 3\n", "line 1: 3 fields"),
        (kp_daily(["2025 02 30"]), "line 2.*no date"),
        (kp_daily(values="1.0 1.0 1.0 1.0 1.0 1.0 1.0 99"), "line 2: Kp 99"),
        (kp_daily(values="1.0 1.0 1.0 1.0 x 1.0 1.0 1.0"), "line 2: field 'x'"),
        (kp_daily(values="1.0 1.0 1.0 1.0 nan 1.0 1.0 1.0"), "line 2: field 'nan'"),
        (kp_daily()[:-3], "no line end"),
    ],
)
def test_wrong_files(tmp_path, text, match):
    (tmp_path / "kp.txt").write_text(text)
    with pytest.raises(FormatError, match=match):
        read_kp(tmp_path / "kp.txt")
