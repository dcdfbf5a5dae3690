"""How many independent units an interval needs."""

from __future__ import annotations

FEWEST = 5  # units below which there is no interval
