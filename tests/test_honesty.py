"""What the package promises: no score without an effect, and one where an effect was planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from skquake import AftershockRemover, SeqNetQuakeClassifier, SlidingWindow, TrackSource, make_samples
from skquake.catalogs import MatchedControls, RandomControls
from skquake.datasets import make_catalog, make_kp, make_track
from skquake.inspection import location_probe, metadata_probe
from skquake.metrics import seismic_mcc
from skquake.model_selection import chronological_split, evaluate
from skquake.preprocessing import ChannelScaler, WindowFlattener

pytestmark = pytest.mark.slow

LENGTH = 20
START, END = pd.Timestamp("2018-08-01"), pd.Timestamp("2021-08-01")


def world(seed, effect):
    """A track, and the samples under matched and under random controls with their splits."""
    everything = make_catalog(START, END, random_state=seed)
    catalog = AftershockRemover("box").fit_transform(everything.query("magnitude >= 4.8"))
    kp = make_kp(START - pd.Timedelta(days=2), END, random_state=seed)
    track = make_track(
        "cses", START, END, catalog=catalog, effect=effect, kp=kp, side="night", random_state=seed
    )
    source = TrackSource(track.frame, channels=["Ne", "Te"])
    cut = {
        "region": "dobrovolsky",
        "days": (-15, 0),
        "max_length": LENGTH,
        "exclude": everything,
        "kp": kp,
        "max_per_event": 2,
    }
    controls = (MatchedControls(avoid=everything, random_state=seed), RandomControls(random_state=seed))
    matched, random = (make_samples(source, catalog, sampler, **cut) for sampler in controls)
    return source, track.truth, matched, random


def models(source, seed):
    cut = SlidingWindow(source, LENGTH), ChannelScaler(log=[0, 1])
    forest = RandomForestClassifier(100, min_samples_leaf=5, n_jobs=2, random_state=seed)
    boosting = LGBMClassifier(
        n_estimators=100, num_leaves=15, min_child_samples=5, n_jobs=1, random_state=seed, verbose=-1
    )
    yield "forest", make_pipeline(*cut, WindowFlattener(), forest)
    yield "boosting", make_pipeline(*cut, WindowFlattener(), boosting)
    yield "network", make_pipeline(*cut, SeqNetQuakeClassifier(random_state=seed))


def test_without_an_effect_intervals_cover_zero():
    covered, place = {}, []
    for seed in range(10):
        source, _, matched, random = world(seed, effect=0.0)
        split = chronological_split(matched.X, matched.y)
        scores = {
            name: evaluate(model, matched, split, random_state=seed) for name, model in models(source, seed)
        }
        scores["metadata"] = metadata_probe(matched, split, random_state=seed)
        for name, result in scores.items():
            value, low, high, *_ = result.seismic_mcc
            covered[name, seed] = low <= 0.0 <= high
            print(f"seed {seed} {name}: {value:+.3f} [{low:+.3f}, {high:+.3f}]", flush=True)
        probe = location_probe(random, chronological_split(random.X, random.y), random_state=seed)
        print(f"seed {seed} location probe, random controls: {probe.seismic_mcc}", flush=True)
        place.append(probe.seismic_mcc.low)
    assert len(covered) == 40
    assert sum(covered.values()) >= 36, [cell for cell, inside in covered.items() if not inside]
    assert min(place) > 0.3


def test_a_planted_effect_is_found():
    source, truth, matched, _ = world(0, effect=0.5)
    train, test = chronological_split(matched.X, matched.y)
    weight = matched.sample_weight[test]
    oracle = seismic_mcc(matched.y[test], truth.oracle(matched, LENGTH)[test], sample_weight=weight)
    assert 0.5 < oracle < 0.8
    network = dict(models(source, 0))["network"]
    result = evaluate(network, matched, (train, test), random_state=0)
    print(f"oracle {oracle:.3f}, network {result.seismic_mcc}")
    assert result.seismic_mcc.low > 0.0
    assert np.isfinite(result.event_auc.value)
