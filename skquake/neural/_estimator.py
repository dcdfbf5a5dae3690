"""What all neural estimators share: the parameters of a training, and a state that changes at once."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from skquake._core._keras_setting import configured_backend
from skquake._core._sklearn import Interval, check_sample_weight
from skquake._core._together import ask
from skquake._core._typing import Array, FloatArray, RandomState, Rows
from skquake._core._validation import as_windows, check_windows
from skquake.neural._backend import load_keras
from skquake.neural._network import Network
from skquake.neural._training import Training
from skquake.neural._weights import Weights

_HUGE = 1e100  # sums of such weights may overflow
POSITIVE = [Interval(Integral, 1, None, closed="left")]


@dataclass(kw_only=True, eq=False, repr=False)
class NetworkEstimator(BaseEstimator):
    """Base of the neural estimators; constructor parameters are fields, declared once.

    A fitted estimator is its ``weights_``, its ``_network`` and what says how to apply them; none of it is
    changed in place, and ``fit`` replaces all at once.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "batch_size": POSITIVE,
        "epochs": POSITIVE,
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "patience": [*POSITIVE, None],
        "callbacks": [list, tuple, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }
    _in_lanes: ClassVar[bool] = True  # whether many may be trained in one program
    _cure: ClassVar[str] = "scale the channels (ChannelScaler)"

    learning_rate: float = 1e-3
    batch_size: int = 32
    epochs: int = 50
    validation_fraction: float = 0.0
    patience: int | None = None
    callbacks: Sequence[Any] | None = None
    random_state: RandomState = None
    verbose: int = 0

    def _validated(self, X, y="no_validation", *, reset=False, **options):
        """X (and y) as numbers; number and names of features remembered, or held against those of ``fit``."""
        return validate_data(
            self,
            as_windows(X),
            y,
            reset=reset,
            allow_nd=True,
            dtype="numeric",
            ensure_all_finite=False,
            **options,
        )

    def _check_X(self, X):
        return check_windows(self._validated(X))

    def _check_patience(self):
        if self.patience is not None and not self.validation_fraction:
            raise ValueError("patience needs validation_fraction > 0: without it nothing says when to stop")

    def _train(self, X, y, weight, train, held_out, rng, start=None, **options):
        """Weights and history of this estimator's network, trained on some rows, validated on others."""
        training = Training(
            self._network,
            X[train],
            y[train],
            weight[train] / weight[train].mean(),
            rng,
            start,
            self.learning_rate,
            self.batch_size,
            self.epochs,
            self._cure,
            self._in_lanes,
            {
                "callbacks": self._callbacks(),
                "validation_data": (X[held_out], y[held_out], weight[held_out]) if len(held_out) else None,
                "verbose": int(self.verbose),
                **options,
            },
        )
        return ask(training)

    def _most_together(self) -> int:
        """How many fits at a time pay; 1 where something watches them, or the backend has no program."""
        watched = self.callbacks or self.validation_fraction or self.verbose
        if watched or not self._in_lanes or configured_backend() != "jax":
            return 1
        load_keras()
        from skquake.neural._lanes import most_lanes

        return most_lanes()

    def _outputs(self, X: Rows) -> FloatArray:
        """What the network says, of shape (n, outputs)."""
        check_is_fitted(self)
        X = self._check_X(X)
        if X.shape[1:] != self.input_shape_:
            raise ValueError(f"X has windows of shape {X.shape[1:]}, but fit saw {self.input_shape_}")
        return self._network.predict(self._read_only_weights(), X)

    def _read_only_weights(self) -> Weights:
        """The weights; those that somebody put in place of ours are copied, for they may change."""
        return self.weights_ if isinstance(self.weights_, Weights) else Weights(self.weights_)

    def _as_now(self) -> Self:
        """This estimator as it is now: a fit that ends meanwhile, in another thread, does not mix with it."""
        now = object.__new__(type(self))
        now.__dict__ = self.__dict__  # which fit replaces as a whole
        return now

    def _weight_shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the weights, found from the other fitted attributes; makes those ready to predict."""
        self._network = self._restored_network()
        self.weights_ = self._read_only_weights()
        return self._network.weight_shapes()

    def _restored_network(self) -> Network:
        raise NotImplementedError

    def _callbacks(self):
        """Fresh copies, so that a callback's state never passes from one fit to the next."""
        callbacks = [copy.deepcopy(callback) for callback in self.callbacks or ()]
        if self.patience is not None:
            callbacks.append(
                load_keras().callbacks.EarlyStopping(
                    "val_loss", mode="min", patience=self.patience, restore_best_weights=True
                )
            )
        return callbacks

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


def check_weight(sample_weight: Any, rows: Array) -> FloatArray:
    """Weights of the rows as float64; an error says where all of them are zero."""
    if sample_weight is not None and not np.asarray(sample_weight).any():
        raise ValueError(
            f"sample_weight: all {len(rows)} weights are zero, so that nothing is left to train "
            "on; leave sample_weight out for equal weights"
        )
    weight = check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)
    return weight / weight.max() if weight.max() > _HUGE else weight


def normalised(weight: FloatArray) -> FloatArray:
    """Weights of mean one, as float32."""
    return (weight / weight.mean()).astype(np.float32)


def generator(random_state: RandomState) -> np.random.Generator:
    """A NumPy generator; global random state is neither read nor changed."""
    if random_state is None:
        return np.random.default_rng()
    return np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))
