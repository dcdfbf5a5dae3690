"""What makes up a set of samples, and which earthquakes it speaks of."""

from __future__ import annotations

import numpy as np
from sklearn.utils import Bunch

from skquake.sampling._kept import population_text


class Samples(Bunch):
    """What :func:`make_samples` returns; its ``repr`` is one line of counts, in a notebook a card."""

    def __repr__(self) -> str:
        count = np.bincount(self.y, minlength=3)
        ids = self.X["event_id"].to_numpy(dtype=object)
        n_events, n_controls = (len(set(ids[self.y == label])) for label in (1, 0))
        kept = f"; {self.population}" if self.population else ""
        return (
            f"Samples({count[1]} seismic of {n_events} events, {count[0]} non-seismic of {n_controls} "
            f"controls, {count[2]} disturbed; {len(self.dropped)} events or controls without a sample{kept})"
        )

    def _repr_html_(self) -> str:
        from skquake.sampling._samples_html import samples_html

        return samples_html(self)

    @property
    def population(self) -> str | None:
        """Which share of the earthquakes in range a score of these samples speaks of; None if not known."""
        return population_text(self["kept"]) if "kept" in self else None
