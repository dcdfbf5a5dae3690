"""The networks go through the public checks; here, so that one process has all that starts a backend."""

from skquake.testing import parametrize_with_skquake_checks, tiny_instances

NETWORKS = [thing for thing in tiny_instances() if type(thing).__module__.startswith("skquake.neural")]


@parametrize_with_skquake_checks(NETWORKS)
def test_checks(estimator, check):
    check(estimator)
