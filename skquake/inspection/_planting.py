"""One catalog that never happened, scored without an effect and with planted ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._failures import failure, is_full_disk
from skquake._core._journal import fingerprint
from skquake._core._together import clock
from skquake._core._typing import Array
from skquake.catalogs._plant import Plant
from skquake.inspection._analysis import Analysis
from skquake.inspection._effects import Mixture
from skquake.inspection._inject import footprint, inject, with_source
from skquake.inspection._null_result import lot_p_value, name_code
from skquake.inspection._record import Record
from skquake.inspection._tested import count_tested, thinned_score

PHASES = "samples", "plant", "fit"


@dataclass(frozen=True)
class Planting:
    """All that turns a never-happened catalog into scores by size.

    Parameters
    ----------
    analysis : Analysis
    record : Record
        Of the catalog that happened.
    nulls : dict of {str: null}
    holders : dict of {str: list of str}
        By configuration, the parameters that hold the source.
    plant : Plant
    mixture : Mixture
    powers : dict of {str: float}
    numbers : tuple
        Of earthquakes to draw; (None,): all.
    catalog : DataFrame or None
        Full catalog to plant around; None: the one that never happened.
    most : dict of {int or None: int or None}
        By number of earthquakes, how many tested ones count at most: as many as of the catalog that
        happened; None: all.
    """

    analysis: Analysis
    record: Record
    nulls: dict[str, Any]
    holders: dict[str, list[str]]
    plant: Plant
    mixture: Mixture
    powers: dict[str, float]
    numbers: tuple[int | None, ...]
    catalog: pd.DataFrame | None
    most: dict[int | None, int | None]

    def header(self) -> dict[str, str]:
        """What makes this planting another one, for a store."""
        parts = {
            "plant": repr(self.plant),
            "effect_share": self.mixture.share,
            "effect_sign": self.mixture.sign,
            "effect_duration": self.mixture.duration,
            "channels": self.powers,
            "n_events": self.numbers,
            "around": self.catalog,
            "number of tested earthquakes": list(self.most.items()),
        }
        return self.analysis.header() | {name: fingerprint(part) for name, part in parts.items()}

    def run(self, null: str, replicate: int, sizes: Sequence[float], random_state: int) -> dict[str, Any]:
        """One never-happened catalog of a null as a row of plain numbers, with the sizes planted in it.

        ``scores`` holds (number of earthquakes, size, score, tested earthquakes that it counts), None and 0
        where it failed. Each number of earthquakes, whatever the size, is thinned by the same draw.
        """
        row: dict[str, Any] = {
            "null": null,
            "replicate": replicate,
            "sizes": list(sizes),
            "scores": [],
            "n_quakes": None,
            "error": None,
        }
        row["seconds"] = dict.fromkeys(PHASES, 0.0)
        analysis, seed = self.analysis, (random_state, name_code(null), replicate)
        full, _ = self.nulls[null].draw(self.record, np.random.default_rng(seed))
        parts = self._studies(full, (*seed, 1), row)
        lot = *seed, 3
        self._score(analysis, parts, 0.0, row, lot)
        if sizes:
            if self.catalog is not None:
                full = self.catalog
                parts = self._studies(full, (*seed, 1), row)
            events = analysis.events(full)
            effects = self.mixture.draw(len(events), self.plant.days, np.random.default_rng((*seed, 2)))
            where = self._timed(row, "plant", footprint, analysis.source, events, self.plant, effects)
            for size in sizes:
                planted = self._timed(row, "plant", inject, analysis.source, where, size, self.powers)
                models = {
                    name: with_source(model, self.holders[name], planted)
                    for name, model in analysis.estimators.items()
                }
                self._score(replace(analysis, estimators=models), parts, size, row, lot)
        return row

    def _studies(self, full, seed, row):
        """Samples of each number of earthquakes; an error instead where there are none."""
        rng = np.random.default_rng(seed)
        analysis, seed = self.analysis, int(rng.integers(2**31 - 1))
        try:
            samples = self._timed(row, "samples", analysis.samples, full, analysis.events(full), seed)
        except Exception as error:
            return dict.fromkeys(self.numbers, _of_the_catalog(error))
        order = rng.permutation(quakes(samples))
        row["n_quakes"] = len(order)
        parts = {}
        for n in self.numbers:
            try:
                parts[n] = part_of(samples, order, n, rng)
            except ValueError as error:
                parts[n] = error
        return parts

    def _score(self, analysis, parts, size, row, lot):
        for n, samples in parts.items():
            try:
                if isinstance(samples, Exception):
                    raise samples
                found = self._timed(row, "fit", analysis.evaluations, samples)
                tested = count_tested(next(iter(found.values())), samples.X)["n_earthquakes"]
                counted = min(tested, self.most[n] or tested)
                score = max(
                    thinned_score(
                        analysis.scoring, each, samples.X, counted, np.random.default_rng(lot),
                        sample_weight=analysis.sample_weight,
                    )
                    for each in found.values()
                )  # fmt: skip
            except Exception as error:
                score, counted = None, 0
                row["error"] = row["error"] or failure(_of_the_catalog(error))
            row["scores"].append((n, size, score, counted))

    @staticmethod
    def _timed(row, phase, function, *arguments):
        start = clock()
        try:
            return function(*arguments)
        finally:
            row["seconds"][phase] += clock() - start


@dataclass(frozen=True)
class RowCheck:
    """Whether a row of a store is whole: as `Planting.run` makes it.

    Parameters
    ----------
    nulls : set of str
    numbers : tuple
        Of earthquakes to draw.
    """

    nulls: set[str]
    numbers: tuple[int | None, ...]

    def __call__(self, row: dict[str, Any]) -> None:
        known = row["null"] in self.nulls and type(row["replicate"]) is int
        if not known or row["replicate"] < 0:
            raise ValueError(f"null {row['null']!r}, replicate {row['replicate']!r}")
        expected = {(n, float(size)) for size in (0.0, *row["sizes"]) for n in self.numbers}
        if {(n, float(size)) for n, size, *_ in row["scores"]} != expected:
            raise ValueError(f"scores of other sizes or numbers than {sorted(row['sizes'])}")
        scores = [score for *_, score, _ in row["scores"]]
        if not all(isinstance(score, float | int | None) for score in scores):
            raise ValueError(f"scores {scores}")
        counted = [n for *_, n in row["scores"]]
        if not all(type(n) is int and n >= 0 for n in counted):
            raise ValueError(f"numbers of tested earthquakes {counted}")
        if not isinstance(row["error"], str | None) or (row["error"] is None and None in scores):
            raise ValueError("a score is missing without an error")
        if not isinstance(row["n_quakes"], int | None) or set(row["seconds"]) != set(PHASES):
            raise ValueError(f"n_quakes {row['n_quakes']!r}, seconds {row['seconds']!r}")


def _of_the_catalog(error):
    """The error, unless it is of the machine: then it is raised."""
    if is_full_disk(error):
        raise error
    return error


def quakes(samples: Bunch) -> Array:
    """Ids of the earthquakes that have samples of evidence."""
    events = samples.events
    return events.index[(events["label"] == 1) & (events["n_evidence"] > 0)].to_numpy(dtype=object)


def part_of(samples: Bunch, order: Array, n: int | None, rng: np.random.Generator) -> Bunch:
    """Samples of the first ``n`` earthquakes of ``order`` with their controls; a ValueError without so many.

    Controls that belong to no earthquake stay in the same share, drawn at random.
    """
    if n is None:
        return samples
    if n > len(order):
        raise ValueError(f"n_events={n}: only {len(order)} earthquakes have samples")
    events = samples.events
    controls = events[(events["label"] == 0) & (events["n_evidence"] > 0)]
    free = controls.index[~controls["pair_id"].isin(order)].to_numpy(dtype=object)
    some = rng.permutation(free)[: round(len(free) * n / len(order))]
    own = events.index[events["pair_id"].isin(order[:n])]
    keep = samples.X["event_id"].isin({*order[:n], *some, *own}).to_numpy()
    return Bunch(
        X=samples.X[keep].reset_index(drop=True),
        y=samples.y[keep],
        groups=samples.groups[keep],
        sample_weight=samples.sample_weight[keep],
        events=events,
    )


def score_table(rows: Iterable[Mapping[str, Any]], wanted: Mapping[Any, Sequence[float]]) -> pd.DataFrame:
    """One row a catalog, number of earthquakes and size.

    Parameters
    ----------
    rows : iterable of dict
        As of :meth:`Planting.run`.
    wanted : dict of {(str, int): sequence of float}
        By null and replicate, the sizes planted; a store may hold more.
    """
    counts = [row["n_quakes"] for row in rows if row["n_quakes"] is not None]
    every = int(np.median(counts)) if counts else 0
    table = pd.DataFrame(
        [
            (
                row["null"],
                row["replicate"],
                every if n is None else n,
                size,
                np.nan if score is None else score,
                counted,
            )
            for row in rows
            for n, size, score, counted in row["scores"]
            if size == 0.0 or size in wanted[row["null"], row["replicate"]]
        ],
        columns=["null", "replicate", "n_events", "size", "score", "n_scored"],
    )
    return table.sort_values("n_events", kind="stable", ignore_index=True)


def with_p(
    table: pd.DataFrame, own: bool, resolution: Mapping[str, float], random_state: int
) -> pd.DataFrame:
    """The table with a p of each null and ``p``, the largest of them.

    That of a null, ``p_`` and its name, is the rank of a score among those of its catalogs without an effect,
    ties by lot.

    Parameters
    ----------
    table : DataFrame
        As of :func:`score_table`.
    own : bool
        Whether a planted catalog is one of those without an effect: then it is left out of them.
    resolution : dict of {str: float}
        By null, the least p that its number of independent catalogs allows.
    random_state : int
    """
    lots = np.random.default_rng((random_state, 3)).random((len(table), len(resolution)))
    p = np.ones(lots.shape)
    for _, part in table.groupby("n_events"):
        without = part[part["size"] == 0.0]
        for k, (null, least) in enumerate(resolution.items()):
            reference = without[without["null"] == null].set_index("replicate")["score"]
            for position, name, replicate, size, score in zip(
                part.index, part["null"], part["replicate"], part["size"], part["score"], strict=True
            ):
                left_out = [replicate] if name == null and (own or size == 0.0) else []
                others = reference.drop(left_out, errors="ignore").to_numpy()
                p[position, k] = max(lot_p_value(score, others, lots[position, k]), least)
    each = {f"p_{null}": p[:, k] for k, null in enumerate(resolution)}
    return table.assign(p=p.max(axis=1), **each)
