"""Utilities that look at the package itself."""

from skquake.utils import discovery

__all__ = ["discovery"]
