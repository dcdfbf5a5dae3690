"""Dst besides the exchange format: monthly table, page, IAGA-2002; and Swarm's files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from _index_layouts import dst_page, hpo, iaga, iaga_dst, monthly_dst
from _io_layouts import dst_line

from skquake.io import FormatError, read_dst


def test_swarm_auxiliary_file(real_data):
    dst = read_dst(real_data / "indices" / "SW_OPER_AUX_DST_2F_20160720T000000_20160722T055959_0001.DBL")
    assert (
        len(dst) == 12 * 24 and dst.iloc[0] == 43 and dst.min() == -26 and dst.attrs["versions"] == {"0": 12}
    )
    assert dst.loc["2016-07-22 05:00"] == -8 and dst.loc["2016-07-22 06:00":].isna().all()


@pytest.mark.parametrize("make", [monthly_dst, dst_page])
def test_monthly_table_and_page(tmp_path, make):
    path = tmp_path / "dst"
    path.write_text(make())
    dst = read_dst(path)
    assert (
        len(dst) == 28 * 24
        and dst.index[0] == pd.Timestamp("2021-02-01")
        and dst.attrs["versions"] == {"2": 28}
    )
    assert dst.loc["2021-02-11 07:00"] == -18 and dst.iloc[-1] == -51 and dst.notna().all()


@pytest.mark.parametrize("make", [monthly_dst, dst_page])
def test_values_that_touch(tmp_path, make):
    """Columns of four hold "-235-217" and "99999999" without blanks; 10 before 9999 reads "  109999"."""
    storm = {2: [-235, -217, -225, -304, *range(-300, -288), 5, 10, *[9999] * 6]}
    path = tmp_path / "dst"
    path.write_text(make(values=storm, version="REAL-TIME"))
    day = read_dst(path).loc["2021-02-02"]
    assert (
        day.tolist()[:4] == [-235, -217, -225, -304]
        and day.tolist()[16:18] == [5, 10]
        and day.iloc[18:].isna().all()
    )
    assert read_dst(path).attrs["versions"] == {"0": 28}


def test_a_month_that_is_not_over(tmp_path):
    path = tmp_path / "dst.txt"
    path.write_text(monthly_dst(days=5, version="REAL-TIME", month="March"))
    assert len(read_dst(path)) == 5 * 24
    for version in ("FINAL", "PROVISIONAL"):
        path.write_text(monthly_dst(days=5, version=version))
        with pytest.raises(FormatError, match="end of file: 5 of 28 days: the file is cut"):
            read_dst(path)


def test_versions_of_several_forms(tmp_path):
    """A final value wins over a real-time one, in whatever form."""
    final, early = tmp_path / "dst.wdc", tmp_path / "dst.txt"
    final.write_text(dst_line("2102*03", values=[-7] * 24))
    early.write_text(monthly_dst(version="REAL-TIME"))
    for files in ([final, early], [early, final]):
        dst = read_dst(files)
        assert dst.loc["2021-02-03"].tolist() == [-7] * 24 and dst.attrs["versions"] == {"0": 27, "2": 1}


@pytest.mark.parametrize("minute", ["00", "30"])
def test_iaga_2002(tmp_path, minute):
    path = tmp_path / "dst.dat"
    path.write_text(iaga_dst(minute))
    dst = read_dst(path)
    assert len(dst) == 48 and dst.index[0] == pd.Timestamp("2015-03-17") and dst.iloc[-1] == -57
    assert np.isnan(dst.iloc[5]) and dst.isna().sum() == 1 and dst.attrs["versions"] == {"2": 2}


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (monthly_dst().replace(" 3   -3", " 4   -3"), "line 9: day  4 where day 3 was expected"),
        (monthly_dst().replace("FEBRUARY   2021", "FEBRUARY"), "line 3: expected a day and 24 hours"),
        (monthly_dst().replace(" 3   -3  -4", " 3   -3    "), "line 9: expected 24 hours of Dst"),
        (monthly_dst().replace(" 3   -3  -4", " 3   -3-999"), None),
        (
            monthly_dst().replace(" 3   -3  -4", " 3   -39998"),
            "line 9: Dst .* nT is not between -2500 and 500",
        ),
        (monthly_dst()[:-3], "last line has no line end|24 hours"),
        (dst_page()[:-80].replace("</pre>", ""), "HTML: the table of Dst has no begin or no end"),
        (dst_page(days=10), "10 of 28 days"),
        (iaga_dst().replace("17 03:00", "18 03:00"), "line 12: 2015-03-18 is not day 076 of its year"),
        (iaga_dst(hours=30), "end of file: 2015-03-18 has no 24 hours: the file is cut"),
        (iaga_dst().replace("17 03:00", "17 03:30"), "some stamped at :00 and some at :30"),
        (iaga_dst().replace("17 03:00", "17 02:00"), "line 12: given twice with different values"),
        (iaga_dst().replace("-13.00", "-9913.00"), "line 12: Dst .* is not between"),
        (iaga_dst().replace("-13.00", "-x.00"), "line 12: expected date, time, day of year and Dst"),
        (iaga(), "an IAGA-2002 file, for read_iaga2002; expected Dst as"),
        (hpo(3), "a GFZ file of Hp30 or Hp60, for read_hpo; expected Dst as"),
    ],
)
def test_damage_and_wrong_files_are_named(tmp_path, text, match):
    path = tmp_path / "dst"
    path.write_text(text)
    if match is None:
        assert read_dst(path).loc["2021-02-03 01:00"] == -999
        return
    with pytest.raises(FormatError, match=match):
        read_dst(path)
