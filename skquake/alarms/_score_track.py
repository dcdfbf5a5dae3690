"""What a model says of every window of a track, not only of those around known events."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from skquake._core._disturbed import DISTURBED_HOURS, KP_PARAMETERS, KP_THRESHOLD, kp_is_quiet
from skquake._core._engine import Engine
from skquake._core._largest_kp import largest_kp
from skquake._core._progress import progress
from skquake._core._sklearn import HasMethods, Interval, validate_params
from skquake._core._time import local_solar_time
from skquake._core._typing import Estimator
from skquake.metrics._evidence import align_classes, seismic_probability
from skquake.sampling import ResidualWindow, SlidingWindow
from skquake.sampling._settings import at_hours, check_local_time
from skquake.sources import TrackSource

_COUNT = Interval(Integral, 1, None, closed="left")


@validate_params(
    {
        "model": [HasMethods(["predict_proba"])],
        "track": [HasMethods(["windows"])],
        "length": [None, _COUNT],
        "context": [None, Interval(Integral, 0, None, closed="left")],
        "step": [None, _COUNT],
        "chunk": [_COUNT],
        "n_jobs": [Integral, None],
    }
    | KP_PARAMETERS,
    prefer_skip_nested_validation=True,
)
def score_track(
    model: Estimator,
    track: TrackSource,
    *,
    length: int | None = None,
    context: int | None = None,
    step: int | None = None,
    local_time: str | Sequence[float] | None = None,
    kp: Any = None,
    kp_threshold: float = KP_THRESHOLD,
    disturbed_hours: float = DISTURBED_HOURS,
    chunk: int = 4096,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> pd.DataFrame:
    """Score every quiet window of a track.

    The windows are those of ``track.blocks``: the tiling from which samples are made, so nothing but the
    choice of windows differs from what the model was trained on. They are cut and scored some at a
    time: the memory does not grow with the track, but for its own rows and the result.

    Parameters
    ----------
    model : fitted classifier
        A pipeline (or a search of one) that starts with :class:`~skquake.sampling.SlidingWindow` or
        :class:`~skquake.sampling.ResidualWindow`: the windows of ``track`` go to the steps after it, of its
        length, context and channels (less its background), whatever source it was trained on. Any other
        classifier gets the windows themselves, (n, length, channels).
    track : TrackSource
    length : int, default=None
        Observations a window. By default the pipeline's, or what the file of
        :func:`~skquake.neural.load_model` notes; a classifier without one needs it.
    context : int, default=None
        Observations seen before and after it. By default the pipeline's, else none. Windows without whole
        context are left out, but for a pipeline whose ``context_edge`` is "nan".
    step : int, default=None
        Observations from one window to the next; by default the length.
    local_time : None, "night", "day" or (float, float)
        Local solar hours to score, as in :func:`~skquake.sampling.make_samples`.
    kp : Series or DataFrame, default=None
        Kp by the start of its 3-hour interval; windows disturbed by space weather are left out. None scores
        them all.
    kp_threshold, disturbed_hours : float, default=3.0, 24.0
        Disturbed is a Kp above the threshold within so many hours before the window's center; at the
        threshold is quiet.
    chunk : int, default=4096
        Windows at a time.
    n_jobs : int or None, default=None
        Chunks at a time, by joblib's current backend; the scores are the same for any.
    verbose : int, default=0
        Positive shows a progress bar.

    Returns
    -------
    DataFrame
        One window a row, in order of time: ``time``, ``latitude``, ``longitude`` (degrees) of its center,
        ``pass_id``, ``local_time`` (h), ``kp`` (the largest in memory, NaN without ``kp``), and
        ``probability``, p1 / (p0 + p1). ``attrs["disturbed"]`` counts the windows left out.

    Raises
    ------
    TypeError
        If the track is no TrackSource.
    ValueError
        Without a length, or with a length or context that is not the pipeline's; for Kp unknown at a window.
    RuntimeError
        If worker processes die again and again.

    Notes
    -----
    A probability is no alarm. What a threshold on it is worth is a matter of how many earthquakes it
    catches for the share of space and time that it occupies.

    References
    ----------
    Zechar, J. D. and Jordan, T. H. (2008). Testing alarm-based earthquake predictions. Geophysical Journal
    International 172, 715-724.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklearn.dummy import DummyClassifier
    >>> from skquake.alarms import score_track
    >>> from skquake.sources import TrackSource
    >>> frame = pd.DataFrame({
    ...     "time": pd.date_range("2015-01-01", periods=600, freq="s"),
    ...     "latitude": np.linspace(-20, 18, 600), "longitude": 100.0, "Ne": 1e5,
    ... })
    >>> model = DummyClassifier(strategy="prior").fit(np.zeros((4, 1)), [0, 0, 0, 1])
    >>> score_track(model, TrackSource(frame), length=200)[["time", "probability"]]
                     time  probability
    0 2015-01-01 00:01:40         0.25
    1 2015-01-01 00:05:00         0.25
    2 2015-01-01 00:08:20         0.25
    """
    if not hasattr(track, "blocks"):
        raise TypeError(
            f"track: expected a TrackSource, got {type(track).__name__}; score the tracks of a "
            "SourceCollection one by one"
        )
    hours = check_local_time(local_time)
    rest, cut, windows_of = _after_the_window(model, track, length, context)
    time = track.time
    whole = cut["context"] if cut["context_edge"] == "error" else 0
    center = track.blocks(cut["length"], step, context=whole).center
    center = center[at_hours(local_solar_time(time[center], track.longitude[center]), hours)]
    largest, n = np.full(len(center), np.nan), len(center)
    if kp is not None:
        largest = largest_kp(kp, time[center], disturbed_hours)
        quiet = kp_is_quiet(largest, kp_threshold)
        center, largest = center[quiet], largest[quiet]
    scores = pd.DataFrame(
        {
            "time": time[center].view("datetime64[ns]"),
            "latitude": track.latitude[center],
            "longitude": track.longitude[center],
            "pass_id": track.pass_id[center].astype(np.int64),
            "local_time": local_solar_time(time[center], track.longitude[center]),
            "kp": largest,
        }
    )
    probability = np.empty(len(center))
    parts = [slice(start, start + chunk) for start in range(0, len(center), chunk)]
    tasks = ((scores.iloc[here],) for here in parts)
    with (
        Engine(partial(_probability, rest, windows_of), n_jobs) as engine,
        closing(engine.run(tasks)) as results,
    ):
        shown = progress(results, desc="windows", verbose=verbose, total=len(parts), unit="chunk")
        for number, found in shown:
            probability[parts[number]] = found
    scores["probability"] = probability
    scores.attrs["disturbed"] = n - len(center)
    return scores


def _probability(rest, windows_of, rows):
    proba = align_classes(rest.predict_proba(windows_of(rows)), rest.classes_)
    return seismic_probability(proba)


def _cut(track, cut, rows):
    return track.windows(rows, **cut)[0]


def _after_the_window(model, track, length, context):
    """What takes windows, how they are cut (keywords of ``windows``), and what cuts those of rows."""
    model = getattr(model, "best_estimator_", model)
    first: Any = model[0] if hasattr(model, "steps") else None
    residual = isinstance(first, ResidualWindow)
    window = first.window if residual else first
    if not isinstance(window, SlidingWindow):
        noted = getattr(model, "observed_", {})  # of a model from a file
        if noted.get("residual"):
            raise ValueError(
                "model: it was trained on residuals, and its file holds no background; put the fitted "
                "ResidualWindow before it: make_pipeline(step, *model.steps)"
            )
        _check_noted(noted, track, length=length, context=context)
        length = noted.get("length", length)
        context = noted.get("context", 0) if "length" in noted else context
        if length is None:
            raise ValueError(f"length: {type(model).__name__} cuts no windows itself; say how long they are")
        edge = noted.get("context_edge", "error")
        cut = {"length": length, "context": context or 0, "context_edge": edge}
        if "channels" in noted:
            cut["channels"] = noted["channels"]
        return model, cut, partial(_cut, track, cut)
    for name, given in (("length", length), ("context", context)):
        own = getattr(window, name)
        if given not in (None, own):
            raise ValueError(f"{name}={given}, but the model's SlidingWindow has {name}={own}")
    cut = {name: getattr(window, name) for name in ("length", "context", "context_edge", "channels")}
    if residual:
        here = copy.copy(first).set_params(window=clone(window).set_params(source=track))
        return model[1:], cut, here.transform
    return model[1:], cut, partial(_cut, track, cut)


def _check_noted(noted, track, **given):
    """Raise where a model from a file was trained on other windows than those asked for."""
    for name, value in given.items():
        known = noted.get(name, 0 if name == "context" and "length" in noted else None)
        if known is not None and value not in (None, known):
            raise ValueError(f"{name}={value}, but the model in the file was trained with {name}={known}")
    absent = [channel for channel in noted.get("channels", ()) if channel not in track.channels]
    if absent:
        raise ValueError(
            f"track: it has no {', '.join(absent)}, which the model in the file was trained on; it has "
            f"{', '.join(track.channels)}"
        )
