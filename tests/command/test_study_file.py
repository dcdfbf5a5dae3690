"""A study in TOML: what is read, refused and written."""

from __future__ import annotations

import ast
import math
import textwrap
from pathlib import Path

import pytest

from skquake._study_file import SCHEMA, read_study, write_study
from skquake._study_script import Running, samples_script, score_script

LEAST = """\
[catalog]
files = ["a.csv", "b/*.csv"]
[source]
kind = "track"
files = "swarm"
[samples]
region = "3 deg"
days = [-15, 5]
max_length = 20
"""


@pytest.fixture
def read(tmp_path):
    """Reads a text as a study."""

    def read(text):
        path = tmp_path / "s.toml"
        path.write_text(text)
        return read_study(path)

    return read


@pytest.fixture
def lines(read, tmp_path):
    """The Python of `skquake score` for a text."""
    return lambda text, **running: str(score_script(read(text), tmp_path, Running(**running)))


def test_defaults_are_the_honest_ones(read, lines):
    study = read(LEAST)
    assert study["catalog"]["decluster"] == "gardner-knopoff" and study["controls"]["kind"] == "matched"
    assert study["split"]["kind"] == "time" and study["split"]["n_splits"] == 5
    assert study["controls"]["days"] == [-15, 5] and study["controls"]["region"] == "3 deg"
    assert read(LEAST + '[controls]\nkind = "random"\n')["controls"]["min_days"] == 15
    assert read(LEAST + "[controls]\ndays = [-3, 0]\n")["controls"]["days"] == [-3, 0]
    assert "cv = None  # PurgedTimeSeriesSplit(5)" in lines(LEAST)
    assert "MatchedControls(days=(-15, 5), region='3 deg', avoid=everything, random_state=0)" in lines(LEAST)


def test_the_study_of_the_guide_is_one(lines):
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "command_line.rst").read_text()
    text = textwrap.dedent(guide.split("# study.toml\n")[1].split("\n``skquake samples")[0])
    made = lines(text)
    assert "match='local-time'" in made and "-78 <= longitude <= -66 and 0 <= depth_km <= 70" in made
    assert "C=0.1" in made and "PurgedTimeSeriesSplit(5)" in made


@pytest.mark.parametrize(
    "change, message",
    [
        (("kind =", "kinds ="), r"line 4: unknown key source\.kinds; did you mean kind\?"),
        (("[samples]", "[sample]"), "unknown key sample; did you mean samples"),
        (("max_length = 20\n", ""), r"\[samples\] max_length is missing"),
        (('"track"', '"tracks"'), r"line 4: source\.kind = 'tracks': expected one of track, map"),
        (('"swarm"', "3"), r"line 5: source\.files = 3: expected one name or a list of names"),
        (("20", "2026-01-01"), r"samples\.max_length = 2026-01-01: expected a number, text"),
        (("20", "nan"), r"samples\.max_length = nan: expected a number, text"),
        (("20", "20\nkp_threshhold = 3"), "unknown key samples.kp_threshhold; did you mean kp_threshold"),
        (("20", "20\ncatalog = 'x'"), r"unknown key samples\.catalog;"),
        (("20", "20\n[model]\nname = 'magic'"), r"model\.name = 'magic': expected one of RF"),
        (("20", "20\n[model]\nparams = {'a b' = 1}"), r"model\.params = .*: expected a table of names"),
        (("20", "20\n[model]\nparams.random_state = 1"), r"params.random_state: is set elsewhere"),
        (("20", "20\n[split]\nkind = ['time']"), r"split\.kind = \['time'\]: expected one of time"),
        (("20", "20\n[split]\nfolds = 3"), r"line 11: unknown key split\.folds;"),
        (("20", "20\n[nulls]\nn = 0"), r"nulls\.n = 0: expected a whole number of at least 1"),
        (("20", "20\n[nulls]\nnames = ['turn']"), r"nulls\.names = .*: expected some of rotate"),
        (("20", "20\n[source.x]\n"), "no TOML|unknown key"),
        (("[catalog]", "random_state = -1\n[catalog]"), "random_state = -1: expected a whole number"),
        (("[catalog]", "split = 3\n[catalog]"), r"split = 3: expected a table, \[split\]"),
        (("[catalog]", "[catalog]\nreader = 'system'"), "reader = 'system': expected a reader"),
        (
            ("[catalog]", "[catalog]\nkeep.mag = [1, 2]"),
            "line 2: unknown key catalog.keep.mag; there are depth_km",
        ),
        (("[catalog]", "[catalog]\nkeep.time = [1, 2]"), r"keep.time = \[1, 2\]: expected two dates"),
        (("[catalog]", "[catalog]\nkeep.latitude = 3"), "keep.latitude = 3: expected two numbers"),
        (('"track"', '"map"\nchannels = ["tec"]'), 'channels: is for kind = "track"'),
        (("[catalog]", "[catalog"), "no TOML"),
        (('"swarm"', '"https://me:secret@h/a?sig=5"'), r"files: https://h/a with a user(?!.*secret)"),
        (('"swarm"', '"s3://b/a"\nstore = "x"'), "s3://b/a is a source of its own, without a reader"),
    ],
)
def test_what_is_refused(read, change, message):
    with pytest.raises(ValueError, match=message):
        read(LEAST.replace(*change))


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "s.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="no TOML"):
        read_study(tmp_path / "s.toml")
    with pytest.raises(FileNotFoundError):
        read_study(tmp_path / "absent.toml")


def test_texts_stay_texts(lines, tmp_path):
    """Nothing of a study is run."""
    bad = "x'); raise SystemExit('"
    text = lines(
        LEAST.replace('"swarm"', f'"{bad}"\nchannels = ["{bad}"]\nname = "{bad}"\nstore = "{bad}"')
        + f'[model]\nparams = {{solver = "{bad}"}}\n'
    )
    assert "SystemExit" in text
    calls = {ast.unparse(node) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Raise)}
    assert not calls


def test_paths_are_those_of_the_files_folder(lines, tmp_path):
    text = lines(LEAST)
    assert f"['{tmp_path}/a.csv', '{tmp_path}/b/*.csv']" in text
    assert f"TrackSource(read('{tmp_path}/swarm'))" in text
    (tmp_path / "swarm").mkdir()
    (tmp_path / "swarm" / "part.parquet").touch()
    assert f"TrackSource('{tmp_path}/swarm')" in lines(LEAST)


def test_a_url_is_a_source(lines):
    made = "source = TrackSource('s3://bucket/swarm', channels=['Ne'])"
    assert made in lines(LEAST.replace('"swarm"', '"s3://bucket/swarm"\nchannels = ["Ne"]'))


def test_what_stands_for_what(lines):
    store = LEAST.replace('"swarm"', '"/s"\nreader = "read_swarm_lp"\nstore = "/t"\nchannels = ["Ne"]')
    text = lines(store, n_jobs=2, verbose=1)
    made = "TrackSource.from_files('/s', '/t', read_swarm_lp, channels=['Ne'], n_jobs=2, verbose=1)"
    assert f"source = {made}" in text and "from skquake.io import read_catalog, read_swarm_lp" in text
    text = lines(LEAST.replace("20", '20\ncontext = 40\nkp = "/kp"') + '[model]\nbackground = "quiet"\n')
    assert "kp = read_kp('/kp')" in text and "kp=kp" in text
    assert (
        "ResidualWindow(SlidingWindow(source, 20, context=40), QuietBackground(kp=kp), keep='both')" in text
    )
    text = lines(LEAST.replace("20", '20\nkp = "/kp"\nkp_reader = "read_space_weather"'))
    assert "kp = read_space_weather('/kp')['kp']" in text
    keep = "[catalog]\nkeep = {longitude = [170, -170], depth_km = [0, 70], time = [2015-01-01, 2016-01-01]}"
    text = lines(LEAST.replace("[catalog]", keep))
    assert "(longitude >= 170 or longitude <= -170) and 0 <= depth_km <= 70" in text
    assert "'2015-01-01' <= time <= '2016-01-01'" in text
    text = lines(LEAST.replace("20", '20\nholes = "none"'))
    assert "holes=None" in text


@pytest.mark.parametrize(
    "name, made",
    [
        ("RF", "make_baseline('RF', SlidingWindow(source, 20), ChannelScaler(), random_state=0)"),
        ("profile", "make_baseline('profile', SlidingWindow(source, 20), random_state=0)"),
        ("safenet", "make_safenet(source, 20, context=0, random_state=0)"),
        (
            "seqnetquake-published",
            "make_pipeline(\n    SlidingWindow(source, 20),\n    ChannelScaler(),\n"
            "    SeqNetQuakeClassifier(random_state=0),\n)",
        ),
    ],
)
def test_models(lines, name, made):
    text = lines(LEAST + f'[model]\nname = "{name}"\n')
    if "pipeline" in made:
        made = (
            "make_pipeline(SlidingWindow(source, 20), ChannelScaler(), SeqNetQuakeClassifier(random_state=0))"
        )
    assert f"model = {made}" in text


def test_what_is_written_is_read_as_it_was(read, tmp_path):
    study = read(LEAST + '[model]\nparams = {C = 0.5, penalty = "l2", text = "a\\u0007\\"é😀"}\n')
    path = tmp_path / "w.toml"
    write_study(path, study, {"a b": {"x": math.nan, "n": 3, "none": None}})
    assert read_study(path) == study
    scripts = [str(samples_script(each, tmp_path, Running(), None)) for each in (study, read_study(path))]
    assert scripts[0] == scripts[1]
    assert set(SCHEMA) - {""} <= study.keys()
