"""What an image for classification holds, channel by channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike, TimeLike
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import ABOVE, BELOW, DOUBLE, NO_VALUE, SINGLE, check_axes, label_grid

_NAMES = ("TEC", "median", "lower", "upper", "positive", "negative")
_COLUMNS = 3


class SIPImageDisplay(Display):
    """One image of days x hours, one panel a channel: values and bounds on one scale; where anomalies are.

    Parameters
    ----------
    image : array-like of shape (days, samples a day, channels)
        One of those that :class:`~skquake.sampling.SIPImages` cuts; the last channels are the anomalies.
    channels : sequence of str, default=None
        Names; None: those of :class:`~skquake.sampling.SIPImages`.
    n_anomalies : int, default=2
        How many of the last channels are anomalies.
    start : datetime-like, default=None
        First day, for the labels; None: days count from the first.
    expected_rate : float, default=None
        What noise leaves the bounds with on either side together, ``IQRBounds(...).expected_rate()``; a like
        part of it is written beside the share of each anomaly.
    unit : str, default="TECU"
    limits : (float, float), default=None
        Limits of the colours, so that several images have one scale; None: those of the values, ``limits_``.
        Of the first channels.

    Attributes
    ----------
    limits_ : tuple of float
        Lowest and highest known value of the channels that are not anomalies.
    shares_ : Series
        Share of the known values that are not 0, by channel of anomalies.
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (n_rows, n_columns)
        Of at most three columns; Axes left over are hidden.

    Raises
    ------
    ValueError
        When it is drawn or a number is asked for: for another shape, or names that do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.plotting import SIPImageDisplay
    >>> image = np.full((30, 24, 6), 20.0)
    >>> image[..., 4:] = 0.0
    >>> image[:3, :, 4] = 1.0
    >>> SIPImageDisplay(image).plot().shares_.round(3).to_dict()
    {'positive': 0.1, 'negative': 0.0}
    """

    def __init__(
        self,
        image: ArrayLike,
        *,
        channels: Sequence[str] | None = None,
        n_anomalies: int = 2,
        start: TimeLike | None = None,
        expected_rate: float | None = None,
        unit: str = "TECU",
        limits: tuple[float, float] | None = None,
    ) -> None:
        self.image = image
        self.channels = channels
        self.n_anomalies = n_anomalies
        self.start = start
        self.expected_rate = expected_rate
        self.unit = unit
        self.limits = limits

    @property
    def limits_(self) -> tuple[float, float]:
        """Common limits of the values, as they are drawn."""
        image, names = self._checked()
        values = image[..., : len(names) - self.n_anomalies]
        values = np.maximum(values, 0.0) if self._is_content(image) else values
        known = values[np.isfinite(values)]
        return (float(known.min()), float(known.max())) if known.size else (np.nan, np.nan)

    @property
    def shares_(self) -> pd.Series:
        """Share of each anomaly."""
        image, names = self._checked()
        found = {}
        for k in range(len(names) - self.n_anomalies, len(names)):
            known = image[..., k][np.isfinite(image[..., k])]
            found[names[k]] = (known != 0).mean() if known.size else np.nan
        return pd.Series(found, name="share", dtype=float)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on one Axes for each of the channels (filled up to rows of three), or on a new figure."""
        from matplotlib.colors import ListedColormap

        image, names = self._checked()
        n, columns = len(names), min(len(names), _COLUMNS)
        shape = (-(-n // columns), columns)
        self.figure_, self.axes_ = check_axes(
            ax, shape, figsize=(SINGLE if n == 1 else DOUBLE, 2.3 * shape[0] + 0.3), sharex=True, sharey=True
        )
        days = len(image)
        low, high = self.limits_ if self.limits is None else self.limits
        if not low < high:
            low, high = (low, low + 1.0) if np.isfinite(low) else (0.0, 1.0)
        shares, same = self.shares_, {"extent": (0.0, 24.0, days, 0.0), "aspect": "auto"}
        for k, (axes, name) in enumerate(zip(self.axes_.flat, names, strict=False)):
            layer, anomaly = np.ma.masked_invalid(image[..., k]), k - (n - self.n_anomalies)
            if anomaly < 0 and self._is_content(image):
                layer = np.ma.maximum(layer, 0.0)
            axes.set_facecolor(NO_VALUE)
            axes.set_xticks(range(0, 25, 6))
            if anomaly < 0:
                drawn = axes.imshow(layer, cmap="viridis", vmin=low, vmax=high, **same)
                axes.set_title(name)
            else:
                colors = ListedColormap(["white", (ABOVE, BELOW)[anomaly % 2]])
                axes.imshow(layer != 0, cmap=colors, vmin=0, vmax=1, interpolation="nearest", **same)
                title = f"{name} anomaly: {shares[name]:.1%}"
                if self.expected_rate is not None:
                    title += f"\n(noise: {self.expected_rate / self.n_anomalies:.1%})"
                axes.set_title(title)
        label_grid(
            self.axes_, n, x="time of day (h UT)", y="day (number)" if self.start is None else "day (date)"
        )
        if self.start is not None:
            first = pd.Timestamp(self.start)
            ticks = np.arange(0, days, 7)
            labels = [f"{first + pd.Timedelta(days=int(day)):%Y-%m-%d}" for day in ticks]
            self.axes_[0, 0].set_yticks(ticks + 0.5, labels)
        if n > self.n_anomalies:
            everywhere = list(self.axes_.flat)
            self.figure_.colorbar(drawn, ax=everywhere, label=f"values ({self.unit})", shrink=0.7, pad=0.02)
        return self

    def _is_content(self, image):
        """Whether the image is of electron contents, whose bounds are drawn from 0 on."""
        return self.unit == "TECU" and not (image[..., 0] < 0.0).any()

    def _checked(self):
        what = type(self).__name__
        try:
            image = np.asarray(self.image, dtype=float)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{what}: image: expected numbers ({error})") from error
        names = list(_NAMES if self.channels is None else self.channels)
        if image.ndim != 3 or not image.size or image.shape[2] != len(names):
            raise ValueError(
                f"{what}: image: expected one image of shape (days, samples a day, {len(names)}), got "
                f"{image.shape}; channels are the last dimension"
            )
        if len(set(names)) < len(names):
            raise ValueError(f"{what}: channels: names repeat in {names}")
        if not 0 <= self.n_anomalies <= len(names):
            raise ValueError(f"{what}: n_anomalies={self.n_anomalies} of {len(names)} channels")
        return image, names
