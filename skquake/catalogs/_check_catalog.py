"""What a catalog cannot be trusted in: holes, completeness, duplicates, other kinds of event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._sklearn import Interval, validate_params
from skquake._core._typing import Frame
from skquake._core._validation import catalog_frame
from skquake._core._validation import check_catalog as clean
from skquake.catalogs._completeness import completeness_table
from skquake.catalogs._duplicates import find_duplicates
from skquake.catalogs._holes import find_holes


@dataclass(frozen=True, repr=False)
class CatalogCheck:
    """What `check_catalog` found.

    Attributes
    ----------
    n_events : int
    start, end : Timestamp or None
        Of the first and the last event.
    holes : DataFrame
        ``start``, ``end``, ``days``, ``p_value``: spans without any event, too long for the catalog's rate.
    completeness : DataFrame
        ``by`` ("all", "year", "place"), ``part``, ``events``, ``completeness`` (magnitude), ``b_value``,
        ``b_error``; NaN where there are too few events.
    duplicates : DataFrame
        ``first``, ``second`` (event ids), ``seconds``, ``km``, ``magnitude_difference``.
    repeated_ids : int
        Rows whose id stands in the catalog before.
    other_types : dict of {str: int}
        Events that are no earthquakes by the column ``type``.
    left_out : dict of {str: int}
        What the reader of the file has left out already (``attrs["left_out"]``).

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.catalogs import check_catalog
    >>> catalog = pd.DataFrame({"time": pd.date_range("2010-01-01", periods=100), "latitude": 0.0,
    ...     "longitude": 100.0, "magnitude": 5.0})
    >>> check_catalog(catalog).to_frame().columns.tolist()
    ['section', 'quantity', 'value', 'note']
    """

    n_events: int
    start: pd.Timestamp | None
    end: pd.Timestamp | None
    holes: pd.DataFrame
    completeness: pd.DataFrame
    duplicates: pd.DataFrame
    repeated_ids: int = 0
    other_types: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def magnitude_of_completeness(self) -> float:
        """Of the whole catalog; NaN with too few events."""
        return float(self.completeness.loc[self.completeness["by"] == "all", "completeness"].max())

    def __repr__(self) -> str:
        return f"CatalogCheck({'; '.join(self._findings())})"

    def _findings(self) -> Iterator[str]:
        span = "" if self.start is None else f", {self.start:%Y-%m-%d} to {self.end:%Y-%m-%d}"
        yield f"{self.n_events} events{span}"
        if len(self.holes):
            longest: Any = self.holes.iloc[int(self.holes["days"].argmax())]
            which = "" if len(self.holes) == 1 else ", the longest"
            yield (
                f"{len(self.holes)} hole{'s' * (len(self.holes) > 1)}{which} {longest['start']:%Y-%m-%d} to "
                f"{longest['end']:%Y-%m-%d}"
            )
        else:
            yield "no hole"
        known = self.completeness.dropna()
        if len(known):
            worst: Any = known.iloc[int(known["completeness"].argmax())]
            more = f", up to {worst['completeness']:.1f} ({worst['part']})" if worst["by"] != "all" else ""
            yield f"complete from M {self.magnitude_of_completeness:.1f}{more}"
        else:
            yield "completeness not known"
        yield f"{len(self.duplicates) + self.repeated_ids} possible duplicates"
        if self.other_types:
            yield f"{sum(self.other_types.values())} no earthquakes ({', '.join(self.other_types)})"

    def to_frame(self) -> pd.DataFrame:
        """Every finding as one row: ``section``, ``quantity``, ``value``, ``note``."""
        rows: list[tuple[Any, ...]] = [("catalog", "events", self.n_events, "")]
        rows += [
            (
                "hole",
                f"{h.start:%Y-%m-%d %H:%M} to {h.end:%Y-%m-%d %H:%M}",
                h.days,
                _words(h.p_value),
            )
            for h in self.holes.itertuples()
        ]
        part: Any
        for part in self.completeness.itertuples():
            known = np.isfinite(part.completeness)
            note = f"b {part.b_value:.2f} ± {part.b_error:.2g}" if known else "too few events"
            section = "completeness" if part.by == "all" else f"completeness by {part.by}"
            rows.append((section, part.part, part.completeness, f"{note}, {part.events} events"))
        rows.append(("duplicates", "pairs near in time and place", len(self.duplicates), ""))
        rows.append(("duplicates", "repeated ids", self.repeated_ids, ""))
        rows += [("other types", name, n, "in the catalog") for name, n in self.other_types.items()]
        rows += [("other types", name, n, "left out by the reader") for name, n in self.left_out.items()]
        frame = pd.DataFrame(rows, columns=["section", "quantity", "value", "note"])
        return frame.astype({"value": float})


def _words(p_value):
    return f"days; p {p_value:.2g}" if p_value > 1e-12 else "days; p below 1e-12"


@validate_params(
    {
        "significance": [Interval(Real, 0, 1, closed="neither")],
        "bin_width": [Interval(Real, 0, 1, closed="right")],
        "min_events": [Interval(Integral, 10, None, closed="left")],
        "duplicate_seconds": [Interval(Real, 0, None, closed="left")],
        "duplicate_km": [Interval(Real, 0, None, closed="left")],
    },
    prefer_skip_nested_validation=True,
)
def check_catalog(
    catalog: Frame,
    *,
    significance: float = 0.001,
    bin_width: float = 0.1,
    min_events: int = 100,
    duplicate_seconds: float = 16.0,
    duplicate_km: float = 100.0,
) -> CatalogCheck:
    """Holes, completeness, duplicates and other kinds of event of a catalog.

    Where a catalog lists nothing, nothing need have been quiet: its files may lack a year, its network may
    not have seen small earthquakes. Controls, and all that calls days quiet, refuse the holes found here.

    Parameters
    ----------
    catalog : DataFrame
        One event a row: ``time``, ``latitude``, ``longitude`` (degrees), ``magnitude``, in any order. The
        full one, aftershocks included; of a region alone if only that is used. A column ``type`` tells
        earthquakes from explosions and the like.
    significance : float, default=0.001
        A waiting time is a hole if its probability under the catalog's own rate, times the number of
        waiting times, is lower.
    bin_width : float, default=0.1
        Of magnitude.
    min_events : int, default=100
        Least number of events from which a completeness is given.
    duplicate_seconds, duplicate_km : float, default=16.0, 100.0
        Two events nearer in both may be one, listed twice. Among aftershocks of great earthquakes some are
        two: look at each pair.

    Returns
    -------
    CatalogCheck

    Raises
    ------
    TypeError, ValueError
        For a missing column or impossible values. Ids may repeat; they are counted.

    Notes
    -----
    *Holes.* The ten longest waiting times are compared with all others, and with those among the 200 on
    either side, so that a slow change of rate makes no hole. Waiting times have a gamma distribution whose
    shape, mean**2 / variance (1 at most), allows for clustering: 1 for a Poisson process, less the more
    events come in bursts [1]_ [2]_. The probability takes the uncertainty of the mean into account (Fisher's
    F). A hole of one region alone is not seen in a catalog of the globe, nor any with fewer than 50 events.

    *Completeness* is the fullest bin of magnitude plus 0.2, the maximum curvature [3]_ with its correction
    [4]_. A catalog that was cut at a magnitude is complete from there at best. The b-value is the
    maximum-likelihood estimate from there on [5]_, its error that of [6]_. Cells hold 30 degrees of
    latitude and 60 of longitude. Hours after a great earthquake are less complete than their year says.

    References
    ----------
    .. [1] Corral, A. (2004). Long-term clustering, scaling, and universality in the temporal occurrence of
       earthquakes. Physical Review Letters 92, 108501.
    .. [2] Hainzl, S., Scherbaum, F. and Beauval, C. (2006). Estimating background activity based on
       interevent-time distribution. Bulletin of the Seismological Society of America 96, 313-320.
    .. [3] Wiemer, S. and Wyss, M. (2000). Minimum magnitude of completeness in earthquake catalogs: examples
       from Alaska, the western United States, and Japan. Bulletin of the Seismological Society of America 90,
       859-869.
    .. [4] Woessner, J. and Wiemer, S. (2005). Assessing the quality of earthquake catalogues: estimating the
       magnitude of completeness and its uncertainty. Bulletin of the Seismological Society of America 95,
       684-698.
    .. [5] Aki, K. (1965). Maximum likelihood estimate of b in the formula log N = a - bM and its confidence
       limits. Bulletin of the Earthquake Research Institute 43, 237-239.
    .. [6] Shi, Y. and Bolt, B. A. (1982). The standard error of the magnitude-frequency b value. Bulletin of
       the Seismological Society of America 72, 1677-1687.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.catalogs import check_catalog
    >>> rng = np.random.default_rng(0)
    >>> days = np.sort(rng.uniform(0, 1000, 2000))
    >>> catalog = pd.DataFrame({"time": pd.Timestamp("2010-01-01") + pd.to_timedelta(days, unit="D"),
    ...     "latitude": rng.uniform(-60, 60, 2000), "longitude": rng.uniform(-180, 180, 2000),
    ...     "magnitude": 4.5 + rng.exponential(0.43, 2000).round(1)})
    >>> check_catalog(catalog)
    CatalogCheck(2000 events, 2010-01-01 to 2012-09-26; no hole; ...)
    >>> check = check_catalog(catalog[(days < 300) | (days > 330)])  # a month is missing
    >>> check.holes["days"].round().tolist()
    [31.0]
    """
    frame = catalog_frame(catalog)
    repeated = int(frame.index.duplicated().sum())
    if repeated:
        frame = frame[~frame.index.duplicated()]
    events = clean(frame)
    kinds = frame["type"].astype(str) if "type" in frame.columns else pd.Series(dtype=str)
    other = kinds[~kinds.str.lower().isin(("earthquake", "", "nan", "none"))].value_counts()
    return CatalogCheck(
        n_events=len(events),
        start=events["time"].min() if len(events) else None,
        end=events["time"].max() if len(events) else None,
        holes=find_holes(events, significance),
        completeness=completeness_table(events, bin_width, min_events),
        duplicates=find_duplicates(events, duplicate_seconds, duplicate_km),
        repeated_ids=repeated,
        other_types={str(name): int(n) for name, n in other.items()},
        left_out={str(name): int(n) for name, n in dict(frame.attrs.get("left_out", {})).items()},
    )
