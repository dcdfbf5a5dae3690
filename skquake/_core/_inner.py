"""What is inside pipelines, searches and other wrappers: who meets X first, who takes y last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from sklearn.base import clone
from sklearn.utils import get_tags

from skquake._core._typing import Estimator

# Under these parameters wrappers (scikit-learn's, imbalanced-learn's, ours) hold what gets their X and y.
HOLDS = ("estimator", "regressor", "classifier", "base_estimator", "pretrained")
HOLDS_SEVERAL = ("estimators", "transformer_list")
GRIDS = ("param_grid", "param_distributions")


@dataclass(frozen=True)
class Inner:
    """An estimator inside another one.

    Attributes
    ----------
    estimator : estimator, or "passthrough"
    path : str
        Its parameter: ``wrapper.set_params(**{path: other})`` exchanges it. "" for what is in no wrapper.
    wrappers : tuple of estimators
        Those around it, outermost first.
    tried : bool
        Whether it stands in the grid of a search alone, to be tried in the place of what is at its path.
    """

    estimator: Estimator
    path: str = ""
    wrappers: tuple[Estimator, ...] = ()
    tried: bool = False

    def parameter(self, name: str) -> str:
        """The path of one of its parameters."""
        return f"{self.path}__{name}" if self.path else name


def innermost(estimator: Estimator, end: str) -> list[Inner]:
    """The estimators behind all wrappers: one, or several held side by side or tried by a search.

    Parameters
    ----------
    estimator : estimator
    end : {"first", "last"}
        Of pipelines: the step that meets X, or that which gets y.

    Raises
    ------
    ValueError
        For an estimator that holds another under a parameter that is not known here.
    """
    return list(_walk(Inner(estimator), end))


def takes_windows(estimator: Estimator, end: str = "first") -> bool:
    """Whether the estimator takes windows of shape (n, length, channels), whatever is wrapped around it.

    The tags of those behind all wrappers decide (``input_tags.three_d_array``), since wrappers drop them; a
    wrapper that cannot be seen through is taken at its word where it says yes.

    Parameters
    ----------
    estimator : estimator
    end : {"first", "last"}, default="first"
        Whether the step of a pipeline that meets X is asked, or the one that gets y.

    Raises
    ------
    ValueError
        Where that cannot be told: for a wrapper that holds its estimator under an unknown parameter, and for
        estimators side by side that differ.
    """
    found = [_says_windows(inner.estimator) for inner in innermost(estimator, end)]
    if any(found) != all(found):
        raise ValueError(f"some estimators in {_name(estimator)} take windows and some do not")
    return any(found)


def _walk(inner: Inner, end: str) -> Iterator[Inner]:
    held = _held(inner.estimator, end)
    if not held:
        yield inner
    wrappers = (*inner.wrappers, inner.estimator)
    for name, estimator in held:
        for variant in _variants(inner.estimator, estimator):
            tried = inner.tried or variant is not estimator
            yield from _walk(Inner(variant, inner.parameter(name), wrappers, tried), end)


def _variants(search: Estimator, held: Estimator) -> Iterator[Estimator]:
    """What a search fits in the place of what it holds, as far as its grid exchanges whole estimators."""
    grids = next((grid for name in GRIDS if (grid := getattr(search, name, None))), None)
    if grids is None:
        yield held
        return
    for grid in [grids] if isinstance(grids, Mapping) else grids:
        choices = {
            name: values
            for name, values in grid.items()
            if isinstance(values, (list, tuple))
            and any(_is_estimator(value) or value == "passthrough" for value in values)
        }
        if not choices:
            yield held
            continue
        for values in product(*choices.values()):
            yield clone(held, safe=False).set_params(**dict(zip(choices, values, strict=True)))


def _held(estimator: Estimator, end: str) -> list[tuple[str, Estimator]]:
    """Names and estimators that get the X of this one; none for what wraps nothing."""
    steps = getattr(estimator, "steps", None)
    if steps is not None:
        real = [step for step in steps if step[1] is not None and not isinstance(step[1], str)]
        return [tuple(real[0 if end == "first" else -1])] if real else []
    if isinstance(estimator, (str, type)) or not hasattr(estimator, "get_params"):
        return []
    parameters = estimator.get_params(deep=False)
    several = [name for name in HOLDS_SEVERAL if isinstance(parameters.get(name), (list, tuple))]
    if several:
        return [(part[0], part[1]) for part in parameters[several[0]] if part[1] != "drop"]
    known = [(name, parameters[name]) for name in HOLDS if name in parameters]
    foreign = [name for name, value in known if not hasattr(value, "__sklearn_tags__")]
    if known and not (foreign and _says_windows(estimator)):
        return [(name, value) for name, value in known if _is_estimator(value)]
    hidden = [name for name, value in parameters.items() if _is_estimator(value)]
    if hidden and not _says_windows(estimator):
        raise ValueError(
            f"{_name(estimator)} holds an estimator as {hidden[0]!r}; whether that gets its X, and takes "
            "windows, cannot be told from outside"
        )
    return []


def _is_estimator(value: Any) -> bool:
    return hasattr(value, "fit") and hasattr(value, "get_params") and not isinstance(value, type)


def _says_windows(estimator: Estimator) -> bool:
    if isinstance(estimator, str):  # "passthrough": a table
        return False
    try:
        return bool(get_tags(estimator).input_tags.three_d_array)
    except AttributeError as error:
        raise ValueError(
            f"{_name(estimator)} has no tags of scikit-learn, which would tell whether it takes windows"
        ) from error


def _name(estimator: Estimator) -> str:
    return type(estimator).__name__
