"""Open the test span of a frozen plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from skquake._core._atomic import write_atomically
from skquake._core._canonical import canonical_json, sha256_of, sha256_of_file
from skquake._core._typing import Path
from skquake.registration._frozen_plan import FrozenPlan, Places, read_frozen
from skquake.registration._looks import check_seal, data_of, now, open_log, openings, span_of, unfinished
from skquake.registration._seal import changes, seals_now
from skquake.registration._study import Study
from skquake.report import EvaluationReport, Look

RESULT = "skquake registered result 1"


def run(
    path: Path, *, exploratory: bool = False, n_jobs: int | None = None, verbose: int = 0
) -> EvaluationReport:
    """Make the analysis of a frozen plan: once as it was registered, any other time as an exploration.

    The opening of the test span is noted in the log of looks before anything is scored. The score, the null
    catalogs and the probes follow, then the report; ``plan.look1.json`` (its numbers) and ``plan.look1.html``
    are written whole, with their hashes in the log. A run that was interrupted, at whatever moment, goes on
    as the same look when nothing has changed meanwhile: null catalogs that are scored
    (``plan.look1.nulls.jsonl``) are kept.

    A look counts as a later one where the log has an earlier opening, by any plan, of some of the same days
    of the same files of observations. The rule of the level stands in `skquake.report.Look`.

    Parameters
    ----------
    path : path
        ``plan.toml``, or ``plan.sealed.json`` beside it. The settings are those sealed.
    exploratory : bool, default=False
        Look although the span was opened before, or data, code or versions have changed.
    n_jobs : int or None, default=None
        Null catalogs at a time.
    verbose : int, default=0
        Positive: a progress bar over null catalogs.

    Returns
    -------
    EvaluationReport
        With its ``look``: its verdict begins with the seal, or with "exploratory, look 3".

    Raises
    ------
    ValueError
        Unless ``exploratory``, for a span that was opened before and for what has changed, each by name.
        Always, for a sealed file or a log that was changed or cut, and for what changes during the run.
    FileNotFoundError
        If the plan was not frozen.
    RuntimeError
        If another process runs a plan of this folder.

    Examples
    --------
    See ``examples/02_honest/plot_registered.py``.
    """
    places = Places.of(path)
    frozen = read_frozen(places)
    with open_log(places) as log:
        check_seal(frozen, log.records, places)
        found = seals_now(frozen.content, places.plan)
        look, goes_on = _look(frozen, log.records, places, found, exploratory)
        note = {"plan": places.plan.name, "seal": frozen.seal, "look": look.number}
        if not goes_on:
            opened = {"span": span_of(frozen), "data": data_of(frozen), "state": _state(found)}
            log.append({"event": "opened", **note, **opened, "changed": look.changed, "at": look.opened})
        study = Study.of(frozen.plan, places.plan.parent, found["files"])
        files = places.of_look(look.number)
        null = study.tested(files["nulls"], n_jobs=n_jobs, verbose=verbose)
        report = study.report(null, frozen.power, look)
        during = changes(found, seals_now(frozen.content, places.plan))
        if during:
            raise ValueError(
                f"{places.plan}: changed while it ran: {'; '.join(map(str, during))}; nothing was written, "
                f"and look {look.number} stays open: put back what was, and run it again"
            )
        result = {
            "format": RESULT,
            **note,
            "registered": look.registered,
            "level": look.level,
            "changed": look.changed,
            "opened": look.opened,
            "log": log.head,
            "report": json.loads(report.to_json()),
        }
        _write(files["result"], canonical_json(result) + b"\n")
        _write(files["report"], report.to_html().encode())
        kept = {file.name: sha256_of_file(file) for file in files.values()}
        verdict = {"verdict": report.verdict.code, "p_value": null.p_value}
        log.append({"event": "closed", **note, **verdict, "files": kept, "at": now()})
    return report


def _write(path, content):
    write_atomically(path, lambda temporary: temporary.write_bytes(content))


def _look(
    frozen: FrozenPlan,
    records: list[dict[str, Any]],
    places: Places,
    found: Mapping[str, Any],
    exploratory: bool,
) -> tuple[Look, bool]:
    """Which look this is, and whether it was opened before and not finished."""
    last = unfinished(records, places)
    if last is not None and last["state"] == _state(found):
        return Look(last["look"], frozen.seal, tuple(last["changed"]), last["at"]), True
    changed = tuple(map(str, changes(frozen.content, found)))
    before = openings(records, frozen)
    if changed and not exploratory:
        raise ValueError(
            f"{places.plan}: no longer what was sealed: {'; '.join(changed)}; put the originals back, or "
            "look all the same (exploratory=True, --exploratory), which the report will say"
        )
    if before and not exploratory:
        first = before[0]
        raise ValueError(
            f"{places.plan}: its test span was opened on {first['at']} by {first['plan']} ({len(before)} look"
            f"{'s' * (len(before) > 1)} so far); another is look {len(before) + 1} and exploratory: "
            "exploratory=True, --exploratory"
        )
    return Look(len(before) + 1, frozen.seal, changed, now()), False


def _state(found):
    """Hash of data, code and versions, as they are."""
    return sha256_of(canonical_json(found))
