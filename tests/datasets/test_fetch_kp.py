from __future__ import annotations

import os
import time

import pandas as pd
import pytest
from _fetch_server import serving

from skquake.datasets import fetch_kp, get_data_home
from skquake.io import read_kp

KP = "1.000 1.667 2.000 0.000 9.000 2.333 3.667 4.000"
LINE = f"{{day}} 34004 34004.5 2611 21  {KP}  4 6 7 0 400 12 22 27  9 -1 -1.0 -1.0 2\n"


def kp_file(days):
    return ("# header\n" + "".join(LINE.format(day=f"{day:%Y %m %d}") for day in days)).encode()


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
    assert server.asked == ["/Kp_ap_Ap_SN_F107_since_1932.txt"]


@pytest.mark.parametrize("fault", [500, "half", "cut"])
def test_failures_are_tried_again_and_leave_nothing(server, tmp_path, fault):
    server.faults = [fault, fault]
    assert len(fetch(server, tmp_path)) == 31 * 8
    assert len(server.asked) == 3 and len(files(tmp_path)) == 1
    server.faults = [fault] * 4
    with pytest.raises(OSError, match=r"tried 4 times.*put it there as .*since_1932\.txt"):
        fetch(server, tmp_path / "other")
    assert not files(tmp_path / "other")


def test_the_wait_doubles(server, tmp_path, monkeypatch):
    waits = []
    monkeypatch.setattr(time, "sleep", waits.append)
    server.faults = [503, 503, 503]
    fetch(server, tmp_path, delay=0.5)
    assert [wait for wait in waits if wait >= 0.5] == [0.5, 1.0, 2.0]


def test_a_page_instead_of_the_file_is_not_kept(tmp_path):
    with serving(lambda path, query: b"<html>please log in</html>\n") as portal:
        with pytest.raises(OSError, match=r"FormatError.*expected 28"):
            fetch(portal, tmp_path, n_retries=0)
    assert not files(tmp_path)


def test_a_file_that_does_not_reach_the_end_is_replaced(server, tmp_path):
    fetch(server, tmp_path)
    path = tmp_path / "kp" / "Kp_ap_Ap_SN_F107_since_1932.txt"
    path.write_bytes(kp_file(pd.date_range("2010-01-01", "2010-01-10")))
    assert len(fetch(server, tmp_path, "2010-01-01", "2010-01-20")) == 80  # hours old: not asked again
    os.utime(path, (time.time() - 86_400,) * 2)
    assert len(fetch(server, tmp_path, "2010-01-01", "2010-01-10")) == 72
    assert len(server.asked) == 1
    assert len(fetch(server, tmp_path, "2010-01-01", "2010-01-20")) == 19 * 8
    assert len(server.asked) == 2


def test_errors(server, tmp_path):
    with pytest.raises(OSError, match="is not there, and download_if_missing=False"):
        fetch(server, tmp_path, download_if_missing=False)
    with pytest.raises(ValueError, match="must come before"):
        fetch(server, tmp_path, "2010-01-02", "2010-01-01")
    with pytest.raises(ValueError, match="no Kp from 2011"):
        fetch(server, tmp_path, "2011-01-01", "2011-01-02")
    with serving(lambda path, query: None) as empty, pytest.raises(OSError, match=r"tried once.*404"):
        fetch(empty, tmp_path / "other")


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


def test_the_real_file(real_data, tmp_path):
    path = real_data / "indices" / "Kp_ap_Ap_SN_F107_nowcast.txt"
    with serving(lambda asked, query: path.read_bytes()) as server:
        server.faults = ["half", "cut"]
        pd.testing.assert_series_equal(fetch(server, tmp_path), read_kp(path))
