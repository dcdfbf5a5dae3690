"""What an analysis finds of an effect that was planted."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from skquake._core._failures import living_workers
from skquake._core._journal import Journal, fingerprint
from skquake._core._made_with import made_with
from skquake._core._progress import progress
from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._typing import Estimator, Frame, Path
from skquake._core._validation import check_catalog
from skquake.catalogs import AftershockRemover
from skquake.catalogs._plant import Plant
from skquake.inspection._analysis import CONSTRAINTS, Analysis, check_analysis, check_seed, longest_shift
from skquake.inspection._inject import check_powers, source_parameters
from skquake.inspection._null_catalogs import null_catalogs
from skquake.inspection._planting import PHASES, Planting, RowCheck, quakes, score_table, with_p
from skquake.inspection._power_curve import PowerCurve


@validate_params(
    {
        **CONSTRAINTS,
        "around": [StrOptions({"null", "catalog"})],
        "n_nulls": [Interval(Integral, 2, None, closed="left")],
        "n_repeats": [Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, 1, closed="neither")],
        "level": [Interval(Real, 0, 1, closed="neither")],
    },
    prefer_skip_nested_validation=True,
)
def injection_recovery(
    pipeline: Estimator | Mapping[str, Estimator],
    source: Any,
    catalog: Frame,
    *,
    controls: Any,
    sampling: dict[str, Any],
    cv: Any,
    sizes: Sequence[float] = (0.05, 0.1, 0.2, 0.4),
    n_events: int | Sequence[int] | None = None,
    channels: str | Sequence[str] | Mapping[str, float] | None = None,
    effect_width: float = 0.5,
    effect_min_km: float = 200.0,
    effect_days: tuple[float, float] = (-15.0, 0.0),
    around: str = "null",
    null: Any = "shuffle-times",
    n_nulls: int = 100,
    n_repeats: int = 40,
    alpha: float = 0.05,
    level: float = 0.95,
    min_magnitude: float | None = 4.8,
    decluster: Any = AftershockRemover(),  # noqa: B008  cloned before use
    scoring: str = "seismic_mcc",
    search: Callable[[Estimator], Estimator] | None = None,
    sample_weight: str | None = "event",
    clusters: Any = None,
    store: Path | None = None,
    accept_versions: bool = False,
    random_state: int | None = None,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> PowerCurve:
    """How often a pipeline finds an effect, by its size and by the number of earthquakes.

    A score that is no better than chance says nothing before one knows what effect it would have shown.
    So effects of known size are planted into the observations themselves, around the earthquakes of
    catalogs that never happened, where whatever real ones do does not count. Everything else is as in
    :func:`catalog_null_test`: declustering, controls, samples and folds of each catalog, a fresh clone of the
    pipeline. The effect is found where the score is among the ``alpha`` largest of those that the same
    analysis reaches under such catalogs without anything planted.

    Parameters
    ----------
    pipeline : classifier, or dict of {str: classifier}
        With ``source`` itself in one of its steps, as in ``SlidingWindow(source, ...)``: that is where the
        planted observations go. Of several configurations the largest score counts.
    source : TrackSource, SeriesSource, MapSource or SourceCollection
        Real or simulated observations. They are copied in memory for each size.
    catalog, controls, sampling, cv, min_magnitude, decluster, scoring, search, sample_weight, clusters
        As in :func:`catalog_null_test`.
    sizes : sequence of float, default=(0.05, 0.1, 0.2, 0.4)
        Fractional changes at the epicentre at full strength (0.2: 20 % more), all of one sign, above -1.
    n_events : sequence of int, default=None
        Numbers of earthquakes with samples that a study would have, drawn from those of each catalog,
        each with its controls. None: all of them.
    channels : str, list of str or dict of {str: float}, default=None
        Those that change, or the power of each: ``{"Ne": 1.0, "Te": -0.2}`` multiplies Ne by 1 + size and Te
        by (1 + size)**-0.2. None: the only one.
    effect_width : float, default=0.5
        Standard deviation of the Gaussian fall-off with distance, in Dobrovolsky radii,
    effect_min_km : float, default=200.0
        but at least this many km.
    effect_days : pair of float, default=(-15, 0)
        Days relative to the earthquake; the strength grows over the first fifth, then stays.
    around : {"null", "catalog"}, default="null"
        Plant around earthquakes that never happened, or around those of ``catalog``; the latter needs
        ``n_events``, since only the draw of earthquakes and controls differs then.
    null : str or null, default="shuffle-times"
        What makes the catalogs that never happened, as in :func:`catalog_null_test`.
    n_nulls : int, default=100
        Of these, each scored without an effect: what there is to beat.
    n_repeats : int, default=40
        In how many of them each size is planted.
    alpha : float, default=0.05
    level : float, default=0.95
        Of the exact binomial intervals.
    store : path, default=None
        File of JSON lines to which every catalog's scores are appended as they come; with the same settings
        an interrupted run goes on from there.
    accept_versions : bool, default=False
        Go on with a store that other versions made, as in :func:`catalog_null_test`.
    random_state : int or None, default=None
    n_jobs : int or None, default=None
        Catalogs at a time; the result is the same for any.
    verbose : int, default=0
        Positive: a progress bar over catalogs.

    Returns
    -------
    PowerCurve

    Raises
    ------
    ValueError
        For a pipeline without the source, sizes of both signs, unknown channels, more earthquakes than
        there are, too few (scored) catalogs for ``alpha``, or a store of other settings or versions, or
        damaged.
    RuntimeError
        If another process is writing the store, or a worker process dies.

    Warns
    -----
    UserWarning
        Where catalogs could not be scored, with too few earthquakes for ``n_events``, say. They are left out,
        with and without an effect: what they lack, they lack whatever is planted.

    Notes
    -----
    A catalog with an effect is ranked among all others without, and so is each of these: at size 0 the
    power is ``alpha`` (but for rounding), by construction. The same catalogs, controls and folds serve
    all sizes. In a study that tests its own catalog the null catalogs see the effect too, where their
    events fall on its days; this is left out here, and small where the effect fills little of the record.

    On maps and stations an effect narrower than the distance between them falls through: ``effect_min_km``
    should not be below the spacing of the grid.

    The intervals count catalogs as independent. All of them see the same observations: of another record
    of the same length the curve would differ by more.

    Cost: ``n_nulls`` times building samples, and (``n_nulls`` + ``n_repeats`` times sizes) times the numbers
    of events fits.

    References
    ----------
    Zechar, J. D. and Jordan, T. H. (2008). Testing alarm-based earthquake predictions. Geophysical Journal
    International 172, 715-724.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skquake.catalogs import MatchedControls
    >>> from skquake.datasets import make_catalog, make_tec
    >>> from skquake.inspection import injection_recovery
    >>> from skquake.model_selection import PurgedGroupKFold
    >>> from skquake.preprocessing import ChannelScaler, WindowFlattener
    >>> from skquake.sampling import SlidingWindow
    >>> from skquake.sources import MapSource
    >>> maps = make_tec("2001-01-01", "2001-05-01", cadence="1D", grid=(30, 60), random_state=0).maps
    >>> source = MapSource(maps)
    >>> catalog = make_catalog("2001-01-01", "2001-05-01", min_magnitude=6.0, random_state=0)
    >>> model = make_pipeline(
    ...     SlidingWindow(source, 5), ChannelScaler(), WindowFlattener(), LogisticRegression())
    >>> curve = injection_recovery(model, source, catalog, controls=MatchedControls(), sizes=(9.0,),
    ...     sampling={"region": "dobrovolsky", "days": (-15, 0), "max_length": 5}, cv=PurgedGroupKFold(2),
    ...     alpha=0.2, n_nulls=5, n_repeats=2, effect_min_km=2000.0, random_state=0)
    >>> curve.to_frame()[["size", "power", "n"]]
       size  power  n
    0   0.0    0.2  5
    1   9.0    1.0  2
    """
    pipelines = check_analysis(pipeline, sampling, (null,))
    sizes = _check_sizes(sizes, alpha, n_nulls, n_repeats)
    numbers = _check_numbers(n_events, around)
    powers = check_powers(channels, source)
    plant = Plant.checked(0.0, effect_width, effect_min_km, effect_days)
    random_state = check_seed(random_state, store)
    settings = sampling, cv, min_magnitude, decluster, scoring, sample_weight
    analysis = Analysis.of(pipelines, search, source, controls, *settings)
    holders = {name: source_parameters(model, source) for name, model in analysis.estimators.items()}
    catalog = check_catalog(catalog, allow_empty=False)
    rng = np.random.default_rng(random_state)
    seeds = [int(seed) for seed in rng.integers(2**31 - 1, size=2)]
    observed = analysis.samples(catalog, analysis.events(catalog), seeds[0])
    most, there = max((n or 0 for n in numbers), default=0), len(quakes(observed))
    if most > there:
        raise ValueError(
            f"n_events: {most} earthquakes asked for, and only {there} of the catalog have samples"
        )
    nulls = null_catalogs(
        null,
        source,
        catalog,
        n=n_nulls,
        **{name: sampling[name] for name in ("region", "days", "max_length")},
        shift_days=longest_shift(observed.events),
        clusters=clusters,
        random_state=seeds[1],
    )
    planting = Planting(analysis, holders, plant, powers, numbers, catalog if around == "catalog" else None)
    wanted = [sizes if replicate < n_repeats else () for replicate in range(n_nulls)]
    with contextlib.ExitStack() as stack:
        stack.enter_context(living_workers(n_jobs, store))
        journal, done = None, {}
        if store is not None:
            header = {
                **planting.header(),
                "catalog": fingerprint(catalog),
                "clusters": fingerprint(clusters),
                "null": repr(null),
                "random_state": random_state,
            }
            check = RowCheck(numbers)
            journal = Journal(store, header, key=_key, check=check, accept_versions=accept_versions)
            stack.enter_context(journal)
            done = {
                row["replicate"]: row
                for row in journal.records
                if row["replicate"] < n_nulls and set(wanted[row["replicate"]]) <= set(row["sizes"])
            }
        found = Parallel(n_jobs=n_jobs, return_as="generator_unordered")(
            delayed(planting.run)(replicate, full, wanted[replicate], random_state)
            for replicate, full in enumerate(nulls)
            if replicate not in done
        )
        stack.enter_context(contextlib.closing(found))
        for row in progress(found, desc="catalogs", verbose=verbose, total=n_nulls - len(done)):
            if journal is not None:
                journal.append(row)
            done[row["replicate"]] = row
    rows = [done[replicate] for replicate in range(n_nulls)]
    table = score_table(rows, sizes, n_repeats)
    _check_scored(table, rows, alpha)
    table = with_p(table.dropna(ignore_index=True), around == "null", random_state)
    seconds = {phase: sum(row["seconds"][phase] for row in rows) for phase in PHASES}
    name = null if isinstance(null, str) else null.name
    versions = [made_with()] if journal is None else journal.versions
    return PowerCurve(table, float(alpha), scoring, name, float(level), seconds, versions)


def _key(row):
    return row["replicate"], *row["sizes"]


def _check_sizes(sizes, alpha, n_nulls, n_repeats):
    try:
        sizes = tuple(float(size) for size in np.atleast_1d(np.asarray(sizes, dtype=float)))
    except (TypeError, ValueError) as error:
        raise ValueError(f"sizes: expected numbers such as (0.1, 0.2), got {sizes!r}") from error
    if not sizes or len({np.sign(size) for size in sizes}) > 1 or len(set(sizes)) < len(sizes):
        raise ValueError(f"sizes: expected different sizes of one sign, none of them 0, got {sizes}")
    if not all(-1.0 < size < np.inf and size for size in sizes):
        raise ValueError(f"sizes: expected finite fractional changes above -1 other than 0, got {sizes}")
    if alpha * n_nulls < 1.0:
        raise ValueError(
            f"n_nulls={n_nulls}: no p is below 1 / {n_nulls}, so none reaches alpha={alpha}; take at least "
            f"{int(np.ceil(1.0 / alpha))}"
        )
    if n_repeats > n_nulls:
        raise ValueError(f"n_repeats={n_repeats} is more than the n_nulls={n_nulls} catalogs")
    return sizes


def _check_numbers(n_events, around):
    if n_events is None:
        if around == "catalog":
            raise ValueError(
                'n_events: needed with around="catalog", fewer than it has; else every repeat is the same'
            )
        return (None,)
    numbers = np.atleast_1d(n_events)
    if not len(numbers) or numbers.dtype.kind not in "iu" or (numbers < 2).any():
        raise ValueError(f"n_events: expected whole numbers of at least 2, got {n_events!r}")
    return tuple(int(n) for n in np.unique(numbers))


def _check_scored(table, rows, alpha):
    """Warn of catalogs without a score; raise where so few have one that no p reaches alpha."""
    errors = [row["error"] for row in rows if row["error"]]
    if not errors:
        return
    for n_events, part in table[table["size"] == 0.0].groupby("n_events"):
        known = int(part["score"].notna().sum())
        if known * alpha < 1.0:
            raise ValueError(
                f"n_events={n_events}: {known} of {len(part)} catalogs could be scored, too few for a p of "
                f"{alpha:g}; the first problem: {errors[0]}"
            )
    warnings.warn(
        f"{len(errors)} of {len(rows)} catalogs could not be scored for each number of earthquakes and are "
        f"left out there; the first problem: {errors[0]}",
        stacklevel=3,
    )
