"""Frozen worlds: the same from name and seed, nothing of the test told, what misleads is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from common.small_worlds import TINY, small_worlds  # noqa: F401

from skquake._core._geodesy import great_circle_km
from skquake._core._time import as_ns
from skquake.datasets import list_worlds, load_world, make_catalog
from skquake.datasets._catalog import aftershock_generations
from skquake.datasets._world import _changes, _content, make_world, open_world, world_of
from skquake.datasets._world_file import WorldFile, world_files
from skquake.datasets._world_record import simulate_world
from skquake.datasets._world_samples import TOLD, sample_world
from skquake.metrics import event_auc

SHORT = replace(TINY["nothing"], days=50, test_days=25)
CALM = WorldFile("calm", "", "cses", "2019-01-01", days=12, test_days=5)


def test_a_dozen_worlds_half_of_them_without_effect():
    worlds = list_worlds()
    assert len(worlds) == 12 and (worlds["effect"] == 0.0).sum() == 6
    assert set(worlds["observations"]) == {"cses", "swarm", "demeter", "tec"}
    assert worlds["identity"].is_unique and worlds["summary"].str.len().gt(10).all()
    assert all(world.content for world in world_files().values())
    with pytest.raises(ValueError, match=r"no world 'storm'; there are .*storm-2015"):
        load_world("storm")
    with pytest.raises(ValueError, match="seed"):
        load_world("storm-2015", seed=-1)


def test_the_page_names_every_world():
    page = (Path(__file__).parents[2] / "docs" / "worlds.rst").read_text()
    assert all(f"``{name}``" in page for name in list_worlds().index)


def test_identity_is_that_of_the_definition():
    assert replace(CALM).identity == CALM.identity
    assert replace(CALM, days=13).identity != CALM.identity
    assert replace(CALM, content={"kp": 1.0}).identity != CALM.identity
    assert CALM.random_states(0, 6) != CALM.random_states(1, 6)
    assert replace(CALM, name="other").random_states(0, 6) != CALM.random_states(0, 6)


@pytest.mark.parametrize("name", ["nothing", "something"])
def test_nothing_of_the_test_is_told(small_worlds, name):  # noqa: F811
    world, sealed = open_world(name)
    assert set(world.test) <= {*TOLD, "event_id", "pair_id"}
    assert len(world.test) == len(sealed.y) and not set(sealed.event_id) & set(world.test["event_id"])
    assert (world.test["time"].to_numpy() == sealed.time).all()
    same = pd.DataFrame({"told": world.test["event_id"], "event": sealed.event_id}).drop_duplicates()
    assert same["told"].is_unique and same["event"].is_unique  # what belongs together, and no more
    for table in (world.catalog, world.everything):
        assert (table["time"] < world.cut).all() and "mainshock" not in table
    X = world.train.X
    assert (X["time"] + pd.to_timedelta(X["lead_days"], unit="D") < world.cut).all()
    assert (world.test["obs_start"] >= world.cut).all()
    assert not set(X["pair_id"]) & set(sealed.pair_id)
    for y, pair in ((world.train.y, X["pair_id"].to_numpy()), (sealed.y, sealed.pair_id)):
        shares = pd.Series(y).groupby(pair).mean()
        assert (shares == 0.5).all()  # as many of the earthquake as of its control


def test_place_is_that_of_the_partner(small_worlds):  # noqa: F811
    world, sealed = open_world("nothing")
    places = world.test.assign(pair=sealed.pair_id).groupby("pair")[["latitude", "longitude"]].nunique()
    assert (places == 1).all(axis=None)


def test_no_sample_lies_in_anothers_region(small_worlds):  # noqa: F811
    world = open_world("something")[0]
    X, quakes = world.train.X, world.everything
    event_time = X["time"] + pd.to_timedelta(X["lead_days"], unit="D")
    for row, label, own in zip(X.itertuples(), world.train.y, event_time, strict=True):
        away = great_circle_km(row.latitude, row.longitude, quakes["latitude"], quakes["longitude"])
        days = (row.time - quakes["time"]) / pd.Timedelta(days=1)
        touching = quakes[(away <= 500.0) & days.between(-15.0, 5.0)]
        if label == 0:
            assert touching.empty
        else:  # the earthquake itself, and what follows it
            assert (touching["time"] >= own - pd.Timedelta(seconds=1)).all()


def test_name_and_seed_alone_decide(small_worlds):  # noqa: F811
    one, again, other = (simulate_world(CALM, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.source.values, again.source.values)
    pd.testing.assert_frame_equal(one.everything, again.everything)
    assert not one.kp.equals(other.kp) and len(one.everything) != len(other.everything)
    world = open_world("nothing")[0]
    assert repr(world).startswith("World('nothing', seed 0: ") and "as_frozen" in world._repr_html_()


def test_a_changed_simulator_is_noticed():
    assert not _changes({"a": 1000, "b": 0.5}, {"a": 1001, "b": 0.5004})
    assert _changes({"a": 1000}, {"a": 1003}) == ["a 1003 instead of 1000"]
    assert _changes({"a": 1}, {"b": 1}) == ["a None instead of 1", "b 1 instead of None"]


def test_as_frozen_or_with_a_warning():
    record = simulate_world(SHORT, 0)
    training, _, sealed = sample_world(SHORT, record, 0)
    content = _content(record, training, sealed)
    assert world_of(replace(SHORT, content=content), record)[0].as_frozen
    assert world_of(replace(SHORT, content=content), record, seed=1)[0].as_frozen is None
    with pytest.warns(UserWarning, match=r"'nothing' is not what it was .*kp .* instead of 9"):
        world, _ = world_of(replace(SHORT, content={**content, "kp": 9.0}), record)
    assert world.as_frozen is False


def test_what_misleads_is_there():
    calm = simulate_world(CALM, 0).source
    jump = simulate_world(replace(CALM, jump_dex=0.2, jump_day=6), 0).source
    day = (calm.time - calm.time[0]) / 86_400e9
    ratio = jump.values[:, 0] / calm.values[:, 0]
    np.testing.assert_allclose(ratio[day < 5.9], 1.0, rtol=1e-5)
    np.testing.assert_allclose(ratio[day > 6.1], 10.0**0.2, rtol=1e-5)
    drift = simulate_world(replace(CALM, drift_dex_per_year=-3.0), 0).source
    change = np.log10(drift.values[:, 0] / calm.values[:, 0])
    assert abs(np.polyfit(day, change, 1)[0] * 365.25 + 3.0) < 1e-3
    gaps = simulate_world(replace(CALM, gap_share=0.5), 0).source
    days = {np.unique(source.time // 86_400_000_000_000).size for source in (calm, gaps)}
    assert max(days) == 12 and min(days) < 10


def test_who_perturbs():
    late = simulate_world(replace(CALM, effect=0.5, effect_span="test"), 0)
    assert late.perturbs.any() and (late.independent["time"][late.perturbs] >= CALM.cut).all()
    early = late.truth.time < as_ns(pd.DatetimeIndex([CALM.cut - pd.Timedelta(days=15)]))[0]
    assert not late.truth.planted[early].any() and late.truth.planted.any()
    there = simulate_world(replace(CALM, effect=0.5, effect_longitudes=(100.0, 180.0)), 0)
    assert there.independent["longitude"][there.perturbs].between(100.0, 180.0).all()


def test_oracles_know_where_something_is(small_worlds):  # noqa: F811
    _, sealed = open_world("something")
    known = sealed.oracle[:, 1] != 0.5
    assert 0 < known.sum() < len(known)
    assert event_auc(sealed.event_id[known], sealed.y[known], sealed.oracle[known]) > 0.85
    assert event_auc(sealed.event_id[known], sealed.y[known], sealed.window_oracle[known]) > 0.75
    assert open_world("nothing")[1].oracle is None


def test_aftershocks_have_aftershocks():
    mothers = make_catalog("2015-01-01", "2017-01-01", n_events=2000, aftershocks=False, random_state=1)
    whole = aftershock_generations(mothers, "2017-01-01", random_state=0)
    one = make_catalog("2015-01-01", "2017-01-01", n_events=2000, random_state=1)
    assert (whole["mainshock"] == whole.index).sum() == 2000
    assert len(whole) > len(one) and whole["time"].is_monotonic_increasing
    root = whole["mainshock"].map(whole["time"])
    assert (whole["time"] >= root).all() and (whole["time"] < "2017-01-01").all()


@pytest.mark.slow
@pytest.mark.parametrize("name", list(world_files()))
def test_worlds_are_as_they_were_frozen(name):
    assert make_world(world_files()[name])[0].as_frozen
