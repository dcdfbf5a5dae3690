from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from _index_layouts import gfz_day, gfz_json, hpo, omni

from skquake.io import FormatError, read_hpo


def test_golden_values_of_the_real_files(real_data):
    folder = real_data / "indices"
    half = read_hpo(folder / "Hp30_ap30_complete_series.txt")
    assert half.shape == (1488, 2) and half.index[0] == pd.Timestamp("2025-06-17")
    assert half.index[-1] == pd.Timestamp("2025-07-17 23:30") and half.iloc[-1].to_dict() == {
        "hp30": 1,
        "ap30": 4,
    }
    assert half.loc["2025-06-17 05:00"].tolist() == [8 / 3, 12.0] and half.notna().all(axis=None)
    whole = read_hpo(folder / "Hp60_ap60_nowcast.txt")
    assert whole.shape == (720, 2) and whole.loc["2025-06-19 00:00"].tolist() == [10 / 3, 18.0]
    assert whole.iloc[-3:].isna().all(axis=None)
    text = [
        line.split() for line in (folder / "Hp60_ap60_nowcast.txt").read_text().splitlines() if line[0] != "#"
    ]
    ap = np.array([float(line[8]) for line in text])
    np.testing.assert_array_equal(whole["ap60"].fillna(-1), ap)


def test_values_thirds_and_missing(tmp_path):
    path = tmp_path / "a.txt"
    for minutes in (30, 60):
        path.write_text(hpo(4, minutes))
        frame = read_hpo(path)
        assert list(frame) == [f"hp{minutes}", f"ap{minutes}"]
        assert frame.iloc[:, 0].tolist()[::3] == [7 / 3, 29 / 3] and frame.iloc[2].isna().all()
        assert frame.index[1] - frame.index[0] == pd.Timedelta(minutes=minutes)
        assert frame.attrs["units"] == {f"hp{minutes}": "1", f"ap{minutes}": "2 nT"}


def test_files_join_and_kinds_do_not_mix(tmp_path):
    a, b, c = (tmp_path / f"{name}.txt" for name in "abc")
    a.write_text(hpo(4))
    b.write_text(hpo(6, hp=[(3.0, 15), (1.333, 5), (2.0, 7), (-1.0, -1)]))
    both = read_hpo([a, b])
    assert both["hp30"].tolist() == [3, 4 / 3, 2, 29 / 3, 3, 4 / 3]
    c.write_text(hpo(4, 60))
    with pytest.raises(FormatError, match=r"c\.txt, table: Hp60, while .*a\.txt is Hp30"):
        read_hpo([a, c])


def test_json_of_the_web_service(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(gfz_json("Hp30", (3.0, 2.0, 2.333), hours=0.5, status=None))
    frame = read_hpo(path)
    assert list(frame) == ["hp30"] and frame["hp30"].tolist() == [3, 2, 7 / 3]
    assert frame.index[2] == pd.Timestamp("2025-01-07 01:00")
    path.write_text(gfz_json("Kp"))
    with pytest.raises(FormatError, match="JSON: GFZ's JSON, for read_gfz; expected GFZ's JSON of Hp30"):
        read_hpo(path)


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        (" 2.333    9 0", "22.333    9 0", None),
        (" 2.333    9 0", "32.333    9 0", "row 1: hp30 32.333 is not between 0 and 30"),
        (" 2.333    9 0", " 2.333    9 1", "row 1: .*last word 1: the date and the days must agree"),
        ("2025 07 17 00.5", "2025 07 18 00.5", "row 2: 2025-07-18T00:30.* against 34166 days since 1932"),
        ("2025 07 17 00.5", "2025 07 17 00.6", "table: .*expected a GFZ file of Hp30"),
        ("2025 07 17 00.5", "2025 13 17 00.5", "row 2: year, month and day are no date"),
        (" 2.333    9 0", " 2.33x    9 0", "line 2: hp '2.33x' is no number"),
        (" 2.333    9 0", " 2.333      0", "read_hpo; expected a GFZ file of Hp30 or Hp60"),
    ],
)
def test_damage_is_named(tmp_path, old, new, match):
    path = tmp_path / "a.txt"
    text = hpo(4)
    assert old in text
    path.write_text(text.replace(old, new, 1))
    if match is None:
        assert read_hpo(path)["hp30"].iloc[0] == 67 / 3
        return
    with pytest.raises(FormatError, match=match):
        read_hpo(path)


def test_other_files_are_named(tmp_path):
    path = tmp_path / "a.txt"
    for text, match in (
        ("# Kp and ap\n" + gfz_day(), "a GFZ file of Kp, for read_gfz or read_kp"),
        (omni(3), "an OMNI file, for read_omni"),
        (hpo(3, header=False)[:-5], "the last line has no line end"),
    ):
        path.write_text(text)
        with pytest.raises(FormatError, match=match):
            read_hpo(path)
