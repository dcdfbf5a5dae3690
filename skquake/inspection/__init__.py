"""Probes and nulls: what could have made a score without any earthquake."""

from skquake.inspection._catalog_null_test import catalog_null_test
from skquake.inspection._detector_sensitivity import detector_sensitivity
from skquake.inspection._false_alarm_rate import false_alarm_rate
from skquake.inspection._injection_recovery import injection_recovery
from skquake.inspection._joint_evidence import joint_evidence
from skquake.inspection._joint_result import JointEvidence
from skquake.inspection._mirrored_result import TimeMirroredResult
from skquake.inspection._null_catalogs import null_catalogs
from skquake.inspection._null_result import CatalogNullResult
from skquake.inspection._power_curve import PowerCurve
from skquake.inspection._probes import location_probe, metadata_probe, place_date_probe
from skquake.inspection._time_mirrored_test import time_mirrored_test

__all__ = [
    "CatalogNullResult",
    "JointEvidence",
    "PowerCurve",
    "TimeMirroredResult",
    "catalog_null_test",
    "detector_sensitivity",
    "false_alarm_rate",
    "injection_recovery",
    "joint_evidence",
    "location_probe",
    "metadata_probe",
    "null_catalogs",
    "place_date_probe",
    "time_mirrored_test",
]
