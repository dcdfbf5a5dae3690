"""The papers' data sets: their rows, their numbers, their two modes, and each of them run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from common.source_examples import START, track_frame
from sklearn.pipeline import make_pipeline
from sklearn.utils import Bunch

from skquake.catalogs import MatchedControls
from skquake.datasets import _papers_data_set, make_kp, papers
from skquake.model_selection import chronological_split
from skquake.neural._networks import check_seqnetquake
from skquake.preprocessing import MASSResidual, NeLOGResidual
from skquake.sources import TrackSource

ALL = [*papers.SEQNETQUAKE.values(), *papers.SAFENET.values()]


def label(data):
    return f"{data.paper}-{data.name}"


def earthquakes(n, seed):
    """Anywhere on Earth, so that every region is free at some time, each third with an aftershock."""
    rng = np.random.default_rng(seed)
    catalog = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(rng.uniform(-60, 130, n), unit="D").round("ms"),
            "latitude": np.rad2deg(np.arcsin(rng.uniform(-1, 1, n))),
            "longitude": rng.uniform(-180, 180, n),
            "magnitude": rng.choice([4.6, 4.9, 5.1, 5.3, 5.6, 6.0], n),
        },
        index=[f"e{k}" for k in range(n)],
    )
    after = catalog.iloc[::3]
    after = after.assign(time=after["time"] + pd.Timedelta(days=2)).rename(index="{}-after".format)
    return pd.concat([catalog, after])


@pytest.fixture(scope="module")
def world():
    """Ten weeks of a slow satellite, day and night, and all earthquakes around them."""
    frame = track_frame(n=70 * 17_280, cadence=5.0)
    frame[["B_N", "B_E", "B_C"]] = np.random.default_rng(0).normal(size=(len(frame), 3))
    kp = make_kp(START - pd.Timedelta(days=2), START + pd.Timedelta(days=71), random_state=0)
    return TrackSource(frame), earthquakes(800, seed=0), kp


def test_the_tables_are_whole():
    assert list(papers.SEQNETQUAKE) == [f"{k:02}" for k in range(1, 12)]
    assert list(papers.SAFENET) == [f"{k:02}" for k in range(1, 18)]
    for data in ALL:
        assert data is (papers.SEQNETQUAKE if data.paper == "SeqNetQuake" else papers.SAFENET)[data.name]


def row(data):
    return (data.local_time, data.region, data.length, data.magnitude, data.ratio)


def test_rows_of_seqnetquake():
    expected = {
        "01": ("night", "3 deg", 10),
        "02": ("day", "3 deg", 10),
        "03": ("night", "3 deg", 20),
        "04": ("night", "3 deg", 30),
        "05": ("night", "3 deg", 40),
        "06": ("night", "3 deg", 50),
        "07": ("night", "dobrovolsky", 20),
        "08": ("night", "5 deg", 20),
        "09": ("night", "7 deg", 20),
        "10": ("night", "12 deg", 20),
        "11": ("night", "dobrovolsky", 20),
    }
    for name, head in expected.items():
        data = papers.SEQNETQUAKE[name]
        assert row(data) == (*head, (4.8, None), 1)
        assert data.channels == ("Ne", "Te") and data.days == (-15, 0)
        demeter = name == "11"
        assert data.satellite == ("demeter" if demeter else "cses")
        assert data.n_events == (8912 if demeter else 2991)


def test_rows_of_safenet():
    length = {"01": 60, "02": 80, "04": 50, "05": 40}
    region = {"07": "3 deg", "08": "5 deg", "09": "7 deg", "10": "10 deg"}
    magnitude = {"11": (4.8, 5.2), "12": (5.2, 5.8), "13": (5.8, 7.5)}
    ratio = {"14": 2, "15": 3, "16": 4, "17": 5}
    events = {"11": 5136, "12": 2793, "13": 853}
    for name, data in papers.SAFENET.items():
        assert row(data) == (
            "day" if name == "06" else "night",
            region.get(name, "dobrovolsky"),
            length.get(name, 70),
            magnitude.get(name, (4.8, None)),
            ratio.get(name, 1),
        )
        assert data.channels == ("Ne", "B_N", "B_E", "B_C") and data.days == (-15, 5)
        assert data.n_events == events.get(name, 9017)


@pytest.mark.parametrize(
    ("paper", "name", "model", "f1", "mcc", "auc"),
    [
        ("SEQNETQUAKE", "01", "SeqNetQuake", 0.6238, 0.3667, (0.7356, 0.7521, 0.6128)),
        ("SEQNETQUAKE", "03", "SeqNetQuake", 0.6658, 0.3857, (0.7508, 0.7890, 0.6163)),
        ("SEQNETQUAKE", "07", "SeqNetQuake", 0.6792, 0.427, (0.7638, 0.7564, 0.6269)),
        ("SEQNETQUAKE", "07", "transferred", 0.7607, 0.5523, (0.8329, 0.8519, 0.6323)),
        ("SEQNETQUAKE", "07", "RF", 0.5757, 0.2365, (0.6883, 0.6755, 0.5399)),
        ("SEQNETQUAKE", "07", "DNN", 0.5928, 0.2896, (0.6901, 0.7059, 0.5947)),
        ("SEQNETQUAKE", "11", "SeqNetQuake", 0.7002, 0.3763, (0.7393, 0.7177, 0.6254)),
        ("SAFENET", "03", "SafeNet", 0.846, 0.717, (0.931, 0.946, 0.545)),
        ("SAFENET", "03", "RF", 0.742, 0.450, ()),
        ("SAFENET", "17", "SafeNet", 0.814, 0.657, (0.908, 0.926, 0.545)),
    ],
)
def test_golden_scores(paper, name, model, f1, mcc, auc):
    assert getattr(papers, paper)[name].published[model] == (f1, mcc, auc)


def test_every_printed_number_is_a_score():
    table = papers.published()
    assert len(table) == 11 + 6 + 17 + 5
    assert not table.duplicated(["paper", "dataset", "model"]).any()
    numbers = table[["f1_micro", "mcc", "auc_0", "auc_1", "auc_2"]].to_numpy()
    assert np.nanmin(numbers) > 0.2 and np.nanmax(numbers) < 1.0
    assert (table["mcc"] < table["f1_micro"]).all()
    assert table["auc_0"].notna().sum() == len(table) - 5


def test_table_two_by_station():
    """Typed from the paper, row by row where its network stands; the rest agrees with itself."""
    table = papers.published_forecasts()
    assert len(table) == 6 * 6 and table.notna().all(axis=None)
    network = table.loc["ED-LSTME"]
    assert network.index.tolist() == ["all stations", "XJSH", "XJWL", "XJDS", "XJKE", "XJKL"]
    assert network["r2"].tolist() == [0.9105, 0.9045, 0.9103, 0.9467, 0.8806, 0.9483]
    assert network["rmse"].tolist() == [2.6759, 2.4641, 2.3929, 2.0657, 3.3834, 2.2116]
    assert table.loc[("ARIMA", "XJKE")].tolist() == [0.216, 2.9512, 8.6702, 0.6811]
    assert table.loc[("DT", "all stations")].tolist() == [0.6838, 2.6291, 5.0302, 0.8502]
    assert (table["mae"] < table["rmse"]).all() and (table["pearson"] < 1).all()
    stations = table.drop("all stations", level="station")["mae"].groupby("model").min()
    below = table.xs("all stations", level="station")["mae"].sort_index() < stations
    assert below[below].index.tolist() == ["ARIMA"]  # the misprint


def test_accuracies_on_images():
    table = papers.published_images()
    assert table.loc["ResNet-RS50", "best"] == 0.6208 and table.loc["EfficientNetV2", "best"] == 0.6716
    printed = {"EfficientNetV2": (0.6348, 0.017), "EfficientNetV2, CutMix and MixUp": (0.6358, 0.012)}
    for model, (mean, std) in printed.items():
        assert table.loc[model, "mean"] == pytest.approx(mean, abs=5e-5)
        assert table.loc[model, "std"] == pytest.approx(std, abs=5e-4)


@pytest.mark.parametrize("data", ALL, ids=label)
def test_every_network_can_be_built(data, world):
    network = data.model(world[0])[-1].get_params() if data.paper == "SafeNet" else {}
    if data.paper == "SeqNetQuake":
        from skquake import SeqNetQuakeClassifier

        network = SeqNetQuakeClassifier(**data.network).get_params()
    assert data.length % network["n_segments"] == 0
    names = (
        "conv_layers filters kernel_size conv_activation lstm_layers lstm_units dense_layers dense_units "
        "dense_activation dropout n_segments"
    )
    check_seqnetquake(data.length, **{name: network[name] for name in names.split()})


def test_modes_differ_in_the_named_parameters_only():
    for data in ALL:
        paper, honest = data.parameters("paper"), data.parameters("honest")
        assert paper.keys() == honest.keys()
        different = {name for name in paper if paper[name] != honest[name]}
        named = {"controls", "days", "disturbed_hours", "purged", "match", "declustering"}
        assert different == (named if data.paper == "SafeNet" else named - {"days"})
        assert honest["days"] == (-15, 0) and paper["days"] == data.days


@pytest.mark.parametrize(
    ("mode", "data"),
    [
        pytest.param(mode, data, marks=() if mode == "paper" or k % 4 == 0 else pytest.mark.slow)
        for mode in papers.MODES
        for k, data in enumerate(ALL)
    ],
    ids=lambda value: value if isinstance(value, str) else label(value),
)
def test_every_data_set_gives_samples(data, mode, world):
    track, catalog, kp = world
    if data.paper == "SeqNetQuake" and data.satellite == "demeter":
        catalog = catalog.sample(frac=1.0, random_state=0)  # in any order
    way = papers.MODES[mode]
    if data.satellite == "swarm":  # whose local time returns after a third of a year
        way = replace(way, match="place")
    samples = data.samples(track, catalog, kp, mode=way, random_state=0)
    X, y = samples.X, samples.y
    chosen = data.parameters(mode)
    assert (y == 0).any() and (y == 1).any()
    assert X["lead_days"].between(-chosen["days"][1], 15).all()
    night = (X["local_time"] >= 18) | (X["local_time"] < 6)
    assert (night if data.local_time == "night" else ~night).all()
    low, high = data.magnitude
    assert X["magnitude"].between(low, high or 10, inclusive="left").all()
    paired = X["pair_id"].isin(samples.events.index[samples.events["label"] == 1])
    assert paired.all() if mode == "honest" else not paired[y == 0].any()
    assert X.attrs["disturbed_hours"] == chosen["disturbed_hours"]
    per_event = (samples.events["label"] == 0).sum() / (samples.events["label"] == 1).sum()
    assert per_event <= data.ratio + 1e-9
    if mode == "paper":
        train, test = data.split(samples, mode)
        assert len(train) + len(test) == len(X)
        assert X["time"].iloc[train].max() < X["time"].iloc[test].min()


@pytest.mark.parametrize("data", [papers.SEQNETQUAKE["07"], papers.SEQNETQUAKE["11"], papers.SAFENET["03"]])
def test_honest_controls_keep_the_local_time_of_the_satellite(data, world, monkeypatch):
    made = []

    class Recorded(MatchedControls):
        def sample(self, catalog):
            made.append(self.get_params())
            return super().sample(catalog)

    monkeypatch.setitem(_papers_data_set._CONTROLS, "matched", Recorded)
    try:
        data.samples(*world, random_state=0)
    except ValueError:
        assert data.satellite == "swarm"  # ten weeks are too short for it
    assert made[0]["match"] == "local-time" and made[0]["satellite"] == data.satellite
    assert made[0]["days"] == (-15, 0) and made[0]["region"] == data.region
    assert made[0]["max_days"] is None


@pytest.mark.parametrize(("years", "days"), [(3, (20, None)), (5, (390, 410))])
def test_long_records_of_swarm_keep_the_season(years, days, world, monkeypatch):
    made = []

    class Recorded(MatchedControls):
        def sample(self, catalog):
            made.append((self.min_days, self.max_days))
            return super().sample(catalog)

    monkeypatch.setitem(_papers_data_set._CONTROLS, "matched", Recorded)
    frame = track_frame(n=200, cadence=5.0)
    later = frame.assign(time=frame["time"] + pd.Timedelta(days=365 * years))
    frame = pd.concat([frame, later], ignore_index=True)
    frame[["B_N", "B_E", "B_C"]] = 1.0
    with pytest.raises(ValueError, match="no sample"):
        papers.SAFENET["03"].samples(TrackSource(frame), *world[1:], random_state=0)
    assert made == [days]


def test_aftershocks_leave(world):
    track, catalog, kp = world
    data = papers.SEQNETQUAKE["10"]
    samples = data.samples(track, catalog, kp, random_state=0)
    quakes = set(samples.events.index[samples.events["label"] == 1])
    both = [name for name in quakes if f"{name}-after" in quakes]
    with_one = [name for name in quakes if f"{name}-after" in catalog.index]
    assert len(with_one) > 50 and not both


def test_split_purges_in_the_honest_mode_only(world):
    track, catalog, kp = world
    data = papers.SEQNETQUAKE["07"]
    samples = data.samples(track, catalog, kp, mode="paper", random_state=0)
    expected = chronological_split(samples.X, samples.y)
    np.testing.assert_array_equal(data.split(samples)[0], expected[0])
    for mode in papers.MODES:
        np.testing.assert_array_equal(data.split(samples, mode)[1], expected[1])
    assert len(data.split(samples, "paper")[0]) >= len(expected[0])


def test_period_and_changes(world):
    track, catalog, kp = world
    data = papers.SEQNETQUAKE["10"]
    period = "2015-04-01", "2015-04-06"
    samples = data.samples(track, catalog, kp, mode="paper", period=period, max_per_event=2, random_state=0)
    quakes = samples.events[samples.events["label"] == 1]
    assert quakes["time"].between("2015-04-01", "2015-04-07").all()
    assert samples.X["event_id"].value_counts().max() == 2
    anywhere = data.samples(track, catalog, kp, mode="honest", random_state=0)
    assert (anywhere.events["label"] == 1).sum() > len(quakes)


def test_fit_and_predict(world):
    track, catalog, kp = world
    data = papers.SAFENET["05"]
    samples = data.samples(track, catalog, kp, mode="paper", random_state=0)
    small = dict(conv_layers=1, lstm_layers=1, lstm_units=3, dense_layers=1, epochs=1, random_state=0)
    model = data.model(track, **small)
    assert type(model[-1]).__name__ == "SafeNetClassifier"
    assert model[1].log == [0] and data.model(track, log=False)[1].log is None
    train, _ = data.split(samples, "paper")
    assert model.fit(samples.X.iloc[train], samples.y[train]).predict_proba(samples.X).shape[1] >= 2


def test_errors_say_what_to_do(world):
    track, catalog, kp = world
    data = papers.SEQNETQUAKE["03"]
    with pytest.raises(ValueError, match="mode must be one of 'paper', 'honest' or a Mode"):
        data.parameters("published")
    with pytest.raises(ValueError, match="lacks Te"):
        data.samples(TrackSource(track.to_frame().drop(columns="Te")), catalog, kp)


def test_residual_inputs():
    data = papers.SAFENET["03"]
    frame = track_frame(n=400, cadence=1.0)
    frame[["B_N", "B_E", "B_C"]] = np.random.default_rng(0).normal(size=(len(frame), 3))
    frame = make_pipeline(NeLOGResidual(), MASSResidual()).fit_transform(frame)
    track = TrackSource(frame)
    assert data.inputs() == list(data.channels)
    assert set(data.inputs("both")) <= set(track.channels)
    window, scaler, _ = (step for _, step in data.model(track, inputs="both").steps)
    assert window.channels == data.inputs("both") and scaler.log == [0]
    assert data.model(track, inputs="residuals")[1].log == []
    with pytest.raises(ValueError, match="inputs must be one of"):
        data.model(track, inputs="residual")


def test_split_of_swarm_is_in_time():
    """Controls months away: all test rows are later than training, and no pair of theirs is trained on."""
    n = 40
    event = pd.date_range("2015-01-01", periods=n, freq="10D")
    time = event.append(event + pd.Timedelta(days=134))
    X = pd.DataFrame(
        {"source": "swarm", "time": time, "latitude": 0.0, "longitude": np.tile(np.arange(n), 2)}
    )
    X["pair_id"] = np.tile([f"e{k}" for k in range(n)], 2)
    X["radius_km"], X["obs_start"], X["obs_end"] = 10.0, time, time
    samples = Bunch(X=X, y=np.repeat([1, 0], n))
    train, test = papers.SAFENET["03"].split(samples)
    assert X["time"].iloc[train].max() < X["time"].iloc[test].min()
    assert not set(X["pair_id"].iloc[train]) & set(X["pair_id"].iloc[test])
    torn = papers.SEQNETQUAKE["07"].split(samples)[1]
    assert X["pair_id"].iloc[torn].value_counts().eq(1).any()
