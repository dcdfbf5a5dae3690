from __future__ import annotations

import gzip
import os
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from _fetch_server import serving

from skquake.datasets import _fetch_kp, _transfer, fetch_kp, get_data_home
from skquake.datasets._lock import locked
from skquake.io import read_kp

KP = "1.000 1.667 2.000 0.000 9.000 2.333 3.667 4.000"
LINE = f"{{day}} 34004 34004.5 2611 21  {KP}  4 6 7 0 400 12 22 27  9 -1 -1.0 -1.0 2\n"


def kp_file(days):
    return ("# header\n" + "".join(LINE.format(day=f"{day:%Y %m %d}") for day in days)).encode()


NAME = "Kp_ap_Ap_SN_F107_since_1932.txt"


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """It is noon of 2010-02-03, and the index began in 2010."""
    clock = {"now": pd.Timestamp("2010-02-03 12:00")}
    monkeypatch.setattr(_fetch_kp, "now", lambda: clock["now"])
    monkeypatch.setattr(_fetch_kp, "_BEGIN", pd.Timestamp("2010-01-01"))
    return clock


@pytest.fixture
def waits(monkeypatch):
    """What would have been waited."""
    waits = []
    monkeypatch.setattr(_transfer, "sleep", waits.append)
    return waits


@pytest.fixture
def server():
    with serving(lambda path, query: kp_file(pd.date_range("2010-01-01", "2010-01-31"))) as server:
        yield server


def fetch(server, home, *span, **options):
    return fetch_kp(*span, data_home=home, base_url=server.url, **{"delay": 0.001, **options})


def files(home):
    return [path.name for path in home.rglob("*") if path.is_file()]


def test_values_span_and_cache(server, tmp_path):
    kp = fetch(server, tmp_path)
    assert len(kp) == 31 * 8 and kp.iloc[1] == pytest.approx(5 / 3) and "Matzka" in kp.attrs["citation"]
    day = fetch(server, tmp_path, "2010-01-05", "2010-01-06", download_if_missing=False)
    assert len(day) == 8 and day.index[0] == pd.Timestamp("2010-01-05")
    assert server.asked == [f"/{NAME}"]


@pytest.mark.parametrize("fault", [500, "half", "cut"])
def test_failures_are_tried_again_and_leave_nothing(server, tmp_path, fault):
    server.faults = [fault, fault]
    assert len(fetch(server, tmp_path)) == 31 * 8
    assert len(server.asked) == 3 and len(files(tmp_path)) == 1
    server.faults = [fault] * 4
    with pytest.raises(OSError, match=r"tried 4 times.*put it there as .*since_1932\.txt"):
        fetch(server, tmp_path / "other")
    assert not files(tmp_path / "other")


def test_the_wait_doubles(server, tmp_path, waits):
    server.faults = [503, 503, 503]
    fetch(server, tmp_path, delay=0.5)
    assert waits == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Date": "Wed, 03 Feb 2010 12:00:00 GMT", "Retry-After": "Wed, 03 Feb 2010 12:00:42 GMT"}, 42.0),
        ({"Date": "Wed, 03 Feb 2010 12:00:00 GMT", "Retry-After": "Wed, 03 Feb 2010 11:00:00 GMT"}, 0.5),
        ({"Retry-After": "soon"}, 0.5),
        ({"Retry-After": "-3"}, 0.5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_that_a_server_asks_for(server, tmp_path, waits, asked, wait, status):
    server.faults = [(status, asked)]
    fetch(server, tmp_path, delay=0.5)
    assert waits == [wait] and len(server.asked) == 2


def test_a_wait_beyond_the_time_given_is_not_waited(server, tmp_path, waits):
    server.faults = [(503, {"Retry-After": "3600"})]
    with pytest.raises(
        OSError,
        match=r"tried once; HTTPError: 503.*asks to wait 3600 s; the next try would come after max_sec",
    ):
        fetch(server, tmp_path, max_seconds=60)
    assert not waits and not files(tmp_path)
    server.faults = [(503, {"Retry-After": "9" * 30})]
    fetch(server, tmp_path, max_seconds=None)
    assert waits == [86_400.0]


def test_a_packed_file_is_unpacked(server, tmp_path):
    """Gzip without its Content-Encoding: the name promises text."""
    whole = server.reply(None, None)
    server.faults = [gzip.compress(whole)[:-20], gzip.compress(whole)]
    assert len(fetch(server, tmp_path)) == 31 * 8 and len(server.asked) == 2
    assert (tmp_path / "kp" / NAME).read_bytes() == whole
    server.faults = [gzip.compress(gzip.compress(whole))]
    with pytest.raises(OSError, match="gzip stream: packed twice; what came: binary data"):
        fetch(server, tmp_path / "other", n_retries=0)


def test_a_file_that_does_not_cover_the_span_is_not_kept(server, tmp_path):
    """Cut at the end of a line, and no length announced: only the content shows it."""
    short = kp_file(pd.date_range("2010-01-01", "2010-01-10"))
    late = kp_file(pd.date_range("2010-01-05", "2010-01-31"))
    gap = kp_file(pd.date_range("2010-01-01", "2010-01-31").delete(9))
    server.faults = [short]
    with pytest.raises(
        OSError, match="ends at 2010-01-11 00:00:00, asked for until 2010-01-27 12:00:00: cut"
    ):
        fetch(server, tmp_path, n_retries=0)
    server.faults = [late]
    with pytest.raises(OSError, match="begins at 2010-01-05 00:00:00, asked for from 2010-01-02 03:00:00 on"):
        fetch(server, tmp_path, "2010-01-02 01:00", "2010-01-20", n_retries=0)
    server.faults = [gap]
    with pytest.raises(OSError, match="a gap before 2010-01-11 00:00:00"):
        fetch(server, tmp_path, n_retries=0)
    assert not files(tmp_path)
    server.faults = [short, late, gap]
    assert len(fetch(server, tmp_path)) == 31 * 8 and len(server.asked) == 7


def test_limits_of_size_and_time(server, tmp_path):
    for fault in (None, "cut"):  # announced, and not
        server.faults = [fault]
        with pytest.raises(OSError, match=r"tried once; OutOfBoundsError: larger than max_mb=0\.001; give"):
            fetch(server, tmp_path, max_mb=0.001)
    bomb = gzip.compress(b"#" * 2_000_000)
    server.faults = [bomb]
    with pytest.raises(OSError, match=r"tried once; OutOfBoundsError: larger than max_mb=1"):
        fetch(server, tmp_path, max_mb=1)
    server.faults = ["drip"]
    with pytest.raises(OSError, match="tried once; OutOfBoundsError: not done within max_seconds"):
        fetch(server, tmp_path, max_seconds=0.3)
    assert not files(tmp_path)
    assert len(fetch(server, tmp_path, max_mb=None, max_seconds=None)) == 31 * 8
    for name in ("max_mb", "max_seconds"):
        with pytest.raises(ValueError, match=f"'{name}' parameter"):
            fetch(server, tmp_path, **{name: 0})


def test_what_a_killed_download_left_is_removed(server, tmp_path):
    fetch(server, tmp_path)
    for left in (f".{NAME}.0123456789ab.tmp.txt", f".{NAME}.lock"):
        (tmp_path / "kp" / left).write_bytes(b"half")
    fetch(server, tmp_path)
    assert files(tmp_path) == [NAME]


def test_a_damaged_file_is_replaced(server, tmp_path):
    fetch(server, tmp_path)
    path = tmp_path / "kp" / NAME
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(OSError, match=r"no line end.*delete the file, or allow the download"):
        fetch(server, tmp_path, download_if_missing=False)
    server.faults = [404]
    with pytest.raises(OSError, match="404"):
        fetch(server, tmp_path)
    assert path.exists()
    assert len(fetch(server, tmp_path)) == 31 * 8 and len(read_kp(path)) == 31 * 8


def test_a_page_instead_of_the_file_is_not_kept(tmp_path):
    with serving(lambda path, query: b"<html>please log in</html>\n") as portal:
        with pytest.raises(OSError, match=r"FormatError: http.*an HTML page; the server may have answered"):
            fetch(portal, tmp_path, n_retries=0)
    assert not files(tmp_path)


def test_a_file_that_does_not_reach_the_end_is_replaced(server, tmp_path, now):
    fetch(server, tmp_path)
    path = tmp_path / "kp" / NAME
    path.write_bytes(kp_file(pd.date_range("2010-01-01", "2010-01-10")))
    assert len(fetch(server, tmp_path, "2010-01-01", "2010-01-10")) == 72
    assert len(server.asked) == 1
    with pytest.warns(UserWarning, match=r"ends at 2010-01-11 00:00:00, asked for until 2010-01-20 .*allow"):
        assert len(fetch(server, tmp_path, "2010-01-01", "2010-01-20", download_if_missing=False)) == 80
    assert len(fetch(server, tmp_path, "2010-01-01", "2010-01-20")) == 19 * 8
    assert len(server.asked) == 2
    # It ends three days ago, which may be all there is: asked again only when it is hours old.
    os.utime(path, (now["now"].timestamp() - 7_200,) * 2)
    assert len(fetch(server, tmp_path, "2010-01-01", "2010-02-03")) == 31 * 8 and len(server.asked) == 2
    os.utime(path, (now["now"].timestamp() - 14_400,) * 2)
    assert len(fetch(server, tmp_path, "2010-01-01", "2010-02-03")) == 31 * 8 and len(server.asked) == 3


def test_errors(server, tmp_path):
    with pytest.raises(OSError, match="is not there, and download_if_missing=False"):
        fetch(server, tmp_path, download_if_missing=False)
    with pytest.raises(ValueError, match="must come before"):
        fetch(server, tmp_path, "2010-01-02", "2010-01-01")
    with pytest.raises(ValueError, match="no Kp from 2011"):
        fetch(server, tmp_path, "2011-01-01", "2011-01-02")
    with serving(lambda path, query: None) as empty, pytest.raises(OSError, match=r"tried once.*404"):
        fetch(empty, tmp_path / "other")
    with pytest.raises(OSError, match=r"tried once; InvalidURL"):
        fetch_kp(data_home=tmp_path / "other", base_url="no address")


def test_data_home(tmp_path, monkeypatch):
    monkeypatch.setenv("SKQUAKE_DATA", str(tmp_path / "env"))
    assert get_data_home() == str(tmp_path / "env") and (tmp_path / "env").is_dir()
    monkeypatch.delenv("SKQUAKE_DATA")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert get_data_home() == str(tmp_path / "skquake_data")
    assert get_data_home(tmp_path / "given") == str(tmp_path / "given")


def test_progress_only_when_asked_for(server, tmp_path, capsys):
    fetch(server, tmp_path / "a")
    assert capsys.readouterr().err == ""
    fetch(server, tmp_path / "b", verbose=1)
    assert "100%" in capsys.readouterr().err


def test_the_real_file(real_data, tmp_path, now):
    path = real_data / "indices" / "Kp_ap_Ap_SN_F107_nowcast.txt"
    now["now"] = read_kp(path).last_valid_index()
    with serving(lambda asked, query: path.read_bytes()) as server:
        server.faults = ["half", "cut"]
        found = fetch(server, tmp_path, "2025-01-08")
    pd.testing.assert_series_equal(found, read_kp(path).loc["2025-01-08":])


def test_two_at_once(server, tmp_path):
    """The second waits for the first, and finds its file."""
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: len(fetch(server, tmp_path)), range(4)))
    assert found == [31 * 8] * 4 and server.asked == [f"/{NAME}"] and files(tmp_path) == [NAME]


def test_who_waits_too_long_is_told(tmp_path):
    path = tmp_path / "kp.txt"
    with locked(path, None), pytest.raises(OSError, match="another process is downloading it"):
        with locked(path, 0.15):
            pass
    assert not files(tmp_path)
