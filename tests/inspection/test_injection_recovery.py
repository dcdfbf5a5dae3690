"""Injection and recovery: power at size 0, large effects, brute-force p, resuming, what is refused."""

import inspect
import json
from dataclasses import replace

import joblib
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake.catalogs import MatchedControls, RandomControls
from skquake.catalogs._plant import Plant
from skquake.inspection import catalog_null_test, injection_recovery
from skquake.inspection._inject import footprint, inject
from skquake.inspection._planting import part_of, quakes, with_p
from skquake.model_selection import chronological_split
from skquake.preprocessing import WindowFlattener
from skquake.sampling import SlidingWindow, make_samples
from skquake.sources import MapSource

START = pd.Timestamp("2015-01-01")
SAMPLING = {"region": "dobrovolsky", "days": (-15, 0), "max_length": 3}


def one_split(samples):
    return chronological_split(samples.X, samples.y, test_size=0.5)


def make_source(n_days=400, seed=0):
    """Noise of a tenth on a coarse grid, once a day."""
    latitude, longitude = np.arange(-75.0, 90.0, 15.0), np.arange(-180.0, 180.0, 30.0)
    noise = np.random.default_rng(seed).normal(0.0, 0.1, (n_days, len(latitude), len(longitude)))
    time = pd.date_range(START, periods=n_days)
    coordinates = {"time": time, "latitude": latitude, "longitude": longitude}
    return MapSource(xr.DataArray(10.0 * np.exp(noise), coordinates, tuple(coordinates), name="TEC"))


def make_events(n=120, n_days=400, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "time": START + pd.to_timedelta(np.sort(rng.uniform(0.0, n_days, n)), unit="D"),
            "latitude": rng.uniform(-60.0, 60.0, n),
            "longitude": rng.uniform(-180.0, 180.0, n),
            "magnitude": rng.uniform(5.0, 6.5, n),
        },
        index=[f"e{k}" for k in rng.permutation(n)],
    )


SOURCE = make_source()
MODEL = make_pipeline(SlidingWindow(SOURCE, 3), WindowFlattener(), LogisticRegression())
ARGUMENTS = {
    "controls": MatchedControls(),
    "sampling": SAMPLING,
    "cv": one_split,
    "decluster": None,
    "effect_min_km": 2500.0,
    "scoring": "event_auc",
    "nulls": ("shuffle-times",),
    "random_state": 0,
}
THREE = ("rotate", "shuffle-times", "other-place")

FEW = {"n_nulls": 5, "n_repeats": 2, "alpha": 0.2}


def recover(model=MODEL, **changes):
    return injection_recovery(model, SOURCE, make_events(), **(ARGUMENTS | changes))


@pytest.fixture(scope="module")
def curve():
    return recover(sizes=(0.03, 1.0), n_nulls=20, n_repeats=8)


@pytest.fixture(scope="module")
def few():
    return recover(sizes=(1.0,), **FEW)


def test_power_is_alpha_without_an_effect_and_rises_to_one(curve):
    frame = curve.to_frame().set_index("size")
    assert frame.loc[0.0, "power"] == 0.05 and frame.loc[0.0, "n"] == 20
    assert frame["power"].is_monotonic_increasing
    assert frame.loc[1.0, "power"] == 1.0 and frame.loc[1.0, "n"] == 8
    assert 0.03 < curve.size_at(0.95) <= 1.0
    assert (frame["low"] <= frame["power"]).all() and (frame["power"] <= frame["high"]).all()
    assert 60 < frame["n_events"].iloc[0] < 120
    assert set(curve.seconds) == {"samples", "plant", "fit"}


def test_p_by_loops(curve):
    scores = curve.scores
    reference = scores[scores["size"] == 0.0].set_index("replicate")["score"]
    for row in scores.itertuples():
        others = [score for replicate, score in reference.items() if replicate != row.replicate]
        greater = sum(score > row.score for score in others)
        ties = sum(score == row.score for score in others)
        assert (1 + greater) / 20 <= row.p <= (1 + greater + ties) / 20


@settings(max_examples=40)
@given(st.integers(0, 1000), st.integers(5, 30), st.booleans())
def test_p_without_an_effect_takes_every_rank_once(seed, n, tied):
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 3, n).astype(float) if tied else rng.random(n)
    table = pd.DataFrame(
        {"null": "rotate", "replicate": range(n), "n_events": 50, "size": 0.0, "score": score}
    )
    p = with_p(table, True, {"rotate": 0.0}, seed)["p"]
    if tied:
        order = score[:, np.newaxis] < score
        assert (p <= (n - order.T.sum(axis=1)) / n + 1e-9).all() and (p >= (1 + order.sum(axis=1)) / n).all()
    else:
        np.testing.assert_allclose(np.sort(p), np.arange(1, n + 1) / n)
    # A higher score never has a larger p; a planted one beyond all has the least.
    higher = with_p(table.assign(score=score + 10.0 * (np.arange(n) == 2)), True, {"rotate": 0.0}, seed)["p"]
    assert higher[2] == 1 / n and higher[2] <= p[2]


def test_the_nulls_are_those_of_the_null_test():
    declared = [
        inspect.signature(function).parameters["nulls"].default
        for function in (injection_recovery, catalog_null_test)
    ]
    assert declared[0] == declared[1] and len(declared[0]) == 4


@pytest.fixture(scope="module")
def three():
    return recover(nulls=THREE, sizes=(0.06, 1.0), n_nulls=6, n_repeats=4, alpha=0.2)


def test_the_largest_p_over_the_nulls_by_loops(three):
    scores = three.scores
    without = scores[scores["size"] == 0.0]
    assert three.nulls == THREE and len(without) == 18
    turns = [("rotate", 0), ("shuffle-times", 0), ("other-place", 0), ("rotate", 1)]
    for size in (0.06, 1.0):
        planted = scores[scores["size"] == size]
        assert sorted(zip(planted["null"], planted["replicate"], strict=True)) == sorted(turns)
    for row in scores.to_dict("records"):
        for null in THREE:
            others = [
                other["score"]
                for other in without.to_dict("records")
                if other["null"] == null and (null, other["replicate"]) != (row["null"], row["replicate"])
            ]
            assert len(others) == 6 - (null == row["null"])
            greater = sum(score > row["score"] for score in others)
            ties = sum(score == row["score"] for score in others)
            least = row[f"p_{null}"] * (1 + len(others)) - 1e-9
            assert greater < least + 1e-8 and least <= 1 + greater + ties
        assert row["p"] == max(row[f"p_{null}"] for null in THREE)


def test_a_study_counts_where_every_null_gives_way(three):
    by_null = three.by_null().set_index("size")
    assert (by_null["all"] <= by_null[list(THREE)].min(axis=1)).all()
    assert by_null["all"].tolist() == three.to_frame()["power"].tolist()
    own = three.scores[three.scores["size"] == 0.0]
    for null, part in own.groupby("null"):
        assert (part[f"p_{null}"] <= 0.2).mean() <= 0.2 and (part["p"] <= 0.2).mean() <= 0.2
    assert by_null.loc[1.0, "all"] == 1.0
    one = recover(sizes=(1.0,), n_nulls=6, n_repeats=1, alpha=0.2)
    same = three.scores.query("null == 'shuffle-times' and replicate == 0 and size in (0.0, 1.0)")
    assert same["score"].tolist() == one.scores["score"].tolist()[:2]  # a null's catalogs are its own


def test_a_null_that_cannot_reach_alpha_is_refused():
    message = r"rotate has 1\d independent catalogs on this record, so that no p is below 0\.0\d"
    with pytest.raises(ValueError, match=message):
        recover(nulls=THREE, sizes=(1.0,), n_nulls=20)


def test_a_null_of_ones_own_that_scores_high_takes_the_power():
    class Shaken:
        """The catalog that happened, whose effects stand in the observations."""

        name, assumes = "shaken", "nothing"

        def n_independent(self, record):
            return np.inf

        def draw(self, record, rng):
            return record.catalog, {}

        def __repr__(self):
            return "Shaken()"

    source = inject(
        SOURCE, footprint(SOURCE, make_events(), Plant(0.0, 0.5, 2500.0, (-15.0, 0.0))), 9.0, {"TEC": 1.0}
    )
    model = make_pipeline(SlidingWindow(source, 3), WindowFlattener(), LogisticRegression())
    found = injection_recovery(
        model,
        source,
        make_events(),
        **ARGUMENTS | {"nulls": ("shuffle-times", Shaken()), "sizes": (0.1,)} | FEW,
    )
    assert found.nulls == ("shuffle-times", "shaken")
    planted = found.scores.query("size > 0 and null == 'shuffle-times'")
    assert (planted["p_shaken"] > 0.2).all() and (planted["p"] > 0.2).all()


@pytest.mark.slow
def test_effects_of_their_own_are_the_same_for_any_number_of_jobs(tmp_path):
    own = {"effect_share": 0.5, "effect_sign": "either", "effect_duration": (2, 6), "nulls": THREE}
    arguments = {"sizes": (0.5,), **FEW, "n_repeats": 3, **own}
    path = tmp_path / "power.jsonl"
    curve = recover(**arguments, store=path)
    with joblib.parallel_config(backend="threading"):
        parallel = recover(**arguments, n_jobs=2)
    pd.testing.assert_frame_equal(parallel.scores, curve.scores)
    pd.testing.assert_frame_equal(recover(**arguments, store=path).scores, curve.scores)
    for change in ({"effect_share": 0.4}, {"effect_sign": "same"}, {"effect_duration": 3.0}):
        with pytest.raises(ValueError, match=f"made with another {next(iter(change))}"):
            recover(**arguments | change, store=path)
    with pytest.raises(ValueError, match="made with another nulls"):
        recover(**arguments | {"nulls": THREE[:2]}, store=path)
    assert curve.planted == (
        "in 50 % of the earthquakes, drawn, of either sign, 2 to 6 days within days -15 to 0, drawn"
    )
    assert curve.effect["min_km"] == 2500.0 and curve.effect["channels"] == {"TEC": 1.0}
    assert repr(curve).endswith(
        f"; largest p over rotate, shuffle-times, other-place; planted {curve.planted})"
    )


def test_fewer_or_opposite_effects_are_found_less():
    few = {"sizes": (1.0,), "n_nulls": 3, "n_repeats": 3, "alpha": 0.34}
    nobody = recover(effect_share=1e-12, **few).scores
    before, after = (nobody[nobody["size"] == size].set_index("replicate")["score"] for size in (0.0, 1.0))
    pd.testing.assert_series_equal(after, before[:3])
    score = {
        name: recover(**few, **own).scores.query("size > 0")["score"].mean()
        for name, own in {
            "all": {},
            "half": {"effect_share": 0.5},
            "either": {"effect_sign": "either"},
            "short": {"effect_duration": 0.5},
        }.items()
    }
    assert score["all"] > 0.95 > score["half"] > 0.6
    assert abs(score["either"] - 0.5) < 0.2  # a linear model sees a mean alone
    assert score["short"] < 0.8


def test_next_to_nothing_is_found_as_often_as_nothing():
    curve = recover(sizes=(1e-9,), n_nulls=5, n_repeats=5, alpha=0.2)
    nothing, little = (part for _, part in curve.scores.groupby("size"))
    np.testing.assert_allclose(nothing["score"], little["score"], atol=1e-3)
    assert curve.to_frame()["power"].tolist()[0] == 0.2 and curve.power_at(1e-9) <= 0.4


def test_a_planted_score_by_hand(curve):
    """The same samples cut from planted maps, rebuilt from them, give the same rows."""
    events = make_events()
    planted = inject(
        SOURCE, footprint(SOURCE, events, Plant(0.0, 0.5, 2500.0, (-15.0, 0.0))), 1.0, {"TEC": 1.0}
    )
    controls = MatchedControls(random_state=0)
    ours, again = (make_samples(source, events, controls, **SAMPLING) for source in (SOURCE, planted))
    pd.testing.assert_frame_equal(ours.X, again.X)
    np.testing.assert_array_equal(ours.y, again.y)
    before, after = (
        SlidingWindow(source, 3).transform(ours.X).mean(axis=(1, 2)) for source in (SOURCE, planted)
    )
    assert (after[ours.y == 1] > 1.3 * before[ours.y == 1]).mean() > 0.9
    assert curve.scores.query("size == 1.0")["score"].min() > 0.9


def test_the_same_for_any_number_of_jobs(few):
    with joblib.parallel_config(backend="threading"):
        parallel = recover(sizes=(1.0,), **FEW, n_jobs=2)
    pd.testing.assert_frame_equal(parallel.scores, few.scores)


def test_another_seed_is_another_curve(curve):
    other = recover(sizes=(0.1,), random_state=1, **FEW)
    assert not np.isin(other.scores["score"], curve.scores["score"]).any()


def test_goes_on_where_it_stopped(tmp_path):
    path = tmp_path / "power.jsonl"
    arguments = {"sizes": (0.5,), "n_nulls": 6, "n_repeats": 2, "alpha": 0.2}
    whole = recover(**arguments, store=path)
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 7
    path.write_bytes(b"".join(lines[:4]) + lines[4][:-20])  # killed while it wrote
    again = recover(**arguments, store=path)
    pd.testing.assert_frame_equal(again.scores, whole.scores)
    assert len(path.read_bytes().splitlines()) == 7
    more = recover(**arguments | {"n_repeats": 3}, store=path)
    assert len(more.scores) == 9 and len(path.read_bytes().splitlines()) == 8
    replicates = [json.loads(line)["replicate"] for line in path.read_text().splitlines()[1:]]
    assert sorted(replicates) == sorted([*range(6), 2])
    pd.testing.assert_frame_equal(recover(**arguments, store=path).scores, whole.scores)
    with pytest.raises(ValueError, match="made with another plant"):
        recover(**arguments, store=path, effect_days=(-3, 0))
    with pytest.raises(ValueError, match="give a random_state too"):
        recover(**arguments, store=path, random_state=None)


def test_more_events_find_more():
    curve = recover(sizes=(0.03,), n_events=(10, 60), n_nulls=6, n_repeats=6, alpha=0.2)
    table = curve.to_table()
    assert table.index.tolist() == [10, 60]
    scores = curve.scores.query("size > 0").groupby("n_events")["p"].mean()
    assert scores[60] < scores[10]


def test_around_the_catalog_itself():
    curve = recover(sizes=(2.0,), n_events=40, around="catalog", n_nulls=5, n_repeats=3, alpha=0.2)
    planted = curve.scores.query("size > 0")
    assert planted["score"].nunique() > 1  # another draw each
    assert curve.power_at(2.0) == 1.0


def test_several_configurations_compete(few):
    blind = make_pipeline(SlidingWindow(SOURCE, 1), WindowFlattener(), LogisticRegression(C=1e-9))
    both = recover({"a": MODEL, "b": blind}, sizes=(1.0,), **FEW)
    assert (both.scores["score"] >= few.scores["score"] - 1e-12).all()


def test_studies_count_as_many_tested_earthquakes_as_the_catalog_that_happened():
    """Maps are missing before many real earthquakes: catalogs that never happened have more tested ones."""
    values, events = SOURCE.values.copy(), make_events()
    for event in events.iloc[::2].itertuples():
        days = (pd.DatetimeIndex(SOURCE.time) - event.time) / pd.Timedelta(days=1)
        east = np.abs((SOURCE.longitude - event.longitude + 180.0) % 360.0 - 180.0)
        north = np.abs(SOURCE.latitude - event.latitude)
        values[np.ix_(north <= 15, east <= 30, (days > -15) & (days <= 0))] = np.nan
    source = SOURCE._with_values(values)
    model = make_pipeline(SlidingWindow(source, 3), WindowFlattener(), LogisticRegression())
    keywords = ARGUMENTS | {"sizes": (1.0,), **FEW}
    numbers = {"sampling": SAMPLING, "n_nulls": 1, "nulls": ("shuffle-times",), "random_state": 0}
    settings = {name: ARGUMENTS[name] for name in ("controls", "cv", "decluster", "scoring")}
    tested = catalog_null_test(model, source, events, **settings, **numbers).tested["n_earthquakes"]
    thin, whole = (
        injection_recovery(model, source, events, **keywords, match_events=how).scores
        for how in ("thin", None)
    )
    assert whole["n_scored"].min() > tested > 5  # each has more
    assert abs(thin["n_scored"] - tested).max() <= 2  # the controls, and so the gaps, are another draw
    assert not np.isin(thin.query("size == 0")["score"], whole["score"]).any()


def test_catalogs_without_a_score_are_left_out():
    calls = []

    def fragile(samples):
        calls.append(len(samples.X))
        if len(calls) == 4:  # the catalog that happened, replicate 0 twice, replicate 1 without an effect
            raise ValueError("no folds")
        return one_split(samples)

    few = {"n_nulls": 6, "n_repeats": 1, "alpha": 0.2}
    with pytest.warns(UserWarning, match="1 of 6 catalogs could not be scored .*left out.*: no folds"):
        curve = recover(sizes=(1.0,), cv=fragile, **few)
    assert curve.to_frame()["n"].tolist() == [5, 1] and curve.scores["p"].notna().all()

    def broken(samples):
        raise ValueError("no folds")

    with pytest.raises(
        ValueError, match=r"0 of 5 catalogs \(shuffle-times\) could be scored, too few.*: no folds"
    ):
        recover(sizes=(1.0,), cv=broken, **FEW)


@pytest.mark.parametrize(
    "controls", [MatchedControls(ratio=2, random_state=0), RandomControls(random_state=0)]
)
def test_part_of_the_earthquakes_with_their_controls(controls):
    samples = make_samples(SOURCE, make_events(), controls, **SAMPLING)
    order = np.random.default_rng(0).permutation(quakes(samples))
    part = part_of(samples, order, 20, np.random.default_rng(0))
    ids = set(part.X["event_id"])
    assert {event for event in ids if event in set(order)} == set(order[:20])
    label = samples.events["label"]
    n_controls = sum(label[event] == 0 for event in ids)
    if isinstance(controls, MatchedControls):
        assert set(part.X["pair_id"]) == set(order[:20])
        whole = samples.X[samples.X["pair_id"].isin(order[:20])]
        assert len(part.X) == len(whole) and n_controls == whole["event_id"].nunique() - 20
    else:
        assert n_controls == round((label == 0).sum() * 20 / len(order))
    for name in ("y", "groups", "sample_weight"):
        assert len(part[name]) == len(part.X)
    with pytest.raises(ValueError, match="n_events=500: only"):
        part_of(samples, order, 500, None)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sizes": (0.1, -0.1)}, "different sizes of one sign"),
        ({"sizes": (0.0, 0.1)}, "different sizes of one sign"),
        ({"sizes": (0.0,)}, "other than 0"),
        ({"sizes": (-1.5,)}, "above -1"),
        ({"sizes": "big"}, "expected numbers"),
        ({"sizes": ()}, "different sizes"),
        ({"n_nulls": 10}, "take at least 20"),
        ({"n_nulls": 20, "n_repeats": 30}, "n_repeats=30 is more than"),
        ({"n_events": 1000}, "1000 earthquakes asked for, and only"),
        ({"n_events": (10.5,)}, "whole numbers of at least 2"),
        ({"around": "catalog"}, "n_events: needed with around"),
        ({"around": "both"}, "around"),
        ({"channels": ["Ne"]}, "channels: 'Ne'; the source has TEC"),
        ({"effect_days": (0, -5)}, "effect_days must be"),
        ({"effect_min_km": 0.0}, "effect_min_km"),
        ({"sampling": {"region": "dobrovolsky"}}, "sampling: keywords of make_samples"),
        ({"nulls": ("never",)}, "'never' is none of"),
        ({"nulls": ()}, "must be one name or more"),
        ({"effect_share": 0.0}, "effect_share"),
        ({"effect_sign": "opposite"}, "effect_sign"),
        (
            {"effect_duration": 16.0},
            "effect_duration=16.0: expected days, .* no more than the 15 from -15 to 0",
        ),
        ({"effect_duration": (3, 2)}, "effect_duration"),
        ({"effect_duration": (1, 2, 3)}, "effect_duration"),
        ({"alpha": 0.0}, "alpha"),
        ({"scoring": "accuracy"}, "scoring"),
    ],
)
def test_errors(changes, message):
    with pytest.raises(ValueError, match=message):
        recover(**changes)


def test_a_pipeline_of_another_source():
    with pytest.raises(ValueError, match="no step of it holds the source"):
        recover(make_pipeline(SlidingWindow(make_source(50), 3), WindowFlattener(), LogisticRegression()))


def test_frozen(curve):
    with pytest.raises(AttributeError):
        curve.alpha = 0.5
    assert replace(curve, alpha=1.0).to_frame()["power"].eq(1.0).all()
