"""Plans in TOML: what they say is taken, what they cannot say is refused with its line."""

import re

import pytest
from common.registered_study import PLAN

from skquake.registration import freeze
from skquake.registration._plan_text import SCHEMA, read_plan


def plan_of(tmp_path, text):
    path = tmp_path / "plan.toml"
    path.write_text(text)
    return read_plan(path)


def line_of(text, start):
    return next(n for n, line in enumerate(text.splitlines(), start=1) if line.startswith(start))


def test_every_default_is_filled_in(tmp_path):
    plan = plan_of(tmp_path, PLAN)
    assert set(plan) == {"title", "random_state", *SCHEMA} - {""}
    for table, keys in SCHEMA.items():
        assert set(keys) <= set(plan[table] if table else plan)
    assert plan["catalog"]["files"] == ["catalog.csv"] and plan["split"]["test_from"] == "2015-07-20"
    assert plan["nulls"] == {"names": ["shuffle-times"], "n": 20}
    assert plan["samples"] == {"region": "dobrovolsky", "days": [-15, 0], "max_length": 3, "kp": None}


@pytest.mark.parametrize("table", [table for table in SCHEMA if table])
def test_unknown_keys_are_refused_by_name_and_line(tmp_path, table):
    text = PLAN.replace(f"[{table}]\n", f"[{table}]\n# a remark\n\nfoo = [\n 1,\n 2]\n")
    line = line_of(text, "foo")
    with pytest.raises(ValueError, match=rf"plan\.toml, line {line}: unknown key {table}\.foo; there are "):
        plan_of(tmp_path, text)


def test_unknown_tables_are_refused_with_what_was_meant(tmp_path):
    text = PLAN.replace("[controls]", "[contrls]")
    line = line_of(text, "[contrls]")
    with pytest.raises(ValueError, match=rf"line {line}: unknown key contrls; did you mean controls\?"):
        plan_of(tmp_path, text)
    with pytest.raises(ValueError, match=r"line 1: unknown key titel; did you mean title\?"):
        plan_of(tmp_path, PLAN.replace("title", "titel"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("size = 1.0", "size = -1.5", "effect.size = -1.5: expected a fractional change above -1"),
        ("n = 20", 'n = "20"', "nulls.n = '20': expected a whole number"),
        ('kind = "map"', 'kind = "maps"', "source.kind = 'maps': expected one of track, map, python"),
        ("test_from = 2015-07-20", 'test_from = "soon"', "split.test_from = 'soon': expected a date"),
        ('score = "event_auc"', 'score = "f1"', "headline.score = 'f1': expected one of"),
        ('names = ["shuffle-times"]', 'names = ["shuffle"]', "nulls.names = .*: expected some of rotate"),
        ('files = "maps.nc"', "files = []", "source.files = .*: expected one name or a list"),
        ('reader = "read_usgs"', 'reader = "read_kp"', "catalog.reader = 'read_kp': expected one of"),
        ('decluster = "none"', "keep.depth = [0, 70]", "unknown key catalog.keep.depth; did you mean"),
        ('decluster = "none"', "keep.depth_km = 70", "catalog.keep.depth_km = 70: expected two numbers"),
        ("size = 1.0", "size = true", "effect.size = True: expected"),
        ("size = 1.0", "size = nan", "effect.size = nan: expected"),
        ('kind = "matched"', 'kind = "matched"\navoid = 3', "unknown key controls.avoid"),
    ],
)  # fmt: skip
def test_values_that_cannot_be_are_refused_with_their_line(tmp_path, old, new, told):
    text = PLAN.replace(old, new)
    line = line_of(text, new.splitlines()[-1])
    with pytest.raises(ValueError, match=rf"plan\.toml, line {line}: {told}"):
        plan_of(tmp_path, text)


@pytest.mark.parametrize(
    "line", ["size = 1.0", "test_from = 2015-07-20", 'region = "dobrovolsky"', "max_length = 3"]
)
def test_what_is_missing_is_named(tmp_path, line):
    name = line.split(" ")[0]
    with pytest.raises(ValueError, match=rf"plan\.toml: \[\w+\] {name} is missing"):
        plan_of(tmp_path, PLAN.replace(line, ""))


@pytest.mark.parametrize("text", ["[catalog", "a = 1\na = 2", "\0", "x = 1 2"])
def test_what_is_no_toml_is_refused(tmp_path, text):
    with pytest.raises(ValueError, match=r"plan\.toml: no TOML"):
        plan_of(tmp_path, text)
    (tmp_path / "plan.toml").write_bytes(b"title = '\xff'")
    with pytest.raises(ValueError, match="no TOML"):
        read_plan(tmp_path / "plan.toml")


def test_dates_and_tables_are_as_json_has_them(tmp_path):
    text = PLAN.replace(
        'decluster = "none"',
        'keep.time = [2015-01-01, 2016-01-01T12:00:00Z]\noptions = {types = ["earthquake"]}',
    ).replace("test_from = 2015-07-20", "test_from = 2015-07-20T03:00:00+03:00")
    plan = plan_of(tmp_path, text)
    assert plan["catalog"]["keep"]["time"] == ["2015-01-01", "2016-01-01T12:00:00+00:00"]
    assert plan["catalog"]["options"] == {"types": ["earthquake"]}
    assert plan["split"]["test_from"] == "2015-07-20T00:00:00"


def test_every_default_stands_in_the_docstring():
    text = " ".join(freeze.__doc__.split())
    for table, keys in SCHEMA.items():
        for key, (_, default) in keys.items():
            assert f"``{key}``" in text, (table, key)
            if isinstance(default, int | float | str) and default != "" and not isinstance(default, bool):
                shown = f'"{default}"' if isinstance(default, str) else f"{default}"
                assert re.search(rf"``{key}``[^`]*\({re.escape(shown)}[;)]", text), (table, key)
