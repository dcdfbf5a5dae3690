"""Copies of a regressor that differ in their seeds."""

from __future__ import annotations

from collections.abc import Iterator

from sklearn.base import clone
from sklearn.utils import check_random_state

from skquake._core._typing import Estimator


def members(regressor: Estimator, n_members: int) -> Iterator[Estimator]:
    """Clones of a regressor: the first as it is, the others with seeds drawn from each of its own."""
    names = [name for name in regressor.get_params() if name.split("__")[-1] == "random_state"]
    given = {name: regressor.get_params()[name] for name in names}
    sources = {name: check_random_state(seed) for name, seed in given.items() if seed is not None}
    yield clone(regressor)
    for _ in range(n_members - 1):
        seeds = {name: source.randint(2**31 - 1) for name, source in sources.items()}
        yield clone(regressor).set_params(**seeds)
