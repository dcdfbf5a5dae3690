"""Aftershocks, found by one of several rules."""

from __future__ import annotations

from numbers import Real
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin
from sklearn.utils import Tags

from skquake._core._frames import as_frame
from skquake._core._output import WindowOutput
from skquake._core._sklearn import Interval, StrOptions, check_parameters, fit_context
from skquake._core._time import NS_PER_SECOND, as_ns, days_to_ns, to_utc
from skquake._core._typing import ArrayLike, Frame
from skquake._core._validation import catalog_frame, check_catalog, check_columns, note_columns
from skquake.catalogs._box import DAYS, HALF_WIDTH, box_mainshocks
from skquake.catalogs._nearest_neighbour import mixture_threshold, nearest_parents, tree_mainshocks
from skquake.catalogs._order import time_order
from skquake.catalogs._window_clusters import WINDOWS, window_mainshocks

_COLUMNS = ["time", "latitude", "longitude", "magnitude"]


class AftershockRemover(OneToOneFeatureMixin, WindowOutput, BaseEstimator):
    """Remove aftershocks: events that belong to the cluster of another one.

    The default are the windows of Gardner and Knopoff ([2]_), which grow with magnitude. The papers' rule
    ([1]_) is the box, asked for by name: in the order of time, each event that still stands removes the
    events strictly later than itself, at most ``days`` later, that lie within ``half_width`` degrees of its
    latitude and of its longitude. A removed event removes none.

    Parameters
    ----------
    method : {"gardner-knopoff", "gruenthal", "uhrhammer", "box", "nearest-neighbour"}, \
default="gardner-knopoff"
        Windows in km and days that grow with magnitude, from the largest event down, which remove foreshocks
        too ([2]_, closed forms of [3]_); the box; or trees of nearest neighbours in space, time and
        magnitude ([4]_), of which the largest event stays.
    half_width : float or None, default=None
        Of the box alone, and refused with any other method: half its width, in degrees of latitude and of
        longitude; None is 2. The edges belong to it (with 1e-9 degrees to spare, so that 4.4 and 2.4 are 2
        degrees apart).
    days : float or None, default=None
        Of the box alone, likewise: longest time between an event and those that it removes; None is 15. The
        end belongs to it.
    b_value, fractal_dimension : float, default=1.0, 1.6
        Of nearest neighbours: the nearness of an event to an earlier one is its time after it (years), times
        its distance (km) to the power of the dimension, times 10**(-b_value * magnitude of the earlier).
    threshold : float or None, default=None
        Nearest neighbours whose log10 nearness lies below are linked. None: where two Gaussians, fitted to
        the log10 of the catalog's events, are equally probable.

    Attributes
    ----------
    labels_ : ndarray of shape (n_events,)
        For each row, in the order given, the event id of its mainshock: its own for an independent
        event, else that of the first event that removed it.
    mainshock_mask_ : ndarray of bool, shape (n_events,)
        True for the independent events.
    threshold_ : float
        Of nearest neighbours, in log10.
    sample_indices_ : ndarray of int
        Rows that ``fit_resample`` kept.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Number and names of the columns of the catalog seen by ``fit``; the same come out.

    Notes
    -----
    The windows are the default since the box leaves the aftershocks of later months: a place is then seismic
    for a season, and not in the season of its controls. With nothing planted, matched controls and a split in
    time, density and field scored a seismic MCC of 0.20, 0.08 and 0.08 in three simulations after the box,
    and 0.06, -0.03 and -0.08 after the windows.

    Longitudes wrap at the dateline. The box is counted in degrees, as in the papers: at latitude
    70 it is a third as wide, east to west, as at the equator. Where it reaches a pole
    (``abs(latitude) + half_width >= 90``) all meridians meet inside it, so every longitude is in.

    The papers write "2 x 2 degrees centred on" the earthquake, which may be a half width or a whole one. In
    the catalog of the USGS 20,730 events of M >= 4.8 lie in 2005 to 2010 (the paper: 20,727); a half width
    of 2 degrees leaves 9,038, one of 1 degree 10,971; the paper printed 8,912. So the half width is 2 here;
    the last 1.4 % are unexplained.

    Events of the same instant do not remove each other. Where an aftershock lies in the boxes of
    two mainshocks of the same instant, its label is the one whose id comes first as text. Neither
    the order of the rows nor the kind of index changes any result.

    Catalogs of any dataframe library are taken; the rows kept are a pandas frame, whatever ``set_output``
    asks for (a frame of another library has no index: its column ``event_id`` holds the ids).

    `transform` finds the independent events of the catalog that it is given; what `fit` has seen
    plays no role in it.

    References
    ----------
    .. [1] Xiong, P. et al. (2021). Pre-Earthquake Ionospheric Perturbation Identification Using CSES Data
       via Transfer Learning. Frontiers in Environmental Science 9, 779255.
    .. [2] Gardner, J. K. and Knopoff, L. (1974). Is the sequence of earthquakes in Southern California, with
       aftershocks removed, Poissonian? Bulletin of the Seismological Society of America 64, 1363-1367.
    .. [3] van Stiphout, T., Zhuang, J. and Marsan, D. (2012). Seismicity declustering. Community Online
       Resource for Statistical Seismicity Analysis.
    .. [4] Zaliapin, I. and Ben-Zion, Y. (2013). Earthquake clusters in southern California I: Identification
       and stability. Journal of Geophysical Research 118, 2847-2864.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.catalogs import AftershockRemover
    >>> catalog = pd.DataFrame(
    ...     {"time": pd.to_datetime(["2010-01-09", "2010-01-01", "2010-01-20"]),
    ...      "latitude": [1.0, 0.0, 1.5], "longitude": [-179.5, 179.5, -179.0],
    ...      "magnitude": [5.0, 6.0, 5.5]}, index=["b", "a", "c"])
    >>> remover = AftershockRemover("box", half_width=2.0, days=15).fit(catalog)
    >>> remover.labels_.tolist()
    ['a', 'a', 'c']
    >>> remover.transform(catalog).index.tolist()
    ['a', 'c']
    """

    _parameter_constraints: dict = {
        "method": [StrOptions({"box", "nearest-neighbour", *WINDOWS})],
        "half_width": [Interval(Real, 0, 180, closed="neither"), None],
        "days": [Interval(Real, 0, 36500, closed="right"), None],
        "b_value": [Interval(Real, 0, None, closed="neither")],
        "fractal_dimension": [Interval(Real, 0, 3, closed="right")],
        "threshold": [Interval(Real, None, None, closed="neither"), None],
    }

    def __init__(
        self,
        method: str = "gardner-knopoff",
        *,
        half_width: float | None = None,
        days: float | None = None,
        b_value: float = 1.0,
        fractal_dimension: float = 1.6,
        threshold: float | None = None,
    ) -> None:
        self.method = method
        self.half_width = half_width
        self.days = days
        self.b_value = b_value
        self.fractal_dimension = fractal_dimension
        self.threshold = threshold

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, catalog: Frame, y: ArrayLike | None = None) -> Self:
        """Find the mainshock of each event.

        Parameters
        ----------
        catalog : DataFrame
            One earthquake a row (``time``, ``latitude``, ``longitude``, ``magnitude``), index = event
            id, in any order.
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For a repeated event id, a missing column, missing or impossible values, or a ``half_width`` or
            ``days`` with a method that has no box.
        """
        catalog = catalog_frame(catalog)
        mainshock, threshold = self._mainshocks(catalog)
        note_columns(self, catalog)
        self.__dict__.pop("threshold_", None)
        if threshold is not None:
            self.threshold_ = threshold
        self.labels_ = catalog.index.to_numpy()[mainshock]
        self.mainshock_mask_ = mainshock == np.arange(len(mainshock))
        return self

    def transform(self, catalog: Frame) -> pd.DataFrame:
        """The independent events of ``catalog``, in their order, with their index and columns.

        Parameters
        ----------
        catalog : DataFrame
            As in `fit`; it need not be the same.

        Returns
        -------
        DataFrame
        """
        check_parameters(self)
        catalog = catalog_frame(catalog)
        return catalog[self._mask(catalog)]

    def fit_transform(self, catalog: Frame, y: ArrayLike | None = None) -> pd.DataFrame:
        """`fit`, then the independent events of the same catalog.

        Parameters
        ----------
        catalog : DataFrame
            As in `fit`.
        y : None
            Ignored.

        Returns
        -------
        DataFrame
        """
        catalog = catalog_frame(catalog)
        return catalog[self.fit(catalog).mainshock_mask_]

    @fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X: Frame, y: ArrayLike) -> tuple[pd.DataFrame, Any]:
        """Drop the rows whose earthquake is an aftershock (for training; see ``TrainOnly``).

        Parameters
        ----------
        X : DataFrame
            Samples (with ``event_id``, ``pair_id``, ``time``, ``lead_days``, ``event_latitude``,
            ``event_longitude``), several rows an event; or a catalog, one row an event.
        y : array-like of shape (n_samples,)
            Classes. Controls are left alone: events that carry another event's ``pair_id`` or any
            row of class 0.

        Returns
        -------
        X, y
            The rows kept, in their order; ``sample_indices_`` has their positions.
        """
        X, y_array = as_frame(X, "X"), np.asarray(y)
        if y_array.shape[:1] != (len(X),):
            raise ValueError(f"y has shape {y_array.shape}, X has {len(X)} rows; they must match")
        if "event_id" in X.columns:
            events = _events_of_samples(X, y_array)
            removed = events.index[~self._mask(events)]
            keep = ~X["event_id"].isin(removed).to_numpy()
        else:
            keep = self._mask(X)
        self.sample_indices_ = np.flatnonzero(keep)
        return X.iloc[self.sample_indices_], y.iloc[keep] if hasattr(y, "iloc") else y_array[keep]

    def _mask(self, catalog):
        mainshock, _ = self._mainshocks(catalog)
        return mainshock == np.arange(len(mainshock))

    def _mainshocks(self, catalog):
        """Position of each row's mainshock, in the row order given, and the threshold of neighbours."""
        check_columns(catalog, _COLUMNS, "catalog")
        events = check_catalog(catalog[_COLUMNS])
        order = time_order(events)
        in_time, threshold = self._in_time(
            as_ns(events["time"].to_numpy())[order],
            *(events[name].to_numpy()[order] for name in _COLUMNS[1:]),
        )
        found = np.empty(len(order), dtype=np.int64)
        found[order] = order[in_time]
        return found, threshold

    def _in_time(self, time, latitude, longitude, magnitude):
        """Positions of the mainshocks of events in the order of time, and the threshold of neighbours."""
        if self.method == "box":
            half_width = HALF_WIDTH if self.half_width is None else float(self.half_width)
            window = int(days_to_ns(DAYS if self.days is None else self.days))
            return box_mainshocks(time, latitude, longitude, half_width=half_width, window=window), None
        if not (self.half_width is None and self.days is None):
            raise ValueError(
                f"half_width={self.half_width}, days={self.days}: they are those of the box, and the "
                f'method is {self.method!r}; give method="box", or leave them out'
            )
        if self.method in WINDOWS:
            return window_mainshocks(time, latitude, longitude, magnitude, WINDOWS[self.method]), None
        scaling = {"b_value": self.b_value, "fractal_dimension": self.fractal_dimension}
        parent, log_eta = nearest_parents(time, latitude, longitude, magnitude, **scaling)
        threshold = mixture_threshold(log_eta) if self.threshold is None else float(self.threshold)
        return tree_mainshocks(parent, log_eta, magnitude, threshold), threshold

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.no_validation = True
        return tags


def _events_of_samples(X, y):
    """The earthquakes behind the samples, as a catalog: time + lead, at the event's own place."""
    needed = ("event_id", "pair_id", "time", "lead_days", "event_latitude", "event_longitude", "magnitude")
    check_columns(X, needed, "samples")
    control = (X["event_id"] != X["pair_id"]).to_numpy() | (y == 0)
    controls = X.loc[control, "event_id"]
    rows = X[~X["event_id"].isin(controls)].drop_duplicates("event_id")
    time = as_ns(to_utc(rows["time"], "samples: time")) + days_to_ns(rows["lead_days"])
    # A lead in days has lost the last digits of a nanosecond: whole milliseconds are what it can tell.
    millisecond = NS_PER_SECOND // 1000
    return pd.DataFrame(
        {
            "time": ((time + millisecond // 2) // millisecond * millisecond).astype("datetime64[ns]"),
            "latitude": rows["event_latitude"].to_numpy(),
            "longitude": rows["event_longitude"].to_numpy(),
            "magnitude": rows["magnitude"].to_numpy(),
        },
        index=pd.Index(rows["event_id"]),
    )
