"""Event-level scores."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from skquake.metrics import event_auc, event_scores


def test_mean_over_rows_of_evidence():
    event_id = ["b", "a", "b", "a", "c"]
    proba = [[0.4, 0.4, 0.2], [0.1, 0.3, 0.6], [0.2, 0.6, 0.2], [0.9, 0.1, 0.0], [0.0, 0.0, 1.0]]
    events = event_scores(event_id, [1, 0, 1, 2, 2], proba)
    assert events.index.tolist() == ["b", "a"]  # c has no evidence
    assert events["label"].tolist() == [1, 0]
    assert events["n"].tolist() == [2, 1]
    np.testing.assert_allclose(events["probability"], [0.625, 0.75])


def test_auc_over_events():
    rng = np.random.default_rng(0)
    event_id = rng.integers(0, 30, 300)
    y = np.where(rng.random(300) < 0.2, 2, event_id % 2)
    proba = rng.dirichlet([1, 1, 1], 300)
    events = event_scores(event_id, y, proba)
    assert event_auc(event_id, y, proba) == pytest.approx(
        roc_auc_score(events["label"], events["probability"])
    )


def test_an_event_has_one_label():
    with pytest.raises(ValueError, match="event 'a' has rows of class 0 and of class 1"):
        event_scores(["a", "a"], [0, 1], np.full((2, 2), 0.5))


def test_missing_or_short_event_id():
    with pytest.raises(ValueError, match="missing in row 2"):
        event_scores(["a", "b", None], [0, 1, 1], np.full((3, 2), 0.5))
    with pytest.raises(ValueError, match="event_id has 2 rows and y 3"):
        event_scores(["a", "b"], [0, 1, 1], np.full((3, 2), 0.5))


def test_one_class_only():
    with pytest.raises(ValueError, match="no row of class 0"):
        event_auc(["a", "b"], [1, 1], np.full((2, 2), 0.5))
