"""Samples: which window of which source belongs to which event or control, and its label."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._disturbed import DISTURBED_HOURS, KP_PARAMETERS, KP_THRESHOLD, kp_is_quiet
from skquake._core._largest_kp import largest_kp
from skquake._core._sklearn import HasMethods, Interval, StrOptions, validate_params
from skquake._core._time import as_ns, days_to_ns
from skquake._core._typing import Frame
from skquake._core._validation import check_catalog
from skquake._core._weights import event_weights
from skquake.catalogs._holes import hole_touched, holes_of
from skquake.sampling._candidates import find_candidates
from skquake.sampling._events import Ledger, check_controls, join_places, with_region_and_days
from skquake.sampling._kept import kept_share, kept_table, local_rate
from skquake.sampling._ownership import in_whole_pairs, own, spread
from skquake.sampling._pairless import INCOMPLETE, advice, name_pairless
from skquake.sampling._samples import Samples
from skquake.sampling._settings import check_days, check_local_time, last_day
from skquake.sources import MapSource, SeriesSource, SourceCollection, TrackSource

DAYS_AFTER = 5.0  # a control must keep clear of an earthquake for at least that long after it
_NOT_AT = {"night": "not at night", "day": "not by day"}


@validate_params(
    {
        "source": [HasMethods(["windows"])],
        "max_length": [Interval(Integral, 1, None, closed="left")],
        "context": [Interval(Integral, 0, None, closed="left")],
        "context_edge": [StrOptions({"drop", "nan"})],
        "step": [None, Interval(Integral, 1, None, closed="left")],
        "lead": [Interval(Real, 0, None, closed="left")],
        "disturbed": [StrOptions({"label", "drop", "ignore"})],
        "inside": [StrOptions({"center", "all", "any"})],
        "max_per_event": [None, Interval(Integral, 1, None, closed="left")],
        "n_jobs": [Integral, None],
    }
    | KP_PARAMETERS,
    prefer_skip_nested_validation=True,
)
def make_samples(
    source: TrackSource | SeriesSource | MapSource | SourceCollection,
    catalog: Frame,
    controls: Any = None,
    *,
    region: str | float,
    days: Sequence[float],
    local_time: str | Sequence[float] | None = None,
    max_length: int,
    context: int = 0,
    context_edge: str = "drop",
    step: int | None = None,
    lead: float = 0,
    exclude: Frame | None = None,
    kp: Any = None,
    kp_threshold: float = KP_THRESHOLD,
    disturbed_hours: float = DISTURBED_HOURS,
    disturbed: str = "label",
    inside: str = "center",
    max_per_event: int | None = None,
    holes: str | Frame | None = "find",
    n_jobs: int | None = None,
    verbose: int = 0,
) -> Samples:
    """Cut a source into samples around earthquakes and controls.

    Each sample is one row of a small table that says where to find its window again; the
    windows themselves are cut later by :class:`SlidingWindow`, of any length up to ``max_length``.

    Parameters
    ----------
    source : TrackSource, SeriesSource, MapSource or SourceCollection
        Observations. In a collection every event gives samples in each source that sees it.
    catalog : DataFrame
        Earthquakes, index event id: ``time``, ``latitude``, ``longitude`` (degrees), ``magnitude``.
    controls : sampler or DataFrame, optional
        What gives non-seismic samples: an object with ``sample(catalog)``, called with the
        earthquakes whose days overlap the source, or a catalog with ``label`` (0) and ``pair_id``.
        Where ``pair_id`` names an earthquake (matched controls), only whole pairs are kept.
    region : "dobrovolsky", number, or str such as "3 deg" or "500 km"
        Circle around an epicentre: radius 10**(0.43 M) km [2]_, a number of degrees (never of kilometres),
        or a distance, as :func:`~skquake.catalogs.region_radius_km` reads it.
    days : (float, float)
        Days relative to the event, both ends included, in which the time of a sample must lie;
        (-15, 0) is before the event, (-15, 5) also takes what came after it [1]_.
    local_time : None, "night", "day" or (float, float)
        Local solar hours of a sample: night is 18...06 h, day 06...18 h; a pair may go over
        midnight (start included, end not).
    max_length : int
        Observations of the longest window that will ever be cut. Only windows without a gap at
        this length become samples, so that every length of a search sees the same samples.
    context : int, default=0
        Observations that windows may see around these: so many before and as many after them on tracks, so
        many before them on series and maps. They decide neither on membership, nor on ownership, nor on the
        label, and no observation of them is this sample's own; but ``obs_start`` and ``obs_end`` count them.
    context_edge : {"drop", "nan"}, default="drop"
        What becomes of a sample whose context leaves its pass or the record, or has a gap or a missing value:
        it is dropped, event's or control's, or stays, and what is not there is NaN
        (``SlidingWindow(..., context_edge="nan")``).
    step : int, optional
        Tracks: observations from one window to the next, by default ``max_length`` (a smaller
        step makes windows share observations). Series and maps: by default one sample an event;
        with a step, further ones every ``step`` observations earlier within ``days``.
    lead : float
        Least days between a sample and its event. 0 sets no bound beyond ``days`` on a track;
        on series and maps the last window ends ``lead`` days before the event.
    exclude : DataFrame, optional
        Earthquakes, beside those of ``catalog``, from which controls must keep clear: the full
        catalog, aftershocks included. A control's window is dropped if it touches any of them:
        in the earthquake's own region (by ``inside``, its centre in any case), from ``days[0]``
        until ``max(days[1], 5)`` days after it. Windows of events are not subject to it.
        Local rates count these earthquakes, too.
    kp : Series or DataFrame, optional
        Kp by the start of its 3-hour interval (of a frame the columns ``time`` and ``kp``). Without it
        nothing is labelled disturbed.
    kp_threshold : float, default=3.0
        Disturbed is Kp above it; at the threshold is quiet (in thirds, 3.0 is not above 3 and 3.333 is).
    disturbed_hours : float, default=24.0
        Every 3-hour interval that touches so many hours before the sample counts; 0 takes only
        the interval that contains it.
    disturbed : {"label", "drop", "ignore"}
        Whether disturbed samples become class 2, leave, or keep their class.
    inside : {"center", "all", "any"}
        Which observations of a track's window of ``max_length`` must lie in the region: the one
        at its centre, all, or at least one. Its time and local time are always its centre's. With "any" a
        control touches an earthquake by its context, too.
    max_per_event : int, optional
        Most samples that an event or control may keep: evenly spread in time, undisturbed
        ones first.
    holes : "find", None or DataFrame
        Spans in which neither ``catalog`` nor ``exclude`` lists anything although there were earthquakes:
        a control's window is dropped if an earthquake there could have touched it. ``"find"``: those that
        :func:`~skquake.catalogs.check_catalog` finds in both together. A frame with ``start`` and
        ``end``: these. None: a day is quiet where nothing is listed (a sampler of controls has its own
        ``holes``).
    n_jobs : int or None, default=None
        Parts of tracks on disk at a time, by joblib's current backend; the samples are the same for any. It
        pays for several years; what is in memory is looked at by this process, since to send it takes longer.
    verbose : int, default=0
        Positive shows a progress bar over the parts.

    Returns
    -------
    samples : Bunch
        X : DataFrame of n_samples rows, sorted by time
            ``source``; ``time`` (UTC), ``latitude``, ``longitude`` of the window (a track's centre;
            a map's last observation at the event's place; a series' at its station);
            ``event_id``, ``pair_id``, ``lead_days``, ``radius_km``, ``magnitude``,
            ``event_latitude``, ``event_longitude``; ``obs_start``, ``obs_end`` (first and last
            observation at ``max_length``, context included); ``owners`` (ids of all events or
            controls that could own the window, nearest first); ``kp`` (largest in memory, NaN without
            ``kp``); ``local_time`` (h); on tracks ``pass_id`` and ``ascending``; ``kept_share`` (see Notes).
            ``attrs`` holds the settings.
        y : ndarray of int, shape (n_samples,)
            0 non-seismic, 1 seismic, 2 disturbed.
        groups : ndarray of object, shape (n_samples,)
            The pair ids.
        sample_weight : ndarray of float, shape (n_samples,)
            1 / (samples of the event or control).
        events : DataFrame
            All events and controls with ``label``, ``pair_id``, ``radius_km``, ``n_samples``,
            ``n_evidence`` (samples of class 0 or 1), ``local_rate`` (known earthquakes a year within 300 km;
            NaN of earthquakes out of range of the source).
        dropped : DataFrame
            One row for each event or control without a sample: ``event_id``, ``label``, ``reason``,
            ``n`` (windows it had until then). "no control": none was drawn for an earthquake; "its control
            outside the span of the source": none of those drawn lies in the record.
        kept : DataFrame
            How many of the earthquakes in range of the source kept a control, and samples: ``by`` ("all",
            "local rate", "magnitude", "region"), ``part``, ``events``, ``with_control``, ``kept``, ``share``.
        population : str
            The same in a sentence: what a score of these samples speaks of.
        holes : DataFrame
            ``start`` and ``end`` of the holes, and what is known of them.

    Raises
    ------
    ValueError
        For no event in range of the source, no sample left, Kp unknown at a sample, a catalog or
        controls with missing columns, repeated ids or impossible values.

    Warns
    -----
    UserWarning
        Where no sample of an earthquake, or, of the controls given, none of a control is left as class 1
        or 0; it says what dropped how many.

    Notes
    -----
    On tracks a fixed tiling decides which observations form a window, and every window has one
    owner: the nearest epicentre in km (then the nearest in time, then the earlier, then the id).
    So no observation stands in two samples, unless ``step`` is less than ``max_length``. The context of a
    sample may hold what is another's, an earthquake's or a control's: purging splitters count it, and part
    what would share an observation.
    On series and maps only identical windows have one owner; overlapping ones are for a purging
    splitter to part.

    A pair is kept only if its earthquake and at least one of its controls keep a sample of
    class 0 or 1, and a member without one leaves its pair. Otherwise a place would stand in the
    samples with one label only, and a model could score by recognising it.

    Where earthquakes are many, few days are free of them: matched controls select against seismic places
    and great earthquakes, and a score speaks of those that are left. ``kept`` says how many are, by fifths
    of the local rate and more. ``kept_share`` of a sample is that of the fifth of its earthquake (1 for a
    control without one): with its inverse as weight (``sample_weight="population"`` of
    :func:`~skquake.model_selection.evaluate`) the fifths count as they do among all earthquakes in range
    [3]_, as long as each kept some.

    References
    ----------
    .. [1] Xiong, P., Marchetti, D., De Santis, A., Zhang, X., Shen, X. (2021). SafeNet: SwArm for
       earthquake perturbations identification using deep learning networks. Remote Sensing, 13,
       5033. (And for the days before alone: Xiong, P., Long, C., Zhou, H., et al. (2021).
       Pre-earthquake ionospheric perturbation identification using CSES data via transfer
       learning. Frontiers in Environmental Science, 9, 779255.)
    .. [2] Dobrovolsky, I. P., Zubkov, S. I., Miachkin, V. I. (1979). Estimation of the size of
       earthquake preparation zones. Pure and Applied Geophysics, 117, 1025-1044.
    .. [3] Horvitz, D. G., Thompson, D. J. (1952). A generalization of sampling without replacement from a
       finite universe. Journal of the American Statistical Association, 47, 663-685.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.sampling import make_samples
    >>> from skquake.sources import TrackSource
    >>> frame = pd.DataFrame({
    ...     "time": pd.date_range("2015-01-01", periods=600, freq="s"),
    ...     "latitude": np.linspace(-20, 18, 600), "longitude": 100.0, "Ne": 1e5,
    ... })
    >>> catalog = pd.DataFrame({
    ...     "time": pd.to_datetime(["2015-01-03", "2015-01-04"]), "latitude": [0.0, 60.0],
    ...     "longitude": [101.0, 20.0], "magnitude": [7.0, 5.0],
    ... }, index=["a", "b"])
    >>> track = TrackSource(frame)
    >>> samples = make_samples(track, catalog, region="dobrovolsky", days=(-15, 0), max_length=70)
    >>> samples
    Samples(5 seismic of 1 events, 0 non-seismic of 0 controls, 0 disturbed;
    1 events or controls without a sample; 1 of 2 earthquakes M ≥ 5.0 kept samples)
    >>> samples.X.loc[0, ["time", "event_id"]].to_list()
    [Timestamp('2015-01-01 00:02:55'), 'a']
    >>> samples.dropped["reason"].to_list()
    ['no observation in region and days']
    """
    days, hours = check_days(days), check_local_time(local_time)
    settings = {
        "region": region,
        "days": days,
        "local_time": local_time,
        "max_length": max_length,
        "context": context,
        "context_edge": context_edge if context else None,
        "step": step,
        "lead": lead,
        "kp_threshold": None if kp is None else kp_threshold,
        "disturbed_hours": None if kp is None else disturbed_hours,
        "disturbed": disturbed,
        "inside": inside,
        "max_per_event": max_per_event,
        "holes": holes if holes is None or isinstance(holes, str) else "given",
    }
    members = dict(source) if isinstance(source, SourceCollection) else {source.name: source}
    on_track = source.kind == "track"
    end = last_day(days, lead, on_track)
    start = days[0] if on_track or step else end

    catalog = check_catalog(catalog, allow_empty=False)
    events = with_region_and_days(catalog, region, start, end)
    in_range = _in_span(events, members)
    controls = check_controls(controls, catalog, catalog[in_range])
    places = join_places(events, with_region_and_days(controls, region, start, end))
    known = [catalog] if exclude is None else [catalog, check_catalog(exclude, "exclude")]
    quakes = pd.concat([part[["time", "latitude", "longitude", "magnitude"]] for part in known])
    quakes = with_region_and_days(quakes.drop_duplicates(), region, days[0], max(days[1], DAYS_AFTER))
    gaps = holes_of(holes, quakes)

    ledger = Ledger(places)
    cut = {"length": max_length, "step": step, "inside": inside, "context": context}
    cut["whole"] = context_edge == "drop"
    table, why_none = find_candidates(members, places, quakes, hours, cut, n_jobs, verbose)
    ledger.note(why_none)
    table = ledger.keep(table, table["at_hours"], _NOT_AT.get(str(local_time), "outside the local hours"))
    table = ledger.keep(table, ~table["touched"], "touches an earthquake")
    table = ledger.keep(table, ~_in_hole(table, places, gaps, days), "in a hole of the catalog")
    table = _give_to_owners(table, places, ledger)
    table = _label(table, places, ledger, kp, kp_threshold, disturbed_hours, disturbed)
    table = ledger.keep(table, in_whole_pairs(places, table["place"], table["y"] != 2), INCOMPLETE)
    name_pairless(ledger, places)
    if not len(table):
        blame = advice(ledger, members)
        raise ValueError(f"no sample is left: {_count(ledger.table())}{blame and f'. {blame}'}")
    table = table.iloc[
        np.lexsort((table["source"], places["rank"].to_numpy()[table["place"]], table["time"]))
    ]
    if max_per_event is not None:
        table = table[spread(table["place"].to_numpy(), table["y"].to_numpy() == 2, max_per_event)]
    samples = _assemble(table.reset_index(drop=True), places, ledger, settings, on_track)
    samples["holes"] = gaps
    samples.events["local_rate"] = local_rate(places, quakes, gaps)
    _note_kept(samples, catalog.index[in_range])
    _warn_of_absent_class(samples)
    return samples


def _warn_of_absent_class(samples):
    """Say why no event, or none of the controls given, has a sample of its class."""
    lost = samples.dropped
    for label, what in ((1, "event"), (0, "control")):
        n = int((samples.events["label"] == label).sum())
        if n and not (samples.y == label).any():
            stormy = n - int((lost["label"] == label).sum())
            why = _count(lost[lost["label"] == label]) + (
                f", all samples disturbed: {stormy}" if stormy else ""
            )
            warnings.warn(f"no {what} is left of {n}: {why.lstrip(', ')}", stacklevel=4)


def _in_span(events, members):
    """Events whose days overlap a source; raises where there is none."""
    spans = [
        (as_ns(np.datetime64(m.span[0], "ns")), as_ns(np.datetime64(m.span[1], "ns") + m.cadence))
        for m in members.values()
    ]
    seen = [(events["end"] >= start) & (events["start"] < end) for start, end in spans]
    in_range = np.any(seen, axis=0)
    if not in_range.any():
        source = ", ".join(f"{name} {m.span[0]} to {m.span[1]}" for name, m in members.items())
        raise ValueError(
            f"no event in range: the source spans {source}, the catalog {events['time'].min()} to "
            f"{events['time'].max()} ({len(events)} events), and their days overlap nowhere"
        )
    return in_range


def _in_hole(table, places, holes, days):
    """Windows of controls that an earthquake in a hole of the catalog would have touched."""
    control = places["label"].to_numpy()[table["place"]] == 0
    before, after = int(days_to_ns(max(days[1], DAYS_AFTER))), int(-days_to_ns(days[0]))
    return control & (hole_touched(as_ns(table["time"]), holes, before, after) >= 0)


def _note_kept(samples, in_range):
    """Adds what the earthquakes in range kept: ``kept_share`` and the table ``kept``."""
    events, X = samples.events, samples.X
    events.loc[(events["label"] == 1) & ~events.index.isin(in_range), "local_rate"] = np.nan
    of_controls = events["pair_id"][(events["label"] == 0).to_numpy()]
    quakes = events.loc[in_range]
    quakes = quakes.assign(with_control=in_range.isin(of_controls), kept=quakes["n_evidence"] > 0)
    share = pd.Series(kept_share(quakes), in_range)
    X["kept_share"] = X["pair_id"].map(share).fillna(1.0).to_numpy(dtype=float)
    samples["kept"] = kept_table(quakes)


def _give_to_owners(table, places, ledger):
    rank, ids = places["rank"].to_numpy(), places.index.tolist()
    place = table["place"].to_numpy()
    row, owners = own(
        table["window"].to_numpy(),
        place,
        table["distance_km"].to_numpy(),
        table["lead_days"].to_numpy(),
        rank,
    )
    names = np.empty(len(table), dtype=object)
    names[row] = [tuple(ids[p] for p in o) for o in owners]
    table = table.assign(owners=names)
    return ledger.keep(table, np.isin(np.arange(len(table)), row), "all observations belong to nearer events")


def _label(table, places, ledger, kp, threshold, hours, disturbed):
    y = places["label"].to_numpy(dtype=np.int64)[table["place"]]
    largest = np.full(len(table), np.nan)
    if kp is not None:
        largest = largest_kp(kp, table["time"], hours)
        if disturbed != "ignore":
            y = np.where(kp_is_quiet(largest, threshold), y, 2)
    table = table.assign(kp=largest, y=y)
    return ledger.keep(table, table["y"] != 2, "disturbed") if disturbed == "drop" else table


def _count(dropped):
    """Reasons and how many events and controls each took, as text."""
    return ", ".join(f"{reason}: {n}" for reason, n in dropped["reason"].value_counts().items())


def _assemble(table, places, ledger, settings, on_track):
    place = table["place"].to_numpy()
    of_place = {name: places[name].to_numpy()[place] for name in ("radius_km", "magnitude")}
    X = pd.DataFrame(
        {
            "source": table["source"],
            "time": table["time"],
            "latitude": table["latitude"],
            "longitude": table["longitude"],
            "event_id": places.index.to_numpy(dtype=object)[place],
            "pair_id": places["pair_id"].to_numpy(dtype=object)[place],
            "lead_days": table["lead_days"],
            **of_place,
            "event_latitude": places["latitude"].to_numpy()[place],
            "event_longitude": places["longitude"].to_numpy()[place],
            "obs_start": table["obs_start"],
            "obs_end": table["obs_end"],
            "owners": table["owners"],
            "kp": table["kp"],
            "local_time": table["local_time"],
        }
    )
    if on_track:
        X["pass_id"], X["ascending"] = table["pass_id"], table["ascending"]
    X.attrs = settings
    y = table["y"].to_numpy(dtype=np.int64)
    events = places.drop(columns=["start", "end", "paired", "rank"])
    events["n_samples"] = np.bincount(place, minlength=len(places))
    events["n_evidence"] = np.bincount(place[y != 2], minlength=len(places))
    return Samples(
        X=X,
        y=y,
        groups=X["pair_id"].to_numpy(dtype=object),
        sample_weight=event_weights(X["event_id"]),
        events=events,
        dropped=ledger.table(),
    )
