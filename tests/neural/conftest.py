"""Which checks of networks are long: those of scikit-learn that a relative of the network goes through."""

from __future__ import annotations

import pytest

RELATIVES = ("SafeNetClassifier", "CNNClassifier", "LSTMClassifier")  # SeqNetQuake and DNN have their base


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        found = getattr(item, "callspec", None)
        if found is None or item.originalname != "test_checks" or item.path.parent.name != "neural":
            continue
        check, network = found.params["check"], type(found.params["estimator"]).__name__
        foreign = not check.func.__module__.startswith("skquake")
        if foreign and (network in RELATIVES or "readonly_memmap" in check.name):
            item.add_marker(pytest.mark.slow)
