"""FineTuned as a meta-estimator: steps of any kind, tags, features, weights with routing on and off."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from common.tiny import tiny_seqnetquake
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags

from skquake.neural import EDLSTMERegressor, FineTuned, SIPClassifier, save_model
from skquake.preprocessing import ChannelScaler

X = np.random.default_rng(0).normal(size=(40, 8, 2)) + (np.arange(40) % 2)[:, None, None]
Y = np.array(["day", "night"])[np.arange(40) % 2]
WEIGHT = np.where(Y == "day", 30.0, 1.0)


@pytest.fixture(scope="module")
def network():
    return tiny_seqnetquake().fit(X, Y)


@pytest.fixture(scope="module")
def pipeline():
    return make_pipeline(ChannelScaler(), tiny_seqnetquake()).fit(X, Y)


def tuned(model, **parameters):
    return FineTuned(FrozenEstimator(model), **({"random_state": 0, "epochs": 2} | parameters))


def test_steps_that_pass_all_through(pipeline):
    expected = tuned(pipeline).fit(X, Y).predict_proba(X)
    scaler, network = pipeline.named_steps.values()
    padded = Pipeline([("a", "passthrough"), ("scale", scaler), ("b", None), ("network", network)])
    nested = Pipeline([("all", Pipeline([("scale", scaler), ("rest", Pipeline([("network", network)]))]))])
    for model in (padded, nested):
        found = tuned(model).fit(X, Y)
        np.testing.assert_array_equal(found.predict_proba(X), expected)
        np.testing.assert_array_equal(
            tuned(model, refit_scaler=True).fit(X, Y).predict_proba(X),
            tuned(pipeline, refit_scaler=True).fit(X, Y).predict_proba(X),
        )
    assert [name for name, _ in tuned(nested).fit(X, Y).model_.steps] == ["all-scale", "all-rest-network"]


def test_tags_are_those_of_what_is_trained_on(network, pipeline, tmp_path):
    path = tmp_path / "model.skq"
    save_model(network, path)
    for model in (tuned(network), tuned(pipeline), FineTuned(path)):
        assert get_tags(model).input_tags.three_d_array and is_classifier(model)
        assert get_tags(model).classifier_tags.multi_class
    flat = make_pipeline(FunctionTransformer(), network)
    assert not get_tags(tuned(flat)).input_tags.three_d_array
    assert not get_tags(tuned(SIPClassifier("cnn"))).classifier_tags.multi_class
    loaded = FineTuned(path, epochs=1, random_state=0).fit(X, Y)
    assert get_tags(loaded).input_tags.three_d_array and loaded.n_features_in_ == 8


def test_features_are_remembered(network):
    found = tuned(network).fit(X, Y)
    assert found.n_features_in_ == 8 and not hasattr(found, "feature_names_in_")
    frame = pd.DataFrame(X[:, :, 0], columns=[f"Ne_{k}" for k in range(8)])
    found = tuned(clone(network).fit(frame, Y)).fit(frame, Y)
    assert found.n_features_in_ == 8 and list(found.feature_names_in_) == list(frame)
    with pytest.raises(ValueError, match="feature names should match"):
        found.predict(frame.iloc[:, :7])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"epochs": 0}, "'epochs' parameter of FineTuned must be an int"),
        ({"epochs": 2.5}, "'epochs' parameter of FineTuned"),
        ({"learning_rate": -1.0}, "'learning_rate' parameter of FineTuned must be a float"),
        ({"learning_rate": "slow"}, "'learning_rate' parameter of FineTuned"),
        ({"freeze": 3}, "'freeze' parameter of FineTuned"),
        ({"freeze": ["head"]}, r"freeze=\['head'\]: 'head' is no stage; there are"),
        ({"refit_scaler": "yes"}, "'refit_scaler' parameter of FineTuned"),
        ({"pretrained": tiny_seqnetquake()}, "'pretrained' parameter of FineTuned"),
    ],
)
def test_bad_parameters_are_refused_by_name(network, parameters, message):
    with pytest.raises(ValueError, match=message):
        tuned(network).set_params(**parameters).fit(X, Y)


def test_bad_parameters_of_the_network_are_refused_too(network):
    spoilt = clone(FrozenEstimator(network)).estimator.set_params(batch_size=0)
    try:
        with pytest.raises(ValueError, match="'batch_size' parameter of SeqNetQuakeClassifier"):
            tuned(spoilt).fit(X, Y)
    finally:
        network.set_params(batch_size=32)


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (LogisticRegression(), "LogisticRegression"),
        (Pipeline([("scale", ChannelScaler()), ("rest", "passthrough")]), "passthrough"),
        (EDLSTMERegressor(), "EDLSTMERegressor"),
    ],
)
def test_what_is_no_network_is_named_with_the_cure(model, kind):
    with pytest.raises(TypeError, match=rf"ends in {kind}, not a neural classifier; give Frozen"):
        tuned(model).fit(X, Y)


class Weighed(BaseEstimator):
    """A step that notes the weights it was fitted with."""

    def fit(self, X, y=None, sample_weight=None):
        self.weight_ = sample_weight
        return self

    def transform(self, X):
        return X


@pytest.fixture(params=[False, True], ids=["plain", "routed"])
def routed(request):
    with sklearn.config_context(enable_metadata_routing=request.param):
        yield request.param


def test_weights_reach_the_network(network, routed, tmp_path):
    save_model(network, tmp_path / "model.skq")
    for model in (tuned(network), FineTuned(tmp_path / "model.skq", epochs=2, random_state=0)):
        plain, weighted = (clone(model).fit(X, Y, sample_weight=weight) for weight in (None, WEIGHT))
        expected = clone(network).set_params(epochs=2, pretrained=FrozenEstimator(network)).fit(X, Y, WEIGHT)
        np.testing.assert_array_equal(weighted.predict_proba(X), expected.predict_proba(X))
        assert (weighted.predict_proba(X) != plain.predict_proba(X)).any()


def test_weights_through_a_cross_validation_and_a_pipeline():
    with sklearn.config_context(enable_metadata_routing=True):
        network = tiny_seqnetquake().fit(X, Y)
        last = tuned(network).set_score_request(sample_weight=True)
        for model in (last, make_pipeline(FunctionTransformer(), last)):
            scores = cross_val_score(model, X, Y, cv=2, params={"sample_weight": WEIGHT})
            assert np.isfinite(scores).all()
        assert tuned(network).get_metadata_routing().consumes("fit", ["sample_weight"]) == {"sample_weight"}
        deaf = tuned(network).set_fit_request(sample_weight=False)
        assert not deaf.get_metadata_routing().consumes("fit", ["sample_weight"])
        with pytest.raises(TypeError, match="sample_weight"):
            deaf.fit(X, Y, sample_weight=WEIGHT)


def test_steps_get_what_they_request():
    with sklearn.config_context(enable_metadata_routing=True):
        for asks in (True, False):
            step = Weighed().set_fit_request(sample_weight=asks)
            model = make_pipeline(step, tiny_seqnetquake())
            model.steps[0] = ("weighed", step.fit(X))
            model.steps[1] = ("network", tiny_seqnetquake().fit(X, Y))
            found = tuned(model, refit_scaler=True).fit(X, Y, sample_weight=WEIGHT).model_[0].weight_
            assert (found is not None) is asks


def test_other_parameters_of_fit_need_routing(network):
    with pytest.raises(TypeError, match=r"unexpected parameter\(s\) groups; .*enable_metadata_routing=True"):
        tuned(network).fit(X, Y, groups=Y)
