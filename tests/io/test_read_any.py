"""What files are, who reads them, and a folder of them converted."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import runpy
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from _index_layouts import dgd, gfz_day, hpo, omni, wdc_kp
from _io_layouts import dst_line, ionex, isl_bytes, kp_daily, tec_integers, usgs, usgs_row, write_swarm

from skquake import io
from skquake.io import _convert, _formats, _indices
from skquake.io.__main__ import main

EPOCHS = ["2012-11-18T00:00", "2012-11-18T12:00"]
VTEC = "time,A,B\n" + "".join(f"2016-01-01 {h:02d}:00,{h}.5,{h}.25\n" for h in range(24))

# Files of the real folder that hold no data, and what their formats are.
KINDS = {
    "catalog/usgs_m4.5_*.csv.gz": "usgs",
    "catalog/quakeml_sample.xml": "quakeml",
    "catalog_other/jma_observed.csv": "jma-csv",
    "catalog_other/horus_italy.txt": "horus",
    "catalog_other/euromed_moment_tensors.csv": "euromed-mt",
    "indices/2013_DGD.txt": "dgd",
    "indices/Hp?0*.txt": "hpo",
    "indices/Kp_ap*.txt": "gfz",
    "indices/SW-All.csv": "celestrak",
    "indices/*DST*.DBL": "dst",
    "indices/dst_wdc*.txt": "dst",
    "indices/omni2t_2000.dat": "omni",
    "ionex/*/*": "ionex",
    "swarm/*.cdf": "swarm-lp",
    "vires/*.cdf": "vires-mag",
    "vires/*.csv": "vires-csv",
}


def test_real_files_are_named_rightly(real_data):
    told = io.describe_files(real_data, content=False)
    told.index = [os.path.relpath(path, real_data).replace(os.sep, "/") for path in told.index]
    n = 0
    for pattern, name in KINDS.items():
        files = [os.path.relpath(path, real_data) for path in real_data.glob(pattern)]
        assert files and (told.loc[files, "format"] == name).all(), pattern
        n += len(files)
    (header,) = told.index[told["status"] == "no data"]
    assert header.endswith(".HDR") and "Earth Explorer header" in told.loc[header, "title"]
    assert len(told) == n + 1


def test_content_of_real_files(real_data):
    dst = io.describe(real_data / "indices" / "dst_wdc_2005-2020.txt")
    assert (dst.reader, dst.source, dst.n_rows, dst.n_gaps) == ("read_dst", None, 5509 * 24, 0)
    assert dst.columns == {"dst": "nT"} and dst.cadence == pd.Timedelta("1h")
    lp = io.describe(next((real_data / "swarm").glob("*.cdf")))
    assert (lp.source, lp.n_rows, lp.columns["Ne"]) == ("TrackSource", 2280, "cm-3")
    assert sum(lp.flags["Flags_LP"].values()) == 2280
    maps = io.describe(real_data / "ionex" / "variants" / "CODG3230.12I.gz")
    assert (maps.source, maps.n_rows, maps.shape) == ("MapSource", 13, (71, 73))
    assert "13 maps of 71 x 73" in repr(maps) and "tec [TECU]" in repr(maps)


def make(folder):
    """Small files of some kinds in nested folders, with what is no data among them; their formats."""
    (folder / "deep" / "er").mkdir(parents=True)
    files = {
        "kp.txt": ("gfz-lines", kp_daily(["2025 02 04", "2025 02 05"]).encode()),
        "kp.wdc": ("kp-wdc", wdc_kp().encode()),
        "gfz": ("gfz-lines", (gfz_day() + gfz_day("2025 01 08")).encode()),
        "hpo.txt": ("hpo", hpo(8).encode()),
        "hp60": ("hp60-lines", hpo(8, 60, header=False).encode()),
        "dgd.txt": ("dgd", dgd().encode()),
        "deep/omni": ("omni", omni(4).encode()),
        "deep/dst.gz": ("dst", gzip.compress((dst_line() + dst_line("0501*02")).encode(), mtime=0)),
        "deep/us.csv": ("usgs", usgs(usgs_row(), usgs_row("us2")).encode()),
        "deep/er/vtec.csv": ("station-vtec", VTEC.encode()),
        "deep/er/a.inx": ("ionex", ionex(EPOCHS, tec_integers()).encode()),
        "deep/er/DMT": ("demeter-isl", isl_bytes()),
    }
    for name, (_, data) in files.items():
        (folder / name).write_bytes(data)
    write_swarm(folder / "deep" / "a.cdf", n=30)
    with zipfile.ZipFile(folder / "deep" / "b.CDF.ZIP", "w") as archive:
        archive.writestr("b.HDR", "<Earth_Explorer_Header/>")
        archive.write(folder / "deep" / "a.cdf", "b.cdf")
    for name in ("deep/a.HDR", "SHA256SUMS", ".hidden", "README"):
        (folder / name).write_text("x")
    formats = {name: kind for name, (kind, _) in files.items()}
    return formats | {"deep/a.cdf": "swarm-lp", "deep/b.CDF.ZIP": "swarm-lp"}


@pytest.mark.filterwarnings("ignore:.*is the file damaged")
def test_small_files_of_many_kinds(tmp_path):
    formats = make(tmp_path)
    told = io.describe_files(tmp_path)
    told.index = [os.path.relpath(path, tmp_path).replace(os.sep, "/") for path in told.index]
    assert told["status"].value_counts().to_dict() == {"read": len(formats), "no data": 4}
    assert told["format"].dropna().to_dict() == formats
    assert (told.loc[list(formats), "n_rows"] > 0).all()
    pd.testing.assert_frame_equal(
        told, io.describe_files(tmp_path, n_jobs=2).set_axis(told.index), check_names=False
    )
    for name, kind in formats.items():
        direct = getattr(io, _formats.FORMATS[kind].reader)(tmp_path / name)
        assert io.read(tmp_path / name).equals(direct)


def test_every_kind_of_index_has_a_row():
    texts = [what for _, what in _indices._KINDS if "for read_" in what]
    texts += ["Kp in WDC form, for read_gfz or read_kp", "an OMNI file, for read_omni"]
    own = {"QuakeML, for read_quakeml", "a catalog of the USGS, for read_usgs"}
    own |= {text for text in texts if text.startswith("GeoJSON")}
    assert not set(texts) - own - set(_formats._INDICES)
    assert not set(_formats._INDICES) - set(texts)


def test_every_reader_has_a_format_and_every_format_a_reader():
    readers = {name for name in io.__all__ if name.startswith("read_")}
    taken = {name for each in _formats.FORMATS.values() for name in each.readers}
    assert readers - _formats.NO_FILES == taken
    table = io.file_formats()
    assert list(table.index) == list(_formats.FORMATS) and table["title"].is_unique
    assert set(table["kind"]) <= {"catalog", "index", "track", "map", "series"}


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("a.txt", b"", "empty"),
        ("b.txt", b" \n\n", "empty"),
        ("a.gz", gzip.compress(b"x" * 10_000, mtime=0)[:20], "damaged"),
        ("a.pdf", b"%PDF-1.7 ...", "a PDF"),
        ("a.21o", f"{'     2.11           OBSERVATION DATA':<60}RINEX VERSION / TYPE\n".encode(), "RINEX"),
        ("a.sp3", b"#cP2010  1  1  0  0  0.00000000      96 ORBIT IGS05 HLM  IGS\n", "orbits in SP3"),
        ("a.html", b"<!DOCTYPE html><html><title>404</title>", "an HTML page"),
        ("a.npy", b"\x93NUMPY\x01\0v\0{'descr'", "a NumPy array"),
        ("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100), "Excel"),
        ("a.bin", bytes(range(256)) * 4, "binary data that begin 00 01 02"),
        ("a.txt", b"Dear colleague,\nthank you for the data.\n", "a text that begins 'Dear colleague,'"),
        ("a.csv", b"name,lat,lon\nA,1,2\n", "a table with the columns name, lat, lon"),
        ("a.csv", b"time,lat,lon,M\n2001-01-01,1,2,5\n", "a table of earthquakes, perhaps"),
        ("a.parquet", b"PAR1....PAR1", "a Parquet file"),
        ("a.tar", b"x".ljust(257, b"\0") + b"ustar\0" + bytes(300), "a tar archive"),
    ],
)  # fmt: skip
def test_what_no_reader_takes_is_named(tmp_path, name, data, what, capsys):
    path = tmp_path / name
    path.write_bytes(data)
    told = io.describe(path)
    assert told.status == "unknown" and what in told.title and told.reader is None and told.problem
    with pytest.raises(io.FormatError):
        io.read(path)
    assert main([str(path)]) == 1
    assert what in capsys.readouterr().out


def test_archives_of_several_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", VTEC)
        archive.writestr("b.csv", VTEC)
    told = io.describe(tmp_path / "a.zip")
    assert told.title == "a ZIP archive of 2 files (a.csv, b.csv)" and "unpack it" in told.problem
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "<x/>")
    assert "Excel" in io.describe(tmp_path / "a.xlsx").title


def test_a_damaged_file_is_told_not_raised(tmp_path):
    path = tmp_path / "a.inx"
    path.write_bytes(ionex(EPOCHS, tec_integers()).encode()[:-800])
    told = io.describe(path)
    assert (told.status, told.reader, told.n_rows) == ("failed", "read_ionex", None)
    assert "line 49" in told.problem and str(path) not in told.problem
    assert io.describe(path, content=False).status == "recognised"
    assert pickle.loads(pickle.dumps(told)).problem == told.problem


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_what_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    told = io.describe_files(tmp_path)
    assert sorted(told["problem"]) == ["No such file or directory", "nothing can be read of it"]
    with pytest.raises(FileNotFoundError):
        io.describe(tmp_path / "absent")
    with pytest.raises(FileNotFoundError):
        io.describe_files(tmp_path / "*.none")
    with pytest.raises(IsADirectoryError, match="describe_files"):
        io.describe(tmp_path)


@pytest.mark.filterwarnings("ignore:.*is the file damaged")
def test_folders(tmp_path):
    make(tmp_path)
    assert io.read_ionex(tmp_path).shape[0] == 2 and io.read_usgs(tmp_path).shape[0] == 2
    assert len(io.read_swarm_lp(tmp_path / "deep")) == 30
    assert io.read(tmp_path, format="ionex").equals(io.read_ionex(tmp_path / "deep" / "er" / "a.inx"))
    with pytest.raises(FileNotFoundError, match=r"holds no file for read_cses: .*1 for read_ionex"):
        io.read_cses(tmp_path)
    with pytest.raises(ValueError, match=r"files of several kinds: .* for read_gfz \(.*format="):
        io.read(tmp_path)
    (tmp_path / "deep" / "er" / "noise").write_bytes(b"\0\1\2")
    with pytest.warns(UserWarning, match=r"1 file of no known format left out \(noise\)") as caught:
        io.read_ionex(tmp_path / "deep" / "er")
    assert caught[0].filename == __file__
    (tmp_path / "empty").mkdir()
    for reader in (io.read, io.read_kp):
        with pytest.raises(FileNotFoundError, match=r"empty|no data"):
            reader(tmp_path / "empty")
    with pytest.raises(ValueError, match="format='tec': expected one of"):
        io.read(tmp_path, format="tec")


def test_read_passes_options_on(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(VTEC.replace(",5.5", ",-9999"))
    with pytest.raises(io.FormatError, match="fill"):
        io.read(path)
    assert io.read(path, fill=-9999)["A"].isna().sum() == 1
    path.write_text("time,height\n2016-01-01,5\n2016-01-02,6\n")
    with pytest.raises(io.FormatError, match="no reader here takes it: a table with the columns time, h"):
        io.read(path)
    assert io.read(path, format="station-vtec", columns=["height"]).shape == (2, 1)
    with pytest.raises(TypeError):
        io.read(path, format="station-vtec", colums=["height"])


def test_catalogs_of_several_layouts_are_one(tmp_path):
    (tmp_path / "us.csv").write_text(usgs(usgs_row(), usgs_row("us2")))
    (tmp_path / "b.txt").write_text(
        "#EventID|Time|Latitude|Longitude|Depth/km|MagType|Magnitude|EventType\n"
        "e1|2011-01-13T17:33:32.38|13.049|-88.66|60|Mw|7.7|earthquake\n"
    )
    assert len(io.read(tmp_path)) == 3 and io.read(tmp_path).attrs["layout"] == "fdsn-text, usgs"


def converted(folder, out, *more):
    return main([str(folder), "--to", "parquet", str(out), *more])


@pytest.mark.filterwarnings("ignore:.*is the file damaged")
def test_a_folder_is_converted_and_what_is_there_is_skipped(tmp_path, capsys, monkeypatch):
    formats = make(tmp_path / "in")
    out = tmp_path / "in" / "out"
    assert converted(tmp_path / "in", out) == 0
    assert f"{len(formats)} written, 4 without data" in capsys.readouterr().out
    names = {str(p.relative_to(out)).replace(os.sep, "/") for p in out.rglob("*") if p.is_file()}
    maps = {name for name in formats if formats[name] == "ionex"}
    assert names == {f"{n}.nc" if n in maps else f"{n}.parquet" for n in formats} | {".skquake.lock"}

    frame = pd.read_parquet(out / "deep" / "a.cdf.parquet")
    direct = io.read_swarm_lp(tmp_path / "in" / "deep" / "a.cdf")
    pd.testing.assert_frame_equal(frame, direct)
    assert frame.attrs["units"] == direct.attrs["units"]
    dst = pd.read_parquet(out / "deep" / "dst.gz.parquet")
    pd.testing.assert_series_equal(dst["dst"], io.read_dst(tmp_path / "in" / "deep" / "dst.gz"))
    tec = xr.load_dataarray(out / "deep" / "er" / "a.inx.nc", engine="h5netcdf")
    xr.testing.assert_equal(tec, io.read_ionex(tmp_path / "in" / "deep" / "er" / "a.inx"))

    before = {name: (out / name).stat().st_mtime_ns for name in names if name != ".skquake.lock"}
    asked = []
    look = _convert.look_at
    monkeypatch.setattr(_convert, "look_at", lambda file: asked.append(file.name) or look(file))
    assert converted(tmp_path / "in", out) == 0
    assert f"{len(formats)} there already" in capsys.readouterr().out
    assert before == {name: (out / name).stat().st_mtime_ns for name in before}
    assert set(asked) == {"a.HDR", "SHA256SUMS", ".hidden", "README"}
    (tmp_path / "in" / "dgd.txt").write_text(dgd() + "\n")
    (out / "deep" / "omni.parquet").write_bytes(b"PAR1 half")
    assert converted(tmp_path / "in", out) == 0
    assert {"dgd.txt", "omni"} < set(asked) and "2 written" in capsys.readouterr().out


def test_an_interruption_and_a_failure_lose_nothing(tmp_path, capsys, monkeypatch):
    for k in range(4):
        (tmp_path / f"{k}.csv").write_text(VTEC.replace("2016", f"201{k}"))
    (tmp_path / "1.csv").write_text("time,A\n2011-01-01,1\n2011-01-02")
    out = tmp_path / "out"
    look = _convert.look_at

    def stop(file):
        if file.name == "3.csv":
            raise KeyboardInterrupt
        return look(file)

    monkeypatch.setattr(_convert, "look_at", stop)
    assert converted(tmp_path, out) == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert {p.name for p in out.glob("*.parquet")} == {"0.csv.parquet", "2.csv.parquet"}
    monkeypatch.undo()
    assert converted(tmp_path, out, "--n-jobs", "2") == 1
    text = capsys.readouterr().out
    assert "1 written, 2 there already, 1 not read" in text and "1 file not read:" in text
    assert "1.csv: " in text and len(list(out.glob("*.parquet"))) == 3


def test_converted_tracks_and_maps_are_sources(tmp_path):
    from skquake.sources import MapSource, TrackSource

    write_swarm(tmp_path / "a.cdf", n=30)
    (tmp_path / "a.inx").write_text(ionex(EPOCHS, tec_integers()))
    done = io.convert_files([tmp_path / "a.cdf", tmp_path / "a.inx"], tmp_path / "out")
    assert done["status"].tolist() == ["written", "written"] and done["n_rows"].tolist() == [30, 2]
    track = TrackSource(tmp_path / "out" / "a.cdf.parquet", channels=["Ne", "Te"])
    assert len(track) == 30 and track.units == {"Ne": "cm-3", "Te": "K"}
    direct = TrackSource(io.read_swarm_lp(tmp_path / "a.cdf"), channels=["Ne", "Te"])
    np.testing.assert_array_equal(track.values, direct.values)
    maps = MapSource(tmp_path / "out" / "a.inx.nc")
    np.testing.assert_array_equal(maps.values, MapSource(io.read_ionex(tmp_path / "a.inx")).values)
    assert maps.units == {"tec": "TECU"}


def test_many_files_of_a_kind_share_a_line(tmp_path, capsys):
    for day in (1, 2, 5):
        text = VTEC.replace("2016-01-01", f"2016-01-{day:02d}")
        (tmp_path / f"{day}.csv").write_text(text)
    assert main([str(tmp_path)]) == 0
    first, last = capsys.readouterr().out.strip().split("\n")
    assert "3 files 1.csv ... 5.csv: vertical TEC of stations" in first
    assert "72 rows, 2016-01-01T00:00:00 ... 2016-01-05T23:00:00, every 1 h, 1 gap (1 between files)" in first
    assert "A [TECU], B [TECU]" in first and last == "3 files: 3 read"
    assert main([str(tmp_path), "--all"]) == 0
    assert capsys.readouterr().out.count("24 rows") == 3
    assert main([str(tmp_path), "--quick"]) == 0
    assert "3 recognised" in capsys.readouterr().out


def test_the_command(tmp_path, capsys, monkeypatch):
    assert main([str(tmp_path / "absent.txt")]) == 1
    assert "absent.txt: no such file" in capsys.readouterr().out
    for arguments in ([], [str(tmp_path), "--to", "csv", "out"], [str(tmp_path), "--n-jobs", "0"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
    capsys.readouterr()
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    text = capsys.readouterr().out
    assert caught.value.code == 0
    for word in ("exit status", "examples", "--to parquet FOLDER", "--all", "--quick"):
        assert word in text
    (tmp_path / "a.csv").write_text(VTEC)
    monkeypatch.setattr(sys, "argv", ["skquake.io", str(tmp_path)])
    monkeypatch.delitem(sys.modules, "skquake.io.__main__")
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("skquake.io", run_name="__main__")
    said = capsys.readouterr()
    assert "read_station_vtec -> SeriesSource" in said.out and said.err == "" and not caught.value.code


def test_attributes_are_plain():
    attrs = {"a": np.float32(1.5), "t": pd.Timestamp(2001, 1, 1), "n": {1: np.arange(2)}}
    attrs |= {"x": np.nan, "s": {"b"}}
    assert json.loads(json.dumps(_convert.plain(attrs))) == {
        "a": 1.5, "t": "2001-01-01 00:00:00", "n": {"1": [0, 1]}, "x": None, "s": ["b"]
    }  # fmt: skip


def test_random_bytes_are_never_an_error():
    """Whatever a file begins with, it is described."""
    rng = np.random.default_rng(0)
    marks = [
        b"", b"\x89HDF\r\n\x1a\n", b"\xcd\xf3\x00\x01\0\0\xff\xff", b"CDF\x01", b"\0\0\xff\xff\0\0\xff\xff",
             b"PK\x03\x04", b"\x1f\x8b", b"\x1f\x9d", b"\xff\xfe", b"{", b"<?xml", b"time,", b"#",
    ]  # fmt: skip
    for mark in marks:
        for alphabet in (256, 128):
            data = mark + rng.integers(0, alphabet, 400).astype(np.uint8).tobytes()
            beginning = _formats.Beginning("nowhere", data, deep=False)
            _formats.format_of(beginning)
            assert all(isinstance(text, str) for text in _formats.seems(beginning))
