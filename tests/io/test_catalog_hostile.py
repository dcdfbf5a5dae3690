"""read_catalog on the file of every layout cut anywhere, with flipped bytes, parts removed and repeated.

Whatever it is given, it raises FormatError or gives events within physical ranges. What a cut leaves is whole
rows of the whole file, or less of an event with a warning.
"""

import gzip
import os
import time
import tracemalloc
import warnings

import numpy as np
import pandas as pd
import pytest
from _catalog_files import FILES
from _io_layouts import kp_daily, usgs

from skquake.io import FormatError, read_catalog
from skquake.io._layouts import _base

N = int(os.environ.get("SKQUAKE_HOSTILE", 16))  # the slow tests try thousands
# These can be cut in the middle of an event, or between two, with a warning alone.
TOLD = {"isf", "isc-csv"}
# Events of these end with the line of a known length.
FIXED = {"jma", "gcmt-ndk", *TOLD}
COLUMNS = {
    "time": "timestamp",
    "latitude": "latitude",
    "longitude": "longitude",
    "depth": "depth",
    "magnitude": "magnitude",
}


def attempt(path, data, **options):
    """The catalog and what was warned of; None for a FormatError. Anything else fails the test."""
    path.write_bytes(data)
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            catalog = read_catalog(path, types=None, missing_magnitude="keep", **options)
    except FormatError as error:
        assert error.where and error.what and len(str(error)) < 1000
        return None, []
    assert all(issubclass(warning.category, UserWarning) for warning in said)
    in_range(catalog)
    return catalog, [str(warning.message) for warning in said]


def in_range(catalog):
    assert catalog.index.is_unique and catalog["time"].is_monotonic_increasing
    assert (
        catalog["latitude"].between(-90, 90).all() and catalog["longitude"].between(-180, 180, "left").all()
    )
    assert catalog["depth_km"].dropna().between(-15, 800).all()
    assert catalog["magnitude"].dropna().between(-5, 10).all()
    assert catalog["time"].between("1700", "2200").all()


@pytest.fixture(params=FILES)
def case(request, tmp_path):
    return request.param, FILES[request.param][0].encode(), tmp_path / "hostile"


def check_cut(name, data, path, cuts):
    whole, _ = attempt(path, data)
    for cut in cuts:
        part, said = attempt(path, data[:cut])
        if part is None or (name in TOLD and said):
            continue
        common = part.index.intersection(whole.index)
        if said:  # of a last line without an end: all others are whole
            assert any("no line end" in message for message in said) and not data[:cut].endswith(b"\n")
            same = part.loc[common].eq(whole.loc[common]) | part.loc[common].isna() & whole.loc[common].isna()
            assert len(part) - int(same.all(axis=1).sum()) <= 1
            continue
        assert len(common) == len(part), f"cut at {cut}: an event that is none of the file's"
        pd.testing.assert_frame_equal(part, whole.loc[part.index])


def test_a_file_without_its_last_line_end_is_read(case):
    name, data, path = case
    if not data.endswith(b"\n"):
        return
    whole, _ = attempt(path, data)
    part, said = attempt(path, data.rstrip(b"\r\n"))
    pd.testing.assert_frame_equal(part, whole)
    assert bool([message for message in said if "no line end" in message]) == (name not in FIXED)


def check_hurt(name, data, path, n, seed):
    rng = np.random.default_rng(seed)
    for _ in range(n):
        hurt = bytearray(data)
        for at in rng.integers(0, len(data), rng.integers(1, 4)):
            hurt[at] = rng.choice([rng.integers(0, 256), 0, 34, 42, 44, 45, 46, 57])
        a, b = np.sort(rng.integers(0, len(data), 2))
        for changed in (bytes(hurt), data[:a] + data[b:], data[:b] + data[a:]):
            attempt(path, changed)
            attempt(path, changed, layout=name)


def test_cut(case):
    name, data, path = case
    check_cut(name, data, path, [*range(0, len(data), max(1, len(data) // N)), len(data) - 1])


def test_flipped_removed_repeated(case):
    check_hurt(*case, n=N // 4, seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_every_cut_and_many_mutations(name, tmp_path):
    data, path = FILES[name][0].encode(), tmp_path / "hostile"
    started = time.process_time()
    check_cut(name, data, path, range(len(data)))
    check_hurt(name, data, path, n=300, seed=1)
    print(f"{name}: {len(data)} cuts and 1,800 mutations in {time.process_time() - started:.0f} s")


def test_layouts_named_for_files_of_others(tmp_path):
    for name in FILES:
        for other, (text, _) in FILES.items():
            if other != name:
                catalog, _ = attempt(tmp_path / "a", text.encode(), layout=name)
                assert catalog is None, f"{other} read as {name}"
        assert attempt(tmp_path / "a", kp_daily().encode(), layout=name)[0] is None
        if name != "comcat":
            assert attempt(tmp_path / "a", usgs().encode(), layout=name)[0] is None


def test_noise_and_nothing(tmp_path):
    rng = np.random.default_rng(3)
    noise = [rng.bytes(n) for n in (1, 3, 100, 50_000)]
    for data in [
        b"\n",
        b"\0" * 1000,
        b"," * 1000,
        b'"' * 999 + b"\n",
        b"#\n" * 1000,
        "é\n".encode(),
        b"\xff\xfe\n",
        *noise,
    ]:
        assert attempt(tmp_path / "a", data)[0] is None
        assert attempt(tmp_path / "a", data, columns=COLUMNS)[0] is None
        for name in FILES:
            assert attempt(tmp_path / "a", data, layout=name)[0] is None


def test_numbers_of_any_size(tmp_path):
    text = FILES["jma-csv"][0]
    for value in ("9" * 400, "1e400", "-" + "9" * 400, "nan", "inf", "0x10", "1_0", "١", "1d308"):
        for old in ("32.07", "6.374", "28.5437"):
            attempt(tmp_path / "a", text.replace(old, value).encode())


def test_lone_surrogates_are_refused(tmp_path):
    text = FILES["emsc-json"][0].replace("CENTRAL TURKEY", "\\ud800")
    assert attempt(tmp_path / "a", text.encode())[0] is None


def test_a_bomb_is_refused_early(tmp_path, monkeypatch):
    monkeypatch.setattr(_base, "MAX_ROWS", 1000)
    rows = FILES["jma-csv"][0].split("\n")
    bomb = gzip.compress("\n".join([rows[0], *rows[1:3] * 600, ""]).encode())
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(bomb)
    with pytest.raises(FormatError, match="more than 1000 lines"):
        read_catalog(path)
    path.write_bytes(gzip.compress(b"," * 2**21 + b"\n" + b"," * 100 + b"\n"))
    tracemalloc.start()
    with pytest.raises(FormatError):
        read_catalog(path, columns=COLUMNS)
    assert tracemalloc.get_traced_memory()[1] < 400 * 2**20
    tracemalloc.stop()


def test_a_cut_id_as_long_as_the_one_before_is_told(tmp_path):
    text = FILES["anss-text"][0].rstrip("\n")
    before, last = text.split("\n")[-2:]
    assert len(before) < len(last)
    whole, _ = attempt(tmp_path / "a", text.encode())
    part, said = attempt(tmp_path / "a", (text[: len(text) - len(last) + len(before)]).encode())
    assert set(part.index) - set(whole.index) and any("no line end" in message for message in said)
