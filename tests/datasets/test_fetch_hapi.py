"""``fetch_hapi`` against a local server: requests, cache, faults, and what the standard's client reads."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from _fetch_server import serving

from skquake.datasets import _fetch, _fetch_hapi, fetch_hapi

HEAD = {
    "HAPI": "3.0",
    "status": {"code": 1200, "message": "OK"},
    "startDate": "2000-01-01Z",
    "stopDate": "2030-01-01Z",
    "cadence": "PT1H",
    "parameters": [
        {"name": "Time", "type": "isotime", "units": "UTC", "fill": None, "length": 24},
        {"name": "DST", "type": "double", "units": "nT", "fill": "99999"},
        {"name": "B", "type": "double", "units": "nT", "fill": None, "size": [2]},
    ],
}
QUERY = {"id": "hourly", "time.min": "2005-01-01", "time.max": "2005-01-02", "include": "header"}
VOID = pd.Timestamp("2004-02-03")  # a day without data


def header(query, code=1200):
    names = query.get("parameters", "")
    wanted = [p for p in HEAD["parameters"] if not names or p["name"] in ("Time", *names.split(","))]
    return HEAD | {"parameters": wanted, "status": {"code": code, "message": "OK"}}


def reply(path, query):
    if path.endswith("/capabilities"):
        return json.dumps({"HAPI": "3.0", "status": HEAD["status"], "outputFormats": ["csv"]}).encode()
    if path.endswith("/catalog"):
        about = {"HAPI": "3.0", "status": HEAD["status"], "catalog": [{"id": "hourly"}]}
        return json.dumps(about).encode()
    if path.endswith("/info"):
        return json.dumps(header(query)).encode()
    if path != "/hapi/data" or query.get("id", query.get("dataset")) != "hourly":
        return None
    start, stop = (
        pd.Timestamp(query.get(key) or query[other]).tz_localize(None)
        for key, other in (("time.min", "start"), ("time.max", "stop"))
    )
    times = pd.date_range(start, stop, freq="h", inclusive="left")
    times = times[times.floor("D") != VOID]
    columns = {
        "DST": [f"{-t.hour if t.hour else 99999}" for t in times],
        "B": [f"{t.day},{t.hour}.5" for t in times],
    }
    head = header(query, 1200 if len(times) else 1201)
    rows = zip(*(columns[p["name"]] for p in head["parameters"][1:]), strict=True)
    body = "".join(
        f"{t:%Y-%m-%dT%H:%M:%S.000Z},{','.join(row)}\n" for t, row in zip(times, rows, strict=True)
    )
    text = "".join(f"#{line}\n" for line in json.dumps(head, indent=1).split("\n"))
    return ((text if query.get("include") == "header" else "") + body).encode()


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """It is 2004-06-01."""
    for module in (_fetch, _fetch_hapi):
        monkeypatch.setattr(module, "now", lambda: pd.Timestamp("2004-06-01"))


@pytest.fixture
def server():
    with serving(reply) as server:
        yield server


def fetch(server, home, *span, **options):
    return fetch_hapi(server.url + "hapi", "hourly", *span, data_home=home, **{"delay": 0.001, **options})


def files(home):
    return sorted(path.name for path in home.rglob("*") if path.is_file())


def test_span_of_days_and_cache(server, tmp_path):
    table = fetch(server, tmp_path, "2004-02-01 12:00", "2004-02-02 03:00")
    assert table["time"].tolist() == list(pd.date_range("2004-02-01 12:00", periods=15, freq="h"))
    assert (
        list(table) == ["time", "DST", "B_1", "B_2"] and np.isnan(table["DST"][12]) and table["DST"][0] == -12
    )
    assert table["B_2"][0] == 12.5 and table.attrs["units"]["B_1"] == "nT"
    assert len(files(tmp_path)) == 2 and files(tmp_path)[0].endswith("_2004-02-01.csv")
    again = fetch(server, tmp_path, "2004-02-01 12:00", "2004-02-02 03:00", download_if_missing=False)
    pd.testing.assert_frame_equal(again, table)
    assert len(server.asked) == 2


def test_parameters_and_longer_files(server, tmp_path):
    table = fetch(server, tmp_path, "2004-01-30", "2004-02-02", parameters="DST", step="month")
    assert list(table) == ["time", "DST"] and len(table) == 72
    assert [name[-11:] for name in files(tmp_path)] == ["2004-01.csv", "2004-02.csv"]
    fetch(server, tmp_path, "2004-01-30", "2004-02-02", parameters=["B"], step="month")
    assert len(files(tmp_path)) == 4  # of other parameters: other files
    server.faults = [reply("/hapi/data", {**QUERY, "parameters": "DST"})]
    with pytest.raises(OSError, match="no parameter B; there are Time, DST"):
        fetch(server, tmp_path, "2005-01-01", "2005-01-02", parameters=["B"], n_retries=0)


def test_days_without_data(server, tmp_path):
    table = fetch(server, tmp_path, "2004-02-02", "2004-02-05")
    assert len(table) == 48 and VOID not in table["time"].dt.floor("D").tolist()
    with pytest.raises(ValueError, match="hourly: no data from 2004-02-03"):
        fetch(server, tmp_path, VOID, "2004-02-04")


@pytest.mark.parametrize("fault", [503, "half", b"<html>busy</html>", b"#{}\n"])
def test_faults_are_tried_again(server, tmp_path, fault):
    server.faults = [fault]
    assert len(fetch(server, tmp_path, "2004-02-01", "2004-02-02")) == 24
    assert len(server.asked) == 2 and len(files(tmp_path)) == 1


def test_refusals(server, tmp_path):
    server.faults = [reply("/hapi/data", QUERY)]
    with pytest.raises(OSError, match=r"2005-01-01.*asked for 2004-02-01"):
        fetch(server, tmp_path, "2004-02-01", "2004-02-02", n_retries=0)
    assert files(tmp_path) == []
    with pytest.raises(OSError, match="404"):
        fetch_hapi(server.url + "other", "hourly", "2004-02-01", "2004-02-02", data_home=tmp_path)
    with pytest.raises(OSError, match="download_if_missing"):
        fetch(server, tmp_path, "2004-02-01", "2004-02-02", download_if_missing=False)
    with pytest.raises(ValueError, match="must come before"):
        fetch(server, tmp_path, "2004-02-01", "2004-02-01")
    with pytest.raises(ValueError, match="expected an address"):
        fetch_hapi("vires", "hourly", "2004-02-01", "2004-02-02", data_home=tmp_path)
    with pytest.raises(ValueError, match="step"):
        fetch(server, tmp_path, "2004-02-01", "2004-02-02", step="week")


def test_as_the_client_of_the_standard_reads_it(server, tmp_path):
    hapiclient = pytest.importorskip("hapiclient")
    data, meta = hapiclient.hapi(
        server.url + "hapi", "hourly", "DST,B", "2004-02-01T00:00:00Z", "2004-02-02T00:00:00Z",
        usecache=False, cache=False, dt_chunk=None, format="csv",
    )  # fmt: skip
    table = fetch(server, tmp_path, "2004-02-01", "2004-02-02")
    assert meta["parameters"][1]["units"] == "nT" and len(data) == 24
    np.testing.assert_array_equal(table["DST"].fillna(99999), data["DST"])
    np.testing.assert_array_equal(table[["B_1", "B_2"]], data["B"])
    assert [str(t) for t in data["Time"].astype("U24")][5] == "2004-02-01T05:00:00.000Z"
