"""Saved models: the same numbers again, and nothing but a saved model opens."""

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from common.tiny import tiny_seqnetquake
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake import SafeNetClassifier, SeqNetQuakeClassifier, SlidingWindow, TrackSource
from skquake._core._made_with import made_with
from skquake.alarms import score_track
from skquake.neural import (
    CNNClassifier,
    DNNClassifier,
    EDLSTMERegressor,
    FineTuned,
    LSTMClassifier,
    ModelFileError,
    _container,
    _saving,
    load_model,
    save_model,
)
from skquake.neural._container import MOST_ARRAYS, MOST_HEADER, read_container, write_container
from skquake.preprocessing import ChannelScaler, WindowFlattener, WindowMean, WindowNormalizer

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
    rng = np.random.default_rng(1)
    frame["Ne"], frame["Te"] = np.exp(rng.normal(11, 1, 100)), rng.normal(900, 50, 100)
    track = TrackSource(frame)
    samples = frame.loc[10:80]
    y = np.arange(len(samples)) % 2
    steps = ChannelScaler(log=[0]), WindowMean(2), WindowNormalizer("center"), tiny_seqnetquake()
    model = make_pipeline(SlidingWindow(track, 8, context=4), *steps).fit(samples, y)
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model", channels=track.channels)
    assert [name for name, _ in loaded.steps] == [
        "channelscaler",
        "windowmean",
        "windownormalizer",
        "seqnetquakeclassifier",
    ]
    assert read_container(tmp_path / "model")[0]["observed"] == {
        "channels": ["Ne", "Te"],
        "length": 8,
        "context": 4,
    }
    assert loaded.observed_ == {"channels": ["Ne", "Te"], "length": 8, "context": 4}
    pd.testing.assert_frame_equal(score_track(loaded, track), score_track(model, track))
    save_model(loaded, tmp_path / "again")
    assert load_model(tmp_path / "again").observed_ == loaded.observed_
    for wrong in (
        {"length": 0}, {"length": 10**9}, {"length": "8"}, {"context": -1}, {"context_edge": "x"},
        {"channels": [1]}, {"channels": "Ne"},
    ):  # fmt: skip
        with pytest.raises(ModelFileError, match="observed"):
            record, arrays = read_container(tmp_path / "model")
            write_container(tmp_path / "bad", record | {"observed": record["observed"] | wrong}, arrays)
            load_model(tmp_path / "bad")
    again = make_pipeline(SlidingWindow(track, 8, context=4), loaded)
    np.testing.assert_array_equal(again.predict_proba(samples), model.predict_proba(samples))
    with pytest.raises(ValueError, match=r"trained on \['Ne', 'Te'\]"):
        load_model(tmp_path / "model", channels=["Te", "Ne"])


@pytest.mark.parametrize("y", [X[:, 0, 0], X[:, :4, 0], X[:, :3]], ids=["one", "flat", "deep"])
def test_round_trip_of_a_regressor(y, tmp_path):
    n_out = 2 if y.shape[1:] == (4,) else None
    model = EDLSTMERegressor(units=3, decoder_layers=1, epochs=1, n_out=n_out, random_state=0)
    save_model(make_pipeline(ChannelScaler(), model).fit(X, y), tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    found = loaded.predict(X)
    assert found.shape == y.shape and loaded[-1].n_out == model.n_out
    np.testing.assert_array_equal(found, make_pipeline(ChannelScaler(), model).fit(X, y).predict(X))


@pytest.fixture(scope="module")
def regressor():
    model = EDLSTMERegressor(units=3, decoder_layers=1, epochs=1, random_state=0)
    return model.fit(X, X[:, :3])


@pytest.fixture(scope="module")
def saved_regressor(regressor, tmp_path_factory):
    path = tmp_path_factory.mktemp("regressor") / "model.skq"
    save_model(regressor, path)
    return path


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
        lambda steps, arrays: arrays["0.weights_.0"].fill(np.inf),
    ],
)
def test_hostile_regressor(saved_regressor, tmp_path, change):
    assert isinstance(load_model(saved_regressor), EDLSTMERegressor)
    with pytest.raises(ModelFileError):
        load_model(tampered(saved_regressor, tmp_path / "other", change))


def test_a_regressor_is_no_start_for_a_classifier(regressor, saved_regressor):
    for pretrained in (str(saved_regressor), FrozenEstimator(regressor)):
        with pytest.raises(TypeError, match=r"EDLSTMERegressor, not (in )?a neural classifier"):
            tiny_seqnetquake(pretrained=pretrained).fit(X, Y)
        with pytest.raises(TypeError, match=r"EDLSTMERegressor, not (in )?a neural classifier"):
            FineTuned(pretrained).fit(X, Y)


def test_names_of_features_are_kept(tmp_path):
    frame = pd.DataFrame(X[:, :, 0].astype(float), columns=[f"lag {i}" for i in range(8)])
    model = DNNClassifier(**SMALL).fit(frame, Y.astype(object))
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert list(loaded.feature_names_in_) == list(frame)
    assert loaded.feature_names_in_.dtype == object and loaded.classes_.dtype == model.classes_.dtype
    np.testing.assert_array_equal(loaded.predict_proba(frame), model.predict_proba(frame))
    with pytest.raises(ValueError, match="feature names should match"):
        loaded.predict(frame[frame.columns[::-1]])
    few = tampered(
        tmp_path / "model",
        tmp_path / "few",
        lambda steps, arrays: steps[0]["fitted"]["feature_names_in_"]["objects"].pop(),
    )
    with pytest.raises(ModelFileError, match="7 names of 8 features"):
        load_model(few)


def test_what_cannot_be_saved(fitted, tmp_path):
    path = tmp_path / "model"
    with pytest.raises(NotFittedError):
        save_model(tiny_seqnetquake(), path)
    cure = r"Keep this model by skops.io.dump or joblib.dump, and open such files only if you made them"
    with pytest.raises(TypeError, match=f"the model: LogisticRegression cannot be saved last.*{cure}"):
        save_model(LogisticRegression().fit(X[:, :, 0], Y), path)
    forest = make_pipeline(ChannelScaler(), WindowFlattener(), RandomForestClassifier(2)).fit(X, Y)
    with pytest.raises(TypeError, match="step 'windowflattener': WindowFlattener cannot be saved before"):
        save_model(forest, path)
    with pytest.raises(TypeError, match=r"step 'randomforestclassifier'.*Keep a pipeline with this step by"):
        save_model(forest[-1:], path)
    impostor = type("ChannelScaler", (ChannelScaler,), {})
    with pytest.raises(TypeError, match="ChannelScaler cannot be saved"):
        save_model(make_pipeline(impostor(), tiny_seqnetquake()).fit(X, Y), path)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_refused_before_any_work(fitted, tmp_path, monkeypatch):
    monkeypatch.setattr(_saving, "check_is_fitted", None)
    with pytest.raises(OSError, match="too long"):
        save_model(fitted, tmp_path / ("x" * 300))
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*absent; make it first"):
        save_model(fitted, tmp_path / "absent" / "model")
    with pytest.raises(ValueError, match="a folder, nothing can be kept in it"):
        save_model(fitted, tmp_path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError, match="cannot be written to"):
        save_model(fitted, tmp_path / "model")


def test_the_longest_name_of_a_file_will_do(fitted, tmp_path):
    path = tmp_path / ("x" * 255)
    save_model(fitted, path)
    np.testing.assert_array_equal(load_model(path).predict_proba(X), fitted.predict_proba(X))


def test_replaces_whole_or_not_at_all(fitted, saved, tmp_path, monkeypatch):
    path = tmp_path / "model"
    path.write_bytes(saved.read_bytes())
    for name in ("replace", "fsync"):
        monkeypatch.setattr(os, name, lambda *_: (_ for _ in ()).throw(OSError("full")))
        with pytest.raises(OSError, match="full"):
            save_model(fitted, path)
        monkeypatch.undo()
        assert path.read_bytes() == saved.read_bytes() and len(list(tmp_path.iterdir())) == 1


FULL = """
import resource, sys
import numpy as np
from skquake.neural._container import write_container
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
write_container(sys.argv[1], {}, {"a": np.zeros(10_000)})
"""


@pytest.mark.skipif(os.name == "nt", reason="no limit of the size of files")
def test_a_full_disk_leaves_nothing(tmp_path):
    command = [sys.executable, "-c", FULL, tmp_path / "model"]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 1 and ended.stderr.splitlines()[-1].startswith("OSError: [Errno 27]")
    assert not list(tmp_path.iterdir())


def test_every_byte_and_every_cut(tmp_path):
    path, other = tmp_path / "whole", tmp_path / "other"
    arrays = {"a": np.arange(3.0), "b": np.array([True]), "c": np.zeros((0, 2), "float32")}
    write_container(path, {"steps": []}, arrays)
    data = path.read_bytes()
    found, read = read_container(path)
    assert found["steps"] == [] and found["versions"] == made_with()
    assert all(np.array_equal(read[name], array) for name, array in arrays.items())
    with pytest.raises(ValueError, match="read-only"):
        read["a"][0] = 1.0
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1 << (at % 8)
        for content in (changed, data[:at]):
            other.write_bytes(content)
            with pytest.raises(ModelFileError):
                read_container(other)
    other.write_bytes(data + b" ")
    with pytest.raises(ModelFileError, match="checksum is wrong"):
        read_container(other)


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
    arrays = {name: array.copy() for name, array in arrays.items()}
    change(header["steps"], arrays)
    write_container(path, header, arrays)
    return path


def weights_of(steps):
    """The list of the network's weights in the record."""
    (weights,) = steps[1]["fitted"]["weights_"].values()
    return weights


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
        lambda steps, arrays: steps[1]["fitted"].update({"weights_": {"weights": [{"array": "99"}]}}),
        lambda steps, arrays: steps[1]["fitted"].update({"weights_": {"shape": [1, 2]}}),
        lambda steps, arrays: weights_of(steps).append({"array": "1.weights_.0"}),
        lambda steps, arrays: weights_of(steps).pop(),
        lambda steps, arrays: arrays.update({"more": np.zeros(1)}),
        lambda steps, arrays: steps[1]["fitted"].update({"input_shape_": {"shape": [1] * 100_000}}),
        lambda steps, arrays: steps[1]["fitted"].update({"input_shape_": {"shape": [8.5, 2]}}),
        lambda steps, arrays: steps[1]["fitted"].update({"input_shape_": {"shape": [10**12, 2]}}),
        lambda steps, arrays: steps[1]["fitted"].update({"classes_": {"text": ["a", "a", "b"]}}),
        lambda steps, arrays: arrays["1.weights_.0"].fill(np.nan),
        lambda steps, arrays: arrays["0.scale_"].fill(0.0),
        lambda steps, arrays: arrays.update({"1.weights_.0": np.zeros(7, "float32")}),
        set_param("fit", 1),
        set_param("callbacks", []),
        set_param("pretrained", "/etc/passwd"),
        set_param("lstm_units", 10**9),
        set_param("lstm_layers", 10**9),
        set_param("n_segments", 10**9),
        set_param("dense_units", {"items": [[[[1]], 2]]}),
        set_param("filters", -1),
        set_param("epochs", "many"),
        set_param("conv_activation", "eval"),
    ],
)
def test_hostile_content(saved, tmp_path, change):
    with pytest.raises(ModelFileError):
        load_model(tampered(saved, tmp_path / "model", change))


def raw(path, header, body=b""):
    """A file with this header and a right checksum."""
    header = header.replace(b"RECORD", b'"{\\"checksum\\": \\"' + b"0" * 64 + b'\\"}"')
    content = len(header).to_bytes(8, "little") + header + body
    digest = hashlib.sha256(content).hexdigest().encode()
    path.write_bytes(content.replace(b"0" * 64, digest, 1))
    return path


ENTRY = b'{"__metadata__": {"skquake":RECORD}, "a": {"dtype": %b, "shape": %b, "data_offsets": %b}}'


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (b"{}", "not a model saved by skquake"),
        (b'{"__metadata__": {"skquake":RECORD}}', "9 bytes of arrays, 0 are described"),
        (b'{"__metadata__": {"skquake":RECORD}}' + b"[" * 100_000, "Extra data"),
        (b'{"__metadata__": {"skquake":RECORD}, "a": ' + b"[" * 100_000, "recursion|nested|Expec|overflow"),
        (b'{"__metadata__": {"skquake":RECORD, "more": "1"}}', "metadata of another kind"),
        (b'{"__metadata__": {"skquake":RECORD}, "a": 3}', "not subscriptable"),
        (b'{"__metadata__": {"skquake":RECORD}, "a": {}, "a": {}}', "there twice"),
        (b'{"x": NaN, "__metadata__": {"skquake":RECORD}}', "not subscriptable"),
        (b'\xff{"__metadata__": {"skquake":RECORD}}', "decode"),
        (ENTRY % (b'"F64"', b"[" + b"1," * 99_999 + b"1]", b"[0, 8]"), r"an array of shape \[1, 1, "),
        (ENTRY % (b'"F64"', b"[-1]", b"[0, 9]"), r"an array of shape \[-1\]"),
        (ENTRY % (b'"F64"', b"[4000000000, 4000000000]", b"[0, 9]"), "at bytes 0 to 9"),
        (ENTRY % (b'"F64"', b"[" + b"9" * 5000 + b"]", b"[0, 9]"), "Exceeds the limit"),
        (ENTRY % (b'"F64"', b"[1]", b"[1, 9]"), "at bytes 1 to 9"),
        (ENTRY % (b'"F64"', b"[1]", b"[0, 8]"), "9 bytes of arrays, 8 are described"),
        (ENTRY % (b'"U8"', b"[9]", b"[0, 9]"), "an array of type 'U8'"),
        (ENTRY % (b'"F8_E4M3"', b"[9]", b"[0, 9]"), "an array of type 'F8_E4M3'"),
        (ENTRY % (b'"object"', b"[9]", b"[0, 9]"), "an array of type 'object'"),
        (ENTRY % (b"[]", b"[9]", b"[0, 9]"), "unhashable"),
        (ENTRY % (b'"BOOL"', b"[9]", b"[0, 9]"), "neither 0 nor 1"),
        (ENTRY % (b'"BOOL"', b"[true, 9]", b"[0, 9]"), "an array of shape"),
    ],
    ids=lambda value: None if isinstance(value, str) else "header",
)
def test_hostile_header(header, said, tmp_path):
    with pytest.raises(ModelFileError, match=said):
        load_model(raw(tmp_path / "model", header, b"\x02" * 9))


def test_limits_are_checked_before_anything_is_restored(saved, tmp_path, monkeypatch):
    steps = read_container(saved)[0]["steps"]
    many = tampered(saved, tmp_path / "steps", lambda found, _: found.extend([dict(steps[1])] * 400))
    restored, loaded = [], []
    monkeypatch.setattr(_saving, "_restore", lambda *_: restored.append(1))
    with pytest.raises(ModelFileError, match="402 steps, a model has 1 to 32"):
        load_model(many)
    two = tampered(saved, tmp_path / "two", lambda found, _: found.append(dict(steps[1])))
    with pytest.raises(ModelFileError, match="'SeqNetQuakeClassifier' before the last"):
        load_model(two)
    entry = b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    empty = b",".join(entry % i for i in range(MOST_ARRAYS + 1))
    monkeypatch.setattr("safetensors.numpy.load", lambda *_: loaded.append(1))
    with pytest.raises(ModelFileError, match=f"{MOST_ARRAYS + 1} arrays, at most {MOST_ARRAYS}"):
        load_model(raw(tmp_path / "arrays", b'{"__metadata__":{"skquake":RECORD},' + empty + b"}"))
    monkeypatch.setattr(_container, "json", None)
    with open(tmp_path / "large", "wb") as file:  # room for two million empty arrays
        file.write((120_000_000).to_bytes(8, "little"))
        file.truncate(120_000_008)
    with pytest.raises(ModelFileError, match="not a model saved by skquake"):
        load_model(tmp_path / "large")
    assert not restored and not loaded


def test_a_claim_beyond_the_weights_builds_no_network(saved, tmp_path, monkeypatch):
    built = []
    monkeypatch.setattr(SeqNetQuakeClassifier, "_weight_shapes", lambda _: built.append(1))
    for name, value in (("lstm_units", 10**9), ("lstm_layers", 10**6), ("n_segments", 4000)):
        with pytest.raises(ModelFileError, match=r"layers of .* units, .* segments: "):
            load_model(tampered(saved, tmp_path / "model", set_param(name, value)))
    assert not built


def test_more_than_a_file_may_hold_is_not_written(tmp_path):
    arrays = {str(i): np.zeros(0) for i in range(MOST_ARRAYS + 1)}
    with pytest.raises(ValueError, match=f"{MOST_ARRAYS + 1} arrays and .* bytes of description"):
        write_container(tmp_path / "model", {}, arrays)
    with pytest.raises(ValueError, match="bytes of description"):
        write_container(tmp_path / "model", {"text": "x" * MOST_HEADER}, {})
    with pytest.raises(TypeError, match="a is of type float16"):
        write_container(tmp_path / "model", {}, {"a": np.zeros(1, "float16")})
    assert not list(tmp_path.iterdir())


def test_files_of_keras_are_told(tmp_path):
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.save(tmp_path / "best.keras")
    model.save_weights(tmp_path / "best.weights.h5")
    for name, kind in (("best.keras", "a zip archive, as Keras"), ("best.weights.h5", "an HDF5 file, as")):
        with pytest.raises(ModelFileError, match=f"{kind}.*by save_model\\(model, path\\)"):
            load_model(tmp_path / name)
    with pytest.raises(ValueError, match="a folder"):
        load_model(tmp_path)


def test_other_tools_read_the_file(saved):
    from safetensors import safe_open

    with safe_open(saved, "numpy") as file:
        record = json.loads(file.metadata()["skquake"])
        assert record["steps"][1]["class"] == "SeqNetQuakeClassifier"
        assert file.get_tensor("0.center_").shape == (2,)


def test_saved_networks_are_small(saved):
    assert saved.stat().st_size < 20_000


def test_default_network_round_trip(tmp_path):
    model = SeqNetQuakeClassifier(epochs=1, random_state=0).fit(
        np.random.default_rng(2).normal(size=(60, 20, 2)), Y
    )
    save_model(model, tmp_path / "model")
    assert len(load_model(tmp_path / "model").weights_) == len(model.weights_)
