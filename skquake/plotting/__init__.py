"""Display classes: they take results, draw with ``.plot(ax=...)`` and keep what they drew."""

from skquake.plotting._sample_map import SampleMapDisplay
from skquake.plotting._scores import ScoreDisplay
from skquake.plotting._windows import WindowsDisplay

__all__ = ["SampleMapDisplay", "ScoreDisplay", "WindowsDisplay"]
