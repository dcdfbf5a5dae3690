"""Swarm days through viresclient: a stand-in of its interface, and itself where it is installed."""

from __future__ import annotations

import os
import re
import sys
import threading
import types
import uuid
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from _fetch_server import serving

from skquake.datasets import fetch_swarm
from skquake.io import read_swarm_lp, read_swarm_mag
from skquake.sources import TrackSource

sys.path.insert(0, str(Path(__file__).parents[1] / "io"))
from _io_layouts import write_swarm, write_swarm_mag

sys.path.pop(0)
SPAN = ("2014-05-01", "2014-05-04")
NAMES = {"Ne": "N_elec", "Te": "T_elec", "Flags_Ne": "Flags_N_elec", "Flags_Te": "Flags_T_elec"}


def content(folder, day, names=NAMES):
    """Bytes of a CDF file of that day, in the names of today's product."""
    path = folder / "answer.cdf"
    write_swarm(path, start=f"{day}T00:00:00", names=names, drop=("Flags_LP",))
    return path.read_bytes()


_content = content


@pytest.fixture
def vires(tmp_path, monkeypatch):
    """A stand-in for viresclient; ``asked`` notes requests, ``faults`` are used up first."""
    module = types.ModuleType("viresclient")
    module.asked, module.faults, module.empty = [], [], set()
    module.measurements = {"EFI": ["U_orbit", "N_elec", "T_elec", "Flags_N_elec", "Flags_T_elec"]}

    class Answer:
        def __init__(self, day):
            self.day = day
            self.sources = [] if day in module.empty else [f"SW_OPER_EFIA_LP_1B_{day}"]

        def to_file(self, path, overwrite=False):
            data = content(tmp_path, self.day) if self.sources else b"no records"
            fault = module.faults.pop(0) if module.faults else None
            Path(path).write_bytes(data[: len(data) // 2] if fault == "half" else data)
            print("Data written to", path)

    class SwarmRequest:
        def __init__(self, url=None, token=None):
            self.url, self.token = url, token

        def set_collection(self, collection):
            self.collection = collection

        def available_measurements(self, kind):
            return module.measurements[kind]

        def set_products(self, measurements):
            self.measurements = measurements

        def get_between(self, start, end, filetype, show_progress):
            assert (filetype, show_progress, (end - start).total_seconds()) == ("cdf", False, 86_400)
            day = f"{start:%Y-%m-%d}"
            module.asked.append((self.collection, day, tuple(self.measurements), self.token))
            if module.faults and isinstance(module.faults[0], Exception):
                raise module.faults.pop(0)
            return Answer(day)

    module.SwarmRequest = SwarmRequest
    monkeypatch.setitem(sys.modules, "viresclient", module)
    return module


def fetch(home, *span, **options):
    return fetch_swarm("A", *(span or SPAN), data_home=home, **{"delay": 0.001, "n_retries": 3, **options})


def test_one_file_a_day_downloaded_once(vires, tmp_path, capsys):
    vires.empty.add("2014-05-02")
    files = fetch(tmp_path / "home", token="secret")
    assert [file.name for file in files] == [
        "SW_OPER_EFIA_LP_1B_20140501.cdf",
        "SW_OPER_EFIA_LP_1B_20140503.cdf",
    ]
    measurements = ("N_elec", "T_elec", "Flags_N_elec", "Flags_T_elec")
    assert vires.asked == [("SW_OPER_EFIA_LP_1B", f"2014-05-0{k}", measurements, "secret") for k in (1, 2, 3)]
    assert capsys.readouterr().out == ""
    vires.asked.clear()
    assert fetch(tmp_path / "home", "2014-05-01", "2014-05-02") == files[:1] and not vires.asked
    assert fetch(tmp_path / "home", download_if_missing=False) == files and not vires.asked
    os.utime(files[0], (pd.Timestamp("2014-05-01T12:00").timestamp(),) * 2)
    fetch(tmp_path / "home", "2014-05-01", "2014-05-02")
    assert len(vires.asked) == 1
    track = TrackSource.from_files(files, tmp_path / "track", read_swarm_lp, channels=["Ne", "Te"])
    assert len(track) == 100 and track.span[1] > pd.Timestamp("2014-05-03")


def test_failures_are_tried_again_and_leave_nothing(vires, tmp_path):
    home = tmp_path / "home"
    vires.faults = [RuntimeError("Server error"), "half"]
    (file,) = fetch(home, "2014-05-01", "2014-05-02")
    assert len(vires.asked) == 3 and len(read_swarm_lp(file))
    vires.faults = ["half"] * 4
    with pytest.raises(
        OSError, match=r"(?s)2014-05-02 from https://vires.*tried 4 times; FormatError.*put the file"
    ):
        fetch(home)
    assert [path for path in home.rglob("*") if path.is_file()] == [file]
    assert len(list((home / "swarm").iterdir())) == 1


def test_a_wrong_token_is_not_tried_again(vires, tmp_path):
    class AuthenticationError(Exception):
        pass

    vires.faults = [AuthenticationError("Invalid token?")]
    with pytest.raises(OSError, match=r"tried once; AuthenticationError: Invalid token"):
        fetch(tmp_path / "home")


def test_errors(vires, tmp_path, monkeypatch):
    with pytest.raises(OSError, match=r"20140501\.cdf is not there, and download_if_missing=False"):
        fetch(tmp_path, download_if_missing=False)
    with pytest.raises(ValueError, match="must lie on a day before"):
        fetch(tmp_path, "2014-05-01", "2014-05-01")
    with pytest.raises(ValueError, match="'satellite' parameter"):
        fetch_swarm("D", *SPAN, data_home=tmp_path)
    vires.empty.update(f"2014-05-0{k}" for k in (1, 2, 3))
    with pytest.raises(ValueError, match="no data from 2014-05-01 to 2014-05-04"):
        fetch(tmp_path)
    monkeypatch.setitem(sys.modules, "viresclient", None)
    with pytest.raises(ImportError, match=r"pip install skquake\[swarm\]"):
        fetch(tmp_path)


def test_the_magnetic_field(vires, tmp_path, monkeypatch):
    vires.measurements = {"MAG": ["F", "B_VFM", "B_NEC", "Flags_F", "Flags_B"]}
    span = ("2014-05-01", "2014-05-02")
    with pytest.raises(OSError, match="no variable for B_NEC"):
        fetch(tmp_path / "home", *span, product="MAG")

    def field(folder, day):
        write_swarm_mag(folder / "answer.cdf", start=f"{day}T00:00:00")
        return (folder / "answer.cdf").read_bytes()

    monkeypatch.setitem(globals(), "content", field)
    vires.faults = ["half"]
    (file,) = fetch(tmp_path / "home", *span, product="MAG")
    assert file.name == "SW_OPER_MAGA_LR_1B_20140501.cdf"
    assert vires.asked[0][2] == ("F", "B_NEC", "Flags_F", "Flags_B")
    assert read_swarm_mag(file)["B_N"].notna().any()


def test_another_day_or_satellite_is_refused(vires, tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "content", lambda folder, day: _content(folder, "2014-05-02"))
    with pytest.raises(OSError, match=r"2014-05-02 00:00:00 to .*asked for 2014-05-01"):
        fetch(tmp_path / "home")
    monkeypatch.setitem(globals(), "content", _content)
    with pytest.raises(OSError, match=r"of satellite A; asked for B"):
        fetch_swarm("B", *SPAN, data_home=tmp_path / "home", n_retries=0)
    assert not [path for path in (tmp_path / "home").rglob("*") if path.is_file()]


def test_limits_of_size_and_time(vires, tmp_path, monkeypatch):
    with pytest.raises(OSError, match=r"tried once; OutOfBoundsError: larger than max_mb=0\.001"):
        fetch(tmp_path / "home", max_mb=0.001)
    done = threading.Event()
    monkeypatch.setattr(vires.SwarmRequest, "available_measurements", lambda *_: done.wait())
    with pytest.raises(OSError, match="tried once; OutOfBoundsError: not done within max_seconds"):
        fetch(tmp_path / "home", max_seconds=0.1)
    done.set()
    assert not [path for path in (tmp_path / "home").rglob("*") if path.is_file()]


DONE = """<wps:ExecuteResponse xmlns:wps="http://www.opengis.net/wps/1.0.0" statusLocation="{url}{job}/status"
 xmlns:ows="http://www.opengis.net/ows/1.1"><wps:Status><wps:ProcessSucceeded/></wps:Status>
<wps:ProcessOutputs><wps:Output><ows:Identifier>output</ows:Identifier><wps:Reference href="{url}{day}"/>
</wps:Output></wps:ProcessOutputs></wps:ExecuteResponse>"""


def test_viresclient_itself(tmp_path, monkeypatch):
    """Its own requests, answered by a local server that also dies half-way."""
    pytest.importorskip("viresclient")
    from cdflib import cdfwrite

    write, asked = cdfwrite.CDF.write_globalattrs, []
    product = {"ORIGINAL_PRODUCT_NAMES": {0: "SW_OPER_EFIA_LP_1B_20140501T000000_20140501T235959_0501"}}
    monkeypatch.setattr(cdfwrite.CDF, "write_globalattrs", lambda cdf, attrs: write(cdf, product))

    def reply(path, query, body=None):
        if body is None:
            return content(tmp_path, path.strip("/"))
        if b"removeJob" in body:
            return b"OK"
        asked.append(body)
        day = re.search(rb"begin_time.*?(\d{4}-\d\d-\d\d)", body, re.DOTALL)[1].decode()
        return DONE.format(url=server.url, day=day, job=uuid.uuid4()).encode()

    with serving(reply) as server:
        server.faults = [None, "half"]
        files = fetch(tmp_path / "home", "2014-05-01", "2014-05-03", base_url=server.url, token="secret")
    assert len(files) == 2 and len(asked) == 3
    assert b"SW_OPER_EFIA_LP_1B" in asked[0] and b"T_elec" in asked[0]
    frame = read_swarm_lp(files)
    assert len(frame) == 100 and np.isfinite(frame["Ne"]).sum() == 98
    assert frame.attrs["origin"].startswith("ESA Swarm A,")
