"""Seal a plan before its test span is opened."""

from __future__ import annotations

from typing import Any

from skquake._core._atomic import write_atomically
from skquake._core._typing import Path
from skquake.registration._frozen_plan import (
    FORMAT,
    FrozenPlan,
    Places,
    frozen_bytes,
    power_content,
    read_frozen,
)
from skquake.registration._looks import now, open_log, read_looks, seal_of
from skquake.registration._plan_text import read_plan
from skquake.registration._seal import seals, source_hashes
from skquake.registration._study import Study
from skquake.report._facts import ALPHA
from skquake.report._html import rules
from skquake.report._look import RULE
from skquake.report._power_check import POWERED


def freeze(
    path: Path, *, accept_low_power: bool = False, n_jobs: int | None = None, verbose: int = 0
) -> FrozenPlan:
    """Seal a plan: its settings, its data, its code, its power and the rules of its verdict, in one file.

    The power is counted first (`skquake.inspection.injection_recovery`): in studies of catalogs that never
    happened, with effects planted into the observations. The real earthquakes of the test span are counted,
    not scored. A plan that would see its own effect in fewer than 80 % of such studies is refused.

    Written are, beside ``plan.toml``: ``plan.sealed.json``, canonical JSON (keys in order, no spaces), whose
    SHA-256 is the seal (``sha256sum plan.sealed.json``); ``plan.power.jsonl``, from which an interrupted
    count goes on; and a line in ``looks.jsonl``, the log of looks that all plans of a folder share (each line
    holds the SHA-256 of the one before, ``looks.jsonl.head`` that of the last). Publish the seal: whoever
    holds it can check the plan, and with it every file it names, by a hash tool alone.

    Parameters
    ----------
    path : path
        TOML file. See Notes.
    accept_low_power : bool, default=False
        Seal a plan that does not see its own effect; its verdict will say "underpowered".
    n_jobs : int or None, default=None
        Catalogs at a time.
    verbose : int, default=0
        Positive: a progress bar over catalogs.

    Returns
    -------
    FrozenPlan

    Raises
    ------
    ValueError
        For a plan with an unknown, missing or impossible key (named with its line), one that was frozen
        already, one without power, a pipeline that imports what lies beside it, and what
        `injection_recovery` refuses.
    FileNotFoundError
        For a file that the plan names and that is not there.
    RuntimeError
        If another process freezes the plan, or writes the log.

    Notes
    -----
    Paths in a plan are relative to it; patterns may stand for several files, and a folder for all that is
    in it. Keys, with their defaults:

    * ``title`` (""), ``random_state`` (0);
    * ``[catalog]``: ``files``, ``reader`` ("read_catalog"; "read_usgs", "read_quakeml") with keywords in
      ``options``, ``min_magnitude`` (4.8), ``decluster`` ("gardner-knopoff"; "box", "none"), and ``keep``,
      the least and most of columns: ``keep.depth_km = [0, 70]``;
    * ``[source]``: ``kind`` "track" or "map" with ``files`` that the source has kept, or files and a
      ``reader`` of `skquake.io`, ``channels``, ``name``; or ``kind`` "python": the ``function`` ("source") of
      the pipeline's file gets the paths and returns the source;
    * ``[controls]``: ``kind`` ("matched"; "random") and the keywords of `skquake.catalogs.MatchedControls` or
      `skquake.catalogs.RandomControls`;
    * ``[samples]``: the keywords of `skquake.sampling.make_samples`; ``kp`` names files of
      `skquake.io.read_kp`;
    * ``[pipeline]``: the ``function`` ("pipeline") of a Python ``file`` gets the source and returns the
      pipeline, a search over it, or a dict of them; ``with`` names what else it reads (a saved model, a
      space);
    * ``[split]``: the sealed span, ``test_from`` and ``test_to`` (the end), ``gap_days`` (0.0),
      ``within_km``, ``min_train`` (0.2);
    * ``[nulls]``: ``names`` (all four) and ``n`` (99) of `skquake.inspection.catalog_null_test`;
    * ``[headline]``: ``score`` ("seismic_mcc");
    * ``[effect]``: its ``size``, further sizes ``tried``, and ``channels``, ``days`` (-15 to 0), ``width``
      (0.5), ``min_km`` (200.0), ``share`` (1.0), ``sign`` ("same"), ``duration`` of
      `skquake.inspection.injection_recovery`;
    * ``[power]``: ``n_nulls`` (100), ``n_repeats`` (40), ``n_events``.

    The file of the pipeline stands alone: it may import installed packages, whose versions are sealed.

    References
    ----------
    Nosek, B. A. et al. (2018). The preregistration revolution. PNAS 115, 2600-2606.

    Examples
    --------
    See ``examples/02_honest/plot_registered.py``.
    """
    places = Places.of(path)
    _check_not_frozen(places)
    plan = read_plan(places.plan)
    sealed = seals(plan, places.plan)
    study = Study.of(plan, places.plan.parent, sealed["files"])
    curve = study.power(places.power, n_jobs=n_jobs, verbose=verbose)
    power = power_content(curve, plan["effect"]["size"])
    _check_power(power, accept_low_power)
    if seals(plan, places.plan) != sealed:
        raise ValueError(
            f"{places.plan}: its files or skquake's code changed while it was frozen; freeze it anew"
        )
    content: dict[str, Any] = {
        "format": FORMAT,
        "frozen": now(),
        "plan": plan,
        **sealed,
        "data": source_hashes(plan, places.plan),
        "power": power | {"accepted_low": bool(accept_low_power)},
        "verdict": {"level": ALPHA, "looks": RULE, **rules()},
    }
    with open_log(places) as log:
        _check_not_frozen(places)
        written = frozen_bytes(content)
        write_atomically(places.sealed, lambda temporary: temporary.write_bytes(written))
        frozen = read_frozen(places)
        log.append(
            {"event": "frozen", "plan": places.plan.name, "seal": frozen.seal, "at": content["frozen"]}
        )
    return frozen


def _check_not_frozen(places):
    """A sealed file without its line in the log is of a process that was killed: nobody has used it."""
    seal = seal_of(read_looks(places), places)
    if seal is not None:
        raise ValueError(
            f"{places.plan}: frozen already, seal {seal}; a plan is frozen once: copy it to another name to "
            "change it"
        )


def _check_power(power, accepted):
    if power["power"] >= POWERED or accepted:
        return
    raise ValueError(
        f"effect.size = {power['size']:g}: would be seen in {power['power']:.0%} "
        f"[{power['low']:.0%}, {power['high']:.0%}] of such studies, fewer than {POWERED:.0%}: whatever this "
        "plan finds, it says little of its own effect; take more earthquakes, a larger effect or a better "
        "model, or accept it (accept_low_power=True, --accept-low-power)"
    )
