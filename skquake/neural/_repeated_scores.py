"""How much a score owes to chance: the same training, repeated from other seeds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from numbers import Integral

import numpy as np
from sklearn.base import clone
from sklearn.metrics import get_scorer
from sklearn.utils import Bunch, check_random_state

from skquake._core._sklearn import Interval, safe_indexing, validate_params
from skquake._core._together import most_together, together
from skquake._core._typing import ArrayLike, Estimator, RandomState, Rows


class RepeatedScores(Bunch):
    """What :func:`repeated_scores` returns; its ``repr`` is mean ± standard deviation."""

    def __repr__(self):
        return f"{self.mean:.4f} ± {self.std:.3f} ({len(self.scores)} repeats)"


@validate_params(
    {"n_repeats": [Interval(Integral, 1, None, closed="left")]}, prefer_skip_nested_validation=True
)
def repeated_scores(
    estimator: Estimator,
    X: Rows,
    y: ArrayLike,
    train: ArrayLike,
    test: ArrayLike,
    *,
    n_repeats: int = 10,
    scoring: str | Callable[..., float] = "accuracy",
    random_state: RandomState = None,
) -> RepeatedScores:
    """Train an estimator several times from different seeds, and score each on the same test rows.

    The best of several trainings, picked by the test score, is not a score: report mean and standard
    deviation. Networks are trained at once where that pays: see `fit_many`.

    Parameters
    ----------
    estimator : classifier or Pipeline
        Every ``random_state`` in it is set anew for each repeat.
    X, y : samples and labels
    train, test : array-like of int
        Row numbers.
    n_repeats : int, default=10
    scoring : str or callable, default="accuracy"
        As for ``sklearn.metrics.get_scorer``.
    random_state : int, RandomState or None, default=None
        What the seeds are drawn from.

    Returns
    -------
    RepeatedScores
        scores : ndarray of shape (n_repeats,)
            One a training.
        mean, std : float
            The standard deviation divides by ``n_repeats``, as in the paper's table.

    Raises
    ------
    ValueError
        For an estimator without a ``random_state``: it would repeat itself.

    References
    ----------
    Pham, B.-T., Chang, P.-C. and Wang, J.-C., "Seismic-ionospheric precursor prediction using deep
    learning".

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.neural import SIPClassifier, repeated_scores
    >>> X, y = np.random.default_rng(0).normal(size=(40, 30, 24, 6)), np.arange(40) % 2
    >>> model = SIPClassifier("cnn", epochs=1)
    >>> found = repeated_scores(model, X, y, np.arange(30), np.arange(30, 40), n_repeats=2, random_state=0)
    >>> found.scores.shape
    (2,)
    """
    seeds = sorted(
        name for name in estimator.get_params() if name == "random_state" or name.endswith("__random_state")
    )
    if not seeds:
        raise ValueError(f"{type(estimator).__name__} has no random_state: each repeat would be the same")
    labels, rng, score = np.asarray(y), check_random_state(random_state), get_scorer(scoring)
    models = [
        clone(estimator).set_params(**{name: int(rng.randint(2**31 - 1)) for name in seeds})
        for _ in range(n_repeats)
    ]

    def scored(model):
        model.fit(safe_indexing(X, train), safe_indexing(labels, train))
        return score(model, safe_indexing(X, test), safe_indexing(labels, test))

    found = dict(together((partial(scored, model) for model in models), most_together([estimator])))
    scores = np.array([found[repeat] for repeat in range(n_repeats)], dtype=np.float64)
    return RepeatedScores(scores=scores, mean=float(scores.mean()), std=float(scores.std()))
