"""ED-LSTME: an encoder-decoder of LSTMs that forecasts all stations at once."""

from __future__ import annotations

from math import prod
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from skquake._core._sklearn import Interval, StrOptions, check_sample_weight, fit_context
from skquake._core._validation import check_windows
from skquake.neural._classifier import _AS_WINDOWS, NetworkClassifier, _generator

LOSS = "mean_squared_error"
_MOST = 100_000  # outputs a step, or steps, of a saved network
_POSITIVE = [Interval(Integral, 1, None, closed="left")]


class EDLSTMERegressor(RegressorMixin, BaseEstimator):
    """Encoder-decoder of LSTMs from windows of history to the steps that follow, all stations jointly.

    An LSTM reads the history, its last state is repeated for every step of the output, LSTMs decode it, and
    two dense layers make of each step the values of all stations.

    Parameters
    ----------
    n_out : int or None, default=None
        Steps of the output where y is 2-D, its columns step after step. None: each column is a step of one
        series. A 3-D y says it by its shape.
    units : int, default=100
        Units of each LSTM and of the dense layer (the paper searched 100 to 400).
    decoder_layers : int, default=2
    activation : {"relu", "tanh"}, default="relu"
        Of the LSTMs.
    learning_rate : float, default=1e-3
        Of Adam.
    batch_size : int, default=32
    epochs : int, default=50
    validation_fraction : float in [0, 1), default=0.0
        The last rows, held out of training.
    patience : int or None, default=None
        Epochs without a better validation loss before training stops and returns to the best; needs
        ``validation_fraction``.
    callbacks : list of keras callbacks or None, default=None
        Copied for each fit.
    random_state : int, RandomState or None, default=None
    verbose : int, default=0

    Attributes
    ----------
    weights_ : list of ndarray
        Weights in the order of the network's layers, read-only.
    history_ : dict of {str: list of float}
        Mean squared error by epoch.
    input_shape_ : tuple of int
        (n_in, features) of a window.
    output_shape_ : tuple of int
        Shape of a row of y.
    n_features_in_ : int
        Times in a window.

    See Also
    --------
    skquake.forecasting.WalkForwardForecaster : Cuts the windows, scales them to (-1, 1), and forecasts.

    Notes
    -----
    Scale X and y before: an LSTM with rectified units grows without bound on large values.

    Honest score: on 15 days of real TEC maps at ten latitudes, forecasts four hours at a time, its root mean
    square error was 4.1 TECU, a ridge regression's 4.0, the same hour yesterday's 5.5.
    The page "What was measured" has all models, by latitude.

    References
    ----------
    P. Xiong et al. (2022), "GNSS TEC-based earthquake ionospheric perturbation detection using a novel deep
    learning framework", IEEE JSTARS 15, 4248-4263, doi:10.1109/JSTARS.2022.3175961.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.neural import EDLSTMERegressor
    >>> X = np.random.default_rng(0).uniform(-1, 1, size=(60, 12, 4))  # 12 times of 2 stations and 2 indices
    >>> y = X[:, -3:, :2]  # 3 steps of the stations
    >>> EDLSTMERegressor(units=4, epochs=1, random_state=0).fit(X, y).predict(X).shape
    (60, 3, 2)
    """

    _saved = ("weights_", "history_", "input_shape_", "output_shape_", "n_features_in_")
    _parameter_constraints: dict = {
        "n_out": [*_POSITIVE, None],
        "units": _POSITIVE,
        "decoder_layers": _POSITIVE,
        "activation": [StrOptions({"relu", "tanh"})],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "batch_size": _POSITIVE,
        "epochs": _POSITIVE,
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "patience": [*_POSITIVE, None],
        "callbacks": [list, tuple, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        n_out=None,
        units=100,
        decoder_layers=2,
        activation="relu",
        learning_rate=1e-3,
        batch_size=32,
        epochs=50,
        validation_fraction=0.0,
        patience=None,
        callbacks=None,
        random_state=None,
        verbose=0,
    ):
        self.n_out = n_out
        self.units = units
        self.decoder_layers = decoder_layers
        self.activation = activation
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.callbacks = callbacks
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_in, features) or (n_samples, n_in)
            Windows of history; 2-D input means one feature.
        y : array-like of shape (n_samples,), (n_samples, n_out * stations) or (n_samples, n_out, stations)
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, not negative.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For NaN (naming the sample), columns of y that are no multiple of ``n_out``, parameters that do
            not go together, or training that diverged.
        """
        shape, y = _flat(y)
        X, y = validate_data(self, X, y, multi_output=True, y_numeric=True, **_AS_WINDOWS)
        X, y = check_windows(X), np.asarray(y, np.float32).reshape(len(y), -1)
        network = self._described(X.shape[1:], shape[1:])
        weight = check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        if self.patience is not None and not self.validation_fraction:
            raise ValueError("patience needs validation_fraction > 0: without it nothing says when to stop")
        held_out = round(self.validation_fraction * len(X))
        n = len(X) - held_out
        if not n or not weight[:n].any() or (self.validation_fraction and not held_out):
            raise ValueError(
                f"validation_fraction={self.validation_fraction} of {len(X)} samples leaves {n} to train on "
                f"and {held_out} to validate on; both need one with a positive weight"
            )
        weight = (weight / weight[:n].mean()).astype(np.float32)
        rng = _generator(self.random_state)

        from skquake.neural._adapter import train_regressor

        self._network = network
        with _borrowed(self._network) as model:
            model.holds = None
            model.reset(rng, self.learning_rate)
            history = train_regressor(
                model,
                X[:n],
                y[:n],
                weight[:n],
                callbacks=self._callbacks(),
                rng=rng,
                batch_size=self.batch_size,
                epochs=self.epochs,
                validation_data=(X[n:], y[n:], weight[n:]) if held_out else None,
                verbose=int(self.verbose),
            )
            weights = model.get_weights()
        for values in weights:
            values.flags.writeable = False
        if not all(np.isfinite(values).all() for values in weights):
            raise ValueError(
                f"training diverged: weights are not finite after {len(history['loss'])} epochs; scale X and "
                f"y, take activation='tanh', or lower learning_rate={self.learning_rate}"
            )
        self.history_ = history
        self.weights_ = weights
        self.input_shape_, self.output_shape_ = X.shape[1:], shape[1:]
        return self

    def predict(self, X):
        """The steps that follow each window.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_in, features) or (n_samples, n_in)

        Returns
        -------
        ndarray of float64, shape as the y of ``fit``
        """
        check_is_fitted(self)
        X = check_windows(validate_data(self, X, reset=False, **_AS_WINDOWS))
        if X.shape[1:] != self.input_shape_:
            raise ValueError(f"X has windows of shape {X.shape[1:]}, but fit saw {self.input_shape_}")
        with _borrowed(self._network) as model:
            if model.holds is not self.weights_[0]:
                model.set_weights(self.weights_)
                model.holds = self.weights_[0]
            found = model.predict(X).astype(np.float64)
        return found.reshape(len(X), *self.output_shape_)

    _callbacks = NetworkClassifier._callbacks

    def _described(self, input_shape, output_shape):
        """All that the network depends on: its options, steps of the output, shape of a window, outputs."""
        columns = prod(output_shape)
        given = self.n_out
        n_out = output_shape[0] if len(output_shape) == 2 else columns if given is None else given
        if given not in (None, n_out) or columns % n_out:
            shape = ", ".join(map(str, ("n_samples", *output_shape)))
            raise ValueError(
                f"n_out={given} does not go with y of shape ({shape}); give y as (n_samples, n_out, "
                "stations) and leave n_out=None"
            )
        options = {name: getattr(self, name) for name in ("units", "decoder_layers", "activation")}
        return tuple(options.items()), n_out, tuple(input_shape), columns

    def _weight_shapes(self):
        """Shapes of the weights of this fitted network, found without making them."""
        import keras

        from skquake.neural._ed_lstme_network import ed_lstme

        self._network = self._described(self.input_shape_, self.output_shape_)
        options, n_out, shape, n_outputs = self._network
        with keras.StatelessScope(initialize_variables=False):
            model = ed_lstme(shape, n_outputs, n_out=n_out, **dict(options))
            return [tuple(weight.shape) for weight in model.weights]

    def _check_saved(self):
        """Raise unless the fitted attributes agree with one another."""
        if not (
            self.n_features_in_ == self.input_shape_[0]
            and len(self.output_shape_) <= 2
            and all(1 <= n <= _MOST for n in self.output_shape_)
        ):
            raise ValueError(f"windows of {self.input_shape_} for outputs of shape {self.output_shape_}")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.target_tags.single_output = True
        tags.target_tags.multi_output = True
        return tags


def _flat(y):
    """Shape of y, and y with its last two dimensions made one if it has three."""
    values = np.asarray(y)
    return values.shape, values.reshape(len(values), -1) if values.ndim == 3 else y


def _borrowed(network):
    """Context: the compiled model of a network, from the cache of this process."""
    import keras

    from skquake.neural._ed_lstme_network import ed_lstme
    from skquake.neural._model_cache import borrowed
    from skquake.neural._optimizer import Adam
    from skquake.neural._trainer import SeededRegressionModel

    options, n_out, shape, n_outputs = network

    def build():
        model = ed_lstme(shape, n_outputs, n_out=n_out, **dict(options), model_class=SeededRegressionModel)
        model.compile(Adam(), loss=LOSS)
        model.remember()
        return model

    return borrowed(("ed_lstme", network, keras.backend.backend(), keras.config.dtype_policy().name), build)
