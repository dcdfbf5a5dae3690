from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import pytest
from _index_layouts import OMNI_HOUR, omni

from skquake.io import FormatError, read_omni
from skquake.io._omni_words import HOURLY, MINUTES


def test_golden_values_of_the_real_file(real_data):
    path = real_data / "indices" / "omni2t_2000.dat"
    frame = read_omni(path)
    assert frame.shape == (25, 54) and frame.attrs["resolution"] == "1 h"
    first = frame.loc["2000-01-01 00:00"]
    known = {
        "speed": 675.0,
        "density": 2.9,
        "bx_gse": -5.6,
        "bz_gsm": 1.6,
        "temperature": 324194.0,
        "ae": 517.0,
    }
    known |= {"dst": -45.0, "ap": 56.0, "f107": 125.6, "kp": 16 / 3, "sunspot_number": 71.0, "al": -279.0}
    known |= {
        "au": 238.0,
        "mach_magnetosonic": 5.7,
        "lyman_alpha": 0.00789,
        "quasi_invariant": 0.0203,
        "b": 7.5,
    }
    known |= {"pressure": 2.64, "electric_field": -1.08, "beta": 0.97, "mach_alfven": 7.7, "pc_north": 3.7}
    for name, value in known.items():
        assert first[name] == value, name
    assert frame.loc["2000-01-01 05:00", "proton_flux_1"] == 73.10
    # The last record is all nines, but for the flag.
    assert frame.loc["2000-01-02 00:00"].drop("flux_flag").isna().all()
    words = np.array([line.split() for line in path.read_text().splitlines()], dtype=float)
    np.testing.assert_array_equal(frame["by_gsm"].iloc[:-1], words[:-1, 15])
    np.testing.assert_array_equal(frame["speed"].iloc[:-1], words[:-1, 24])


def test_hourly_columns_units_and_older_records(tmp_path):
    path = tmp_path / "omni2_2000.dat"
    path.write_text(omni(30))
    frame = read_omni(path)
    assert list(frame) == [word.name for word in HOURLY[3:]] and frame.index[29] == pd.Timestamp(
        "2000-01-02 05:00"
    )
    assert frame.attrs["units"]["speed"] == "km/s" and frame.attrs["units"]["f107"] == "sfu"
    assert frame["alpha_ratio"].isna().all() and frame["proton_flux_1"].isna().all()
    old = tmp_path / "old.dat"
    old.write_text(omni(3).replace(" 0.007890 0.0203", ""))
    assert list(read_omni(old)) == list(frame)[:-2]
    some = read_omni([old, path], columns=["dst", "kp"])
    assert list(some) == ["dst", "kp"] and len(some) == 30 and set(some.attrs["units"]) == {"dst", "kp"}
    assert read_omni(path, columns="ap")["ap"].tolist() == [56.0] * 30
    (tmp_path / "a.gz").write_bytes(gzip.compress(omni(3).encode()))
    pd.testing.assert_frame_equal(read_omni(tmp_path / "a.gz"), frame.iloc[:3])


@pytest.mark.parametrize(("kind", "n"), [("5 min", 45), ("1 min", 42)])
def test_high_resolution(tmp_path, kind, n):
    path = tmp_path / "hro.asc"
    path.write_text(omni(70, kind, day=366))
    frame = read_omni(path)
    assert list(frame) == [word.name for word in MINUTES[4:]][:n] and frame.attrs["resolution"] == kind
    assert frame.index[0] == pd.Timestamp("2000-12-31")
    assert frame.index[1] - frame.index[0] == pd.Timedelta(kind.replace("min", " min"))
    row = frame.iloc[0]
    known = {
        "bz_gsm": -3.54,
        "vx_gse": -434.6,
        "sym_h": -31.0,
        "asy_d": 14.0,
        "x_gse": 240.11,
        "timeshift": 2876.0,
    }
    known |= {"time_between_observations": -60.0, "pc_north": 1.22, "mach_magnetosonic": 6.1, "ae": 312.0}
    assert row[list(known)].to_dict() == known
    if kind == "5 min":
        assert np.isnan(row["proton_flux_10"]) and row["proton_flux_60"] == 0.22


def test_kinds_of_records_are_not_mixed(tmp_path):
    (tmp_path / "a.asc").write_text(omni(3, "1 min"))
    (tmp_path / "b.asc").write_text(omni(3, "5 min"))
    with pytest.raises(FormatError, match=r"b\.asc, records: 5 min, while .*a\.asc is 1 min"):
        read_omni([tmp_path / "a.asc", tmp_path / "b.asc"])
    with pytest.raises(FormatError, match=r"records of 46 words \(1 min\) have no dst"):
        read_omni(tmp_path / "a.asc", columns=["ae", "dst"])


def test_means_over_days_say_so(tmp_path):
    path = tmp_path / "omni_01_av.dat"
    lines = [f"2000{day:4d}  0 {OMNI_HOUR.replace(' 53 ', ' 22 ')}" for day in (1, 2, 3)]
    path.write_text("\n".join(lines) + "\n")
    frame = read_omni(path)
    assert frame.attrs["resolution"] == "1 d" and frame["kp"].tolist() == [2.2] * 3


def test_overflow_is_missing_and_the_later_file_wins(tmp_path):
    a, b = tmp_path / "a.dat", tmp_path / "b.dat"
    a.write_text(omni(2).replace("675.", "****", 1))
    b.write_text(omni(2).replace("  517 ", "  600 ", 1).replace(" 125.6 ", " 999.9 "))
    assert np.isnan(read_omni(a)["speed"].iloc[0])
    both = read_omni([a, b])
    assert both["speed"].tolist() == [675.0] * 2 and both["ae"].tolist() == [600.0, 517.0]
    assert both["f107"].tolist() == [125.6] * 2
    a.write_text(omni(2) + omni(1))
    assert len(read_omni(a)) == 2
    a.write_text(omni(2) + omni(1).replace("675.", "676."))
    with pytest.raises(FormatError, match="2000-01-01 00:00:00: given twice with different values"):
        read_omni(a)


def test_a_complete_file_may_lack_its_last_line_end(tmp_path):
    path = tmp_path / "a.dat"
    path.write_text(omni(3)[:-1])
    assert len(read_omni(path)) == 3
    path.write_text(omni(3)[:-2])
    with pytest.raises(FormatError, match="line 3: the last line has no line end"):
        read_omni(path)


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("  675. ", " 6750. ", "row 1: speed 6750 km/s is not between 0 and 3000"),
        ("  675. ", " 67_5. ", "line 1: speed '67_5.' is no number"),
        ("  675. ", "   nan ", "line 1: speed 'nan' is no number"),
        ("  675. ", "  1 75 ", "line 1: 58 words a line"),
        ("   1  0 2272", " 366  5 2272", None),
        ("   1  1 2272", " 367  1 2272", "row 2: day 367 is not between 1 and 366"),
        ("   1  1 2272", "   1 24 2272", "row 2: hour 24 is not between 0 and 23"),
        ("   1  1 2272", "  1.5 1 2272", "row 2: .* is no date"),
        ("2000   1  1", "2001 366  1", r"row 2: \[2001.0, 366.0, 1.0\] is no date"),
        ("   1  1 2272", "   1  2272", "line 2: 56 words instead of 57"),
        (" 53 ", " 97 ", "kp 97 is not between 0 and 90"),
    ],
)
def test_damage_is_named(tmp_path, old, new, match):
    path = tmp_path / "a.dat"
    text = omni(3)
    assert old in text
    path.write_text(text.replace(old, new, 1))
    if match is None:
        assert read_omni(path).index[-1] == pd.Timestamp("2000-12-31 05:00")
        return
    with pytest.raises(FormatError, match=match):
        read_omni(path)


def test_wrong_files_and_columns(tmp_path):
    path = tmp_path / "omni2_list.lst"
    path.write_text("2000 1 0 5.3 675\n")
    with pytest.raises(
        FormatError, match=r"5 words a line; OMNI records have 55 to 57.*take the whole files"
    ):
        read_omni(path)
    path.write_text("<html>OMNIWeb results</html>\n")
    with pytest.raises(FormatError, match="an HTML page"):
        read_omni(path)
    path.write_text(omni(2))
    for columns in (["sped"], [], ["kp", "kp"], ["year"]):
        with pytest.raises(ValueError, match="expected different names out of bartels_rotation"):
            read_omni(path, columns=columns)
