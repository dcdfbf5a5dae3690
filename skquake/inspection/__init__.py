"""Probes: what could have made a score without any earthquake."""

from skquake.inspection._probes import location_probe, metadata_probe

__all__ = ["location_probe", "metadata_probe"]
