"""What all neural classifiers share: everything but the network."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from skquake._core._sklearn import StrOptions, fit_context
from skquake._core._typing import Array, ArrayLike, FloatArray, Path, Rows
from skquake._core._validation import check_windows
from skquake.neural._estimator import NetworkEstimator, check_weight, generator, normalised
from skquake.neural._network import Network

STAGES = ("conv", "lstm", "dense")


def _accept(length: int, **options: Any) -> None:
    """The check of a network that can be built for every length of window."""


@dataclass(kw_only=True, eq=False, repr=False)
class NetworkClassifier(ClassifierMixin, NetworkEstimator):
    """Base of the neural classifiers: a subclass says which network, this class trains and applies it.

    A subclass adds the parameters of its network as fields and names the network: ``_builder``, and
    ``_check_length``, which raises where windows of a length do not go with the options.
    """

    _saved: ClassVar[tuple[str, ...]] = ("classes_", "weights_", "history_", "input_shape_", "n_features_in_")
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **NetworkEstimator._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "pretrained": "no_validation",
        "freeze": ["array-like", StrOptions(set(STAGES)), None],
        "warm_start": ["boolean"],
    }
    _builder: ClassVar[Callable[..., Any]]
    _check_length: ClassVar[Callable[..., None]] = staticmethod(_accept)

    batch_size: int = 40
    class_weight: dict[Any, float] | str | None = None
    pretrained: FrozenEstimator | Path | None = None
    freeze: Sequence[str] | str | None = None
    warm_start: bool = False

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Rows, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
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
        self._check_patience()
        present = weight > 0  # the others are as good as absent
        if not present.all():
            X, codes, weight = X[present], codes[present], weight[present]
        X = self._prepared(X, warm)
        donor = self._donor()
        frozen = self._frozen(warm or donor is not None)
        builder, options = self._architecture(X.shape[1])
        network = Network.of(builder, options, X.shape[1:], len(self.classes_), frozen=frozen)
        if warm:
            self._check_warm(network)
        self._network = network
        rng = generator(self.random_state)
        train, held_out = _stratified_split(codes, self.validation_fraction, rng)
        start: Callable[..., Any] | None = None
        if warm:
            start = lambda fresh: self._read_only_weights()  # noqa: E731
        elif donor is not None:
            start = partial(self._transplanted, donor)
        self.weights_, history = self._train(
            X, codes, weight, train, held_out, rng, start, **self._fit_options()
        )
        before = vars(self)["history_"] if warm else {}
        self.history_ = {name: before.get(name, []) + values for name, values in history.items()}
        self.input_shape_ = X.shape[1:]
        return self

    def predict_proba(self, X: Rows) -> FloatArray:
        """Probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, length, channels) or (n_samples, length)

        Returns
        -------
        ndarray of shape (n_samples, n_classes), float64
            Columns as in ``classes_``; rows sum to one.
        """
        probability = self._as_now()._outputs(X)
        return probability / probability.sum(axis=1, keepdims=True)

    def predict(self, X: Rows) -> Array:
        """The most probable class of each window.

        Parameters
        ----------
        X : array-like of shape (n_samples, length, channels) or (n_samples, length)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        now = self._as_now()
        probability = now.predict_proba(X)
        return now.classes_[probability.argmax(axis=1)]

    def _layers(self):
        """The parameters that make the network: all but those of its training."""
        names = [field.name for field in fields(self)]
        return {name: getattr(self, name) for name in names if name not in _TRAINING}

    def _architecture(self, length):
        """Builder of the network, and its options."""
        options = self._layers()
        self._check_length(length, **options)
        return self._builder, options

    def _fit_options(self):
        """Further options of the model's ``fit``."""
        return {}

    def _check_X_y(self, X, y):
        """Windows as float32 (n, length, channels), and labels; notes the number of features."""
        X, y = self._validated(X, y, reset=True)
        check_classification_targets(y)
        if X.shape[1] == 1:
            raise ValueError("windows of one observation, n_features=1: too short for any network")
        return check_windows(X), y

    def _prepared(self, X, warm):
        """What the network meets of checked windows."""
        return X

    def _encode(self, y, warm):
        classes, codes = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(f"y holds one class only ({classes[0]!r}); a classifier needs at least two")
        if warm and not np.array_equal(classes, self.classes_):
            raise ValueError(f"warm_start: y has classes {classes}, before they were {self.classes_}")
        classes.flags.writeable = False
        self.classes_: Array = classes
        return codes

    def _weights(self, y, codes, sample_weight):
        weight = check_weight(sample_weight, y) * compute_sample_weight(self.class_weight, y)
        weight = normalised(weight) if weight.any() else weight
        if len(np.unique(codes[weight > 0])) < 2:
            raise ValueError("fewer than two classes have a positive weight; a classifier needs at least two")
        return weight

    def _check_warm(self, network):
        """Raise unless the present weights fit the network that is to be trained on."""
        if network.input_shape != self.input_shape_:
            raise ValueError(
                f"warm_start: windows have shape {network.input_shape}, before it was {self.input_shape_}; "
                "warm_start=False fits anew"
            )
        changed = self._network.changed(network)
        if changed and network.weight_shapes() != [values.shape for values in self.weights_]:
            raise ValueError(
                f"warm_start: {', '.join(changed)}: the present weights do not fit that network; set it "
                "back, or fit anew with warm_start=False"
            )

    def _donor(self):
        """The fitted network whose weights we start from, or None."""
        if self.pretrained is None:
            return None
        if isinstance(self.pretrained, str | os.PathLike):
            from skquake.neural._saving import load_network

            donor = load_network(self.pretrained)
        elif isinstance(self.pretrained, FrozenEstimator):
            donor = self.pretrained.estimator
            while isinstance(donor, Pipeline):
                donor = donor[-1]
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
        theirs, channels = donor._read_only_weights(), self._network.input_shape[-1]
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

    def _restored_network(self):
        builder, options = self._architecture(self.input_shape_[0])
        return Network.of(builder, options, self.input_shape_, len(self.classes_))


_TRAINING = frozenset(field.name for field in fields(NetworkClassifier))


def _stratified_split(codes, fraction, rng):
    """Row numbers for training and for validation; each class keeps at least one row for training."""
    if not fraction:
        return np.arange(len(codes)), np.array([], dtype=int)
    parts = []
    for code in range(codes.max() + 1):
        rows = rng.permutation(np.flatnonzero(codes == code))
        parts.append(rows[: min(round(fraction * len(rows)), len(rows) - 1)])
    held_out = np.sort(np.concatenate(parts))
    if not len(held_out):
        raise ValueError(
            f"validation_fraction={fraction} of {len(codes)} samples of positive weight leaves none to "
            "validate on; raise it, or give more samples"
        )
    return np.setdiff1d(np.arange(len(codes)), held_out), held_out
