"""The image networks: backbones, strides, weights, mixing, saving, and the checks of the project."""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone, is_classifier
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline

from skquake.neural import (
    FineTuned,
    ModelFileError,
    RepeatedScores,
    SeqNetQuakeClassifier,
    SIPClassifier,
    load_model,
    repeated_scores,
    save_model,
)
from skquake.neural._mixing import Mixing
from skquake.neural._sip_networks import (
    _PREPROCESSING,
    BACKBONES,
    _flat,
    backbone_weights,
    inflated,
    sip_network,
)
from skquake.sampling import SIPImages
from skquake.sources import SeriesSource
from skquake.testing import parametrize_with_skquake_checks

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 30, 24, 6)).astype("float32")
Y = np.repeat(["normal", "precursor"], 24)
X[24:, -5:, 8:16, 4] += 2.0
SMALL = dict(epochs=2, learning_rate=0.02, random_state=0)


def small(**changes):
    return SIPClassifier("cnn", **(SMALL | changes))


@pytest.fixture(scope="module")
def fitted():
    return small(epochs=20).fit(X, Y)


# scikit-learn's checks hand out 2-D arrays (n, features), which are images one hour wide of one channel;
# none hands out 4-D ones, for which the checks of the project stand below.
LEARNING = dict(epochs=10, learning_rate=0.05, batch_size=64, dropout=0.0, random_state=0)
SIGMOID = SIPClassifier("cnn", **LEARNING)


@pytest.mark.slow
@parametrize_with_skquake_checks([SIGMOID])
def test_checks_of_two_classes(estimator, check):
    check(estimator)


# The same promises for images


def check_learns(model):
    assert model.score(X, Y) > 0.9
    assert is_classifier(model) and list(model.classes_) == ["normal", "precursor"]
    assert model.image_shape_ == (30, 24, 6) and model.n_features_in_ == 30


def check_probabilities(model):
    probability = model.predict_proba(X)
    assert probability.shape == (48, 2) and probability.dtype == np.float64
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    np.testing.assert_array_equal(model.predict(X), model.classes_[probability.argmax(axis=1)])


def check_rows_do_not_matter_to_each_other(model):
    order = np.random.default_rng(1).permutation(len(X))
    np.testing.assert_allclose(model.predict_proba(X[order]), model.predict_proba(X)[order], atol=1e-6)
    np.testing.assert_allclose(model.predict_proba(X[:3]), model.predict_proba(X)[:3], atol=1e-6)


def check_same_seed_same_model(model):
    one, two, other = (small(mixup=0.4, cutmix=1.0, random_state=seed).fit(X, Y) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.predict_proba(X), two.predict_proba(X))
    assert (one.predict_proba(X) != other.predict_proba(X)).any()


def check_input_and_parameters_are_left_alone(model):
    before, twin = X.copy(), clone(model)
    parameters = twin.get_params()
    twin.set_params(epochs=1).fit(X, Y)
    np.testing.assert_array_equal(X, before)
    assert twin.get_params() == parameters | {"epochs": 1}


def check_wrong_images_are_named(model):
    with pytest.raises(ValueError, match=r"images of shape \(29, 24, 6\)|29 features"):
        model.predict(X[:, 1:])
    with pytest.raises(ValueError, match=r"images of shape \(30, 24, 5\), but fit saw \(30, 24, 6\)"):
        model.predict(X[..., 1:])
    hole = X.copy()
    hole[3, 2, 1, 0] = np.nan
    for method in (model.predict, lambda images: clone(model).fit(images, Y)):
        with pytest.raises(ValueError, match=r"sample 3 \(day 2, hour 1, channel 0\)"):
            method(hole)
    with pytest.raises(ValueError, match=r"expected images of shape \(n_samples, days, hours, channels\)"):
        model.fit(X[..., np.newaxis], Y)
    with pytest.raises(ValueError, match="do not fit into image_size=32; use at least 40"):
        small().fit(np.zeros((4, 40, 24, 6)), Y[22:26])


@pytest.mark.parametrize(
    "check",
    [
        value
        for name, value in list(globals().items())
        if name.startswith("check_") and "model" in value.__code__.co_varnames
    ],
    ids=lambda check: check.__name__,
)
def test_images(fitted, check):
    check(fitted)


def test_three_dimensions_are_one_channel():
    images = X[..., 4]
    one = small().fit(images, Y).predict_proba(images)
    np.testing.assert_array_equal(
        one, small().fit(images[..., np.newaxis], Y).predict_proba(images[..., None])
    )


def test_units_and_levels_of_channels_do_not_matter():
    other = X * np.array([10.0, 2, 3, 4, 5, 6]) + np.array([30.0, 0, 0, 0, 0, 100])
    one, two = small().fit(X, Y).predict_proba(X), small().fit(other, Y).predict_proba(other)
    np.testing.assert_allclose(one, two, atol=1e-3)
    model = small(standardize=False).fit(X, Y)
    assert (model.center_ == 0).all() and (model.scale_ == 1).all()


def test_sigmoid_is_for_two_classes():
    with pytest.raises(ValueError, match=r"3 classes.*use 'softmax'"):
        small().fit(X, np.arange(48) % 3)
    assert small(output="softmax").fit(X, np.arange(48) % 3).predict_proba(X).shape == (48, 3)
    assert small().fit(X, Y).weights_[-1].shape == (1,)


def test_weight_zero_is_absence():
    weight = np.r_[np.ones(40), np.zeros(8)]
    model = small(standardize=False, batch_size=40, dropout=0.0)
    ignored = np.concatenate([X[:40], 50 + X[40:]])
    np.testing.assert_allclose(
        model.fit(X, Y, weight).predict_proba(X),
        clone(model).fit(ignored, Y, weight).predict_proba(X),
        atol=1e-5,
    )


# Strides and backbones


@pytest.mark.parametrize(
    ("unit_strides", "heights"), [((), [16, 8, 4]), ((0,), [32, 16, 8]), ((0, 2), [32, 16, 16])]
)
def test_strides(unit_strides, heights):
    model = sip_network((32, 32, 6), 2, backbone="cnn", unit_strides=unit_strides).get_layer("conv_backbone")
    assert [model.get_layer(f"conv{i}").output.shape[1] for i in range(3)] == heights


def test_impossible_strides_are_named():
    with pytest.raises(ValueError, match=r"cnn has 3 reductions of resolution, 0 \(its stem\) to 2"):
        small(unit_strides=(3,)).fit(X, Y)
    with pytest.raises(ValueError, match="unit_strides must be whole numbers"):
        small(unit_strides=("stem",)).fit(X, Y)


def reductions(model):
    return [layer for layer in _flat(model) if max(np.atleast_1d(getattr(layer, "strides", 1))) > 1]


@pytest.mark.slow
@pytest.mark.parametrize("backbone", sorted(set(BACKBONES) - {"cnn"}))
def test_backbone(backbone, tmp_path):
    """Six channels, one reduction fewer; weights for RGB fit; it trains and predicts."""
    plain = sip_network((32, 32, 6), 2, backbone=backbone, unit_strides=()).get_layer("conv_backbone")
    unit = sip_network((32, 32, 6), 2, backbone=backbone).get_layer("conv_backbone")
    assert len(reductions(unit)) == len(reductions(plain)) - 1
    assert reductions(plain)[0].name not in {layer.name for layer in reductions(unit)}
    assert [w.shape for w in unit.weights] == [w.shape for w in plain.weights]
    assert all(layer.momentum <= 0.9 for layer in _flat(unit) if hasattr(layer, "momentum"))

    from keras import applications

    options = {"include_preprocessing": False} if backbone.startswith(_PREPROCESSING) else {}
    rgb = getattr(applications, BACKBONES[backbone])(
        include_top=False, weights=None, input_shape=(32, 32, 3), pooling="avg", **options
    )
    rgb.save_weights(tmp_path / "rgb.weights.h5")
    model = SIPClassifier(
        backbone,
        weights=tmp_path / "rgb.weights.h5",
        freeze=["conv"],
        unit_strides=(),
        epochs=1,
        random_state=0,
    ).fit(X, Y)
    # Frozen, and three equal channels twice: the features are those of Keras' own network.
    image = np.repeat(np.random.default_rng(1).normal(size=(2, 32, 32, 1)).astype("float32"), 6, axis=3)
    ours = sip_network((32, 32, 6), 2, backbone=backbone, unit_strides=())
    ours.set_weights(model.weights_)
    found = ours.get_layer("conv_backbone").predict_on_batch(image)
    np.testing.assert_allclose(found, rgb.predict_on_batch(image[..., :3]), rtol=1e-3, atol=1e-3)
    assert np.isfinite(model.predict_proba(X)).all()


# Weights


def rgb_file(path):
    from skquake.neural._sip_networks import _plain

    model = _plain("cnn", (32, 32, 3))
    model.save_weights(path)
    return model


def test_weights_from_a_file(tmp_path):
    path = tmp_path / "rgb.weights.h5"
    given_weights = rgb_file(path).get_weights()
    model = small(weights=path, freeze=["conv"]).fit(X, Y)
    expected = inflated(given_weights, model.weights_[:-2], "weights")
    for ours, theirs in zip(model.weights_[:-2], expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    moved = small(weights=str(path)).fit(X, Y).weights_
    assert (moved[0] != expected[0]).any()


@pytest.mark.parametrize("channels", [1, 3, 4, 6])
def test_inflated_stem_treats_grey_images_alike(channels):
    kernel = np.random.default_rng(2).normal(size=(3, 3, 3, 8)).astype("float32")
    (stem,) = inflated([kernel], [np.zeros((3, 3, channels, 8), "float32")], "weights")
    assert stem.dtype == np.float32
    if channels >= 3:
        np.testing.assert_allclose(stem.sum(axis=2), kernel.sum(axis=2), rtol=1e-5, atol=1e-6)


def test_weights_that_do_not_fit(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match="no such file"):
        small(weights=tmp_path / "absent.h5").fit(X, Y)
    (tmp_path / "text.weights.h5").write_text("no weights")
    with pytest.raises(ValueError, match="not those of cnn without its top"):
        small(weights=tmp_path / "text.weights.h5").fit(X, Y)
    with pytest.raises(ValueError, match="there are none of backbone='cnn'"):
        small(weights="imagenet").fit(X, Y)
    with pytest.raises(ValueError, match="give one of them"):
        small(weights="imagenet", pretrained="model.skq").fit(X, Y)
    with pytest.raises(ValueError, match="weight array 0"):
        inflated([np.zeros((5, 5, 3, 8))], [np.zeros((3, 3, 6, 8))], "weights")

    from keras.src.utils import file_utils

    def offline(*args, **kwargs):
        raise Exception("URL fetch failure")

    monkeypatch.setattr(file_utils, "get_file", offline)
    with pytest.raises(OSError, match=r"could not download .*URL fetch failure.*weights=None"):
        backbone_weights("vgg16", "imagenet")


# Mixing


@given(mixup=st.sampled_from([0.0, 0.3]), cutmix=st.sampled_from([0.0, 1.0]), seed=st.integers(0, 2**31))
def test_mixing_is_a_fair_blend(mixup, cutmix, seed):
    """Images of two constants: the label's share is that of the pixels, and weight is conserved."""
    rng = np.random.default_rng(seed)
    n, rows, columns = 12, slice(1, 31), slice(4, 28)
    codes = rng.integers(0, 2, n)
    images = np.zeros((n, 32, 32, 2), np.float32)
    images[:, rows, columns] = codes[:, None, None, None]
    weight = rng.uniform(0.5, 2, n).astype(np.float32)
    mixed, labels, total = Mixing(mixup, cutmix, rows, columns)(images, np.eye(2)[codes], weight, rng)
    assert mixed.shape == images.shape and not mixed[:, 0].any() and not mixed[:, :, :4].any()
    np.testing.assert_allclose(labels.sum(axis=1), 1, atol=1e-6)
    # The share by pixels and that by weighted label differ by the weights alone: with equal ones none.
    equal = Mixing(mixup, cutmix, rows, columns)(
        images, np.eye(2)[codes], np.ones(n, np.float32), np.random.default_rng(seed)
    )
    np.testing.assert_allclose(equal[0][:, rows, columns].mean(axis=(1, 2, 3)), equal[1][:, 1], atol=1e-5)
    np.testing.assert_allclose(total.sum(), weight.sum(), rtol=1e-5)
    np.testing.assert_allclose((total[:, None] * labels).sum(axis=0), weight @ np.eye(2)[codes], rtol=1e-4)


@pytest.mark.parametrize("mix", [{"mixup": 0.4}, {"cutmix": 1.0}, {"mixup": 0.4, "cutmix": 1.0}])
def test_mixing_changes_training_and_still_learns(fitted, mix):
    model = small(epochs=20, **mix).fit(X, Y)
    assert model.score(X, Y) > 0.8
    assert model.history_["loss"] != fitted.history_["loss"]


# Saving, transfer, repeats


def test_round_trip(fitted, tmp_path):
    save_model(fitted, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(X), fitted.predict_proba(X))
    assert loaded.unit_strides in ((0,), [0]) and loaded.image_shape_ == (30, 24, 6)


def test_pipeline_keeps_its_channels(tmp_path):
    time = pd.date_range("2001-01-01", periods=60 * 12, freq="2h")
    place = pd.DataFrame({"latitude": [36.5], "longitude": [142.0]}, index=["TEC"])
    source = SeriesSource(
        pd.DataFrame({"TEC": np.random.default_rng(3).normal(size=len(time))}, index=time), place
    )
    samples = pd.DataFrame({"time": time[50 * 12 :: 6], "latitude": 36.5, "longitude": 142.0})
    model = make_pipeline(SIPImages(source), small()).fit(samples, np.arange(len(samples)) % 2)
    save_model(model, tmp_path / "model")
    again = make_pipeline(SIPImages(source), load_model(tmp_path / "model", channels=["TEC"]))
    np.testing.assert_array_equal(again.predict_proba(samples), model.predict_proba(samples))
    with pytest.raises(ValueError, match=r"trained on \['TEC'\]"):
        load_model(tmp_path / "model", channels=["Ne"])


@pytest.mark.parametrize(
    "change",
    [
        {"image_shape_": (30, 24, 5)},
        {"image_shape_": (40, 24, 6)},
        {"n_features_in_": 24},
        {"scale_": np.zeros(6)},
        {"center_": np.zeros(5)},
    ],
    ids=str,
)
def test_hostile_content(fitted, tmp_path, change):
    model = clone(fitted)
    vars(model).update(vars(fitted) | change)
    save_model(model, tmp_path / "model")
    with pytest.raises(ModelFileError):
        load_model(tmp_path / "model")


def test_warm_start_keeps_the_first_standard(fitted):
    model = small(warm_start=True).fit(X, Y)
    center = model.center_
    model.fit(X + 5, Y)
    assert model.center_ is center and len(model.history_["loss"]) == 4
    with pytest.raises(ValueError, match="fit saw"):
        model.fit(X[..., 1:], Y)


def test_transfer(fitted):
    tuned = FineTuned(FrozenEstimator(fitted), freeze=["conv"], epochs=1, random_state=0).fit(X, Y)
    for ours, theirs in zip(tuned.model_.weights_[:-2], fitted.weights_[:-2], strict=True):
        np.testing.assert_array_equal(ours, theirs)
    other_head = small(output="softmax", pretrained=FrozenEstimator(fitted), freeze=["conv"]).fit(X, Y)
    np.testing.assert_array_equal(other_head.weights_[0], fitted.weights_[0])
    sequence = SeqNetQuakeClassifier(lstm_units=2, dense_units=2, epochs=1).fit(X[:, :, 0, :2], Y)
    with pytest.raises(ValueError, match="not a SIPClassifier with backbone='cnn'"):
        small(pretrained=FrozenEstimator(sequence)).fit(X, Y)
    with pytest.raises(ValueError, match="6 channels, these windows have 5"):
        small(pretrained=FrozenEstimator(fitted)).fit(X[..., 1:], Y)


def test_repeats(fitted):
    train, test = np.arange(0, 48, 2), np.arange(1, 48, 2)
    model = make_pipeline("passthrough", small(epochs=8))
    found = repeated_scores(model, X, Y, train, test, n_repeats=3, random_state=0)
    again = repeated_scores(model, X, Y, train, test, n_repeats=3, random_state=0)
    np.testing.assert_array_equal(found.scores, again.scores)
    assert found.mean == found.scores.mean() and "(3 repeats)" in repr(found)
    with pytest.raises(ValueError, match="has no random_state"):
        repeated_scores(make_pipeline("passthrough"), X, Y, train, test)


def test_mean_and_deviation_are_those_of_the_published_table():
    plain = [0.6398, 0.6335, 0.6356, 0.6102, 0.6398, 0.6229, 0.6483, 0.6144, 0.6716, 0.6314]
    mixed = [0.6504, 0.6292, 0.6186, 0.6504, 0.6377, 0.6186, 0.6462, 0.6462, 0.6335, 0.6271]
    for scores, printed in ((plain, "0.6348 ± 0.017"), (mixed, "0.6358 ± 0.012")):
        found = RepeatedScores(scores=np.array(scores), mean=np.mean(scores), std=np.std(scores))
        assert repr(found) == f"{printed} (10 repeats)"


APPLY = """
import sys, numpy as np
from skquake.neural import SIPClassifier, load_model
X, y = np.load(sys.argv[1] + "/X.npy"), np.load(sys.argv[1] + "/y.npy")
out = load_model(sys.argv[1] + "/model.skq").predict_proba(X)
one, two = (SIPClassifier("efficientnetv2-b0", epochs=1, mixup=0.2, random_state=0).fit(X, y) for _ in "12")
np.testing.assert_array_equal(one.predict_proba(X), two.predict_proba(X))
import keras
np.save(sys.argv[1] + f"/{keras.backend.backend()}.npy", out)
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "torch", "jax"])
def test_every_backend(fitted, tmp_path, backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    save_model(fitted, tmp_path / "model.skq")
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", Y)
    environment = os.environ | {"KERAS_BACKEND": backend}
    subprocess.run([sys.executable, "-W", "ignore", "-c", APPLY, str(tmp_path)], check=True, env=environment)
    np.testing.assert_allclose(np.load(tmp_path / f"{backend}.npy"), fitted.predict_proba(X), atol=1e-4)
