"""Chained logs: whatever was cut or edited is found, with its line; whoever is killed leaves a whole log."""

import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from skquake._core._canonical import canonical_json, sha256_of_file
from skquake._core._chained_log import ChainedLog, read_log

HEADER = {"format": "test"}
TESTS = Path(__file__).parents[1]


def write(path, *records):
    with ChainedLog(path, HEADER) as log:
        for record in records:
            log.append(record)
        return log.head


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.jsonl"
    write(path, {"k": 1, "text": "a\nb"}, {"k": 2.5}, {"k": None})
    return path


def head_of(path):
    return path.with_name(path.name + ".head")


def refused(path):
    """The message of the refusal, which neither reading nor opening changes anything of."""
    before = path.read_bytes(), head_of(path).read_bytes()
    with pytest.raises(ValueError, match=r"log\.jsonl(\.head)?, line \d+: ") as told:
        read_log(path)
    with pytest.raises(ValueError, match=r"line \d+: ") as again:
        ChainedLog(path, HEADER)
    assert str(told.value) == str(again.value)
    assert (path.read_bytes(), head_of(path).read_bytes()) == before
    return str(told.value)


def test_what_is_appended_is_read(log):
    assert read_log(log) == [{"k": 1, "text": "a\nb"}, {"k": 2.5}, {"k": None}]
    write(log, {"k": 4})
    assert read_log(log)[-1] == {"k": 4}
    with ChainedLog(log, HEADER) as again:
        assert again.records == read_log(log)


def test_a_stranger_can_check_it_with_a_hash_tool(log):
    lines = log.read_bytes().splitlines()
    for before, line in itertools.pairwise(lines):
        assert json.loads(line)["previous"] == hashlib.sha256(before).hexdigest()
    head = json.loads(head_of(log).read_bytes())
    assert head == {
        "lines": 4, "pending": None, "pending_sha256": None, "sha256": hashlib.sha256(lines[-1]).hexdigest()
    }  # fmt: skip


def test_every_changed_byte_is_found_with_its_line(log):
    for path in (log, head_of(log)):
        content = path.read_bytes()
        for position in range(len(content)):
            changed = bytearray(content)
            changed[position] ^= 1 << position % 8
            path.write_bytes(changed)
            told = refused(log)
            line = content[:position].count(b"\n") + 1
            if path == log and content[position] != 10:  # a lost end of a line makes one of two
                assert f"line {line}: " in told or (changed[position] == 10 and f"line {line}" in told)
        path.write_bytes(content)
    assert len(read_log(log)) == 3


def test_every_cut_is_found_with_its_line(log):
    content = log.read_bytes()
    for length in range(len(content)):
        log.write_bytes(content[:length])
        line = content[:length].count(b"\n") + 1
        assert f"line {line}: cut" in refused(log)


def test_lines_that_went_came_or_changed_places_are_found(log):
    lines = log.read_bytes().splitlines(keepends=True)
    edits = {
        "line 2: ": [lines[0], lines[2], lines[1], lines[3]],
        "line 5: not of this log": [*lines, lines[3]],
        "line 4: ": lines[:3],
    }
    for told, edited in edits.items():
        log.write_bytes(b"".join(edited))
        assert told in refused(log)
    log.write_bytes(b"".join(lines[:2] + lines[3:]))
    assert "line 4: cut" in refused(log) or "line 3" in refused(log)
    log.write_bytes(b"".join(lines) + b"{")
    assert "line 5: not of this log" in refused(log)


def test_a_forged_line_breaks_the_chain_at_its_own_line(log):
    lines = log.read_bytes().splitlines()
    forged = json.loads(lines[2])
    forged["record"] = {"k": 7}
    log.write_bytes(b"\n".join([*lines[:2], canonical_json(forged), lines[3]]) + b"\n")
    assert "line 3: edited" in refused(log)


def test_a_log_without_its_head_and_a_head_without_its_log(log):
    head = head_of(log).read_bytes()
    head_of(log).unlink()
    with pytest.raises(ValueError, match=r"line 1: its head log\.jsonl\.head is missing"):
        read_log(log)
    with pytest.raises(ValueError, match="is missing"):
        ChainedLog(log, HEADER)
    head_of(log).write_bytes(head)
    log.unlink()
    with pytest.raises(FileNotFoundError):
        read_log(log)
    with pytest.raises(ValueError, match="line 1: cut"):
        ChainedLog(log, HEADER)


def test_another_header_is_refused(log):
    with pytest.raises(ValueError, match="line 1: a log of something else"):
        ChainedLog(log, {"format": "other"})
    with pytest.raises(ValueError, match="line 1: a log of something else"):
        read_log(log, header={"format": "other"})


@pytest.mark.parametrize("record", [{"k": float("nan")}, {"k": {1, 2}}])
def test_what_json_does_not_know_is_refused_and_nothing_is_written(log, record):
    before = log.read_bytes(), head_of(log).read_bytes()
    with ChainedLog(log, HEADER) as opened, pytest.raises((ValueError, TypeError)):
        opened.append(record)
    assert (log.read_bytes(), head_of(log).read_bytes()) == before


def test_a_full_disk_leaves_what_was_there(log, monkeypatch):
    before = log.read_bytes(), head_of(log).read_bytes()
    real = os.write
    with ChainedLog(log, HEADER) as opened:
        monkeypatch.setattr(os, "write", lambda file, content: real(file, content[:10]))
        with pytest.raises(OSError, match="the disk may be full"):
            opened.append({"k": 4})
        monkeypatch.undo()
        assert (log.read_bytes(), head_of(log).read_bytes()) == before
        opened.append({"k": 5})
    assert read_log(log)[-1] == {"k": 5}


def test_two_writers(log):
    code = (
        "import sys; from skquake._core._chained_log import ChainedLog\n"
        f"ChainedLog(sys.argv[1], {HEADER!r}).append({{'k': 9}})"
    )
    command = [sys.executable, "-c", code, str(log)]
    with ChainedLog(log, HEADER):
        with pytest.raises(RuntimeError, match="busy"):
            ChainedLog(log, HEADER)
        other = subprocess.run(command, capture_output=True, text=True)
        assert other.returncode == 1 and "busy" in other.stderr
    assert len(read_log(log)) == 3


KILLED = """
import itertools, shutil, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from common.kill_points import kill_everywhere
from skquake._core._chained_log import ChainedLog, read_log

base, places, HEADER = Path(sys.argv[2]), itertools.count(), {"format": "test"}
new = len(sys.argv) > 3


def prepare():
    place = base / f"copy{next(places)}"
    if new:
        place.mkdir()
    else:
        shutil.copytree(base / "log", place)
    return place / "log.jsonl"


def act(path):
    with ChainedLog(path, HEADER) as log:
        log.append({"k": 4})
        log.append({"k": 5})


def check(path):
    known = [] if new else [{"k": 1}, {"k": 2}, {"k": 3}]
    left = [known, [*known, {"k": 4}], [*known, {"k": 4}, {"k": 5}]]
    if path.with_name("log.jsonl.head").exists():
        assert read_log(path) in left, path
    with ChainedLog(path, HEADER) as log:
        found = list(log.records)
        assert found in left, found
        log.append({"k": 6})
    assert read_log(path) == [*found, {"k": 6}]


print(kill_everywhere(prepare, act, check))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("new", [[], ["new"]], ids=["old", "new"])
def test_killed_at_any_moment_it_is_whole(tmp_path, new):
    write(tmp_path / "log" / "log.jsonl", {"k": 1}, {"k": 2}, {"k": 3})
    command = [sys.executable, "-c", KILLED, str(TESTS), str(tmp_path), *new]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr[-2000:]
    assert int(found.stdout) >= 12  # write, replace and fsync of each record


def test_canonical_json_has_one_form():
    assert canonical_json({"b": 1, "a": [1.0, None, "é"]}) == b'{"a":[1.0,null,"\\u00e9"],"b":1}'
    with pytest.raises(ValueError):
        canonical_json(np.nan)


def test_hash_of_a_file(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"abc")
    assert sha256_of_file(file) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert shutil.which("sha256sum") is None or subprocess.run(
        ["sha256sum", file], capture_output=True, text=True, check=True
    ).stdout.startswith(sha256_of_file(file))
