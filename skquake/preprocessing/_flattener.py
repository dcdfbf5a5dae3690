"""Windows as rows of a table, for estimators that know no time axis."""

from __future__ import annotations

import numpy as np
from sklearn.utils.validation import check_array, check_is_fitted

from skquake._core._typing import Array, ArrayLike, FloatArray, Rows
from skquake.preprocessing._windows import ShapeLearner, channel_names


class WindowFlattener(ShapeLearner):
    """Lay windows (n_samples, length, channels) out as rows (n_samples, length * channels).

    Step by step, the channels of a step beside each other; 2-D input is flat already and returned as it
    is. NaN stays NaN.

    Attributes
    ----------
    window_shape_ : tuple
        (length, channels), or (length,) after a 2-D fit.
    n_features_in_ : int
        The length.

    Notes
    -----
    Windows carry no names. The columns of a frame (``set_output``) are ``c0_0, c1_0, ...`` therefore;
    ``pipeline[:-1].get_feature_names_out()`` has the names that the channels have in the steps before.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.preprocessing import WindowFlattener
    >>> flattener = WindowFlattener()
    >>> flattener.fit_transform(np.arange(6.0).reshape(1, 3, 2))
    array([[0., 1., 2., 3., 4., 5.]])
    >>> flattener.get_feature_names_out(["Ne", "Te"])[:3]
    array(['Ne_0', 'Te_0', 'Ne_1'], dtype=object)
    """

    def transform(self, X: Rows) -> FloatArray:
        """Rows (n_samples, length * channels), dtype kept."""
        X = self._read(X)
        return X.reshape(len(X), -1)

    def inverse_transform(self, X: Rows) -> FloatArray:
        """Windows again, of the shape seen in ``fit``.

        Parameters
        ----------
        X : array-like of shape (n_samples, length * channels)

        Returns
        -------
        ndarray of shape (n_samples, length, channels), or (n_samples, length) after a 2-D fit
        """
        check_is_fitted(self)
        X = check_array(X, dtype=(np.float64, np.float32), ensure_all_finite="allow-nan", input_name="X")
        if X.shape[1] != np.prod(self.window_shape_):
            raise ValueError(
                f"X: rows of {X.shape[1]} values do not fill windows of shape {self.window_shape_}"
            )
        return X.reshape(-1, *self.window_shape_)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """``{channel}_{position}`` of every column; the names of ``X`` itself after a 2-D fit.

        Parameters
        ----------
        input_features : array-like of str or None
            Names of the channels; ``c0, c1, ...`` by default.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self)
        if len(self.window_shape_) == 1:
            return super().get_feature_names_out(input_features)
        length, n_channels = self.window_shape_
        names = channel_names(input_features, n_channels)
        return np.array([f"{name}_{step}" for step in range(length) for name in names], dtype=object)
