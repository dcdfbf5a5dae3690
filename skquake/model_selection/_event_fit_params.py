"""Fit parameters by which every event counts once, in any search or cross-validation."""

from __future__ import annotations

from sklearn import get_config

from skquake._core._routing import weight_route
from skquake._core._typing import Estimator, FloatArray, Frame
from skquake._core._validation import check_columns
from skquake._core._weights import row_weights


def event_fit_params(
    estimator: Estimator, X: Frame, *, sample_weight: str = "event"
) -> dict[str, FloatArray]:
    """Parameters of ``fit`` with which every event counts once, under the names that the estimator takes.

    The rows of an event share a weight; scikit-learn cuts it along with ``X`` into the folds of a search or a
    cross-validation. In scores the scorers of `skquake.metrics` weigh the events themselves. (`evaluate` does
    all of this without being told.)

    Parameters
    ----------
    estimator : estimator
        What is to be fitted: a pipeline gets the weights at its last step, a search at the end of what it
        searches. It is neither fitted nor changed.
    X : DataFrame of n_samples rows
        Samples of `skquake.sampling.make_samples`, or some of them: ``event_id`` is read.
    sample_weight : {"event", "population"}, default="event"
        "population": over ``kept_share`` besides, as in `evaluate`.

    Returns
    -------
    dict of {str: ndarray of shape (n_samples,)}
        Weights of mean one; ``**`` puts them into ``fit``, ``params=`` into ``cross_validate``.

    Raises
    ------
    TypeError
        If what predicts in the end takes no weights, or asks for none where metadata routing is enabled.
    ValueError
        For other weights, or without the columns that they need.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklearn.compose import make_column_transformer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.pipeline import make_pipeline
    >>> from skquake.metrics import seismic_auc_scorer
    >>> from skquake.model_selection import event_fit_params
    >>> X = pd.DataFrame({"event_id": ["a", "a", "a", "b", "c", "d"], "tec": [3.0, 1.0, 2.0, 0.0, 2.0, 0.0]})
    >>> model = make_pipeline(make_column_transformer(("passthrough", ["tec"])), LogisticRegression())
    >>> event_fit_params(model, X)
    {'logisticregression__sample_weight': array([0.5, 0.5, 0.5, 1.5, 1.5, 1.5])}
    >>> search = GridSearchCV(model, {"logisticregression__C": [0.1, 1.0]}, cv=[([0, 1, 2, 3], [4, 5])],
    ...     scoring=seismic_auc_scorer)
    >>> search = search.fit(X, [1, 1, 1, 0, 1, 0], **event_fit_params(search, X))
    """
    X = check_columns(X, ("event_id",), "event_fit_params: X")
    route = weight_route(estimator)
    if route.reached is False:
        if get_config()["enable_metadata_routing"]:
            raise TypeError(
                f"event_fit_params: metadata routing is enabled, and what predicts in {_name(estimator)} "
                "asks for no weights; call set_fit_request(sample_weight=True) on it"
            )
        raise TypeError(
            f"event_fit_params: what predicts in {_name(estimator)} takes no sample_weight; fit it without, "
            "and say so, or choose another estimator"
        )
    if not route.names:
        raise TypeError(f"event_fit_params: {_name(estimator)} is frozen, its fit learns nothing")
    weight = row_weights(X, sample_weight)
    if weight is None:
        raise ValueError("event_fit_params: sample_weight=None are no weights; fit without them")
    return {name: weight / weight.mean() for name in route.names}


def _name(estimator):
    return type(estimator).__name__
