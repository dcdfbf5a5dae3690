"""Density or electron content less the empirical ionosphere."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from skquake._core import _empirical_ionosphere as empirical
from skquake._core._magnetic import FIRST_YEAR, LAST_YEAR
from skquake._core._sklearn import Interval, StrOptions
from skquake._core._time import as_ns, to_utc
from skquake._core._typing import FloatArray
from skquake._core._validation import check_coordinates
from skquake.preprocessing._frame_residual import FrameResidual, log10_positive
from skquake.preprocessing._solar_flux import solar_flux

_EXPONENTS = {"density": {"cm-3": 6.0, "m-3": 0.0}, "tec": {"TECU": 0.0, "m-2": -16.0}}


class IRIResidual(FrameResidual):
    """log10 Ne or TEC less the International Reference Ionosphere at the same times and places.

    What is smooth in latitude, local time, season and solar activity and known without any observation is
    taken away; storms, weather and the model's own error stay. Nothing is learnt, and a row needs no other.

    Parameters
    ----------
    column : str, default="Ne"
        Density or electron content; values that are not positive have no residual.
    f107 : float or Series
        Solar flux F10.7, sfu: a number, or daily values by the start of their day, as in
        :func:`skquake.io.read_space_weather`. A day counts when it is over.
    f107_days : float, default=81.0
        Of a series, the mean of so many days is taken, all before the day of the observation.
    quantity : {"density", "tec"}, default="density"
        Density at the altitude of the observation, or vertical content from 80 to 2,000 km.
    altitude_km : float, default=None
        Altitude of all rows, by default the column ``altitude_km``. Not used with "tec".
    unit : {"cm-3", "m-3", "TECU", "m-2"}, default=None
        Of the column, by default as ``attrs["units"]`` says, else cm-3 or TECU. A wrong one adds a constant.
    fo_model : {"URSI", "CCIR"}, default="URSI"
        Coefficients of the critical frequency of the F2 layer.
    height_model : {"SHU2015", "AMTB2013"}, default="SHU2015"
        Model of its height.

    See Also
    --------
    QuietBackground : A background learnt from the observations themselves.
    RevisitResidual : The same ground some passes before.
    skquake.sampling.ResidualWindow : Windows of residuals, for a pipeline of samples.

    Notes
    -----
    Adds the column ``{column}_iri`` (float32, dex). The model is PyIRI's, of spherical harmonics in
    quasi-dipole latitude and magnetic local time, through splines: the same within 0.1 % at a satellite's
    altitudes, 1 % at 300 km and in TEC, 3 % at 200 km and below, at some 10 microseconds a row. Its own
    error is much larger: at 507 km at night the two sets of coefficients differ by 0.13 dex (r.m.s.). The
    model gives monthly means; it weighs them by the day, which makes steps of some 0.001 dex at midnight
    UT.

    References
    ----------
    J. Servan-Schreiber et al. (2026), "A major update to the PyIRI model", Space Weather 24, e2025SW004853.
    V. Forsythe et al. (2024), "PyIRI: Whole-globe approach to the International Reference Ionosphere
    modeling implemented in Python", Space Weather 22, e2023SW003739.
    D. Bilitza et al. (2022), "The International Reference Ionosphere model: A review and description of an
    ionospheric benchmark", Reviews of Geophysics 60, e2022RG000792.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.datasets import make_track
    >>> from skquake.preprocessing import IRIResidual
    >>> track = make_track("cses", "2019-03-01", "2019-03-02", side="night", random_state=0).frame
    >>> residual = IRIResidual(f107=100.0, altitude_km=507.0).fit_transform(track)["Ne_iri"]
    >>> bool(residual.std() < 0.95 * np.log10(track["Ne"]).std())
    True
    """

    _parameter_constraints: dict = {
        "column": [str],
        "f107": [Interval(Real, 0, None, closed="neither"), pd.Series],
        "f107_days": [Interval(Real, 1, None, closed="left")],
        "quantity": [StrOptions({"density", "tec"})],
        "altitude_km": [Interval(Real, 60, 3000, closed="both"), None],
        "unit": [StrOptions({"cm-3", "m-3", "TECU", "m-2"}), None],
        "fo_model": [StrOptions(set(empirical.F2_MODELS))],
        "height_model": [StrOptions(set(empirical.HEIGHT_MODELS))],
    }
    _unit = "dex"
    _alone = True

    def __init__(
        self,
        column: str = "Ne",
        *,
        f107: float | pd.Series,
        f107_days: float = 81.0,
        quantity: str = "density",
        altitude_km: float | None = None,
        unit: str | None = None,
        fo_model: str = "URSI",
        height_model: str = "SHU2015",
    ) -> None:
        self.column = column
        self.f107 = f107
        self.f107_days = f107_days
        self.quantity = quantity
        self.altitude_km = altitude_km
        self.unit = unit
        self.fo_model = fo_model
        self.height_model = height_model

    def _columns(self) -> list[str]:
        return [self.column]

    def _needed(self) -> list[str]:
        own = self.quantity == "density" and self.altitude_km is None
        return ["latitude", "longitude", *(["altitude_km"] if own else [])]

    def _name(self, column: str) -> str:
        return f"{column}_iri"

    def _residuals(self, X: pd.DataFrame) -> dict[str, FloatArray]:
        exponent = self._exponent(X)
        latitude, longitude = check_coordinates(X["latitude"], X["longitude"], "X (observations)")
        time = to_utc(X["time"])
        year = pd.DatetimeIndex(time).year.to_numpy()
        outside = ~((year >= FIRST_YEAR) & (year < LAST_YEAR))  # NaT too
        if outside.any():
            row = int(np.argmax(outside))
            raise ValueError(
                f"X: time {pd.Timestamp(time[row])} in row {row}: the model is known from {FIRST_YEAR} to "
                f"{LAST_YEAR - 1}"
            )
        place = as_ns(time), latitude, longitude
        flux = solar_flux(self.f107, time, self.f107_days)
        model: dict[str, Any] = {"fo_model": self.fo_model, "height_model": self.height_model}
        if self.quantity == "tec":
            background = empirical.log_tec(*place, flux, **model)
        else:
            background = empirical.log_density(*place, self._altitude(X), flux, **model)
        values = log10_positive(X[self.column].to_numpy(dtype=float))
        return {self._name(self.column): values + exponent - background}

    def _altitude(self, X: pd.DataFrame) -> FloatArray:
        if self.altitude_km is not None:
            return np.full(len(X), float(self.altitude_km))
        altitude = X["altitude_km"].to_numpy(dtype=float)
        wrong = ~((altitude >= 60.0) & (altitude <= 3000.0))
        if wrong.any():
            row = int(np.argmax(wrong))
            raise ValueError(f"X: altitude_km {altitude[row]} in row {row} is not between 60 and 3000")
        return altitude

    def _exponent(self, X: pd.DataFrame) -> float:
        known = _EXPONENTS[self.quantity]
        unit = self.unit or X.attrs.get("units", {}).get(self.column) or next(iter(known))
        if unit not in known:
            raise ValueError(
                f"{self.column}: unit {unit!r} does not go with quantity={self.quantity!r}; one of "
                f"{', '.join(known)} does (unit=)"
            )
        return known[unit]
