"""What a report holds, and the forms it takes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.utils import Bunch

from skquake._core._typing import IntArray
from skquake._core._typing import Path as PathLike
from skquake.catalogs import CatalogCheck
from skquake.model_selection import Evaluation, Score
from skquake.report._look import Look
from skquake.report._verdict import Verdict


@dataclass(frozen=True, repr=False)
class EvaluationReport:
    """A score beside everything that could have made it without any earthquake.

    Made by `evaluation_report` or `score_report`; ``None`` stands for what was not examined.

    Attributes
    ----------
    title : str
    verdict : Verdict
        ``code``, ``text`` and the answers ``checks``.
    scoring : {"seismic_mcc", "seismic_auc", "event_auc"}
        The score that the verdict is about.
    evaluation : Evaluation
        Of the model.
    probes : dict of {str: Evaluation}
        "location", "metadata" and "place and date", through the same splits.
    differences : dict of {str: Score}
        Model minus probe, on the same resamples.
    balance : DataFrame or None
        Of `skquake.sampling.balance_table`.
    leakage, splits : DataFrame or None
        Of `skquake.model_selection.leakage_report`; rows kept and purged by fold.
    null : CatalogNullResult or None
    score_nulls : DataFrame or None
        Nulls from the scores alone; of `score_report`.
    reliability : ReliabilityCurve or None
        Of the seismic probability on the rows of evidence.
    power : PowerCurve or None
    mirrored : TimeMirroredResult or None
    mirrored_unlike : str
        In what the time-mirrored test is not of this analysis, in words; "" where it is.
    molchan : MolchanCurve or None
    catalog : CatalogCheck or None
        Of `skquake.catalogs.check_catalog`.
    look : Look or None
        Which look at a sealed test span this is.
    settings : dict of {str: str}
        Pipeline, source, splits, samples, random state.
    versions : dict of {str: str}
        Of skquake, scikit-learn, numpy, Keras and its backend, Python, and the other packages. Parts that
        other versions made are named in ``settings``.
    samples : Bunch
        ``X``, ``y``, ``groups``.
    folds : list of (ndarray, ndarray)
        Positions of the training and of the test rows.

    Examples
    --------
    >>> import json
    >>> from skquake.report import score_report
    >>> import numpy as np, pandas as pd
    >>> frame = pd.DataFrame({"time": pd.date_range("2015-01-01", periods=200, freq="D"), "latitude": 5.0,
    ...     "longitude": 100.0, "event_id": np.arange(200), "pair_id": np.arange(200) // 2,
    ...     "label": [1, 0] * 100, "score": np.random.default_rng(0).random(200)})
    >>> report = score_report(frame, n_resamples=100, n_permutations=99, random_state=0)
    >>> report.verdict.code
    'null'
    >>> report.to_frame().columns.tolist()
    ['section', 'quantity', 'value', 'low', 'high', 'note']
    >>> json.loads(report.to_json())["verdict"]["code"]
    'null'
    """

    title: str
    verdict: Verdict
    scoring: str
    evaluation: Evaluation
    probes: dict[str, Evaluation]
    differences: dict[str, Score]
    samples: Bunch
    folds: list[tuple[IntArray, IntArray]]
    settings: dict[str, str]
    versions: dict[str, str]
    balance: pd.DataFrame | None = None
    leakage: pd.DataFrame | None = None
    splits: pd.DataFrame | None = None
    null: Any = None
    score_nulls: pd.DataFrame | None = None
    reliability: Any = None
    power: Any = None
    mirrored: Any = None
    mirrored_unlike: str = ""
    molchan: Any = None
    catalog: CatalogCheck | None = None
    look: Look | None = None
    created: str = field(default_factory=lambda: f"{pd.Timestamp.now(tz='UTC'):%Y-%m-%d %H:%M} UTC")

    def __repr__(self) -> str:
        return f"EvaluationReport({self.verdict.text})"

    def to_frame(self) -> pd.DataFrame:
        """Every number as one row: ``section``, ``quantity``, ``value``, ``low``, ``high``, ``note``."""
        from skquake.report._rows import COLUMNS, rows

        frame = pd.DataFrame(rows(self), columns=list(COLUMNS))
        return frame.astype({"value": float, "low": float, "high": float})

    def to_json(self, path: PathLike | None = None) -> str:
        """The same as JSON: verdict, checks, settings, versions and the rows of `to_frame`.

        What is not a finite number is ``null``.

        Parameters
        ----------
        path : path-like, default=None
            Also write it there.

        Returns
        -------
        str
        """
        frame = self.to_frame()
        finite = frame.astype(object).where(frame.notna() & ~frame.isin([float("inf"), -float("inf")]), None)
        verdict = {
            "code": self.verdict.code,
            "text": self.verdict.text,
            "checks": [check._asdict() for check in self.verdict.checks],
        }
        content = {
            "title": self.title,
            "created": self.created,
            "verdict": verdict,
            "scoring": self.scoring,
            "settings": self.settings,
            "versions": self.versions,
            "rows": finite.to_dict("records"),
        }
        text = json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False)
        return _written(text + "\n", path)

    def to_html(self, path: PathLike | None = None) -> str:
        """One file with verdict, tables and figures; it needs no network and runs no script.

        Parameters
        ----------
        path : path-like, default=None
            Also write it there.

        Returns
        -------
        str
        """
        from skquake.report._html import render

        return _written(render(self), path)

    def _repr_html_(self) -> str:
        """Verdict for notebooks."""
        from skquake.report._html import render_verdict

        return render_verdict(self)


def _written(text: str, path: PathLike | None) -> str:
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text
