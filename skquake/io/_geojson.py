"""Events as features of a GeoJSON collection."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from skquake.io._files import FormatError

T = TypeVar("T")

_MAX_TOKENS = 5_000_000  # 50 times the events that a service gives at once
_ODD = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError)


def read_features(data: bytes, path: Path, row_of: Callable[[Any], T]) -> list[T]:
    """What ``row_of`` makes of each feature of a FeatureCollection; at least one.

    Raises
    ------
    FormatError
        For what is no whole collection of features, for one that does not have as many as it says, and for
        a feature that ``row_of`` cannot make anything of; it may raise what a strange value leads to.
    """
    n = sum(map(data.count, (b"{", b"[", b",")))
    if n > _MAX_TOKENS:
        raise FormatError(path, "GeoJSON", f"{n} values; at most {_MAX_TOKENS} are read: split the file")
    try:
        collection = json.loads(data)
        features = collection["features"]
        count = (collection.get("metadata") or {}).get("count", len(features))
    except (*_ODD, RecursionError) as error:
        raise FormatError(path, "GeoJSON", f"expected a whole FeatureCollection ({error})") from error
    if not isinstance(features, list) or not features:
        raise FormatError(path, "GeoJSON", "no features")
    if count != len(features):
        what = f"metadata.count says {count}, the file holds {len(features)} features"
        raise FormatError(path, "GeoJSON", what)
    rows = []
    for k, feature in enumerate(features):
        try:
            rows.append(row_of(feature))
        except _ODD as error:
            what = f"not an event ({type(error).__name__}: {error})"
            raise FormatError(path, f"feature {k}", what) from error
    return rows
