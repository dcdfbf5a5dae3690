"""sktime's estimators of panels as scikit-learn's."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from skquake._core._output import WindowOutput
from skquake._core._sklearn import fit_context
from skquake._core._sktime import as_panel, fitted, fresh, from_panel, is_kind, shortest, takes_missing
from skquake._core._typing import Array, ArrayLike, Estimator, FloatArray, RandomState, Rows

_RULES: dict = {"random_state": ["random_state"]}


class _PanelAdapter(BaseEstimator):
    """What both adapters share: reading windows, and a fresh copy of the sktime object."""

    _inner: str
    random_state: RandomState

    def _read(self, X: Rows, y: Any = "no_validation", *, reset: bool = False) -> tuple[FloatArray, Any]:
        """Windows as sktime's "numpy3D", (n_samples, channels, length); a fit remembers their shape."""
        X = validate_data(
            self,
            X,
            y,
            reset=reset,
            allow_nd=True,
            dtype=np.float64,
            ensure_all_finite="allow-nan" if takes_missing(getattr(self, self._inner)) else True,
        )
        X, y = X if isinstance(X, tuple) else (X, None)
        if X.ndim > 3:
            raise ValueError(
                "X: expected windows of shape (n_samples, length, channels) or (n_samples, length), "
                f"got {X.shape}"
            )
        inner = getattr(self, self._inner)
        if X.shape[1] < shortest(inner):
            raise ValueError(
                f"X: windows of {X.shape[1]} steps are too short for {type(inner).__name__}, which takes "
                f"{shortest(inner)} steps or more; cut longer windows"
            )
        if reset:
            self.window_shape_ = X.shape[1:]
        elif X.shape[1:] != self.window_shape_:
            raise ValueError(
                f"X: windows of shape {X.shape[1:]}, but {type(self).__name__} was fitted on windows of "
                f"shape {self.window_shape_}; cut both alike"
            )
        return as_panel(X), y

    def _fresh(self, kind: str) -> Any:
        """An unfitted copy of the sktime object, seeded."""
        given = getattr(self, self._inner)
        if not is_kind(given, kind):
            raise TypeError(
                f"{self._inner}: {type(given).__name__} is no {kind} of sktime; scikit-learn's own need "
                "no adapter: put WindowFlattener or WindowStatistics before them"
            )
        return fresh(given, self.random_state)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = takes_missing(getattr(self, self._inner))
        return tags


class SktimeClassifier(ClassifierMixin, _PanelAdapter):
    """A panel classifier of sktime, for scikit-learn's pipelines, cross-validation and searches.

    Parameters
    ----------
    estimator : classifier of sktime
        Any that takes panels ("numpy3D"). Left as it is: a fit trains a copy. Its parameters are
        searched as ``estimator__...``.
    random_state : int, RandomState or None, default=None
        Seeds the copy; None leaves its own seed.

    Attributes
    ----------
    estimator_ : the fitted copy
    classes_ : ndarray of shape (n_classes,)
    window_shape_ : tuple
        (length, channels), or (length,) after a 2-D fit.
    n_features_in_ : int
        The length.

    Notes
    -----
    Windows are (n_samples, length, channels), as everywhere in this package; the copy gets sktime's order,
    (n_samples, channels, length). sktime's classifiers take no sample weights.

    References
    ----------
    M. Löning et al. (2019), "sktime: a unified interface for machine learning with time series",
    arXiv:1909.07872.

    Examples
    --------
    >>> import numpy as np
    >>> from sktime.classification.dummy import DummyClassifier
    >>> from skquake.baselines import SktimeClassifier
    >>> X, y = np.zeros((6, 20, 2)), np.array(["a", "a", "a", "a", "b", "b"])
    >>> model = SktimeClassifier(DummyClassifier(strategy="prior")).fit(X, y)
    >>> model.predict_proba(X[:1]).round(2)
    array([[0.67, 0.33]])
    """

    _inner = "estimator"
    _parameter_constraints: dict = {"estimator": "no_validation", **_RULES}

    def __init__(self, estimator: Estimator, *, random_state: RandomState = None) -> None:
        self.estimator = estimator
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Rows, y: ArrayLike) -> Self:
        """Fit a copy of ``estimator``.

        Parameters
        ----------
        X : array-like of shape (n_samples, length, channels) or (n_samples, length)
        y : array-like of shape (n_samples,)
            Class labels of any kind, two or more.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If ``estimator`` is no classifier of sktime.
        ValueError
            For infinite values, NaN where the estimator cannot take it, windows too short for it, or fewer
            than two classes.
        """
        model = self._fresh("classifier")
        X, y = self._read(X, y, reset=True)
        check_classification_targets(y)
        classes, codes = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(f"y holds one class only ({classes[0]!r}); a classifier needs at least two")
        self.classes_ = classes
        self.estimator_ = fitted(model, X, codes, seeded=self.random_state is not None)
        return self

    def predict(self, X: Rows) -> Array:
        """The class of each window, shape (n_samples,)."""
        check_is_fitted(self)
        return self.classes_[np.asarray(self.estimator_.predict(self._read(X)[0]), dtype=int)]

    def predict_proba(self, X: Rows) -> FloatArray:
        """Probability of each class, shape (n_samples, n_classes), columns as in ``classes_``."""
        check_is_fitted(self)
        return np.asarray(self.estimator_.predict_proba(self._read(X)[0]), dtype=np.float64)


class SktimeTransformer(WindowOutput, _PanelAdapter):
    """A panel transformer of sktime, for scikit-learn's pipelines, cross-validation and searches.

    Parameters
    ----------
    transformer : transformer of sktime
        One that makes a row of features of each series (MiniRocket, ...) or a series of each series.
        Left as it is: a fit trains a copy. Its parameters are searched as ``transformer__...``.
    random_state : int, RandomState or None, default=None
        Seeds the copy; None leaves its own seed.

    Attributes
    ----------
    transformer_ : the fitted copy
    window_shape_ : tuple
        (length, channels), or (length,) after a 2-D fit.
    n_features_in_ : int
        The length.

    Notes
    -----
    Windows are (n_samples, length, channels), as everywhere in this package; the copy gets sktime's order,
    (n_samples, channels, length), and series that it makes get ours back.

    References
    ----------
    M. Löning et al. (2019), "sktime: a unified interface for machine learning with time series",
    arXiv:1909.07872.

    Examples
    --------
    >>> import numpy as np
    >>> from sktime.transformations.summarize import SummaryTransformer
    >>> from skquake.baselines import SktimeTransformer
    >>> X = np.arange(12.0).reshape(2, 6, 1)
    >>> mean = SktimeTransformer(SummaryTransformer(summary_function=("mean",), quantiles=None))
    >>> mean.fit_transform(X)
    array([[2.5],
           [8.5]])
    """

    _inner = "transformer"
    _parameter_constraints: dict = {"transformer": "no_validation", **_RULES}

    def __init__(self, transformer: Estimator, *, random_state: RandomState = None) -> None:
        self.transformer = transformer
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Rows, y: ArrayLike | None = None) -> Self:
        """Fit a copy of ``transformer``.

        Parameters
        ----------
        X : array-like of shape (n_samples, length, channels) or (n_samples, length)
        y : array-like of shape (n_samples,) or None
            For the transformers that want it.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If ``transformer`` is no transformer of sktime.
        ValueError
            For infinite values, NaN where the transformer cannot take it, or windows too short for it.
        """
        model = self._fresh("transformer")
        panel, _ = self._read(X, reset=True)
        y = None if y is None else np.asarray(y)
        self.transformer_ = fitted(model, panel, y, seeded=self.random_state is not None)
        self._n_features_out = from_panel(self.transformer_.transform(panel[:1])).shape[-1]
        return self

    def transform(self, X: Rows) -> FloatArray:
        """Features (n_samples, n_features), or windows (n_samples, length, channels)."""
        check_is_fitted(self)
        return from_panel(self.transformer_.transform(self._read(X)[0]))

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """``{transformer}_0, {transformer}_1, ...``: the features, or the channels of the windows made.

        Parameters
        ----------
        input_features : array-like of str or None
            Names of what came in; they are not those of what comes out.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self)
        name = type(self.transformer).__name__.lower()
        return np.array([f"{name}_{k}" for k in range(self._n_features_out)], dtype=object)
