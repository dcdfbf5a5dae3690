"""Checks for estimators of one's own: what scikit-learn asks for, and what this package promises beyond.

Every public estimator of the package goes through the same checks.
"""

from skquake.testing._cheats import cheating_entries
from skquake.testing._expected_failures import expected_failed_checks
from skquake.testing._generator import (
    check_skquake_estimator,
    parametrize_with_skquake_checks,
    skquake_checks_generator,
)
from skquake.testing._instances import tiny_instances

__all__ = [
    "cheating_entries",
    "check_skquake_estimator",
    "expected_failed_checks",
    "parametrize_with_skquake_checks",
    "skquake_checks_generator",
    "tiny_instances",
]
