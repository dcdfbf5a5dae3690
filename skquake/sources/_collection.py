"""Several sources of one kind, told apart by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from skquake._core._context import sides
from skquake._core._typing import Array, FloatArray, Frame
from skquake._core._validation import check_columns
from skquake.sources._base import Immutable, Source, check_context, check_length

CADENCE_TOLERANCE = 0.01


class SourceCollection(Immutable, Mapping[str, Source]):
    """Sources that observe the same, such as two satellites; samples say which one they mean.

    Parameters
    ----------
    sources : dict of {str: source}
        At least one. The keys become the names of the sources. All have the same kind, the same
        channels in the same order, the same units, and the same cadence within 1 %
        (``TrackSource.resample`` brings tracks to one).

    Raises
    ------
    ValueError
        Naming what differs.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.sources import SourceCollection, TrackSource
    >>> frame = pd.DataFrame({
    ...     "time": pd.date_range("2015-01-01", periods=600, freq="s"),
    ...     "latitude": np.linspace(-20, 18, 600), "longitude": 100.0, "Ne": 1e5,
    ... })
    >>> both = SourceCollection({"A": TrackSource(frame), "B": TrackSource(frame.iloc[:300])})
    >>> samples = frame.loc[[500, 500], ["time", "latitude", "longitude"]].assign(source=["A", "B"])
    >>> both.windows(samples, 10)[1].tolist()
    ['', 'no observation at this time']
    """

    def __init__(self, sources: Mapping[str, Source]) -> None:
        if not isinstance(sources, Mapping) or not sources:
            raise ValueError('SourceCollection needs a dict of sources, such as {"DEMETER": a, "CSES": b}')
        for name, source in sources.items():
            if not isinstance(source, Source):
                raise TypeError(f"source {name!r} must be a source of skquake, got {type(source).__name__}")
        self._sources = {name: source._renamed(name) for name, source in sources.items()}
        check_alike(self._sources)

    @property
    def name(self) -> str:
        """The names of the sources, joined by "+"."""
        return "+".join(self._sources)

    @property
    def kind(self) -> str:
        """The kind of the sources: "track", "series" or "map"."""
        return self._first.kind

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the observed quantities."""
        return self._first.channels

    @property
    def units(self) -> dict[str, str]:
        """Unit of each channel, a dict."""
        return self._first.units

    @property
    def cadence(self) -> np.timedelta64:
        """Nominal time between observations."""
        return self._first.cadence

    @property
    def span(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """First and last time of observation of all sources."""
        starts, ends = zip(*(source.span for source in self.values()), strict=True)
        return min(starts), max(ends)

    @property
    def _first(self):
        return next(iter(self._sources.values()))

    def __getitem__(self, name: str) -> Source:
        return self._sources[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"SourceCollection({{{', '.join(f'{k!r}: {v!r}' for k, v in self._sources.items())}}})"

    def _repr_html_(self) -> str:
        from skquake.sources._card import collection_html

        return collection_html(self)

    def windows(
        self,
        samples: Frame,
        length: int,
        *,
        context: int = 0,
        context_edge: str = "error",
        channels: str | Sequence[str] | None = None,
        align: str = "auto",
    ) -> tuple[FloatArray, Array]:
        """Windows of each sample from the source that its column ``source`` names.

        Parameters
        ----------
        samples : DataFrame of n_samples rows
            Columns ``source``, ``time``, ``latitude``, ``longitude``.
        length, context, context_edge, channels, align
            As for each source.

        Returns
        -------
        windows : ndarray of float32, shape (n_samples, length, n_channels)
            Longer with context, as those of each source.
        problem : ndarray of object, shape (n_samples,)

        Raises
        ------
        ValueError
            For a source that the collection does not hold.
        """
        return self._walk(
            samples, length, context=context, context_edge=context_edge, channels=channels, align=align
        )

    def _walk(
        self, samples, length, *, context=0, context_edge="error", channels=None, align="auto", look=None
    ):
        """``windows``, as the walks of the sources give them."""
        samples = check_columns(samples, ("source", "time", "latitude", "longitude"), "samples")
        check_length(length)
        check_context(context, context_edge)
        names = samples["source"].to_numpy(dtype=object)
        unknown = [name for name in samples["source"].unique() if name not in self._sources]
        if unknown:
            raise ValueError(
                f"samples: unknown source {unknown[0]!r}; the collection holds {', '.join(self._sources)}"
            )
        n_channels = len(self._first._columns(channels))
        total = length + sum(sides(self.kind, context))
        windows = np.full((len(samples), total, n_channels), np.nan, dtype=np.float32)
        problem = np.full(len(samples), "", dtype=object)
        for name, source in self.items():
            rows = np.flatnonzero(names == name)
            looked = None if look is None else _of_rows(look, rows)
            windows[rows], problem[rows] = source._walk(
                samples.iloc[rows], length, context=context, context_edge=context_edge, channels=channels,
                align=align, look=looked,
            )  # fmt: skip
        return windows, problem


def _of_rows(look, rows):
    """``look`` for a source that is given these rows alone."""
    return lambda source, here: look(source, rows[here])


def check_alike(sources):
    """Raise, naming the difference, unless all sources observe the same in the same way."""
    (name, first), *others = sources.items()
    for other_name, other in others:
        for what in ("kind", "channels", "units"):
            a, b = getattr(first, what), getattr(other, what)
            if a != b:
                raise ValueError(f"sources differ in {what}: {name!r} has {a}, {other_name!r} has {b}")
        a, b = (source.cadence / np.timedelta64(1, "s") for source in (first, other))
        if abs(a - b) > CADENCE_TOLERANCE * a:
            raise ValueError(
                f"sources differ in cadence: {name!r} has {a:g} s, {other_name!r} has {b:g} s; "
                "resample one of them"
            )
