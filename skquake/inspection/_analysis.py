"""From a full catalog to scores: what catalogs that happened and others go through alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.utils import Bunch

from skquake._core._journal import fingerprint
from skquake._core._sklearn import HasMethods, Interval, StrOptions
from skquake._core._time import NS_PER_DAY, as_ns
from skquake._core._together import clock, most_together
from skquake._core._typing import Estimator, Path
from skquake.inspection._tested import COUNTS, count_tested
from skquake.model_selection import Evaluation, evaluate
from skquake.model_selection._evaluate import _folds
from skquake.sampling import make_samples

PHASES = ["samples", "fit", "score"]
CONSTRAINTS: dict = {
    "source": [HasMethods(["windows"])],
    "catalog": "no_validation",
    "controls": [HasMethods(["sample", "set_params"])],
    "sampling": [dict],
    "cv": [HasMethods(["split"]), callable],
    "min_magnitude": [Interval(Real, None, None, closed="neither"), None],
    "decluster": [HasMethods(["fit_transform"]), None],
    "scoring": [StrOptions({"seismic_mcc", "seismic_auc", "event_auc"})],
    "search": [callable, None],
    "sample_weight": [StrOptions({"event"}), None],
    "clusters": [HasMethods(["fit"]), None],
    "random_state": [Interval(Integral, 0, None, closed="left"), None],
    "accept_versions": ["boolean"],
    "n_jobs": [Integral, None],
    "verbose": ["verbose"],
}
_COLUMNS = {"null", "replicate", "days", "degrees", "overlaps", *COUNTS, "n_scored", "error"}
_NOT_IN_SAMPLING = {"controls", "exclude", "catalog", "source"}


@dataclass(frozen=True)
class Analysis:
    """All that turns a full catalog into scores; the same for the observed one and every null one."""

    estimators: dict[str, Estimator]
    source: Any
    controls: Any
    sampling: dict[str, Any]
    cv: Any
    min_magnitude: float | None
    decluster: Any
    scoring: str
    sample_weight: str | None

    @classmethod
    def of(
        cls,
        pipelines: Mapping[str, Estimator],
        search: Callable[[Estimator], Estimator] | None,
        source: Any,
        controls: Any,
        *settings: Any,
    ) -> Analysis:
        """With each pipeline inside the search, where there is one; the controls are cloned."""
        estimators = {name: search(model) if search else model for name, model in pipelines.items()}
        return cls(estimators, source, clone(controls), *settings)

    def built(self, full: pd.DataFrame, seed: int) -> tuple[Bunch, float]:
        """Samples of a full catalog, and the seconds that they took."""
        start = clock()
        samples = self.samples(full, self.events(full), seed)
        return samples, clock() - start

    def scored(
        self, samples: Bunch, built_seconds: float, n_resamples: int = 0
    ) -> tuple[dict[str, Evaluation], dict[str, float]]:
        """Evaluations, and seconds by phase."""
        start = clock()
        found = self.evaluations(samples, n_resamples)
        fit = sum(evaluation.fit_seconds for evaluation in found.values())
        seconds = dict(zip(PHASES, (built_seconds, fit, clock() - start - fit), strict=True))
        return found, seconds

    def events(self, full: pd.DataFrame) -> pd.DataFrame:
        """The independent events of a full catalog that samples are cut around."""
        events = full if self.min_magnitude is None else full[full["magnitude"] >= self.min_magnitude]
        if self.decluster is not None and len(events):
            events = clone(self.decluster).fit_transform(events)
        return events

    def samples(self, full: pd.DataFrame, events: pd.DataFrame, seed: int) -> Bunch:
        """Samples of these events and of their controls, which keep clear of the full catalog."""
        known = self.controls.get_params()
        own = {name: value for name, value in (("avoid", full), ("random_state", seed)) if name in known}
        controls = clone(self.controls).set_params(**own)
        return make_samples(self.source, events, controls, exclude=full, **self.sampling)

    def evaluations(self, samples: Bunch, n_resamples: int = 0) -> dict[str, Evaluation]:
        """Evaluation of a fresh clone of each configuration."""
        cv = self._splits(samples)
        return {
            name: evaluate(
                model, samples, cv, sample_weight=self.sample_weight, n_resamples=n_resamples, random_state=0
            )
            for name, model in self.estimators.items()
        }

    def tested(self, samples: Bunch) -> dict[str, int]:
        """Numbers of tested earthquakes, events and pairs, without any fit."""
        y = np.asarray(samples.y)
        tests = [test for _, test in _folds(self._splits(samples), samples.X, y, samples.groups)]
        test = np.concatenate([np.arange(len(y))[part] for part in tests])
        return count_tested(Bunch(test=test, y=y[test]), samples.X)

    def _splits(self, samples):
        cv = self.cv if hasattr(self.cv, "split") else self.cv(samples)
        return cv if hasattr(cv, "split") else list(cv)

    def most_together(self) -> int:
        """How many catalogs under way at a time pay."""
        return most_together(self.estimators.values())

    def header(self) -> dict[str, str]:
        """What makes this analysis another one, for a store."""
        parts = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: fingerprint(part) for name, part in parts.items() if name != "controls"} | {
            "controls": fingerprint(clone(self.controls).set_params(**_unset(self.controls)))
        }


def _unset(controls):
    """The parameters that each catalog sets anew, as None."""
    return {name: None for name in ("avoid", "random_state") if name in controls.get_params()}


def longest_shift(events: pd.DataFrame) -> float:
    """Days from an earthquake to its farthest control; 0 where controls have none."""
    time = pd.Series(as_ns(events["time"]), events.index)
    controls = events[(events["label"] == 0) & events["pair_id"].isin(events.index)]
    own = controls["pair_id"] != controls.index
    shift = time[controls.index[own]].to_numpy() - time[controls.loc[own, "pair_id"]].to_numpy()
    return float(np.abs(shift).max(initial=0) / NS_PER_DAY)


def check_analysis(
    pipeline: Estimator | Mapping[str, Estimator], sampling: Mapping[str, Any], nulls: Iterable[Any]
) -> dict[str, Estimator]:
    """Pipelines by name; raise for settings that no analysis of several catalogs can have."""
    pipelines = dict(pipeline) if isinstance(pipeline, Mapping) else {"pipeline": pipeline}
    if not pipelines:
        raise ValueError("pipeline: an empty dict; name one configuration at least")
    absent = {"region", "days", "max_length"} - set(sampling)
    if absent or _NOT_IN_SAMPLING & set(sampling):
        raise ValueError(
            "sampling: keywords of make_samples with region, days and max_length, without "
            f"{', '.join(sorted(_NOT_IN_SAMPLING))}, which follow each catalog; got {list(sampling)}"
        )
    names = [null if isinstance(null, str) else null.name for null in nulls]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"nulls: {names} must be one name or more, each once")
    taken = _COLUMNS & set(pipelines)
    if taken:
        raise ValueError(f"pipeline: the configuration {taken.pop()!r} needs another name; results use it")
    return pipelines


def check_seed(random_state: int | None, store: Path | None) -> int:
    """A whole number; drawn where none is given, which a store does not allow."""
    if random_state is not None:
        return int(random_state)
    if store is not None:
        raise ValueError("store: give a random_state too; a test that is to go on must be the same test")
    return int(np.random.default_rng().integers(2**31 - 1))
