"""A study as somebody writes it, in TOML: read, checked, completed with every default, and written down."""

from __future__ import annotations

import datetime
import difflib
import inspect
import keyword
import math
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from skquake import io
from skquake._core._atomic import write_atomically
from skquake.baselines._make import BASELINES
from skquake.catalogs import MatchedControls, RandomControls
from skquake.model_selection import (
    LeaveOneYearOut,
    PurgedGroupKFold,
    PurgedTimeSeriesSplit,
    SpatialBlockKFold,
)
from skquake.sampling import make_samples
from skquake.sources._remote_url import is_url, public_url

CONTROLS: dict[str, Callable[..., Any]] = {"matched": MatchedControls, "random": RandomControls}
SPLITS: dict[str, Callable[..., Any]] = {
    "time": PurgedTimeSeriesSplit,
    "pairs": PurgedGroupKFold,
    "space": SpatialBlockKFold,
    "years": LeaveOneYearOut,
}
NETWORKS = ("seqnetquake", "safenet", "seqnetquake-published", "safenet-published")
NULLS = ("rotate", "shift-longitude", "shuffle-times", "other-place")
KEEP = ("time", "latitude", "longitude", "depth_km", "magnitude")
FOUND = "found"  # table that holds what `skquake score` found; left out when a study is read
# Given by the study itself, so that no table may.
_GIVEN = {"avoid", "random_state", "source", "catalog", "controls", "exclude", "kp", "title"}
_OF_MODELS = {"name", "random_state", "n_jobs", "source", "length", "context", "background", "channels"}
_REQUIRED = object()


class _Key(NamedTuple):
    """What a key may hold: a test, what it asks for in words, and the default."""

    test: Callable[[Any], bool]
    words: str
    default: Any = _REQUIRED


def _is_text(value):
    return isinstance(value, str) and value != ""


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value):
    return type(value) is int and value >= 0


def _are_texts(value):
    return _is_text(value) or (isinstance(value, list) and len(value) > 0 and all(map(_is_text, value)))


def _is_plain(value):
    """Whether Python writes it as it reads it."""
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return isinstance(value, str | bool) or _is_number(value)


def _is_moment(value):
    return isinstance(value, datetime.date) or _is_number(value)


def _one_of(*names, default=_REQUIRED):
    return _Key(
        lambda value: isinstance(value, str) and value in names, f"one of {', '.join(names)}", default
    )


def _some_of(*names, default):
    def test(value):
        return isinstance(value, list) and len(value) > 0 and all(each in names for each in value)

    return _Key(test, f"a list of some of {', '.join(names)}", default)


def _is_reader(value):
    return _is_text(value) and value in io.__all__ and value.startswith("read_")


def _are_named(value):
    return isinstance(value, dict) and all(
        key.isidentifier() and not keyword.iskeyword(key) and _is_plain(item) for key, item in value.items()
    )


_FILES = _Key(_are_texts, "a path, pattern or list of these")
_READER = _Key(_is_reader, "a reader of skquake.io, such as read_usgs", None)
_OTHER = _Key(_is_plain, "a number, text, truth value or list")
_WORDS = "a table of names and numbers, texts or lists"

SCHEMA: dict[str, dict[str, _Key]] = {
    "": {
        "title": _Key(_is_text, "a text", None),
        "random_state": _Key(_is_whole, "a whole number of at least 0", 0),
    },
    "catalog": {
        "files": _FILES,
        "reader": _READER._replace(default="read_catalog"),
        "options": _Key(_are_named, _WORDS, {}),
        "min_magnitude": _Key(_is_number, "a number", 4.8),
        "decluster": _one_of("gardner-knopoff", "box", "none", default="gardner-knopoff"),
        "keep": _Key(
            lambda value: isinstance(value, dict), "a table of the least and the most of columns", {}
        ),
    },
    "source": {
        "kind": _one_of("track", "map"),
        "files": _FILES,
        "reader": _READER,
        "channels": _Key(_are_texts, "a list of names", None),
        "name": _Key(_is_text, "a name", None),
        "store": _Key(_is_text, "a folder", None),
    },
    "controls": {"kind": _one_of(*CONTROLS, default="matched")},
    "samples": {
        "kp": _FILES._replace(default=None),
        "kp_reader": _READER._replace(default="read_kp"),
    },
    "model": {
        "name": _one_of(*BASELINES, *NETWORKS, default="profile"),
        "length": _Key(lambda value: _is_whole(value) and value > 0, "a whole number of at least 1", None),
        "context": _Key(_is_whole, "a whole number of at least 0", None),
        "background": _one_of("none", "quiet", default="none"),
        "params": _Key(_are_named, _WORDS, {}),
    },
    "split": {"kind": _one_of(*SPLITS, default="time")},
    "nulls": {
        "names": _some_of(*NULLS, default=list(NULLS)),
        "n": _Key(lambda value: _is_whole(value) and value > 0, "a whole number of at least 1", 99),
    },
    "headline": {"score": _one_of("seismic_mcc", "seismic_auc", "event_auc", default="seismic_mcc")},
}


def read_study(path: Path) -> dict[str, Any]:
    """The study of a TOML file, with every default that is not "none".

    Raises
    ------
    FileNotFoundError
        If it is not there.
    ValueError
        For a file that is no TOML, an unknown or missing key, and a value that cannot be.
    """
    try:
        tables = tomllib.loads(path.read_bytes().decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path}: no TOML ({error})") from error
    tables.pop(FOUND, None)
    top = {key: tables.pop(key) for key in list(tables) if key in SCHEMA[""]}
    for name in tables:
        if name not in SCHEMA:
            known = [*SCHEMA[""], *filter(None, SCHEMA)]
            raise ValueError(f"{path}: unknown key {name}; {_hint(name, known)}")
    study = _checked(path, "", top)
    for name in filter(None, SCHEMA):
        table = tables.get(name, {})
        if not isinstance(table, dict):
            raise ValueError(f"{path}: {name} = {table!r}: expected a table, [{name}]")
        study[name] = _checked(path, name, table)
    _check_source(path, study["source"])
    _check_keep(path, study["catalog"]["keep"])
    given = [key for key in study["model"]["params"] if key in _OF_MODELS]
    if given:
        raise ValueError(
            f"{path}: [model] params.{given[0]}: is set elsewhere ([model], [source] or random_state)"
        )
    if study["controls"]["kind"] == "matched":
        for key in ("days", "region"):  # around a control: those of its samples
            if key not in tables.get("controls", {}):
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


def _checked(path, name, table):
    keys, more = SCHEMA[name], _keywords(function_of(name, table))
    values = {}
    for key, value in table.items():
        where = f"{path}: [{name}] {key}" if name else f"{path}: {key}"
        if key not in keys and key not in more:
            raise ValueError(f"{where}: unknown key; {_hint(key, [*keys, *more])}")
        known = keys.get(key, _OTHER)
        if not known.test(value):
            raise ValueError(f"{where} = {_shown(value)}: expected {known.words}")
        values[key] = value
    defaults = {
        key: _REQUIRED if default is inspect.Parameter.empty else default for key, default in more.items()
    }
    defaults |= {key: each.default for key, each in keys.items()}
    for key, default in defaults.items():
        if key in values:
            continue
        if default is _REQUIRED:
            raise ValueError(f"{path}: [{name}] {key} is missing")
        if key in keys or default is not None:
            values[key] = list(default) if isinstance(default, tuple) else default
    return {key: values[key] for key in (*keys, *more) if key in values}


def _keywords(function):
    """Keywords of a function that a study may set, and their defaults."""
    if function is None:
        return {}
    parameters = inspect.signature(function).parameters
    return {key: each.default for key, each in parameters.items() if key not in _GIVEN}


def _check_source(path, source):
    files = [source["files"]] if isinstance(source["files"], str) else source["files"]
    for url in filter(is_url, files):
        if public_url(url) != url:
            raise ValueError(
                f"{path}: [source] files: {public_url(url)} with a user, a password or a query, which would "
                "be kept in what is written; leave them out, and give credentials in the environment"
            )
        if len(files) > 1 or isinstance(source["files"], list) or source["reader"] or source["store"]:
            raise ValueError(
                f"{path}: [source] files: {url} is a source of its own, without a reader, a store or "
                "other files"
            )
    if source["kind"] == "map":
        for key in ("channels", "store"):
            if source[key] is not None:
                raise ValueError(f'{path}: [source] {key}: is for kind = "track"')


def _check_keep(path, keep):
    for column, limits in keep.items():
        where = f"{path}: [catalog] keep.{column}"
        if column not in KEEP:
            raise ValueError(f"{where}: unknown key; {_hint(column, KEEP)}")
        test = (lambda v: isinstance(v, datetime.date)) if column == "time" else _is_number
        if not isinstance(limits, list) or len(limits) != 2 or not all(map(test, limits)):
            kind = "dates" if column == "time" else "numbers"
            raise ValueError(f"{where} = {_shown(limits)}: expected two {kind}, the least and the most")


def _hint(key, known):
    close = difflib.get_close_matches(key, known, 1)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(known))}"


def _shown(value):
    return str(value) if isinstance(value, datetime.date) else repr(value)


def _without_none(value):
    if isinstance(value, Mapping):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return value
