"""Many estimators on as many data sets, their networks trained at once where the backend can."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from numbers import Integral
from typing import Any

from sklearn.base import clone

from skquake._core._progress import progress
from skquake._core._routing import fit_weighted
from skquake._core._sklearn import Interval, validate_params
from skquake._core._together import most_together, together
from skquake._core._typing import ArrayLike, Estimator, Rows


@validate_params(
    {"lanes": [Interval(Integral, 1, None, closed="left"), None], "verbose": ["verbose"]},
    prefer_skip_nested_validation=True,
)
def fit_many(
    estimators: Sequence[Estimator],
    Xs: Sequence[Rows],
    ys: Sequence[ArrayLike],
    *,
    sample_weights: Sequence[ArrayLike | None] | None = None,
    lanes: int | None = None,
    verbose: int = 0,
) -> list[Any]:
    """Fit a clone of each estimator on its own data set, all networks of one architecture in one program.

    Repeats, ensembles of seeds and null catalogs are hundreds of small trainings, each of which leaves a GPU
    idle. On JAX they are done at once, as lanes of one program: each on its own rows, from its own seed, in
    its own order. Every fitted estimator is the one that its own ``fit`` would have made, within rounding
    (1e-4 of a probability).

    Parameters
    ----------
    estimators : sequence of K estimators
        Neural estimators, or pipelines and wrappers that end in one; they stay as they are.
    Xs, ys : sequences of K
        The data of each; rows may differ in number.
    sample_weights : sequence of K array-likes or None, default=None
        Weights of the samples of each; they go to what predicts in the end.
    lanes : int, default=None
        How many fits are under way at a time. None: 256 on a GPU, where the backend is JAX; 1, which is one
        after another, elsewhere.
    verbose : int, default=0
        Positive: a progress bar over estimators.

    Returns
    -------
    list of K fitted estimators
        In the order given.

    Raises
    ------
    ValueError
        For sequences of different lengths.
    Exception
        The first that a fit raises, as it would alone; a note says of which estimator.

    See Also
    --------
    repeated_scores : One pipeline, trained from several seeds.

    Notes
    -----
    Trained one after another, by their own ``fit``, are: all on other backends than JAX, those that something
    watches (``callbacks``, ``validation_fraction``, ``verbose``), `SIPClassifier`, and whatever is no
    network. Trained at once are those that have architecture, number of outputs, shape of windows,
    ``batch_size`` and ``epochs`` in common; learning rates, weights to start from and numbers of rows may
    differ. A program holds as many lanes as half of the GPU's memory takes (2 GB on a CPU). It is compiled
    once an architecture and number of lanes, which takes somewhat longer than for a single network. On a CPU
    a training by itself keeps the processor busy, and lanes hardly gain on it.

    `repeated_scores`, `skquake.inspection.catalog_null_test` and `skquake.inspection.injection_recovery` do
    the same by themselves with ``n_jobs=None``.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.neural import SeqNetQuakeClassifier, fit_many
    >>> rng = np.random.default_rng(0)
    >>> Xs, ys = [rng.normal(size=(n, 20, 2)) for n in (30, 40)], [np.arange(n) % 2 for n in (30, 40)]
    >>> models = [
    ...     SeqNetQuakeClassifier(lstm_layers=1, lstm_units=4, dense_units=4, epochs=1, random_state=seed)
    ...     for seed in range(2)]
    >>> [model.predict(X).shape for model, X in zip(fit_many(models, Xs, ys), Xs)]
    [(30,), (40,)]
    """
    weights = [None] * len(estimators) if sample_weights is None else sample_weights
    lengths = [len(values) for values in (estimators, Xs, ys, weights)]
    if len(set(lengths)) > 1:
        raise ValueError(
            f"fit_many: {lengths[0]} estimators, {lengths[1]} Xs, {lengths[2]} ys and {lengths[3]} "
            "sample_weights; give one of each to every estimator"
        )
    fits = (
        partial(_fitted, number, *one)
        for number, one in enumerate(zip(estimators, Xs, ys, weights, strict=True))
    )
    found = together(fits, most_together(estimators) if lanes is None else lanes)
    models = dict(progress(found, desc="fits", verbose=verbose, total=len(estimators)))
    return [models[number] for number in range(len(estimators))]


def _fitted(number, estimator, X, y, weight):
    try:
        return fit_weighted(clone(estimator), X, y, weight)
    except Exception as error:
        error.add_note(f"fit_many: estimator {number} of the sequence")
        raise
