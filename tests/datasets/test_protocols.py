"""Published protocols: found by file, carried out in worlds, determined by their seeds."""

from __future__ import annotations

import inspect
import re
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skquake.datasets.protocols import Outcome, Protocol, list_protocols, reproduce

TOY = """
import numpy as np
from skquake.datasets.protocols import Outcome, Protocol

PROTOCOL = Protocol(
    name="{name}", title="Toy", authors="A. Nobody", year=2020, doi=None, statement="It finds 0.9.",
    metric="share", published=0.9, chance=0.5, simulated="nothing", steps=("look",),
    honest_steps=("look twice",),
    make_world=lambda seed, *, size: np.random.default_rng(seed).uniform(size=size),
    score_as_published=lambda world, seed, *, size: Outcome(
        world.max(), n=size, details={{"least": world.min()}}
    ),
    score_honestly=lambda world, seed, *, size: Outcome(world.mean(), 0.4, size),
    scales={{"quick": {{"size": 10}}, "full": {{"size": 100}}}},
)
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "toy.py").write_text(TOY.format(name="toy"))
    (tmp_path / "_helper.py").write_text("raise RuntimeError('a private file is no protocol')")
    return tmp_path


def test_a_new_file_is_a_new_protocol(folder):
    assert "toy" not in list_protocols()
    assert set(list_protocols(folder)) == {*list_protocols(), "toy"}
    found = reproduce("toy", folder=folder, n_worlds=3, random_state=5)
    assert found.seeds == (5, 6, 7) and found.published == 0.9 and found.scale == "quick"
    row = found.to_frame().loc["toy"]
    worlds = [np.random.default_rng(seed).uniform(size=10) for seed in (5, 6, 7)]
    assert row["as_published"] == pytest.approx(np.mean([world.max() for world in worlds]))
    assert row["inflation"] == pytest.approx(row["as_published"] - row["honest"]) == found.inflation
    assert row["honest_std"] == pytest.approx(np.std([world.mean() for world in worlds], ddof=1))
    assert row["p_honest"] == 0.4 and np.isnan(row["p_as_published"]) and row["n_worlds"] == 3
    assert found.worlds["as_published: least"].tolist() == [world.min() for world in worlds]
    lines = repr(found).splitlines()
    assert lines[0] == "toy: share (chance 0.5), 3 worlds without any effect, quick"
    assert lines[1].split() == ["published", "0.9"] and lines[3].endswith("p = 0.4")
    assert "A. Nobody" in found._repr_html_() and found.seconds >= 0


def test_worlds_are_determined_by_their_seed(folder):
    def numbers(**options):
        return reproduce("toy", folder=folder, **options).worlds.drop(columns="seconds")

    pd.testing.assert_frame_equal(numbers(n_worlds=2), numbers(n_worlds=2))
    pd.testing.assert_frame_equal(
        numbers(n_worlds=2).iloc[[1]].reset_index(drop=True), numbers(random_state=1)
    )
    drawn = numbers(n_worlds=2, random_state=np.random.RandomState(3))
    assert drawn["seed"].nunique() == 2
    assert numbers(scale="full")["n_honest"].item() == 100 and numbers(size=7)["n_honest"].item() == 7


def test_what_is_wrong_is_said(folder):
    with pytest.raises(ValueError, match="no protocol is named 'nonsense'; there are brightness"):
        reproduce("nonsense")
    with pytest.raises(ValueError, match="toy has no setting 'years'; there are size"):
        reproduce("toy", folder=folder, years=3)
    (folder / "other.py").write_text(TOY.format(name="safenet"))
    with pytest.raises(ValueError, match=r"other\.py: a protocol named 'safenet' is there already"):
        list_protocols(folder)
    (folder / "other.py").write_text("PROTOCOL = 1")
    with pytest.raises(ValueError, match=r"other\.py: no Protocol named PROTOCOL"):
        list_protocols(folder)
    with pytest.raises(ValueError, match="no protocol file"):
        list_protocols(folder / "nowhere")
    with pytest.raises(ValueError, match="scales lacks full"):
        replace(list_protocols()["safenet"], scales={"quick": {}})


def test_the_protocol_of_the_page_is_one(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "protocols.rst").read_text()
    block = (
        page.split("How to add a protocol")[1].split(".. code-block:: python")[1].split("The number of")[0]
    )
    (tmp_path / "two_tries.py").write_text(textwrap.dedent(block))
    found = reproduce("two-tries", folder=tmp_path, n_worlds=5)
    assert found.as_published > found.honest and found.published is None
    assert "not known here" in repr(found)


def test_a_protocol_may_be_given_itself(folder):
    protocol = list_protocols(folder)["toy"]
    other = replace(protocol, score_honestly=lambda world, seed, **_: Outcome(0.5))
    assert reproduce(other).honest == 0.5 and np.isnan(reproduce(other).worlds["p_honest"].item())


@pytest.mark.parametrize("protocol", list_protocols().values(), ids=lambda protocol: protocol.name)
def test_every_protocol_says_what_it_is(protocol):
    assert isinstance(protocol, Protocol) and re.fullmatch(r"[a-z0-9-]+", protocol.name)
    assert all((protocol.title, protocol.authors, protocol.statement, protocol.metric, protocol.simulated))
    assert len(protocol.steps) > 1 and len(protocol.honest_steps) > 1
    assert protocol.doi is None or re.fullmatch(r"10\.\d{4,}/\S+", protocol.doi)
    if protocol.published is None:
        assert "not known here" in protocol.statement
    else:
        assert (
            protocol.published == 1.0
            or f"{protocol.published:.3f}" in protocol.statement
            or "16 of 20" in (protocol.statement)
        )
    quick, full = protocol.scales["quick"], protocol.scales["full"]
    assert quick.keys() == full.keys()
    for function in (protocol.make_world, protocol.score_as_published, protocol.score_honestly):
        parameters = inspect.signature(function).parameters.values()
        needed = {each.name for each in parameters if each.kind is each.KEYWORD_ONLY}
        assert needed <= quick.keys(), f"{protocol.name}: a scale lacks {needed - quick.keys()}"


def test_published_epochs_are_determined_and_honest_ones_include_chance():
    found = [
        reproduce("swarm-epochs", years=1, n_random=5, n_nulls=39, random_state=seed) for seed in (0, 0, 1)
    ]
    one, again, other = (each.worlds.drop(columns="seconds") for each in found)
    pd.testing.assert_frame_equal(one, again)
    assert (one["honest"] != other["honest"]).all()
    for each in found:
        assert 0.4 < each.honest < 2.0 and each.worlds["p_honest"].item() > 0.05


# What the honest protocol may find where there is nothing: chance, and how far from it.
HONEST = {
    "brightness-temperature": (0.0, 0.25),
    "ed-lstme": (0.0, 0.3),
    "rst-tec": (1.0, 0.7),
    "safenet": (0.0, 0.35),
    "seqnetquake": (0.0, 0.35),
    "sip-images": (0.5, 0.2),
    "swarm-epochs": (1.0, 0.5),
    "tec-counts": (0.0, 0.25),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(HONEST))
def test_without_any_effect_the_honest_score_is_chance(name):
    found = reproduce(name, random_state=0)
    chance, away = HONEST[name]
    assert abs(found.honest - chance) < away
    assert found.protocol.chance == chance
    p = found.worlds["p_honest"].item()
    assert np.isnan(p) or p > 0.02


def test_every_protocol_is_tested():
    assert HONEST.keys() == list_protocols().keys()


@pytest.mark.slow
def test_random_controls_make_safenets_score():
    found = reproduce("safenet", random_state=0)
    assert found.as_published > 0.3 and found.inflation > 0.3


@pytest.mark.slow
def test_the_placebo_of_random_dates_passes_where_there_is_nothing():
    world = reproduce("brightness-temperature", random_state=0).worlds.iloc[0]
    assert world["as_published"] > world["as_published: placebo of random dates"] + 0.1
    assert world["p_as_published"] <= 0.1
    assert world["as_published: blocks of space"] < world["as_published"]
    assert (
        world["honest: whole catalogs moved, shuffled folds"]
        > world["as_published: placebo of random dates"] + 0.1
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("safenet", {"model": "network", "epochs": 1, "days": 120, "cadence": 3.5}),
        ("seqnetquake", {"model": "network", "epochs": 1, "days": 150, "cadence": 1.5}),
        ("sip-images", {"model": "cnn", "epochs": 1, "years": 4, "n_trainings": 2}),
        (
            "ed-lstme",
            {"model": "ED-LSTME", "epochs": 1, "days": 150, "train_days": 40, "n_events": 5, "n_nulls": 19},
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_the_articles_networks_run(name, settings):
    found = reproduce(name, **settings)
    assert np.isfinite(found.as_published) and np.isfinite(found.honest)
