from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from _index_layouts import dgd, gfz_day, gfz_json, hpo, wdc_kp

from skquake.io import FormatError, kp_to_ap, read_gfz, read_kp

DAILY = ["kp", "ap", "ap_daily", "sunspot_number", "f107", "f107_adjusted", "definitive"]


def test_golden_values_of_the_real_file(real_data):
    path = real_data / "indices" / "Kp_ap_Ap_SN_F107_nowcast.txt"
    frame = read_gfz(path)
    assert list(frame) == DAILY and len(frame) == 240 and frame.index[0] == pd.Timestamp("2025-01-07")
    first = frame.iloc[0]
    assert (
        first.drop("definitive").tolist() == [7 / 3, 9, 11, 132, 167.7, 162.2]
        and not frame["definitive"].any()
    )
    assert frame.loc["2025-02-05 03:00", ["kp", "ap"]].tolist() == [5 / 3, 6.0]
    assert frame.loc["2025-02-05 06:00":].drop(columns="definitive").isna().all(axis=None)
    pd.testing.assert_series_equal(frame["kp"], read_kp(path), check_freq=False)
    known = frame.dropna()
    np.testing.assert_array_equal(kp_to_ap(known["kp"]), known["ap"])


def test_daily_values_stand_in_all_intervals(tmp_path):
    path = tmp_path / "kp.txt"
    path.write_text(gfz_day() + gfz_day("2025 01 08", flag=2, sn=-1, f107=-1.0))
    frame = read_gfz(path)
    assert (
        frame["ap_daily"].tolist() == [66.0] * 16
        and frame["sunspot_number"].isna().tolist() == [False] * 8 + [True] * 8
    )
    assert frame["f107"].tolist()[:8] == [167.7] * 8 and frame["f107"].iloc[8:].isna().all()
    # A missing Kp is not definitive, whatever its day.
    assert frame["definitive"].tolist() == [False] * 8 + [True, True, True, False, True, True, True, True]
    assert frame["kp"].iloc[6] == 9 and np.isnan(frame["kp"].iloc[3]) and np.isnan(frame["ap"].iloc[3])


def test_three_hourly_text(tmp_path):
    path = tmp_path / "kp.txt"
    row = "2025 02 05 {:04.1f} {:05.2f} 34004.00000 34004.06250 {:6.3f} {:4d} 1\n"
    path.write_text("# Kp ap\n" + row.format(0, 1.5, 1, 4) + row.format(3, 4.5, -1, -1))
    frame = read_gfz(path)
    assert (
        list(frame) == ["kp", "ap", "definitive"] and frame["kp"].iloc[0] == 1 and frame["ap"].isna().iloc[1]
    )
    assert frame["definitive"].tolist() == [True, False]
    path.write_text(row.format(0, 0.25, 1, 4))
    with pytest.raises(FormatError, match=r"its middle at 0\.25 h, not 3 h long"):
        read_gfz(path)


def test_wdc_form(tmp_path):
    path = tmp_path / "kp2501.wdc"
    path.write_text(wdc_kp())
    frame = read_gfz(path)
    assert len(frame) == 24 and frame.index[-1] == pd.Timestamp("2025-01-09 21:00")
    assert frame["kp"].tolist()[:8] == [7 / 3, 3, 8 / 3, 8 / 3, 7 / 3, 10 / 3, 7 / 3, 2]
    assert frame["ap"].tolist()[:8] == [9, 15, 12, 12, 9, 18, 9, 7]
    day = {"ap_daily": 11.0, "cp": 0.6, "c9": 3.0, "sunspot_number": 132.0, "f107": 167.7}
    assert frame.iloc[8][list(day)].to_dict() == day
    # The columns of Ap, Cp, C9, sunspots and flux may be blank, or not there.
    path.write_text(wdc_kp(""))
    assert read_gfz(path)[["ap_daily", "f107"]].isna().all(axis=None)
    kp = read_kp(path)
    assert kp.tolist()[:3] == [7 / 3, 3, 8 / 3] and kp.attrs["definitive_until"] is None and len(kp) == 24


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("250108", "240108", "line 2: date '240108' is not day '20' of Bartels rotation '2610'"),
        ("250108", "250107", "line 2: date '250107' is not day"),
        ("23302727", "23312727", "line 1: Kp .*end with 0, 3 or 7"),
        ("23302727", "2330 727", None),
        ("250108", "25x108", "line 2: expected a day of Kp in 55 to 71 columns"),
        ("23302727", "97302727", "row 1: kp 9.7 is not between 0 and 9"),
        ("132167.70", "1321 7.70", "line 1: columns 66 to 70: '1 7.7' is no number"),
        ("  9 15 12", "  9 1  12", "line 1: columns 35 to 37: ' 1 ' is no number"),
    ],
)
def test_damage_to_wdc_form_is_named(tmp_path, old, new, match):
    path = tmp_path / "kp.wdc"
    text = wdc_kp()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    if match is None:
        with pytest.warns(
            UserWarning, match="in 1 intervals ap is not that of Kp, first at 2025-01-07 06:00"
        ):
            assert read_gfz(path)["kp"].iloc[2] == 2 / 3
        return
    with pytest.raises(FormatError, match=match):
        read_gfz(path)


def test_json(tmp_path):
    path = tmp_path / "kp.json"
    path.write_text(gfz_json(values=(2.333, 3.0, None)))
    frame = read_gfz(path)
    assert frame["kp"].tolist()[:2] == [7 / 3, 3] and frame["definitive"].tolist() == [True, True, False]
    kp = read_kp(path)
    assert kp.iloc[1] == 3 and kp.attrs["definitive_until"].startswith("2025-01-07")
    path.write_text(gfz_json("Fobs", (167.7, 160.2), hours=24, status=None))
    flux = read_gfz(path)
    assert list(flux) == ["f107", "definitive"] and flux["f107"].tolist() == [167.7] * 8 + [160.2] * 8
    path.write_text(gfz_json("Ap", (11, 8), hours=24))
    assert read_gfz(path)["ap_daily"].tolist() == [11] * 8 + [8] * 8
    with pytest.raises(FormatError, match="GFZ's JSON, for read_gfz; expected GFZ's JSON of Kp"):
        read_kp(path)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (gfz_json()[:-5], "JSON: damaged or cut"),
        (gfz_json(values=(2.333, 12.0)), "kp 12 is not between 0 and 9"),
        (gfz_json(values=(2.333, "x")), "item 2: Kp 'x' is no number"),
        (gfz_json(values=(2.333, 1e400)), "item 2: Kp 'inf' is no number"),
        (gfz_json(hours=1), "item 2: 2025-01-07 01:00:00 begins no 3 hours"),
        (gfz_json(status="maybe"), "status: expected 'def' or 'pre'"),
        (gfz_json(values=(1.0, 2.0)).replace("[1.0, ", "["), "1 values of Kp for 2 dates"),
        (gfz_json(start="1007-01-07"), "item 1: datetime .* is no ISO 8601 date"),
        (gfz_json("Hp30"), "GFZ's JSON of Hp30 or Hp60, for read_hpo"),
        (json.dumps({"Kp": [1.0]}), "JSON: GFZ's JSON, for read_gfz"),
        ("[" * 100_000, "JSON: damaged or cut"),
        ('{"Kp": ' + "9" * 5000 + "}", "JSON: damaged or cut"),
        ('{"datetime": ["now"], "Kp": [1.0]}', "item 1: datetime 'now'"),
        (hpo(3), "a GFZ file of Hp30 or Hp60, for read_hpo"),
        (dgd(), "SWPC's daily geomagnetic data, for read_dgd"),
        (gfz_day().replace("9.000", "9.333"), "kp 9.333 is not between 0 and 9"),
        (gfz_day() + gfz_day("2025 01 08")[:-3], "line 2: the last line has no line end, and is not whole"),
        (gfz_day() + gfz_day(sn=130), "2025-01-07 00:00:00: given twice with different values"),
    ],
)
def test_damage_and_wrong_files_are_named(tmp_path, text, match):
    path = tmp_path / "kp"
    path.write_text(text)
    with pytest.raises(FormatError, match=match):
        read_gfz(path)


def test_definitive_wins_whatever_the_order(tmp_path):
    a, b = tmp_path / "a.txt", tmp_path / "b.json"
    a.write_text(gfz_day(flag=1))
    b.write_text(gfz_json(values=(1.0, 1.0, 1.0, 1.0), status="pre"))
    for files in ([a, b], [b, a]):
        frame = read_gfz(files)
        assert frame["kp"].tolist()[:4] == [7 / 3, 3, 8 / 3, 1] and frame["ap"].iloc[0] == 9
        assert frame["definitive"].tolist()[:4] == [True, True, True, False]
        assert frame["ap_daily"].tolist() == [66] * 8
