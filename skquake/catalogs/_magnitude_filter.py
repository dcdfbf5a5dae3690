"""Events of a range of magnitudes."""

from __future__ import annotations

import warnings
from numbers import Real
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin
from sklearn.utils import Tags

from skquake._core._output import WindowOutput
from skquake._core._sklearn import Interval, check_parameters, fit_context
from skquake._core._typing import ArrayLike, Frame
from skquake._core._validation import catalog_frame, check_catalog, note_columns


class MagnitudeFilter(OneToOneFeatureMixin, WindowOutput, BaseEstimator):
    """Keep the events with ``minimum <= magnitude < maximum``.

    The upper end is open, so that neighbouring classes (4.8 to 5.2, 5.2 to 5.8) share no event.

    Parameters
    ----------
    minimum : float
        Smallest magnitude kept.
    maximum : float or None, default=None
        Magnitudes from here on are dropped; None keeps them all.

    Attributes
    ----------
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Number and names of the columns of the catalog seen by ``fit``; the same come out.

    Notes
    -----
    Catalogs of any dataframe library are taken; the events kept are a pandas frame, whatever ``set_output``
    asks for (a frame of another library has no index: its column ``event_id`` holds the ids).

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.catalogs import MagnitudeFilter
    >>> catalog = pd.DataFrame(
    ...     {"time": ["2010-01-01", "2010-01-02"], "latitude": 0.0, "longitude": 0.0,
    ...      "magnitude": [4.5, 5.0]}, index=["a", "b"])
    >>> MagnitudeFilter(4.8).fit_transform(catalog).index.tolist()
    ['b']
    """

    _parameter_constraints: dict = {
        "minimum": [Interval(Real, None, None, closed="neither")],
        "maximum": [Interval(Real, None, None, closed="neither"), None],
    }

    def __init__(self, minimum: float, maximum: float | None = None) -> None:
        self.minimum = minimum
        self.maximum = maximum

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, catalog: Frame, y: ArrayLike | None = None) -> Self:
        """Check the parameters and the catalog; nothing is learned.

        Parameters
        ----------
        catalog : DataFrame
            One earthquake a row, index = event id.
        y : None
            Ignored.

        Returns
        -------
        self
        """
        catalog = catalog_frame(catalog)
        self._keep(catalog)
        note_columns(self, catalog)
        return self

    def transform(self, catalog: Frame) -> pd.DataFrame:
        """The events of ``catalog`` in range, in their order, with their index and columns.

        Parameters
        ----------
        catalog : DataFrame
            One earthquake a row, index = event id.

        Returns
        -------
        DataFrame

        Raises
        ------
        ValueError
            For a catalog with missing or impossible values, or a range that is empty.

        Warns
        -----
        UserWarning
            Where the range drops every event.
        """
        check_parameters(self)
        catalog = catalog_frame(catalog)
        keep = self._keep(catalog)
        if len(keep) and not keep.any():
            limits = f"minimum={self.minimum}" + (
                f", maximum={self.maximum}" if self.maximum is not None else ""
            )
            magnitude = catalog["magnitude"].astype(float)
            warnings.warn(
                f"no event is left: {limits} drops all {len(keep)}, whose magnitudes are "
                f"{magnitude.min():g} to {magnitude.max():g}",
                stacklevel=3,
            )
        return catalog[keep]

    def _keep(self, catalog):
        maximum = np.inf if self.maximum is None else self.maximum
        if not self.minimum < maximum:
            raise ValueError(f"minimum={self.minimum} must lie below maximum={self.maximum}")
        magnitude = check_catalog(catalog)["magnitude"].to_numpy()
        return (magnitude >= self.minimum) & (magnitude < maximum)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.no_validation = True
        return tags
