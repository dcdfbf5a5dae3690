"""Every event counts once in searches and cross-validations: the weights that their fits were given."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from common.sample_frames import sample_frame
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from skquake import HyperoptSearchCV
from skquake._core._weights import event_weights
from skquake.metrics import seismic_auc_scorer, seismic_mcc_scorer
from skquake.model_selection import PurgedGroupKFold, event_fit_params


class Watching(ClassifierMixin, BaseEstimator):
    seen = []

    def __init__(self, a=0):
        self.a = a

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        Watching.seen.append((X["event_id"].to_numpy(), sample_weight))
        return self

    def predict_proba(self, X):
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))


@pytest.fixture(scope="module")
def samples():
    return sample_frame(40)


@pytest.fixture(params=[False, True], ids=["routing off", "routing on"])
def routing(request):
    with sklearn.config_context(enable_metadata_routing=request.param):
        yield request.param


def watched(routing):
    Watching.seen = []
    model = Watching()
    return make_pipeline("passthrough", model.set_fit_request(sample_weight=True) if routing else model)


def check(n_fits):
    """Each fit had weights, the same for all rows of an event, inverse to their number in the samples."""
    assert len(Watching.seen) == n_fits
    for event_id, weight in Watching.seen:
        assert weight is not None
        per_event = pd.Series(weight).groupby(event_id)
        assert (per_event.nunique() == 1).all()
        assert weight.max() / weight.min() > 2


@pytest.mark.parametrize(
    "kind",
    [
        lambda model, **options: GridSearchCV(model, {"watching__a": [1, 2]}, **options),
        lambda model, **options: HyperoptSearchCV(
            model, {"watching__a": [1, 2]}, n_iter=6, random_state=0, **options
        ),
    ],
    ids=["grid", "hyperopt"],
)
def test_searches(samples, routing, kind):
    search = kind(watched(routing), cv=PurgedGroupKFold(3), scoring=seismic_mcc_scorer)
    search.fit(samples.X, samples.y, groups=samples.groups, **event_fit_params(search, samples.X))
    check(2 * 3 + 1)


def test_cross_validation(samples, routing):
    model = watched(routing)
    params = event_fit_params(model, samples.X)
    scores = cross_validate(
        model, samples.X, samples.y, cv=PurgedGroupKFold(3), scoring=seismic_auc_scorer, params=params
    )
    check(3)
    assert scores["test_score"].tolist() == [0.5] * 3


def test_weights_are_those_of_events(samples):
    weight = event_weights(samples.X["event_id"])
    found = event_fit_params(Watching(), samples.X)
    np.testing.assert_allclose(found["sample_weight"], weight / weight.mean())
    calibrated = CalibratedClassifierCV(make_pipeline("passthrough", Watching()), cv=2)
    assert list(event_fit_params(calibrated, samples.X)) == ["sample_weight", "watching__sample_weight"]
    table = pl.from_pandas(samples.X[["event_id"]])
    again = event_fit_params(Watching(), table)
    np.testing.assert_array_equal(again["sample_weight"], found["sample_weight"])


def test_what_cannot_be_weighted_is_named(samples):
    neighbours = make_pipeline("passthrough", KNeighborsClassifier())
    with pytest.raises(TypeError, match="what predicts in Pipeline takes no sample_weight"):
        event_fit_params(neighbours, samples.X)
    with pytest.raises(TypeError, match="takes no sample_weight"):
        event_fit_params(CalibratedClassifierCV(KNeighborsClassifier()), samples.X)
    with pytest.raises(TypeError, match="FrozenEstimator is frozen"):
        event_fit_params(FrozenEstimator(Watching()), samples.X)
    with pytest.raises(ValueError, match=r"missing column\(s\) event_id"):
        event_fit_params(Watching(), samples.X[["time"]])
    with (
        sklearn.config_context(enable_metadata_routing=True),
        pytest.raises(TypeError, match=r"asks for no weights; call set_fit_request\(sample_weight=True\)"),
    ):
        event_fit_params(make_pipeline("passthrough", Watching()), samples.X)
