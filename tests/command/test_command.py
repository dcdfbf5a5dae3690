"""``skquake COMMAND``: each command gives what the Python that it prints gives."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import tomllib
import warnings

import numpy as np
import pandas as pd
import pytest

from skquake.__main__ import command, main

BALANCE = pytest.mark.filterwarnings("default:seismic and control samples differ:UserWarning")


def run_python(text):
    """Names that the printed lines make, and what they print."""
    said, names = io.StringIO(), {}
    with contextlib.redirect_stdout(said), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(text, "printed", "exec"), names)
    return names, said.getvalue()


def printed(capsys, *arguments):
    """The Python alone."""
    assert main([*map(str, arguments), "--python"]) == 0
    return capsys.readouterr().out


def test_score_writes_a_study_with_its_numbers(study, capsys):
    assert main(["score", str(study)]) == 0
    said = capsys.readouterr().out
    written = study.with_name("study.scored.toml")
    assert said.startswith("import pandas as pd\n") and f"written: {written}" in said
    content = tomllib.loads(written.read_text())
    assert content["controls"] | {"kind": "matched", "days": [-5, 0], "min_days": 20} == content["controls"]
    assert content["split"] | {"kind": "time", "n_splits": 2, "gap_days": 0.0} == content["split"]
    assert content["found"]["versions"].keys() >= {"skquake", "numpy"}

    names, told = run_python(printed(capsys, "score", written))  # what it wrote is the study
    found = {name: each for name, each in content["found"].items() if name != "versions"}
    assert found.keys() == names["scores"].keys()
    assert [*found] == ["logistic", "location probe", "metadata probe", "place-and-date probe"]
    for name, each in names["scores"].items():
        for key, value in each.to_frame().iloc[0].items():
            np.testing.assert_equal(found[name][key], value)
    assert told.rstrip() in said  # what the lines print is what the command printed
    assert printed(capsys, "score", study) == printed(capsys, "score", written)


@BALANCE
def test_samples_are_those_of_the_lines_and_any_tool_may_score_them(study, capsys):
    table = study.with_name("samples.parquet")
    assert main(["samples", str(study), "--to", str(table)]) == 0
    said = capsys.readouterr()
    assert "Samples(" in said.out and not list(study.parent.glob(".*.tmp"))
    assert said.err.startswith("skquake: warning: seismic and control samples differ")
    kept = pd.read_parquet(table)
    names, _ = run_python(printed(capsys, "samples", study, "--to", table))
    pd.testing.assert_frame_equal(kept, pd.read_parquet(table))
    assert kept["label"].tolist() == names["samples"].y.tolist()
    kept.assign(score=np.random.default_rng(0).random(len(kept))).to_parquet(table)
    page = study.with_name("other.html")
    options = ["--permutations", "19", "--resamples", "50"]
    assert main(["report", str(table), "--html", str(page), *options]) == 0
    assert "<html" in page.read_text() and "EvaluationReport" not in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore")
def test_nulls_are_kept_and_come_into_the_report(study, capsys):
    assert main(["null", str(study)]) == 0
    said = capsys.readouterr().out
    store = study.with_name("study.nulls.jsonl")
    before = store.read_bytes()
    names, told = run_python(printed(capsys, "null", study))
    assert store.read_bytes() == before  # nothing was computed anew
    assert len(names["null"].scores) == 3 and told.rstrip() in said
    lines = printed(capsys, "report", study)
    assert "null=null" in lines and not study.with_suffix(".html").exists()
    numbers = study.with_name("n.json")
    assert main(["report", str(study), "--json", str(numbers)]) == 0
    assert capsys.readouterr().out.startswith(lines.split("report.to_html")[0])
    assert "shuffle-times" in study.with_suffix(".html").read_text() and '"verdict"' in numbers.read_text()
    store.unlink()
    assert "evaluation_report(model, samples, cv" in printed(capsys, "report", study)


def test_info_and_convert(tmp_path, capsys):
    file = tmp_path / "download"
    file.write_text("DST2001*15  X220" + "   0" + "".join(f"{-h:4d}" for h in range(24)) + "  -5\n")
    assert main(["info", str(file)]) == 0
    assert "skquake.io.read_dst" in capsys.readouterr().out
    told = run_python(printed(capsys, "info", file, "--quick", "--jobs", "1"))[1]
    assert "content=False" in printed(capsys, "info", file, "--quick") and "dst" in told
    out = tmp_path / "out"
    text = printed(capsys, "convert", file, out)
    assert not out.exists()
    assert main(["convert", str(file), str(out)]) == 0
    assert "1 written" in capsys.readouterr().out
    assert "there" in run_python(text)[1] and (out / "download.parquet").exists()
    assert main(["info", str(tmp_path / "absent")]) == 1
    assert "no such file" in capsys.readouterr().out


def test_errors_are_one_line(study, capsys):
    text = study.read_text()
    study.write_text(text.replace("quakes.csv", "absent.csv"))
    assert main(["samples", str(study)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("skquake: error: ") and said.count("\n") == 1 and "absent.csv" in said
    assert main(["samples", str(study), "--verbose"]) == 2
    said = capsys.readouterr().err
    assert "Traceback" in said and "everything = read_catalog(" in said  # the line of the study's Python
    study.write_text(text.replace("params.C = 0.5", "params.CC = 0.5"))
    assert main(["score", str(study)]) == 2
    assert "CC" in capsys.readouterr().err and not study.with_name("study.scored.toml").exists()
    assert main(["score", "absent.toml"]) == 2
    assert "absent.toml" in capsys.readouterr().err
    assert main(["report", str(study), "--permutations", "3"]) == 2
    assert "no such option for a study: --permutations" in capsys.readouterr().err
    assert main(["report", "absent.csv", "--python"]) == 2
    assert main(["nonsense"]) == 2


def test_an_interruption_is_told(study, capsys, monkeypatch):
    def stop(*args, **keywords):
        raise KeyboardInterrupt

    monkeypatch.setattr("skquake.io.read_catalog", stop)
    assert main(["samples", str(study)]) == 130
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "command", "told"), [("plan", "verify", "no such file"), ("watch", "tick", "not begun")]
)
def test_plans_and_watches_speak_under_their_names(tmp_path, capsys, name, command, told):
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert left.value.code == 0 and f"usage: skquake {name} [-h]" in capsys.readouterr().out
    with pytest.raises(SystemExit) as left:
        main([name, command, str(tmp_path / "absent.toml")])
    said = capsys.readouterr().err
    assert left.value.code == 2 and said.startswith(f"skquake {name}: error: ") and told in said


def test_help_is_light_and_names_every_command():
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "skquake", "--help"], capture_output=True, text=True
    )
    assert result.returncode == 0
    known = "info convert samples score null report plan watch reproduce worlds"
    assert [*command.commands] == known.split()
    assert all(f"\n  {name} " in result.stdout for name in command.commands)
    assert "sklearn" not in result.stderr and "pandas" not in result.stderr


def test_reproduce_carries_out_protocols_and_writes_their_table(tmp_path, capsys):
    (tmp_path / "toy.py").write_text(
        "from skquake.datasets.protocols import Outcome, Protocol\n"
        "def score(world, seed): return Outcome(world)\n"
        "PROTOCOL = Protocol(name='toy', title='Toy', authors='A. Nobody', year=2020, doi=None, "
        "statement='', metric='share', published=None, chance=0.0, simulated='', steps=(), honest_steps=(), "
        "make_world=lambda seed: seed, score_as_published=score, score_honestly=score, "
        "scales={'quick': {}, 'full': {}})\n"
    )
    where, table = ["--folder", str(tmp_path)], tmp_path / "table.csv"
    assert main(["reproduce", *where]) == 0  # without a name they are listed
    listed = capsys.readouterr().out
    assert "safenet" in listed and 'A. Nobody (2020), "Toy"' in listed
    options = ["toy", *where, "--worlds", "3", "--seed", "4"]
    assert main(["reproduce", *options, "--to", str(table)]) == 0
    said = capsys.readouterr().out
    assert "toy: share (chance 0), 3 worlds without any effect, quick" in said and f"written: {table}" in said
    names, told = run_python(printed(capsys, "reproduce", *options))
    assert told.rstrip() in said
    pd.testing.assert_frame_equal(
        pd.read_csv(table, index_col=0).drop(columns=["seconds", "published", "p_as_published", "p_honest"]),
        names["table"].drop(columns=["seconds", "published", "p_as_published", "p_honest"]),
        check_dtype=False,
    )
    assert names["table"]["as_published"].item() == 5.0
    assert main(["reproduce", "nonsense"]) == 2
    assert "no protocol is named 'nonsense'" in capsys.readouterr().err
    every = printed(capsys, "reproduce", "all", "--full")
    assert "'swarm-epochs', 'tec-counts']" in every and "scale='full'" in every
