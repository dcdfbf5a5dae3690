import pytest
from common.sampler_checks import SAMPLER_CHECKS

from skquake.catalogs import MatchedControls, RandomControls

SAMPLERS = [
    RandomControls(),
    MatchedControls(),
    MatchedControls(match="local-time", satellite="swarm"),
    MatchedControls(match="dip-latitude"),
]


@pytest.mark.parametrize("check", SAMPLER_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("sampler", SAMPLERS, ids=repr)
def test_common(sampler, check):
    check(sampler)


def test_the_checks_run():
    assert len(SAMPLER_CHECKS) == 10
