"""What a pipeline scores, beside what it scores under earthquake catalogs that never happened."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._journal import fingerprint
from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._typing import Estimator, Frame, Path
from skquake.catalogs import AftershockRemover
from skquake.inspection._analysis import (
    CONSTRAINTS,
    Analysis,
    check_analysis,
    check_seed,
    longest_shift,
)
from skquake.inspection._null_catalogs import make_nulls
from skquake.inspection._null_result import CatalogNullResult, largest, lot_p_value, name_code
from skquake.inspection._null_row import NullRowCheck, check_null, controls_seed, draw_null, null_row
from skquake.inspection._record import Record
from skquake.inspection._row_store import RowStore
from skquake.inspection._tested import COUNTS, count_tested


@validate_params(
    {
        "nulls": [tuple, list],
        "n_nulls": [Interval(Integral, 1, None, closed="left")],
        "match_events": [StrOptions({"thin"}), None],
    }
    | CONSTRAINTS,
    prefer_skip_nested_validation=True,
)
def catalog_null_test(
    pipeline: Estimator | Mapping[str, Estimator],
    source: Any,
    catalog: Frame,
    *,
    controls: Any,
    sampling: dict[str, Any],
    cv: Any,
    min_magnitude: float | None = 4.8,
    decluster: Any = AftershockRemover(),  # noqa: B008  cloned before use
    nulls: Sequence[Any] = ("rotate", "shift-longitude", "shuffle-times", "other-place"),
    n_nulls: int = 99,
    match_events: str | None = "thin",
    scoring: str = "seismic_mcc",
    search: Callable[[Estimator], Estimator] | None = None,
    sample_weight: str | None = "event",
    clusters: Any = None,
    store: Path | None = None,
    accept_versions: bool = False,
    random_state: int | None = None,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> CatalogNullResult:
    """Score a pipeline under the catalog that happened and under catalogs that never did.

    Every catalog goes through the same function: events of ``min_magnitude`` are declustered, controls are
    drawn that keep clear of that catalog, samples are cut, and a fresh clone of the pipeline (of the search,
    where there is one) is fitted and scored. So whatever the analysis picks up without any earthquake's
    help - place, season, local time, the weather of a few nights, a rich choice of settings - the null
    catalogs give it as well.

    Parameters
    ----------
    pipeline : classifier, or dict of {str: classifier}
        Takes samples, as `make_samples` returns them. Of several configurations the statistic is the
        largest score, under every catalog.
    source : TrackSource, SeriesSource, MapSource or SourceCollection
    catalog : DataFrame
        The full catalog, aftershocks and small events included, as long as the record of ``source``.
        Events outside the days of the record do not count, under any catalog.
    controls : sampler
        As `skquake.catalogs.MatchedControls`. Cloned for each catalog; its ``avoid`` becomes that full
        catalog and its ``random_state`` a number of that catalog's own.
    sampling : dict
        Keywords of `make_samples`: ``region``, ``days``, ``max_length``, and so on. ``exclude`` is that
        full catalog.
    cv : splitter, or callable
        Called with samples it returns folds, or one (train, test). Positions alone are not
        enough: every catalog has its own samples.
    min_magnitude : float or None, default=4.8
        Events below are avoided by controls, no more.
    decluster : AftershockRemover or None, default=AftershockRemover()
        What keeps the independent ones of these events: by default the windows of Gardner and Knopoff. The
        papers' is ``AftershockRemover("box")``, which leaves the aftershocks of later months.
    nulls : sequence of str or null
        Declared beforehand; the headline is the largest p-value over them. See Notes.
    n_nulls : int, default=99
        Catalogs of each.
    match_events : "thin" or None, default="thin"
        Whether each null catalog is scored on as many tested earthquakes, at most, as the one that
        happened has. See Notes.
    scoring : {"seismic_mcc", "seismic_auc", "event_auc"}
    search : callable, default=None
        Wraps a pipeline into a search, for instance ``partial(GridSearchCV, param_grid=..., cv=...)``.
    sample_weight : "event" or None, default="event"
        As in `skquake.model_selection.evaluate`.
    clusters : AftershockRemover, default=None
        Whose labels on the full catalog say which events the nulls move together; None:
        ``AftershockRemover("gardner-knopoff")``, which joins what lies months apart as well.
    store : path, default=None
        File of JSON lines to which every null catalog's score is appended as it comes. With the same
        settings an interrupted test goes on from there; a file of other settings is refused.
    accept_versions : bool, default=False
        Go on with a store that other versions of skquake, scikit-learn, numpy, Keras or Python made: their
        scores may differ from what ours would be.
    random_state : int or None, default=None
        Decides catalogs, controls and ties, whatever ``n_jobs``; the pipeline has its own.
    n_jobs : int or None, default=None
        Null catalogs at a time, by joblib's backend (processes, where it is not set otherwise). With None the
        networks of up to 256 null catalogs are trained in one program where Keras' backend is JAX and sees a
        GPU (`skquake.neural.fit_many`): scores as one after another, within rounding. What is interrupted
        meanwhile begins anew.
    verbose : int, default=0
        Positive: a progress bar over null catalogs.

    Returns
    -------
    CatalogNullResult

    Raises
    ------
    ValueError
        For unknown nulls, a record too short to rotate, a store of other settings, versions or number of
        tested earthquakes, damaged or without ``random_state``, or whatever the catalog that happened
        lacks (samples, classes, training rows).
    RuntimeError
        If another process is writing the store, or worker processes die again and again.

    Warns
    -----
    UserWarning
        Where null catalogs failed (too few samples, too little memory). They count as reaching the observed
        score. And where, without ``match_events``, the number of tested earthquakes is unlike that of a
        null's catalogs.

    Notes
    -----
    All nulls act on the full catalog within the whole days of the record, closed to a circle.

    * ``"rotate"`` moves all times by one offset of whole days, longer than the days of a sample and the
      longest shift of an observed control together. From 20 years of record on offsets are whole years,
      which keep the season. With less the record is taken as stationary, and the result says so.
    * ``"shift-longitude"`` moves all mainshocks by one angle along their dip latitude, by 20 degrees at
      least and beyond their own regions. On maps and stations all times move with it, so that local time
      is kept; a satellite passes every longitude at its local time, so on tracks times stay.
    * ``"shuffle-times"`` gives each cluster another day of its month at the same time of day.
    * ``"other-place"`` lets clusters exchange places at similar dip latitudes; times stay.

    Offsets of one record are not independent of each other: two rotations less than the days of a sample
    apart see the same nights, two angles of less than 15 degrees the same weather. A p-value is never
    reported below 1 / (1 + number of independent ones): ``resolution``.

    The draw of the controls is part of the chance: each catalog has one draw, the observed one too. More
    controls of each earthquake (``ratio``) make the scores, and so the test, sharper.

    The fewer earthquakes are tested, the wider a score spreads by chance. Where observations are missing
    after the real earthquakes alone, the observed score spreads more than those of null catalogs, and
    p-values near 0 and near 1 are too frequent. ``match_events="thin"`` compares like with like: of a null
    catalog with more tested earthquakes than the one that happened it draws as many at random,
    with their controls, and scores these; nothing is fitted anew. A null catalog with fewer stays as
    it is: its score spreads more, which errs on the side of a larger p. The observed score
    always counts all its earthquakes, so that no power is given away. What a model was trained on is not
    thinned. The numbers stand in ``scores`` and `CatalogNullResult.to_frame`.

    Ties are broken by lot. A null catalog whose score cannot be had counts as reaching the observed one,
    so that failures never make a p-value smaller.

    Without ``match_events`` the p-value of one null is exact where its assumption holds (``assumes``); with
    it, it is conservative by what null catalogs with fewer tested earthquakes spread more. The headline,
    being the largest of several, is conservative.

    References
    ----------
    Phipson, B. & Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical
    Applications in Genetics and Molecular Biology, 9, 39.

    Westfall, P. H. & Young, S. S. (1993). Resampling-based multiple testing. Wiley (maximum statistic).

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skquake.catalogs import MatchedControls
    >>> from skquake.datasets import make_catalog, make_tec
    >>> from skquake.inspection import catalog_null_test
    >>> from skquake.model_selection import PurgedGroupKFold
    >>> from skquake.preprocessing import ChannelScaler, WindowFlattener
    >>> from skquake.sampling import SlidingWindow
    >>> from skquake.sources import MapSource
    >>> maps = make_tec("2001-01-01", "2001-08-01", cadence="1D", grid=(30, 60), random_state=0).maps
    >>> source = MapSource(maps)
    >>> catalog = make_catalog("2001-01-01", "2001-08-01", min_magnitude=5.5, random_state=0)
    >>> steps = SlidingWindow(source, 5), ChannelScaler(), WindowFlattener(), LogisticRegression()
    >>> model = make_pipeline(*steps)
    >>> result = catalog_null_test(model, source, catalog, controls=MatchedControls(),
    ...     sampling={"region": "dobrovolsky", "days": (-15, 0), "max_length": 5}, cv=PurgedGroupKFold(2),
    ...     nulls=("shuffle-times", "other-place"), n_nulls=4, random_state=0)
    >>> result.to_frame()[["null", "n", "resolution"]]
                null  n  resolution
    0  shuffle-times  4         0.2
    1    other-place  4         0.2
    """
    pipelines = check_analysis(pipeline, sampling, nulls)
    random_state = check_seed(random_state, store)
    settings = sampling, cv, min_magnitude, decluster, scoring, sample_weight
    analysis = Analysis.of(pipelines, search, source, controls, *settings)
    record = Record.of(source, catalog, clusters=clusters)
    declared = {"nulls": nulls, "source": source, "sampling": sampling, "min_magnitude": min_magnitude}
    if min_magnitude is None:
        declared["min_magnitude"] = -np.inf
    # Whether whole years are used must be known before the observed catalog is cut to them.
    _, n_days = make_nulls(n_days=record.n_days, shift_days=0.0, **declared)
    if n_days < record.n_days:
        record = Record.of(source, catalog, clusters=clusters, n_days=n_days)
    seed = controls_seed(random_state, "observed", 0)
    samples, built_seconds = analysis.built(record.catalog, seed)
    shift_days = longest_shift(samples.events)
    made, _ = make_nulls(n_days=record.n_days, shift_days=shift_days, **declared)
    _ = record.heads, record.dip  # found once, before the record travels to other processes
    independent = {name: null.n_independent(record) for name, null in made.items()}

    tasks = [(name, replicate) for name in made for replicate in range(n_nulls)]

    def header():
        return analysis.header() | {
            "catalog": fingerprint(record.catalog),
            "random_state": random_state,
            "clusters": fingerprint(record.mainshock),
            "nulls": {n: repr(null) for n, null in made.items()},
            "match_events": match_events,
        }

    check = _RowCheck(set(made), set(pipelines))
    with RowStore(store, header, key=_key, check=check, accept_versions=accept_versions) as kept:
        done = {_key(row): row for row in kept.rows}
        observed, seconds = analysis.scored(samples, built_seconds, 1000)
        tested = count_tested(next(iter(observed.values())), samples.X)
        most = tested["n_earthquakes"] if match_events else None
        _check_most(done, most, store)
        left = [task for task in tasks if task not in done]
        found = kept.computed(
            partial(_replicate, analysis, record, made, random_state, most), left,
            most=analysis.most_together(), n_jobs=n_jobs, desc="null catalogs", verbose=verbose,
        )  # fmt: skip
        done |= {_key(row): row for row in found}
    rows = [done[task] for task in tasks]
    first = {"null": "observed", "replicate": 0, "seconds": seconds}
    clocks = [{"null": r["null"], "replicate": r["replicate"]} | r["seconds"] for r in (first, *rows)]
    result = _result(
        observed, rows, list(made.values()), scoring, independent, random_state, pd.DataFrame(clocks)
    )
    result = replace(
        result, samples=samples, versions=kept.versions, tested=tested, match_events=match_events
    )
    if unlike := result.unlike_numbers() if match_events is None else {}:
        told = "; ".join(f"{null}: {numbers}" for null, numbers in unlike.items())
        warnings.warn(
            f"{told}: scores of other numbers of earthquakes spread otherwise, and the p-values are not "
            'those of like with like; take match_events="thin"',
            stacklevel=2,
        )
    return result


def _key(row):
    return row["null"], row["replicate"]


@dataclass(frozen=True)
class _RowCheck:
    """Whether a row of a store is whole."""

    nulls: set[str]
    names: set[str]

    def __call__(self, row: dict[str, Any]) -> None:
        check_null(row, self.nulls)
        NullRowCheck(self.names)(row)


def _check_most(done, most, store):
    """Raise where rows of a store were thinned to another number of earthquakes."""
    others = {row["most"] for row in done.values()} - {most}
    if others:
        raise ValueError(
            f"store: {store}: its scores were matched to {others.pop()} tested earthquakes, and the catalog "
            f"that happened has {most} now; the splits differ from call to call: give cv a random_state, "
            "and name another store"
        )


def _replicate(analysis, record, nulls, random_state, most, name, replicate):
    """One null catalog through the analysis, as a row of plain numbers; ``most``: earthquakes to score."""
    catalog, drawn = draw_null(record, nulls[name], replicate, random_state)
    row = {"null": name, "replicate": replicate, "drawn": drawn}
    return row | null_row(analysis, catalog, name, replicate, random_state, most)


def _result(observed, rows, nulls, scoring, independent, random_state, seconds):
    scores = pd.DataFrame(
        [
            {"null": row["null"], "replicate": row["replicate"], **row["drawn"]}
            | {name: np.nan if value is None else value for name, value in row["scores"].items()}
            | {name: row[name] for name in (*COUNTS, "n_scored", "error")}
            for row in rows
        ]
    )
    failed = scores["error"].notna()
    if failed.any():
        warnings.warn(
            f"{int(failed.sum())} of {len(scores)} null catalogs could not be scored and count as reaching "
            f"the observed score; the first: {scores.loc[failed, 'error'].iloc[0]}",
            stacklevel=3,
        )
    values = {name: getattr(evaluation, scoring).value for name, evaluation in observed.items()}
    resolution, p_values, by_configuration = {}, {}, {}
    for null in nulls:
        null_scores = largest(scores.loc[scores["null"] == null.name, list(values)].to_numpy(dtype=float))
        resolution[null.name] = float(max(1 / (1 + independent[null.name]), 1 / (1 + len(null_scores))))
        lot = np.random.default_rng((random_state, name_code(null.name), 2)).random()

        def p_value(value, null_scores=null_scores, lot=lot, floor=resolution[null.name]):
            return float(max(lot_p_value(value, null_scores, lot), floor))

        by_configuration[null.name] = {name: p_value(value) for name, value in values.items()}
        p_values[null.name] = p_value(max(values.values()))
    return CatalogNullResult(
        observed=observed,
        scores=scores,
        scoring=scoring,
        resolution=resolution,
        assumes={null.name: null.assumes for null in nulls},
        p_values=p_values,
        configuration_p_values=pd.DataFrame.from_dict(by_configuration, orient="index"),
        seconds=seconds,
    )
