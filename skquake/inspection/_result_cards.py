"""Results of nulls, mirrored days and planted effects as cards for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skquake._core._html import Table, card
from skquake._core._svg import histogram, steps

if TYPE_CHECKING:
    from skquake.inspection._mirrored_result import TimeMirroredResult
    from skquake.inspection._null_result import CatalogNullResult
    from skquake.inspection._power_curve import PowerCurve


def null_html(result: CatalogNullResult) -> str:
    """The observed score beside those of catalogs that never happened, one row a null."""
    rows = []
    for row in result.to_frame().to_dict("records"):
        drawing = histogram(
            result.null_scores(row["null"]),
            result.observed_score,
            f"Scores under {row['null']} in grey, the observed one as a line",
        )
        tested = "–"
        if not pd.isna(row["alike"]):
            tested = f"{row['tested_median']:.0f} [{row['tested_low']:.0f}, {row['tested_high']:.0f}]"
            tested += "" if row["alike"] else " (unlike)"
        catalogs = f"{row['n']:,}" + (f", {row['n_failed']} failed" if row["n_failed"] else "")
        rows.append(
            (
                row["null"],
                drawing,
                _number(row["null_mean"]),
                _number(row["null_q95"]),
                f"{row['p_value']:.3g}",
                f"{row['resolution']:.2g}",
                catalogs,
                tested,
            )
        )
    head = (
        "null",
        "scores",
        "mean",
        "95 % quantile",
        "p",
        "smallest p",
        "catalogs",
        "tested earthquakes",
    )
    facts = [
        (f"{result.observed_score:z.3f}", f"observed {_words(result.scoring)}"),
        (f"{result.p_value:.3g}", "largest p over the nulls"),
    ]
    if "n_earthquakes" in result.tested:
        facts.append((f"{result.tested['n_earthquakes']:,}", "tested earthquakes"))
    assumed = [f"{null} assumes: {words}" for null, words in result.assumes.items() if words]
    return card("Catalogs that never happened", facts=facts, tables=[Table(head, rows)], lines=assumed)


def power_html(curve: PowerCurve) -> str:
    """Power by size of the effect and number of earthquakes, with its intervals."""
    table = curve.to_frame()
    interval = f"{curve.level:.0%} interval"
    rows = [
        (
            f"{row.n_events:,}",
            f"{row.size:+.3g}",
            f"{row.power:.0%}",
            f"{row.low:.0%} to {row.high:.0%}",
            f"{row.n:,}",
        )
        for row in table.itertuples(index=False)
    ]
    last = table[table["n_events"] == table["n_events"].max()]
    drawing = steps(
        last["size"].abs(),
        last["power"],
        last["low"],
        last["high"],
        f"Power over size of the effect, {last['n_events'].iloc[0]:,} earthquakes",
    )
    reached = curve.size_at(0.95)
    facts = [
        ("none planted" if np.isnan(reached) else f"{reached:+.3g}", "size found in 95 %"),
        (f"p ≤ {curve.alpha:g}", f"counts as found, by {_words(curve.scoring)}"),
    ]
    return card(
        "Power",
        facts=facts,
        lines=[curve.counted],
        drawings=[drawing],
        tables=[Table(("earthquakes", "size", "found in", interval, "catalogs"), rows)],
    )


def mirrored_html(result: TimeMirroredResult) -> str:
    """Scores of the days before and after, and of controls of one side, with their differences."""
    rows = []
    for row in result.to_frame().to_dict("records"):
        known = np.isfinite(row["low"]) and np.isfinite(row["high"])
        rows.append(
            (
                row["name"],
                row["days"],
                _number(row["value"]),
                f"{row['low']:z.2f} to {row['high']:z.2f}" if known else "none",
                f"{row['n_earthquakes']:,}",
                row["note"],
            )
        )
    head = ("analysis", "days", _words(result.scoring), "95 % interval", "earthquakes", "note")
    return card("Before and after", lines=result.sentences, tables=[Table(head, rows)])


def _words(scoring):
    return scoring.replace("_", " ").replace("mcc", "MCC").replace("auc", "AUC")


def _number(value):
    return f"{value:z.3f}" if np.isfinite(value) else "–"
