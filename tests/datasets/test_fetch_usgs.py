from __future__ import annotations

import gzip
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from _fetch_server import serving, usgs_service

from skquake.datasets import _fetch_usgs, fetch_usgs
from skquake.io import read_usgs

SPAN = ("2010-01-01", "2010-02-01")


@pytest.fixture(scope="module")
def table():
    """Raw rows of a month: one every hour, magnitudes 4.5 to 6.4, one an explosion."""
    time = pd.date_range("2009-12-31T23:00:00", "2010-02-01T01:00:00", freq="h")
    n = len(time)
    return pd.DataFrame(
        {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "latitude": np.linspace(-60, 60, n).round(3),
            "longitude": np.linspace(-179, 179, n).round(3),
            "depth": 10.0,
            "mag": (4.5 + np.arange(n) % 20 / 10).round(1).astype(str),
            "id": [f"us{k:06d}" for k in range(n)],
            "updated": "2016-11-10T01:32:53.651Z",
            "type": ["explosion" if k == 100 else "earthquake" for k in range(n)],
        }
    )


@pytest.fixture
def server(table, monkeypatch):
    monkeypatch.setattr(_fetch_usgs, "MAX_EVENTS", 200)
    with serving(usgs_service(table)) as server:
        yield server


def fetch(server, home, *arguments, **options):
    span = arguments or SPAN
    return fetch_usgs(*span, data_home=home, base_url=server.url, delay=0.001, **options)


def files(home):
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())


def test_a_span_is_halved_until_each_part_is_small_enough(server, table, tmp_path):
    catalog = fetch(server, tmp_path)
    # 745 rows at hours 0...744, the last at the end of the span, which is outside; one explosion.
    assert len(catalog) == 743 and catalog.index.is_unique and catalog["time"].is_monotonic_increasing
    assert catalog["time"].iloc[0] == pd.Timestamp("2010-01-01") and (catalog["time"] < "2010-02-01").all()
    assert catalog.attrs["left_out"] == {"explosion": 1} and "doi.org" in catalog.attrs["citation"]
    assert server.asked.count("/query") == 4 and server.asked.count("/count") == 7
    assert files(tmp_path) == ["usgs/usgs_20100101_20100201_m4.5.csv"]


def test_downloaded_once(server, tmp_path):
    first = fetch(server, tmp_path)
    server.asked.clear()
    pd.testing.assert_frame_equal(fetch(server, tmp_path), first)
    pd.testing.assert_frame_equal(fetch(server, tmp_path, download_if_missing=False), first)
    assert not server.asked
    assert fetch(server, tmp_path, *SPAN, 6.0)["magnitude"].min() == 6.0
    assert server.asked.count("/query") == 1


def test_offline_errors_name_the_cure(server, tmp_path):
    with pytest.raises(OSError, match=r"usgs_20100101_20100201_m4\.5\.csv is not there.*allow the download"):
        fetch(server, tmp_path, download_if_missing=False)
    with pytest.raises(OSError, match=r"could not be downloaded .*Check the connection and call again"):
        fetch_usgs(*SPAN, data_home=tmp_path, base_url="http://127.0.0.1:9/", n_retries=0)
    assert not files(tmp_path)


@pytest.mark.parametrize("fault", [503, 429, "half", "cut"])
def test_failures_are_tried_again(server, tmp_path, fault):
    fetch(server, tmp_path, *SPAN, 6.0)  # /count, /query
    for path in (tmp_path / "usgs").iterdir():
        path.unlink()
    server.faults = [None, fault, fault]
    server.asked.clear()
    assert len(fetch(server, tmp_path, *SPAN, 6.0)) == sum(k % 20 >= 15 for k in range(1, 745))
    assert server.asked == ["/count", "/query", "/query", "/query"]
    assert files(tmp_path) == ["usgs/usgs_20100101_20100201_m6.csv"]


def test_what_is_complete_is_kept_when_the_rest_fails(server, tmp_path):
    server.faults = [None] * 7 + [None, None, "half", "cut"]
    with pytest.raises(OSError, match="tried 2 times") as caught:
        fetch(server, tmp_path, n_retries=1)
    assert caught.value.__cause__ is not None
    kept = files(tmp_path)
    assert len(kept) == 2 and all(name.endswith(".csv") and ".parts/" in name for name in kept)
    for name in kept:
        assert len(read_usgs(tmp_path / name))
    server.asked.clear()
    assert len(fetch(server, tmp_path)) == 743
    assert server.asked.count("/query") == 2
    assert files(tmp_path) == ["usgs/usgs_20100101_20100201_m4.5.csv"]


def test_a_refusal_is_not_repeated(server, tmp_path):
    server.faults = [400]
    with pytest.raises(OSError, match="tried once"):
        fetch(server, tmp_path)
    assert server.asked == ["/count"]


def test_a_part_with_rows_missing_is_refused(table, tmp_path):
    """Cut at the end of a line and no length announced: only the count shows it."""
    service = usgs_service(table)

    def reply(path, query):
        body = service(path, query)
        return b"".join(body.splitlines(keepends=True)[:50]) if path == "/query" else body

    with serving(reply) as server, pytest.raises(OSError, match="49 events came, the service counts 745"):
        fetch(server, tmp_path, n_retries=1)
    assert not files(tmp_path)


def wrapped(table, wrap):
    """A service whose answers to /query pass through ``wrap(body, query)``."""
    service = usgs_service(table)

    def reply(path, query):
        body = service(path, query)
        return wrap(body, query) if path == "/query" else body

    return serving(reply)


def test_a_packed_answer_is_unpacked(server, table, tmp_path):
    """Gzip without its Content-Encoding, in one part and in all: joined as bytes, they were no catalog."""
    expected = fetch(server, tmp_path / "plain")
    with wrapped(table, lambda body, query: gzip.compress(body)) as packed:
        pd.testing.assert_frame_equal(fetch(packed, tmp_path / "packed"), expected)
    (name,) = files(tmp_path / "packed")
    assert (tmp_path / "packed" / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()


GEOJSON = (
    b'{"type": "FeatureCollection", "metadata": {"count": 1}, "features": [{"id": "us1", "geometry": '
    b'{"coordinates": [1.0, 2.0, 10.0]}, "properties": {"mag": 6.0, "time": 1262390400000}}]}'
)


@pytest.mark.parametrize(
    ("sent", "came"),
    [
        (GEOJSON, r"GeoJSON; expected a USGS catalog as CSV; what came: JSON \('\{\"type"),
        (b"<!DOCTYPE html><html>log in</html>\n", r"what came: an HTML page \('<!DOCTYPE html><html>log in"),
        (b"<?xml version='1.0'?><q:quakeml/>\n", r"what came: XML"),
        (b"", r"the file is empty; what came: nothing"),
        (b"id,time\n", r"no column for .*what came: text \('id,time"),
    ],
)
def test_what_is_no_table_is_thrown_away(server, tmp_path, sent, came):
    server.faults = [None] * 7 + [sent]
    with pytest.raises(OSError, match=came):
        fetch(server, tmp_path, n_retries=0)
    assert not files(tmp_path) and not list((tmp_path / "usgs").iterdir())
    assert len(fetch(server, tmp_path)) == 743


@pytest.mark.parametrize(
    "bad",
    [GEOJSON, b"<html></html>\n", b"time,id\n", gzip.compress(b"half", mtime=0)[:-9]],
    ids=["json", "html", "names", "gzip"],
)
def test_a_bad_part_that_is_kept_is_thrown_away(server, tmp_path, bad):
    server.faults = [None] * 7 + [None, None, 400]
    with pytest.raises(OSError, match="tried once; HTTPError: 400"):
        fetch(server, tmp_path)
    kept = files(tmp_path)
    assert len(kept) == 2
    (tmp_path / kept[0]).write_bytes(bad)
    whole = tmp_path / kept[1]
    whole.write_bytes(b"".join(whole.read_bytes().splitlines(keepends=True)[:-1]))  # a line less
    server.asked.clear()
    assert len(fetch(server, tmp_path)) == 743 and server.asked.count("/query") == 4
    assert files(tmp_path) == ["usgs/usgs_20100101_20100201_m4.5.csv"]


def test_parts_of_different_columns_are_thrown_away(server, tmp_path):
    server.faults = [None] * 7 + [None, 400]
    with pytest.raises(OSError, match="400"):
        fetch(server, tmp_path)
    (name,) = files(tmp_path)
    pd.read_csv(tmp_path / name, dtype=str).drop(columns="updated").to_csv(tmp_path / name, index=False)
    with pytest.raises(OSError, match="different columns, now thrown away; call again"):
        fetch(server, tmp_path)
    assert len(fetch(server, tmp_path)) == 743


def test_rows_outside_the_span_are_not_kept(server, table, tmp_path):
    """A service that knows no spans: the rows of other times count for nothing."""
    everything = table.to_csv(index=False).encode()
    with wrapped(table, lambda body, query: everything) as ignorant:
        catalog = fetch(ignorant, tmp_path, "2010-01-05", "2010-01-06")
    (name,) = files(tmp_path)
    kept = read_usgs(tmp_path / name, types=None)
    assert len(catalog) == 23 and len(kept) == 24  # one of them an explosion
    assert kept["time"].min() == pd.Timestamp("2010-01-05") and kept["time"].max() < pd.Timestamp(
        "2010-01-06"
    )
    other = table[table["time"] >= "2010-01-05T12"].to_csv(index=False).encode()
    with wrapped(table, lambda body, query: other) as wrong:
        with pytest.raises(OSError, match="13 events came, the service counts 25: cut short"):
            fetch(wrong, tmp_path / "other", "2010-01-05", "2010-01-06", n_retries=0)


def test_only_events_at_the_end_are_no_events(server, tmp_path):
    with pytest.raises(ValueError, match=r"no earthquake of magnitude 4\.5 or more from"):
        fetch(server, tmp_path, "2010-01-05 00:30", "2010-01-05 01:00")
    assert not files(tmp_path) and not list((tmp_path / "usgs").iterdir())


def test_a_damaged_file_is_replaced(server, tmp_path):
    first = fetch(server, tmp_path)
    (name,) = files(tmp_path)
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-20])
    with pytest.raises(OSError, match="delete the file, or allow the download"):
        fetch(server, tmp_path, download_if_missing=False)
    pd.testing.assert_frame_equal(fetch(server, tmp_path), first)


def test_limits_of_size_and_time(server, tmp_path):
    with pytest.raises(OSError, match=r"tried once; OutOfBoundsError: larger than max_mb=0\.001"):
        fetch(server, tmp_path, max_mb=0.001)
    server.faults = ["drip"]
    with pytest.raises(OSError, match=r"count.*OutOfBoundsError: not done within max_seconds"):
        fetch(server, tmp_path, max_seconds=0.3)
    server.faults = [b"1" * 2_000_000]
    with pytest.raises(OSError, match="larger than 1 MB, for a short answer"):
        fetch(server, tmp_path)
    assert not files(tmp_path)


@pytest.mark.slow
def test_two_processes_at_once(server, tmp_path):
    """The second waits for the first, and finds its file."""
    code = (
        "import sys; from skquake.datasets import _fetch_usgs as u; u.MAX_EVENTS = 200; "
        "print(len(u.fetch_usgs('2010-01-01', '2010-02-01', data_home=sys.argv[1], base_url=sys.argv[2])))"
    )
    command = [sys.executable, "-c", code, str(tmp_path), server.url]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=600)[0].strip() for process in running] == ["743", "743"]
    assert server.asked.count("/query") == 4
    assert files(tmp_path) == ["usgs/usgs_20100101_20100201_m4.5.csv"]


def test_a_file_from_before_the_end_of_its_span_is_replaced(server, tmp_path):
    fetch(server, tmp_path)
    (path,) = (tmp_path / "usgs").iterdir()
    os.utime(path, (pd.Timestamp("2010-01-20").timestamp(),) * 2)
    server.asked.clear()
    fetch(server, tmp_path)
    assert server.asked.count("/query") == 4


def test_wrong_arguments_and_services(server, tmp_path):
    with pytest.raises(ValueError, match="must come before"):
        fetch(server, tmp_path, *SPAN[::-1])
    with pytest.raises(ValueError, match="'delay' parameter"):
        fetch_usgs(*SPAN, data_home=tmp_path, delay=-1)
    with pytest.raises(ValueError, match="no earthquake of magnitude 9 or more"):
        fetch(server, tmp_path, *SPAN, 9)
    with serving(lambda path, query: b"<html>login</html>") as portal:
        with pytest.raises(OSError, match="expected a number of events, got '<html>login"):
            fetch(portal, tmp_path)
    with serving(lambda path, query: b"999999") as endless, pytest.raises(OSError, match="in less than"):
        fetch(endless, tmp_path)
    assert not files(tmp_path)


def test_progress_only_when_asked_for(server, tmp_path, capsys):
    fetch(server, tmp_path / "a")
    assert capsys.readouterr().err == ""
    fetch(server, tmp_path / "b", verbose=1)
    assert "4/4" in capsys.readouterr().err


def test_the_real_catalog(real_data, tmp_path):
    """Over the service's real limit, answered from the published files."""
    source = real_data / "catalog" / "usgs_m4.5_2009-2011.csv.gz"
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    with serving(usgs_service(table)) as server:
        catalog = fetch(server, tmp_path, "2009-06-01", "2011-10-01", 4.5)
    expected = read_usgs(source)
    expected = expected[(expected["time"] >= "2009-06-01") & (expected["time"] < "2011-10-01")]
    pd.testing.assert_frame_equal(catalog, expected, check_like=True)
