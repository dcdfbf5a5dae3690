"""Events of a range of magnitudes."""

from __future__ import annotations

from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from skquake._core._sklearn import Interval, check_parameters, fit_context
from skquake._core._validation import check_catalog


class MagnitudeFilter(TransformerMixin, BaseEstimator):
    """Keep the events with ``minimum <= magnitude < maximum``.

    The upper end is open, so that neighbouring classes (4.8 to 5.2, 5.2 to 5.8) share no event.

    Parameters
    ----------
    minimum : float
        Smallest magnitude kept.
    maximum : float or None, default=None
        Magnitudes from here on are dropped; None keeps them all.

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

    def __init__(self, minimum, maximum=None):
        self.minimum = minimum
        self.maximum = maximum

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, catalog, y=None):
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
        self._keep(catalog)
        return self

    def transform(self, catalog):
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
        """
        check_parameters(self)
        return catalog[self._keep(catalog)]

    def _keep(self, catalog):
        maximum = np.inf if self.maximum is None else self.maximum
        if not self.minimum < maximum:
            raise ValueError(f"minimum={self.minimum} must lie below maximum={self.maximum}")
        magnitude = check_catalog(catalog)["magnitude"].to_numpy()
        return (magnitude >= self.minimum) & (magnitude < maximum)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.no_validation = True
        return tags
