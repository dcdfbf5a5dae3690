"""Probes of few trees, for tests in which they need only be there."""

from __future__ import annotations

import pytest
from sklearn.ensemble import RandomForestClassifier


@pytest.fixture(autouse=True, scope="module")
def small_probes():
    """Forests of ten trees are enough to see that the probes are there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "skquake.inspection._probes.RandomForestClassifier",
            lambda n_estimators, **options: RandomForestClassifier(10, **options),
        )
        yield
