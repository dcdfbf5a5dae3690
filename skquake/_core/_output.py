"""``set_output`` of transformers whose output need not be a table."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from sklearn.base import TransformerMixin

from skquake._core._sklearn import remember_output, wrap_output
from skquake._core._typing import Rows

__all__ = ["WindowOutput"]


class WindowOutput(TransformerMixin):
    """Base of transformers of windows, images, series and catalogs, in the place of ``TransformerMixin``.

    ``set_output(transform="pandas")`` and ``set_config(transform_output="pandas")`` (or "polars") are taken
    by every step, so that a pipeline can be asked as a whole. A 2-D array comes out as the frame asked for,
    its columns named by ``get_feature_names_out``. Windows and images (more than two dimensions) fit no
    frame, and what is a frame or a DataArray already keeps its index: they come out as they are.

    A subclass defines ``transform`` and ``get_feature_names_out``, the names along the last axis.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(auto_wrap_output_keys=None, **kwargs)  # scikit-learn would wrap any output
        if "transform" in vars(cls):
            cls.transform = _wrapped(cls.transform)

    def set_output(self, *, transform: str | None = None) -> Any:
        """Choose the container of what ``transform`` returns, where that is a table.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, default=None
            None changes nothing. Windows and images are arrays whatever is chosen.

        Returns
        -------
        self
        """
        if transform is not None:
            remember_output(self, transform)
        return self

    def _is_table(self, output: Any) -> bool:
        """Whether an output becomes the frame asked for."""
        return isinstance(output, np.ndarray) and output.ndim == 2


def _wrapped(method: Any) -> Any:
    @functools.wraps(method)
    def transform(self: Any, X: Rows, *args: Any, **kwargs: Any) -> Any:
        output = method(self, X, *args, **kwargs)
        return wrap_output(self, output, X) if self._is_table(output) else output

    return transform
