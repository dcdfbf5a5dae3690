"""What estimators of arrays and windows promise beyond scikit-learn's own checks."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import numpy as np
import pandas as pd
from sklearn import config_context
from sklearn.base import MetaEstimatorMixin, clone, is_regressor
from sklearn.utils import get_tags

from skquake.testing._kinds import Example, assert_same, results


def takes_weights(estimator: Any) -> bool:
    """Whether ``fit`` has a parameter ``sample_weight``."""
    return "sample_weight" in inspect.signature(estimator.fit).parameters


def check_weights_are_honoured(estimator: Any, example: Example) -> None:
    """Weights of one are none, and rows of weight zero are as good as absent from what is learnt."""
    n = len(example.X)
    plain = results(clone(estimator).fit(*example.arguments), example)
    ones = results(clone(estimator).fit(*example.arguments, sample_weight=np.ones(n)), example)
    uneven = np.where(np.arange(n) < n // 2, 5.0, 0.05)
    weighted = results(clone(estimator).fit(*example.arguments, sample_weight=uneven), example)
    for name, expected in plain.items():
        if np.asarray(expected).dtype.kind == "f":
            np.testing.assert_allclose(ones[name], expected, rtol=1e-3, atol=1e-4, err_msg=name)
            assert not np.allclose(weighted[name], expected, rtol=1e-5), f"{name}: weights change nothing"


def check_weights_under_metadata_routing(estimator: Any, example: Example) -> None:
    """The weights that routing brings do what they do without routing."""
    weight = np.where(np.arange(len(example.X)) < len(example.X) // 2, 5.0, 0.05)
    expected = results(clone(estimator).fit(*example.arguments, sample_weight=weight), example)
    with config_context(enable_metadata_routing=True):
        model = clone(estimator)
        inner: Any = getattr(model, "estimator", None) if isinstance(model, MetaEstimatorMixin) else model
        if hasattr(inner, "set_fit_request"):
            inner.set_fit_request(sample_weight=True)
        if hasattr(inner, "set_score_request"):
            inner.set_score_request(sample_weight=False)
        found = results(model.fit(*example.arguments, sample_weight=weight), example)
    assert_same(found, expected, "the result under metadata routing")


def check_wrong_weights_are_named(estimator: Any, example: Example) -> None:
    for wrong in (np.ones(3), np.full(len(example.X), np.nan)):
        try:
            clone(estimator).fit(*example.arguments, sample_weight=wrong)
        except ValueError as error:
            text = str(error).lower()
            assert "weight" in text or "nan" in text or "inconsistent" in text, error
        else:
            raise AssertionError(f"weights {wrong[:3]}... of {len(example.X)} rows were taken")


def check_wrappers_hand_on_tags(estimator: Any, example: Example) -> None:
    """The meta-estimators of skquake say of their input what the estimator inside says."""
    from skquake.model_selection import HyperoptSearchCV
    from skquake.preprocessing import TrainOnly

    inner = get_tags(estimator)
    for wrapper in (TrainOnly(None, estimator), HyperoptSearchCV(estimator, {}, cv=2)):
        _assert_handed_on(get_tags(wrapper), inner, type(wrapper).__name__)


def check_meta_estimator_hands_on_tags(estimator: Any, example: Example) -> None:
    """Whatever the estimator inside says of its input, so does the meta-estimator."""
    for changes in ({"three_d_array": True}, {"allow_nan": True}, {"two_d_array": False}):
        inner = _Tagged(changes)
        model = clone(estimator).set_params(estimator=inner)
        _assert_handed_on(get_tags(model), get_tags(inner), f"{type(model).__name__} around {changes}")


def check_pandas_output(estimator: Any, example: Example) -> None:
    """Two-dimensional output obeys ``transform_output="pandas"``; any other ignores it and works."""
    plain = clone(estimator).fit(*example.arguments).transform(example.X)
    made = []
    with config_context(transform_output="pandas"):
        made.append(("set_config", fit_and_transform(clone(estimator), example)))
    assert hasattr(estimator, "set_output"), "it has no set_output"
    model = clone(estimator).set_output(transform="pandas")
    made.append(("set_output", fit_and_transform(model, example)))
    for what, (fitted, found) in made:
        if isinstance(plain, np.ndarray) and plain.ndim == 2:
            assert isinstance(found, pd.DataFrame), f"{what}: {type(found).__name__}, not a DataFrame"
            np.testing.assert_array_equal(found.to_numpy(), plain)
            assert list(found.columns) == list(fitted.get_feature_names_out())
            if isinstance(example.X, pd.DataFrame):
                assert found.index.equals(example.X.index), f"{what}: the index of X is lost"
        else:
            assert_same(found, plain, f"{what}: the output")


def fit_and_transform(estimator: Any, example: Example) -> tuple[Any, Any]:
    return estimator, estimator.fit_transform(*example.arguments)


def check_names_of_the_output(estimator: Any, example: Example) -> None:
    """``get_feature_names_out`` names the last axis of what comes out, each once."""
    fitted = clone(estimator).fit(*example.arguments)
    found = fitted.transform(example.X)
    names = fitted.get_feature_names_out()
    assert len(set(names)) == len(names), f"names occur twice: {list(names)}"
    assert len(names) == np.shape(found)[-1], f"{len(names)} names for {np.shape(found)}"
    if isinstance(found, pd.DataFrame):
        assert list(found.columns) == list(names)


def check_forecast_of_several_stations_keeps_its_layout(estimator: Any, example: Example) -> None:
    """A regressor of windows gets windows from a forecaster, also through scikit-learn's wrappers."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
    from sklearn.pipeline import make_pipeline

    from skquake.forecasting import WalkForwardForecaster
    from skquake.testing._kinds import series

    short = series(days=6)
    shape = {}
    small = clone(estimator)
    if "epochs" in small.get_params():
        small.set_params(epochs=1)
    for wrapped in (
        small,
        make_pipeline(small),
        TransformedTargetRegressor(small),
        GridSearchCV(small, {}, cv=TimeSeriesSplit(2)),
    ):
        model = WalkForwardForecaster(wrapped, n_in=4, n_out=2).fit(short)
        shape[type(wrapped).__name__] = _window_shape(model.regressor_)
    assert len(set(shape.values())) == 1, f"the layout depends on the wrapper: {shape}"


def check_missing_backend_is_named(estimator: Any, example: Example) -> None:
    """Where no Keras backend is installed, ``fit`` says so and what to install."""
    import os
    import pickle
    import subprocess
    import sys

    code = (
        "import pickle, sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name in ('tensorflow', 'torch', 'jax', 'openvino'):\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "estimator, arguments = pickle.load(sys.stdin.buffer)\n"
        "try: estimator.fit(*arguments)\n"
        "except ImportError as error: print(error)\n"
        "else: print('fitted')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=pickle.dumps((estimator, example.arguments)),
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    said = done.stdout.decode().strip()
    assert done.returncode == 0, done.stderr.decode()
    assert said == "fitted" or "install" in said, f"without any backend fit says {said!r}"


class _Tagged(MetaEstimatorMixin):
    """An estimator that says of its input what it is told."""

    def __init__(self, changes: Any = ()) -> None:
        self.changes = changes

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {"changes": self.changes}

    def set_params(self, **parameters: Any) -> _Tagged:
        self.changes = parameters.get("changes", self.changes)
        return self

    def fit(self, X: Any, y: Any = None) -> _Tagged:
        return self

    def predict(self, X: Any) -> Any:
        return np.zeros(len(X))

    def __sklearn_tags__(self) -> Any:
        from sklearn.linear_model import LogisticRegression

        tags = LogisticRegression().__sklearn_tags__()
        for name, value in dict(self.changes).items():
            setattr(tags.input_tags, name, value)
        return tags


def _assert_handed_on(outer: Any, inner: Any, what: str) -> None:
    assert outer.estimator_type == inner.estimator_type, f"{what}: estimator_type"
    for field in dataclasses.fields(inner.input_tags):
        name, value = field.name, getattr(inner.input_tags, field.name)
        found = getattr(outer.input_tags, name)
        assert found == value, f"{what}: input_tags.{name} is {found}, that of the estimator inside {value}"
    assert outer.target_tags.required == inner.target_tags.required, f"{what}: target_tags.required"


def _window_shape(regressor: Any) -> Any:
    """Shape of the windows that the innermost estimator was fitted on."""
    for name in ("best_estimator_", "regressor_", "estimator_"):
        if hasattr(regressor, name):
            return _window_shape(getattr(regressor, name))
    if hasattr(regressor, "steps"):
        return _window_shape(regressor[-1])
    return getattr(regressor, "window_shape_", None) or regressor.n_features_in_


def applicable(estimator: Any) -> list[Any]:
    """Those of the checks that an estimator can go through."""
    from skquake.testing._kinds import takes_windows

    found: list[Any] = []
    supervised = get_tags(estimator).estimator_type in ("classifier", "regressor")
    if takes_weights(estimator) or (isinstance(estimator, MetaEstimatorMixin) and supervised):
        found += [
            check_weights_are_honoured,
            check_weights_under_metadata_routing,
            check_wrong_weights_are_named,
        ]
    if supervised:
        found.append(check_wrappers_hand_on_tags)
    if isinstance(estimator, MetaEstimatorMixin) and "estimator" in estimator.get_params(deep=False):
        found.append(check_meta_estimator_hands_on_tags)
    if hasattr(estimator, "transform"):
        found += [check_pandas_output, check_names_of_the_output]
    if is_regressor(estimator) and takes_windows(estimator):
        found.append(check_forecast_of_several_stations_keeps_its_layout)
    if any(
        "keras" in cls.__module__ or "skquake.neural" in cls.__module__ for cls in type(estimator).__mro__
    ):
        found.append(check_missing_backend_is_named)
    return found
