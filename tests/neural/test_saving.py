"""Saved models: the same numbers again, and nothing but a saved model opens."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from common.tiny import tiny_seqnetquake
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake import SafeNetClassifier, SeqNetQuakeClassifier, SlidingWindow, TrackSource
from skquake.neural import (
    CNNClassifier,
    DNNClassifier,
    EDLSTMERegressor,
    FineTuned,
    LSTMClassifier,
    ModelFileError,
    load_model,
    save_model,
)
from skquake.neural._container import MAGIC, read_container, write_container
from skquake.preprocessing import ChannelScaler, WindowFlattener, WindowNormalizer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 8, 2)).astype("float32")
Y = np.repeat(["quiet", "seismic", "storm"], 20)
SMALL = {"dense_layers": 2, "dense_units": 3, "epochs": 1, "random_state": 0}
NETWORKS = [
    tiny_seqnetquake(class_weight={"quiet": 1.0, "seismic": 2.0, "storm": 1.0}),
    tiny_seqnetquake(SafeNetClassifier),
    DNNClassifier(**SMALL),
    CNNClassifier(conv_layers=1, filters=2, **SMALL),
    LSTMClassifier(lstm_layers=2, lstm_units=3, **SMALL),
]


@pytest.fixture(scope="module")
def fitted():
    return make_pipeline(ChannelScaler(), tiny_seqnetquake()).fit(X, Y)


@pytest.fixture(scope="module")
def saved(fitted, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "model.skq"
    save_model(fitted, path)
    return path


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: type(network).__name__)
@pytest.mark.parametrize("y", [Y, np.repeat([0, 1, 2], 20)], ids=["text", "numbers"])
def test_round_trip(network, y, tmp_path):
    if y is not Y and getattr(network, "class_weight", None):
        network = tiny_seqnetquake(class_weight={0: 1.0, 1: 2.0, 2: 1.0})
    model = network.fit(X, y)
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert type(loaded) is type(model)
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.history_ == model.history_ and loaded.class_weight == model.class_weight
    assert loaded.random_state is None


def test_pipeline_keeps_its_scale_and_its_channels(tmp_path):
    time = pd.date_range("2015-01-01", periods=100, freq="s")
    frame = pd.DataFrame({"time": time, "latitude": np.linspace(0, 6, 100), "longitude": 100.0})
    frame["Ne"], frame["Te"] = np.exp(RNG.normal(11, 1, 100)), RNG.normal(900, 50, 100)
    track = TrackSource(frame)
    samples = frame.loc[10:80]
    y = np.arange(len(samples)) % 2
    steps = ChannelScaler(log=[0]), WindowNormalizer("center"), tiny_seqnetquake()
    model = make_pipeline(SlidingWindow(track, 8), *steps).fit(samples, y)
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model", channels=track.channels)
    assert [name for name, _ in loaded.steps] == [
        "channelscaler",
        "windownormalizer",
        "seqnetquakeclassifier",
    ]
    again = make_pipeline(SlidingWindow(track, 8), loaded)
    np.testing.assert_array_equal(again.predict_proba(samples), model.predict_proba(samples))
    with pytest.raises(ValueError, match=r"trained on \['Ne', 'Te'\]"):
        load_model(tmp_path / "model", channels=["Te", "Ne"])


@pytest.mark.parametrize("y", [X[:, 0, 0], X[:, :4, 0], X[:, :3]], ids=["one", "flat", "deep"])
def test_round_trip_of_a_regressor(y, tmp_path):
    model = EDLSTMERegressor(units=3, epochs=1, n_out=2 if y.shape[1:] == (4,) else None, random_state=0)
    save_model(make_pipeline(ChannelScaler(), model).fit(X, y), tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    found = loaded.predict(X)
    assert found.shape == y.shape and loaded[-1].n_out == model.n_out
    np.testing.assert_array_equal(found, make_pipeline(ChannelScaler(), model).fit(X, y).predict(X))


@pytest.mark.parametrize(
    "change",
    [
        lambda steps, arrays: steps[0]["fitted"].update({"output_shape_": {"shape": [3, 3]}}),
        lambda steps, arrays: steps[0]["fitted"].update({"output_shape_": {"shape": [3, 0]}}),
        lambda steps, arrays: steps[0]["fitted"].update({"output_shape_": {"shape": [10**12, 2]}}),
        lambda steps, arrays: steps[0]["fitted"].update({"input_shape_": {"shape": [0, 2]}}),
        lambda steps, arrays: steps[0]["fitted"].update({"n_features_in_": 9}),
        lambda steps, arrays: steps[0]["fitted"].update({"classes_": {"text": ["a", "b"]}}),
        lambda steps, arrays: steps[0]["params"].update({"n_out": 5}),
        lambda steps, arrays: steps[0]["params"].update({"units": 10**9}),
        lambda steps, arrays: steps[0]["params"].update({"decoder_layers": 10**9}),
        lambda steps, arrays: arrays[0].fill(np.inf),
    ],
)
def test_hostile_regressor(tmp_path, change):
    model = EDLSTMERegressor(units=3, epochs=1, random_state=0).fit(X, X[:, :3])
    save_model(model, tmp_path / "model")
    with pytest.raises(ModelFileError):
        load_model(tampered(tmp_path / "model", tmp_path / "other", change))


def test_a_regressor_is_no_start_for_a_classifier(tmp_path):
    model = EDLSTMERegressor(units=3, epochs=1, random_state=0).fit(X, X[:, :3])
    save_model(model, tmp_path / "model")
    for pretrained in (str(tmp_path / "model"), FrozenEstimator(model)):
        with pytest.raises(TypeError, match="EDLSTMERegressor, not a neural classifier"):
            tiny_seqnetquake(pretrained=pretrained).fit(X, Y)
        with pytest.raises(TypeError, match="EDLSTMERegressor, not a neural classifier"):
            FineTuned(pretrained).fit(X, Y)


def test_what_cannot_be_saved(fitted, tmp_path):
    path = tmp_path / "model"
    with pytest.raises(NotFittedError):
        save_model(tiny_seqnetquake(), path)
    with pytest.raises(TypeError, match="LogisticRegression cannot be saved"):
        save_model(LogisticRegression().fit(X[:, :, 0], Y), path)
    with pytest.raises(TypeError, match="WindowFlattener cannot be saved before"):
        save_model(make_pipeline(WindowFlattener(), tiny_seqnetquake()).fit(X, Y), path)
    assert not list(tmp_path.iterdir())


def test_replaces_whole_or_not_at_all(fitted, saved, tmp_path, monkeypatch):
    path = tmp_path / "model"
    path.write_bytes(saved.read_bytes())
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        save_model(fitted, path)
    assert path.read_bytes() == saved.read_bytes() and len(list(tmp_path.iterdir())) == 1


@given(cut=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_cut_anywhere(saved, tmp_path_factory, cut):
    data = saved.read_bytes()
    path = tmp_path_factory.mktemp("cut") / "model"
    path.write_bytes(data[: cut % len(data)])
    with pytest.raises(ModelFileError):
        load_model(path)


@given(at=st.integers(0, 10**6), bit=st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_flipped_anywhere(saved, tmp_path_factory, at, bit):
    data = bytearray(saved.read_bytes())
    data[at % len(data)] ^= 1 << bit
    path = tmp_path_factory.mktemp("flip") / "model"
    path.write_bytes(data)
    with pytest.raises(ModelFileError):
        load_model(path)


def tampered(saved, path, change):
    """A file with a right checksum and a wrong content."""
    header, arrays = read_container(saved)
    arrays = [array.copy() for array in arrays]
    change(header["steps"], arrays)
    write_container(path, header, arrays)
    return path


def set_param(name, value):
    return lambda steps, arrays: steps[1]["params"].update({name: value})


@pytest.mark.parametrize(
    "change",
    [
        lambda steps, arrays: steps.clear(),
        lambda steps, arrays: steps.pop(),
        lambda steps, arrays: steps[1].update({"class": "os.system"}),
        lambda steps, arrays: steps[1].update({"class": "LogisticRegression"}),
        lambda steps, arrays: steps[1].update({"class": "ChannelScaler"}),
        lambda steps, arrays: steps[0].update({"name": 3}),
        lambda steps, arrays: steps[1]["fitted"].pop("weights_"),
        lambda steps, arrays: steps[1]["fitted"].update({"predict": 1}),
        lambda steps, arrays: steps[1]["fitted"].update({"weights_": [{"array": 99}]}),
        lambda steps, arrays: steps[1]["fitted"].update({"input_shape_": {"shape": [10**12, 2]}}),
        lambda steps, arrays: steps[1]["fitted"].update({"classes_": {"text": ["a", "a", "b"]}}),
        lambda steps, arrays: arrays[-1].fill(np.nan),
        lambda steps, arrays: arrays[1].fill(0.0),  # the scale
        lambda steps, arrays: arrays.__setitem__(-1, np.zeros(7, "float32")),
        set_param("fit", 1),
        set_param("callbacks", []),
        set_param("pretrained", "/etc/passwd"),
        set_param("lstm_units", 10**9),
        set_param("lstm_layers", 10**9),
        set_param("filters", -1),
        set_param("epochs", "many"),
        set_param("conv_activation", "eval"),
    ],
)
def test_hostile_content(saved, tmp_path, change):
    with pytest.raises(ModelFileError):
        load_model(tampered(saved, tmp_path / "model", change))


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[" * 100_000,
        b'{"header": {}, "arrays": [{"dtype": "object", "shape": [1]}]}',
        b'{"header": {}, "arrays": [{"dtype": "float64", "shape": [4000000000, 4000000000]}]}',
        b'{"header": {}, "arrays": [{"dtype": "float64", "shape": [-1]}]}',
        b'{"header": NaN, "arrays": []}',
        b'{"header": {"steps": 3, "observed": {}}, "arrays": []}',
        b"\xff\xfe",
    ],
)
def test_hostile_header(content, tmp_path):
    body = len(content).to_bytes(8, "little") + content
    path = tmp_path / "model"
    path.write_bytes(MAGIC + hashlib.sha256(body).digest() + body)
    with pytest.raises(ModelFileError):
        load_model(path)


def test_header_is_readable(saved):
    data = saved.read_bytes()
    start = len(MAGIC) + 40
    size = int.from_bytes(data[start - 8 : start], "little")
    assert json.loads(data[start : start + size])["header"]["steps"][1]["class"] == "SeqNetQuakeClassifier"


def test_pretrained_from_a_file_is_pretrained_by_the_estimator(fitted, saved):
    network = tiny_seqnetquake(epochs=1)
    scaled = fitted[0].transform(X)
    from_file = network.set_params(pretrained=str(saved)).fit(scaled, Y).predict_proba(scaled)
    from_fitted = network.set_params(pretrained=FrozenEstimator(fitted)).fit(scaled, Y).predict_proba(scaled)
    np.testing.assert_array_equal(from_file, from_fitted)


def test_fine_tuned_keeps_the_scale_unless_told(fitted, saved):
    other = 3.0 * X + 5.0
    kept = FineTuned(str(saved), random_state=0).fit(other, Y)
    np.testing.assert_array_equal(kept.model_[0].center_, fitted[0].center_)
    refit = FineTuned(FrozenEstimator(fitted), refit_scaler=True, random_state=0).fit(other, Y)
    assert (refit.model_[0].center_ > 4).all()
    assert list(refit.classes_) == list(fitted.classes_) and refit.predict(other).shape == Y.shape
    np.testing.assert_array_equal(
        FineTuned(FrozenEstimator(fitted), random_state=0).fit(other, Y).predict_proba(X),
        kept.predict_proba(X),
    )


def test_fine_tuned_starts_where_the_first_ended(fitted):
    tuned = FineTuned(FrozenEstimator(fitted), learning_rate=1e-12, epochs=1, random_state=0).fit(X, Y)
    np.testing.assert_allclose(tuned.predict_proba(X), fitted.predict_proba(X), atol=1e-5)


def test_fine_tuned_on_other_channels_or_windows(fitted):
    model = FineTuned(FrozenEstimator(fitted[-1]))
    with pytest.raises(ValueError, match="trained on 2 channels, these windows have 1"):
        model.fit(X[:, :, :1], Y)
    with pytest.raises(ValueError, match="does not fit this one"):
        FineTuned(FrozenEstimator(tiny_seqnetquake(n_segments=2).fit(X, Y))).fit(X[:, :6], Y)
    with pytest.raises(ValueError, match="pretrained"):
        FineTuned(fitted).fit(X, Y)


def test_softmax_starts_fresh_for_other_classes(fitted):
    two = Y != "storm"
    tuned = FineTuned(FrozenEstimator(fitted), random_state=0).fit(X[two], Y[two])
    assert list(tuned.classes_) == ["quiet", "seismic"]


def test_saved_networks_are_small(saved):
    assert saved.stat().st_size < 20_000


def test_default_network_round_trip(tmp_path):
    model = SeqNetQuakeClassifier(epochs=1, random_state=0).fit(RNG.normal(size=(60, 20, 2)), Y)
    save_model(model, tmp_path / "model")
    assert len(load_model(tmp_path / "model").weights_) == len(model.weights_)
