"""A data set of a paper: its settings, and the samples, split and model that follow from them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import Bunch

from skquake._core._time import as_ns, to_utc
from skquake._core._typing import Estimator, Frame, IntArray, RandomState, TimeLike
from skquake.catalogs import AftershockRemover, MagnitudeFilter, MatchedControls, RandomControls
from skquake.datasets._papers_scores import PublishedScore
from skquake.model_selection import chronological_split
from skquake.sampling import SlidingWindow, make_samples
from skquake.sources import TrackSource

TEST_SIZE = 0.2
_FOUR_YEARS = np.timedelta64(4 * 365, "D")
_THIRD_RETURN = {"min_days": 390, "max_days": 410}  # of Swarm's local time, in the same season


@dataclass(frozen=True)
class Mode:
    """A way to make samples: all that the papers' differs in from ours.

    Parameters
    ----------
    controls : {"random", "matched"}
        Anywhere away from earthquakes, or at the places of the earthquakes at other times.
    days : (float, float) or None
        Days relative to the event; None: as published.
    disturbed_hours : float
        Memory of Kp in hours; 0 is Kp at the sample.
    purged : bool
        Whether training rows that share observations or a pair with a test row are left out.
    match : {"local-time", "place", "dip-latitude"} or None
        What matched controls share with their earthquake: see :class:`~skquake.catalogs.MatchedControls`.
        Swarm's local time returns after 134 days, so a record shorter than a year needs another; in one of
        four years or more controls lie 390 to 410 days away, at the third return, which keeps the season,
        too.
    declustering : str, default="gardner-knopoff"
        Method of :class:`~skquake.catalogs.AftershockRemover`. "box" (2 degrees, 15 days) is the papers'; it
        leaves later aftershocks.

    Examples
    --------
    >>> from skquake.datasets import papers
    >>> papers.MODES["paper"]
    Mode(controls='random', days=None, disturbed_hours=0, purged=False, match=None, declustering='box')
    >>> papers.MODES["honest"]
    Mode(controls='matched', days=(-15, 0), disturbed_hours=24, purged=True, match='local-time',
         declustering='gardner-knopoff')
    """

    controls: str
    days: tuple[float, float] | None
    disturbed_hours: float
    purged: bool
    match: str | None = "place"
    declustering: str = "gardner-knopoff"


MODES = {
    "paper": Mode(
        controls="random", days=None, disturbed_hours=0, purged=False, match=None, declustering="box"
    ),
    "honest": Mode(controls="matched", days=(-15, 0), disturbed_hours=24, purged=True, match="local-time"),
}


@dataclass(frozen=True)
class DataSet:
    """One row of a paper's table of data sets.

    Parameters
    ----------
    paper, name : str
        "SeqNetQuake" or "SafeNet", and the number as text.
    satellite : {"cses", "demeter", "swarm"}
    period : (str, str)
        First and last day of the observations.
    channels : tuple of str
        What a window holds: Ne (cm⁻³), Te (K), field components (nT).
    cadence_s : float
        Seconds between observations; ``track.resample(data.cadence_s)`` brings a track to it.
    local_time : {"night", "day"}
    region : str
        As :func:`~skquake.catalogs.region_radius_km` reads it.
    length : int
        Observations a window, T.
    magnitude : (float, float or None)
        The upper end is open.
    ratio : int
        Controls an earthquake.
    days : (float, float)
        Days relative to the event, as published.
    n_events : int
        Independent earthquakes, as published.
    network : dict
        Parameters of the network where its defaults do not fit the length: for windows of 10 observations,
        kernels of 2 (three kernels of 3 do not fit into half of them; the paper's is not known).
    published : dict of {str: PublishedScore}
        What the paper prints for this data set, by model.

    References
    ----------
    P. Xiong et al. (2021), "Pre-earthquake ionospheric perturbation identification using CSES data via
    transfer learning", Frontiers in Environmental Science 9, 779255.
    P. Xiong et al. (2021), "SafeNet: SwArm for earthquake perturbations identification using deep learning
    networks", Remote Sensing 13, 5033.

    Examples
    --------
    >>> from skquake.datasets import papers
    >>> data = papers.SAFENET["07"]
    >>> data.region, data.length, data.channels
    ('3 deg', 70, ('Ne', 'B_N', 'B_E', 'B_C'))
    >>> data.parameters("paper")["days"], data.parameters("honest")["days"]
    ((-15, 5), (-15, 0))
    """

    paper: str
    name: str
    satellite: str
    period: tuple[str, str]
    channels: tuple[str, ...]
    cadence_s: float
    local_time: str
    region: str
    length: int
    magnitude: tuple[float, float | None]
    ratio: int
    days: tuple[float, float]
    n_events: int
    network: dict[str, Any] = field(default_factory=dict, hash=False)
    published: dict[str, PublishedScore] = field(default_factory=dict, hash=False, repr=False)

    def parameters(self, mode: str | Mode = "honest") -> dict[str, Any]:
        """Everything that decides on the samples and their split, by name.

        Parameters
        ----------
        mode : {"paper", "honest"} or Mode

        Returns
        -------
        dict
            The settings of the data set and those of the mode.
        """
        chosen = _mode(mode)
        return {
            "region": self.region,
            "local_time": self.local_time,
            "max_length": self.length,
            "magnitude": self.magnitude,
            "ratio": self.ratio,
            "test_size": TEST_SIZE,
            **asdict(chosen),
            "days": self.days if chosen.days is None else chosen.days,
        }

    def samples(
        self,
        track: TrackSource,
        catalog: Frame,
        kp: pd.Series,
        *,
        mode: str | Mode = "honest",
        everything: Frame | None = None,
        period: tuple[TimeLike, TimeLike] | None = None,
        controls: Estimator | None = None,
        random_state: RandomState = None,
        **changes: Any,
    ) -> Bunch:
        """Make this data set out of a track, a catalog and the Kp index.

        Aftershocks (by the mode's ``declustering``: windows of Gardner and Knopoff, or the papers' box) among
        the events of the least magnitude leave, then the magnitudes outside the range. The papers' "2 x 2
        degrees centred on it", 15 days, is read as 2 degrees to each side: see
        :class:`~skquake.catalogs.AftershockRemover` for the counts.

        Parameters
        ----------
        track : TrackSource
            The paper's satellite, or any other that has the channels.
        catalog : DataFrame
            Earthquakes, aftershocks included.
        kp : Series
        mode : {"paper", "honest"} or Mode
        everything : DataFrame, default=None
            Earthquakes from which controls keep clear; None: ``catalog``.
        period : (date, date), default=None
            Days from which earthquakes are taken, the last included: ``data.period`` is the paper's.
            None takes all that the track can see.
        controls : sampler, default=None
            Instead of the mode's own.
        random_state : int, RandomState instance or None, default=None
            Of the controls.
        **changes
            Parameters of :func:`~skquake.sampling.make_samples` to change (``max_per_event=2``).

        Returns
        -------
        Bunch
            As :func:`~skquake.sampling.make_samples`.

        Raises
        ------
        ValueError
            For an unknown mode, a track that lacks a channel, or no sample.

        Examples
        --------
        >>> from skquake.datasets import make_catalog, make_kp, make_track, papers
        >>> from skquake.sources import TrackSource
        >>> days = "2019-01-01", "2019-02-15"
        >>> track = TrackSource(make_track("cses", *days, side="night", random_state=0).frame)
        >>> catalog = make_catalog("2018-12-01", "2019-04-01", random_state=0)
        >>> kp = make_kp("2018-12-30", days[1], random_state=0)
        >>> papers.SEQNETQUAKE["03"].samples(track, catalog, kp, random_state=0)
        Samples(... seismic of ... events, ... non-seismic of ... controls, ... disturbed; ...)
        """
        absent = [channel for channel in self.channels if channel not in track.channels]
        if absent:
            raise ValueError(
                f"{self.paper} {self.name} needs {', '.join(self.channels)}; the track lacks "
                f"{', '.join(absent)} (it has {', '.join(track.channels)})"
            )
        settings = self.parameters(mode) | changes
        low, high = settings.pop("magnitude")
        everything = catalog if everything is None else everything
        events = AftershockRemover(settings.pop("declustering")).fit_transform(
            MagnitudeFilter(low).fit_transform(catalog)
        )
        events = MagnitudeFilter(low, high).fit_transform(events)
        if period is not None:
            events = events[_within(events, period)]
        if controls is None:
            options = {"ratio": settings["ratio"], "avoid": everything, "random_state": random_state}
            if settings["controls"] == "matched":
                options |= {name: settings[name] for name in ("days", "region", "match")}
                options["satellite"] = self.satellite
                if self.satellite == "swarm" and track.span[1] - track.span[0] >= _FOUR_YEARS:
                    options |= _THIRD_RETURN if settings["match"] == "local-time" else {}
            controls = _CONTROLS[settings["controls"]](**options)
        for name in ("ratio", "controls", "match", "purged", "test_size"):
            settings.pop(name)
        return make_samples(track, events, controls, exclude=everything, kp=kp, **settings)

    def split(self, samples: Bunch, mode: str | Mode = "honest") -> tuple[IntArray, IntArray]:
        """Training and test rows: the last fifth in time is for testing.

        Swarm's matched controls lie months from their earthquakes, so that the cut tears pairs: of those the
        training half leaves. Folds of whole pairs, whenever they were, are no cure: between rows of training
        place and date tell an earthquake from its control (MCC 0.19 to 0.21 on 2,500 pairs of M >= 5 of
        1999-2017 by :func:`~skquake.inspection.place_date_probe`, -0.02 to 0.01 after the cut in time).

        Parameters
        ----------
        samples : Bunch
            What ``samples`` returned.
        mode : {"paper", "honest"} or Mode
            Purged or not.

        Returns
        -------
        train, test : ndarray of int

        Examples
        --------
        >>> import pandas as pd
        >>> from sklearn.utils import Bunch
        >>> from skquake.datasets import papers
        >>> time = pd.date_range("2015-01-01", periods=5, freq="D")
        >>> X = pd.DataFrame({"source": "track", "time": time, "latitude": 0.0, "longitude": 0.0,
        ...     "pair_id": list("abcdb"), "radius_km": 100.0, "obs_start": time, "obs_end": time})
        >>> samples = Bunch(X=X, y=None)
        >>> papers.SEQNETQUAKE["07"].split(samples)  # the partner of the tested row left
        (array([0, 2, 3]), array([4]))
        >>> papers.SEQNETQUAKE["07"].split(samples, "paper")
        (array([0, 1, 2, 3]), array([4]))
        """
        settings = self.parameters(mode)
        train, test = chronological_split(samples.X, samples.y, test_size=settings["test_size"])
        if not settings["purged"]:
            time = as_ns(samples.X["time"])
            train = np.flatnonzero(time < time[test].min())
        return train, test

    def inputs(self, kind: str = "raw") -> list[str]:
        """Channels of a window.

        Parameters
        ----------
        kind : {"raw", "residuals", "both"}, default="raw"
            As the satellite measures them, as the paper does; their residuals along the track, which the
            track must have (:class:`~skquake.preprocessing.NeLOGResidual` of Ne and of Te,
            :class:`~skquake.preprocessing.MASSResidual` of the field); or all of these.

        Returns
        -------
        list of str

        Examples
        --------
        >>> from skquake.datasets import papers
        >>> papers.SAFENET["03"].inputs("residuals")
        ['Ne_nelog', 'B_N_mass', 'B_E_mass', 'B_C_mass']
        """
        residuals = [f"{name}_{'mass' if name.startswith('B_') else 'nelog'}" for name in self.channels]
        kinds = {"raw": [*self.channels], "residuals": residuals, "both": [*self.channels, *residuals]}
        if kind not in kinds:
            raise ValueError(f"inputs must be one of {', '.join(map(repr, kinds))}, got {kind!r}")
        return kinds[kind]

    def model(self, track: TrackSource, *, inputs: str = "raw", log: bool = True, **params: Any) -> Pipeline:
        """The paper's pipeline: window, scaler, network.

        Parameters
        ----------
        track : TrackSource
            Where the samples came from.
        inputs : {"raw", "residuals", "both"}, default="raw"
            Channels of the windows: see :meth:`inputs`.
        log : bool, default=True
            Whether to take the logarithm of density and temperature first; False is the paper's.
        **params
            Parameters of the network.

        Returns
        -------
        Pipeline
            SlidingWindow, ChannelScaler and SeqNetQuakeClassifier or SafeNetClassifier.

        Examples
        --------
        >>> import pandas as pd
        >>> from skquake.datasets import papers
        >>> from skquake.sources import TrackSource
        >>> frame = pd.DataFrame({"time": pd.date_range("2015-01-01", periods=9, freq="s"), "latitude": 0.0,
        ...     "longitude": 100.0, "Ne": 1e5, "Te": 1e3})
        >>> papers.SEQNETQUAKE["03"].model(TrackSource(frame), epochs=10)[-1]
        SeqNetQuakeClassifier(epochs=10)
        """
        from skquake.neural import SafeNetClassifier, SeqNetQuakeClassifier
        from skquake.preprocessing import ChannelScaler

        network = {"SeqNetQuake": SeqNetQuakeClassifier, "SafeNet": SafeNetClassifier}[self.paper]
        channels = self.inputs(inputs)
        positive = [k for k, channel in enumerate(channels) if channel in ("Ne", "Te")]
        return make_pipeline(
            SlidingWindow(track, self.length, channels=channels),
            ChannelScaler(log=positive if log else None),
            network(**(self.network | params)),
        )


_CONTROLS = {"random": RandomControls, "matched": MatchedControls}


def _mode(mode: str | Mode) -> Mode:
    if isinstance(mode, Mode):
        return mode
    if mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(map(repr, MODES))} or a Mode, got {mode!r}")
    return MODES[mode]


def _within(events, period):
    first, last = to_utc(list(period), "period")
    time = to_utc(events["time"])
    return (time >= first) & (time < last + np.timedelta64(1, "D"))
