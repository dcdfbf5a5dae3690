"""Many networks of one architecture trained in one program, each on its own data: lanes of one model.

JAX alone makes such programs: the step that trains one network, mapped over a first dimension of all that it
takes. A lane meets the batches, orders and dropout that it would meet alone. Where lanes have different
numbers of batches, the shorter ones stand still at the end of each epoch.

No module of this package imports a backend by name: JAX is taken from where Keras has loaded it.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import numpy as np

from skquake.neural._batches import rows_per_step, shuffled
from skquake.neural._training import Training

_MOST = 256
_CPU_BYTES = 2 * 2**30  # of the lanes of one program
_STATES = 6  # weights, Adam's two moments, gradients, and what is under way


def most_lanes() -> int:
    """How many lanes pay on the present device; Keras is loaded, and its backend is JAX."""
    return 1 if _device().platform == "cpu" else _MOST


def train_lanes(trainings: list[Training]) -> list[Any]:
    """Outcomes of trainings that have network, rows of a batch and epochs in common.

    An exception stands for a training that diverged. As many go together as memory allows for, those of
    similar length with one another.
    """
    found: dict[int, Any] = {}
    by_length = sorted(range(len(trainings)), key=lambda i: -len(trainings[i].X))
    with trainings[0].network.borrowed() as model:
        model.holds = None
        model.prepare(trainings[0].y[:1], np.ones(1, np.float32))
        most = max(1, _bytes_allowed() // _lane_bytes(model, trainings[by_length[0]]))
        size = -(-len(trainings) // -(-len(trainings) // most))  # as even as can be
        for first in range(0, len(trainings), size):
            part = by_length[first : first + size]
            found |= zip(part, _trained(model, [trainings[i] for i in part]), strict=True)
    return [found[i] for i in range(len(trainings))]


class _Program:
    """What a model keeps: the step of many lanes, compiled for some numbers of them.

    Two of them are compiled: where all lanes have the same number of batches, none need stand still.
    """

    def __init__(self, model: Any) -> None:
        jax = sys.modules["jax"]
        self._sizes: dict[bool, set[int]] = {True: set(), False: set()}
        self._steps = {}
        for same in (True, False):
            axes = 0, ((0, None if same else 0), 0, 0)
            step = jax.vmap(lambda *args: model.train_step(*args), in_axes=axes)
            self._steps[same] = jax.jit(step, donate_argnums=0)
        self.gather = jax.jit(jax.vmap(lambda values, order: values[order]))

    @classmethod
    def of(cls, model: Any) -> _Program:
        if getattr(model, "lanes_program", None) is None:
            model.lanes_program = cls(model)
        return model.lanes_program

    def step(self, n: int, same: bool) -> tuple[Any, int]:
        """The step, and the number of lanes that it takes: one that is compiled, up to twice as many."""
        size = min((size for size in self._sizes[same] if n <= size <= 2 * n), default=n)
        self._sizes[same].add(size)
        return self._steps[same], size


def _trained(model, lanes):
    """Outcomes of some lanes in one program."""
    jax, program = sys.modules["jax"], _Program.of(model)
    rows = rows_per_step(len(lanes[0].X), lanes[0].batch_size)
    weights = [np.asarray(lane.weight, np.float32) for lane in lanes]
    steps = np.array([-(-len(weight) // rows) for weight in weights])
    same = bool((steps == steps[0]).all())
    train, size = program.step(len(lanes), same)
    put = partial(_on_device, size=size)
    state = tuple([put(values) for values in part] for part in _start(model, lanes))
    X, y = (put([getattr(lane, name) for lane in lanes]) for name in ("X", "y"))
    most = model.batches_per_call(lanes[0].X[:1].nbytes * rows)
    histories: list[dict[str, list[float]]] = [{} for _ in lanes]
    for _ in range(lanes[0].epochs):
        state = *state[:-1], [jax.numpy.zeros_like(values) for values in state[-1]]
        epochs = [shuffled(weight, rows, lane.rng) for weight, lane in zip(weights, lanes, strict=True)]
        for first in range(0, int(steps.max()), most):
            order, weight = (
                put([part[first : first + most] for part in parts], length=most)
                for parts in zip(*epochs, strict=True)
            )
            count = np.clip(steps - first, 0, most).astype(np.int32)
            count = count[0] if same else put(count)
            data = (program.gather(X, order), count), program.gather(y, order), weight
            logs, state = train(state, data)
        for name, values in logs.items():
            for history, value in zip(histories, np.asarray(values), strict=False):
                history.setdefault(name, []).append(float(value))
    return _ended(model, lanes, state, histories)


def _start(model, lanes):
    """The parts of the state: of each variable its values in all lanes."""
    values: dict[int, Any] = {}
    for variable in model.optimizer.variables:
        values[id(variable)] = np.zeros((len(lanes), *variable.shape), variable.dtype)
    rate = next(variable for variable in model.optimizer.variables if variable.name == "learning_rate")
    values[id(rate)] = np.array([lane.learning_rate for lane in lanes], rate.dtype)
    for variable in model.metrics_variables:
        values[id(variable)] = np.zeros((len(lanes), *variable.shape), variable.dtype)
    for lane in lanes:
        weights, seeds = model.drawn(lane.rng)
        if lane.start is not None:
            weights = lane.start(weights)
        for variable, value in zip((*model.weights, *model.seeds), (*weights, *seeds), strict=True):
            values.setdefault(id(variable), []).append(value)
    return [[values[id(variable)] for variable in part] for part in _variables(model)]


def _ended(model, lanes, state, histories):
    """Outcomes, from the state at the end of each lane."""
    parts = zip(_variables(model)[:2], state[:2], strict=True)
    by_variable = {
        id(variable): np.asarray(values)
        for variables, arrays in parts
        for variable, values in zip(variables, arrays, strict=True)
    }
    arrays = [by_variable[id(variable)] for variable in model.weights]
    found: list[Any] = []
    for i, (lane, history) in enumerate(zip(lanes, histories, strict=True)):
        try:
            found.append(lane.outcome(model, [values[i] for values in arrays], history))
        except ValueError as error:
            found.append(error)
    return found


def _variables(model):
    """The parts of a state, as Keras hands them to ``train_step`` on JAX."""
    return (
        model.trainable_variables,
        model.non_trainable_variables,
        model.optimizer.variables,
        model.metrics_variables,
    )


def _lane_bytes(model, lane):
    weights = sum(int(np.prod(weight.shape)) for weight in model.weights)
    return 4 * _STATES * weights + 2 * (lane.X.nbytes + lane.y.nbytes)


def _bytes_allowed():
    """Half of the device's memory; of the computer's own some."""
    device = _device()
    known = device.memory_stats() if device.platform != "cpu" else None
    return known["bytes_limit"] // 2 if known and "bytes_limit" in known else _CPU_BYTES


def _device():
    return sys.modules["jax"].devices()[0]


def _on_device(parts: Any, size: int, length: int | None = None) -> Any:
    """Arrays of all lanes on the device as one, zeros behind the shorter ones; the last lane fills up."""
    if np.ndim(parts[0]):
        length = max(len(part) for part in parts) if length is None else length
        stacked = np.zeros((size, length, *parts[0].shape[1:]), parts[0].dtype)
        for lane, part in zip(stacked, parts, strict=False):
            lane[: len(part)] = part
    else:
        stacked = np.empty(size, np.asarray(parts).dtype)
        stacked[: len(parts)] = parts
    stacked[len(parts) :] = stacked[len(parts) - 1]
    return sys.modules["jax"].device_put(stacked)
