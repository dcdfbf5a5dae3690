"""Swarm TEC above the satellite: several GPS satellites at one time, versions, units, ranges."""

import zipfile

import numpy as np
import pandas as pd
import pytest
from _io_layouts import write_swarm, write_swarm_tec

from skquake import io
from skquake.io import FormatError, read_swarm_tec
from skquake.sources import TrackSource


def test_every_row_is_there_in_order_of_time_and_prn(tmp_path):
    times, data = write_swarm_tec(tmp_path / "a.cdf")
    frame = read_swarm_tec(tmp_path / "a.cdf")
    assert len(frame) == 60 and list(frame["prn"][:4]) == [2, 17, 31, 2]
    order = np.lexsort((data["PRN"], times))
    names = {"stec": "Absolute_STEC", "stec_relative": "Relative_STEC", "vtec": "Absolute_VTEC",
             "stec_relative_rms": "Relative_STEC_RMS", "dcb": "DCB", "dcb_error": "DCB_Error",
             "elevation_deg": "Elevation_Angle", "latitude": "Latitude", "prn": "PRN"}  # fmt: skip
    for ours, theirs in names.items():
        np.testing.assert_array_equal(frame[ours], data[theirs][order])
    np.testing.assert_array_equal(frame[["gps_x", "gps_y", "gps_z"]], data["GPS_Position"][order])
    np.testing.assert_array_equal(frame["time"], times[order])
    assert (frame["stec"] == -1.25).sum() == 1 and frame["vtec"].isna().sum() == 1
    np.testing.assert_allclose(frame["altitude_km"], 490.0)
    assert frame["longitude"].iloc[-1] == -180
    assert frame.attrs["units"]["stec"] == "TECU" and frame.attrs["units"]["gps_x"] == "m"
    assert "Swarm A" in frame.attrs["origin"] and frame.attrs["variables"]["vtec"] == "Absolute_VTEC"


def test_the_higher_version_wins_for_each_satellite(tmp_path):
    _, new = write_swarm_tec(tmp_path / "new.cdf", version="0402", seed=1)
    write_swarm_tec(tmp_path / "old.cdf", version="0401", seed=2)
    write_swarm_tec(tmp_path / "later.cdf", start="2014-05-02T00:00:00", seed=3)
    for order in (["old", "later", "new"], ["later", "new", "old"]):
        frame = read_swarm_tec([tmp_path / f"{name}.cdf" for name in order])
        assert len(frame) == 120 and not frame.duplicated(["time", "prn"]).any()
        assert sorted(frame["stec"][:60]) == sorted(new["Absolute_STEC"])


def test_as_downloaded_and_by_read(tmp_path):
    write_swarm_tec(tmp_path / "a.cdf")
    with zipfile.ZipFile(tmp_path / "SW_OPER_TECATMS_2F.CDF.ZIP", "w") as archive:
        archive.write(tmp_path / "a.cdf", "SW_OPER_TECATMS_2F.cdf")
        archive.writestr("SW_OPER_TECATMS_2F.HDR", "<Earth_Explorer_Header/>")
    packed = read_swarm_tec(tmp_path / "SW_OPER_TECATMS_2F.CDF.ZIP")
    pd.testing.assert_frame_equal(packed, read_swarm_tec(tmp_path / "a.cdf"))
    pd.testing.assert_frame_equal(packed, io.read(tmp_path / "SW_OPER_TECATMS_2F.CDF.ZIP"))


def test_a_track_holds_one_gps_satellite(tmp_path):
    write_swarm_tec(tmp_path / "a.cdf")
    frame = read_swarm_tec(tmp_path / "a.cdf")
    with pytest.raises(ValueError, match="two different observations"):
        TrackSource(frame, channels=["stec"])
    assert len(TrackSource(frame[frame["prn"] == 17], channels=["stec"]).time) == 20


def test_a_satellite_twice_at_one_time_is_warned_of(tmp_path):
    prn = np.tile([31, 2, 17], 20).astype("uint16")
    prn[1] = 31
    _, data = write_swarm_tec(tmp_path / "a.cdf", PRN=prn)
    with pytest.warns(UserWarning, match="1 rows repeat the time and PRN"):
        frame = read_swarm_tec(tmp_path / "a.cdf")
    assert len(frame) == 59 and frame["stec"][1] == data["Absolute_STEC"][1]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"drop": ("PRN",)}, "no variable for prn"),
        ({"drop": ("Absolute_STEC",)}, "no variable for stec"),
        ({"unit": "m"}, "unit 'm'; expected TECU"),
        ({"PRN": np.full(60, 2.5)}, "record 0: 2.5 is no whole number"),
        ({"PRN": np.zeros(60)}, "record 0: 0 is no whole number"),
        ({"Absolute_STEC": np.full(60, -9999.0)}, "-9999 TECU is not between -300 and 3000"),
        ({"Elevation_Angle": np.full(60, 91.0)}, "91 deg is not between"),
        ({"Absolute_STEC": np.ones(59)}, "different or no length"),
    ],
)
def test_what_is_refused(tmp_path, options, match):
    write_swarm_tec(tmp_path / "a.cdf", **options)
    with pytest.raises(FormatError, match=match):
        read_swarm_tec(tmp_path / "a.cdf")


def test_two_satellites_and_another_product_are_refused(tmp_path):
    write_swarm_tec(tmp_path / "a.cdf")
    write_swarm_tec(tmp_path / "c.cdf", satellite="C")
    with pytest.raises(FormatError, match="satellite C"):
        read_swarm_tec(tmp_path / "*.cdf")
    write_swarm(tmp_path / "lp.cdf")
    with pytest.raises(FormatError, match="read_swarm_lp"):
        read_swarm_tec(tmp_path / "lp.cdf")
