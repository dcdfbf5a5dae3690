"""Every public estimator and source goes through the public checks; none is left out."""

from __future__ import annotations

import pytest

from skquake import sources
from skquake.testing import (
    expected_failed_checks,
    parametrize_with_skquake_checks,
    skquake_checks_generator,
    tiny_instances,
)
from skquake.testing._expected_failures import EXPECTED_FAILURES
from skquake.testing._kinds import kind_of
from skquake.utils.discovery import all_estimators

EVERYTHING = tiny_instances()
# Those that start a Keras backend are run in tests/neural, in one process.
LIGHT = [thing for thing in EVERYTHING if "skquake.neural" not in type(thing).__module__]


@parametrize_with_skquake_checks(LIGHT)
def test_checks(estimator, check):
    check(estimator)


def test_no_public_class_is_left_out():
    reached = {type(thing) for thing in EVERYTHING}
    public = {cls for _, cls in all_estimators()}
    public |= {sources.TrackSource, sources.SeriesSource, sources.MapSource, sources.SourceCollection}
    assert not public - reached, f"no check reaches {sorted(cls.__name__ for cls in public - reached)}"


@pytest.mark.parametrize("thing", EVERYTHING, ids=lambda thing: type(thing).__name__)
def test_checks_are_not_vacuous(thing):
    checks = [check for _, check in skquake_checks_generator(thing)]
    expected = expected_failed_checks(thing)
    assert set(expected) <= {check.func.__name__ for check in checks}
    assert len(checks) - len(expected) >= {"array": 50, "splitter": 13, "source": 12}.get(kind_of(thing), 15)


def test_table_of_expected_failures_names_no_stranger():
    assert EXPECTED_FAILURES.keys() <= {type(thing).__name__ for thing in EVERYTHING}
    assert all(reason for table in EXPECTED_FAILURES.values() for reason in table.values())
