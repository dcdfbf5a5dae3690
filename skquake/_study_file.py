"""A study as somebody writes it, in TOML: read, checked, completed with every default, and written down."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from skquake._core._atomic import write_atomically
from skquake._core._toml_tables import (
    COUNT,
    NAME,
    NAMES,
    TEXT,
    WHOLE,
    Key,
    expect,
    is_number,
    one_of,
    read_tables,
)
from skquake.baselines._make import BASELINES
from skquake.model_selection import (
    LeaveOneYearOut,
    PurgedGroupKFold,
    PurgedTimeSeriesSplit,
    SpatialBlockKFold,
)
from skquake.registration._plan_text import CATALOG, CONTROLS, NULLS, READER, SOME_NULLS, keywords_of
from skquake.sampling import make_samples
from skquake.sources._remote_url import is_url, public_url

SPLITS: dict[str, Callable[..., Any]] = {
    "time": PurgedTimeSeriesSplit,
    "pairs": PurgedGroupKFold,
    "space": SpatialBlockKFold,
    "years": LeaveOneYearOut,
}
NETWORKS = ("seqnetquake", "safenet", "seqnetquake-published", "safenet-published")
FOUND = "found"  # table that holds what `skquake score` found; left out when a study is read
# Given by the study itself, so that no table may.
_GIVEN = {"avoid", "random_state", "source", "catalog", "controls", "exclude", "kp", "title"}
_OF_MODELS = {"name", "random_state", "n_jobs", "source", "length", "context", "background", "channels"}


def _is_plain(value):
    """Whether Python writes it as it reads it."""
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return isinstance(value, str | bool) or is_number(value)


def _are_named(value):
    return isinstance(value, dict) and all(
        key.isidentifier() and not keyword.iskeyword(key) and _is_plain(item) for key, item in value.items()
    )


_NAMED = expect(_are_named, "a table of names and numbers, texts or lists")
_OTHER = expect(_is_plain, "a number, text, truth value or list")

SCHEMA: dict[str, dict[str, Key]] = {
    "": {"title": Key(TEXT, None), "random_state": Key(WHOLE, 0)},
    "catalog": CATALOG | {"reader": Key(READER, "read_catalog"), "options": Key(_NAMED, {})},
    "source": {
        "kind": Key(one_of("track", "map")),
        "files": Key(NAMES),
        "reader": Key(READER, None),
        "channels": Key(NAMES, None),
        "name": Key(NAME, None),
        "store": Key(NAME, None),
    },
    "controls": {"kind": Key(one_of(*CONTROLS), "matched")},
    "samples": {"kp": Key(NAMES, None), "kp_reader": Key(READER, "read_kp")},
    "model": {
        "name": Key(one_of(*BASELINES, *NETWORKS), "profile"),
        "length": Key(COUNT, None),
        "context": Key(WHOLE, None),
        "background": Key(one_of("none", "quiet"), "none"),
        "params": Key(_NAMED, {}),
    },
    "split": {"kind": Key(one_of(*SPLITS), "time")},
    "nulls": {"names": Key(SOME_NULLS, list(NULLS)), "n": Key(COUNT, 99)},
    "headline": {"score": Key(one_of("seismic_mcc", "seismic_auc", "event_auc"), "seismic_mcc")},
}


def read_study(path: Path) -> dict[str, Any]:
    """The study of a TOML file, with every default that is not "none".

    Raises
    ------
    FileNotFoundError
        If it is not there.
    ValueError
        For a file that is no TOML, an unknown or missing key, and a value that cannot be, with its line.
    """
    written: set[str] = set()  # in [controls]

    def more(name: str, table: Mapping[str, Any]) -> dict[str, Any]:
        if name == "controls":
            written.update(table)
        return keywords_of(function_of(name, table), _GIVEN)

    study = read_tables(path, SCHEMA, more=more, other=_OTHER, ignored=[FOUND])
    _check_source(path, study["source"])
    given = [key for key in study["model"]["params"] if key in _OF_MODELS]
    if given:
        raise ValueError(
            f"{path}: [model] params.{given[0]}: is set elsewhere ([model], [source] or random_state)"
        )
    if study["controls"]["kind"] == "matched":
        for key in ("days", "region"):  # around a control: those of its samples
            if key not in written:
                study["controls"][key] = study["samples"][key]
    return study


def write_study(path: Path, study: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Write a study with all its settings, and what was found; whole or not at all."""
    import tomli_w

    text = tomli_w.dumps(_without_none(study) | {FOUND: _without_none(found)})
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def function_of(name: str, table: Mapping[str, Any]) -> Callable[..., Any] | None:
    """The function whose keywords a table may hold besides its own keys."""
    if name in ("controls", "split"):
        kinds, kind = (
            (CONTROLS if name == "controls" else SPLITS),
            table.get("kind", SCHEMA[name]["kind"].default),
        )
        return kinds.get(kind) if isinstance(kind, str) else None
    return make_samples if name == "samples" else None


def _check_source(path, source):
    for url in filter(is_url, source["files"]):
        if public_url(url) != url:
            raise ValueError(
                f"{path}: [source] files: {public_url(url)} with a user, a password or a query, which would "
                "be kept in what is written; leave them out, and give credentials in the environment"
            )
        if len(source["files"]) > 1 or source["reader"] or source["store"]:
            raise ValueError(
                f"{path}: [source] files: {url} is a source of its own, without a reader, a store or "
                "other files"
            )
    if source["kind"] == "map":
        for key in ("channels", "store"):
            if source[key] is not None:
                raise ValueError(f'{path}: [source] {key}: is for kind = "track"')


def _without_none(value):
    if isinstance(value, Mapping):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return value
