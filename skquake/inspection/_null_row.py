"""One catalog that never happened through one analysis: what all tests that rank such catalogs share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._failures import failure, is_full_disk
from skquake._core._together import clock
from skquake.inspection._analysis import PHASES, Analysis
from skquake.inspection._null_result import name_code
from skquake.inspection._record import Record
from skquake.inspection._tested import COUNTS, count_tested, thinned_score


def draw_null(
    record: Record, null: Any, replicate: int, random_state: int
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A catalog of a null, and what was drawn: the same for all who give the same record and numbers."""
    return null.draw(record, np.random.default_rng((random_state, name_code(null.name), replicate)))


def controls_seed(random_state: int, name: str, replicate: int) -> int:
    """Seed of the controls of a catalog: each has its own, the observed one too."""
    return int(np.random.default_rng((random_state, name_code(name), replicate, 1)).integers(2**31 - 1))


def null_row(
    analysis: Analysis,
    catalog: pd.DataFrame,
    name: str,
    replicate: int,
    random_state: int,
    most: int | None,
) -> dict[str, Any]:
    """A catalog that never happened through an analysis, as plain numbers.

    Parameters
    ----------
    analysis : Analysis
    catalog : DataFrame
        Full catalog, as of `draw_null`.
    name : str
        Of the null.
    replicate, random_state : int
    most : int or None
        Earthquakes to score at most.

    Returns
    -------
    dict
        ``scores`` by configuration (None where it failed, with the ``error``), counts of tested events,
        ``n_scored``, ``most``, and the ``seconds`` of each phase.

    Raises
    ------
    OSError
        If a disk is full.
    """
    start = clock()
    try:
        samples, built_seconds = analysis.built(catalog, controls_seed(random_state, name, replicate))
        found, seconds = analysis.scored(samples, built_seconds)
        counts = count_tested(next(iter(found.values())), samples.X)
        n_scored = min(counts["n_earthquakes"], most or counts["n_earthquakes"])
        scores = {
            # The same draw for every configuration.
            configuration: thinned_score(
                analysis.scoring, evaluation, samples.X, n_scored,
                np.random.default_rng((random_state, name_code(name), replicate, 3)),
                sample_weight=analysis.sample_weight,
            )
            for configuration, evaluation in found.items()
        }  # fmt: skip
    except Exception as error:
        if is_full_disk(error):
            raise
        row = {"scores": dict.fromkeys(analysis.estimators), "error": failure(error), "most": most}
        row |= dict.fromkeys((*COUNTS, "n_scored"), 0)
        return row | {"seconds": {"samples": clock() - start, "fit": 0.0, "score": 0.0}}
    return counts | {
        "scores": scores, "error": None, "most": most, "n_scored": n_scored, "seconds": seconds
    }  # fmt: skip


@dataclass(frozen=True)
class NullRowCheck:
    """Whether what a store holds of a catalog and an analysis is whole: as `null_row` makes it.

    Parameters
    ----------
    names : set of str
        Of the configurations.
    """

    names: set[str]

    def __call__(self, row: dict[str, Any]) -> None:
        counts = [row[name] for name in (*COUNTS, "n_scored")]
        if not all(type(n) is int and n >= 0 for n in counts) or not isinstance(row["most"], int | None):
            raise ValueError(f"{', '.join(COUNTS)}, n_scored {counts!r}, at most {row['most']!r}")
        scores = row["scores"]
        if set(scores) != self.names or not all(isinstance(s, float | int | None) for s in scores.values()):
            raise ValueError(f"scores {scores!r}, of {', '.join(sorted(self.names))}")
        if (row["error"] is None) == (None in scores.values()):
            raise ValueError("it has either scores or an error")
        if set(row["seconds"]) != set(PHASES):
            raise ValueError(f"seconds {row['seconds']!r}, of {', '.join(PHASES)}")


def check_null(row: dict[str, Any], nulls: set[str]) -> None:
    """Raise where a row of a store is of no catalog of these nulls."""
    known = row["null"] in nulls and type(row["replicate"]) is int and row["replicate"] >= 0
    if not known or not isinstance(row["drawn"], dict):
        raise ValueError(f"null {row['null']!r}, replicate {row['replicate']!r}")
