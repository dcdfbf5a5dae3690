"""WDC Dst: golden values, base value, fill, versions, lines with a stray blank."""

import numpy as np
import pandas as pd
import pytest
from _io_layouts import dst_line

from skquake.io import FormatError, read_dst


def test_real_file_golden_values(real_data):
    dst = read_dst(real_data / "indices" / "dst_wdc_2005-2020.txt")
    assert len(dst) == 5509 * 24
    assert dst.min() == -247 and str(dst.idxmin())[:10] == "2005-05-15"
    assert dst.notna().all() and dst.index.is_monotonic_increasing and dst.index.is_unique
    # The line of this day has a blank too many before -103.
    assert dst["2005-01-18"].iloc[7:10].tolist() == [-82, -103, -86]


def test_swarm_auxiliary_file(real_data):
    dst = read_dst(real_data / "indices" / "SW_OPER_AUX_DST_*.DBL")
    assert len(dst) == 12 * 24
    assert dst.notna().sum() == 54
    assert dst["2016-07-20 00:00"] == 43
    assert dst.attrs["versions"] == {"0": 12}


def test_base_value_fill_and_start_of_hour(tmp_path):
    (tmp_path / "dst.txt").write_text(dst_line(values=[5, 9999, *range(22)], base=-1))
    dst = read_dst(tmp_path / "dst.txt")
    assert dst.iloc[0] == -95 and np.isnan(dst.iloc[1])
    assert dst.index[0] == pd.Timestamp("2005-01-01") and dst.name == "dst"
    assert dst.attrs["units"] == {"dst": "nT"}


def test_days_sort_and_the_higher_version_wins(tmp_path):
    (tmp_path / "a.txt").write_text(dst_line("0501*02") + dst_line("0501*01", [1] * 24, version="2"))
    (tmp_path / "b.txt").write_text(dst_line("0501*01", [7] * 24, version="0").rstrip("\n"))
    for order in ("ab", "ba"):
        dst = read_dst([tmp_path / f"{name}.txt" for name in order])
        assert dst.index.is_monotonic_increasing and len(dst) == 48
        assert dst.iloc[0] == 1


def test_of_one_version_a_value_wins_over_a_missing_one(tmp_path):
    """The real-time file of the morning, read behind that of the evening, has the later hours missing."""
    (tmp_path / "a.txt").write_text(dst_line(values=[-5] * 24, version="0"))
    (tmp_path / "b.txt").write_text(dst_line(values=[-4] * 6 + [9999] * 18, version="0"))
    dst = read_dst([tmp_path / "a.txt", tmp_path / "b.txt"])
    assert dst.tolist() == [-4] * 6 + [-5] * 18
    assert read_dst([tmp_path / "b.txt", tmp_path / "a.txt"]).tolist() == [-5] * 24


def test_century(tmp_path):
    (tmp_path / "a.txt").write_text(dst_line("5709*13", century="  ") + dst_line("5709*14", century="19"))
    assert set(read_dst(tmp_path / "a.txt").index.year) == {1957}


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (dst_line()[:100], "line 1: expected 120 columns"),
        (dst_line() + "hello\n", "line 2"),
        (dst_line("0513*01"), "line 1"),
        (dst_line("0502*30"), "line 1"),
        (dst_line().replace("  -5", " x 5"), "line 1"),
        (dst_line().replace("-1  -2", "-1 2-2"), "line 1"),
        (dst_line().replace("-1  -2", "-1    "), "line 1"),
        ("time,dst\n2005-01-01,5\n", "line 1"),
    ],
)
def test_wrong_files(tmp_path, text, match):
    (tmp_path / "dst.txt").write_text(text)
    with pytest.raises(FormatError, match=match):
        read_dst(tmp_path / "dst.txt")
