"""What the package holds: every public estimator, display and function by name, as in scikit-learn."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from sklearn.base import BaseEstimator, ClassifierMixin, OutlierMixin, RegressorMixin, TransformerMixin

__all__ = ["all_displays", "all_estimators", "all_functions"]

_KINDS: dict[str, Callable[[type], bool]] = {
    "classifier": lambda cls: issubclass(cls, ClassifierMixin),
    "regressor": lambda cls: issubclass(cls, RegressorMixin),
    "transformer": lambda cls: issubclass(cls, TransformerMixin),
    "outlier_detector": lambda cls: issubclass(cls, OutlierMixin),
    "forecaster": lambda cls: _first_parameter(cls, "fit") == "series",
    "sampler": lambda cls: hasattr(cls, "sample"),
    "splitter": lambda cls: hasattr(cls, "split"),
}


def all_estimators(type_filter: str | list[str] | None = None) -> list[tuple[str, type[BaseEstimator]]]:
    """All public estimators: whatever has ``get_params``, samplers of controls and splitters included.

    Parameters
    ----------
    type_filter : str, list of str or None
        Only of these kinds: ``"classifier"``, ``"regressor"``, ``"transformer"``, ``"outlier_detector"``,
        ``"forecaster"``, ``"sampler"`` (of controls) or ``"splitter"``. An estimator may be of several.

    Returns
    -------
    list of (str, type)
        Name and class, sorted by name.

    Raises
    ------
    ValueError
        For an unknown kind.

    Examples
    --------
    >>> from skquake.utils.discovery import all_estimators
    >>> [name for name, _ in all_estimators("sampler")]
    ['MatchedControls', 'RandomControls']
    """
    kinds = [] if type_filter is None else [type_filter] if isinstance(type_filter, str) else type_filter
    for kind in kinds:
        if kind not in _KINDS:
            raise ValueError(f"type_filter={kind!r} is no kind of estimator; there are {', '.join(_KINDS)}")
    return [
        (name, value)
        for name, value in _public()
        if inspect.isclass(value)
        and issubclass(value, BaseEstimator)
        and not inspect.isabstract(value)
        and (not kinds or any(_KINDS[kind](value) for kind in kinds))
    ]


def all_displays() -> list[tuple[str, type]]:
    """All public displays.

    Returns
    -------
    list of (str, type)
        Name and class, sorted by name.

    Examples
    --------
    >>> from skquake.utils.discovery import all_displays
    >>> all_displays()[0]
    ('AnomalySeriesDisplay', <class 'skquake.plotting._anomaly_series.AnomalySeriesDisplay'>)
    """
    return [(name, value) for name, value in _public() if inspect.isclass(value) and name.endswith("Display")]


def all_functions() -> list[tuple[str, Callable[..., Any]]]:
    """All public functions.

    Returns
    -------
    list of (str, function)
        Name and function, sorted by name.

    Examples
    --------
    >>> from skquake.utils.discovery import all_functions
    >>> [name for name, _ in all_functions() if name.startswith("fetch_")]
    ['fetch_hapi', 'fetch_iono_maps', 'fetch_kp', 'fetch_omni', 'fetch_swarm', 'fetch_usgs']
    """
    return [(name, value) for name, value in _public() if inspect.isfunction(value)]


def _public() -> list[tuple[str, Any]]:
    """Public names with what they stand for, each once, sorted."""
    found = {}
    for module in _public_modules(importlib.import_module("skquake")):
        for name in module.__all__:
            value = getattr(module, name)
            if not inspect.ismodule(value):
                found[name, id(value)] = value
    return sorted(((name, value) for (name, _), value in found.items()), key=lambda pair: pair[0])


def _public_modules(package: ModuleType) -> Iterator[ModuleType]:
    """Rooms and their public modules; names with an underscore are left alone."""
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if not info.name.rpartition(".")[2].startswith("_"):
            module = importlib.import_module(info.name)
            if hasattr(module, "__all__"):
                yield module
            if info.ispkg:
                yield from _public_modules(module)


def _first_parameter(cls: type, method: str) -> str | None:
    """Name of the first parameter of a method, ``self`` apart; None where there is no such method."""
    function = getattr(cls, method, None)
    if function is None:
        return None
    names = list(inspect.signature(function).parameters)
    return names[1] if len(names) > 1 else None
