"""Watches: what was said stands, whoever is killed or edits; late, missing and rewritten days."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from common.watched_days import N_DAYS, START, come, make_watch, small_code

from skquake._core._canonical import sha256_of_file
from skquake._core._chained_log import read_log
from skquake.alarms import EtasRate, anytime_evidence
from skquake.datasets import make_catalog
from skquake.prospective import _feed, init, read_watch, score, tick
from skquake.prospective.__main__ import main

TESTS = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    small_code(monkeypatch.setattr)


@pytest.fixture
def watch(tmp_path):
    path = make_watch(tmp_path)
    init(path, now=START)
    return path


def log_of(path):
    return path.with_name("watch.watch.jsonl")


def night(day):
    """An hour before a day is over."""
    return START + pd.Timedelta(days=day, hours=23)


def watched(path, days=range(N_DAYS)):
    for day in days:
        come(path, day)
        tick(path, now=night(day))


def test_each_day_is_said_once_and_before_its_day(watch):
    watched(watch, range(3))
    began, alarms = read_watch(watch)
    assert began["first"] == "2015-01-01" and len(began["rate"]) == 162
    assert [alarm.line for alarm in alarms] == [3, 4, 5] and not any(alarm.late for alarm in alarms)
    assert [alarm.target for alarm in alarms] == [START + pd.Timedelta(days=k) for k in (1, 2, 3)]
    assert tick(watch, now=night(3)) == []
    # What the model of the helper says: the more files it has seen, the more of the first cell.
    assert [alarm.weights[0, 0] for alarm in alarms] == [1.0, 2.0, 3.0]


def test_a_replay_that_was_interrupted_ends_in_the_same_log(tmp_path):
    logs = []
    for name, ticks in (("whole", range(N_DAYS)), ("often", [k for k in range(N_DAYS) for _ in range(3)])):
        (tmp_path / name).mkdir()
        path = make_watch(tmp_path / name)
        init(path, now=START)
        for day in ticks:
            come(path, day)
            tick(path, now=night(day))
        logs.append(log_of(path).read_bytes())
        found = score(path, path.with_name("new.csv"), now=night(N_DAYS))
    assert logs[0] == logs[1]
    assert read_log(log_of(path))[-1]["p_value"] == found.evidence.p_value


def test_what_comes_late_is_marked_and_does_not_count(watch):
    watched(watch, [0, 1, 3])  # day 2 is missing
    come(watch, 2)
    (alarm,) = tick(watch, now=night(4))
    assert alarm.late and alarm.target == START + pd.Timedelta("3D")
    found = score(watch, watch.with_name("new.csv"), now=night(5))
    said = found.forecast.notnull().any(["latitude", "longitude"]).to_numpy()
    assert said.tolist() == [True, True, False, True] and found.n_late == 1


def test_the_score_is_that_of_what_was_said(watch):
    watched(watch)
    found = score(watch, watch.with_name("new.csv"), now=night(N_DAYS))
    new = pd.read_csv(watch.with_name("new.csv"), parse_dates=["time"])
    new["time"] = new["time"].dt.tz_localize(None)
    catalog = new.rename(columns={"mag": "magnitude"})
    expected = anytime_evidence(found.forecast, catalog, found.rate)
    assert len(found.evidence.events) > 5 and found.molchan is not None
    np.testing.assert_allclose(found.evidence.events["wealth"], expected.events["wealth"])
    record = read_log(log_of(watch))[-1]
    assert record["event"] == "score" and record["n_earthquakes"] == len(found.evidence.events)
    again = score(watch, watch.with_name("new.csv"), now=night(N_DAYS))
    assert again.evidence.wealth == found.evidence.wealth  # nothing is counted twice
    assert repr(found).startswith("WatchScore(19 days through 2015-01-20, 0 late; AnytimeEvidence(")


def test_a_rewritten_day_and_one_that_came_twice_or_went(watch):
    watched(watch, range(3))
    before = log_of(watch).read_bytes()
    file = watch.with_name("day2015-01-02.csv")
    content = file.read_bytes()
    file.write_bytes(content + b"1")
    with pytest.raises(
        ValueError, match=r"line 4: day2015-01-02\.csv was rewritten since 2015-01-02 was scored"
    ):
        tick(watch, now=night(3))
    file.unlink()
    with pytest.raises(ValueError, match=r"line 4: day2015-01-02\.csv is gone"):
        tick(watch, now=night(3))
    file.write_bytes(content)
    file.with_name("day20150102-v2.csv").write_bytes(content)
    with pytest.raises(ValueError, match=r"line 4: day20150102-v2\.csv came since"):
        tick(watch, now=night(3))
    file.with_name("day20150102-v2.csv").unlink()
    assert tick(watch, now=night(3)) == [] and log_of(watch).read_bytes() == before


def test_history_that_is_rewritten(tmp_path):
    path = make_watch(tmp_path)
    come(path, -2)
    init(path, now=START)
    assert tick(path, now=night(0)) == []
    come(path, -2, b"other")
    with pytest.raises(ValueError, match=r"line 2: day2014-12-30\.csv was rewritten since the watch began"):
        tick(path, now=night(0))
    come(path, -2)
    come(path, -1)
    with pytest.raises(ValueError, match=r"line 2: day2014-12-31\.csv came since the watch began"):
        tick(path, now=night(0))


def test_a_clock_that_runs_backwards_and_data_of_days_to_come(watch):
    watched(watch, range(3))
    with pytest.raises(
        ValueError, match=r"watch\.watch\.jsonl, line 5: written at 2015-01-03T23:00:00Z, and now it"
    ):
        tick(watch, now=night(1))
    with pytest.raises(ValueError, match="runs backwards"):
        score(watch, watch.with_name("new.csv"), now=night(1))
    come(watch, 9)
    with pytest.raises(ValueError, match=r"day2015-01-10\.csv: data of 2015-01-10, and now it is 2015-01-03"):
        tick(watch, now=night(2))


@pytest.mark.parametrize("name", ["model.py", "past.csv", "watch.toml"])
def test_what_was_sealed_must_not_change(watch, name):
    with watch.with_name(name).open("a") as file:
        file.write("\n")
    with pytest.raises(ValueError, match=f"no longer what was sealed: {name}: changed since"):
        tick(watch, now=night(0))
    with pytest.raises(ValueError, match=f"no longer what was sealed: {name}: changed since"):
        score(watch, watch.with_name("new.csv"), now=night(3))


def test_an_edited_or_cut_log_is_refused_by_line(watch):
    watched(watch, range(3))
    content = log_of(watch).read_bytes()
    for position in np.random.default_rng(0).integers(len(content), size=40):
        changed = bytearray(content)
        changed[position] ^= 1
        for damaged in (bytes(changed), content[:position]):
            log_of(watch).write_bytes(damaged)
            for refused in (lambda: tick(watch, now=night(3)), lambda: read_watch(watch)):
                with pytest.raises(ValueError, match=r"watch\.watch\.jsonl, line \d"):
                    refused()
            assert log_of(watch).read_bytes() == damaged
    log_of(watch).write_bytes(content)
    assert tick(watch, now=night(3)) == []


def test_two_watchers_on_one_log(watch):
    with watch.with_name("model.py").open() as file:
        model = file.read()
    other = watch.with_name("other")
    other.mkdir()
    path = make_watch(other)
    path.with_name("model.py").write_text(
        f"{model}\nonce = forecast\n\n\ndef forecast(paths, day):\n"
        f"    from skquake.prospective import tick\n    try:\n        tick({str(path)!r})\n"
        "    except RuntimeError as error:\n        assert 'busy, another process' in str(error)\n"
        "        return once(paths, day)\n"
    )
    init(path, now=START)
    come(path, 0)
    assert len(tick(path, now=night(0))) == 1


def test_a_watch_begins_once_and_first(watch, tmp_path):
    with pytest.raises(ValueError, match=r"begun on 2015-01-01T00:00:00Z; a watch begins once"):
        init(watch)
    (tmp_path / "new").mkdir()
    path = make_watch(tmp_path / "new")
    with pytest.raises(ValueError, match=r"not begun; init watch\.toml first"):
        tick(path)
    with pytest.raises(FileNotFoundError):
        read_watch(tmp_path / "none.toml")
    with pytest.raises(ValueError, match="no whole day to score"):
        score(watch, watch.with_name("new.csv"), now=night(0))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("degrees = 20", "degrees = 7", r"cells\.degrees = 7: expected a part of 180"),
        ("degrees = 20", "degree = 20", r"line 8: unknown key cells\.degree; did you mean degrees"),
        ('file = "model.py"', 'file = "absent.py"', r"absent\.py"),
        ("[cells]", "[score]\ndates = [2015-01-02]\n[cells]", r"score\.dates: 2015-01-02 leaves no day"),
        ("[cells]", "[score]\ndates = [2016-01-02, 2015-02-01]\n[cells]", r"score\.dates.* each later than"),
    ],
)
def test_plans_that_cannot_be(tmp_path, old, new, told):
    path = make_watch(tmp_path)
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises((ValueError, FileNotFoundError), match=told):
        init(path, now=START)
    assert not log_of(path).exists() or read_log(log_of(path)) == []


def test_files_that_nobody_wrote_are_not_read_again(watch, monkeypatch):
    watched(watch, range(3))
    for day in range(3):
        os.utime(watch.with_name(f"day2015-01-0{day + 1}.csv"), (1.4e9, 1.4e9))
    monkeypatch.setattr(_feed, "RECENT_NS", -1)
    tick(watch, now=night(3))
    read = []
    monkeypatch.setattr(_feed, "sha256_of_file", lambda file: read.append(file.name) or sha256_of_file(file))
    assert tick(watch, now=night(3)) == [] and read == []
    file = watch.with_name("day2015-01-02.csv")
    content = file.read_bytes()
    file.write_bytes(content.swapcase())  # as long, and as old as before
    os.utime(file, (1.4e9, 1.4e9))
    with pytest.raises(ValueError, match=r"day2015-01-02\.csv was rewritten"):
        tick(watch, now=night(3))
    assert read == ["day2015-01-02.csv"]
    file.write_bytes(content)
    # Whatever stands in the file of hashes, a score reads every byte.
    kept = watch.with_name("watch.watch.jsonl.files")
    for damaged in ("", "{", '{"a": 1}', "[]"):
        kept.write_text(damaged)
        assert tick(watch, now=night(3)) == []
    read.clear()
    score(watch, watch.with_name("new.csv"), now=night(3))
    assert read == [f"day2015-01-0{day}.csv" for day in (1, 2, 3)]


def test_a_reference_that_follows_clusters(tmp_path):
    path = make_watch(tmp_path)
    text = path.read_text().replace('decluster = "none"', 'decluster = "gardner-knopoff"\nmin_magnitude = 5')
    path.write_text(f'{text}[reference]\nkind = "etas"\n')
    # An earthquake and two that follow it, one on the same day.
    with (tmp_path / "new.csv").open("a") as file:
        for k, time in enumerate(("2015-01-05T01:00:00Z", "2015-01-05T03:00:00Z", "2015-01-07T01:00:00Z")):
            file.write(f"{time},10.0,{10.0 + 0.01 * k},10.0,{7.0 - k},extra{k}\n")
    init(path, now=START)
    began, _ = read_watch(path)
    parameters = EtasRate().fit(make_catalog("2015", "2016", n_events=50), before="2016").parameters_
    assert set(began["etas"]) == {*parameters, "max_km"}
    watched(path)
    found = score(path, path.with_name("new.csv"), now=night(N_DAYS))
    assert found.rate.dims == ("day", "latitude", "longitude") and found.rate.shape == found.forecast.shape
    cell = found.rate.sel(
        latitude=10.0, longitude=10.0, method="nearest"
    ).to_numpy()  # of the 2nd to the 20th
    assert cell[4] > 1.5 * cell[3]  # on the 6th, after the 5th
    times = set(found.evidence.events["time"].dt.strftime("%dT%H"))
    assert {"05T01", "07T01"} <= times and "05T03" not in times
    path.write_text(path.read_text() + "bandwidth = 100\n")
    log_of(path).unlink(), log_of(path).with_name("watch.watch.jsonl.head").unlink()
    with pytest.raises(ValueError, match=r"reference\.bandwidth: the etas reference has kernels of its own"):
        init(path, now=START)


def test_scored_by_its_alarms_at_declared_dates_only(tmp_path):
    path = make_watch(tmp_path)
    path.write_text(path.read_text() + "[score]\ndates = [2015-01-10, 2015-01-15]\n")
    init(path, now=START)
    watched(path, range(8))
    early = score(path, path.with_name("new.csv"), now=night(8))
    assert early.molchan is None and early.declared is None and early.p_declared is None
    watched(path, range(9, 12))
    scores = [score(path, path.with_name("new.csv"), now=night(day)) for day in (11, 12)]
    for found in scores:
        assert found.declared == pd.Timestamp("2015-01-10")
        assert found.p_declared == min(1.0, 2 * found.molchan.p_value)
        assert "; declared 2015-01-10: p = " in repr(found)
    # Looking later does not change it.
    assert scores[0].molchan.area_skill_score == scores[1].molchan.area_skill_score
    assert read_log(log_of(path))[-1]["declared"] == "2015-01-10"
    watched(path, range(12, N_DAYS))
    last = score(path, path.with_name("new.csv"), now=night(N_DAYS))
    assert last.declared == pd.Timestamp("2015-01-15")


@pytest.mark.parametrize("said", ["np.ones((3, 3))", "-np.ones((9, 18))", "np.full((9, 18), np.inf)"])
def test_what_a_model_cannot_say(tmp_path, said):
    path = make_watch(tmp_path)
    (tmp_path / "model.py").write_text(
        f"import numpy as np\n\n\ndef forecast(paths, day):\n    return {said}\n"
    )
    init(path, now=START)
    come(path, 0)
    with pytest.raises(
        ValueError, match=r"model\.py: forecast of 2015-01-01 gave .* expected finite numbers"
    ):
        tick(path, now=night(0))
    assert len(read_log(log_of(path))) == 1


def test_a_file_without_its_day(watch):
    watch.with_name("day.csv").write_text("")
    with pytest.raises(ValueError, match=r"day\.csv: expected one day in its name"):
        tick(watch, now=night(0))


def test_the_command_line(tmp_path, capsys):
    path = make_watch(tmp_path)
    assert main(["init", str(path)]) == 0 and capsys.readouterr().out.startswith("seal ")
    assert main(["tick", str(path)]) == 0 and capsys.readouterr().out == "0 new\n"
    with pytest.raises(SystemExit) as told:
        main(["score", str(path), str(tmp_path / "new.csv")])
    assert told.value.code == 2 and "no whole day to score" in capsys.readouterr().err


KILLED = """
import itertools, shutil, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import pandas as pd
from common.kill_points import kill_everywhere
from common.watched_days import START, come, make_watch, small_code
from skquake._core._chained_log import read_log
from skquake.prospective import _watch, init, tick
from skquake.registration import _seal

small_code(lambda name, value: setattr(_seal, name.rpartition(".")[2], value))
base, places = Path(sys.argv[2]), itertools.count()
(base / "first").mkdir()
path = make_watch(base / "first")
init(path, now=START)
for day in range(3):
    come(path, day)
now = START + pd.Timedelta("2D")
shutil.copytree(base / "first", base / "whole")
tick(base / "whole" / "watch.toml", now=now)
whole = (base / "whole" / "watch.watch.jsonl").read_bytes()


def prepare():
    return Path(shutil.copytree(base / "first", base / f"copy{next(places)}")) / "watch.toml"


def act(path):
    tick(path, now=now)


def check(path):
    log = path.with_name("watch.watch.jsonl")
    assert whole.startswith(log.read_bytes())
    before = len(read_log(log))
    assert len(tick(path, now=now)) == 4 - before
    assert log.read_bytes() == whole


print(kill_everywhere(prepare, act, check))
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_killed_at_any_moment_nothing_is_lost_or_counted_twice(tmp_path):
    command = [sys.executable, "-c", KILLED, str(TESTS), str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr[-3000:]
    assert int(found.stdout) >= 18
