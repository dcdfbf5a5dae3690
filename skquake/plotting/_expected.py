"""The rates that displays of anomalies set beside the flagged ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from skquake._core._typing import Estimator, Frame
from skquake.preprocessing import ARRate


def expected_rates(estimator: Estimator, found: Any, series: Frame) -> dict[str, Any]:
    """``expected_rate`` and ``expected_ar`` of what bounds or a detector found in series."""
    if hasattr(found, "expected_ar"):
        memory = found.expected_ar
    else:
        memory = estimator.ar_rate(series) if hasattr(estimator, "ar_rate") else None
    return {"expected_rate": found.expected_rate, "expected_ar": memory}


def of_noise(expected_rate: float | None, expected_ar: ARRate | None) -> str:
    """The same as text; nothing where neither is known."""
    if expected_rate is None:
        return ""
    text = f"noise: {expected_rate:.1%}"
    if expected_ar is not None:
        rate, low, high = expected_ar.interval()
        if np.isfinite(rate):
            text += f", AR(1) {rate:.1%} [{low:.1%}, {high:.1%}]"
    return f" ({text})"
