"""What a plan says, as the objects of an analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

import skquake.io as io
from skquake._core._paths import expand_paths
from skquake._core._time import to_utc
from skquake._core._typing import Estimator
from skquake.catalogs import AftershockRemover
from skquake.inspection import CatalogNullResult, PowerCurve, catalog_null_test, injection_recovery
from skquake.registration._pipeline_file import function_of, load_functions
from skquake.registration._plan_text import CONTROLS
from skquake.registration._seal import name_of
from skquake.registration._sealed_span import SealedSpan
from skquake.report import EvaluationReport, Look, evaluation_report
from skquake.sources import MapSource, TrackSource


@dataclass(frozen=True)
class Study:
    """The analysis of a plan, ready to be made.

    Parameters
    ----------
    plan : dict
        Of `read_plan`.
    pipeline : estimator or dict of these
    arguments : dict
        What `catalog_null_test` and `injection_recovery` share.
    """

    plan: dict[str, Any]
    pipeline: Estimator | Mapping[str, Estimator]
    arguments: dict[str, Any]

    @classmethod
    def of(cls, plan: dict[str, Any], folder: Path, files: Mapping[str, Mapping[str, Any]]) -> Study:
        """Everything read; ``files`` are the hashes of what the plan names."""
        file = folder / Path(plan["pipeline"]["file"]).expanduser()
        known = files.get(name_of(file, folder))
        if known is None:
            raise FileNotFoundError(f"{file}: no such file")
        module = load_functions(file, known["sha256"])
        source = _source(plan["source"], folder, module)
        decluster = plan["catalog"]["decluster"]
        arguments = {
            "source": source,
            "catalog": _catalog(plan["catalog"], folder),
            "controls": _controls(plan["controls"]),
            "sampling": _sampling(plan["samples"], folder),
            "cv": SealedSpan(**plan["split"]),
            "min_magnitude": plan["catalog"]["min_magnitude"],
            "decluster": None if decluster == "none" else AftershockRemover(decluster),
            "nulls": tuple(plan["nulls"]["names"]),
            "scoring": plan["headline"]["score"],
            "random_state": plan["random_state"],
        }
        return cls(plan, function_of(module, plan["pipeline"]["function"])(source), arguments)

    def power(self, store: Path, **running: Any) -> PowerCurve:
        """How often studies like this one see the effect, and what else was to be tried."""
        effect, power = self.plan["effect"], self.plan["power"]
        sizes = sorted({effect["size"], *effect["tried"]}, key=abs)
        duration = effect["duration"]
        return injection_recovery(
            self.pipeline,
            sizes=tuple(sizes),
            channels=effect["channels"],
            effect_days=tuple(effect["days"]),
            effect_width=effect["width"],
            effect_min_km=effect["min_km"],
            effect_share=effect["share"],
            effect_sign=effect["sign"],
            effect_duration=tuple(duration) if isinstance(duration, list) else duration,
            n_nulls=power["n_nulls"],
            n_repeats=power["n_repeats"],
            n_events=power["n_events"],
            store=store,
            **self.arguments,
            **running,
        )

    def tested(self, store: Path, **running: Any) -> CatalogNullResult:
        """The score of the test span and those of catalogs that never happened: this opens it."""
        n = self.plan["nulls"]["n"]
        return catalog_null_test(self.pipeline, n_nulls=n, store=store, **self.arguments, **running)

    def report(self, null: CatalogNullResult, power: PowerCurve, look: Look) -> EvaluationReport:
        """The report on what was found."""
        best = max(null.observed, key=lambda name: getattr(null.observed[name], null.scoring).value)
        pipeline = self.pipeline[best] if isinstance(self.pipeline, Mapping) else self.pipeline
        return evaluation_report(
            pipeline,
            null.samples,
            self.arguments["cv"],
            null=null,
            power=power,
            effect_size=self.plan["effect"]["size"],
            look=look,
            title=self.plan["title"] or None,
            random_state=self.plan["random_state"],
        )


def files_of(patterns: list[str], folder: Path) -> list[Path]:
    """Files and folders that paths and patterns stand for, relative ones from a folder."""
    return expand_paths([folder / Path(pattern).expanduser() for pattern in patterns], lambda path: [path])


def _catalog(table, folder):
    reader = getattr(io, table["reader"])
    catalog = reader([str(path) for path in files_of(table["files"], folder)], **table["options"])
    for column, (least, most) in table["keep"].items():
        if column not in catalog:
            raise ValueError(f"catalog.keep: the catalog has no column {column}; it has {', '.join(catalog)}")
        if column == "time":
            least, most = pd.DatetimeIndex(to_utc([least, most], "catalog.keep.time"))
        catalog = catalog[catalog[column].between(least, most)]
    if not len(catalog):
        raise ValueError("catalog: no earthquake is left; look at its files and at catalog.keep")
    return catalog


def _source(table, folder, module: ModuleType):
    paths = files_of(table["files"], folder)
    if table["kind"] == "python":
        return function_of(module, table["function"])(paths)
    kind = {"track": TrackSource, "map": MapSource}[table["kind"]]
    options = {name: table[name] for name in ("name", "channels") if table[name] is not None}
    if table["reader"] is not None:
        return kind(getattr(io, table["reader"])([str(path) for path in paths]), **options)
    if len(paths) > 1:
        raise ValueError(
            f"source.files: {len(paths)} files without source.reader; name one that the source has kept "
            "(to_parquet, to_netcdf, from_files), or say what reads them"
        )
    return kind(paths[0], **options)


def _controls(table):
    table = dict(table)
    return CONTROLS[table.pop("kind")](**{key: _tuple(value) for key, value in table.items()})


def _sampling(table, folder):
    sampling = {key: _tuple(value) for key, value in table.items()}
    kp = sampling.pop("kp")
    if kp is not None:
        sampling["kp"] = io.read_kp([str(path) for path in files_of(list(kp), folder)])
    return sampling


def _tuple(value):
    return tuple(value) if isinstance(value, list) else value
