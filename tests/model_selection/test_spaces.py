"""The papers' search spaces: their ends, and that every combination builds or says why it cannot."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.model_selection import ParameterSampler, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skquake.baselines import make_baseline
from skquake.forecasting import make_forecaster
from skquake.model_selection import spaces
from skquake.neural import (
    CNNClassifier,
    DNNClassifier,
    LSTMClassifier,
    SafeNetClassifier,
    SeqNetQuakeClassifier,
    SIPClassifier,
)
from skquake.preprocessing import WindowFlattener

NETWORKS = [
    (SeqNetQuakeClassifier(), spaces.seqnetquake),
    (SafeNetClassifier(), spaces.seqnetquake),
    (CNNClassifier(), spaces.cnn),
    (LSTMClassifier(), spaces.lstm),
    (DNNClassifier(), spaces.dnn),
]
TABLES = [
    (RandomForestClassifier(), spaces.random_forest),
    (GradientBoostingClassifier(), spaces.gbm),
    (SVC(), spaces.svm),
]
name = lambda pair: type(pair).__name__ if hasattr(pair, "fit") else ""  # noqa: E731


@pytest.mark.parametrize(("estimator", "space"), NETWORKS, ids=name)
@pytest.mark.parametrize("length", [10, 20, 70])
def test_every_combination_builds_or_is_named(estimator, space, length):
    """No network is built: the check before building raises, and counting steps says whether it should."""
    for options in ParameterSampler(space(), 200, random_state=0):
        model = clone(estimator).set_params(**options)
        model._validate_params()
        segments = getattr(model, "n_segments", 1)
        lost = options.get("conv_layers", 0) * (options.get("kernel_size", 1) - 1)
        if length // segments - lost >= 2:
            builder, found = model._architecture(length)
            assert callable(builder) and set(found) <= set(model.get_params())
        else:
            with pytest.raises(ValueError, match=rf"length={length} .*conv_layers=\d, kernel_size=\d cannot"):
                model._architecture(length)


@pytest.mark.slow
@pytest.mark.parametrize(("estimator", "space"), NETWORKS, ids=name)
def test_a_combination_of_each_trains(estimator, space):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(24, 20, 2)), np.tile([0, 1], 12)
    small = {"epochs": 1, "lstm_units": 4, "lstm_layers": 1, "dense_units": 4}
    (options,) = ParameterSampler(space(), 1, random_state=3)
    options |= {key: value for key, value in small.items() if key in options}
    assert clone(estimator).set_params(**options, random_state=0).fit(X, y).predict(X).shape == (24,)


@pytest.mark.parametrize(("estimator", "space"), TABLES, ids=name)
def test_tables_fit_every_combination(estimator, space):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 9)), np.tile([0, 1], 100)
    for options in ParameterSampler(space(), 8, random_state=0):
        if options.get("n_estimators", 0) > 100:
            options["n_estimators"] = 20
        clone(estimator).set_params(**options).fit(X, y)


@pytest.mark.parametrize(
    ("name", "space", "where"),
    [
        ("QUANT", spaces.quant, "intervalquantiles__"),
        ("Hydra", spaces.hydra, "competingkernels__"),
    ],
)
def test_windows_fit_every_combination(name, space, where):
    X = np.random.default_rng(0).normal(size=(6, 12, 2))
    features = make_baseline(name, random_state=0)[0]
    for options in ParameterSampler(space(), 12, random_state=0):
        assert len(clone(features).set_params(**options).fit_transform(X)) == 6
    assert set(space(prefix=where)) <= set(make_baseline(name).get_params())


@pytest.mark.parametrize("name", ["MiniRocket", "MultiRocket"])
def test_rockets_have_the_parameters(name):
    pytest.importorskip("numba")
    space = getattr(spaces, name.lower())(prefix="sktimetransformer__transformer__")
    assert set(space) <= set(make_baseline(name).get_params())


def test_search_in_a_pipeline():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 5, 2)), np.tile([0, 1], 30)
    space = spaces.random_forest(prefix="randomforestclassifier__") | {
        "randomforestclassifier__n_estimators": [5]
    }
    model = make_pipeline(WindowFlattener(), RandomForestClassifier(random_state=0))
    search = RandomizedSearchCV(model, space, n_iter=3, cv=2, random_state=0).fit(X, y)
    assert set(search.best_params_) == set(space)


def test_ends_as_published():
    forest, boosting, sequence = spaces.random_forest(), spaces.gbm(), spaces.seqnetquake()
    drawn = {
        key: values.rvs(20000, random_state=0) for key, values in forest.items() if hasattr(values, "rvs")
    }
    ends = {key: (values.min(), values.max()) for key, values in drawn.items()}
    assert ends == {
        "max_depth": (1, 27),
        "max_features": (1, 9),
        "min_samples_split": (2, 149),
        "min_samples_leaf": (1, 59),
        "max_leaf_nodes": (2, 59),
    }
    assert (forest["n_estimators"][0], forest["n_estimators"][-1]) == (2, 298)
    assert boosting["learning_rate"].support() == pytest.approx((0.01, 0.2))
    assert boosting["subsample"].support() == pytest.approx((0.8, 1.0))
    assert boosting["min_samples_leaf"].support() == pytest.approx((0.1, 0.5))
    assert sequence["lstm_layers"] == [1, 2, 3, 4, 5]
    assert sequence["dense_layers"] == [2, 3, 4, 5, 6]
    assert spaces.lstm()["lstm_layers"][-1] == 6
    assert spaces.dnn()["dense_layers"] == [3, 4, 5, 6, 7]
    assert spaces.ed_lstme() == {
        "n_in": [97, 194, 291],
        "n_out": [8, 12, 16],
        "regressor__units": [100, 200, 300, 400],
        "regressor__epochs": [50, 100],
        "regressor__batch_size": [32, 64, 128],
    }
    assert spaces.sip(prefix="sipclassifier__")["sipclassifier__backbone"][0] == "efficientnetv2-s"


@pytest.mark.parametrize(
    ("estimator", "space"),
    [(make_forecaster("ED-LSTME"), spaces.ed_lstme), (SIPClassifier(), spaces.sip)],
    ids=["ED-LSTME", "SIP"],
)
def test_every_combination_is_valid(estimator, space):
    for options in ParameterSampler(space(), 24, random_state=0):
        model = clone(estimator).set_params(**options)
        model._validate_params()
        getattr(model, "regressor", model)._validate_params()


def test_each_call_gives_a_space_of_its_own():
    spaces.cnn()["conv_activation"].append("none")
    assert spaces.seqnetquake()["conv_activation"] == ["relu", "tanh", "sigmoid"]
