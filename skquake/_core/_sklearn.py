"""The one module that touches private names of scikit-learn: a release that moves them breaks one file.

Public names of scikit-learn are imported where they are used.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self, TypeVar

from sklearn.base import _fit_context
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    InvalidParameterError,
    RealNotInt,
    StrOptions,
)
from sklearn.utils._param_validation import validate_params as _validate_params
from sklearn.utils._set_output import ADAPTERS_MANAGER, _get_output_config
from sklearn.utils.metaestimators import _safe_split as safe_split
from sklearn.utils.validation import _check_feature_names_in as check_feature_names_in
from sklearn.utils.validation import _check_method_params as check_method_params
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import _num_samples as num_samples

__all__ = [
    "BaseSearchCV",
    "HasMethods",
    "Interval",
    "InvalidParameterError",
    "RealNotInt",
    "StrOptions",
    "callback_context",
    "check_feature_names_in",
    "check_method_params",
    "check_parameters",
    "check_sample_weight",
    "fit_context",
    "no_callbacks",
    "num_samples",
    "remember_output",
    "safe_indexing",
    "safe_split",
    "validate_params",
    "wrap_output",
]


Method = TypeVar("Method", bound=Callable[..., Any])


def check_parameters(estimator: Any) -> None:
    """Hold the parameters of an estimator against its ``_parameter_constraints``."""
    estimator._validate_params()


def validate_params(
    constraints: dict[str, Any], *, prefer_skip_nested_validation: bool
) -> Callable[[Method], Method]:
    """Decorate a function: its arguments are held against ``constraints``."""
    return _validate_params(constraints, prefer_skip_nested_validation=prefer_skip_nested_validation)


def remember_output(transformer: Any, container: str) -> None:
    """Keep what ``set_output`` asks for where scikit-learn looks for it and ``clone`` copies it from."""
    transformer._sklearn_output_config = {"transform": container}


def wrap_output(transformer: Any, output: Any, given: Any) -> Any:
    """A 2-D output in the container that ``set_output`` or the configuration asks of ``transformer``.

    Rows are named as those of ``given``, where it is a frame, columns by ``get_feature_names_out``.
    """
    container = _get_output_config("transform", transformer)["dense"]
    if container == "default":
        return output
    adapter = ADAPTERS_MANAGER.adapters[container]
    return adapter.create_container(output, given, columns=transformer.get_feature_names_out)


def fit_context(*, prefer_skip_nested_validation: bool) -> Callable[[Method], Method]:
    """Decorate ``fit`` (or ``partial_fit``): parameters are checked, and the fitted state comes at once.

    The method works on a shallow copy of the estimator, whose attributes become the estimator's only when it
    returns. A fit that is refused, interrupted or diverges leaves the estimator as it was, fitted or not, and
    whoever predicts with it meanwhile meets the state before. The method must therefore not change in place
    what an earlier fit left (arrays, inner estimators): it makes new ones.

    Parameters
    ----------
    prefer_skip_nested_validation : bool
        Whether parameters of inner estimators go unchecked; False for those that the user hands in.
    """

    def decorate(method: Method) -> Method:
        checked = _fit_context(prefer_skip_nested_validation=prefer_skip_nested_validation)(method)

        @functools.wraps(method)
        def fit(self, *args, **kwargs):
            aside = object.__new__(type(self))
            aside.__dict__.update(vars(self))
            result = checked(aside, *args, **kwargs)
            self.__dict__ = aside.__dict__
            return self if result is aside else result

        return fit  # type: ignore[return-value]

    return decorate


def callback_context(estimator: Any, *inner: Any, **tree: Any) -> Any:
    """Root context of scikit-learn's callbacks for a fit, or one that does nothing where none are to be told.

    Callbacks came with scikit-learn 1.9; an outer search leaves its own context on the estimator.

    Parameters
    ----------
    estimator : meta-estimator
    *inner : estimators
        What it fits; they may have callbacks of their own.
    **tree
        Of scikit-learn's ``_init_callback_context``.
    """
    begin = getattr(estimator, "_init_callback_context", None)
    told = hasattr(estimator, "_parent_callback_ctx") or any(
        getattr(each, "_skl_callbacks", None) for each in (estimator, *inner)
    )
    return no_callbacks if begin is None or not told else begin(**tree)


class _NoCallbacks:
    """Stands for a context of callbacks where there are none."""

    def subcontext(self, **_: Any) -> Self:
        return self

    def call_on_fit_task_begin(self, **_: Any) -> Self:
        return self

    def call_on_fit_task_end(self, **_: Any) -> bool:
        return False

    def propagate_callback_context(self, _: Any) -> AbstractContextManager[None]:
        return nullcontext()


no_callbacks = _NoCallbacks()
