"""Scorers for `GridSearchCV`, `cross_val_score` and kin."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy

import numpy as np
from sklearn.utils.metadata_routing import MetadataRequest

from skquake._core._typing import ArrayLike, Estimator, Rows
from skquake._core._weights import event_weights
from skquake.metrics._seismic import seismic_auc, seismic_mcc


class _SeismicScorer:
    """Call a seismic score on an estimator: ``scorer(estimator, X, y, sample_weight=None)``.

    On a sample frame (a column ``event_id``) the rows of evidence of one event share a weight of one,
    unless weights are given; elsewhere weights are uniform. Classes are found through
    ``estimator.classes_``, so one that is absent from a training fold does no harm.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import cross_val_score
    >>> from skquake.metrics import seismic_auc_scorer
    >>> X, y = [[0.0], [0.1], [0.9], [1.0]] * 5, [0, 0, 1, 1] * 5
    >>> cross_val_score(LogisticRegression(), X, y, scoring=seismic_auc_scorer, cv=2).tolist()
    [1.0, 1.0]
    """

    def __init__(self, score: Callable[..., float]) -> None:
        self.score = score
        self._request: bool | str | None = False  # it weighs events itself

    def __call__(
        self, estimator: Estimator, X: Rows, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> float:
        for name in ("predict_proba", "classes_"):
            if not hasattr(estimator, name):
                raise TypeError(
                    f"{self!r}: {type(estimator).__name__} has no {name}; wrap it in "
                    "sklearn.calibration.CalibratedClassifierCV or choose a classifier with probabilities"
                )
        if sample_weight is None and "event_id" in getattr(X, "columns", ()):
            is_evidence = np.asarray(y) != 2
            sample_weight = np.zeros(len(X))
            sample_weight[is_evidence] = event_weights(X["event_id"].to_numpy()[is_evidence])
        return self.score(
            y, estimator.predict_proba(X), classes=estimator.classes_, sample_weight=sample_weight
        )

    def __repr__(self) -> str:
        return f"{self.score.__name__}_scorer"

    def set_score_request(self, *, sample_weight: bool | str | None = None) -> _SeismicScorer:
        """A copy that asks for ``sample_weight`` where scikit-learn's metadata routing is enabled.

        As it is, it asks for none: it weighs the events itself.

        Parameters
        ----------
        sample_weight : bool, str or None
            As of scikit-learn's scorers: whether to ask, or under which name.
        """
        scorer = copy(self)
        scorer._request = sample_weight
        return scorer

    def get_metadata_routing(self) -> MetadataRequest:
        """What this scorer asks for, in scikit-learn's terms."""
        request = MetadataRequest(owner=self)
        request.score.add_request(param="sample_weight", alias=self._request)
        return request


#: `seismic_mcc` of an estimator; on a sample frame every earthquake (and control) counts once:
#: the rows of evidence of one ``event_id`` share a weight of one. Elsewhere weights are uniform.
seismic_mcc_scorer = _SeismicScorer(seismic_mcc)

#: `seismic_auc` of an estimator, weighted as `seismic_mcc_scorer`.
seismic_auc_scorer = _SeismicScorer(seismic_auc)
