"""What every estimator with ``fit`` promises, whatever it takes."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pandas as pd
from sklearn import config_context
from sklearn.base import clone

from skquake.testing._interruption import quicker, stopped_fits
from skquake.testing._kinds import Example, assert_same, results


def check_constructor_only_assigns(estimator: Any, example: Example) -> None:
    parameters = estimator.get_params(deep=False)
    again = type(estimator)(**parameters)
    assert all(again.get_params(deep=False)[name] is value for name, value in parameters.items())
    assert not [name for name in vars(clone(estimator)) if name not in parameters and name[0] != "_"]


def check_fit_returns_self_and_keeps_parameters(estimator: Any, example: Example) -> None:
    estimator = clone(estimator)
    before = estimator.get_params(deep=False)
    assert estimator.fit(*example.arguments) is estimator, "fit returns something else than self"
    after = estimator.get_params(deep=False)
    changed = [name for name, value in before.items() if after[name] is not value]
    assert not changed, f"fit changed the parameters {changed}"


def check_input_is_left_alone(estimator: Any, example: Example) -> None:
    before = copy.deepcopy(example)
    results(clone(estimator).fit(*example.arguments), example)
    assert_same(example.X, before.X, "X after fit")
    if example.y is not None:
        assert_same(np.asarray(example.y), np.asarray(before.y), "y after fit")


def check_clone_fits_alike(estimator: Any, example: Example) -> None:
    first = clone(estimator).fit(*example.arguments)
    second = clone(first)
    assert not fitted_names(second), f"clone keeps {fitted_names(second)}"
    assert_same(results(second.fit(*example.arguments), example), results(first, example), "a clone's result")


def check_pickle_and_deepcopy_answer_alike(estimator: Any, example: Example) -> None:
    fitted = clone(estimator).fit(*example.arguments)
    expected = results(fitted, example)
    assert_same(results(pickle.loads(pickle.dumps(fitted)), example), expected, "the result after pickling")
    assert_same(results(copy.deepcopy(fitted), example), expected, "the result of a copy")
    assert_same(results(fitted, example), expected, "the result, asked again")


def check_refused_refit_leaves_the_old_state(estimator: Any, example: Example) -> None:
    """A fit that ends in an error of its arguments changes nothing."""
    fitted = clone(estimator).fit(*example.arguments)
    expected, names = results(fitted, example), fitted_names(fitted)
    for what, arguments in _refused(example.other()):
        new = clone(estimator)
        try:
            fitted.fit(*arguments)
        except (TypeError, ValueError):
            assert_same(results(fitted, example), expected, f"the result after a refit refused for {what}")
            assert fitted_names(fitted) == names
        else:
            fitted = clone(estimator).fit(*example.arguments)
            continue
        try:
            new.fit(*arguments)
        except (TypeError, ValueError):
            assert not fitted_names(new), f"a fit refused for {what} leaves {fitted_names(new)}"


def check_stopped_refit_leaves_the_old_state(estimator: Any, example: Example) -> None:
    """Ctrl-C, or an error in the middle of ``fit``, leaves the model of the fit before, bit for bit."""
    estimator = quicker(estimator)
    fitted = clone(estimator).fit(*example.arguments)
    expected, names = results(fitted, example), fitted_names(fitted)
    other = example.other()
    for stopped, how in stopped_fits(
        lambda: copy.deepcopy(fitted),
        lambda model: model.fit(*other.arguments),
        (KeyboardInterrupt, FloatingPointError),
    ):
        assert fitted_names(stopped) == names, f"{how}: attributes {fitted_names(stopped)}, before {names}"
        assert_same(results(stopped, example), expected, f"{how}: the result of the model before")


def check_stopped_fit_stays_unfitted(estimator: Any, example: Example) -> None:
    """What was not fitted before a fit that Ctrl-C ends is not fitted after it."""
    estimator = quicker(estimator)
    for stopped, how in stopped_fits(
        lambda: clone(estimator), lambda model: model.fit(*example.arguments), (KeyboardInterrupt,)
    ):
        assert not fitted_names(stopped), f"{how}: it has {fitted_names(stopped)}"


def check_fitted_arrays_are_read_only_or_heeded(estimator: Any, example: Example) -> None:
    """What is written into a fitted array raises, or changes what the model says."""
    whole = clone(estimator).fit(*example.arguments)
    expected = results(whole, example)
    if not expected:
        return
    for name in _state(whole):
        for what, write in _WRITTEN.items():
            fitted = copy.deepcopy(whole)
            results(fitted, example)
            try:
                write(getattr(fitted, name))
            except (ValueError, TypeError):
                continue
            try:
                assert_same(results(fitted, example), expected)
            except (AssertionError, ValueError):
                continue
            raise AssertionError(f"{name}: {what} can be written, and nothing comes of it; make it read-only")


def check_routing_changes_nothing_by_itself(estimator: Any, example: Example) -> None:
    """With scikit-learn's metadata routing enabled a fit without metadata gives the same."""
    expected = results(clone(estimator).fit(*example.arguments), example)
    with config_context(enable_metadata_routing=True):
        found = results(clone(estimator).fit(*example.arguments), example)
    assert_same(found, expected, "the result under metadata routing")


def check_repr_and_html(estimator: Any, example: Example) -> None:
    fitted = clone(estimator).fit(*example.arguments)
    for model in (estimator, fitted):
        assert type(estimator).__name__ in repr(model)
        assert type(estimator).__name__ in model._repr_html_()


def fitted_names(estimator: Any) -> list[str]:
    """Fitted attributes, private ones included."""
    parameters = estimator.get_params(deep=False)
    hidden = ("_sklearn_output_config", "_metadata_request", "_doc_link")
    return sorted(
        name
        for name in vars(estimator)
        if name not in parameters and not name.startswith(hidden) and not name.startswith("__")
    )


def _state(estimator: Any) -> list[str]:
    """Fitted attributes that are arrays of numbers, or lists of such, and that predictions may rest on."""
    found = []
    for name, value in vars(estimator).items():
        if not name.endswith("_") or name.startswith("_") or name in _TOLD:
            continue
        arrays = [value] if isinstance(value, np.ndarray) else value
        if isinstance(arrays, list | tuple) and arrays:
            if all(isinstance(array, np.ndarray) and array.dtype.kind == "f" for array in arrays):
                found.append(name)
    return found


def _write_in_place(value: Any) -> None:
    for array in [value] if isinstance(value, np.ndarray) else value:
        array[...] = 7.5


def _replace_the_last(value: Any) -> None:
    value[-1] = np.full_like(value[-1], 7.5)


_WRITTEN = {"numbers": _write_in_place, "the last element": _replace_the_last}
_TOLD = {"labels_", "n_samples_", "loss_curve_", "missing_", "noise_", "log_likelihood_"}


def _refused(example: Example) -> list[tuple[str, tuple[Any, ...]]]:
    """Arguments of fit that are wrong somewhere."""
    X, y = example.X, example.y
    rest = () if y is None else (y,)
    wrong: list[tuple[str, tuple[Any, ...]]] = [("no data", (None, *rest)), ("a word", ("X", *rest))]
    if isinstance(X, np.ndarray):
        infinite = X.copy()
        infinite[-1] = np.inf
        wrong += [
            ("infinity", (infinite, *rest)),
            ("five dimensions", (X[(..., *[None] * (5 - X.ndim))], *rest)),
        ]
    if isinstance(X, pd.DataFrame):
        for column in X.columns[:4]:
            wrong.append((f"no column {column}", (X.drop(columns=column), *rest)))
    if y is not None:
        wrong += [("too short a target", (X, y[:-1])), ("no target", (X, None))]
        wrong.append(("NaN in the target", (X, np.r_[np.full(1, np.nan), np.arange(len(y) - 1.0)])))
    return wrong


COMMON_CHECKS = [check for name, check in list(globals().items()) if name.startswith("check_")]
