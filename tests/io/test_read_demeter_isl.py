"""DEMETER ISL records: the published one, order, duplicates, impossible records."""

import gzip

import numpy as np
import pytest
from _io_layouts import isl_bytes

from skquake import TrackSource
from skquake.io import FormatError, read_demeter_isl


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "DMT_N1_1144_005850.DAT"
    path.write_bytes(isl_bytes())
    return path


def test_published_record(path):
    first = read_demeter_isl(path).iloc[0]
    assert str(first["time"]) == "2004-08-11 15:57:36"
    assert first["Ne"] == pytest.approx(43708.69, abs=0.005) and first["Ni"] == pytest.approx(
        36078.2, abs=0.005
    )
    assert first["Te"] == pytest.approx(3125.682, abs=0.0005)
    potentials = [first[name] for name in ("V_plasma", "V_floating", "V_satellite")]
    assert potentials == pytest.approx([1.0184, -0.12, -0.106], abs=5e-5)
    assert (first["orbit"], first["ascending"], first["burst"]) == (585, True, False)
    assert (first["latitude"], first["longitude"], first["altitude_km"]) == (-30.0, -10.0, 710.0)


def test_several_files_in_any_order_and_compressed(tmp_path):
    (tmp_path / "b.DAT").write_bytes(isl_bytes(start="2004-08-11T15:58:00"))
    (tmp_path / "a.DAT.gz").write_bytes(gzip.compress(isl_bytes()))
    (tmp_path / "c.DAT").write_bytes(isl_bytes(5, start="2004-08-12T00:00:00", mode=b"ISL BURST "))
    frame = read_demeter_isl([tmp_path / "c.DAT", tmp_path / "b.DAT", tmp_path / "a.DAT.gz"])
    assert len(frame) == 24 + 30 + 5 and frame["time"].is_monotonic_increasing and frame["time"].is_unique
    assert frame["burst"].sum() == 5 and frame.attrs["units"]["Ne"] == "cm-3"
    assert len(TrackSource(frame[frame["burst"]], channels=["Ne", "Te"]).passes) == 1


@pytest.mark.parametrize(
    ("at", "value", "what"),
    [
        (10, np.array(13, ">i2"), "date"),
        (12, np.array(31, ">i2"), "whole"),
        (14, np.array(24, ">i2"), "date"),
        (38, np.array(91, ">f4"), "latitude"),
        (38, np.array(np.nan, ">f4"), "latitude"),
        (42, np.array(1e9, ">f4"), "longitude"),
        (46, np.array(-1, ">f4"), "altitude"),
        (24, np.array(7, ">i2"), "sub-orbit"),
        (204, np.array(b"IAP"), "mode"),
    ],
)
def test_impossible_record(path, at, value, what):
    data = bytearray(path.read_bytes())
    at += 3 * 289
    data[at : at + value.nbytes] = value.tobytes()
    path.write_bytes(data)
    if what == "whole":  # 31 August exists, 31 February does not
        assert len(read_demeter_isl(path)) == 30
        data[at - 2 : at] = np.array(2, ">i2").tobytes()
        path.write_bytes(data)
        what = "date"
    with pytest.raises(FormatError, match=f"byte 867: record 3: impossible {what}"):
        read_demeter_isl(path)


def test_not_finite_is_nan(path):
    data = bytearray(path.read_bytes())
    data[265:269] = np.array(np.inf, ">f4").tobytes()
    path.write_bytes(data)
    assert read_demeter_isl(path)["Ne"].isna().tolist() == [True] + [False] * 29


def test_cut(path):
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(FormatError, match="byte 8381: 8663 bytes are not whole records of 289"):
        read_demeter_isl(path)
