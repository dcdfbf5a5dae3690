"""Files in archives, files of another kind under the name of data, and meridians given twice."""

import gzip
import struct
import tracemalloc
import zipfile

import numpy as np
import pandas as pd
import pytest
from _io_layouts import (
    kp_daily,
    olr_values,
    quakeml,
    quakeml_event,
    usgs,
    write_olr,
    write_swarm,
    write_swarm_mag,
)
from _satellite_layouts import vires_cdf

from skquake import io
from skquake.io import FormatError, _files


def zipped(path, members, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data, **options)
    return path


def test_a_zip_of_one_file_is_unpacked(tmp_path):
    text = kp_daily()
    (tmp_path / "kp.txt").write_text(text)
    path = zipped(tmp_path / "kp.zip", {"folder/": "", "folder/kp.txt": text, "kp.HDR": "<xml/>"})
    pd.testing.assert_series_equal(io.read_kp(path), io.read_kp(tmp_path / "kp.txt"))


def test_other_zips_are_refused(tmp_path):
    with pytest.raises(FormatError, match=r"2 files \(a.txt, b.txt\); expected one"):
        io.read_kp(zipped(tmp_path / "2.zip", {"a.txt": kp_daily(), "b.txt": kp_daily()}))
    with pytest.raises(FormatError, match="0 files"):
        io.read_kp(zipped(tmp_path / "0.zip", {"a.HDR": "x"}))
    with pytest.raises(FormatError, match="packed again"):
        io.read_kp(zipped(tmp_path / "z.zip", {"a.gz": gzip.compress(kp_daily().encode())}))
    with pytest.raises(FormatError, match="unpacks to more than"):
        io.read_kp(zipped(tmp_path / "b.zip", {"a.txt": b"\n" * 60_000_000}))
    path = tmp_path / "cut.zip"
    path.write_bytes((tmp_path / "2.zip").read_bytes()[:-30])
    with pytest.raises(FormatError, match="damaged or cut"):
        io.read_kp(path)


def compressed_cdf(data):
    """A CDF compressed as a whole: a compressed record of all but the first 8 bytes, then its parameters."""
    packed = gzip.compress(data[8:])
    size = 32 + len(packed)
    head = struct.pack(">qiqqi", size, 10, 8 + size, len(data) - 8, 0)
    return bytes.fromhex("cdf30001cccc0001") + head + packed + struct.pack(">qiiiii", 28, 11, 5, 0, 1, 6)


@pytest.mark.parametrize("form", ["compressed", "zip", "gz"])
def test_cdf_in_an_archive_or_compressed_as_a_whole(tmp_path, form):
    write_swarm(tmp_path / "a.cdf")
    data, path = (tmp_path / "a.cdf").read_bytes(), tmp_path / f"b.{form}"
    if form == "zip":
        zipped(path, {"a.cdf": data, "a.HDR": "<xml/>"})
    else:
        path.write_bytes(compressed_cdf(data) if form == "compressed" else gzip.compress(data))
    pd.testing.assert_frame_equal(io.read_swarm_lp(path), io.read_swarm_lp(tmp_path / "a.cdf"))
    assert io.describe(path, content=False).format == "swarm-lp"


def test_damaged_compressed_cdf(tmp_path):
    write_swarm(tmp_path / "a.cdf")
    data, path = compressed_cdf((tmp_path / "a.cdf").read_bytes()), tmp_path / "b.cdf"
    for hurt in (data[:60], data[:-29], data[:28] + b"\x7f" + data[29:], data[:-16] + b"\0" * 16):
        path.write_bytes(hurt)
        with pytest.raises(FormatError, match="compressed CDF"):
            io.read_swarm_lp(path)


HTML = "\n<!DOCTYPE html>\n<html><head><title>Login</title></head></html>\n"
HEADER = '<?xml version="1.0"?>\n<Earth_Explorer_Header xmlns:xsi="x">\n</Earth_Explorer_Header>\n'
READERS = (
    *(io.read_usgs, io.read_quakeml, io.read_kp, io.read_dst, io.read_space_weather, io.read_ionex),
    *(
        io.read_station_vtec,
        io.read_demeter_isl,
        io.read_swarm_lp,
        io.read_swarm_mag,
        io.read_olr,
        io.read_cses,
    ),
)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_pages_and_headers_are_named(reader, tmp_path):
    for text, match in ((HTML, "an HTML page; .*(download|expected Dst)"), (HEADER, r"header \(.HDR\)")):
        (tmp_path / "a.dat").write_text(text)
        with pytest.raises(FormatError, match=match):
            reader(tmp_path / "a.dat")


def test_real_headers_are_named(real_data):
    with pytest.raises(FormatError, match=r"header \(.HDR\)"):
        io.read_swarm_lp(real_data / "swarm" / "*.HDR")


def test_a_real_file_as_esa_packs_it(real_data, tmp_path):
    """One ``.cdf`` and its ``.HDR`` in a ``.CDF.ZIP``."""
    files = sorted((real_data / "swarm").iterdir())
    path = zipped(tmp_path / "SW_OPER_EFIA_LP_1B.CDF.ZIP", {file.name: file.read_bytes() for file in files})
    frame = io.read_swarm_lp(path)
    assert frame["Ne"][0] == pytest.approx(9895.7) and len(frame) == 2280
    pd.testing.assert_frame_equal(frame, io.read_swarm_lp(real_data / "swarm" / "*.cdf"))


def test_cdf_before_2_6_is_named(tmp_path):
    (tmp_path / "a.cdf").write_bytes(bytes.fromhex("0000ffff0000ffff") + b"\0" * 500)
    for reader in (io.read_swarm_mag, io.read_swarm_lp, io.read_vires):
        with pytest.raises(
            FormatError, match=r"got a CDF file of version 2; convert it with NASA's cdfconvert"
        ):
            reader(tmp_path / "a.cdf")


def test_utf16_is_named_and_a_byte_order_mark_is_passed_over(tmp_path):
    path = tmp_path / "a.txt"
    for text, reader in ((kp_daily(), io.read_kp), (usgs(), io.read_usgs)):
        path.write_bytes(text.encode("utf-16"))
        with pytest.raises(FormatError, match="UTF-16"):
            reader(path)
        path.write_text(text, encoding="utf-8-sig")
        assert len(reader(path))


def test_several_satellites_in_one_file(tmp_path):
    from cdflib import cdfread, cdfwrite

    write_swarm_mag(tmp_path / "a.cdf", n=4)
    old = cdfread.CDF(tmp_path / "a.cdf")
    for names, said in ((["A", "A", "B", "B"], r"several satellites \(A, B\)"), (["C"] * 4, None)):
        path = tmp_path / f"{''.join(names)}.cdf"
        file = cdfwrite.CDF(path, cdf_spec={"Compressed": 0})
        for name in old.cdf_info().zVariables:
            kind = 31 if name == "Timestamp" else 11 if name.startswith("Flags") else 45
            size = [3] if name == "B_NEC" else []
            spec = {
                "Variable": name,
                "Data_Type": kind,
                "Num_Elements": 1,
                "Rec_Vary": True,
                "Dim_Sizes": size,
            }
            file.write_var(spec, var_data=old.varget(name))
        file.write_var({"Variable": "Spacecraft", "Data_Type": 51, "Num_Elements": 1, "Rec_Vary": True,
                        "Dim_Sizes": []}, var_data=np.array(names))  # fmt: skip
        file.close()
        if said:
            with pytest.raises(FormatError, match=said):
                io.read_swarm_mag(path)
        else:
            assert io.read_swarm_mag(path).attrs["origin"].startswith("ESA Swarm C")


def test_a_meridian_given_twice_with_other_values(tmp_path):
    values = olr_values()
    values[:, :, -1] = values[:, :, 0]
    write_olr(tmp_path / "a.nc", values, longitudes=(0.0, 90.0, 180.0, 270.0, 360.0))
    assert io.read_olr(tmp_path / "a.nc").shape == (4, 4, 4)
    values[2, 1, -1] += 1.0
    write_olr(tmp_path / "b.nc", values, longitudes=(0.0, 90.0, 180.0, 270.0, 360.0))
    with pytest.raises(FormatError, match="the meridian 0 is given twice with different values"):
        io.read_olr(tmp_path / "b.nc")


@pytest.mark.parametrize("text", ["1\n" * 1_250_000, "," * 2_500_000 + "\n"], ids=["lines", "commas"])
def test_a_small_file_that_grows_is_refused(tmp_path, text, monkeypatch):
    monkeypatch.setattr(_files, "SMALL", 2**21)
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(text.encode(), 9))
    for reader in (io.read_kp, io.read_dst, io.read_space_weather, io.read_usgs, io.read_station_vtec):
        tracemalloc.start()
        with pytest.raises(FormatError, match="unpacks to more than 2097152 bytes"):
            reader(path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 15 * 2**20


LIMITS = [
    ("_files.MAX_LINES", "#\n" * 11, (io.read_kp, io.read_omni), "11 lines; at most 10"),
    ("_files.MAX_LINE", "1 " * 6 + "\n", (io.read_kp, io.read_dst), "line 1: 12 characters"),
    (
        "_table.MAX_COLUMNS",
        "time" + ",A" * 11 + "\n",
        (io.read_usgs, io.read_station_vtec),
        "than 10 columns",
    ),
    ("_table.MAX_CELLS", "time,A\n" + "2016-01-01,1\n" * 5, (io.read_station_vtec,), "at most 10 fields"),
    ("_geojson._MAX_TOKENS", '{"features":[' + "{}," * 9, (io.read_usgs,), "at most 10 are read"),
    (
        "_geojson._MAX_TOKENS",
        '{"type":"FeatureCollection","unid":1,"features":[' + "{}," * 9,
        (io.read_catalog,),
        "at most 10 are read",
    ),
    ("_quakeml._MAX_ELEMENTS", quakeml(quakeml_event()), (io.read_quakeml,), "more than 10 elements"),
]


@pytest.mark.parametrize(("limit", "text", "readers", "match"), LIMITS, ids=[row[0] for row in LIMITS])
def test_rows_and_fields_are_limited(tmp_path, monkeypatch, limit, text, readers, match):
    monkeypatch.setattr(f"skquake.io.{limit}", 10)
    (tmp_path / "a.txt").write_text(text)
    for reader in readers:
        with pytest.raises(FormatError, match=match):
            reader(tmp_path / "a.txt")


@pytest.mark.parametrize("version", [2, 3])
def test_a_record_of_a_cdf_smaller_than_its_fields(tmp_path, version):
    """cdflib takes what is missing of it for zeros, and then records of no width without end."""
    if version == 2:
        data, word, reader = vires_cdf(compress=True), 4, io.read_vires
    else:
        write_swarm(tmp_path / "a.cdf", compress=6)
        data, word, reader = (tmp_path / "a.cdf").read_bytes(), 8, io.read_swarm_lp
    head = word + 4
    gdr = int.from_bytes(data[8 + head : 8 + head + word], "big")
    at = int.from_bytes(data[gdr + head + word : gdr + head + 2 * word], "big")
    (tmp_path / "b.cdf").write_bytes(data[:at] + (32).to_bytes(word, "big") + data[at + word :])
    tracemalloc.start()
    with pytest.raises(FormatError, match="a variable in 32 bytes: damaged"):
        reader(tmp_path / "b.cdf")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**24
