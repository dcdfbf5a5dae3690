"""Engines that propose candidates from what earlier ones scored: hyperopt and Optuna."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Collection, Mapping
from itertools import pairwise
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

_EDGE = 1e-12  # keeps quantiles off the ends, where unbounded distributions are infinite


class Options(NamedTuple):
    """A parameter that takes one of a list; the engine sees the position."""

    values: list

    def value(self, position: float) -> Any:
        return self.values[int(position)]


class Ordered(NamedTuple):
    """A parameter that takes one of a list of ascending numbers; the engine sees a place in (0, 1)."""

    values: list

    def value(self, place: float) -> Any:
        return self.values[min(int(place * len(self.values)), len(self.values) - 1)]


class Quantile(NamedTuple):
    """A parameter with a distribution; the engine sees the quantile, uniform in (0, 1)."""

    distribution: Any

    def value(self, quantile: float) -> float:
        found = self.distribution.ppf(min(max(float(quantile), _EDGE), 1 - _EDGE))
        return int(found) if _is_discrete(self.distribution) else float(found)


def read_space(space: Any) -> dict[str, Any]:
    """Dimensions by parameter: `Options`, `Ordered`, `Quantile`, or a hyperopt expression as it is.

    That numbers are ordered lets an engine learn from neighbours: of a hundred unordered options it would
    know nothing until it had tried each.

    Raises
    ------
    TypeError, ValueError
        For anything else, naming the parameter.
    """
    if not isinstance(space, Mapping):
        raise TypeError(
            f"space: expected a dict of parameters or a hyperopt expression, got {type(space).__name__}"
        )
    if not space:
        raise ValueError("space: no parameter to search")
    return {_check_name(name): _dimension(name, values) for name, values in space.items()}


def is_expression(value: object) -> bool:
    """Whether this is a hyperopt expression; hyperopt is not loaded to see."""
    return any(
        kind.__module__ == "hyperopt.pyll.base" and kind.__name__ == "Apply" for kind in type(value).mro()
    )


def _check_name(name):
    if not isinstance(name, str):
        raise TypeError(f"space: {name!r} is no name of a parameter")
    return name


def _dimension(name, values):
    if is_expression(values):
        return values
    if hasattr(values, "ppf"):
        return Quantile(values)
    if hasattr(values, "rvs"):
        raise TypeError(f"space: {name}: a distribution needs a ppf; take a frozen one of scipy.stats")
    if isinstance(values, str | bytes | Mapping) or not hasattr(values, "__len__"):
        raise TypeError(
            f"space: {name}: expected a list, a distribution of scipy.stats or a hyperopt expression, got "
            f"{values!r}; for one value write [{values!r}]"
        )
    if not len(values):
        raise ValueError(f"space: {name}: the list is empty")
    values = [_python(value) for value in values]
    numbers = all(isinstance(value, Real) and not isinstance(value, bool) for value in values)
    ascending = numbers and all(a < b for a, b in pairwise(values))
    return Ordered(values) if ascending and len(values) > 2 else Options(values)


def _is_discrete(distribution):
    return hasattr(getattr(distribution, "dist", distribution), "pmf")


def _python(value):
    """A NumPy scalar as Python's own."""
    return value.item() if isinstance(value, np.generic) else value


class HyperoptEngine:
    """The tree of Parzen estimators of hyperopt, asked one proposal at a time.

    Each proposal has a seed of its own; what is proposed but not yet scored counts as the worst.
    """

    def __init__(self, space: Any, known: Collection[str], seed: int) -> None:
        from hyperopt import Trials, hp
        from hyperopt.base import Domain
        from hyperopt.exceptions import DuplicateLabel

        self._known, self._seed = known, seed
        self._dimensions = {} if is_expression(space) else read_space(space)
        self._expression = space
        if self._dimensions:
            self._expression = {
                name: hp.randint(name, len(dimension.values))
                if isinstance(dimension, Options)
                else hp.uniform(name, 0, 1)
                if isinstance(dimension, Ordered | Quantile)
                else dimension
                for name, dimension in self._dimensions.items()
            }
        try:
            self._domain = Domain(None, self._expression)
        except DuplicateLabel as error:
            raise ValueError(
                f"space: the label {error} stands twice; each needs a name of its own"
            ) from error
        self._trials = Trials()

    def ask(self) -> dict[str, Any]:
        """The next candidate, as parameters."""
        from hyperopt import space_eval, tpe

        index = len(self._trials)
        seed = int(np.random.default_rng([self._seed, index]).integers(2**31))
        with warnings.catch_warnings():  # what hyperopt does to its own arrays, deprecated by numpy 2.5
            warnings.filterwarnings("ignore", "Setting the shape on a NumPy array", DeprecationWarning)
            docs = tpe.suggest([index], self._domain, self._trials, seed, verbose=False)
        self._trials.insert_trial_docs(docs)
        self._trials.refresh()
        chosen = {label: value[0] for label, value in docs[0]["misc"]["vals"].items() if value}
        return self._parameters(space_eval(self._expression, chosen))

    def tell(self, index: int, loss: float | None) -> None:
        """What a candidate scored (less is better), or None where it failed."""
        from hyperopt import JOB_STATE_DONE, STATUS_FAIL, STATUS_OK

        doc = self._trials.trials[index]
        doc["state"] = JOB_STATE_DONE
        doc["result"] = (
            {"status": STATUS_FAIL} if loss is None else {"status": STATUS_OK, "loss": float(loss)}
        )

    def _parameters(self, found):
        if not isinstance(found, Mapping):
            raise TypeError(f"space: the expression gives {found!r}; it must give a dict of parameters")
        params = {}
        for name, value in found.items():
            dimension = self._dimensions.get(name)
            if isinstance(dimension, Options | Ordered | Quantile):
                params[name] = dimension.value(value)
            elif isinstance(value, Mapping) and name not in self._known:
                params |= self._parameters(value)  # a choice between dicts of parameters
            else:
                params[name] = _python(value)
        return params


class OptunaEngine:
    """Optuna's tree of Parzen estimators, on lists and distributions."""

    def __init__(self, space: Any, known: Collection[str], seed: int) -> None:
        try:
            import optuna
        except ImportError as error:
            raise ImportError('engine="optuna" needs Optuna: pip install "skquake[optuna]"') from error
        from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution

        if is_expression(space) or any(map(is_expression, space.values())):
            raise TypeError(
                'space: hyperopt expressions are for engine="hyperopt"; take lists and distributions'
            )
        self._dimensions = read_space(space)
        self._distributions: dict[str, BaseDistribution] = {
            name: CategoricalDistribution(list(range(len(dimension.values))))
            if isinstance(dimension, Options)
            else FloatDistribution(0.0, 1.0)
            for name, dimension in self._dimensions.items()
        }
        level = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(max(level, logging.WARNING))  # or it prints a line a study
        try:
            self._study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        finally:
            optuna.logging.set_verbosity(level)
        self._asked: list = []

    def ask(self) -> dict[str, Any]:
        """The next candidate, as parameters."""
        self._asked.append(self._study.ask(self._distributions))
        found = self._asked[-1].params
        return {name: dimension.value(found[name]) for name, dimension in self._dimensions.items()}

    def tell(self, index: int, loss: float | None) -> None:
        """What a candidate scored (less is better), or None where it failed: pruned, the worst there is."""
        from optuna.trial import TrialState

        if loss is None:
            self._study.tell(self._asked[index], state=TrialState.PRUNED)
        else:
            self._study.tell(self._asked[index], float(loss))


ENGINES: dict[str, type[HyperoptEngine] | type[OptunaEngine]] = {
    "hyperopt": HyperoptEngine,
    "optuna": OptunaEngine,
}
