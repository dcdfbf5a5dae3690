"""What all neural classifiers share: everything but the network."""

from __future__ import annotations

import copy
import os
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state, compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from skquake._core._sklearn import Interval, StrOptions, check_sample_weight, fit_context
from skquake._core._validation import check_windows

STAGES = ("conv", "lstm", "dense")
LOSS = "sparse_categorical_crossentropy"
_AS_WINDOWS = {"allow_nd": True, "dtype": "float32", "ensure_all_finite": False}


class NetworkClassifier(ClassifierMixin, BaseEstimator):
    """Base of the neural classifiers: a subclass says which network, this class trains and applies it.

    A subclass has the constructor parameters named in ``_parameter_constraints`` and those of its network,
    and defines ``_architecture(length)``: the builder and its keywords, or an error.
    """

    _saved: tuple[str, ...] = ("classes_", "weights_", "history_", "input_shape_", "n_features_in_")
    _parameter_constraints: dict = {
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "patience": [Interval(Integral, 1, None, closed="left"), None],
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "callbacks": [list, tuple, None],
        "pretrained": "no_validation",
        "freeze": ["array-like", StrOptions(set(STAGES)), None],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, length, channels) or (n_samples, length)
            Windows; 2-D input means one channel.
        y : array-like of shape (n_samples,)
            Class labels of any kind, two or more.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, not negative; scaled to a mean of one together with ``class_weight``.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For NaN (naming the sample), fewer than two classes, windows or parameters that make no network.
        """
        X, y = self._check_X_y(X, y)
        warm = self.warm_start and hasattr(self, "weights_")
        codes = self._encode(y, warm)
        weight = self._weights(y, codes, sample_weight)
        builder, options = self._architecture(X.shape[1])
        donor = self._donor()
        frozen = self._frozen(warm or donor is not None)
        if warm and self.input_shape_ != X.shape[1:]:
            raise ValueError(
                f"warm_start: windows have shape {X.shape[1:]}, before it was {self.input_shape_}"
            )
        if self.patience is not None and not self.validation_fraction:
            raise ValueError("patience needs validation_fraction > 0: without it nothing says when to stop")
        rng = _generator(self.random_state)
        train, held_out = _stratified_split(codes, self.validation_fraction, rng)

        from skquake.neural._adapter import train_classifier

        self._network = (builder, tuple(sorted(options.items())), X.shape[1:], len(self.classes_), frozen)
        with _borrowed(self._network) as model:
            model.holds = None
            model.reset(rng, self.learning_rate)
            if warm:
                model.set_weights(self.weights_)
            elif donor is not None:
                model.set_weights(self._transplanted(donor, model.get_weights()))
            history = train_classifier(
                model,
                X[train],
                codes[train],
                weight[train] / weight[train].mean(),
                callbacks=self._callbacks(),
                rng=rng,
                batch_size=self.batch_size,
                epochs=self.epochs,
                validation_data=(X[held_out], codes[held_out], weight[held_out]) if len(held_out) else None,
                verbose=int(self.verbose),
                **self._fit_options(),
            )
            weights = model.get_weights()
        for values in weights:
            values.flags.writeable = False
        if not all(np.isfinite(values).all() for values in weights):
            raise ValueError(
                f"training diverged: weights are not finite after {len(history['loss'])} epochs; scale the "
                f"channels (ChannelScaler) or lower learning_rate={self.learning_rate}"
            )
        self.history_ = {k: (self.history_.get(k, []) if warm else []) + v for k, v in history.items()}
        self.weights_ = weights
        self.input_shape_ = X.shape[1:]
        return self

    def predict_proba(self, X):
        """Probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, length, channels) or (n_samples, length)

        Returns
        -------
        ndarray of shape (n_samples, n_classes), float64
            Columns as in ``classes_``; rows sum to one.
        """
        check_is_fitted(self)
        X = self._check_X(X)
        if X.shape[1:] != self.input_shape_:
            raise ValueError(f"X has windows of shape {X.shape[1:]}, but fit saw {self.input_shape_}")
        with _borrowed(self._network) as model:
            if model.holds is not self.weights_[0]:
                model.set_weights(self.weights_)
                model.holds = self.weights_[0]
            probability = model.predict(X).astype(np.float64)
        return probability / probability.sum(axis=1, keepdims=True)

    def predict(self, X):
        """The most probable class of each window.

        Parameters
        ----------
        X : array-like of shape (n_samples, length, channels) or (n_samples, length)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        probability = self.predict_proba(X)
        return self.classes_[probability.argmax(axis=1)]

    def _architecture(self, length):
        raise NotImplementedError

    def _fit_options(self):
        """Further options of the model's ``fit``."""
        return {}

    def _check_X_y(self, X, y):
        """Windows as float32 (n, length, channels), and labels; notes the number of features."""
        X, y = validate_data(self, X, y, **_AS_WINDOWS)
        check_classification_targets(y)
        if X.shape[1] == 1:
            raise ValueError("windows of one observation, n_features=1: too short for any network")
        return check_windows(X), y

    def _check_X(self, X):
        return check_windows(validate_data(self, X, reset=False, **_AS_WINDOWS))

    def _encode(self, y, warm):
        classes, codes = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(f"y holds one class only ({classes[0]!r}); a classifier needs at least two")
        if warm and not np.array_equal(classes, self.classes_):
            raise ValueError(f"warm_start: y has classes {classes}, before they were {self.classes_}")
        self.classes_ = classes
        return codes

    def _weights(self, y, codes, sample_weight):
        weight = check_sample_weight(sample_weight, y, dtype=np.float64, ensure_non_negative=True)
        weight = weight * compute_sample_weight(self.class_weight, y)
        if len(np.unique(codes[weight > 0])) < 2:
            raise ValueError("fewer than two classes have a positive weight; a classifier needs at least two")
        return (weight / weight.mean()).astype(np.float32)

    def _donor(self):
        """The fitted network whose weights we start from, or None."""
        if self.pretrained is None:
            return None
        if isinstance(self.pretrained, str | os.PathLike):
            from skquake.neural._saving import load_network

            donor = load_network(self.pretrained)
        elif isinstance(self.pretrained, FrozenEstimator):
            donor = self.pretrained.estimator
            donor = donor[-1] if isinstance(donor, Pipeline) else donor
        elif isinstance(self.pretrained, BaseEstimator):
            raise TypeError(
                "pretrained is an estimator that clone would reset; wrap it: "
                "pretrained=sklearn.frozen.FrozenEstimator(fitted)"
            )
        else:
            raise TypeError(
                f"pretrained={self.pretrained!r}: expected a file of save_model or "
                "sklearn.frozen.FrozenEstimator(fitted)"
            )
        if not isinstance(donor, NetworkClassifier):
            raise TypeError(f"pretrained holds a {type(donor).__name__}, not a neural classifier")
        check_is_fitted(donor)
        return donor

    def _frozen(self, has_weights):
        stages = () if self.freeze is None else tuple(np.atleast_1d(self.freeze).tolist())
        unknown = [stage for stage in stages if stage not in STAGES]
        if unknown:
            raise ValueError(f"freeze={self.freeze!r}: {unknown[0]!r} is no stage; there are {STAGES}")
        if stages and not has_weights:
            raise ValueError("freeze without pretrained (or warm_start) would keep random weights for ever")
        return tuple(stage for stage in STAGES if stage in stages)

    def _transplanted(self, donor, fresh):
        """The donor's weights; those of the softmax stay fresh where the classes differ."""
        theirs, channels = donor.weights_, self._network[2][-1]
        if donor.input_shape_[-1] != channels:
            raise ValueError(
                f"pretrained: its network was trained on {donor.input_shape_[-1]} channels, these windows "
                f"have {channels}; give it the same channels in the same order"
            )
        body = [values.shape for values in theirs[:-2]], [values.shape for values in fresh[:-2]]
        if body[0] != body[1]:
            raise ValueError(
                f"pretrained: its network ({len(theirs)} weight arrays, windows of {donor.input_shape_[0]}) "
                f"does not fit this one ({len(fresh)}, windows of {self.n_features_in_}); use the same "
                "length of window and the same numbers of layers and units"
            )
        same = np.array_equal(donor.classes_, self.classes_) and theirs[-1].shape == fresh[-1].shape
        return [*theirs[:-2], *(theirs[-2:] if same else fresh[-2:])]

    def _weight_shapes(self):
        """Shapes of the weights of this fitted network, found without making them."""
        import keras

        builder, options = self._architecture(self.input_shape_[0])
        self._network = (builder, tuple(sorted(options.items())), self.input_shape_, len(self.classes_), ())
        with keras.StatelessScope(initialize_variables=False):
            model = builder(self.input_shape_, len(self.classes_), **options)
            return [tuple(weight.shape) for weight in model.weights]

    def _callbacks(self):
        """Fresh copies, so that a callback's state never passes from one fit to the next."""
        callbacks = [copy.deepcopy(callback) for callback in self.callbacks or ()]
        if self.patience is not None:
            from keras.callbacks import EarlyStopping

            callbacks.append(
                EarlyStopping("val_loss", mode="min", patience=self.patience, restore_best_weights=True)
            )
        return callbacks

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


def _generator(random_state):
    """A NumPy generator; global random state is neither read nor changed."""
    if random_state is None:
        return np.random.default_rng()
    return np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))


def _stratified_split(codes, fraction, rng):
    """Row numbers for training and for validation; each class keeps at least one row for training."""
    if not fraction:
        return np.arange(len(codes)), np.array([], dtype=int)
    held_out = []
    for code in range(codes.max() + 1):
        rows = rng.permutation(np.flatnonzero(codes == code))
        held_out.append(rows[: min(round(fraction * len(rows)), len(rows) - 1)])
    held_out = np.sort(np.concatenate(held_out))
    if not len(held_out):
        raise ValueError(f"validation_fraction={fraction} of {len(codes)} samples leaves none to validate on")
    return np.setdiff1d(np.arange(len(codes)), held_out), held_out


def _borrowed(network):
    """Context: the compiled model of a network, from the cache of this process."""
    import keras

    from skquake.neural._model_cache import borrowed
    from skquake.neural._optimizer import Adam
    from skquake.neural._trainer import SeededModel

    builder, options, shape, n_classes, frozen = network

    def build():
        model = builder(shape, n_classes, **dict(options), model_class=SeededModel)
        for layer in model.layers:
            layer.trainable = not layer.name.startswith(tuple(f"{stage}_" for stage in frozen))
        model.compile(Adam(), loss=LOSS, weighted_metrics=["accuracy"])
        model.remember()
        return model

    return borrowed((network, keras.backend.backend(), keras.config.dtype_policy().name), build)
