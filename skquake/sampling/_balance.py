"""Do seismic and control samples differ in anything but the earthquake?"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._frames import as_frame
from skquake._core._last_known import last_known
from skquake._core._magnetic import dip_latitude
from skquake._core._typing import Frame
from skquake._core._validation import check_columns
from skquake._core._weights import event_weights

_RATE = "local rate (a year)"


class ImbalanceWarning(UserWarning):
    """Seismic and control samples differ in a covariate."""


def balance_table(
    samples: Bunch, *, space_weather: Frame | None = None, threshold: float = 0.1
) -> pd.DataFrame:
    """Covariates of seismic beside control samples, with standardised differences.

    A covariate that differs lets a model tell the classes apart without any earthquake.
    Only samples of class 0 and 1 count, and every event or control counts once. Local time
    and season are circles: their cosine and sine are compared.

    Parameters
    ----------
    samples : Bunch
        As :func:`make_samples` returns it.
    space_weather : DataFrame, optional
        ``f107`` (solar flux units) by time (the index, or a column ``time``); adds the row F10.7.
    threshold : float
        Absolute standardised difference above which a covariate is named in a warning.

    Returns
    -------
    DataFrame
        Index ``covariate``; columns ``seismic`` and ``control`` (weighted means) and ``difference``:
        (seismic - control) / sqrt(mean of the two variances). Of samples that know which earthquakes were
        in range (:func:`make_samples`) also ``left_out``, the mean of the earthquakes that kept no sample,
        and ``selection``, the standardised difference of those that did and these, for local rate,
        latitude and magnitude: no model can score by it, but a score speaks of the kept ones alone. The
        local rate, known earthquakes a year within 300 km, is a row of such samples alone.

    Raises
    ------
    TypeError
        For anything that has no ``X`` and ``y``.
    ValueError
        Where one of the two classes has no sample.

    Warns
    -----
    ImbalanceWarning
        Names the covariates whose difference exceeds ``threshold``.

    Notes
    -----
    Dip latitude is atan(tan(I) / 2) with the inclination I of the main field (IGRF) at 300 km
    above the sample, in the middle of its year. Kp is left out where samples have none, orbit
    direction where they lie on no track.

    References
    ----------
    .. [1] Austin, P. C. (2009). Balance diagnostics for comparing the distribution of baseline
       covariates between treatment groups in propensity-score matched samples. Statistics in
       Medicine, 28, 3083-3107.
    .. [2] Alken, P., Thebault, E., Beggan, C. D., et al. (2021). International Geomagnetic
       Reference Field: the thirteenth generation. Earth, Planets and Space, 73, 49.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklearn.utils import Bunch
    >>> from skquake.sampling import balance_table
    >>> X = pd.DataFrame({
    ...     "time": pd.to_datetime(["2015-03-01", "2015-04-01"] * 2), "latitude": [5.0, 15.0, 5.0, 15.0],
    ...     "longitude": 100.0, "event_id": ["a", "b", "a-c0", "b-c0"], "magnitude": [5.0, 6.0, 5.0, 6.0],
    ...     "local_time": 22.0, "kp": np.nan,
    ... })
    >>> table = balance_table(Bunch(X=X, y=np.array([1, 1, 0, 0])))
    >>> float(table.loc["latitude", "seismic"]), float(table.loc["latitude", "difference"])
    (10.0, 0.0)
    """
    if not (hasattr(samples, "X") and hasattr(samples, "y")):
        raise TypeError(
            f"samples: expected the Bunch of make_samples (X, y), got {type(samples).__name__}; pass samples "
            "itself, not samples.X"
        )
    y = np.asarray(samples.y)
    X = samples.X[y != 2]
    seismic = y[y != 2] == 1
    if seismic.all() or not seismic.any():
        absent = "control" if len(seismic) and seismic.all() else "seismic"
        raise ValueError(f"samples: no {absent} sample of class 0 or 1, nothing to compare")
    weight = event_weights(X["event_id"])
    rows = {
        name: _compare(np.asarray(values, dtype=float), seismic, weight)
        for name, values in _covariates(X, space_weather).items()
    }
    if "kept" in samples:
        rate = X["event_id"].map(samples.events["local_rate"])
        rows[_RATE] = _compare(rate.to_numpy(dtype=float), seismic, weight)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["seismic", "control", "difference"])
    table.index.name = "covariate"
    if "kept" in samples:
        table = _with_selection(table, samples.events)
    apart = table["difference"].abs() > threshold
    if apart.any():
        listed = ", ".join(f"{name} {value:+z.2f}" for name, value in table.loc[apart, "difference"].items())
        warnings.warn(
            f"seismic and control samples differ by more than {threshold} standard deviations in {listed}: "
            "a model can tell them apart by these without any earthquake",
            ImbalanceWarning,
            stacklevel=2,
        )
    return table


def _with_selection(table, events):
    """The table with what earthquakes in range kept samples, and what those that did not."""
    quakes = events[events["local_rate"].notna() & (events["label"] == 1)]
    kept = (quakes["n_evidence"] > 0).to_numpy()
    for name, column in ((_RATE, "local_rate"), ("latitude", "latitude"), ("magnitude", "magnitude")):
        _, left_out, difference = _compare(quakes[column].to_numpy(dtype=float), kept, np.ones(len(kept)))
        table.loc[name, ["left_out", "selection"]] = left_out, difference
    return table


def _covariates(X, space_weather):
    time = pd.DatetimeIndex(X["time"])
    columns = {}
    year = 2 * np.pi * (time.dayofyear - 1 + time.hour / 24) / 365.25
    for name, angle in (("local time", 2 * np.pi * X["local_time"] / 24), ("season", year)):
        columns[f"{name} (cos)"], columns[f"{name} (sin)"] = np.cos(angle), np.sin(angle)
    if space_weather is not None:
        frame = check_columns(as_frame(space_weather, "space_weather"), ["f107"], "space_weather")
        flux = frame.set_index("time")["f107"] if "time" in frame.columns else frame["f107"]
        columns["F10.7"] = last_known(flux, X["time"], "space_weather")
    if X["kp"].notna().any():
        columns["Kp"] = X["kp"]
    columns["latitude"] = X["latitude"]
    columns["dip latitude"] = dip_latitude(X["time"], X["latitude"], X["longitude"])
    if "ascending" in X.columns:
        columns["orbit direction (ascending)"] = X["ascending"]
    columns["magnitude"] = X["magnitude"]
    return columns


def _compare(values, seismic, weight):
    known = np.isfinite(values)
    means, variances = [], []
    for group in (seismic & known, ~seismic & known):
        if not group.any():
            return np.nan, np.nan, np.nan
        mean = np.average(values[group], weights=weight[group])
        means.append(mean)
        variances.append(np.average((values[group] - mean) ** 2, weights=weight[group]))
    gap, scale = means[0] - means[1], np.sqrt(np.mean(variances))
    # Rounding alone is no difference: two constants count as equal within 1e-9 of their size.
    if abs(gap) <= 1e-9 * max(1.0, *np.abs(means)):
        return *means, 0.0
    return *means, gap / scale if scale > 0 else np.copysign(np.inf, gap)
