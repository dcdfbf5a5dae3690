"""``skquake worlds``: the few lines that it prints are what it runs."""

from __future__ import annotations

import json

from common.small_worlds import small_worlds  # noqa: F401

from skquake.__main__ import main
from skquake.report import rank

FILE = """
from sklearn.dummy import DummyClassifier


def make_entry(world):
    return DummyClassifier()
"""


def test_list(small_worlds, capsys):  # noqa: F811
    assert main(["worlds", "list"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("from skquake.datasets import list_worlds\n")
    assert "nothing is there" in said and "nothing" in said


def test_run_writes_signed_rows(small_worlds, tmp_path, capsys):  # noqa: F811
    file, rows = tmp_path / "coin.py", tmp_path / "rows.jsonl"
    file.write_text(FILE)
    assert main(["worlds", "run", str(file), "-w", "nothing", "--to", str(rows)]) == 0
    said = capsys.readouterr().out
    assert "WorldScore('coin' in 'nothing': event AUC 0.50" in said and f"written: {rows}" in said
    found = [json.loads(line) for line in rows.read_text().splitlines()]
    assert rank(found).index.to_list() == ["coin"]

    assert main(["worlds", "run", str(file), "--python"]) == 0
    said = capsys.readouterr().out
    assert "for name in list_worlds().index:" in said and "WorldScore" not in said


def test_refused_in_a_line(small_worlds, tmp_path, capsys):  # noqa: F811
    assert main(["worlds", "run", str(tmp_path / "none.py"), "-w", "nothing"]) == 2
    assert "there is no such file" in capsys.readouterr().err
