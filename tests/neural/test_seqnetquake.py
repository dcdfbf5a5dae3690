"""SeqNetQuakeClassifier as a scikit-learn classifier."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from common.tiny import tiny_seqnetquake
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skquake import SeqNetQuakeClassifier
from skquake.neural import _model_cache


def windows(n=90, labels=("quiet", "seismic", "storm"), seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 8, 2)).astype(np.float32)
    codes = np.arange(n) % len(labels)
    X += codes[:, None, None]
    return X, np.array(labels)[codes]


def learner(**changes):
    return tiny_seqnetquake(
        **({"epochs": 12, "learning_rate": 0.02, "filters": 4, "kernel_size": 2, "lstm_units": 8} | changes)
    )


@pytest.fixture(scope="module")
def fitted():
    return learner().fit(*windows())


def test_learns_and_gives_probabilities(fitted):
    X, y = windows(seed=1)
    probability = fitted.predict_proba(X)
    assert list(fitted.classes_) == ["quiet", "seismic", "storm"]
    assert probability.shape == (90, 3) and probability.dtype == np.float64
    np.testing.assert_allclose(probability.sum(axis=1), 1.0, atol=1e-12)
    assert fitted.score(X, y) > 0.8
    assert set(fitted.history_) == {"loss", "accuracy"} and len(fitted.history_["loss"]) == 12
    assert fitted.history_["loss"][-1] < fitted.history_["loss"][0]
    assert fitted.n_features_in_ == 8 and fitted.input_shape_ == (8, 2)
    assert all(not w.flags.writeable for w in fitted.weights_)


def test_two_dimensions_mean_one_channel():
    X, y = windows()
    flat = tiny_seqnetquake().fit(X[:, :, 0], y)
    deep = tiny_seqnetquake().fit(X[:, :, :1], y)
    np.testing.assert_array_equal(flat.predict_proba(X[:, :, 0]), deep.predict_proba(X[:, :, :1]))


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_seed_decides_everything_and_global_state_is_left_alone(dropout):
    X, y = windows()
    model = learner(epochs=2, dropout=dropout)
    np.random.seed(3)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = model.fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    tiny_seqnetquake(random_state=5).fit(X, y)
    np.testing.assert_array_equal(clone(model).fit(X, y).predict_proba(X), first)
    for other in (1, None):
        assert not np.allclose(clone(model).set_params(random_state=other).fit(X, y).predict_proba(X), first)
    state = np.random.RandomState(0)
    a, b = (clone(model).set_params(random_state=state).fit(X, y) for _ in range(2))
    assert not np.allclose(a.predict_proba(X), b.predict_proba(X))


def test_fresh_build_and_refit_agree():
    """A model from the cache gives what a newly compiled one gives."""
    X, y = windows()
    refit = learner(epochs=2, dropout=0.3).fit(X, y).predict_proba(X)
    _model_cache.clear()
    np.testing.assert_array_equal(learner(epochs=2, dropout=0.3).fit(X, y).predict_proba(X), refit)


def test_two_of_one_architecture_live_side_by_side_and_in_threads(fitted):
    X, y = windows()
    seeds = list(range(4))
    alone = [learner(epochs=2, random_state=seed).fit(X, y).predict_proba(X) for seed in seeds]
    expected = fitted.predict_proba(X)
    with ThreadPoolExecutor(4) as pool:
        models = list(pool.map(lambda seed: learner(epochs=2, random_state=seed).fit(X, y), seeds))
        again = list(pool.map(lambda model: model.predict_proba(X), models * 3))
    for k, probability in enumerate(again):
        np.testing.assert_array_equal(probability, alone[k % 4])
    np.testing.assert_array_equal(fitted.predict_proba(X), expected)


def test_pickle_and_copies(fitted):
    X, _ = windows()
    expected = fitted.predict_proba(X)
    data = pickle.dumps(fitted)
    assert len(data) < 30_000
    for other in (pickle.loads(data), copy.deepcopy(fitted)):
        np.testing.assert_array_equal(other.predict_proba(X), expected)
    assert not hasattr(clone(fitted), "weights_")


def test_cross_validation_stratifies_and_scores():
    X, y = windows()
    y = np.sort(y)  # unstratified folds would lack whole classes
    X = X[np.argsort(np.arange(90) % 3, kind="stable")]
    model = learner()
    assert is_classifier(model)
    assert cross_val_score(model, X, y, cv=3, scoring="roc_auc_ovr").min() > 0.8
    binary = y != "storm"
    assert cross_val_score(model, X[binary], y[binary], cv=2, scoring="roc_auc").min() > 0.8


@pytest.mark.slow
def test_search_in_two_processes():
    X, y = windows()
    search = GridSearchCV(learner(epochs=2), {"filters": [2, 3]}, cv=2, n_jobs=2).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_voting_and_calibration():
    X, y = windows()
    voting = VotingClassifier([("a", learner()), ("b", learner(random_state=1))], voting="soft")
    assert voting.fit(X, y).score(X, y) > 0.8
    flat = X.reshape(len(X), -1)  # calibration takes tables
    calibrated = CalibratedClassifierCV(learner(), cv=2).fit(flat, y)
    assert calibrated.predict_proba(flat).shape == (90, 3)


def test_early_stopping_in_a_pipeline_returns_to_the_best_epoch():
    X, y = windows()
    X = X + np.random.default_rng(2).normal(scale=3.0, size=X.shape)
    model = learner(epochs=60, validation_fraction=0.3, patience=3, learning_rate=0.05, filters=8)
    pipeline = make_pipeline(FunctionTransformer(), model).fit(X, y)
    history = pipeline[-1].history_
    best = int(np.argmin(history["val_loss"]))
    assert len(history["val_loss"]) == best + 4 < 60
    to_best = clone(model).set_params(epochs=best + 1, patience=None).fit(X, y)
    np.testing.assert_allclose(pipeline.predict_proba(X), to_best.predict_proba(X), atol=1e-6)


def test_weights_of_samples_and_classes():
    X, y = windows()
    noise = np.random.default_rng(0).normal(size=X.shape)
    heavy = np.where(y == "storm", 50.0, 1.0)
    plain, by_sample, by_class, both = (
        learner(class_weight=class_weight).fit(noise, y, sample_weight)
        for class_weight, sample_weight in [
            (None, None),
            (None, heavy),
            ({"quiet": 1, "seismic": 1, "storm": 50}, None),
            ("balanced", np.ones(90)),
        ]
    )
    assert (plain.predict(noise) == "storm").mean() < 0.7 < (by_sample.predict(noise) == "storm").mean()
    np.testing.assert_array_equal(by_sample.predict_proba(noise), by_class.predict_proba(noise))
    np.testing.assert_allclose(plain.predict_proba(noise), both.predict_proba(noise), atol=1e-5)
    scaled = learner().fit(noise, y, 1e-6 * heavy)
    np.testing.assert_allclose(scaled.predict_proba(noise), by_sample.predict_proba(noise), atol=1e-4)


def test_warm_start_continues(fitted):
    X, y = windows()
    model = learner(epochs=2, warm_start=True).fit(X, y)
    loss = model.history_["loss"][-1]
    model.fit(X, y)
    assert len(model.history_["loss"]) == 4 and model.history_["loss"][2] < loss * 1.1
    with pytest.raises(ValueError, match="warm_start: windows have shape"):
        model.fit(X[:, :6], y)
    with pytest.raises(ValueError, match="warm_start: y has classes"):
        model.fit(X, np.where(y == "quiet", "other", y))


def test_pretrained_and_freeze(fitted):
    X, y = windows(seed=3)
    model = learner(pretrained=FrozenEstimator(fitted), freeze=["conv", "lstm"], epochs=2)
    tuned = clone(model).fit(X, y)
    same = [np.array_equal(a, b) for a, b in zip(tuned.weights_, fitted.weights_, strict=True)]
    assert same == [True] * 8 + [False, False]
    assert tuned.history_["loss"][0] < fitted.history_["loss"][0]
    two = y != "storm"
    assert clone(model).fit(X[two], y[two]).predict_proba(X).shape == (90, 2)


def test_callbacks_are_fresh_each_fit():
    from keras.callbacks import Callback

    class Counter(Callback):
        epochs = 0

        def on_epoch_end(self, epoch, logs=None):
            self.epochs += 1
            self.model.stop_training = self.epochs == 2

    counter = Counter()
    model = learner(callbacks=[counter], epochs=5)
    for _ in range(2):
        assert len(model.fit(*windows()).history_["loss"]) == 2
    assert counter.epochs == 0


def test_verbose_shows_progress(capsys):
    tiny_seqnetquake(verbose=2).fit(*windows())
    assert "Epoch 2/2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"n_segments": 3}, ValueError, "multiple of 3"),
        ({"kernel_size": 5, "conv_layers": 2}, ValueError, "conv_layers=2, kernel_size=5 cannot be built"),
        ({"patience": 3}, ValueError, "validation_fraction > 0"),
        ({"validation_fraction": 0.001}, ValueError, "leaves none to validate on"),
        ({"freeze": ["conv"]}, ValueError, "freeze without pretrained"),
        ({"freeze": ["head"]}, ValueError, "'head' is no stage"),
        ({"pretrained": tiny_seqnetquake()}, TypeError, "FrozenEstimator"),
        ({"pretrained": "file.keras"}, FileNotFoundError, "file.keras"),
        ({"pretrained": 3}, TypeError, r"FrozenEstimator\(fitted\)"),
        ({"pretrained": FrozenEstimator(FunctionTransformer())}, TypeError, "not a neural classifier"),
        ({"pretrained": FrozenEstimator(tiny_seqnetquake())}, NotFittedError, "not fitted"),
        ({"dropout": 1.0}, ValueError, "dropout"),
        ({"filters": "four"}, ValueError, "filters"),
        ({"learning_rate": 1e38, "epochs": 5}, ValueError, "diverged"),
    ],
)
def test_bad_parameters(changes, error, message):
    with pytest.raises(error, match=message):
        tiny_seqnetquake(**changes).fit(*windows())


def test_pretrained_of_another_architecture_is_refused(fitted):
    with pytest.raises(ValueError, match="does not fit this one"):
        learner(pretrained=FrozenEstimator(fitted), lstm_layers=2).fit(*windows())


def test_bad_data(fitted):
    X, y = windows()
    hole = X.copy()
    hole[17, 3, 1] = np.nan
    for call in (lambda: tiny_seqnetquake().fit(hole, y), lambda: fitted.predict(hole)):
        with pytest.raises(ValueError, match="sample 17"):
            call()
    with pytest.raises(ValueError, match="one class only"):
        tiny_seqnetquake().fit(X, np.zeros(90))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        tiny_seqnetquake().fit(X, y[:-1])
    with pytest.raises(ValueError, match=r"shape \(8, 1\), but fit saw \(8, 2\)"):
        fitted.predict(X[:, :, :1])
    with pytest.raises(ValueError, match=r"[Nn]egative"):
        tiny_seqnetquake().fit(X, y, -np.ones(90))


def test_batch_larger_than_the_data():
    X, y = windows(n=7)
    assert SeqNetQuakeClassifier(
        conv_layers=1, lstm_layers=1, lstm_units=2, dense_units=2, batch_size=100, epochs=1
    ).fit(X, y).predict(X).shape == (7,)
