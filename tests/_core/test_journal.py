"""Journals: nothing appended is lost, nothing half written is read."""

import contextlib
import errno
import io
import itertools
import os
import re
import signal
import subprocess
import sys
from operator import itemgetter

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

import skquake
from skquake._core import _journal
from skquake._core._journal import Journal, fingerprint
from skquake._core._made_with import made_with

HEADER = {"seed": 0, "space": "abc"}


def records(path, header=HEADER, **options):
    with Journal(path, header, **options) as journal:
        return journal.records


def write(path, *rows, header=HEADER, **options):
    with Journal(path, header, **options) as journal:
        for row in rows:
            journal.append(row)


def test_an_unfinished_line_is_cut_off_wherever_it_was_cut(tmp_path):
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    write(whole, {"k": 1}, {"k": 2, "text": "a\nb"})
    content = whole.read_bytes()
    ends = [i + 1 for i, byte in enumerate(content) if byte == 10]
    for length in range(len(content) + 1):
        cut.write_bytes(content[:length])
        kept = max(sum(end <= length for end in ends) - 1, 0)
        assert records(cut) == [{"k": 1}, {"k": 2, "text": "a\nb"}][:kept]
        write(cut, {"k": 3})
        assert records(cut)[-1] == {"k": 3}


def test_every_changed_bit_is_found(tmp_path):
    path, changed = tmp_path / "whole.jsonl", tmp_path / "changed.jsonl"
    write(path, {"k": 1, "score": 0.25}, {})
    content = path.read_bytes()
    record = content.index(b"\n") + 1
    whole = {*range(12), *range(record, len(content))}  # the mark of a journal, and a record: all bits
    for position, bit in itertools.product(range(len(content)), range(8)):
        if position not in whole and bit != position % 8:
            continue
        flipped = bytearray(content)
        flipped[position] ^= 1 << bit
        changed.write_bytes(flipped)
        with pytest.raises(ValueError, match=r"changed.jsonl"):
            records(changed)
        assert changed.read_bytes() == flipped


def test_a_damaged_line_is_named(tmp_path):
    path = tmp_path / "results.jsonl"
    write(path, {"k": 1}, {"k": 2}, {"k": 3})
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:2], lines[2][:5] + "\n", lines[3]]))
    with pytest.raises(ValueError, match=r"results.jsonl, line 3: damaged.*remove the line"):
        records(path)
    path.write_text("".join([*lines[:2], lines[3]]))
    assert records(path) == [{"k": 1}, {"k": 3}]


def whole(record):
    record["score"].real  # noqa: B018


def test_a_record_that_is_not_whole_is_named(tmp_path):
    path = tmp_path / "results.jsonl"
    write(path, {"k": 1, "score": 0.5}, {"k": 2})
    with pytest.raises(ValueError, match=r"line 3: no whole record \(it has no 'score'\); remove"):
        records(path, check=whole)
    with pytest.raises(ValueError, match=r"line 2: no whole record \(it has no 'name'\)"):
        records(path, key=itemgetter("name"))
    write(path.with_name("text.jsonl"), {"score": "high"})
    with pytest.raises(ValueError, match=r"line 2: no whole record .*'str' object has no attribute"):
        records(path.with_name("text.jsonl"), check=whole)


def test_a_second_record_of_a_key_is_refused_with_both_lines(tmp_path):
    path = tmp_path / "results.jsonl"
    write(path, {"k": 1, "score": 1}, {"k": 2}, {"k": 1, "score": 2})
    with pytest.raises(ValueError, match=r"line 4: 1 once more, it is in line 2 already; remove one"):
        records(path, key=itemgetter("k"))
    write(path.with_name("new.jsonl"), {"k": 1}, key=itemgetter("k"))
    with Journal(path.with_name("new.jsonl"), HEADER, key=itemgetter("k")) as journal:
        journal.append({"k": 2})
        for k, line in ((1, 2), (2, 3)):
            with pytest.raises(ValueError, match=f"line 4: {k} once more, it is in line {line}"):
                journal.append({"k": k})
    assert records(path.with_name("new.jsonl")) == [{"k": 1}, {"k": 2}]


def test_other_settings_are_refused_by_name(tmp_path):
    path = tmp_path / "folder" / "results.jsonl"
    write(path)
    with pytest.raises(ValueError, match="made with another seed; go on"):
        records(path, HEADER | {"seed": 1})
    with pytest.raises(ValueError, match="another space"):
        records(path, {"seed": 0})
    path.write_text("time,score\n1,2\n")
    with pytest.raises(ValueError, match="no journal"):
        records(path)
    path.write_text('{"score": 2}\n')
    with pytest.raises(ValueError, match="no journal"):
        records(path)


def test_what_differs_within_a_setting_is_named(tmp_path):
    path = tmp_path / "results.jsonl"
    write(path, header={"space": {"C": 1, "gamma": 2}, "cv": "a"})
    with pytest.raises(ValueError, match=r"made with another space \(kernel, gamma\), cv; go on"):
        records(path, {"space": {"C": 1, "kernel": 3}, "cv": "b"})


def test_other_versions_are_refused_by_name_unless_accepted(tmp_path, monkeypatch):
    path = tmp_path / "results.jsonl"
    ours = made_with()
    theirs = ours | {"scikit-learn": "1.7.0", "keras backend": "jax 0.4.0"}
    monkeypatch.setattr(_journal, "made_with", lambda: theirs)
    write(path, {"k": 1})
    monkeypatch.undo()
    before = path.read_bytes()
    changes = (
        f"scikit-learn: 1.7.0 -> {ours['scikit-learn']}, keras backend: jax 0.4.0 -> {ours['keras backend']}"
    )
    with pytest.raises(ValueError, match=re.escape(f"other versions ({changes})")):
        records(path)
    assert path.read_bytes() == before
    for _ in range(2):  # noted once
        with Journal(path, HEADER, accept_versions=True) as journal:
            assert journal.versions == [theirs, ours]
            assert (journal.records, journal.lines) == ([{"k": 1}], [2])
    write(path, {"k": 2}, accept_versions=True)
    with pytest.raises(ValueError, match="set accept_versions=True"):  # a mixed journal stays one
        records(path)
    with Journal(path, HEADER, accept_versions=True) as journal:
        assert (journal.records, journal.lines) == ([{"k": 1}, {"k": 2}], [2, 4])


def test_versions_are_those_installed(monkeypatch):
    found = made_with()
    assert found["skquake"] == skquake.__version__
    assert found["scikit-learn"] == sklearn.__version__ and found["numpy"] == np.__version__
    code = (
        "import sys; from skquake._core._made_with import made_with\n"
        "print(made_with()['keras backend'], 'keras' in sys.modules)"
    )
    environment = os.environ | {"KERAS_BACKEND": "madeup"}
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert run.stdout == "madeup not installed False\n"


@pytest.mark.parametrize(
    "content", ["my notes", "my notes\nmore", '{"head', "\n", "null\n", '{"header": 3}\n']
)
def test_files_of_others_are_left_alone(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_text(content)
    if content == '{"head':  # what a journal killed at its first byte leaves
        assert records(path) == []
        return
    with pytest.raises(ValueError, match="no journal"):
        records(path)
    assert path.read_text() == content


@pytest.mark.skipif(os.name == "nt", reason="no pipes and devices among the files")
def test_what_is_no_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, kind in (
        ("/dev/full", "a device"),
        ("/dev/null", "a device"),
        (tmp_path, "a folder"),
        (tmp_path / "pipe", "a pipe"),
    ):
        with pytest.raises(ValueError, match=f"{kind}, nothing can be kept in it; name a file"):
            Journal(path, HEADER)
    with pytest.raises(OSError, match="too long"):
        Journal(tmp_path / ("x" * 300), HEADER)


def test_a_lock_keeps_others_off_until_it_is_closed(tmp_path):
    path = tmp_path / "results.jsonl"
    with Journal(path, HEADER) as journal:
        with pytest.raises(RuntimeError, match=r"busy, another process.*wait for its end, or name another"):
            Journal(path, HEADER)
        journal.append({"k": 1})
        command = [sys.executable, "-c", WRITER, path]
        other = subprocess.run(command, capture_output=True, text=True)
        assert other.returncode == 1 and "RuntimeError" in other.stderr and "busy" in other.stderr
    assert records(path) == [{"k": 1}]
    journal = Journal(path, HEADER)
    del journal
    assert records(path) == [{"k": 1}]


def test_a_forked_child_neither_ends_nor_keeps_the_lock(tmp_path):
    if not hasattr(os, "fork"):
        return
    path = tmp_path / "results.jsonl"
    journal = Journal(path, HEADER)
    code = (
        "import os, sys, time\nfrom skquake._core._journal import Journal\n"
        "journal = Journal(sys.argv[1], {'seed': 0, 'space': 'abc'})\n"
        "child = os.fork()\n"
        "if child == 0:\n    journal.close(); print('closed', flush=True); time.sleep(60); os._exit(0)\n"
        "sys.stdin.readline(); journal.close(); print('open', flush=True); sys.stdin.readline()\n"
        "os.kill(child, 9)"
    )
    journal.close()
    with subprocess.Popen(
        [sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "closed\n"
        with pytest.raises(RuntimeError, match="busy"):
            Journal(path, HEADER)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "open\n"
        assert records(path) == []
        process.stdin.write("\n")


def test_a_removed_journal_is_no_longer_written(tmp_path):
    with Journal(tmp_path / "results.jsonl", HEADER) as journal:
        journal.path.unlink()
        with pytest.raises(OSError, match="was removed or replaced"):
            journal.append({"k": 1})


def test_a_full_disk_leaves_whole_lines(tmp_path, monkeypatch):
    path, write_all = tmp_path / "results.jsonl", os.write

    def full(file, line):
        raise OSError(errno.ENOSPC, "No space left on device")

    with Journal(path, HEADER, key=itemgetter("k")) as journal:
        journal.append({"k": 1})
        monkeypatch.setattr(os, "write", lambda file, line: write_all(file, line[:5]))
        with pytest.raises(OSError, match="only 5 of 41 bytes"):
            journal.append({"k": 2})
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space left"):
            journal.append({"k": 2})
        monkeypatch.undo()
        monkeypatch.setattr(os, "fsync", lambda file: full(file, None))
        with pytest.raises(OSError, match="No space left"):
            journal.append({"k": 2})
        monkeypatch.undo()
        journal.append({"k": 2})
    assert records(path) == [{"k": 1}, {"k": 2}]
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        Journal(tmp_path / "new.jsonl", HEADER)
    assert not (tmp_path / "new.jsonl").exists()


LIMITED = """
import resource, signal, sys
from skquake._core._journal import Journal
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
journal = Journal(sys.argv[1], {"seed": 0})
for k in range(1000):
    journal.append({"k": k, "long": "x" * 90})
"""


@pytest.mark.skipif(os.name == "nt", reason="no limit of the size of files")
def test_a_file_that_cannot_grow_ends_in_a_clear_error(tmp_path):
    command = [sys.executable, "-c", LIMITED, tmp_path / "results.jsonl"]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 1 and "OSError" in ended.stderr and "results.jsonl" in ended.stderr
    kept = [record["k"] for record in records(tmp_path / "results.jsonl", {"seed": 0})]
    assert kept == list(range(len(kept))) and kept


WRITER = """
import sys
from skquake._core._journal import Journal
journal = Journal(sys.argv[1], {"seed": 0})
for k in range(len(journal.records), 10**6):
    journal.append({"k": k, "long": "x" * 5000})
    print(k, flush=True)
"""


@pytest.mark.slow
def test_nothing_reported_is_lost_by_a_kill(tmp_path):
    path, done = tmp_path / "results.jsonl", 0
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True)
        for _ in range(20):
            done = int(process.stdout.readline()) + 1
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        kept = [record["k"] for record in records(path, {"seed": 0})]
        assert kept == list(range(len(kept))) and len(kept) >= done


def test_fingerprints_tell_content_apart():
    frame = pd.DataFrame({"a": [1.0, 2.0]}, index=["x", "y"])
    forest = RandomForestClassifier(random_state=0)
    same = [
        (frame, frame.copy()),
        ({"frame": frame, "n": 1}, {"frame": frame.iloc[:], "n": 1}),
        (make_pipeline(forest), make_pipeline(RandomForestClassifier(random_state=0))),
        (np.arange(3), np.arange(3)),
    ]
    for a, b in same:
        assert fingerprint(a) == fingerprint(b)
    different = [
        frame, frame + 1, frame.iloc[::-1], frame.rename(columns={"a": "b"}), {"n": 1}, {"n": 1.0}, (1,), [1],
        forest, RandomForestClassifier(random_state=1), make_pipeline(forest), None, "None", np.arange(3),
    ]  # fmt: skip
    assert len({fingerprint(value) for value in different}) == len(different)


def test_fingerprints_are_the_same_in_every_session():
    code = (
        "import pandas as pd; from sklearn.ensemble import RandomForestClassifier as F\n"
        "from skquake.catalogs import MatchedControls as M; from skquake._core._journal import fingerprint\n"
        "t = pd.DataFrame({'a': ['u', 'v'], 'b': pd.to_datetime(['2001-01-01', '2002-01-01'])})\n"
        "print(fingerprint({'t': t, 'f': F(10), 'm': M(avoid=t), 'score': max, 'days': (-15, 0)}))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    with contextlib.redirect_stdout(io.StringIO()) as found:
        exec(code, {})
    assert other.stdout == found.getvalue() and len(other.stdout) > 16
