"""The checks of an estimator: which apply, and running them with pytest or without."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sklearn import config_context

from skquake.testing import _array_checks, _common_checks, _frame_checks
from skquake.testing._expected_failures import expected_failed_checks as known_failures
from skquake.testing._forecaster_checks import FORECASTER_CHECKS
from skquake.testing._instances import own_example, ready, tiny_instances
from skquake.testing._kinds import Example, example_of, kind_of, takes_windows
from skquake.testing._sampler_checks import SAMPLER_CHECKS
from skquake.testing._source_checks import SOURCE_CHECKS
from skquake.testing._splitter_checks import SPLITTER_CHECKS
from skquake.testing._window_step_checks import WINDOW_STEP_CHECKS

# Those of scikit-learn's checks that need no array of numbers.
_WITHOUT_DATA = (
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_valid_tag_types",
    "check_no_attributes_set_in_init",
    "check_get_params_invariance",
    "check_set_params",
)


class Check:
    """One check, as a function of the estimator.

    Attributes
    ----------
    name : str
        By which the table of expected failures knows it.
    """

    def __init__(self, function: Callable[..., Any], name: str, call: Callable[[Any], Any]) -> None:
        self.func, self.name, self._call = function, name, call

    def __call__(self, estimator: Any) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the checks provoke warnings
            self._call(estimator)

    def __repr__(self) -> str:
        return self.name


def skquake_checks_generator(estimator: Any, X: Any = None, y: Any = None) -> Iterator[tuple[Any, Check]]:
    """The checks that an estimator, a sampler of controls, a splitter or a source must pass.

    What takes arrays goes through scikit-learn's own checks as well. Beyond these: a refused or interrupted
    refit leaves the model that was there; nothing is changed that was handed in; pandas output, metadata
    routing, weights, tables of other libraries, names of the output, tags through wrappers; and what each
    kind promises (a window step gives a row for a row, a forecaster sees nothing of the future, ...).

    Parameters
    ----------
    estimator : object
        Unfitted and quick to fit.
    X, y : optional
        Small data that it takes. By default made for its kind: windows, a catalog, samples cut from its
        ``source``, a series. Only an estimator that takes none of these must have them.

    Yields
    ------
    estimator, check : object, callable
        ``check(estimator)`` raises where the promise does not hold; ``check.name`` is its name.

    Raises
    ------
    TypeError, ValueError
        For what is no estimator, or one that needs data of its own.

    Examples
    --------
    >>> from skquake.preprocessing import WindowNormalizer
    >>> from skquake.testing import skquake_checks_generator
    >>> names = [check.name for _, check in skquake_checks_generator(WindowNormalizer())]
    >>> "check_estimator_cloneable" in names, "check_stopped_refit_leaves_the_old_state" in names
    (True, True)
    """
    from sklearn.utils import estimator_checks  # loads pytest where it is installed

    kind = kind_of(estimator)
    if kind == "array":
        for _, check in estimator_checks.estimator_checks_generator(estimator):
            function = getattr(check, "func", check)
            yield estimator, Check(function, _name_with_options(check), _prepared(check))
    elif kind != "source":
        for name in _WITHOUT_DATA:
            function = getattr(estimator_checks, name)
            yield estimator, Check(function, name, _named(function, type(estimator).__name__))
    if X is None and (own := own_example(estimator)) is not None:
        X, y = own.X, own.y
    if X is None and kind == "frame":
        example_of(estimator)  # which says what is missing
    on_rows, on_example = _of_kind(estimator, kind)
    for function in on_rows:
        yield estimator, Check(function, function.__name__, _on(function, X, y, rows=True))
    for function in on_example:
        yield estimator, Check(function, function.__name__, _on(function, X, y, rows=False))


def check_skquake_estimator(
    estimator: Any,
    X: Any = None,
    y: Any = None,
    *,
    expected_failed_checks: dict[str, str] | None = None,
    on_fail: str = "raise",
) -> list[dict[str, Any]]:
    """Run all checks of :func:`skquake_checks_generator` on one object.

    Parameters
    ----------
    estimator, X, y
        As for :func:`skquake_checks_generator`.
    expected_failed_checks : dict of {str: str}, default=None
        Names of checks that it cannot pass, with the reasons.
    on_fail : {"raise", "warn", None}, default="raise"
        What a failure that was not expected does.

    Returns
    -------
    list of dict
        One a check: ``check_name``, ``status`` ("passed", "failed", "xfail", "skipped"), ``exception``,
        ``reason``.

    Examples
    --------
    An estimator of one's own, the range of each channel, that checks no input and names no output:

    >>> import numpy as np
    >>> from sklearn.base import BaseEstimator, TransformerMixin
    >>> from skquake.testing import check_skquake_estimator
    >>> class Range(TransformerMixin, BaseEstimator):
    ...     def fit(self, X, y=None):
    ...         return self
    ...     def transform(self, X):
    ...         return np.ptp(np.asarray(X), axis=1)
    ...     def __sklearn_tags__(self):
    ...         tags = super().__sklearn_tags__()
    ...         tags.input_tags.three_d_array, tags.input_tags.two_d_array = True, False
    ...         tags.requires_fit = False
    ...         return tags
    >>> found = check_skquake_estimator(Range(), on_fail=None)
    >>> failed = [row["check_name"] for row in found if row["status"] == "failed"]
    >>> "check_what_is_no_input_is_refused" in failed, "check_names_of_the_output" in failed
    (True, True)
    """
    from unittest import SkipTest

    expected = known_failures(estimator) | (expected_failed_checks or {})
    found = []
    for thing, check in skquake_checks_generator(estimator, X, y):
        row: dict[str, Any] = {
            "check_name": check.name,
            "status": "passed",
            "exception": None,
            "reason": None,
        }
        reason = expected.get(check.func.__name__)
        try:
            check(thing)
        except SkipTest as skipped:
            row.update(status="skipped", exception=skipped)
        except Exception as error:
            row.update(status="failed" if reason is None else "xfail", exception=error, reason=reason)
            if reason is None and on_fail == "raise":
                raise
            if reason is None and on_fail == "warn":
                warnings.warn(f"{type(estimator).__name__} fails {check.name}: {error}", stacklevel=2)
        found.append(row)
    return found


def parametrize_with_skquake_checks(
    estimators: Sequence[Any] | None = None,
    *,
    expected_failed_checks: Callable[[Any], dict[str, str]] | None = None,
) -> Any:
    """Decorate a test of ``(estimator, check)``: pytest runs it for every check of every estimator.

    Parameters
    ----------
    estimators : sequence, default=None
        Unfitted and quick to fit; every public estimator and source of this package by default. An element
        may be a tuple ``(estimator, X)`` or ``(estimator, X, y)`` with small data.
    expected_failed_checks : callable, default=None
        ``{name of a check: reason}`` for an estimator, besides those that are known of this package; such a
        check must fail.

    Returns
    -------
    decorator

    Examples
    --------
    In a test file of one's own::

        from skquake.testing import parametrize_with_skquake_checks

        @parametrize_with_skquake_checks([MyClassifier(epochs=1), MyWindowStep()])
        def test_checks(estimator, check):
            check(estimator)
    """
    import pytest

    parameters = []
    for entry in tiny_instances() if estimators is None else estimators:
        estimator, *data = entry if isinstance(entry, tuple) else (entry,)
        expected = known_failures(estimator)
        if expected_failed_checks is not None:
            expected |= expected_failed_checks(estimator)
        name = _short(estimator)
        for thing, check in skquake_checks_generator(estimator, *data):
            reason = expected.get(check.func.__name__)
            marks = () if reason is None else (pytest.mark.xfail(reason=reason, strict=True),)
            parameters.append(pytest.param(thing, check, marks=marks, id=f"{name}-{check.name}"))
    return pytest.mark.parametrize(("estimator", "check"), parameters)


def _of_kind(estimator: Any, kind: str) -> tuple[list[Any], list[Any]]:
    """Checks of (object, X), and checks of (object, example)."""
    if kind == "source":
        return SOURCE_CHECKS, []
    if kind == "sampler":
        return SAMPLER_CHECKS, []
    if kind == "splitter":
        return [], SPLITTER_CHECKS
    common = list(_common_checks.COMMON_CHECKS)
    if kind == "forecaster":
        return [], [*common, *FORECASTER_CHECKS]
    if kind in ("array", "windows"):
        steps = hasattr(estimator, "transform") and takes_windows(estimator)
        return WINDOW_STEP_CHECKS if steps else [], [*common, *_array_checks.applicable(estimator)]
    if kind == "catalog" and not hasattr(estimator, "transform"):
        return [], [*common, _frame_checks.check_what_is_no_table_is_refused]
    frames = [
        _frame_checks.check_other_dataframes,
        _frame_checks.check_what_is_no_table_is_refused,
        _array_checks.check_pandas_output,
    ]
    if kind == "catalog":
        return [], [*common, *frames, _frame_checks.check_catalog_step_keeps_rows_and_columns]
    if kind == "samples":
        return WINDOW_STEP_CHECKS, [
            *common,
            *frames,
            _frame_checks.check_pipeline_of_samples_names_its_columns,
        ]
    return [], [*common, _array_checks.check_pandas_output]


def _prepared(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """scikit-learn's checks expect its default configuration."""

    def run(estimator: Any) -> None:
        with config_context(transform_output="default", enable_metadata_routing=False):
            check(ready(estimator))

    return run


def _named(function: Callable[..., Any], name: str) -> Callable[[Any], Any]:
    return lambda estimator: function(name, estimator)


def _on(function: Callable[..., Any], X: Any, y: Any, *, rows: bool) -> Callable[[Any], Any]:
    def run(estimator: Any) -> None:
        estimator = ready(estimator)
        example: Example = example_of(estimator, X, y)
        function(estimator, example.X if rows else example)

    return run


def _name_with_options(check: Any) -> str:
    """Name of one of scikit-learn's checks, with the options that tell its variants apart."""
    options = ",".join(f"{name}={value}" for name, value in (getattr(check, "keywords", None) or {}).items())
    name = getattr(check, "func", check).__name__
    return f"{name}({options})" if options else name


def _short(thing: Any) -> str:
    """The object in a word, with the parameters that were changed."""
    if not hasattr(thing, "get_params"):
        return type(thing).__name__ + (f"-{thing.kind}" if hasattr(thing, "kind") else "")
    with config_context(print_changed_only=True):
        return re.sub(r"\s", "", str(thing))[:120]
