"""What an analysis finds of an effect that was planted."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from skquake._core._journal import fingerprint
from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._typing import Estimator, Frame, Path
from skquake.catalogs import AftershockRemover
from skquake.catalogs._plant import Plant
from skquake.inspection._analysis import CONSTRAINTS, Analysis, check_analysis, check_seed, longest_shift
from skquake.inspection._effects import SIGNS, Mixture
from skquake.inspection._inject import check_powers, source_parameters
from skquake.inspection._null_catalogs import make_nulls
from skquake.inspection._planting import PHASES, Planting, RowCheck, part_of, quakes, score_table, with_p
from skquake.inspection._power_curve import PowerCurve
from skquake.inspection._record import Record
from skquake.inspection._row_store import RowStore

_MOST_PLANTED = 8  # under way at a time: each holds a copy of the observations


@validate_params(
    {
        "effect_share": [Interval(Real, 0, 1, closed="right")],
        "effect_sign": [StrOptions(set(SIGNS))],
        "around": [StrOptions({"null", "catalog"})],
        "nulls": [tuple, list],
        "n_nulls": [Interval(Integral, 2, None, closed="left")],
        "n_repeats": [Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, 1, closed="neither")],
        "level": [Interval(Real, 0, 1, closed="neither")],
        "match_events": [StrOptions({"thin"}), None],
    }
    | CONSTRAINTS,
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
    effect_share: float = 1.0,
    effect_sign: str = "same",
    effect_duration: float | tuple[float, float] | None = None,
    around: str = "null",
    nulls: Sequence[Any] = ("rotate", "shift-longitude", "shuffle-times", "other-place"),
    n_nulls: int = 100,
    n_repeats: int = 40,
    match_events: str | None = "thin",
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
    pipeline. The effect is found where its p against such catalogs without anything planted, the largest over
    all ``nulls``, is at most ``alpha``: what that test would have to say.

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
        Fractional changes at the epicentre at full strength (0.2: 20 % more), above -1 and all on the same
        side of 0.
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
    effect_share : float, default=1.0
        Chance of each earthquake to have an effect at all: of 0.3 about three of ten, drawn, have one.
    effect_sign : {"same", "either"}, default="same"
        "either": each effect is, as likely as not, the inverse one: values are divided by 1 + size (raised to
        the power of the channel) instead of multiplied.
    effect_duration : float or pair of float, default=None
        Days that each effect lasts, or the least and most of them, between which it is drawn; its days are
        then drawn within ``effect_days``, so that each earthquake has its own lead. The strength grows over
        the first fifth of them. None: all of ``effect_days``.
    around : {"null", "catalog"}, default="null"
        Plant around earthquakes that never happened, or around those of ``catalog``; the latter needs
        ``n_events``, since only the draw of earthquakes, controls and effects differs then.
    nulls : sequence of str or null
        Those declared for :func:`catalog_null_test`, by default its own: the headline there is the largest p
        over them, and that is what has to be reached here.
    n_nulls : int, default=100
        Catalogs of each, scored without an effect: what there is to beat.
    n_repeats : int, default=40
        In how many of all these each size is planted; the nulls take turns.
    match_events : "thin" or None, default="thin"
        Whether each catalog, with an effect or without, is scored on as many tested earthquakes, at most, as
        the one that happened has, as :func:`catalog_null_test` does with its null catalogs; with ``n_events``
        as many as that one has after the draw of so many. See Notes.
    alpha : float, default=0.05
        What the largest p must not exceed.
    level : float, default=0.95
        Of the exact binomial intervals.
    store : path, default=None
        File of JSON lines to which every catalog's scores are appended as they come; with the same settings
        an interrupted run goes on from there.
    accept_versions : bool, default=False
        Go on with a store that other versions made, as in :func:`catalog_null_test`.
    random_state : int or None, default=None
    n_jobs : int or None, default=None
        Catalogs at a time; the result is the same for any. Networks of JAX on a GPU are trained together with
        None, as in :func:`catalog_null_test`: of eight catalogs at most where an effect is planted.
    verbose : int, default=0
        Positive: a progress bar over catalogs.

    Returns
    -------
    PowerCurve

    Raises
    ------
    ValueError
        For a pipeline without the source, sizes of both signs, unknown channels, more earthquakes than
        there are, an impossible effect, too few (scored, or independent) catalogs of a null for ``alpha``, or
        a store of other settings or versions, or damaged.
    RuntimeError
        If another process is writing the store, or worker processes die again and again.

    Warns
    -----
    UserWarning
        Where catalogs could not be scored, with too few earthquakes for ``n_events``, say. They are left out,
        with and without an effect: what they lack, they lack whatever is planted.

    Notes
    -----
    A catalog with an effect is ranked among those without of each null (its own one left out), and so is each
    of these. At size 0 no more than ``alpha`` of the catalogs of a null have a p of that null at or below
    ``alpha``, by construction; with several nulls, whose largest p counts, it is mostly less. The same
    catalogs, controls, folds and drawn effects serve all sizes.

    The catalogs without an effect are made from the one that happened, once for all, not anew from each
    planted one: that would take ``n_repeats`` times as many. So a study planted in a rotated catalog is
    ranked among shuffles of the catalog that happened. In a study that tests its own catalog the null
    catalogs see the effect too, where their events fall on its days; this is left out here, and small where
    the effect fills little of the record.

    A study of the catalog that happened has as many tested earthquakes as its observations allow, and
    null catalogs are thinned to them. So the studies planted here are, too: where observations are missing
    after the real earthquakes, catalogs that never happened have more tested ones, and power counted on all
    of these would be that of another study. Numbers of earthquakes that the catalog that happened cannot be
    split with are not thinned. What is counted stands in the column ``n_scored``.

    A null whose independent catalogs are so few that its p cannot reach ``alpha`` ("rotate" on a short
    record) is refused: with it no study finds anything, there as here.

    Where only a share of the earthquakes has an effect, or each of another sign or lead, the size is that of
    a single effect, not their mean. Whether an earthquake has one, its sign and its days depend on
    ``random_state`` alone: who has one at a small share has it at a greater one.

    On maps and stations an effect narrower than the distance between them falls through: ``effect_min_km``
    should not be below the spacing of the grid.

    The intervals count catalogs as independent. All of them see the same observations: of another record
    of the same length the curve would differ by more.

    Cost: nulls times ``n_nulls`` times building samples, and (nulls times ``n_nulls`` + ``n_repeats`` times
    sizes) times the numbers of events fits. By default these are 560 fits a number of events; one null alone
    takes 260, and its power is only an upper bound of that of the headline.

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
    ...     nulls=("shuffle-times", "other-place"), alpha=0.2, n_nulls=5, n_repeats=2, effect_min_km=2000.0,
    ...     random_state=0)
    >>> curve.to_frame()[["size", "power", "n"]]
       size  power   n
    0   0.0    0.1  10
    1   9.0    1.0   2
    """
    pipelines = check_analysis(pipeline, sampling, nulls)
    sizes = _check_sizes(sizes, alpha, n_nulls, n_repeats, len(nulls))
    numbers = _check_numbers(n_events, around)
    powers = check_powers(channels, source)
    plant = Plant.checked(0.0, effect_width, effect_min_km, effect_days)
    mixture = Mixture.checked(effect_share, effect_sign, effect_duration, plant.days)
    random_state = check_seed(random_state, store)
    settings = sampling, cv, min_magnitude, decluster, scoring, sample_weight
    analysis = Analysis.of(pipelines, search, source, controls, *settings)
    holders = {name: source_parameters(model, source) for name, model in analysis.estimators.items()}
    made, record, observed = _declared(nulls, analysis, catalog, clusters, random_state)
    most, there = max((n or 0 for n in numbers), default=0), len(quakes(observed))
    if most > there:
        raise ValueError(
            f"n_events: {most} earthquakes asked for, and only {there} of the catalog have samples"
        )
    resolution = _check_resolution(made, record, n_nulls, alpha)
    around_catalog = record.catalog if around == "catalog" else None
    counted = dict.fromkeys(numbers)
    if match_events is not None:
        counted = _tested_numbers(analysis, observed, numbers, random_state)
    planting = Planting(
        analysis, record, made, holders, plant, mixture, powers, numbers, around_catalog, counted
    )
    tasks = [(name, replicate) for replicate in range(n_nulls) for name in made]
    wanted = {task: sizes if study < n_repeats else () for study, task in enumerate(tasks)}

    def header():
        return {
            **planting.header(),
            "catalog": fingerprint(record.catalog),
            "clusters": fingerprint(record.mainshock),
            "nulls": {name: repr(null) for name, null in made.items()},
            "random_state": random_state,
        }

    check = RowCheck(set(made), numbers)
    with RowStore(store, header, key=_key, check=check, accept_versions=accept_versions) as kept:
        done = {_task(row): row for row in kept.rows if set(wanted.get(_task(row), ())) <= set(row["sizes"])}
        left = [task for task in tasks if task not in done]
        most = analysis.most_together()
        planted = [task for task in left if wanted[task]], min(most, _MOST_PLANTED)
        for some, at_once in (planted, ([task for task in left if not wanted[task]], most)):
            found = kept.computed(
                planting.run, [(*task, wanted[task], random_state) for task in some],
                most=at_once, n_jobs=n_jobs, desc="catalogs", verbose=verbose and len(some),
            )  # fmt: skip
            done |= {_task(row): row for row in found}
    rows = [done[task] for task in tasks]
    table = score_table(rows, wanted)
    _check_scored(table, rows, alpha)
    table = with_p(table.dropna(ignore_index=True), around == "null", resolution, random_state)
    seconds = {phase: sum(row["seconds"][phase] for row in rows) for phase in PHASES}
    effect = {
        "channels": powers,
        "days": plant.days,
        "width": plant.width,
        "min_km": plant.minimum_km,
        "share": mixture.share,
        "sign": mixture.sign,
        "duration": mixture.duration,
        "around": around,
    }
    return PowerCurve(table, float(alpha), scoring, tuple(made), float(level), seconds, kept.versions, effect)


def _declared(nulls, analysis, catalog, clusters, random_state):
    """Nulls by name, the record that they all use, and the samples of the catalog that happened."""
    record = Record.of(analysis.source, catalog, clusters=clusters)
    least = -np.inf if analysis.min_magnitude is None else analysis.min_magnitude
    settings = nulls, analysis.source, analysis.sampling
    # Whether whole years are used must be known before the catalog is cut to them.
    _, n_days = make_nulls(*settings, record.n_days, shift_days=0.0, min_magnitude=least)
    if n_days < record.n_days:
        record = Record.of(analysis.source, catalog, clusters=clusters, n_days=n_days)
    seed = int(np.random.default_rng(random_state).integers(2**31 - 1))
    observed = analysis.samples(record.catalog, analysis.events(record.catalog), seed)
    shift_days = longest_shift(observed.events)
    made, _ = make_nulls(*settings, record.n_days, shift_days=shift_days, min_magnitude=least)
    _ = record.heads, record.dip  # found once, before the record travels to other processes
    return made, record, observed


def _tested_numbers(analysis, observed, numbers, random_state):
    """By number of earthquakes, the tested ones of the catalog that happened; None: it cannot be split."""
    rng = np.random.default_rng((random_state, 4))
    order = rng.permutation(quakes(observed))
    found: dict[int | None, int | None] = {}
    for n in numbers:
        try:
            found[n] = analysis.tested(part_of(observed, order, n, rng))["n_earthquakes"]
        except ValueError:
            found[n] = None
    return found


def _check_resolution(made, record, n_nulls, alpha):
    """By null, the least p that its independent catalogs allow; raise where that exceeds alpha."""
    independent = {name: null.n_independent(record) for name, null in made.items()}
    resolution = {name: float(max(1 / (1 + n), 1 / (1 + n_nulls))) for name, n in independent.items()}
    for name, least in resolution.items():
        if least > alpha:
            raise ValueError(
                f"nulls: {name} has {independent[name]} independent catalogs on this record, so that no p is "
                f"below {least:.2g} and no study reaches alpha={alpha:g}; take a longer record, or declare "
                f"nulls without it, here and in catalog_null_test"
            )
    return resolution


def _task(row):
    return row["null"], row["replicate"]


def _key(row):
    return *_task(row), *row["sizes"]


def _check_sizes(sizes, alpha, n_nulls, n_repeats, kinds):
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
    if n_repeats > n_nulls * kinds:
        raise ValueError(f"n_repeats={n_repeats} is more than the {n_nulls * kinds} catalogs of all nulls")
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
    """Warn of catalogs without a score; raise where so few of a null have one that no p reaches alpha."""
    errors = [row["error"] for row in rows if row["error"]]
    if not errors:
        return
    for (n_events, null), part in table[table["size"] == 0.0].groupby(["n_events", "null"]):
        known = int(part["score"].notna().sum())
        if known * alpha < 1.0:
            raise ValueError(
                f"n_events={n_events}: {known} of {len(part)} catalogs ({null}) could be scored, too few "
                f"for a p of {alpha:g}; the first problem: {errors[0]}"
            )
    warnings.warn(
        f"{len(errors)} of {len(rows)} catalogs could not be scored for each number of earthquakes and are "
        f"left out there; the first problem: {errors[0]}",
        stacklevel=3,
    )
