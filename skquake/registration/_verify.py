"""Whether everything is as it was sealed."""

from __future__ import annotations

from skquake._core._canonical import sha256_of_file
from skquake._core._typing import Path
from skquake.registration._frozen_plan import FrozenPlan, Places, read_frozen
from skquake.registration._looks import closed_files, read_looks, seal_of
from skquake.registration._seal import Change, changes, seals_now


def verify(path: Path) -> list[Change]:
    """What is no longer as it was sealed: plan, data, code, skquake's own code, results and the log of looks.

    Nothing of the plan's code is run, nothing is written, and no lock is needed.

    Parameters
    ----------
    path : path
        ``plan.toml``, or ``plan.sealed.json`` beside it.

    Returns
    -------
    list of Change
        Named tuples of ``where`` (a file or a package) and ``what``; empty where nothing has changed.

    Raises
    ------
    FileNotFoundError
        If the plan was not frozen.

    Examples
    --------
    See ``examples/02_honest/plot_registered.py``.
    """
    places = Places.of(path)
    told: list[Change] = []
    records = None
    try:
        records = read_looks(places)
    except (OSError, ValueError) as error:
        told.append(_of_error(error, places.log))
    try:
        frozen = read_frozen(places)
    except ValueError as error:
        return [*told, _of_error(error, places.sealed)]
    if records is None:
        return told + _unsealed_changes(frozen, places)
    seal = seal_of(records, places)
    if seal is None:
        told.append(Change(places.log.name, f"has no line that {places.plan.name} was frozen"))
    elif seal != frozen.seal:
        # What it names need not be what the plan named.
        return [*told, Change(places.sealed.name, "changed since the plan was sealed")]
    for file, sha256 in closed_files(records, places).items():
        if not file.exists():
            told.append(Change(file.name, "missing"))
        elif sha256_of_file(file) != sha256:
            told.append(Change(file.name, "changed since it was written"))
    return told + changes_since(frozen, places)


def changes_since(frozen: FrozenPlan, places: Places) -> list[Change]:
    """Data, code and versions that are others than those sealed."""
    return changes(frozen.content, seals_now(frozen.content, places.plan))


def _unsealed_changes(frozen, places):
    """The same where the log does not say what the seal is: the file may be any."""
    try:
        return changes_since(frozen, places)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        return [Change(places.sealed.name, f"no whole plan ({error!r})")]


def _of_error(error, path):
    """The message of an error that begins with a path, as a change."""
    where, _, what = str(error).removeprefix(f"{path.parent}/").partition(": ")
    return Change(where, what) if what else Change(path.name, str(error))
