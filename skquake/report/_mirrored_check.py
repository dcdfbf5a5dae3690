"""Whether a time-mirrored test was made of what a report is about."""

from __future__ import annotations

import warnings

import numpy as np

from skquake._core._journal import fingerprint
from skquake._core._time import as_ns
from skquake._core._typing import Estimator
from skquake.inspection import TimeMirroredResult
from skquake.model_selection import Evaluation
from skquake.model_selection._search_identity import pipeline_identity

_KEYS = ("source", "event_id", "pair_id", "time", "obs_start", "obs_end")  # what a row is, features aside


def unlike_mirrored(
    mirrored: TimeMirroredResult | None,
    pipeline: str,
    evaluation: Evaluation,
    samples: object,
    scoring: str,
) -> str:
    """Say, and warn, in what a mirrored test is not of the report's analysis; "" where it is.

    ``pipeline`` is a `pipeline_identity`. What the result does not keep (its pipeline, its samples) is
    not compared.
    """
    if mirrored is None:
        return ""
    told, theirs = [], mirrored.evaluations["declared"]
    if mirrored.pipeline and mirrored.pipeline != pipeline:
        told.append("another pipeline")
    if mirrored.samples is not None:
        here, there = _tested(evaluation, samples), _tested(theirs, mirrored.samples)
        if here != there:
            told.append(f"other tested rows ({len(theirs.test)}, here {len(evaluation.test)})")
    if mirrored.scoring != scoring:
        told.append(f"another scoring ({mirrored.scoring}, here {scoring})")
    if not told:
        value, other = (getattr(one, scoring).value for one in (evaluation, theirs))
        if not np.isclose(value, other, atol=0.005, equal_nan=True):
            told.append(f"another score as declared ({scoring} {other:z.3f}, here {value:z.3f})")
    if not told:
        return ""
    said = f"The time-mirrored test is not of this analysis: {', '.join(told)}."
    warnings.warn(
        f"{said} Evaluate its pipeline and the samples that it keeps (mirrored.samples) with the same splits "
        "and scoring.",
        stacklevel=4,
    )
    return said


def mirrored_identity(mirrored: TimeMirroredResult | None, pipeline: Estimator) -> str:
    """Identity of the report's pipeline, where there is one to compare it with."""
    return pipeline_identity(pipeline) if mirrored is not None and mirrored.pipeline else ""


def _tested(evaluation, samples):
    test = np.sort(np.asarray(evaluation.test))
    X = samples.X.iloc[test]
    rows = {"y": np.asarray(samples.y)[test].tolist()}
    for name in _KEYS:
        if name in X:
            values = as_ns(X[name]) if X[name].dtype.kind == "M" else X[name]
            rows[name] = [str(value) for value in np.asarray(values).tolist()]
    return fingerprint(rows)
