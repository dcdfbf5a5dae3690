import pytest
from common.sampler_checks import SAMPLER_CHECKS

from skquake.catalogs import MatchedControls, RandomControls


@pytest.mark.parametrize("check", SAMPLER_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("sampler", [RandomControls(), MatchedControls()], ids=repr)
def test_common(sampler, check):
    check(sampler)


def test_the_checks_run():
    assert len(SAMPLER_CHECKS) == 10
