"""Resampling that acts on training rows and never on the rows that are predicted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn import get_config
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import UNUSED, MetadataRouter, MethodMapping, process_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from skquake._core._frames import as_frame, is_frame
from skquake._core._routing import weight_params
from skquake._core._sklearn import HasMethods, fit_context, num_samples, safe_indexing
from skquake._core._typing import Array, ArrayLike, Estimator, FloatArray, IntArray, Rows


def _inner_has(method: str) -> Callable[[Any], bool]:
    """Whether the fitted (else the given) estimator has the method."""

    def check(self: Any) -> bool:
        getattr(getattr(self, "estimator_", self.estimator), method)  # its AttributeError says why not
        return True

    return check


class TrainOnly(MetaEstimatorMixin, BaseEstimator):
    """Fit an estimator on the rows that a resampler leaves; predict every row that is asked for.

    Parameters
    ----------
    resampler : object with ``fit_resample(X, y)`` or None
        An imbalanced-learn sampler, :class:`~skquake.catalogs.AftershockRemover`, ...; None keeps all
        rows (so that a search can ask whether resampling helps).
    estimator : estimator
        Classifier, regressor or pipeline; tags and methods follow it.

    Attributes
    ----------
    estimator_, resampler_ : the fitted clones
    classes_, n_features_in_, feature_names_in_ :
        Those of ``estimator_``, where it has them.

    Notes
    -----
    Arrays of more than two dimensions, such as windows (n_samples, length, channels), are handed to the
    resampler flattened to rows and get their shape back. On DataFrames the resampler must select rows:
    either it says which in ``sample_indices_``, or the index of what it returns, unchanged rows of ``X``,
    tells. One that makes new rows raises.

    ``sample_weight`` and every other fit parameter with as many rows as ``X`` are cut along; where the
    resampler does not say which rows it kept that raises. ``sample_weight`` goes to the last step of an
    inner pipeline. Under scikit-learn's metadata routing (``enable_metadata_routing=True``) this is a router:
    fit and score parameters go to whatever inside requests them.

    Examples
    --------
    >>> import numpy as np
    >>> from imblearn.under_sampling import RandomUnderSampler
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skquake.preprocessing import ChannelScaler, TrainOnly, WindowFlattener
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(60, 5, 2)), np.repeat([0, 1], [50, 10])
    >>> forest = make_pipeline(ChannelScaler(), WindowFlattener(), LogisticRegression())
    >>> model = TrainOnly(RandomUnderSampler(random_state=0), forest).fit(X, y)
    >>> len(model.resampler_.sample_indices_), len(model.predict(X))
    (20, 60)
    """

    _parameter_constraints: dict = {
        "resampler": [HasMethods("fit_resample"), None],
        "estimator": [HasMethods("fit")],
    }

    # A router asks for nothing itself: what is inside does.
    __metadata_request__fit = {"sample_weight": UNUSED}
    __metadata_request__score = {"sample_weight": UNUSED}

    _hands_weights_on = True  # under the names that the inner estimator takes

    def __init__(self, resampler: Any, estimator: Estimator) -> None:
        self.resampler = resampler
        self.estimator = estimator

    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self,
        X: Rows,
        y: Any = None,
        sample_weight: ArrayLike | None = None,
        **fit_params: Any,
    ) -> Self:
        """Resample the training rows and fit the estimator on them.

        Parameters
        ----------
        X : array-like or DataFrame of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None
        **fit_params : dict
            Passed on to ``estimator.fit`` (routed, under metadata routing), row-aligned ones cut along.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If the estimator takes no sample weights but gets some.
        ValueError
            If the resampler makes new rows of a DataFrame, leaves none, or does not say which rows it
            kept although a row-aligned parameter must follow.
        """
        fit_params = self._routed("fit", sample_weight, fit_params)
        X = as_frame(X, "X") if is_frame(X) else X
        if self.resampler is not None:
            n_samples = num_samples(X)
            if y is not None:
                check_consistent_length(X, y)
                if getattr(y, "ndim", 1) == 2 and y.shape[1] == 1:
                    y = column_or_1d(y, warn=True)
            self.resampler_ = clone(self.resampler)
            X, y, rows = self._resample(X, y)
            fit_params = {
                name: self._cut(name, value, rows) if _has_rows(value, n_samples) else value
                for name, value in fit_params.items()
            }
        self.estimator_ = clone(self.estimator).fit(X, y, **fit_params)
        return self

    def _routed(self, method: str, sample_weight: ArrayLike | None, params: dict[str, Any]) -> dict[str, Any]:
        """Parameters of a method of the inner estimator."""
        weights: dict[str, Any] = {} if sample_weight is None else {"sample_weight": sample_weight}
        if get_config()["enable_metadata_routing"]:
            return dict(process_routing(self, method, **weights, **params).estimator[method])
        if method == "fit" and weights:
            weights = weight_params(self.estimator, weights["sample_weight"])
            if not weights:
                raise TypeError(
                    f"TrainOnly: {type(self.estimator).__name__} takes no sample_weight; leave it out"
                )
        return {**params, **weights}

    def get_metadata_routing(self) -> MetadataRouter:
        """Routing of parameters to the inner estimator, as scikit-learn's user guide describes it.

        Returns
        -------
        sklearn.utils.metadata_routing.MetadataRouter
        """
        methods = MethodMapping().add(caller="fit", callee="fit").add(caller="score", callee="score")
        return MetadataRouter(owner=self).add(estimator=self.estimator, method_mapping=methods)

    def _resample(self, X: Rows, y: Any) -> tuple[Rows, Any, IntArray | None]:
        """What the resampler leaves of X and y, and the positions of these rows (None: unknown)."""
        name = type(self.resampler_).__name__
        shape = getattr(X, "shape", ())
        view = X.reshape(len(X), -1) if len(shape) > 2 else X
        kept, kept_y = self.resampler_.fit_resample(view, y)
        if not len(kept_y):
            raise ValueError(f"TrainOnly: {name} left none of the {num_samples(X)} training rows")
        rows = getattr(self.resampler_, "sample_indices_", None)
        if isinstance(X, pd.DataFrame):
            rows = _selected(X, kept, rows)
            if rows is None:
                raise ValueError(
                    f"TrainOnly: {name} returned rows that are not rows of the DataFrame X; on frames only "
                    "resamplers work that select rows (sample_indices_, or rows of X under their own index). "
                    "Put others after the step that cuts the windows"
                )
            return safe_indexing(X, rows), safe_indexing(y, rows), rows
        if len(shape) > 2:
            kept = kept.reshape(-1, *shape[1:])
        return kept, kept_y, rows

    def _cut(self, name: str, value: Any, rows: IntArray | None) -> Any:
        if rows is None:
            raise ValueError(
                f"TrainOnly: {name} cannot follow, since {type(self.resampler_).__name__} does not say which "
                "rows it kept (it has no sample_indices_); leave the parameter out or take a resampler that "
                "selects rows"
            )
        return safe_indexing(value, rows)

    @available_if(_inner_has("predict"))
    def predict(self, X: Rows) -> Array:
        """Predictions of the inner estimator for every row of ``X``."""
        check_is_fitted(self)
        return self.estimator_.predict(X)

    @available_if(_inner_has("predict_proba"))
    def predict_proba(self, X: Rows) -> FloatArray:
        """Probabilities (n_samples, n_classes), columns as in ``classes_``, for every row of ``X``."""
        check_is_fitted(self)
        return self.estimator_.predict_proba(X)

    @available_if(_inner_has("decision_function"))
    def decision_function(self, X: Rows) -> FloatArray:
        """Decision values of the inner estimator for every row of ``X``."""
        check_is_fitted(self)
        return self.estimator_.decision_function(X)

    @available_if(_inner_has("score"))
    def score(
        self, X: Rows, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None, **params: Any
    ) -> float:
        """Score of the inner estimator on every row of ``X``."""
        check_is_fitted(self)
        return self.estimator_.score(X, y, **self._routed("score", sample_weight, params))

    @property
    def classes_(self) -> Array:
        """Classes of the inner estimator."""
        check_is_fitted(self)
        return self.estimator_.classes_

    @property
    def n_features_in_(self) -> int:
        """Number of features that the inner estimator saw."""
        check_is_fitted(self)
        return self.estimator_.n_features_in_

    @property
    def feature_names_in_(self) -> Array:
        """Names of the features that the inner estimator saw."""
        check_is_fitted(self)
        return self.estimator_.feature_names_in_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        for name in (
            "estimator_type",
            "classifier_tags",
            "regressor_tags",
            "target_tags",
            "input_tags",
            "non_deterministic",
            "no_validation",
        ):
            setattr(tags, name, getattr(inner, name))
        return tags


def _selected(X: pd.DataFrame, kept: Any, rows: Any) -> IntArray | None:
    """Positions of the rows ``kept`` in the frame ``X``, or None where they are not rows of it."""
    if rows is None and isinstance(kept, pd.DataFrame) and X.index.is_unique:
        rows = X.index.get_indexer(kept.index)
    if rows is None or (rows := np.asarray(rows)).min(initial=0) < 0:
        return None
    if isinstance(kept, pd.DataFrame):
        same = X.iloc[rows].reset_index(drop=True).equals(kept.reset_index(drop=True))
        return rows if same else None
    return rows


def _has_rows(value: Any, n_samples: int) -> bool:
    """Whether a fit parameter goes row by row with X."""
    return hasattr(value, "__len__") and not isinstance(value, (str, bytes, dict)) and len(value) == n_samples
