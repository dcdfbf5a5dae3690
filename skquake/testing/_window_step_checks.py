"""What every step between samples and classifier promises: one row in, one row out, order kept.

Each check takes an unfitted step and what it transforms: a sample frame or windows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils import get_tags

from skquake._core._sklearn import safe_indexing
from skquake.testing._raises import raises


def check_one_row_a_sample(step: Any, X: Any) -> None:
    windows = clone(step).fit_transform(X)
    assert isinstance(windows, np.ndarray), f"{type(windows).__name__}, not an array"
    assert windows.shape[0] == len(X), f"{windows.shape[0]} rows from {len(X)}"
    if isinstance(X, np.ndarray) and "float32" not in get_tags(step).transformer_tags.preserves_dtype:
        assert windows.dtype.kind == "f", windows.dtype
    else:
        assert windows.dtype == np.float32, windows.dtype


def check_order_and_subsets(step: Any, X: Any) -> None:
    step = clone(step).fit(X)
    windows = step.transform(X)
    rng = np.random.default_rng(0)
    for rows in (rng.permutation(len(X)), rng.choice(len(X), 3, replace=False), np.array([0, 0, len(X) - 1])):
        np.testing.assert_array_equal(step.transform(safe_indexing(X, rows)), windows[rows])


def check_fit_transform_and_repetition(step: Any, X: Any) -> None:
    step = clone(step)
    np.testing.assert_array_equal(step.fit_transform(X), step.fit(X).transform(X))
    np.testing.assert_array_equal(step.transform(X), step.transform(X))


def check_stateless_steps_need_no_fit(step: Any, X: Any) -> None:
    step = clone(step)
    if step.__sklearn_tags__().requires_fit:
        return
    half = clone(step).fit(safe_indexing(X, np.arange(len(X) // 2)))
    np.testing.assert_array_equal(step.transform(X), half.transform(X))


def check_what_is_no_input_is_refused(step: Any, X: Any) -> None:
    for wrong in (None, "windows", np.zeros(3), np.zeros((2, 2, 2, 2))):
        with raises((TypeError, ValueError)):
            clone(step).fit_transform(wrong)


WINDOW_STEP_CHECKS = [value for name, value in list(globals().items()) if name.startswith("check_")]
