"""Analyses that are sealed before they are made: a plan, its power, one look, and a log of all looks."""

from skquake.registration._freeze import freeze
from skquake.registration._frozen_plan import FrozenPlan
from skquake.registration._run import run
from skquake.registration._seal import Change
from skquake.registration._show import show
from skquake.registration._verify import verify

__all__ = ["Change", "FrozenPlan", "freeze", "run", "show", "verify"]
