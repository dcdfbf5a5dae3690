from __future__ import annotations

import functools
import gzip
import os

import pandas as pd
import pytest
from _fetch_server import serving

from skquake.datasets import _fetch_omni, _transfer, fetch_omni

HOUR = (
    "2272 71 71  15  15   7.5   6.2   9.0 156.0  -5.6   2.5   1.0   2.2   1.6   0.6   3.5   1.6   1.5"
    "   2.7  324194.   2.9  675.   0.9  -4.0 9.999  2.64   41773.   0.3   13.   1.3   1.7 9.999  -1.0"
    "8   0.97   7.7 53  71   -45  517 999999.99 99999.99 99999.99 99999.99 99999.99 99999.99  0  56 1"
    "25.6   3.7  -279   238  5.7"
)
FIVE = (
    " 71 71  10   5 100   2876    123  0.10   -60    5.38   -3.10    2.00   -3.90    2.59   -3.54    "
    "0.21    0.82   435.1  -434.6    17.7     8.9   4.32   98765.  1.64   1.54   1.05   9.7  240.11  "
    "-24.45   18.80   13.20   -0.70    1.20   312  -250    62    -1   -31    14    27   1.22  6.1   9"
    "9999.99     0.31     0.22"
)


@functools.cache
def hourly(year):
    times = pd.date_range(f"{year}-01-01", f"{year + 1}-01-01", freq="h", inclusive="left")
    return "".join(f"{year:4d}{t.dayofyear:4d}{t.hour:3d} {HOUR}\n" for t in times).encode()


def reply(path, query):
    name = path.rsplit("/", 1)[1]
    if path.startswith("/low_res_omni/omni2_"):
        return hourly(int(name[6:10]))
    return None


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """It is 2004-06-01."""
    clock = {"now": pd.Timestamp("2004-06-01")}
    monkeypatch.setattr(_fetch_omni, "now", lambda: clock["now"])
    return clock


@pytest.fixture
def server():
    with serving(reply) as server:
        yield server


def fetch(server, home, *span, **options):
    return fetch_omni(*span, data_home=home, base_url=server.url, **{"delay": 0.001, **options})


def files(home):
    return sorted(path.name for path in home.rglob("*") if path.is_file())


def test_span_over_two_years_and_cache(server, tmp_path):
    table = fetch(server, tmp_path, "2001-12-31", "2002-01-02", columns=["speed", "dst"])
    assert len(table) == 48 and list(table) == ["speed", "dst"] and table["dst"].eq(-45).all()
    assert table.index[0] == pd.Timestamp("2001-12-31") and table.attrs["units"]["speed"] == "km/s"
    assert files(tmp_path) == ["omni2_2001.dat", "omni2_2002.dat"]
    again = fetch(server, tmp_path, "2001-12-31", "2002-01-02", columns="speed", download_if_missing=False)
    assert list(again) == ["speed"] and server.asked == [
        "/low_res_omni/omni2_2001.dat",
        "/low_res_omni/omni2_2002.dat",
    ]


def test_resolutions_have_their_files(tmp_path):
    def hro(path, query):
        if path != "/high_res_omni/omni_5min2004.asc":
            return None
        times = pd.date_range("2004-01-01", "2004-02-04", freq="5min", inclusive="left")
        return "".join(f"2004{t.dayofyear:4d}{t.hour:3d}{t.minute:3d}{FIVE}\n" for t in times).encode()

    with serving(hro) as server:
        table = fetch(server, tmp_path, "2004-01-31", "2004-02-01", "5 min", columns=["sym_h"])
        assert len(table) == 288 and table.attrs["resolution"] == "5 min"
        with pytest.raises(OSError, match=r"tried once.*404"):
            fetch(server, tmp_path, "2004-01-31", "2004-02-01", "1 min")
        # It ends on 2004-02-04: what is older than 120 days is there, so that is all there is.
        assert fetch(server, tmp_path, "2004-02-03", "2004-05-01", "5 min").index[-1] == pd.Timestamp(
            "2004-02-03 23:55"
        )


@pytest.mark.parametrize("fault", [500, "half", "cut"])
def test_failures_are_tried_again_and_leave_nothing(server, tmp_path, fault):
    server.faults = [fault, fault]
    assert len(fetch(server, tmp_path, "2001-01-01", "2001-01-02")) == 24
    assert len(server.asked) == 3 and files(tmp_path) == ["omni2_2001.dat"]
    server.faults = [fault] * 2
    with pytest.raises(OSError, match=r"tried twice.*put it there as .*omni2_2001\.dat|tried 2 times"):
        fetch(server, tmp_path / "other", "2001-01-01", "2001-01-02", n_retries=1)
    assert not files(tmp_path / "other")


def test_what_is_no_such_year_is_not_kept(server, tmp_path):
    whole = hourly(2001)
    lines = whole.split(b"\n")
    cases = [
        (hourly(2002), "from 2002-01-01 00:00:00 on; expected the year 2001"),
        (b"\n".join(lines[:-10]) + b"\n", "ends at 2001-12-31 15:00:00, expected until 2002-01-01"),
        (b"\n".join([*lines[:50], *lines[60:]]), "a gap before 2001-01-03 12:00:00"),
        (b"<html>please log in</html>\n", "what came: an HTML page"),
        (b"2001   1  0  0" + FIVE.encode() + b"\n", "5 min instead of 1 h"),
    ]
    for body, match in cases:
        server.faults = [body]
        with pytest.raises(OSError, match=match):
            fetch(server, tmp_path, "2001-01-01", "2002-01-01", n_retries=0)
    assert not files(tmp_path)
    server.faults = [gzip.compress(whole)]
    assert len(fetch(server, tmp_path, "2001-01-01", "2001-01-02")) == 24


def test_limits_of_size_and_time(server, tmp_path, monkeypatch):
    with pytest.raises(OSError, match=r"OutOfBoundsError: larger than max_mb=0\.1"):
        fetch(server, tmp_path, "2001-01-01", "2001-01-02", max_mb=0.1)
    server.faults = ["drip"]
    with pytest.raises(OSError, match="OutOfBoundsError: not done within max_seconds"):
        fetch(server, tmp_path, "2001-01-01", "2001-01-02", max_seconds=0.3)
    waits = []
    monkeypatch.setattr(_transfer, "sleep", waits.append)
    server.faults = [503, (429, {"Retry-After": "7"})]
    fetch(server, tmp_path, "2001-01-01", "2001-01-02", delay=0.5)
    assert waits == [0.5, 7.0]


def test_years_that_may_be_revised_are_asked_for_again(server, tmp_path, clock):
    span = "2003-03-01", "2003-03-02"
    fetch(server, tmp_path, *span)
    path = tmp_path / "omni" / "omni2_2003.dat"

    def written(date):
        os.utime(path, (pd.Timestamp(date).timestamp(),) * 2)

    for date, asked in (("2004-05-31 12:00", 1), ("2004-05-01", 2), ("2003-12-01", 3)):
        written(date)
        fetch(server, tmp_path, *span)
        assert len(server.asked) == asked, date
    clock["now"] = pd.Timestamp("2006-01-01")
    written("2005-02-01")
    fetch(server, tmp_path, *span)
    assert len(server.asked) == 3


def test_a_damaged_file_is_replaced(server, tmp_path):
    fetch(server, tmp_path, "2001-01-01", "2001-01-02")
    path = tmp_path / "omni" / "omni2_2001.dat"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(OSError, match=r"no line end.*delete the file, or allow the download"):
        fetch(server, tmp_path, "2001-01-01", "2001-01-02", download_if_missing=False)
    assert len(fetch(server, tmp_path, "2001-01-01", "2001-01-02")) == 24 and len(server.asked) == 2


def test_errors(server, tmp_path):
    with pytest.raises(OSError, match="is not there, and download_if_missing=False"):
        fetch(server, tmp_path, "2001-01-01", "2001-01-02", download_if_missing=False)
    with pytest.raises(ValueError, match="must come before"):
        fetch(server, tmp_path, "2001-01-02", "2001-01-01")
    with pytest.raises(ValueError, match="the archive of 1 min begins in 1981"):
        fetch(server, tmp_path, "1975-01-01", "1976-01-01", "1 min")
    with pytest.raises(ValueError, match="'resolution' parameter"):
        fetch(server, tmp_path, "2001-01-01", "2001-01-02", "1 s")
    fetch(server, tmp_path, "2001-01-01", "2001-01-02")
    with pytest.raises(ValueError, match="expected different names out of"):
        fetch(server, tmp_path, "2001-01-01", "2001-01-02", columns=["sped"])
