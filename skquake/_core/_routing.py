"""How weights and groups reach, through pipelines, searches and wrappers, those that they are meant for."""

from __future__ import annotations

from sklearn import get_config
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.validation import has_fit_parameter


def weight_parameter(estimator):
    """Name under which ``fit`` takes the weights of the last step; None if it takes none."""
    if has_fit_parameter(estimator, "sample_weight"):
        return "sample_weight"
    if get_config()["enable_metadata_routing"]:
        return _routed(estimator, "sample_weight")
    if hasattr(estimator, "steps"):
        name, last = estimator.steps[-1]
        inner = weight_parameter(last)
        return inner and f"{name}__{inner}"
    # A search hands its fit parameters on to what it searches.
    if hasattr(estimator, "estimator") and has_fit_parameter(estimator, "params"):
        return weight_parameter(estimator.estimator)
    return None


def group_parameter(estimator):
    """Name under which ``fit`` takes the groups for the splitter of a search; None if none asks for them."""
    if get_config()["enable_metadata_routing"]:
        return _routed(estimator, "groups")
    if hasattr(estimator, "steps"):
        name, last = estimator.steps[-1]
        inner = group_parameter(last)
        return inner and f"{name}__{inner}"
    routing = getattr(getattr(estimator, "cv", None), "get_metadata_routing", None)
    wanted = routing is not None and routing().split.requests.get("groups")
    return "groups" if wanted and has_fit_parameter(estimator, "params") else None


def _routed(estimator, name):
    """The name, if anything in the estimator asks scikit-learn's metadata routing for it."""
    return name if get_routing_for_object(estimator).consumes("fit", [name]) else None
