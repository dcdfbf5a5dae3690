"""Small runs of the examples on honest evaluation: what they show is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "examples" / "02_honest"


def run(name, *arguments):
    found = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={**os.environ, "MPLBACKEND": "Agg"},
    )
    assert found.returncode == 0, found.stderr[-3000:]
    return found.stdout


def scores(line):
    """(value, low, high) of each score printed in a line."""
    return [tuple(map(float, s)) for s in re.findall(r"(-?\d\.\d\d) \[(-?\d\.\d\d), (-?\d\.\d\d)\]", line)]


def row(told, name):
    return next(line for line in told.splitlines() if line.startswith(name))


def test_shuffled_folds_find_what_is_not_there(tmp_path):
    told = run("plot_leakage.py", "--days", 150, "--figures", tmp_path)
    shuffled, purged = row(told, "KFold, shuffled"), row(told, "PurgedTimeSeriesSplit")
    assert scores(shuffled)[0][1] > 0.1 and "100%" in shuffled
    value, low, high = scores(purged)[0]
    # Of one small world: one interval of twenty misses chance, but not by far.
    assert low < 0.05 and high > -0.05 and abs(value) < 0.2 and " 0% " in purged
    assert len(list(tmp_path.glob("*.png"))) == 3


def test_the_place_alone_rivals_the_published_score(tmp_path):
    told = run("plot_location_probe.py", "--days", 500, "--figures", tmp_path)
    random, longer, matched = scores(row(told, "place alone"))
    assert random[0] > 0.6 and longer[0] > 0.6 and matched[1] < 0.0 < matched[2]
    assert scores(row(told, "Ne and B, as SafeNet"))[0][0] > 0.5 > scores(row(told, "Ne alone"))[0][0]
    assert "MCC 0.717" in told
    assert len(list(tmp_path.glob("*.png"))) == 3


def test_the_best_of_many_on_the_test_set_is_too_good(tmp_path):
    told = run("plot_hyperopt.py", "--days", 300, "--trials", 6, "--figures", tmp_path)
    said = re.findall(r"test set (-?\d\.\d\d), .* nested (-?\d\.\d\d), .* added ([+-]\d\.\d\d)", told)
    assert len(said) == 2
    for best, nested, added in said:
        assert abs(float(best) - float(nested) - float(added)) < 0.02
    lines = [line.split() for line in told.splitlines() if re.match(r"\s+\d+\s+\d+\s", line)]
    assert len(lines) == 6 and all(float(line[2]) >= float(line[-3]) for line in lines)  # best, their mean
    assert len(list(tmp_path.glob("*.png"))) == 6


def test_what_a_study_could_have_seen(tmp_path):
    told = run("plot_power.py", "--days", 300, "--nulls", 20, "--repeats", 5, "--figures", tmp_path)
    assert "with 100 earthquakes an effect of 20 % would be seen in" in told
    assert "(by chance at most 5%)" in told and row(told, "PowerCurve(event_auc, p <= 0.05, 100 events")
    assert len(list(tmp_path.glob("*.png"))) == 1


def test_claims_where_nothing_is_there_do_not_hold(tmp_path):
    told = run("plot_worlds.py", "--figures", tmp_path)
    rows = [line for line in told.splitlines() if line.startswith("WorldScore(")]
    nothing = [line for line in rows if "in 'jump-2008'" in line]
    assert len(rows) == 12 and sum("FAILED: claim not held" in line for line in nothing) == 4
    assert not any(
        "FAILED" in line
        for line in rows
        if line.startswith(("WorldScore('p", "WorldScore('l")) and "only" not in line
    )
    assert float(row(told, "profile").split()[1]) == 1 or float(row(told, "logistic").split()[1]) == 1
    assert len(list(tmp_path.glob("*.png"))) == 1


def test_the_best_of_many_choices_is_chance(tmp_path):
    told = run("plot_analyst_choices.py", "--days", 500, "--nulls", 199, "--figures", tmp_path)
    alone, best = map(float, re.findall(r"p = (\d\.\d+)", row(told, "Alone")))
    assert alone <= 0.05 < best
    assert len(list(tmp_path.glob("*.png"))) == 1


def test_three_instruments_are_asked_together(tmp_path):
    told = run("plot_joint.py", "--days", 120, "--nulls", 3, "--jobs", 1, "--figures", tmp_path)
    assert told.count("Joint p = ") == 2 and told.count("no p below 0.25 was possible") == 2
    assert len(list(tmp_path.glob("*.png"))) == 1


def test_a_sealed_analysis_and_what_is_changed_after_it(tmp_path):
    told = run("plot_registered.py", "--figures", tmp_path)
    seal = re.search(r"sha256sum: ([0-9a-f]{64})", told)[1]
    assert f"registered, seal {seal[:12]}: " in told and "exploratory, look 2: " in told
    assert "another is look 2 and exploratory" in told
    assert "catalog.csv: changed since the plan was sealed" in told and "looks.jsonl, line " in told
    assert told.rstrip().endswith("verify: nothing has changed")
    assert len(list(tmp_path.glob("*.png"))) == 2


def test_a_watch_with_and_without_an_effect(tmp_path):
    told = run("plot_prospective.py", "--days", 60, "--figures", tmp_path)
    wealth = [float(w) for w in re.findall(r"wealth (\S+),", told)]
    assert len(wealth) == 2 and wealth[0] < 20.0 and wealth[1] > wealth[0]
    assert "late: 2019-01-31" in told and "line 7: map2019-01-05.csv was rewritten since 2019-01-05" in told
    assert len(list(tmp_path.glob("*.png"))) == 1


def test_published_protocols_where_nothing_happens(tmp_path):
    told = run("plot_reproduce.py", "--names", "swarm-epochs,ed-lstme", "--figures", tmp_path)
    assert "As published:" in told and told.count("here, honestly") == 2
    assert len(list(tmp_path.glob("*.png"))) == 1
