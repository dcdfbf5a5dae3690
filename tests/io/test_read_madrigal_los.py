"""Madrigal's lines of sight: filters, blocks, joined days, what is refused."""

import gzip

import h5py
import numpy as np
import pandas as pd
import pytest
from _gnss_layouts import write_madrigal_los

from skquake import io
from skquake.io import FormatError, _madrigal, read_madrigal_los

COLUMNS = {
    "latitude": "gdlat",
    "longitude": "glon",
    "azimuth_deg": "azm",
    "elevation_deg": "elm",
    "stec": "los_tec",
    "stec_error": "dlos_tec",
    "vtec": "tec",
    "receiver_bias": "rec_bias",
    "receiver_bias_error": "drec_bias",
}


def test_every_row_is_there_in_order(tmp_path):
    rows = write_madrigal_los(tmp_path / "los_20240101.001.h5", sites=(b"mizu", b"0abi", b"abmf"))
    frame = read_madrigal_los(tmp_path / "los_20240101.001.h5")
    assert len(frame) == len(rows) == 36 and list(frame["site"].cat.categories) == ["0abi", "abmf", "mizu"]
    assert list(frame["gnss"][:4]) == ["GLONASS", "GPS"] * 2 and list(frame["satellite"][:2]) == [3, 7]
    order = np.lexsort((rows["sat_id"], rows["gnss_type"], rows["gps_site"], rows["ut1_unix"]))
    np.testing.assert_array_equal(
        frame["time"],
        rows["ut1_unix"][order].astype("int64").astype("datetime64[s]").astype("datetime64[ns]"),
    )
    for ours, theirs in COLUMNS.items():
        np.testing.assert_array_equal(frame[ours], rows[theirs][order].astype("float32"))
    assert frame.attrs["sites"]["abmf"] == {"latitude": 16.262, "longitude": -61.528}
    assert frame.attrs["pierce_altitude_km"] == 350.0 and frame.attrs["status"] == "final"
    assert frame.attrs["units"]["stec"] == "TECU" and frame.attrs["left_out"] == {}


@pytest.mark.parametrize("block", [1, 5, 7])
def test_filters_and_blocks(tmp_path, monkeypatch, block):
    rows = write_madrigal_los(tmp_path / "a.h5", sites=(b"mizu", b"0abi", b"abmf"), chunks=(4,))
    whole = read_madrigal_los(tmp_path / "a.h5")
    monkeypatch.setattr(_madrigal, "_BLOCK", block)
    pd.testing.assert_frame_equal(read_madrigal_los(tmp_path / "a.h5"), whole)
    one = read_madrigal_los(tmp_path / "a.h5", sites="MIZU", min_elevation=30)
    here = rows["gps_site"] == b"mizu"
    assert len(one) == (here & (rows["elm"] >= 30)).sum() > 0 and set(one["site"]) == {"mizu"}
    assert list(one["site"].cat.categories) == list(one.attrs["sites"]) == ["mizu"]
    low = {"rows of other sites": 24, "rows below 30 deg": int((here & (rows["elm"] < 30)).sum())}
    assert one.attrs["left_out"] == {name: n for name, n in low.items() if n}
    two = read_madrigal_los(tmp_path / "a.h5", sites=["mizu", "abmf"])
    pd.testing.assert_frame_equal(
        two.astype({"site": str}), whole[whole["site"] != "0abi"].reset_index(drop=True).astype({"site": str})
    )


def test_days_are_joined_and_the_last_version_wins(tmp_path):
    write_madrigal_los(tmp_path / "b.h5", start="2024-01-02", sites=(b"mizu",), seed=1)
    write_madrigal_los(tmp_path / "a.h5", sites=(b"abmf",))
    new = write_madrigal_los(tmp_path / "c.h5", sites=(b"abmf",), seed=2)
    with pytest.warns(UserWarning, match="12 rows repeat the time, site and satellite"):
        frame = read_madrigal_los([tmp_path / f"{name}.h5" for name in "bac"])
    assert len(frame) == 24 and frame.attrs["left_out"] == {"repeated rows": 12}
    assert sorted(frame["stec"][:12]) == sorted(new["los_tec"].astype("float32"))
    assert list(frame.attrs["sites"]) == ["abmf", "mizu"]


def test_an_old_file_holds_gps_alone(tmp_path):
    write_madrigal_los(tmp_path / "a.h5", drop=("gnss_type", "drec_bias", "pierce_alt"))
    frame = read_madrigal_los(tmp_path / "a.h5")
    assert set(frame["gnss"]) == {"GPS"} and "receiver_bias_error" not in frame
    assert frame.attrs["pierce_altitude_km"] is None
    write_madrigal_los(tmp_path / "b.h5", start="2024-01-02")
    with pytest.raises(FormatError, match=r"b\.h5, columns: differ .* \['receiver_bias_error'\]"):
        read_madrigal_los([tmp_path / "a.h5", tmp_path / "b.h5"])


def test_missing_values_and_the_date_line(tmp_path):
    write_madrigal_los(tmp_path / "a.h5", tec=np.nan, los_tec=np.inf, glon=179.99999999, elm=np.nan)
    frame = read_madrigal_los(tmp_path / "a.h5")
    assert frame[["stec", "vtec", "elevation_deg"]].isna().all(axis=None) and set(frame["longitude"]) == {
        -180.0
    }
    with pytest.raises(ValueError, match=r"min_elevation=5: no row; sites there: 0abi, abmf"):
        read_madrigal_los(tmp_path / "a.h5", min_elevation=5)
    with pytest.raises(ValueError, match=r"sites='xxxx'.*no row"):
        read_madrigal_los(tmp_path / "a.h5", sites="xxxx")
    with pytest.raises(ValueError, match="expected codes of receivers"):
        read_madrigal_los(tmp_path / "a.h5", sites=[])


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"drop": ("elm",)}, "Table Layout: no column elm; there are year, month"),
        ({"unit": "m"}, r"LOS_TEC: unit 'm'; expected TECU"),
        ({"los_tec": 4000.0}, "record 0: los_tec 4000 TECU is not between -300 and 3000"),
        ({"tec": [*[1.0] * 22, -999.0, 1.0]}, "record 22: tec -999 TECU"),
        ({"gdlat": 91.0}, "record 0: gdlat 91 deg"),
        ({"gdlatr": -91.0}, "record 0: gdlatr -91 deg"),
        ({"sat_id": -1}, "record 0: sat_id -1 is not between"),
        ({"ut1_unix": 0.0}, "record 0: 0 s since 1970 is no time between 1980 and 2199"),
        ({"ut1_unix": np.nan}, "record 0: nan s"),
    ],
)
def test_what_is_refused(tmp_path, options, match):
    write_madrigal_los(tmp_path / "a.h5", **options)
    with pytest.raises(FormatError, match=match):
        read_madrigal_los(tmp_path / "a.h5")


def test_the_record_of_a_bad_value_is_that_of_the_file(tmp_path):
    write_madrigal_los(tmp_path / "a.h5", tec=[*[1.0] * 22, -999.0, 1.0])
    with pytest.raises(FormatError, match="record 22: tec -999"):
        read_madrigal_los(tmp_path / "a.h5", sites="abmf")
    assert len(read_madrigal_los(tmp_path / "a.h5", sites="0abi")) == 12


def test_columns_of_other_kinds_are_refused(tmp_path):
    for site, tec in (("f8", "f8"), ("S40", "f8"), ("S4", "S8"), (("f8", (2,)), "f8")):
        columns = [("ut1_unix", "f8"), ("gps_site", site), ("sat_id", "i8"), ("los_tec", tec), ("elm", "f8")]
        rows = np.zeros(
            3, dtype=[(name, *([kind] if isinstance(kind, str) else kind)) for name, kind in columns]
        )
        rows["ut1_unix"] = 1.7e9
        with h5py.File(tmp_path / "a.h5", "w") as file:
            file["Data/Table Layout"] = rows
        with pytest.raises(FormatError, match=r"column (gps_site|los_tec) holds"):
            read_madrigal_los(tmp_path / "a.h5")


def test_a_small_file_that_promises_much_is_not_read(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        columns = [("ut1_unix", "f8"), ("gps_site", "S4"), ("sat_id", "i8"), ("los_tec", "f8"), ("elm", "f8")]
        file.create_dataset(
            "Data/Table Layout", shape=(10**9,), dtype=columns, chunks=(10**5,), compression="gzip"
        )
    with pytest.raises(FormatError, match="1000000000 records in chunks of 3600000 bytes: more than"):
        read_madrigal_los(tmp_path / "a.h5")


def test_packed_and_by_read(tmp_path):
    path = tmp_path / "los_20240101.001.h5"
    write_madrigal_los(path)
    frame = read_madrigal_los(path)
    told = io.describe(path)
    assert (told.status, told.format, told.n_rows) == ("read", "madrigal-los", 24) and told.notes[
        "status"
    ] == "final"
    pd.testing.assert_frame_equal(io.read(tmp_path, sites="0abi"), read_madrigal_los(path, sites="0abi"))
    (tmp_path / "a.gz").write_bytes(gzip.compress(path.read_bytes()))
    pd.testing.assert_frame_equal(read_madrigal_los(tmp_path / "a.gz"), frame)
