"""Who gets X first and y last, through pipelines, searches and wrappers."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import AdaBoostRegressor, StackingRegressor, VotingRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skquake._core._inner import innermost, takes_windows
from skquake.preprocessing import ChannelScaler, IQRBounds, TrainOnly, WindowBounds, WindowFlattener


class Network(RegressorMixin, BaseEstimator):
    """Takes windows, and says so."""

    def fit(self, X, y):
        return self

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


class Strange(BaseEstimator):
    """Holds its estimator under a name of its own."""

    def __init__(self, learner):
        self.learner = learner


class Tagless:
    def fit(self, X, y):
        return self

    def get_params(self, deep=True):
        return {}


WRAPPERS = [
    lambda model: model,
    lambda model: Pipeline([("nothing", "passthrough"), ("model", model)]),
    lambda model: GridSearchCV(model, {}),
    lambda model: TransformedTargetRegressor(model, transformer=StandardScaler()),
    lambda model: MultiOutputRegressor(model),
    lambda model: FrozenEstimator(model),
    lambda model: TrainOnly(None, model),
    lambda model: VotingRegressor([("a", model), ("b", "drop")]),
    lambda model: StackingRegressor([("a", model)], final_estimator=Ridge()),
    lambda model: GridSearchCV(make_pipeline(TransformedTargetRegressor(TrainOnly(None, model))), {}),
]


@pytest.mark.parametrize("wrap", WRAPPERS)
@pytest.mark.parametrize("end", ["first", "last"])
def test_no_wrapper_hides_what_takes_windows(wrap, end):
    assert takes_windows(wrap(Network()), end)
    assert not takes_windows(wrap(Ridge()), end)


def test_the_ends_of_a_pipeline():
    model = GridSearchCV(make_pipeline(ChannelScaler(), WindowFlattener(), Ridge()), {})
    assert takes_windows(model) and not takes_windows(model, "last")
    assert not takes_windows(make_pipeline(StandardScaler(), Network()))
    assert takes_windows(WindowBounds(IQRBounds(), keep=1))
    assert takes_windows(FeatureUnion([("a", WindowFlattener()), ("b", "drop")]))
    assert not takes_windows(AdaBoostRegressor())


def test_paths_exchange_what_is_inside():
    model = GridSearchCV(make_pipeline(ChannelScaler(), TransformedTargetRegressor(Network())), {})
    (inner,) = innermost(model, "last")
    assert inner.path == "estimator__transformedtargetregressor__regressor"
    assert [type(wrapper).__name__ for wrapper in inner.wrappers] == [
        "GridSearchCV",
        "Pipeline",
        "TransformedTargetRegressor",
    ]
    other = Network()
    model.set_params(**{inner.path: other})
    assert model.estimator[-1].regressor is other
    assert innermost(Ridge(), "first")[0].parameter("alpha") == "alpha"


def test_grids_that_exchange_estimators():
    steps = make_pipeline(WindowFlattener(), Ridge())
    same = {"ridge": [Ridge(), AdaBoostRegressor()], "ridge__alpha": [1.0]}
    assert takes_windows(GridSearchCV(steps, [{"ridge__alpha": [1.0]}, same]))
    together = {"windowflattener": ["passthrough"], "ridge": [Network()]}
    assert takes_windows(RandomizedSearchCV(steps, together), "last")
    with pytest.raises(ValueError, match="some estimators in GridSearchCV take windows and some do not"):
        takes_windows(GridSearchCV(steps, [same, together]), "last")
    with pytest.raises(ValueError, match="some do not"):
        takes_windows(GridSearchCV(steps, {"windowflattener": [WindowFlattener(), "passthrough"]}))


def test_what_cannot_be_seen_through():
    with pytest.raises(ValueError, match="Strange holds an estimator as 'learner'"):
        takes_windows(Strange(Network()))
    with pytest.raises(ValueError, match="Tagless has no tags"):
        takes_windows(Tagless())
    with pytest.raises(ValueError, match="in FeatureUnion take windows and some do not"):
        takes_windows(FeatureUnion([("a", WindowFlattener()), ("b", "passthrough")]))
    assert not takes_windows(Strange(np.ones(3)))
