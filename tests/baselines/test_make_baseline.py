"""Every name gives a pipeline that learns, with probabilities, the same from the same seed."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import RidgeClassifierCV
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RandomizedSearchCV

from skquake.baselines import make_baseline
from skquake.model_selection import spaces
from skquake.preprocessing import ChannelScaler

NETWORK = dict(epochs=12, dense_units=8, learning_rate=0.02)
SMALL = {
    "RF": dict(n_estimators=20),
    "GBM": dict(n_estimators=20),
    "LightGBM": dict(n_estimators=20, min_child_samples=5),
    "SVM": {},
    "DNN": NETWORK,
    "CNN": NETWORK,
    "LSTM": NETWORK | dict(lstm_units=8, lstm_layers=1),
    "MiniRocket": {},
    "MultiRocket": {},
    "Hydra": {},
    "QUANT": dict(n_estimators=20),
    "logistic": {},
    "profile": {},
}
COMPILED = ("MiniRocket", "MultiRocket")  # by numba, which takes a minute or more the first time
NAMES = [pytest.param(n, marks=pytest.mark.slow) if n in COMPILED else n for n in SMALL]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.tile([0, 1, 2], 40)
    X = rng.normal(size=(120, 12, 2)).astype(np.float32)
    X[:, :, 0] += 2 * y[:, np.newaxis]
    return X, y


@pytest.mark.parametrize("name", NAMES)
def test_learns_and_repeats(name, data):
    if name in COMPILED:
        pytest.importorskip("numba")
    X, y = data
    model = make_baseline(name, ChannelScaler(), random_state=0, n_jobs=1, **SMALL[name])
    proba = clone(model).fit(X[:90], y[:90]).predict_proba(X[90:])
    assert proba.shape == (30, 3)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, rtol=1e-5)
    assert roc_auc_score(y[90:], proba, multi_class="ovr") > 0.85
    np.testing.assert_allclose(clone(model).fit(X[:90], y[:90]).predict_proba(X[90:]), proba, rtol=1e-6)


def test_calibration_fits_the_ridge_three_times_and_leaves_its_classes(data, monkeypatch):
    X, y = data
    fits = []
    fit = RidgeClassifierCV.fit
    monkeypatch.setattr(RidgeClassifierCV, "fit", lambda *args, **kw: fits.append(0) or fit(*args, **kw))
    model = make_baseline("Hydra", ChannelScaler(), random_state=0).fit(X[:90], y[:90])
    assert len(fits) == 3
    ridge = model[-1].calibrated_classifiers_[0].estimator
    np.testing.assert_array_equal(model.predict(X[90:]), ridge.predict(model[:-1].transform(X[90:])))


@pytest.mark.parametrize("name", [n for n in SMALL if n not in COMPILED])
def test_parameters_reach_the_model(name):
    regularised = dict.fromkeys(("SVM", "logistic", "profile"), ("C", 7.0)) | {"Hydra": ("alphas", [7.0])}
    key, value = regularised.get(
        name, ("epochs", 7) if name in ("DNN", "CNN", "LSTM") else ("n_estimators", 7)
    )
    model = make_baseline(name, **{key: value})[-1]
    assert getattr(model.estimator if name in ("SVM", "Hydra") else model, key) == value


def test_sample_weight_reaches_all():
    from sklearn.utils.validation import has_fit_parameter

    for name in SMALL:
        if name not in COMPILED:
            assert has_fit_parameter(make_baseline(name)[-1], "sample_weight"), name


def test_profile_sees_logarithms_and_takes_what_is_missing():
    rng = np.random.default_rng(0)
    y = np.tile([0, 1], 100)
    X = rng.lognormal(11.0, 0.3, (200, 21, 2)).astype(np.float32)
    X[:, 8:12, 0] *= np.where(y, 1.6, 1.0)[:, np.newaxis]
    X[:, :, 1] -= X[:, :, 1].mean()  # a channel of both signs
    X[::7, :6] = np.nan
    X[::9, 3, 0] = np.nan
    model = make_baseline("profile").fit(X[:120], y[:120])
    assert model["channellog"].log_.tolist() == [0]
    assert model[-1].C == 0.1 and model[-1].coef_.shape == (1, 12)
    assert roc_auc_score(y[120:], model.predict_proba(X[120:])[:, 1]) > 0.9
    space = spaces.profile()
    assert set(space) <= set(model.get_params())
    assert RandomizedSearchCV(model, space, n_iter=3, cv=2, random_state=0).fit(X, y).best_score_ > 0.7


@pytest.mark.parametrize("name", ["QUANT", "Hydra"])
def test_windows_with_gaps_are_taken(name, data):
    X, y = data[0].copy(), data[1]
    X[np.random.default_rng(1).random(X.shape) < 0.1] = np.nan
    X[0] = np.nan
    model = make_baseline(name, ChannelScaler(), random_state=0, **SMALL[name]).fit(X[:90], y[:90])
    assert roc_auc_score(y[90:], model.predict_proba(X[90:]), multi_class="ovr") > 0.8


def test_the_multirocket_is_the_one_of_10_000_features():
    pytest.importorskip("numba")
    rocket = make_baseline("MultiRocket", random_state=0)[0].transformer
    assert rocket.num_kernels * rocket.n_features_per_kernel * 2 == 10_000


def test_unknown_name_lists_the_known():
    with pytest.raises(ValueError, match="'rf' is no baseline; there are RF, GBM, LightGBM, SVM, DNN, CNN"):
        make_baseline("rf")
