import numpy as np
import pytest
from common.sampling_orbits import make_events, make_orbit
from common.window_step_checks import WINDOW_STEP_CHECKS

from skquake.preprocessing import (
    ChannelScaler,
    IQRBounds,
    WindowBounds,
    WindowFlattener,
    WindowNormalizer,
)
from skquake.sampling import SlidingWindow, make_samples
from skquake.sources import SourceCollection

TRACK = make_orbit(3, gaps=0, holes=0)
BOTH = SourceCollection({"A": TRACK, "B": make_orbit(4, gaps=0, holes=0)})
CALL = dict(region="2500 km", days=(-1.5, 0), max_length=6)
WINDOWS = np.random.default_rng(0).lognormal(size=(8, 9, 2)).astype(np.float32)
STEPS = [
    (SlidingWindow(TRACK, 6), make_samples(TRACK, make_events(3), **CALL).X),
    (SlidingWindow(TRACK, 3, channels=["Te"], missing="nan"), make_samples(TRACK, make_events(3), **CALL).X),
    (SlidingWindow(BOTH, 5), make_samples(BOTH, make_events(3), **CALL).X),
    (ChannelScaler(), WINDOWS),
    (WindowFlattener(), WINDOWS),
    (WindowNormalizer(kind="zscore"), WINDOWS),
    (WindowBounds(IQRBounds(days=2, samples_per_day=3), keep=3), WINDOWS),
]


@pytest.mark.parametrize("check", WINDOW_STEP_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(("step", "X"), STEPS, ids=[type(step).__name__ for step, _ in STEPS])
def test_common(step, X, check):
    check(step, X)


def test_the_checks_run():
    assert len(WINDOW_STEP_CHECKS) == 9
