"""Which checks of networks are long: those that a relative of another network goes through as well."""

from __future__ import annotations

import pytest

# SeqNetQuake has their base.
RELATIVES = ("SafeNetClassifier", "DNNClassifier", "CNNClassifier", "LSTMClassifier", "SIPClassifier")
# Their fits that fail, of new models and of fitted ones, are in test_state.py too.
STOPPED_ELSEWHERE = ("EDLSTMERegressor",)
STOPPED = ("check_stopped_fit_stays_unfitted", "check_stopped_refit_leaves_the_old_state")


def is_long(check, network):
    if not check.func.__module__.startswith("skquake"):
        return network in RELATIVES or "readonly_memmap" in check.name
    if check.name == "check_missing_backend_is_named":  # a process of its own each
        return network != "SeqNetQuakeClassifier"
    return check.name in STOPPED and network in (*RELATIVES, *STOPPED_ELSEWHERE)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        found = getattr(item, "callspec", None)
        if found is None or item.originalname != "test_checks" or item.path.parent.name != "neural":
            continue
        if is_long(found.params["check"], type(found.params["estimator"]).__name__):
            item.add_marker(pytest.mark.slow)
