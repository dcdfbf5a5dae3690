"""Every reader on its file cut anywhere, with flipped bytes, of the wrong kind, and made to promise too much.

A reader may raise FormatError, or give the whole rows before a cut that cannot be seen; nothing else.
"""

import functools
import gzip
import os
import tempfile
import tracemalloc
import warnings
from pathlib import Path

import ncompress
import numpy as np
import pandas as pd
import pytest
from _gnss_layouts import gopi, write_madrigal_los, write_madrigal_tec
from _index_layouts import (
    dgd,
    dst_page,
    gfz_day,
    gfz_json,
    hpo,
    iaga,
    iaga_dst,
    monthly_dst,
    omni,
    swpc_kp,
    wdc_kp,
)
from _io_layouts import (
    dst_line,
    ionex,
    isl_bytes,
    kp_daily,
    olr_values,
    quakeml,
    quakeml_event,
    sw_csv,
    sw_days,
    sw_text,
    tec_integers,
    usgs,
    usgs_row,
    write_olr,
    write_swarm,
    write_swarm_mag,
    write_swarm_tec,
)
from _satellite_layouts import cses_text, didbase, hapi, vires_cdf, vires_csv, vires_small_netcdf

from skquake import io

EPOCHS = ["2012-11-18T00:00", "2012-11-18T12:00"]
VTEC = "time,A,B\n" + "".join(f"2016-01-01 {h:02d}:00,{h}.5,{h}.25\n" for h in range(24))


def swarm_bytes(folder, **options):
    write_swarm(folder / "swarm.cdf", n=30, **options)
    return (folder / "swarm.cdf").read_bytes()


def swarm_mag_bytes(folder):
    write_swarm_mag(folder / "mag.cdf", n=30)
    return (folder / "mag.cdf").read_bytes()


def swarm_tec_bytes(folder):
    write_swarm_tec(folder / "tec.cdf", n=10)
    return (folder / "tec.cdf").read_bytes()


def madrigal_bytes(folder, write, **options):
    write(folder / "madrigal.h5", **options)
    return (folder / "madrigal.h5").read_bytes()


def olr_bytes(folder, **options):
    write_olr(folder / "olr.nc", olr_values(), **options)
    return (folder / "olr.nc").read_bytes()


def geojson():
    return (
        '{"type":"FeatureCollection","metadata":{"count":1},"features":[{"type":"Feature","id":"u","properties":'
        '{"mag":5.1,"time":979407212380,"type":"earthquake"},"geometry":{"coordinates":[-88.6,13.0,60]}}]}'
    )


CASES = {
    "usgs": (io.read_usgs, lambda d: usgs(usgs_row(), usgs_row("us2"), usgs_row("us3")).encode()),
    "usgs-geojson": (io.read_usgs, lambda d: geojson().encode()),
    "quakeml": (io.read_quakeml, lambda d: quakeml(quakeml_event(), quakeml_event(id="smi:e2")).encode()),
    "kp": (io.read_kp, lambda d: kp_daily(["2025 02 04", "2025 02 05"]).encode()),
    "dst": (io.read_dst, lambda d: (dst_line() + dst_line("0501*02")).encode()),
    "celestrak-csv": (io.read_space_weather, lambda d: sw_csv().encode()),
    "celestrak-text": (io.read_space_weather, lambda d: sw_text().encode()),
    "ionex": (io.read_ionex, lambda d: ionex(EPOCHS, tec_integers()).encode()),
    "ionex-z": (io.read_ionex, lambda d: ncompress.compress(ionex(EPOCHS, tec_integers()).encode())),
    "ionex-gz": (io.read_ionex, lambda d: gzip.compress(ionex(EPOCHS, tec_integers()).encode(), mtime=0)),
    "vtec": (io.read_station_vtec, lambda d: VTEC.encode()),
    "demeter": (io.read_demeter_isl, lambda d: isl_bytes()),
    "swarm-mag": (io.read_swarm_mag, swarm_mag_bytes),
    "swarm-tec": (io.read_swarm_tec, swarm_tec_bytes),
    "swarm": (io.read_swarm_lp, swarm_bytes),
    "olr": (io.read_olr, olr_bytes),
    "olr-classic": (io.read_olr, lambda d: olr_bytes(d, engine="scipy", packed=False)),
    "kp-wdc": (io.read_kp, lambda d: wdc_kp().encode()),
    "kp-json": (io.read_kp, lambda d: gfz_json().encode()),
    "gfz": (io.read_gfz, lambda d: (gfz_day() + gfz_day("2025 01 08")).encode()),
    "hpo": (io.read_hpo, lambda d: hpo(8).encode()),
    "hpo-json": (io.read_hpo, lambda d: gfz_json("Hp60", (3.0, 2.0), hours=1, status=None).encode()),
    "dst-table": (io.read_dst, lambda d: monthly_dst().encode()),
    "dst-page": (io.read_dst, lambda d: dst_page().encode()),
    "dst-iaga": (io.read_dst, lambda d: iaga_dst().encode()),
    "omni": (io.read_omni, lambda d: omni(4).encode()),
    "omni-5min": (io.read_omni, lambda d: omni(4, "5 min").encode()),
    "iaga2002": (io.read_iaga2002, lambda d: iaga().encode()),
    "dgd": (io.read_dgd, lambda d: dgd().encode()),
    "swpc-kp": (io.read_swpc_kp, lambda d: swpc_kp().encode()),
    "cses-text": (io.read_cses, lambda d: cses_text().encode()),
    "hapi": (io.read_hapi, lambda d: hapi().encode()),
    "didbase": (io.read_didbase, lambda d: didbase().encode()),
    "madrigal-tec": (io.read_madrigal_tec, lambda d: madrigal_bytes(d, write_madrigal_tec)),
    "madrigal-los": (io.read_madrigal_los, lambda d: madrigal_bytes(d, write_madrigal_los)),
    "gopi": (io.read_gopi, lambda d: gopi(8, satellites=(7,)).encode()),
    "vires-cdf2": (io.read_vires, lambda d: vires_cdf()),
    "vires-csv": (io.read_vires, lambda d: vires_csv().encode()),
    "vires-classic": (io.read_vires, lambda d: vires_small_netcdf(d, engine="scipy")),
    "swarm-compressed": (io.read_swarm_lp, lambda d: swarm_bytes(d, compress=6)),
}
# What a cut right behind a line (or, for IONEX, behind the last map of TEC) leaves whole.
RECORDS = {"demeter": 289}  # a cut between two records cannot be seen
LINE_BASED = {"usgs", "kp", "dst", "celestrak-csv", "vtec", "kp-wdc", "gfz", "hpo", "dst-iaga"}
LINE_BASED |= {
    "hapi",
    "cses-text",
    "cses-blanks",
    "didbase",
    "gopi",
    "vires-csv",
    "omni",
    "omni-5min",
    "iaga2002",
    "dgd",
}
ROWS_OF_A_LINE = {"celestrak-csv": 8, "gfz": 8, "kp": 8, "kp-wdc": 8, "dgd": 8, "dst": 24}
SHARED = ({io.read_kp, io.read_gfz}, {io.read_swarm_mag, io.read_vires})  # read the same files


@functools.cache
def file_of(name):
    """The undamaged file of a case, made once."""
    with tempfile.TemporaryDirectory() as folder:
        return CASES[name][1](Path(folder))


@pytest.fixture(params=CASES)
def case(request, tmp_path):
    return request.param, CASES[request.param][0], file_of(request.param), tmp_path / "hostile"


def few(n):
    """So many attempts in the default tests, all in the slow ones; mutations of every kind are there, too."""
    return pytest.mark.parametrize("n", [n // 15, pytest.param(n, marks=pytest.mark.slow)])


def attempt(reader, path, data):
    """The result, or None for a FormatError; any other exception or a memory blow-up fails the test."""
    path.write_bytes(data)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*no END OF FILE")
            warnings.filterwarnings("ignore", message=".*ap is not that of Kp")
            warnings.filterwarnings("ignore", message=".*the header reports")
            warnings.filterwarnings("ignore", message=".*no line end")
            warnings.filterwarnings("ignore", message=".*repeat the time and PRN")
            return reader(path)
    except io.FormatError as error:
        assert error.path == path and error.where and error.what
        assert len(str(error)) < 1000
        return None


def attempt_with_warnings(reader, path, data):
    """The result or None, and what was said of a last line that may be cut."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        path.write_bytes(data)
        try:
            result = reader(path)
        except io.FormatError:
            result = None
    return result, [str(warning.message) for warning in said if "no line end" in str(warning.message)]


def rows_that_differ(part, whole):
    """How many rows of a part are none of the whole's."""
    part, whole = (f.to_frame() if isinstance(f, pd.Series) else f for f in (part, whole))
    same = whole.reindex(index=part.index, columns=part.columns)
    equal = (part == same) | (part.isna() & same.isna())
    return int((~equal.all(axis=1) | ~part.index.isin(whole.index)).sum())


def rows_equal_head(part, whole):
    part, whole = (f.to_frame() if isinstance(f, pd.Series) else f for f in (part, whole))
    if len(part) == 1:  # one observation flies nowhere
        part, whole = (f.drop(columns="ascending", errors="ignore") for f in (part, whole))
    pd.testing.assert_frame_equal(part, whole.loc[part.index], check_freq=False)


def some_cuts(data, n):
    """Places all over the file, behind its last bytes, and before and behind the ends of some lines."""
    ends = [at for at, byte in enumerate(data) if byte == 10]
    ends = [at + k for at in ends[:: max(1, len(ends) // (n // 4))] for k in (0, 1)]
    last = range(len(data) - 8, len(data))
    return sorted({*range(0, len(data), max(1, len(data) // n)), *last, *ends} & set(range(len(data))))


@pytest.mark.parametrize("cuts", [20, pytest.param(None, marks=pytest.mark.slow)])
def test_cut_at_every_offset(case, cuts):
    """The right table, a shorter one that ends with a line (or a warning of the last one), or FormatError."""
    name, reader, data, path = case
    whole = attempt(reader, path, data)
    assert whole is not None
    for cut in range(len(data)) if cuts is None else some_cuts(data, cuts):
        part, said = attempt_with_warnings(reader, path, data[:cut])
        if part is None:
            continue
        if said:
            assert name in LINE_BASED and not data[:cut].endswith(b"\n")
            assert rows_that_differ(part, whole) <= ROWS_OF_A_LINE.get(name, 1)
            continue
        if name in RECORDS:
            assert cut % RECORDS[name] == 0
            rows_equal_head(part, whole)
        elif name in LINE_BASED:
            assert data[cut - 1 : cut + 1].count(b"\n") or name == "dst", f"a half line was read at {cut}"
            rows_equal_head(part, whole)
        elif name.startswith(("ionex", "olr", "madrigal-tec")):
            np.testing.assert_array_equal(part, whole)
        else:
            rows_equal_head(part, whole)
            assert len(part) == len(whole)


# Texts of these rows can end anywhere: whether the last one is whole cannot be known.
UNKNOWN = {"usgs", "celestrak-csv", "vtec", "cses-text", "hapi", "vires-csv"}


def test_a_file_without_its_last_line_end_is_read(case):
    name, reader, data, path = case
    if not data.endswith(b"\n"):
        return
    whole = attempt(reader, path, data)
    for end in (data.rstrip(b"\r\n"), data.rstrip(b"\r\n") + b"  "):
        part, said = attempt_with_warnings(reader, path, end)
        assert part is not None, name
        assert len(part) == len(whole) and (name.startswith("ionex") or not rows_that_differ(part, whole))
        assert bool(said) == (name in UNKNOWN)
        assert all(f"{path}, line" in message for message in said)


@few(120)
def test_flipped_bytes(case, n):
    _, reader, data, path = case
    rng = np.random.default_rng(0)
    for _ in range(n):
        hurt = bytearray(data)
        for at in rng.integers(0, len(data), rng.integers(1, 4)):
            hurt[at] = rng.integers(0, 256)
        attempt(reader, path, bytes(hurt))


@few(120)
def test_flipped_bytes_in_the_first_kilobytes(case, n):
    _, reader, data, path = case
    rng = np.random.default_rng(1)
    for _ in range(n):
        hurt = bytearray(data)
        hurt[rng.integers(0, min(len(data), 3000))] = rng.choice([0, 1, 34, 44, 127, 128, 255])
        attempt(reader, path, bytes(hurt))


@few(60)
def test_parts_removed_and_repeated(case, n):
    _, reader, data, path = case
    rng = np.random.default_rng(2)
    for _ in range(n):
        a, b = np.sort(rng.integers(0, len(data), 2))
        attempt(reader, path, data[:a] + data[b:])
        attempt(reader, path, data[:b] + data[a:])


READERS = sorted({reader for reader, _ in CASES.values()}, key=lambda reader: reader.__name__)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_noise_and_nothing(reader, tmp_path):
    rng = np.random.default_rng(3)
    noise = [rng.bytes(n) for n in (1, 3, 100, 30_000)]
    heads = (
        b"",
        b"\x1f\x8b\x08",
        b"\x1f\x9d\x90",
        bytes.fromhex("cdf300010000ffff"),
        b"{",
        b"DATE,",
        b"DATATYPE CssiSpaceWeather\n",
    )
    for data in [
        b"",
        b"\n",
        b"\n" * 1000,
        b"\0" * 1000,
        b"," * 1000,
        b'"' * 999 + b"\n",
        b"#\n" * 1000,
        "é\n".encode(),
    ]:
        assert attempt(reader, tmp_path / "a", data) is None
    for head in heads:
        for tail in noise:
            assert attempt(reader, tmp_path / "a", head + tail) is None


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_files_of_the_other_formats(reader, tmp_path):
    for name, (other, _) in CASES.items():
        if other is not reader and {reader, other} not in SHARED:
            assert attempt(reader, tmp_path / "a", file_of(name)) is None


def test_a_header_that_promises_too_much_costs_nothing(tmp_path):
    text = ionex(EPOCHS, tec_integers())
    promises = [
        text.replace(f"{2:6d}{'':54}# OF MAPS", f"{10**9}{'':50}# OF MAPS"),
        text.replace(f"{2:6d}{'':54}# OF MAPS", f"{999999:6d}{'':54}# OF MAPS"),
        text.replace("-180.0 180.0  20.0 ", "-180.0 180.0 1e-99 "),
        text.replace("-180.0 180.0  20.0 ", "-180.0 180.0 0.0361"),
    ]
    sections = sw_text([sw_days()[0]]).replace("OBSERVED_POINTS 1", f"OBSERVED_POINTS {10**18}")
    assert attempt(io.read_ionex, tmp_path / "a", text.encode()) is not None  # its imports are not counted
    tracemalloc.start()
    for promise in promises:
        assert promise != text and attempt(io.read_ionex, tmp_path / "a", promise.encode()) is None
    assert attempt(io.read_space_weather, tmp_path / "a", sections.encode()) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * 2**20


@pytest.mark.parametrize("n", [6, pytest.param(1000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("compress", [0, 6])
def test_every_count_of_a_cdf_may_lie(tmp_path, compress, n):
    """Aligned words become huge, negative or zero: no loop, no giant array."""
    data = swarm_bytes(tmp_path, compress=compress)
    every_count_lies(io.read_swarm_lp, data, tmp_path, n)


@pytest.mark.parametrize("n", [4, pytest.param(1000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("compress", [False, True])
def test_every_count_of_an_old_cdf_may_lie(tmp_path, compress, n):
    every_count_lies(io.read_vires, vires_cdf(compress=compress), tmp_path, n)


def every_count_lies(reader, data, tmp_path, n):
    rng = np.random.default_rng(4)
    tracemalloc.start()
    for word in (b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\0\0\0\0", b"\0\0\x20\0"):
        for at in rng.permutation(np.arange(0, len(data) - 4, 4))[:n]:
            attempt(reader, tmp_path / "a.cdf", data[:at] + word + data[at + 4 :])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 * 2**20


# Every reader of a format of which there are real files.
REAL = {
    "ionex": (io.read_ionex, "ionex/jpl_2000-2001/jplg0130.01i.Z"),
    "swarm": (io.read_swarm_lp, "swarm/*.cdf"),
    "usgs": (io.read_usgs, "catalog/usgs_m4.5_2004-2006.csv.gz"),
    "quakeml": (io.read_quakeml, "catalog/quakeml_sample.xml"),
    "kp": (io.read_kp, "indices/Kp*.txt"),
    "dst": (io.read_dst, "indices/dst*.txt"),
    "sw": (io.read_space_weather, "indices/SW-All.csv"),
    "gfz": (io.read_gfz, "indices/Kp*.txt"),
    "hpo": (io.read_hpo, "indices/Hp60*.txt"),
    "omni": (io.read_omni, "indices/omni2t*.dat"),
    "dgd": (io.read_dgd, "indices/*DGD.txt"),
    "aux-dst": (io.read_dst, "indices/SW_OPER_AUX_DST*.DBL"),
    "vires": (io.read_vires, "vires/*.cdf"),
    "vires-mag": (io.read_swarm_mag, "vires/*.cdf"),
    "vires-csv": (io.read_vires, "vires/*.csv"),
    "jma-csv": (io.read_catalog, "catalog_other/jma*.csv"),
    "horus": (io.read_catalog, "catalog_other/horus*.txt"),
    "euromed": (io.read_catalog, "catalog_other/euromed*.csv"),
}


def real_file(folder, name):
    files = sorted(folder.glob(REAL[name][1]))
    assert files, f"{name}: no file {REAL[name][1]!r} in {folder}"
    return files[0].read_bytes()


@pytest.mark.parametrize("name", REAL)
def test_there_are_real_files_of_each_format(real_data, name):
    assert real_file(real_data, name)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", REAL)
def test_real_files_cut_and_flipped(real_data, tmp_path, name):
    reader, data = REAL[name][0], real_file(real_data, name)
    rng = np.random.default_rng(5)
    for at in rng.integers(0, len(data), int(os.environ.get("SKQUAKE_HOSTILE", 200))):
        attempt(reader, tmp_path / "a", data[:at])
        attempt(reader, tmp_path / "a", data[:at] + bytes([rng.integers(0, 256)]) + data[at + 1 :])
