"""The networks of forecasts and images, and what is fine-tuned, go through the public checks."""

from skquake.neural import EDLSTMERegressor, FineTuned, SIPClassifier
from skquake.testing import parametrize_with_skquake_checks
from skquake.testing._instances import networks

OTHERS = (EDLSTMERegressor, SIPClassifier, FineTuned)


@parametrize_with_skquake_checks([network for network in networks() if isinstance(network, OTHERS)])
def test_checks(estimator, check):
    check(estimator)


def test_no_network_is_left_out():
    from test_estimator_checks import SEQUENCES

    assert {type(network) for network in networks()} == {*SEQUENCES, *OTHERS}
