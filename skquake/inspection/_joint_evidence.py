"""Several sources and detectors asked one question, by the same catalogs that never happened."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._failures import failure, is_full_disk
from skquake._core._journal import fingerprint
from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._time import NS_PER_DAY, as_ns
from skquake._core._together import clock
from skquake._core._typing import Estimator, Frame, Path
from skquake.catalogs import AftershockRemover, region_radius_km
from skquake.inspection._analysis import (
    CONSTRAINTS,
    PHASES,
    Analysis,
    check_analysis,
    check_seed,
    longest_shift,
)
from skquake.inspection._joint_result import STATISTICS, JointEvidence
from skquake.inspection._null_catalogs import make_nulls, window_days
from skquake.inspection._null_row import NullRowCheck, check_null, controls_seed, draw_null, null_row
from skquake.inspection._record import Record, span
from skquake.inspection._row_store import RowStore
from skquake.inspection._tested import COUNTS, count_tested

_RESERVED = {"null", "replicate", "kind", *STATISTICS}


@validate_params(
    {
        "analyses": [Mapping],
        "catalog": "no_validation",
        "nulls": [tuple, list],
        "n_nulls": [Interval(Integral, 1, None, closed="left")],
        "statistic": [StrOptions(set(STATISTICS))],
        "match_events": [StrOptions({"thin"}), None],
        "verbose": ["verbose"],
    }
    | {name: CONSTRAINTS[name] for name in ("clusters", "random_state", "accept_versions", "n_jobs")},
    prefer_skip_nested_validation=False,  # the analyses are checked within
)
def joint_evidence(
    analyses: Mapping[str, Mapping[str, Any]],
    catalog: Frame,
    *,
    nulls: Sequence[Any] = ("rotate", "shift-longitude", "shuffle-times", "other-place"),
    n_nulls: int = 99,
    statistic: str = "fisher",
    match_events: str | None = "thin",
    clusters: Any = None,
    store: Path | None = None,
    accept_versions: bool = False,
    random_state: int | None = None,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> JointEvidence:
    """Put the catalog that happened, and catalogs that never did, through several analyses together.

    Two instruments that see the same storms are no two witnesses: where one is fooled by chance, so is the
    other, and p-values that are multiplied as if they were independent come out too small. Here each catalog
    that never happened goes through all analyses, so that it is fooled as they are, together. Within each
    analysis the scores of the catalogs are standardised; a statistic of a catalog's scores says how high it
    stands in all of them; and the p is the share of catalogs that stand as high as the one that happened.

    Parameters
    ----------
    analyses : dict of {str: dict}
        By source, two at least, the keywords of `catalog_null_test` that make an analysis: ``pipeline``,
        ``source``, ``controls``, ``sampling``, ``cv``, and where they are not to be its defaults
        ``min_magnitude``, ``decluster``, ``scoring``, ``search`` and ``sample_weight``. Or, of a
        detector that is not fitted: ``source``, ``score``, a function that takes a full catalog and returns a
        number, larger where there is more of an effect, and ``sampling`` with the ``region``, ``days`` and
        ``max_length`` that it looks at. Sources cover the same days.
    catalog : DataFrame
        The full catalog, as in `catalog_null_test`.
    nulls : sequence of str or null
        As in `catalog_null_test`. "rotate" moves beyond the longest days of the analyses, "shift-longitude"
        beyond the largest of their regions, and along with local time unless all sources are tracks.
    n_nulls : int, default=99
        Catalogs of each.
    statistic : {"fisher", "max"}, default="fisher"
        The one declared, whose p is the headline; the other stands beside it. Scores of all catalogs are
        standardised. "fisher" sums the logarithms of their normal tails, and finds what several sources show
        a little; "max" takes the largest, and finds what one of them shows clearly.
    match_events, clusters
        As in `catalog_null_test`; numbers are matched source by source.
    store : path, default=None
        File of JSON lines to which the scores of each catalog are appended as they come; with the same
        settings an interrupted run goes on from there. It does not depend on ``statistic``.
    accept_versions : bool, default=False
        Go on with a store that other versions made, as in `catalog_null_test`.
    random_state : int or None, default=None
        Decides catalogs and controls; the same for all analyses, whatever ``n_jobs``.
    n_jobs : int or None, default=None
        Catalogs at a time, by joblib's backend.
    verbose : int, default=0
        Positive: a progress bar over catalogs.

    Returns
    -------
    JointEvidence

    Raises
    ------
    ValueError
        For fewer than two analyses, names that cannot be, an analysis that is not whole, sources of different
        days, whatever the catalog that happened lacks in one of them, or a store as in `catalog_null_test`.
    RuntimeError
        If another process is writing the store, or worker processes die again and again.

    Warns
    -----
    UserWarning
        Where catalogs could not be scored. They count as reaching the observed score of that source.

    Notes
    -----
    All catalogs of a null, the one that happened among them, are standardised alike, so that the p
    (1 + k) / (1 + n) is exact where the null's assumption holds, whatever the sources share: storms,
    seasons, the catalog itself, and however the scores are distributed. It is conservative where scores
    tie, since equals count as reaching, by ``match_events``, and as the largest over several nulls.

    **What it does not say.** Neither that each source carries something, nor which; their own p-values stand
    beside it, and the smallest of these is no finding. A source that shows nothing costs power. The
    analyses, their number and the statistic are to be declared beforehand: the p of a subset chosen by its
    result is worth nothing.

    References
    ----------
    Pesarin, F. and Salmaso, L. (2010). Permutation tests for complex data. Wiley (nonparametric combination).

    Westfall, P. H. and Young, S. S. (1993). Resampling-based multiple testing. Wiley (maximum statistic).

    Phipson, B. and Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical
    Applications in Genetics and Molecular Biology, 9, 39.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skquake.catalogs import MatchedControls
    >>> from skquake.datasets import make_catalog, make_tec
    >>> from skquake.inspection import joint_evidence
    >>> from skquake.model_selection import PurgedGroupKFold
    >>> from skquake.preprocessing import WindowFlattener
    >>> from skquake.sampling import SlidingWindow
    >>> from skquake.sources import MapSource
    >>> def analysis(seed):
    ...     maps = make_tec("2001-01-01", "2001-08-01", cadence="1D", grid=(30, 60), random_state=seed).maps
    ...     source = MapSource(maps)
    ...     steps = SlidingWindow(source, 5), WindowFlattener(), LogisticRegression()
    ...     return {"pipeline": make_pipeline(*steps), "source": source, "controls": MatchedControls(),
    ...         "sampling": {"region": "dobrovolsky", "days": (-15, 0), "max_length": 5},
    ...         "cv": PurgedGroupKFold(2)}
    >>> catalog = make_catalog("2001-01-01", "2001-08-01", min_magnitude=5.5, random_state=0)
    >>> joint = joint_evidence({"one": analysis(0), "other": analysis(1)}, catalog,
    ...     nulls=("shuffle-times",), n_nulls=4, random_state=0)
    >>> joint.to_frame()[["name", "what"]]
         name              what
    0     one             alone
    1   other             alone
    2  fisher   joint, declared
    3     max  joint, beside it
    """
    parts = _check_analyses(analyses)
    random_state = check_seed(random_state, store)
    made, record, observed, tested = _declared(parts, nulls, catalog, clusters, random_state)
    independent = {name: null.n_independent(record) for name, null in made.items()}
    most = {name: number if match_events else None for name, number in tested.items()}
    tasks = [(name, replicate) for name in made for replicate in range(n_nulls)]

    def header():
        return {
            "sources": {name: part.header() for name, part in parts.items()},
            "catalog": fingerprint(record.catalog),
            "clusters": fingerprint(record.mainshock),
            "nulls": {name: repr(null) for name, null in made.items()},
            "random_state": random_state,
            "match_events": match_events,
        }

    check = _RowCheck(set(made), {name: part.names for name, part in parts.items()})
    with RowStore(store, header, key=_key, check=check, accept_versions=accept_versions) as kept:
        done = {_key(row): row for row in kept.rows}
        _check_most(done, most, store)
        found = kept.computed(
            partial(_replicate, parts, record, made, random_state, most),
            [task for task in tasks if task not in done],
            most=max(part.most_together() for part in parts.values()), n_jobs=n_jobs, desc="null catalogs",
            verbose=verbose,
        )  # fmt: skip
        done |= {_key(row): row for row in found}
    scores, failed = _score_table([done[task] for task in tasks], list(parts))
    return JointEvidence(
        observed=observed,
        scores=scores,
        statistic=statistic,
        scoring={name: part.scoring for name, part in parts.items()},
        resolution={name: float(max(1 / (1 + n), 1 / (1 + n_nulls))) for name, n in independent.items()},
        assumes={name: null.assumes for name, null in made.items()},
        tested={name: number for name, number in tested.items() if number is not None},
        failed=failed,
        match_events=match_events,
        versions=kept.versions,
    )


@dataclass(frozen=True)
class _Fitted:
    """An analysis whose pipelines are fitted for each catalog."""

    analysis: Analysis

    @property
    def source(self):
        return self.analysis.source

    @property
    def sampling(self):
        return self.analysis.sampling

    @property
    def scoring(self):
        return self.analysis.scoring

    @property
    def names(self):
        return set(self.analysis.estimators)

    @property
    def least_magnitude(self):
        return -np.inf if self.analysis.min_magnitude is None else self.analysis.min_magnitude

    def header(self):
        return self.analysis.header()

    def most_together(self):
        return self.analysis.most_together()

    def observed(self, catalog, random_state):
        """Score, tested earthquakes and the longest shift of a control."""
        samples, seconds = self.analysis.built(catalog, controls_seed(random_state, "observed", 0))
        found, _ = self.analysis.scored(samples, seconds)
        score = max(getattr(each, self.scoring).value for each in found.values())
        n = count_tested(next(iter(found.values())), samples.X)["n_earthquakes"]
        return float(score), n, longest_shift(samples.events)

    def row(self, catalog, name, replicate, random_state, most):
        return null_row(self.analysis, catalog, name, replicate, random_state, most)


@dataclass(frozen=True)
class _Scored:
    """A detector that gives a number for a catalog."""

    source: Any
    score: Callable[[pd.DataFrame], float]
    sampling: dict[str, Any]
    scoring = "score"
    names = frozenset({"score"})
    least_magnitude = -np.inf

    def header(self):
        return {name: fingerprint(getattr(self, name)) for name in ("source", "score", "sampling")}

    def most_together(self):
        return 1

    def observed(self, catalog, random_state):
        return self._number(catalog), None, 0.0

    def row(self, catalog, name, replicate, random_state, most):
        start = clock()
        row: dict[str, Any] = {"scores": {"score": None}, "error": None, "most": None}
        try:
            row["scores"] = {"score": self._number(catalog)}
        except Exception as error:
            if is_full_disk(error):
                raise
            row["error"] = failure(error)
        row |= dict.fromkeys((*COUNTS, "n_scored"), 0)
        return row | {"seconds": dict.fromkeys(PHASES, 0.0) | {"score": clock() - start}}

    def _number(self, catalog):
        value = float(self.score(catalog.copy()))
        if not np.isfinite(value):
            raise ValueError(f"score gave {value}, expected a finite number")
        return value


def _check_analyses(analyses):
    """Analyses by source, ready to be asked; raise for what cannot be asked together."""
    if len(analyses) < 2:
        raise ValueError(
            f"analyses: {len(analyses)} given, two at least are asked together; catalog_null_test asks one"
        )
    parts: dict[str, Any] = {}
    for name, given in analyses.items():
        if not isinstance(name, str) or not name or name in _RESERVED:
            raise ValueError(
                f"analyses: {name!r} cannot name a source; take a text other than "
                f"{', '.join(sorted(_RESERVED))}"
            )
        if not isinstance(given, Mapping):
            raise ValueError(
                f"analyses: {name!r} is a {type(given).__name__}; expected a dict of keywords: pipeline, "
                "source, controls, sampling, cv, or source, score, sampling"
            )
        try:
            parts[name] = (_scored if "score" in given else _fitted)(**given)
        except (TypeError, ValueError) as error:
            raise ValueError(f"analyses: {name!r}: {error}") from error
    days = {name: _days(part.source) for name, part in parts.items()}
    if len(set(days.values())) > 1:
        told = ", ".join(f"{name} {first} to {last}" for name, (first, last) in days.items())
        raise ValueError(
            f"analyses: sources of different days ({told}): no catalog is the same question to all of them; "
            "cut them to the days that they share"
        )
    return parts


@validate_params(
    {
        name: CONSTRAINTS[name]
        for name in (
            "source", "controls", "sampling", "cv", "min_magnitude", "decluster", "scoring", "search",
            "sample_weight",
        )
    },
    prefer_skip_nested_validation=True,
)  # fmt: skip
def _fitted(
    pipeline: Estimator | Mapping[str, Estimator],
    source: Any,
    *,
    controls: Any,
    sampling: dict[str, Any],
    cv: Any,
    min_magnitude: float | None = 4.8,
    decluster: Any = AftershockRemover(),  # noqa: B008  cloned before use
    scoring: str = "seismic_mcc",
    search: Callable[[Estimator], Estimator] | None = None,
    sample_weight: str | None = "event",
) -> _Fitted:
    pipelines = check_analysis(pipeline, sampling, ["declared"])
    settings = sampling, cv, min_magnitude, decluster, scoring, sample_weight
    return _Fitted(Analysis.of(pipelines, search, source, controls, *settings))


@validate_params(
    {"source": CONSTRAINTS["source"], "score": [callable], "sampling": [dict]},
    prefer_skip_nested_validation=True,
)
def _scored(source: Any, *, score: Callable[[pd.DataFrame], float], sampling: dict[str, Any]) -> _Scored:
    absent = {"region", "days", "max_length"} - set(sampling)
    if absent:
        raise ValueError(f"sampling: without {', '.join(sorted(absent))}")
    return _Scored(source, score, dict(sampling))


def _days(source):
    """First and last day of a source."""
    first, last = (as_ns(np.datetime64(time, "ns")) // NS_PER_DAY for time in span(source))
    return np.datetime64(int(first), "D"), np.datetime64(int(last), "D")


def _declared(parts, nulls, catalog, clusters, random_state):
    """Nulls by name, the record that all use, and by source the observed score and the tested earthquakes."""
    first = next(iter(parts.values())).source
    on_track = all(part.source.kind == "track" for part in parts.values())
    record = replace(Record.of(first, catalog, clusters=clusters), on_track=on_track)
    widest = max(parts.values(), key=lambda part: window_days(part.source, part.sampling))
    magnitude = record.catalog["magnitude"].to_numpy()[record.heads]
    regions = [part.sampling["region"] for part in parts.values()]
    region = max(regions, key=lambda region: region_radius_km(region, magnitude).sum())
    least = min(part.least_magnitude for part in parts.values())
    settings = nulls, widest.source, widest.sampling | {"region": region}
    # Whether whole years are used must be known before the catalog is cut to them.
    _, n_days = make_nulls(*settings, record.n_days, shift_days=0.0, min_magnitude=least)
    if n_days < record.n_days:
        record = Record.of(first, catalog, clusters=clusters, n_days=n_days)
        record = replace(record, on_track=on_track)
    observed, tested, shifts = {}, {}, []
    for name, part in parts.items():
        try:
            observed[name], tested[name], shift = part.observed(record.catalog, random_state)
        except ValueError as error:
            raise ValueError(f"analyses: {name!r}, under the catalog that happened: {error}") from error
        shifts.append(shift)
    made, _ = make_nulls(*settings, record.n_days, shift_days=max(shifts), min_magnitude=least)
    _ = record.heads, record.dip  # found once, before the record travels to other processes
    return made, record, observed, tested


def _replicate(parts, record, nulls, random_state, most, name, replicate):
    """One catalog that never happened through all analyses, as a row of plain numbers."""
    catalog, drawn = draw_null(record, nulls[name], replicate, random_state)
    sources = {
        source: part.row(catalog, name, replicate, random_state, most[source])
        for source, part in parts.items()
    }
    return {"null": name, "replicate": replicate, "drawn": drawn, "sources": sources}


def _key(row):
    return row["null"], row["replicate"]


@dataclass(frozen=True)
class _RowCheck:
    """Whether a row of a store is whole: of known nulls, with the configurations of every source."""

    nulls: set[str]
    names: dict[str, set[str]]

    def __call__(self, row: dict[str, Any]) -> None:
        check_null(row, self.nulls)
        if set(row["sources"]) != set(self.names):
            raise ValueError(f"sources {', '.join(row['sources'])}, expected {', '.join(self.names)}")
        for source, names in self.names.items():
            NullRowCheck(set(names))(row["sources"][source])


def _check_most(done, most, store):
    """Raise where rows of a store were thinned to other numbers of earthquakes."""
    for source, number in most.items():
        others = {row["sources"][source]["most"] for row in done.values()} - {number}
        if others:
            raise ValueError(
                f"store: {store}: scores of {source} were matched to {others.pop()} tested earthquakes, and "
                f"the catalog that happened has {number} now; the splits differ from call to call: give cv a "
                "random_state, and name another store"
            )


def _score_table(rows, sources):
    """One row a catalog, a column a source (the largest over configurations); by source the first error."""
    failed: dict[str, str] = {}
    table, n_failed = [], 0
    for row in rows:
        line = {"null": row["null"], "replicate": row["replicate"]}
        for source in sources:
            found = row["sources"][source]
            if found["error"] is not None:
                failed.setdefault(source, found["error"])
                n_failed += 1
            values = found["scores"].values()
            line[source] = np.nan if None in values else float(max(values))
        table.append(line)
    if failed:
        source, error = next(iter(failed.items()))
        warnings.warn(
            f"{n_failed} scores of {len(rows)} null catalogs could not be had and count as reaching the "
            f"observed one; the first: {source}: {error}",
            stacklevel=4,
        )
    return pd.DataFrame(table), failed
