"""The same analysis of the days after earthquakes, and with controls of one side of time only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.utils import Bunch

from skquake._core._failures import failure, is_full_disk
from skquake._core._sklearn import Interval, validate_params
from skquake._core._time import NS_PER_DAY, as_ns, days_to_ns
from skquake._core._typing import Estimator, Frame
from skquake._core._validation import check_catalog
from skquake.catalogs import AftershockRemover
from skquake.catalogs._within import spans_of
from skquake.inspection._analysis import CONSTRAINTS, Analysis, check_analysis, check_seed
from skquake.inspection._mirrored_result import ANALYSES, DIFFERENCES, TimeMirroredResult
from skquake.inspection._null_row import controls_seed
from skquake.inspection._record import span
from skquake.metrics._joint_difference import joint_interval
from skquake.model_selection import Score
from skquake.model_selection._search_identity import pipeline_identity
from skquake.model_selection._widening import widen
from skquake.sampling import make_samples
from skquake.sampling._settings import check_days, last_day

_TAKEN = ("clusters", "accept_versions", "n_jobs", "verbose")


@validate_params(
    {
        "gap": [Interval(Real, 0, None, closed="left")],
        "n_resamples": [Interval(Integral, 1, None, closed="left")],
    }
    | {name: rule for name, rule in CONSTRAINTS.items() if name not in _TAKEN},
    prefer_skip_nested_validation=True,
)
def time_mirrored_test(
    pipeline: Estimator,
    source: Any,
    catalog: Frame,
    *,
    controls: Any,
    sampling: dict[str, Any],
    cv: Any,
    min_magnitude: float | None = 4.8,
    decluster: Any = AftershockRemover(),  # noqa: B008  cloned before use
    scoring: str = "seismic_mcc",
    search: Callable[[Estimator], Estimator] | None = None,
    sample_weight: str | None = "event",
    gap: float = 0.0,
    n_resamples: int = 1000,
    random_state: int | None = None,
) -> TimeMirroredResult:
    """Score a pipeline on the days before earthquakes, and on as many days after them.

    What stands as strongly after an earthquake as before it, or comes and goes with the side of time on
    which the controls lie, has no direction in time and is no precursor's. The same analysis (events,
    splits, seeds, pipeline) is made

    * as declared;
    * mirrored: days -15 to 0 become days 0 to 15, and controls keep clear of both, before and after;
    * with controls that lie before their earthquakes only, and with such that lie after them only, where
      the sampler has a ``side`` (`skquake.catalogs.MatchedControls`) and its matching uses it.

    Parameters
    ----------
    pipeline : classifier
        Takes samples, as `make_samples` returns them.
    source : TrackSource, SeriesSource, MapSource or SourceCollection
    catalog : DataFrame
        The full catalog, aftershocks and small events included. Events outside the days of the record do
        not count.
    controls : sampler
        As `skquake.catalogs.MatchedControls`. Cloned; its ``avoid`` becomes the full catalog, its
        ``random_state`` one number for all four analyses, the same as in `catalog_null_test`.
    sampling : dict
        Keywords of `make_samples`: ``region``, ``days``, ``max_length``, and so on; the days must not reach
        beyond the earthquake.
    cv : splitter, or callable
        As in `catalog_null_test`.
    min_magnitude, decluster, scoring, search, sample_weight
        As in `catalog_null_test`.
    gap : float, default=0.0
        Days after the earthquake that the mirrored analysis leaves out: 1 leaves out most of what is
        co-seismic.
    n_resamples : int, default=1000
        Of the intervals.
    random_state : int or None, default=None
        Decides controls and intervals; the pipeline has its own.

    Returns
    -------
    TimeMirroredResult

    Raises
    ------
    ValueError
        Where the days reach beyond the earthquake, or for whatever the declared analysis lacks (samples,
        classes, training rows). What the other three lack stands in ``failed``.

    Notes
    -----
    **Read it one way only.** A declared score above the mirrored one says that what was found belongs to the
    days before. A mirrored score that is as high does not say the contrary of a precursor: the days after an
    earthquake have effects of their own. Acoustic and gravity waves of the rupture and of tsunamis reach
    the ionosphere within minutes to hours (co-seismic disturbances [1]_), stations fall out, and
    aftershocks, each with its own co-seismic signal (and its own precursor, were there one), follow for
    weeks. A positive mirrored score is expected from these alone where the instrument sees them. But then
    the declared score is no longer evidence by its place before the earthquake, and this test has not helped
    it. ``gap`` leaves the first of them out, not aftershocks.

    **How controls change.** With observations of the days after, a control that lies some weeks before its
    earthquake would see the very days in which a precursor is looked for, and the mirrored score would be
    that of a precursor with the sign turned. So ``avoid_days`` of the sampler keeps its beginning and reaches
    to the end of the mirrored days, (-15, 5) becomes (-15, 15), and its ``days`` are mirrored: fewer
    earthquakes keep a control, and ``to_frame`` counts them. A sampler without these parameters keeps its own
    rule. On series and maps windows reach back beyond their days; there the first window after the
    earthquake begins where the last one before it has ended.

    **Sides.** What lasts for weeks after an earthquake (aftershocks, a station that was damaged) is in the
    controls after it and not in those before; what drifts tells either side from the earthquakes and not
    both together, of which ``side="both"`` takes as many. A precursor scores alike with either, but for
    chance. Aftershocks make free days after an earthquake rarer than before it: the sides have other
    numbers of earthquakes, too.

    **Differences.** The analyses test other rows, so rows cannot be paired. Units can: earthquakes are dated
    by their own time, and both scores are taken from each resample of the same blocks of time, or of the same
    earthquakes with their controls, whichever interval is wider. The models are held fixed, and the interval
    is widened as in `skquake.model_selection.evaluate` where folds train on each other's test rows. Each
    interval is one of 95 %: of three, one or more exclude 0 by chance in up to 15 % of studies.

    References
    ----------
    .. [1] Astafyeva, E. (2019). Ionospheric detection of natural hazards. Reviews of Geophysics, 57,
       1265-1288.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skquake.catalogs import MatchedControls
    >>> from skquake.datasets import make_catalog, make_tec
    >>> from skquake.inspection import time_mirrored_test
    >>> from skquake.model_selection import PurgedTimeSeriesSplit
    >>> from skquake.preprocessing import ChannelScaler, WindowFlattener
    >>> from skquake.sampling import SlidingWindow
    >>> from skquake.sources import MapSource
    >>> maps = make_tec("2001-01-01", "2001-12-31", cadence="1D", grid=(30, 60), random_state=0).maps
    >>> source = MapSource(maps)
    >>> catalog = make_catalog("2001-01-01", "2001-12-31", min_magnitude=5.5, random_state=0)
    >>> steps = SlidingWindow(source, 5), ChannelScaler(), WindowFlattener(), LogisticRegression()
    >>> result = time_mirrored_test(make_pipeline(*steps), source, catalog, controls=MatchedControls(),
    ...     sampling={"region": "dobrovolsky", "days": (-15, 0), "max_length": 5},
    ...     cv=PurgedTimeSeriesSplit(2), n_resamples=200, random_state=0)
    >>> result.to_frame()["days"].tolist()
    ['-5 to 0', '0 to 5', '-5 to 0', '-5 to 0', '', '', '']
    >>> print(result.sentences[0])
    As declared the seismic MCC is ... not above chance, and there is nothing to mirror.
    """
    check_analysis(pipeline, sampling, ["declared"])
    random_state = check_seed(random_state, None)
    later, window = _window(source, sampling, gap)
    inside = _inside(source, check_catalog(catalog, allow_empty=False))
    settings = sampling, cv, min_magnitude, decluster, scoring, sample_weight
    seed = controls_seed(random_state, "observed", 0)
    declared = _Shifted.of({"pipeline": pipeline}, search, source, controls, *settings)
    mirrored: Any = _Shifted.of(
        {"pipeline": pipeline}, search, source, _mirrored(controls, window[1], gap), *settings
    )
    fitted = pipeline_identity(declared.estimators["pipeline"])
    analyses = {"declared": declared, "mirrored": replace(mirrored, later_days=later)}
    skipped = _no_sides(controls)
    for side in () if skipped else ("before", "after"):
        own = clone(controls).set_params(side=side)
        analyses[side] = _Shifted.of({"pipeline": pipeline}, search, source, own, *settings)
    evaluations, samples, failed = {}, {}, {}
    if skipped:
        failed = dict.fromkeys(("before", "after"), skipped)
    for name, analysis in analyses.items():
        try:
            built = analysis.built(inside, seed)
            found, _ = analysis.scored(*built, n_resamples)
        except Exception as error:
            if name == "declared" or is_full_disk(error):
                raise
            failed[name] = failure(error)
            continue
        samples[name], evaluations[name] = built[0], found["pipeline"]
    differences = {}
    for name, (first, second) in DIFFERENCES.items():
        if first in evaluations and second in evaluations:
            pair = [(evaluations[key], samples[key]) for key in (first, second)]
            differences[name] = _difference(
                scoring, *pair, sample_weight=sample_weight, n_resamples=n_resamples
            )
    before, after = window
    days = {name: after if name == "mirrored" else before for name in ANALYSES}
    return TimeMirroredResult(
        evaluations=evaluations,
        differences=differences,
        scoring=scoring,
        days=days,
        n_earthquakes={name: _tested(evaluations[name], samples[name]) for name in evaluations},
        failed=failed,
        samples=samples["declared"],
        pipeline=fitted,
    )


@dataclass(frozen=True)
class _Shifted(Analysis):
    """An analysis whose observations lie some days later than it says; the seismicity does not."""

    later_days: float = 0.0

    def samples(self, full: pd.DataFrame, events: pd.DataFrame, seed: int) -> Bunch:
        if not self.later_days:
            return super().samples(full, events, seed)
        known = self.controls.get_params()
        own: dict[str, Any] = {"avoid": full, "random_state": seed}
        own = {name: value for name, value in own.items() if name in known}
        spans = spans_of(known.get("within"))
        if spans is not None:  # what is observed lies in it, not what is said
            own["within"] = (spans - days_to_ns(self.later_days)).astype("datetime64[ns]")
        controls = _Later(clone(self.controls).set_params(**own), self.later_days)
        found = make_samples(
            self.source, _moved(events, self.later_days), controls, exclude=full, **self.sampling
        )
        found.X["lead_days"] -= self.later_days
        found.events = _moved(found.events, -self.later_days)
        return found


class _Later:
    """A sampler of controls for events that are said to be later than they were."""

    def __init__(self, controls: Any, days: float) -> None:
        self.controls, self.days = controls, days

    def sample(self, catalog: pd.DataFrame) -> pd.DataFrame:
        return _moved(self.controls.sample(_moved(catalog, -self.days)), self.days)


def _moved(catalog, days):
    return catalog.assign(time=catalog["time"] + pd.Timedelta(int(days_to_ns(days)), "ns"))


def _window(source, sampling, gap):
    """Days by which observations move, and the days observed: ((first, last) before, (first, last) after)."""
    days, on_track = check_days(sampling["days"]), source.kind == "track"
    last = last_day(days, sampling.get("lead", 0), on_track)
    if last > 0.0:
        raise ValueError(
            f"sampling: days={sampling['days']!r} reach beyond the earthquake; the mirrored test sets days "
            "before beside days after, so end them at 0 or earlier"
        )
    first = days[0]
    if not on_track:
        member = next(iter(dict(source).values())) if hasattr(source, "items") else source
        first = first if sampling.get("step") else last
        # A window ends up to one step before what is asked for.
        seen = sampling["max_length"] + sampling.get("context", 0)
        first -= seen * float(member.cadence / np.timedelta64(1, "D"))
    later = gap - last - first
    return later, ((first, last), (first + later, last + later))


def _mirrored(controls, after, gap):
    """The sampler for observations of the days after: clear of what may come before earthquakes, too."""
    known = controls.get_params()
    changed = {}
    end = after[1]
    if "days" in known:
        first, last = (float(day) for day in known["days"])
        end = max(end, gap - first)
        changed["days"] = (min(after[0], gap - last), end)
    if "avoid_days" in known:
        first, last = (float(day) for day in known["avoid_days"])
        changed["avoid_days"] = (first, max(last, end))
    return clone(controls).set_params(**changed)


def _no_sides(controls):
    """Why there are no controls of one side of time; empty where there are."""
    known = controls.get_params()
    if "side" not in known:
        return f"{type(controls).__name__} has no side"
    if known.get("match") == "dip-latitude":
        return 'controls of match="dip-latitude" lie in the same night'
    return ""


def _inside(source, catalog):
    """The events in the whole days of the record."""
    first, last = (as_ns(np.datetime64(time, "ns")) // NS_PER_DAY for time in span(source))
    day = as_ns(catalog["time"]) // NS_PER_DAY
    return catalog[(day >= first) & (day <= last)]


def _tested(evaluation, samples):
    return int(samples.X["event_id"].iloc[evaluation.test[evaluation.y == 1]].nunique())


def _difference(scoring, first, second, *, sample_weight, n_resamples):
    """Score of one analysis minus that of another, with its interval."""
    (one, _), (other, _) = first, second
    value = getattr(one, scoring).value - getattr(other, scoring).value
    found = joint_interval(
        scoring,
        _rows(*first),
        _rows(*second),
        weighted=sample_weight == "event",
        n_resamples=n_resamples,
        random_state=0,
    )
    score = Score(value, **found)
    factor = max(one.widening, other.widening)
    if factor > 1.0 and score.has_interval:
        reach = 2.0 if scoring == "seismic_mcc" else 1.0
        low, high = widen(value, score.low, score.high, factor, -reach, reach)
        score = score._replace(low=low, high=high)
    return score


def _rows(evaluation, samples):
    """Tested rows, dated by the time of their event."""
    X = samples.X.iloc[evaluation.test]
    time = as_ns(X["time"].to_numpy()) + days_to_ns(X["lead_days"].to_numpy())
    return Bunch(
        y=np.asarray(evaluation.y),
        proba=evaluation.proba,
        event_id=X["event_id"].to_numpy(),
        pair_id=X["pair_id"].to_numpy(),
        time=time.astype("datetime64[ns]"),
    )
