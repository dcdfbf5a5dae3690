"""Networks that start from a saved one: as pretrained layers, or fine-tuned."""

import numpy as np
import pytest
from common.tiny import tiny_seqnetquake
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline

from skquake.neural import FineTuned, save_model
from skquake.preprocessing import ChannelScaler

X = np.random.default_rng(0).normal(size=(60, 8, 2)).astype("float32")
Y = np.repeat(["quiet", "seismic", "storm"], 20)


@pytest.fixture(scope="module")
def fitted():
    return make_pipeline(ChannelScaler(), tiny_seqnetquake()).fit(X, Y)


@pytest.fixture(scope="module")
def saved(fitted, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "model.skq"
    save_model(fitted, path)
    return path


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
