"""How weights and groups reach, through pipelines, searches and wrappers, those that they are meant for."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

from sklearn import get_config
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import StackingClassifier, StackingRegressor, VotingClassifier, VotingRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.utils.metadata_routing import MetadataRequest, get_routing_for_object
from sklearn.utils.validation import has_fit_parameter

from skquake._core._sklearn import BaseSearchCV
from skquake._core._typing import ArrayLike, Estimator, Rows

_WEIGHT = "sample_weight"
_HANDING_ON = BaseSearchCV, TransformedTargetRegressor  # all fit parameters, under their names
_SEVERAL = VotingClassifier, VotingRegressor, StackingClassifier, StackingRegressor
_INNER = "estimator", "base_estimator", "regressor", "classifier", "final_estimator"


class WeightRoute(NamedTuple):
    """Where weights go.

    Parameters
    ----------
    names : tuple of str
        Under which ``fit`` takes the weights; none if nothing takes any.
    reached : bool or None
        Whether these reach all estimators that predict in the end; None where that cannot be seen: frozen
        ones have been fitted before, and of wrappers that neither scikit-learn nor skquake made nothing is
        known.
    """

    names: tuple[str, ...]
    reached: bool | None


def weight_route(estimator: Estimator) -> WeightRoute:
    """How weights are to be given to ``estimator.fit`` so that they reach what predicts in the end.

    Where scikit-learn's metadata routing is enabled, those within a pipeline, search or wrapper get weights
    that ask for them (``set_fit_request``), and nobody else.
    """
    return _asked(estimator) if get_config()["enable_metadata_routing"] else _named(estimator)


def weight_params(estimator: Estimator, weight: ArrayLike | None) -> dict[str, Any]:
    """Fit parameters that carry weights to what predicts in the end; none if it takes none."""
    return dict.fromkeys(weight_route(estimator).names, weight)


def fit_weighted(
    estimator: Estimator, X: Rows, y: ArrayLike, weight: ArrayLike | None, **params: Any
) -> Estimator:
    """The estimator, fitted with weights as far as it takes any."""
    weights = {} if weight is None else weight_params(estimator, weight)
    with warnings.catch_warnings():
        # Of a pipeline, which gets its weights by the name of its last step.
        warnings.filterwarnings("ignore", "Since .* does not appear to accept sample_weight", UserWarning)
        return estimator.fit(X, y, **weights, **params)


def group_parameter(estimator: Estimator) -> str | None:
    """Name under which ``fit`` takes the groups for the splitter of a search; None if none asks for them."""
    if get_config()["enable_metadata_routing"]:
        return "groups" if get_routing_for_object(estimator).consumes("fit", ["groups"]) else None
    if hasattr(estimator, "steps"):
        name, last = estimator.steps[-1]
        inner = group_parameter(last)
        return inner and f"{name}__{inner}"
    routing = getattr(getattr(estimator, "cv", None), "get_metadata_routing", None)
    wanted = routing is not None and routing().split.requests.get("groups")
    return "groups" if wanted and has_fit_parameter(estimator, "params") else None


def _named(estimator):
    """The route where fit parameters go by their names."""
    if isinstance(estimator, FrozenEstimator):
        return WeightRoute((), None)
    if hasattr(estimator, "steps"):
        name, last = estimator.steps[-1]
        inner = _named(last)
        return inner._replace(names=tuple(f"{name}__{each}" for each in inner.names))
    own = (_WEIGHT,) if _takes(estimator) else ()
    wrapped = _wrapped(estimator)
    if not wrapped:
        return WeightRoute(own, bool(own))
    inner = [_named(each) for each in wrapped]
    reached = _all(route.reached for route in inner)
    if isinstance(estimator, _HANDING_ON):
        return inner[0]
    if isinstance(estimator, CalibratedClassifierCV):
        # A pipeline gets its weights by the name of its last step, besides those of the calibration.
        return WeightRoute((*own, *(() if _takes(wrapped[0]) else inner[0].names)), reached)
    if hasattr(estimator, "_hands_weights_on"):
        return WeightRoute(own if inner[0].names else (), reached)
    direct = all(map(_takes, wrapped))
    if isinstance(estimator, _SEVERAL):
        return WeightRoute((_WEIGHT,) if direct else (), direct and reached)
    if own and not (direct and type(estimator).__module__.startswith("sklearn.")):
        return WeightRoute(own, None)
    return WeightRoute(own, reached if own else False)


def _asked(estimator):
    """The route where metadata goes to those that ask for it."""
    if isinstance(estimator, FrozenEstimator):
        return WeightRoute((), None)
    own = (_WEIGHT,) if _takes(estimator) else ()
    finals, router = _finals(estimator), get_routing_for_object(estimator)
    if finals == [estimator]:
        if not isinstance(router, MetadataRequest) and "$self_request" not in dict(router):
            own = tuple(sorted(router.consumes("fit", own)))  # not its own: of what it holds unseen
        return WeightRoute(own, bool(own))
    if isinstance(router, MetadataRequest):  # a wrapper that routes nothing
        return WeightRoute(own, None if own else False)
    asked = [None if isinstance(final, FrozenEstimator) else _request(final) for final in finals]
    names = router.consumes("fit", [_WEIGHT, *filter(None, asked)])
    frozen = any(isinstance(final, FrozenEstimator) for final in finals)
    return WeightRoute(tuple(sorted(names)), None if frozen else all(name in names for name in asked))


def _finals(estimator):
    """What predicts in the end."""
    if isinstance(estimator, FrozenEstimator):
        return [estimator]
    wrapped = [estimator.steps[-1][1]] if hasattr(estimator, "steps") else _wrapped(estimator)
    return [final for each in wrapped for final in _finals(each)] or [estimator]


def _wrapped(estimator):
    """The estimators that a wrapper fits; none for what is no wrapper."""
    params = estimator.get_params(deep=False) if hasattr(estimator, "get_params") else {}
    inner = [params.get(name) for name in _INNER]
    for each in params.get("estimators") or ():
        inner.append(each[1] if isinstance(each, tuple) else each)
    return [each for each in inner if hasattr(each, "fit")]


def _takes(estimator):
    return hasattr(estimator, "fit") and has_fit_parameter(estimator, _WEIGHT)


def _request(estimator):
    """Name under which an estimator asks for weights, or None."""
    request = get_routing_for_object(estimator)
    if request.consumes("fit", [_WEIGHT]):
        return _WEIGHT
    alias = request.fit.requests.get(_WEIGHT) if isinstance(request, MetadataRequest) else None
    return alias if isinstance(alias, str) and alias.isidentifier() else None


def _all(values):
    """Three-valued: False before None before True."""
    values = list(values)
    return False if False in values else None if None in values else True
