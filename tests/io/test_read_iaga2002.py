from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from _index_layouts import iaga, iaga_dst, omni

from skquake.io import FormatError, read_iaga2002


def write(path, *args, **kwargs):
    path.write_text(iaga(*args, **kwargs))
    return path


def test_components_flags_and_header(tmp_path):
    field = read_iaga2002(write(tmp_path / "bou.min"))
    assert list(field) == ["H", "D", "Z", "F"] and field.index[1] == pd.Timestamp("2013-09-01 00:01")
    assert field["H"].tolist()[:2] == [21516.28, 21516.55] and field["D"].tolist() == [-29.03, -29.09, -29.14]
    assert np.isnan(field["H"].iloc[2]) and np.isnan(field["F"].iloc[1])
    about = field.attrs
    assert about["units"] == {"H": "nT", "D": "arcmin", "Z": "nT", "F": "nT"}
    assert (about["code"], about["station"], about["latitude"], about["elevation_m"]) == (
        "BOU",
        "Boulder",
        40.137,
        1682,
    )
    assert about["longitude"] == pytest.approx(-105.236) and about["data_type"] == {"variation": 3}
    assert about["not_recorded"] == [] and "5527" in about["comments"] and about["orientation"] == "HDZ"


def test_names_are_those_of_the_file(tmp_path):
    rows = [("2026-09-27 19:39:00.000 270", (20475.82, 2777.15, 46627.16, 88888.0))]
    field = read_iaga2002(write(tmp_path / "a.min", rows, components="XYZF"))
    assert list(field) == ["X", "Y", "Z", "F"] and field.attrs["not_recorded"] == ["F"]
    assert field.iloc[0].tolist()[:3] == [20475.82, 2777.15, 46627.16] and np.isnan(field["F"].iloc[0])
    with pytest.warns(UserWarning, match="header reports HDZF, the columns are X, Y, Z, F; these are taken"):
        read_iaga2002(write(tmp_path / "b.min", rows, components="XYZF", reported="HDZF"))


def test_an_index_of_minutes(tmp_path):
    """Kyoto gives SYM-H and AE in this form, too."""
    text = iaga([("2013-09-01 00:00:00.000 244", (5.0, -12.0, 9.0, 7.0))], "HDZF", code="ASY")
    text = text.replace("ASYH      ASYD      ASYZ      ASYF", "ASY-D     ASY-H     SYM-D     SYM-H").replace(
        "IAGA CODE              ASY", "IAGA CODE                 "
    )
    (tmp_path / "asy.min").write_text(text.replace("HDZF  ", "      "))
    frame = read_iaga2002(tmp_path / "asy.min")
    assert list(frame) == ["ASY-D", "ASY-H", "SYM-D", "SYM-H"] and frame["SYM-H"].iloc[0] == 7


@pytest.mark.parametrize(
    ("code", "names"), [("AE", ["AE", "AU", "AL", "AO"]), ("ASY", ["ASY-D", "ASY-H", "SYM-D", "SYM-H"])]
)
def test_indices_keep_their_names(tmp_path, code, names):
    """As Kyoto writes them: the code of the file is an index, or its beginning."""
    text = iaga([("2013-09-01 00:00:00.000 244", (516.0, 29.0, -479.0, 80.0))], code=code, reported=" ")
    text = text.replace("      ".join(f"{code}{name}" for name in "HDZF"), "      ".join(names))
    (tmp_path / "a.min").write_text(text)
    frame = read_iaga2002(tmp_path / "a.min")
    assert list(frame) == names and frame.iloc[0].tolist() == [516, 29, -479, 80]
    assert set(frame.attrs["units"].values()) == {"nT"}


def test_definitive_wins_and_files_join(tmp_path):
    rows = [
        ("2013-09-01 00:00:00.000 244", (1.0, 2.0, 3.0, 99999.0)),
        ("2013-09-01 00:03:00.000 244", (4.0,) * 4),
    ]
    best = write(tmp_path / "a.min", rows, kind="definitive")
    early = write(tmp_path / "b.min")
    for files in ([best, early], [early, best]):
        field = read_iaga2002(files)
        assert field["H"].tolist()[:2] == [1, 21516.55] and field["F"].iloc[0] == 52533.39 and len(field) == 4
        assert field.attrs["data_type"] == {"definitive": 2, "variation": 3}
    with pytest.raises(FormatError, match=r"c\.min, header: observatory SIT after BOU; read one at a time"):
        read_iaga2002([early, write(tmp_path / "c.min", code="SIT")])
    with pytest.raises(FormatError, match=r"components .* after .*; read one at a time"):
        read_iaga2002([early, write(tmp_path / "d.min", components="XYZF")])


def test_seconds_dos_line_ends_and_a_last_line_without_end(tmp_path):
    path = tmp_path / "a.sec"
    rows = [(f"2013-09-01 00:00:{s:02d}.500 244", (1.0, 2.0, 3.0, 4.0)) for s in range(60)]
    path.write_bytes(iaga(rows).replace("\n", "\r\n").encode()[:-2])
    field = read_iaga2002(path)
    assert len(field) == 60 and field.index[1] == pd.Timestamp("2013-09-01 00:00:01.5")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (iaga()[:-5], "line 17: the last line has no line end"),
        (
            iaga().replace("00:01:00.000 244", "00:01:00.000 245"),
            "row 2 below line 14: .* is no date of day 245",
        ),
        (iaga().replace("2013-09-01 00:01", "2013-19-01 00:01"), "is no date of day 244"),
        (iaga().replace("21516.55", "91516.55"), "row 2: H 91516.6 nT is not between -90000 and 90000"),
        (iaga().replace("21516.55", "2151x.55"), "line 16: H '2151x.55' is no number"),
        (iaga().replace("  -29.09", "        "), "line 16: 6 words instead of 7"),
        (iaga().replace("00:01:00.000", "00:00:00.000"), "given twice with different values"),
        (iaga().replace("BOUD", "BOUH"), "line 14: components .*: not different names of BOU"),
        (iaga().split("DATE")[0], "header: no line 'DATE TIME DOY ...'"),
        (iaga().split("2013")[0], "end of file: no line with data"),
        (iaga_dst(), "Dst in IAGA-2002 form, for read_dst"),
        (omni(3), "an OMNI file, for read_omni"),
        ("hello\n", "expected an IAGA-2002 file, from .*; the file begins 'hello"),
    ],
)
def test_damage_and_wrong_files_are_named(tmp_path, text, match):
    path = tmp_path / "a.min"
    path.write_text(text)
    with pytest.raises(FormatError, match=match):
        read_iaga2002(path)
