"""A training as a value: a network, its data, its seed; done alone, or with others in one program."""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skquake._core._keras_setting import configured_backend
from skquake._core._typing import Array, FloatArray
from skquake.neural._backend import memory_guard
from skquake.neural._batches import rows_per_step
from skquake.neural._network import Network
from skquake.neural._weights import Weights

_LARGE = 1e3  # weights beyond may overflow, though they are finite
_PROBE_ROWS = 512

Outcome = tuple[Weights, dict[str, list[float]]]


@dataclass(frozen=True, eq=False)
class Training:
    """Weights and history of a network are its outcome.

    Parameters
    ----------
    network : Network
    X, y, weight : ndarray
        Rows to train on; weights are positive.
    rng : Generator
        Initial weights, order and dropout come from it.
    start : callable or None
        Makes of the fresh weights those to start from.
    learning_rate : float
    batch_size, epochs : int
    cure : str
        What to do against divergence, for the message.
    in_lanes : bool
        Whether others may be trained in one program with it.
    options : dict
        Further options of ``model.fit``.
    """

    network: Network
    X: FloatArray
    y: Array
    weight: FloatArray
    rng: np.random.Generator
    start: Callable[[list[Array]], Sequence[Array]] | None
    learning_rate: float
    batch_size: int
    epochs: int
    cure: str
    in_lanes: bool
    options: dict[str, Any]

    def answer(self) -> Outcome:
        """Weights and history.

        Raises
        ------
        ValueError
            Where the training diverged.
        MemoryError
            Where memory does not suffice, the backend's included.
        """
        from skquake.neural._adapter import train

        with self.network.borrowed() as model, memory_guard(self._smaller()):
            model.holds = None
            model.reset(self.rng, self.learning_rate)
            if self.start is not None:
                model.set_weights(self.start(model.get_weights()))
            history = train(
                model,
                self.X,
                self.y,
                self.weight,
                rng=self.rng,
                batch_size=self.batch_size,
                epochs=self.epochs,
                **self.options,
            )
            return self.outcome(model, model.get_weights(), history)

    @classmethod
    def answers(cls, trainings: list[Training]) -> list[Any]:
        """Outcomes in the order of the trainings; an exception stands for one that failed.

        Those alike are trained in one program where the backend has one; the others one after another.
        """
        found: dict[int, Any] = {}
        groups: dict[Hashable, list[int]] = {}
        for i, training in enumerate(trainings):
            groups.setdefault(training._kind() or i, []).append(i)
        for numbers in groups.values():
            found |= zip(numbers, _outcomes([trainings[i] for i in numbers]), strict=True)
        return [found[i] for i in range(len(trainings))]

    def outcome(self, model: Any, arrays: list[Array], history: dict[str, list[float]]) -> Outcome:
        """Weights and history, of these arrays.

        Raises
        ------
        ValueError
            Where the training diverged.
        """
        weights = Weights(arrays)
        sound = all(np.isfinite(values).all() for values in weights)
        if sound and max(np.abs(values).max(initial=0.0) for values in weights) > _LARGE:
            model.set_weights(weights)
            sound = bool(np.isfinite(model.predict(self.X[:_PROBE_ROWS])).all())
        if not sound:
            raise ValueError(
                f"training diverged: after {len(history['loss'])} epochs weights or outputs are not finite; "
                f"{self.cure} or lower learning_rate={self.learning_rate}"
            )
        return weights, history

    def _kind(self) -> Hashable:
        """What trainings of one program have in common; None where something watches this one."""
        watched = self.options["callbacks"] or self.options["verbose"] or self.options["validation_data"]
        if configured_backend() != "jax" or watched or not self.in_lanes:
            return None
        return self.network, self.epochs, rows_per_step(len(self.X), self.batch_size)

    def _smaller(self) -> str:
        return (
            f"lower batch_size={self.batch_size}, take a smaller network, or train on fewer or shorter "
            "windows"
        )


def _outcomes(trainings):
    """Outcomes of trainings alike, one after another where it is one or memory does not suffice for more."""
    if len(trainings) == 1:
        try:
            return [trainings[0].answer()]
        except Exception as error:
            return [error]
    from skquake.neural._lanes import train_lanes

    again = [replace(training, rng=copy.deepcopy(training.rng)) for training in trainings]
    try:
        with memory_guard("train fewer at a time"):
            return train_lanes(trainings)
    except MemoryError:
        half = len(again) // 2
    except ValueError:  # of weights to start from, which do not fit: only who has them must hear of it
        return [outcome for training in again for outcome in _outcomes([training])]
    return _outcomes(again[:half]) + _outcomes(again[half:])
