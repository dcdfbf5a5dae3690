"""Sealed analyses: what changes is found, the span is opened once, who is killed goes on as the same look."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from common.registered_study import PIPELINE, PLAN, TINY, LightStudy, write_study

from skquake._core._chained_log import read_log
from skquake.registration import FrozenPlan, freeze, run, show, verify
from skquake.registration import _seal as seal_module
from skquake.registration.__main__ import main

TESTS = Path(__file__).parents[1]
SEALED = [
    "plan.toml",
    "plan.sealed.json",
    "catalog.csv",
    "maps.nc",
    "analysis.py",
    "looks.jsonl",
    "looks.jsonl.head",
]


def looks(plan):
    return read_log(plan.with_name("looks.jsonl"))


def whatever(changes):
    return [str(change) for change in changes]


def test_a_frozen_plan_can_be_checked_by_a_hash_tool(frozen):
    content = frozen.with_name("plan.sealed.json").read_bytes()
    told = json.loads(content)
    assert looks(frozen)[0] == {
        "event": "frozen", "plan": "plan.toml", "at": told["frozen"],
        "seal": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    for name, values in told["files"].items():
        file = (frozen.parent / name).read_bytes()
        assert values == {"bytes": len(file), "sha256": hashlib.sha256(file).hexdigest()}
    assert set(told["files"]) == {"plan.toml", "catalog.csv", "maps.nc", "analysis.py"}
    assert "conftest.py" in told["skquake"] and not any("pycache" in name for name in told["skquake"])
    assert {"skquake", "python", "numpy"} <= set(told["versions"])
    rules = [code for code, _ in told["verdict"]["rules"]]
    assert rules[0] == "leakage" and rules[-1] == "differs" and told["verdict"]["level"] == 0.05
    assert verify(frozen) == [] and verify(frozen.with_name("plan.sealed.json")) == []


def test_the_power_is_kept(frozen):
    from skquake.registration._frozen_plan import Places, read_frozen

    plan = read_frozen(Places.of(frozen))
    assert isinstance(plan, FrozenPlan) and plan.power.power_at(1.0) == 0.9
    assert plan.power.planted == "in all earthquakes, of one sign, days -15 to 0"
    assert repr(plan).startswith(f"FrozenPlan(plan.sealed.json, seal {plan.seal[:12]}")


def test_a_plan_is_frozen_once(frozen):
    before = frozen.with_name("plan.sealed.json").read_bytes()
    with pytest.raises(
        ValueError, match=r"plan\.toml: frozen already, seal [0-9a-f]{64}; .* to another name"
    ):
        freeze(frozen)
    assert frozen.with_name("plan.sealed.json").read_bytes() == before


def test_a_plan_that_cannot_see_its_own_effect_is_refused(tmp_path, light, monkeypatch):
    monkeypatch.setattr(LightStudy, "found", 0.5)
    plan = write_study(tmp_path, observations=TINY)
    with pytest.raises(
        ValueError, match=r"effect.size = 1: would be seen in 50% \[27%, 73%\].*--accept-low-power"
    ):
        freeze(plan)
    assert not plan.with_name("plan.sealed.json").exists() and not plan.with_name("looks.jsonl").exists()
    freeze(plan, accept_low_power=True)
    assert "seen in 50% [27%, 73%] of such studies, accepted all the same" in show(plan)


def test_the_test_span_is_opened_once(frozen):
    report = run(frozen)
    seal = looks(frozen)[0]["seal"]
    assert report.look.registered and report.look.seal == seal
    assert report.verdict.code == "differs" and report.verdict.text.startswith(
        f"registered, seal {seal[:12]}: "
    )
    _, opened, closed = looks(frozen)
    assert (opened["event"], opened["look"], opened["changed"]) == ("opened", 1, [])
    assert (closed["event"], closed["look"], closed["verdict"]) == ("closed", 1, "differs")
    result = json.loads(frozen.with_name("plan.look1.json").read_bytes())
    assert (
        result["registered"] and result["seal"] == seal and result["report"]["verdict"]["code"] == "differs"
    )
    with pytest.raises(ValueError, match=r"opened on .* by plan.toml \(1 look so far\); another is look 2"):
        run(frozen)
    assert len(looks(frozen)) == 3 and verify(frozen) == []


def test_later_looks_share_the_level_and_say_so(frozen):
    run(frozen)
    for number in (2, 3):
        report = run(frozen, exploratory=True)
        assert report.verdict.text.startswith(f"exploratory, look {number}: ") and not report.look.registered
        # The p of 0.03 passed the first look, and is above 0.05 / 2.
        assert report.verdict.code == "null" and f"of look {number} it must not exceed" in report.verdict.text
        assert json.loads(frozen.with_name(f"plan.look{number}.json").read_bytes())["level"] == 0.05 / number
    shown = show(frozen)
    assert "look 1     opened" in shown and shown.count("exploratory") == 2 and shown.count("p = 0.03") == 3
    assert verify(frozen) == []


def test_another_plan_of_the_same_span_is_a_later_look(frozen):
    run(frozen)
    other = frozen.with_name("other.toml")
    other.write_text(PLAN.replace("n = 20", "n = 30"))
    freeze(other)
    with pytest.raises(ValueError, match=r"opened on .* by plan.toml .*another is look 2"):
        run(other)
    assert str(run(other, exploratory=True).look) == "exploratory, look 2"
    later = frozen.with_name("later.toml")
    later.write_text(PLAN.replace("test_from = 2015-07-20", "test_from = 2015-02-01\ntest_to = 2015-07-20"))
    freeze(later)
    assert run(later).look.registered  # other days
    elsewhere = frozen.with_name("elsewhere.toml")
    frozen.with_name("other.nc").write_bytes(b"other observations")
    elsewhere.write_text(PLAN.replace("maps.nc", "other.nc"))
    freeze(elsewhere)
    assert run(elsewhere).look.registered  # other data


@pytest.mark.parametrize("name", SEALED)
def test_what_is_changed_or_missing_is_named(frozen, name):
    file = frozen.with_name(name)
    content = file.read_bytes()
    file.write_bytes(content[:-2] + b"#" + content[-1:])
    assert any(text.startswith(name) for text in whatever(verify(frozen)))
    with pytest.raises(ValueError, match=name):
        run(frozen)
    file.unlink()
    if name == "plan.sealed.json":
        with pytest.raises(FileNotFoundError, match=r"freeze plan\.toml first"):
            verify(frozen)
    else:
        assert verify(frozen)
    file.write_bytes(content)
    assert verify(frozen) == []


def test_a_changed_file_makes_a_look_exploratory(frozen):
    frozen.with_name("catalog.csv").write_text(frozen.with_name("catalog.csv").read_text() + "\n")
    with pytest.raises(ValueError, match=r"no longer what was sealed: catalog.csv: changed .*--exploratory"):
        run(frozen)
    assert len(looks(frozen)) == 1
    report = run(frozen, exploratory=True)
    assert not report.look.registered and report.look.changed == (
        "catalog.csv: changed since the plan was sealed",
    )
    assert report.verdict.text.startswith("exploratory, look 1: ")


def test_a_new_file_that_a_pattern_matches_is_found(tmp_path, light):
    plan = write_study(tmp_path, PLAN.replace('"catalog.csv"', '"cat*.csv"'), observations=TINY)
    freeze(plan)
    (tmp_path / "cat2.csv").write_text("time\n")
    assert whatever(verify(plan)) == ["cat2.csv: was not there when the plan was sealed"]


def test_other_versions_are_found(frozen, monkeypatch):
    from skquake._core import _made_with

    ours = _made_with.made_with()
    monkeypatch.setattr(seal_module, "made_with", lambda: ours | {"numpy": "1.0"})
    monkeypatch.setattr(seal_module, "versions", lambda: {})
    assert f"numpy: version {ours['numpy']} when the plan was sealed, 1.0 now" in whatever(verify(frozen))


@pytest.fixture
def code(tmp_path, light, monkeypatch):
    """A small package in the place of skquake's code."""
    folder = tmp_path / "code"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "one.py").write_text("ONE = 1\n")
    (folder / "py.typed").write_text("")
    monkeypatch.setattr(seal_module, "CODE", folder)
    return folder


def test_code_of_ours_that_changes_while_it_runs(tmp_path, code, light, monkeypatch):
    (tmp_path / "study").mkdir()
    plan = write_study(tmp_path / "study", observations=TINY)
    freeze(plan)

    def tested(self, store, **running):
        (code / "inner" / "one.py").write_text("ONE = 2\n")
        return scored(self, store)

    scored = LightStudy.tested
    monkeypatch.setattr(LightStudy, "tested", tested)
    with pytest.raises(
        ValueError, match=r"changed while it ran: skquake/inner/one.py: changed.*look 1 stays open"
    ):
        run(plan)
    assert not plan.with_name("plan.look1.json").exists() and looks(plan)[-1]["event"] == "opened"
    assert whatever(verify(plan)) == ["skquake/inner/one.py: changed since the plan was sealed"]
    with pytest.raises(ValueError, match="no longer what was sealed"):
        run(plan)
    (code / "inner" / "one.py").write_text("ONE = 1\n")
    monkeypatch.setattr(LightStudy, "tested", scored)
    assert run(plan).look.registered  # the same look goes on
    assert [record["event"] for record in looks(plan)] == ["frozen", "opened", "closed"]


def flip(tmp_path, code, n, seed):
    """Single changed bytes of every file that is sealed; the number that verify does not find."""
    (tmp_path / "study").mkdir()
    plan = write_study(tmp_path / "study", observations=TINY)
    freeze(plan)
    run(plan)
    results = ["plan.look1.json", "plan.look1.html", "plan.look1.nulls.jsonl"]
    files = [*(plan.with_name(name) for name in SEALED + results), code / "inner" / "one.py"]
    rng, missed = np.random.default_rng(seed), []
    for k in range(n):
        file = files[k % len(files)]
        content = file.read_bytes()
        changed = bytearray(content)
        position = int(rng.integers(len(content)))
        changed[position] ^= int(rng.integers(1, 256))
        file.write_bytes(changed)
        found = verify(plan)
        if not any(file.name in str(change) for change in found):
            missed.append((file.name, position, changed[position]))
        file.write_bytes(content)
    assert verify(plan) == []
    return missed


def test_any_changed_byte_is_found(tmp_path, code, light):
    assert flip(tmp_path, code, 55, 0) == []


@pytest.mark.slow
def test_any_of_a_thousand_changed_bytes_is_found(tmp_path, code, light):
    assert flip(tmp_path, code, 1001, 1) == []


KILLED = """
import itertools, shutil, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from common.kill_points import kill_everywhere
from common.registered_study import TINY, make_light, write_study
from skquake._core._chained_log import read_log
from skquake.registration import _freeze, _run, _seal, freeze, run, show, verify

base, places = Path(sys.argv[2]), itertools.count()
for module in (_freeze, _run):
    make_light(lambda name, study: setattr(module, "Study", study))
_seal.CODE, _seal.versions = base / "code", dict
(base / "code").mkdir()
(base / "code" / "one.py").write_text("ONE = 1")
(base / "first").mkdir()
write_study(base / "first", observations=TINY)


def prepare():
    return Path(shutil.copytree(base / "first", base / f"copy{next(places)}")) / "plan.toml"


def act(plan):
    (freeze if what == "freeze" else run)(plan)


def check(plan):
    if what == "freeze":
        sealed = plan.with_name("plan.sealed.json").exists() and read_events(plan) == ["frozen"]
        if not sealed:
            try:
                freeze(plan)
            except ValueError as error:  # the line was noted before the process died
                assert "frozen already" in str(error), error
    else:
        assert verify(plan) == [] and show(plan), verify(plan)
        events = read_events(plan)
        assert events in (["frozen"], ["frozen", "opened"], ["frozen", "opened", "closed"]), events
        if events[-1] == "closed":
            return
    assert verify(plan) == [], verify(plan)
    report = run(plan)
    assert report.look.registered and read_events(plan) == ["frozen", "opened", "closed"], read_events(plan)
    assert verify(plan) == []


def read_events(plan):
    log = plan.with_name("looks.jsonl")
    if not log.with_name("looks.jsonl.head").exists():
        return []
    return [record["event"] for record in read_log(log)]


what = "freeze"
print(kill_everywhere(prepare, act, check))
what = "run"
freeze(base / "first" / "plan.toml")
print(kill_everywhere(prepare, act, check))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_killed_at_any_moment_it_goes_on(tmp_path):
    command = [sys.executable, "-c", KILLED, str(TESTS), str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr[-3000:]
    assert all(int(n) >= 10 for n in found.stdout.split())


def test_two_at_once_on_one_plan(frozen, monkeypatch):
    told = []

    def tested(self, store, **running):
        with pytest.raises(RuntimeError, match="busy, another process") as error:
            run(frozen)
        told.append(error)
        with pytest.raises(RuntimeError, match="busy, another process"):
            freeze(other)
        return scored(self, store)

    other = frozen.with_name("other.toml")
    other.write_text(PLAN)

    scored = LightStudy.tested
    monkeypatch.setattr(LightStudy, "tested", tested)
    assert run(frozen).look.registered
    assert len(told) == 1
    assert [record["event"] for record in looks(frozen)] == ["frozen", "opened", "closed"]


@pytest.mark.parametrize(
    "line", ["import helper", "from . import helper", "def f():\n    import helper.inner"]
)
def test_a_pipeline_that_imports_what_lies_beside_it_is_refused(tmp_path, light, line):
    plan = write_study(tmp_path, observations=TINY)
    (tmp_path / "helper.py").write_text("")
    (tmp_path / "analysis.py").write_text(f"{PIPELINE}\n{line}\n")
    n = (tmp_path / "analysis.py").read_text().splitlines().index(line.splitlines()[-1]) + 1
    with pytest.raises(
        ValueError, match=rf"analysis\.py, line {n}: imports .*put what is needed into this file"
    ):
        freeze(plan)


def test_versions_of_what_a_pipeline_imports_are_sealed(tmp_path, light, monkeypatch):
    known = {"hypothesis": ["hypothesis"]}  # to ask for all takes seconds
    monkeypatch.setattr("importlib.metadata.packages_distributions", lambda: known)
    plan = write_study(tmp_path, observations=TINY)
    (tmp_path / "analysis.py").write_text(f"import hypothesis\n{PIPELINE}")
    freeze(plan)
    assert "hypothesis" in json.loads((tmp_path / "plan.sealed.json").read_bytes())["versions"]
    assert verify(plan) == []


def test_files_that_are_not_there(tmp_path, light):
    plan = write_study(tmp_path, observations=TINY)
    (tmp_path / "maps.nc").unlink()
    with pytest.raises(FileNotFoundError, match=r"maps\.nc"):
        freeze(plan)
    with pytest.raises(FileNotFoundError, match=r"freeze plan\.toml first"):
        run(plan)


def test_the_command_line(tmp_path, light, capsys, monkeypatch):
    plan = str(write_study(tmp_path, observations=TINY))
    with pytest.raises(SystemExit) as told:
        main(["run", plan])
    assert told.value.code == 2 and "freeze plan.toml first" in capsys.readouterr().err
    assert main(["freeze", plan]) == 0
    assert "plan.sealed.json\nseal " in capsys.readouterr().out
    assert main(["run", plan]) == 0 and "registered, seal" in capsys.readouterr().out
    with pytest.raises(SystemExit) as told:
        main(["run", plan])
    assert told.value.code == 2 and "--exploratory" in capsys.readouterr().err
    assert main(["run", plan, "--exploratory"]) == 0 and "exploratory, look 2" in capsys.readouterr().out
    assert main(["verify", plan]) == 0 and "nothing has changed" in capsys.readouterr().out
    assert main(["show", plan]) == 0 and "Noise, and nothing else" in capsys.readouterr().out
    (tmp_path / "maps.nc").write_bytes(b"other")
    assert main(["verify", plan]) == 1
    assert capsys.readouterr().out == "maps.nc: changed since the plan was sealed\n"
