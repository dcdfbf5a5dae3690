"""Downloads of ionosphere maps: names of the archives, tokens, checks; from a server of one's own."""

from __future__ import annotations

import functools
import gzip

import numpy as np
import pandas as pd
import pytest
from _fetch_server import serving

from skquake.datasets import _fetch_iono_maps, fetch_iono_maps

LONG = "COD0OPSFIN_{0:%Y}{0.dayofyear:03d}0000_01D_01H_GIM.INX.gz"


def record(text, label):
    return f"{text:<60}{label:<20}\n"


@functools.cache
def maps(day, last=24, value=0, end=True):
    """An IONEX file of maps every two hours of a day."""
    times = [pd.Timestamp(day) + pd.Timedelta(hours=hour) for hour in range(0, last + 1, 2)]

    def epoch(t):
        return "".join(f"{part:6d}" for part in (t.year, t.month, t.day, t.hour, t.minute, t.second))

    text = [
        record(f"{'1.0':>8}{'':12}IONOSPHERE MAPS     GPS", "IONEX VERSION / TYPE"),
        record("centre", "PGM / RUN BY / DATE"),
        record(epoch(times[0]), "EPOCH OF FIRST MAP"),
        record(f"{len(times):6d}", "# OF MAPS IN FILE"),
        record("     2", "MAP DIMENSION"),
        record("   450.0 450.0   0.0", "HGT1 / HGT2 / DHGT"),
        record("     5.0   0.0  -5.0", "LAT1 / LAT2 / DLAT"),
        record("  -180.0 180.0 180.0", "LON1 / LON2 / DLON"),
        record("    -1", "EXPONENT"),
        record("", "END OF HEADER"),
    ]
    for k, t in enumerate(times, 1):
        text.append(record(f"{k:6d}", "START OF TEC MAP"))
        text.append(record(epoch(t), "EPOCH OF CURRENT MAP"))
        for latitude in (5.0, 0.0):
            text.append(record(f"  {latitude:6.1f}-180.0 180.0 180.0 450.0", "LAT/LON1/LON2/DLON/H"))
            text.append("".join(f"{10 * t.hour + value:5d}" for _ in range(3)) + "\n")
        text.append(record(f"{k:6d}", "END OF TEC MAP"))
    return "".join(text + [record("", "END OF FILE")] * end).encode()


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """It is 2024-06-01."""
    monkeypatch.setattr(_fetch_iono_maps, "now", lambda: pd.Timestamp("2024-06-01"))


@pytest.fixture
def shelf():
    """What the archive has: path -> content."""
    return {}


@pytest.fixture
def server(shelf):
    with serving(lambda path, query: shelf.get(path.lstrip("/"))) as server:
        yield server


def fetch(server, home, *span, **options):
    return fetch_iono_maps(*span, data_home=home, base_url=server.url, **{"delay": 0.001, **options})


def put(shelf, *days):
    for day in map(pd.Timestamp, days):
        shelf[f"{day:%Y}/" + LONG.format(day)] = gzip.compress(maps(day))


def test_days_are_joined_and_kept(server, shelf, tmp_path):
    put(shelf, "2024-01-01", "2024-01-02")
    tec = fetch(server, tmp_path, "2024-01-01", "2024-01-03")
    assert tec.sizes["time"] == 25 and str(tec["time"].values[-1])[:13] == "2024-01-03T00"
    # The map at 24:00 is that of the day that begins there.
    np.testing.assert_allclose(tec.sel(time="2024-01-02T22:00"), 22.0)
    assert server.asked == [
        "/2024/COD0OPSFIN_20240010000_01D_01H_GIM.INX.gz",
        "/2024/COD0OPSFIN_20240020000_01D_01H_GIM.INX.gz",
    ]
    assert sorted(path.name for path in (tmp_path / "iono_maps").glob("*.inx")) == [
        "code_20240101.inx", "code_20240102.inx",
    ]  # fmt: skip
    again = fetch(server, tmp_path, "2024-01-01", "2024-01-03", download_if_missing=False)
    assert again.equals(tec) and len(server.asked) == 2


def test_names_before_the_long_ones(server, shelf, tmp_path):
    shelf["2015/CODG0750.15I.gz"] = gzip.compress(maps(pd.Timestamp("2015-03-16")))
    fetch(server, tmp_path, "2015-03-16", "2015-03-17")
    assert server.asked == ["/2015/CODG0750.15I.Z", "/2015/CODG0750.15I.gz"]


def test_a_centre_that_changed_its_names_later(server, shelf, tmp_path):
    day = pd.Timestamp("2022-12-31")
    shelf["2022/365/igsg3650.22i.Z"] = maps(day)
    fetch(server, tmp_path, day, "2023-01-01", centre="IGS", archive="CDDIS", token="secret")
    assert server.asked == [
        "/2022/365/IGS0OPSFIN_20223650000_01D_02H_GIM.INX.gz", "/2022/365/igsg3650.22i.Z",
    ]  # fmt: skip


def test_a_token_is_sent_to_cddis_and_said_nowhere(server, tmp_path):
    seen = []
    original = server.answer
    server.answer = lambda handler: (seen.append(handler.headers["Authorization"]), original(handler))
    with pytest.raises(OSError, match="404") as info:
        fetch(server, tmp_path, "2024-01-01", "2024-01-02", centre="IGS", archive="CDDIS", token="secret")
    assert set(seen) == {"Bearer secret"} and "secret" not in str(info.value)
    with pytest.raises(OSError, match="404"):
        fetch(server, tmp_path, "2024-01-01", "2024-01-02", token="secret")
    assert seen[-1] is None


def test_cddis_without_a_token_reads_what_is_there(server, shelf, tmp_path):
    options = {"centre": "JPL", "archive": "CDDIS"}
    with pytest.raises(ValueError, match="token of NASA's Earthdata"):
        fetch(server, tmp_path, "2024-01-01", "2024-01-02", **options)
    assert not server.asked
    shelf["2024/001/JPL0OPSFIN_20240010000_01D_02H_GIM.INX.gz"] = maps("2024-01-01")
    fetch(server, tmp_path, "2024-01-01", "2024-01-02", token="x", **options)
    fetch(server, tmp_path, "2024-01-01", "2024-01-02", **options)


def test_a_login_page_instead_of_the_file(server, shelf, tmp_path):
    page = b"<!DOCTYPE html><html><body>Earthdata Login</body></html>"
    shelf["2024/001/IGS0OPSFIN_20240010000_01D_02H_GIM.INX.gz"] = page
    with pytest.raises(OSError, match="an HTML page"):
        fetch(
            server,
            tmp_path,
            "2024-01-01",
            "2024-01-02",
            centre="IGS",
            archive="CDDIS",
            token="x",
            n_retries=0,
        )
    assert not list((tmp_path / "iono_maps").glob("*.inx"))


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (maps("2024-01-05"), "expected the day 2024-01-01"),
        (maps("2024-01-01", last=10), "expected the day 2024-01-01"),
        (maps("2024-01-01")[:3000], "maps"),
    ],
)
def test_wrong_files_are_not_kept(server, shelf, tmp_path, content, match):
    shelf["2024/" + LONG.format(pd.Timestamp("2024-01-01"))] = content
    with pytest.raises(OSError, match=match):
        fetch(server, tmp_path, "2024-01-01", "2024-01-02", n_retries=0)
    assert not list((tmp_path / "iono_maps").glob("*.inx"))


def test_faults_are_tried_again_and_damaged_files_replaced(server, shelf, tmp_path):
    put(shelf, "2024-01-01")
    server.faults = [503, "half"]
    tec = fetch(server, tmp_path, "2024-01-01", "2024-01-02")
    path = tmp_path / "iono_maps" / "code_20240101.inx"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(OSError, match="delete the file"):
        fetch(server, tmp_path, "2024-01-01", "2024-01-02", download_if_missing=False)
    assert fetch(server, tmp_path, "2024-01-01", "2024-01-02").equals(tec)


def test_what_is_done_is_kept(server, shelf, tmp_path):
    put(shelf, "2024-01-01")
    with pytest.raises(OSError, match="404"):
        fetch(server, tmp_path, "2024-01-01", "2024-01-03")
    assert [path.name for path in (tmp_path / "iono_maps").glob("*.inx")] == ["code_20240101.inx"]


@pytest.mark.parametrize(
    ("span", "options", "match"),
    [
        (("2024-01-02", "2024-01-02"), {}, "must lie on a day before"),
        (("1997-01-02", "1998-01-02"), {}, "begin in June 1998"),
        (("2024-01-02", "2025-01-02"), {}, "end now"),
        (("2024-01-01", "2024-01-02"), {"centre": "IGS"}, "archive='CDDIS' and a token"),
        (("2024-01-01", "2024-01-02"), {"centre": "XYZ"}, "centre"),
    ],
)
def test_impossible_requests(server, tmp_path, span, options, match):
    with pytest.raises(ValueError, match=match):
        fetch(server, tmp_path, *span, **options)
    assert not server.asked
