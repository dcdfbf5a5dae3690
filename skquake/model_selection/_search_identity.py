"""What a search is made of, as short texts: to notice that stored trials belong to another one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from sklearn.frozen import FrozenEstimator

from skquake._core._identity import identity
from skquake._core._journal import fingerprint
from skquake._core._typing import ArrayLike
from skquake.model_selection._engines import is_expression

_NO_MATTER = ("n_jobs", "verbose")  # parameters that change no score


def search_identity(
    search: Any,
    X: Any,
    y: Any,
    groups: Any,
    folds: Iterable[tuple[ArrayLike, ArrayLike]],
    parameters: Mapping[str, Any],
    seed: int,
) -> dict[str, Any]:
    """What must agree for stored trials to be those of ``search``: texts, and dicts of texts."""
    estimator = search.estimator
    return {
        "kind": "trials of a search",
        "engine": search.engine,
        "random_state": None if search.random_state is None else seed,
        "batch_size": int(search.batch_size),
        "stop_hopeless": bool(search.stop_hopeless),
        "scoring": _description(search.scoring),
        "refit": search.refit if isinstance(search.refit, str) else "score",
        "space": _space(search.space),
        "estimator": {"class": _description(estimator)}
        | {
            name: _description(value)
            for name, value in sorted(estimator.get_params(deep=True).items())
            if name.rsplit("__", 1)[-1] not in _NO_MATTER
        },
        "data": {"X": fingerprint(X), "y": fingerprint(y), "groups": fingerprint(groups)},
        "fit parameters": {name: fingerprint(value) for name, value in sorted(parameters.items())},
        "cv": fingerprint([[np.asarray(train), np.asarray(test)] for train, test in folds]),
    }


def pipeline_identity(pipeline: Any) -> str:
    """Text that tells one pipeline from another by its parameters; sources count by what they print."""
    parameters = pipeline.get_params(deep=True) if hasattr(pipeline, "get_params") else {}
    told = {}
    for name, value in sorted(parameters.items()):
        last = name.rsplit("__", 1)[-1]
        if last not in _NO_MATTER:
            told[name] = _text(repr(value)) if last == "source" else _description(value)
    return fingerprint({"class": _description(pipeline)} | told)


def _space(space):
    if is_expression(space):
        return _text(space)
    return {str(name): _dimension(values) for name, values in space.items()}


def _dimension(values):
    if hasattr(values, "dist"):
        return f"{values.dist.name}{values.args}{values.kwds}"
    return _text(values if is_expression(values) or hasattr(values, "ppf") else list(values))


def _description(value):
    if isinstance(value, FrozenEstimator):
        return f"frozen {identity(value.estimator)}"
    if hasattr(value, "get_params") and not isinstance(value, type):
        return f"{type(value).__module__}.{type(value).__qualname__}"
    if isinstance(value, list | tuple):
        return str([_description(item) for item in value])
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    return fingerprint(value)


def _text(value):
    """What an object prints, without its address."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", str(value))
