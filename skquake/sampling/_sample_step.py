"""What the steps that take samples have in common."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.utils import Tags

from skquake._core._output import WindowOutput


class SampleStep(WindowOutput, BaseEstimator):
    """First step of a pipeline: rows of samples in, arrays out; nothing is learnt.

    A subclass has ``missing``: whether a sample without its array is an error or all NaN.
    """

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        return tags
