"""Journals: nothing appended is lost, nothing half written is read."""

import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from skquake._core._journal import Journal, fingerprint

HEADER = {"seed": 0, "space": "abc"}


def test_an_unfinished_line_is_cut_off_wherever_it_was_cut(tmp_path):
    whole = tmp_path / "whole.jsonl"
    journal = Journal(whole, HEADER)
    journal.append({"k": 1})
    journal.append({"k": 2, "text": "a\nb"})
    content = whole.read_bytes()
    ends = [i + 1 for i, byte in enumerate(content) if byte == 10]
    for length in range(len(content) + 1):
        cut = tmp_path / "cut.jsonl"
        cut.write_bytes(content[:length])
        kept = max(sum(end <= length for end in ends) - 1, 0)
        assert Journal(cut, HEADER).records == [{"k": 1}, {"k": 2, "text": "a\nb"}][:kept]
        Journal(cut, HEADER).append({"k": 3})
        assert Journal(cut, HEADER).records[-1] == {"k": 3}


def test_other_settings_are_refused_by_name(tmp_path):
    path = tmp_path / "folder" / "results.jsonl"
    Journal(path, HEADER)
    with pytest.raises(ValueError, match="made with another seed; go on"):
        Journal(path, HEADER | {"seed": 1})
    with pytest.raises(ValueError, match="another space"):
        Journal(path, {"seed": 0})
    path.write_text("time,score\n1,2\n")
    with pytest.raises(ValueError, match="no journal"):
        Journal(path, HEADER)
    path.write_text('{"score": 2}\n')
    with pytest.raises(ValueError, match="no journal"):
        Journal(path, HEADER)


def test_what_differs_within_a_setting_is_named(tmp_path):
    path = tmp_path / "results.jsonl"
    Journal(path, {"space": {"C": 1, "gamma": 2}, "cv": "a"})
    with pytest.raises(ValueError, match=r"made with another space \(kernel, gamma\), cv; go on"):
        Journal(path, {"space": {"C": 1, "kernel": 3}, "cv": "b"})


@pytest.mark.parametrize(
    "content", ["my notes", "my notes\nmore", '{"head', "\n", "null\n", '{"header": 3}\n']
)
def test_files_of_others_are_left_alone(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_text(content)
    if content == '{"head':  # what a journal killed at its first byte leaves
        assert Journal(path, HEADER).records == []
        return
    with pytest.raises(ValueError, match="no journal"):
        Journal(path, HEADER)
    assert path.read_text() == content


def test_a_lock_keeps_others_off_until_it_is_closed(tmp_path):
    path = tmp_path / "results.jsonl"
    with Journal(path, HEADER, lock=True) as journal:
        with pytest.raises(RuntimeError, match="another process"):
            Journal(path, HEADER, lock=True)
        journal.append({"k": 1})
    assert Journal(path, HEADER, lock=True).records == [{"k": 1}]


def test_a_full_disk_leaves_whole_lines(tmp_path, monkeypatch):
    journal = Journal(tmp_path / "results.jsonl", HEADER)
    journal.append({"k": 1})
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, line: write(file, line[:5]))
    with pytest.raises(OSError, match="only 5 of 9 bytes"):
        journal.append({"k": 2})
    monkeypatch.undo()
    journal.append({"k": 3})
    assert Journal(journal.path, HEADER).records == [{"k": 1}, {"k": 3}]


WRITER = """
import sys
from skquake._core._journal import Journal
journal = Journal(sys.argv[1], {"seed": 0})
for k in range(len(journal.records), 10**6):
    journal.append({"k": k, "long": "x" * 5000})
    print(k, flush=True)
"""


def test_nothing_reported_is_lost_by_a_kill(tmp_path):
    path, done = tmp_path / "results.jsonl", 0
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True)
        for _ in range(20):
            done = int(process.stdout.readline()) + 1
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        kept = [record["k"] for record in Journal(path, {"seed": 0}).records]
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
    found = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert len(found) == 1
