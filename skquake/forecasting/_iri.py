"""The empirical ionosphere as a forecast."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from skquake._core import _empirical_ionosphere as empirical
from skquake._core._sklearn import Interval, StrOptions
from skquake._core._time import NS_PER_DAY, as_ns
from skquake._core._typing import FloatArray
from skquake._core._validation import check_coordinates
from skquake.forecasting._base import DayAheadForecaster
from skquake.preprocessing._solar_flux import solar_flux


class IRIForecaster(DayAheadForecaster):
    """Vertical electron content of the International Reference Ionosphere, in TECU.

    Known a day before: it takes no observation but the solar flux of the days that ended a day before each
    time. Nothing is learnt.

    Parameters
    ----------
    places : DataFrame
        ``latitude`` and ``longitude`` (degrees) of each station, by its name.
    f107 : float or Series, default=100.0
        Solar flux F10.7, sfu: a number, or daily values by the start of their day, as in
        :func:`skquake.io.read_space_weather`.
    f107_days : float, default=81.0
        Of a series, the mean of so many days is taken.
    fo_model : {"URSI", "CCIR"}, default="URSI"
        Coefficients of the critical frequency of the F2 layer.
    height_model : {"SHU2015", "AMTB2013"}, default="SHU2015"
        Model of its height.

    Attributes
    ----------
    stations_ : list
    cadence_ : int
        ns.

    See Also
    --------
    skquake.preprocessing.IRIResidual : What is left of observations without it.

    Notes
    -----
    Content from 80 to 2,000 km: maps from navigation satellites hold what lies above, too, and are higher.

    References
    ----------
    J. Servan-Schreiber et al. (2026), "A major update to the PyIRI model", Space Weather 24, e2025SW004853.
    D. Bilitza et al. (2022), "The International Reference Ionosphere model: A review and description of an
    ionospheric benchmark", Reviews of Geophysics 60, e2022RG000792.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.forecasting import IRIForecaster
    >>> places = pd.DataFrame({"latitude": [44.2], "longitude": [86.1]}, index=["XJSH"])
    >>> time = pd.to_datetime(["2016-12-08 06:00", "2016-12-08 18:00"])
    >>> tec = pd.DataFrame({"XJSH": [9.0, 3.0]}, index=time)
    >>> IRIForecaster(places, f107=75.0).fit(tec).predict(tec)["XJSH"].round().to_numpy()
    array([9., 2.])
    """

    _parameter_constraints: dict = {
        "places": [pd.DataFrame],
        "f107": [Interval(Real, 0, None, closed="neither"), pd.Series],
        "f107_days": [Interval(Real, 1, None, closed="left")],
        "fo_model": [StrOptions(set(empirical.F2_MODELS))],
        "height_model": [StrOptions(set(empirical.HEIGHT_MODELS))],
    }

    def __init__(
        self,
        places: pd.DataFrame,
        *,
        f107: float | pd.Series = 100.0,
        f107_days: float = 81.0,
        fo_model: str = "URSI",
        height_model: str = "SHU2015",
    ) -> None:
        self.places = places
        self.f107 = f107
        self.f107_days = f107_days
        self.fo_model = fo_model
        self.height_model = height_model

    def _fit(self, frame: pd.DataFrame, exogenous: pd.DataFrame | None) -> None:
        self._coordinates()

    def _coordinates(self) -> tuple[FloatArray, FloatArray]:
        """Latitude and longitude of the stations of the fit."""
        places = self.places
        absent = [name for name in ("latitude", "longitude") if name not in places.columns]
        if absent:
            raise ValueError(f"places: column {absent[0]!r} is missing; give latitude and longitude")
        unknown = [station for station in self.stations_ if station not in places.index]
        if unknown or not places.index.is_unique:
            odd = unknown[0] if unknown else places.index[places.index.duplicated()][0]
            raise ValueError(
                f"places: station {odd!r} {'is missing' if unknown else 'occurs twice'}; give a row a "
                "station, its name as index"
            )
        rows = places.loc[self.stations_]
        return check_coordinates(rows["latitude"], rows["longitude"], "places")

    def _predict(self, frame: pd.DataFrame, exogenous: pd.DataFrame | None) -> FloatArray:
        latitude, longitude = self._coordinates()
        time = as_ns(frame.index)[:, np.newaxis]
        flux = solar_flux(self.f107, (time[:, 0] - NS_PER_DAY).view("datetime64[ns]"), self.f107_days)
        model: dict[str, Any] = {"fo_model": self.fo_model, "height_model": self.height_model}
        return 10.0 ** empirical.log_tec(time, latitude, longitude, flux[:, np.newaxis], **model)
