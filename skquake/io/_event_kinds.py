"""Kinds of seismic events: the words and codes of catalogs, as QuakeML's words."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa

from skquake._core._typing import Array

UNKNOWN = "not reported"
"""The kind of an event whose catalog says that it does not know it."""

_WORDS = {
    "earthquake": "eq ke se fe de le re quake earthquakes seism tectonic tectonic-earthquake "
    "natural-earthquake local-earthquake regional-earthquake distant-earthquake teleseism "
    "damaging-earthquake felt-earthquake perceptible-earthquake 天然地震 地震",
    UNKNOWN: "uk unknown un-known unreported none n/a",
    "explosion": "ex exp px explosive ep 爆破 爆炸",
    "quarry blast": "qb blast quarry quarry-explosion",
    "mining explosion": "km sm mine-explosion mine-blast",
    "chemical explosion": "kh sh chemical-blast",
    "experimental explosion": "kx sx",
    "nuclear explosion": "kn sn nt nuclear nuclear-test",
    "rock burst": "kr sr rb rockburst",
    "induced or triggered event": "ki si induced induced-event induced-earthquake triggered "
    "induced-or-triggered 诱发地震",
    "mine collapse": "mining-collapse 矿震",
    "collapse": "塌陷",
    "landslide": "ls kl sl slide 滑坡",
    "meteorite": "kc sc meteoritic-event meteor",
    "volcanic eruption": "ve eruption",
    "low-frequency earthquake": "lf lfe low-frequency",
    "anthropogenic event": "artificial artificial-event",
}
_SUSPECTED = {"se", "sr", "si", "sm", "sh", "sx", "sn", "sl", "sc"}
_KINDS = {
    _: kind for kind, names in _WORDS.items() for _ in [kind, *(n.replace("-", " ") for n in names.split())]
}
_KINDS["low frequency earthquake"] = "low-frequency earthquake"


def event_kind(name: str) -> tuple[str, bool]:
    """Kind of one event, and whether it is only suspected.

    Words are compared without regard to capitals, hyphens and underscores; codes are those of the IMS 1.0
    and IASPEI formats (``ke`` known earthquake, ``sm`` suspected mining explosion, ``uk`` unknown ...).
    An event that names none is taken for an earthquake, as by :func:`~skquake.io.read_usgs`; a word that is
    none of these stays as it is, in small letters.

    References
    ----------
    International Seismological Centre, IASPEI Seismic Format (ISF): event types,
    http://www.isc.ac.uk/standards/isf

    Examples
    --------
    >>> from skquake.io._event_kinds import event_kind
    >>> [event_kind(name)[0] for name in ("Earthquake", "ke", "KN", "Quarry_Blast", "sonic boom", "")]
    ['earthquake', 'earthquake', 'nuclear explosion', 'quarry blast', 'sonic boom', 'earthquake']
    """
    word = re.sub(r"[\s_-]+", " ", name).strip().lower()
    if not word:
        return "earthquake", False
    bare = word.removeprefix("suspected ").removeprefix("known ").removeprefix("confirmed ")
    return _KINDS.get(bare, bare), word in _SUSPECTED or word.startswith("suspected ")


def event_kinds(names: Iterable[str], codes: dict[str, str] | None = None) -> tuple[Array, Array]:
    """Kinds of events, and which of them are only suspected; ``codes`` are a catalog's own, by its names."""
    which: Array
    found: Iterable[str]
    if isinstance(names, pa.Array):
        encoded = names.dictionary_encode()
        which, found = encoded.indices.to_numpy(), encoded.dictionary.to_pylist()
    else:
        texts = names if isinstance(names, np.ndarray) else np.array(list(names), dtype=object)
        if len(texts) and texts[0] == texts[-1] and (texts == texts[0]).all():
            which, found = np.zeros(len(texts), dtype=np.intp), texts[:1]
        else:
            which, found = pd.factorize(texts.astype(object))
    known = [event_kind((codes or {}).get(name.strip(), name)) for name in found]
    kinds = np.array([kind for kind, _ in known], dtype=object)
    return kinds[which], np.array([suspected for _, suspected in known], dtype=bool)[which]
