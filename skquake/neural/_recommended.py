"""The networks in the pipelines that we recommend: more to see, less background, fewer weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

from sklearn.base import clone
from sklearn.pipeline import Pipeline

from skquake._core._sklearn import HasMethods, Interval, validate_params
from skquake._core._typing import Estimator, RandomState
from skquake.neural._safenet import SafeNetClassifier
from skquake.neural._seqnetquake import SeqNetQuakeClassifier
from skquake.neural._sequence import SequenceClassifier
from skquake.preprocessing import ChannelScaler, WindowMean, WindowNormalizer
from skquake.sampling import ResidualWindow, SlidingWindow

_STEPS = 20  # that a network sees, about
_NETWORK = {"filters": 16, "lstm_layers": 1, "lstm_units": 32, "dense_units": 32, "epochs": 30}
_LOGARITHMIC = ("cm-3", "m-3", "K", "TECU", "m-2")  # units of what is positive and varies by factors
_KNOWN = ("Ne", "Ni", "Te", "Ti", "TEC", "tec")  # channels of such units, where no unit is told

_PARAMETERS: dict[str, Any] = {
    "source": [HasMethods(["windows"])],
    "length": [Interval(Integral, 1, None, closed="left")],
    "context": [Interval(Integral, 0, None, closed="left")],
    "background": [HasMethods(["fit", "transform"]), list, tuple, None],
    "channels": ["array-like", None],
    "average": [Interval(Integral, 1, None, closed="left"), None],
}


@validate_params(_PARAMETERS, prefer_skip_nested_validation=True)
def make_seqnetquake(
    source: Any,
    length: int = 20,
    *,
    context: int = 40,
    background: Estimator | Sequence[Estimator] | None = None,
    channels: Sequence[str] | None = None,
    average: int | None = None,
    random_state: RandomState = None,
    verbose: int = 0,
    **params: Any,
) -> Pipeline:
    """SeqNetQuake in the pipeline that we recommend, from samples to probabilities.

    The paper's network as it is sees 20 observations, 450 km of a CSES orbit, and a perturbation of some
    hundred kilometres fills them: nothing tells it from the undisturbed ionosphere. Here the network sees
    ``context`` observations more on both sides, beside the channels their residual from a background,
    averages of them, and of each window its shape alone, not its level, which tells the place.

    Parameters
    ----------
    source : TrackSource or SourceCollection of tracks; without ``background`` any source
        Where the samples come from.
    length : int, default=20
        Observations of the core, as in ``make_samples(..., max_length=length)``.
    context : int, default=40
        Observations seen on both sides, as in ``make_samples(..., context=context)``.
    background : IRIResidual, QuietBackground, RevisitResidual or list of these, default=None
        Whose residuals stand beside the channels; None: the channels alone.
    channels : list of str, default=None
        Channels of the source; by default all.
    average : int, default=None
        Observations an average. None: so many that about 20 averages are left, in equal segments.
    random_state : int, RandomState or None, default=None
        Of the network.
    verbose : int, default=0
        Of the network.
    **params
        Parameters of :class:`SeqNetQuakeClassifier`.

    Returns
    -------
    sklearn.pipeline.Pipeline
        ``residualwindow`` (:class:`~skquake.sampling.ResidualWindow`; without ``background``
        ``slidingwindow``), ``log`` (:class:`~skquake.preprocessing.ChannelScaler`, log10 of densities,
        temperatures and content), ``windowmean``, ``windownormalizer`` (each channel less its mean over the
        window), ``channelscaler`` and ``seqnetquakeclassifier``.

    Raises
    ------
    ValueError
        For a background that the source has not the channel or the altitude for, for channels that it has
        not, and where no average leaves equal segments.

    See Also
    --------
    make_safenet : The same for windows of Swarm.
    skquake.baselines.make_baseline : ``"profile"``, a linear model of the same averages.
    skquake.model_selection.spaces.recommended : What to search in it.

    Notes
    -----
    The network has fewer weights than the paper's (16 filters, one LSTM of 32 units, 32 dense units) and is
    trained for 30 epochs.

    :class:`~skquake.preprocessing.RevisitResidual` has no residual before there were earlier passes: make
    the samples from a source that has it for a channel, see :class:`~skquake.sampling.ResidualWindow`.

    Honest score: on simulated nights of CSES with +35 % of Ne planted before each earthquake and matched
    controls, with residuals of :class:`~skquake.preprocessing.IRIResidual`, seismic MCC 0.62 (mean of five
    simulations; window oracle 0.61, oracle 0.77, chance 0); with nothing planted, without residuals, 0.00
    (mean of ten; one interval of ten above 0).

    References
    ----------
    P. Xiong et al. (2021), "Pre-earthquake ionospheric perturbation identification using CSES data via
    transfer learning", Frontiers in Environmental Science 9, 779255, doi:10.3389/fenvs.2021.779255.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.neural import make_seqnetquake
    >>> from skquake.preprocessing import IRIResidual
    >>> from skquake.sources import TrackSource
    >>> frame = pd.DataFrame({"time": pd.date_range("2019-01-01", periods=150, freq="3s"), "Ne": 1e5,
    ...     "latitude": np.linspace(-9, 9, 150), "longitude": 100.0, "altitude_km": 507.0})
    >>> track = TrackSource(frame, channels=["Ne"])
    >>> [name for name, _ in make_seqnetquake(track, background=IRIResidual(f107=70.0)).steps]
    ['residualwindow', 'log', 'windowmean', 'windownormalizer', 'channelscaler', 'seqnetquakeclassifier']
    """
    network = SeqNetQuakeClassifier(
        **(_NETWORK | {"random_state": random_state, "verbose": verbose} | params)
    )
    return _pipeline(network, source, length, context, background, channels, average)


@validate_params(_PARAMETERS, prefer_skip_nested_validation=True)
def make_safenet(
    source: Any,
    length: int = 70,
    *,
    context: int = 70,
    background: Estimator | Sequence[Estimator] | None = None,
    channels: Sequence[str] | None = None,
    average: int | None = None,
    random_state: RandomState = None,
    verbose: int = 0,
    **params: Any,
) -> Pipeline:
    """SafeNet in the pipeline that we recommend, from samples to probabilities.

    As :func:`make_seqnetquake`, for windows of 70 observations of Swarm, one a second, and as many on both
    sides of them.

    Parameters
    ----------
    source, length, context, background, channels, average, random_state, verbose
        As in :func:`make_seqnetquake`; ``length=70`` and ``context=70`` by default.
    **params
        Parameters of :class:`SafeNetClassifier`.

    Returns
    -------
    sklearn.pipeline.Pipeline
        The steps of :func:`make_seqnetquake`, the last ``safenetclassifier``.

    Raises
    ------
    ValueError
        As :func:`make_seqnetquake`.

    References
    ----------
    P. Xiong et al. (2021), "SafeNet: SwArm for earthquake perturbations identification using deep learning
    networks", Remote Sensing 13, 5033, doi:10.3390/rs13245033.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.neural import make_safenet
    >>> from skquake.sources import TrackSource
    >>> frame = pd.DataFrame({"time": pd.date_range("2015-01-01", periods=300, freq="s"), "Ne": 1e5,
    ...     "latitude": np.linspace(-9, 9, 300), "longitude": 100.0, "B_N": 3e4})
    >>> model = make_safenet(TrackSource(frame))
    >>> model["windowmean"], model[-1].lstm_units
    (WindowMean(size=11), 32)
    """
    network = SafeNetClassifier(**(_NETWORK | {"random_state": random_state, "verbose": verbose} | params))
    return _pipeline(network, source, length, context, background, channels, average)


def _pipeline(
    network: SequenceClassifier,
    source: Any,
    length: int,
    context: int,
    background: Any,
    channels: Sequence[str] | None,
    average: int | None,
) -> Pipeline:
    first: Any = SlidingWindow(source, length, context=context, channels=channels)
    names = list(source.channels if channels is None else channels)
    absent = [name for name in names if name not in source.channels]
    if absent:
        raise ValueError(
            f"channels: the source has no {absent[0]!r}, it has {', '.join(map(str, source.channels))}"
        )
    log = [k for k, name in enumerate(names) if _is_logarithmic(source, name)]
    if background is not None:
        backgrounds = [*background] if isinstance(background, list | tuple) else [background]
        for each in backgrounds:
            _check_background(each, source)
        first = ResidualWindow(first, [clone(each) for each in backgrounds], keep="both")
    if average is None:
        sides = 1 if source.kind != "track" else 2
        average = _average(length + sides * context, network.n_segments)
    return Pipeline(
        [
            (type(first).__name__.lower(), first),
            ("log", ChannelScaler(log=log)),
            ("windowmean", WindowMean(average)),
            ("windownormalizer", WindowNormalizer("center")),
            ("channelscaler", ChannelScaler()),
            (type(network).__name__.lower(), network),
        ]
    )


def _is_logarithmic(source: Any, name: str) -> bool:
    unit = source.units.get(name)
    return name in _KNOWN if unit is None else unit in _LOGARITHMIC


def _check_background(background: Any, source: Any) -> None:
    """Raise, with the cure, where the source lacks what a background reads."""
    kind = type(background).__name__
    column = getattr(background, "column", None)
    if column is not None and column not in source.channels:
        raise ValueError(
            f"background: {kind} reads {column!r}, the source has {', '.join(map(str, source.channels))}; "
            f"give {kind}(column=...), or background=None"
        )
    members = source.values() if isinstance(source, Mapping) else [source]
    needs_altitude = "altitude_km" in getattr(background, "_needed", lambda: ())()
    if needs_altitude and any(getattr(each, "altitude_km", None) is None for each in members):
        raise ValueError(
            f"background: {kind} needs the altitude of each observation, and the source has no altitude_km; "
            f"give {kind}(..., altitude_km=507.0) for a circular orbit, or background=None"
        )


def _average(n: int, n_segments: int) -> int:
    """Observations an average, so that about 20 averages are left, in equal segments."""
    steps = {size: math.ceil(n / size) for size in range(n, 0, -1)}
    fits = [size for size, left in steps.items() if left % n_segments == 0]
    if not fits:
        raise ValueError(
            f"windows of {n} observations: no average leaves {n_segments} equal segments; give n_segments=1"
        )
    return min(fits, key=lambda size: (abs(steps[size] - _STEPS), size))
