"""One name for each kind of event, whatever a catalog calls it."""

from __future__ import annotations

import re

# QuakeML's word: other words and codes, in lower case. The codes of two letters are those of the IASPEI
# seismic format (first letter k known, s suspected, f felt, d damaging) and of the regional networks.
_NAMES = {
    "earthquake": (
        *("eq", "quake", "earthquakes", "ke", "se", "fe", "de", "le", "re", "tectonic", "teleseism"),
        *("tectonic earthquake", "natural earthquake", "local earthquake", "regional earthquake"),
        *("distant earthquake", "felt earthquake", "damaging earthquake", "known earthquake"),
        *("suspected earthquake", "perceptible earthquake"),
    ),
    "induced or triggered event": (
        *("ki", "si", "induced", "induced earthquake", "induced event", "triggered"),
        *("known induced event", "suspected induced event"),
    ),
    "rock burst": ("kr", "sr", "rb", "rockburst", "known rockburst", "suspected rockburst"),
    "mining explosion": (
        "km",
        "sm",
        "mine explosion",
        "known mining explosion",
        "suspected mining explosion",
    ),
    "chemical explosion": ("kh", "sh", "known chemical explosion", "suspected chemical explosion"),
    "experimental explosion": (
        "kx",
        "sx",
        "known experimental explosion",
        "suspected experimental explosion",
    ),
    "nuclear explosion": (
        "kn",
        "sn",
        "nt",
        "nuclear",
        "known nuclear explosion",
        "suspected nuclear explosion",
    ),
    "quarry blast": ("qb", "quarry", "blast"),
    "explosion": ("ex", "px", "exp"),
    "landslide": ("ls", "slide"),
    "not reported": ("uk", "unknown"),
}
_CANONICAL = {other: name for name, others in _NAMES.items() for other in others}


def event_type(name: str) -> str:
    """The word of QuakeML for a kind of event in any capitals, word or code; other words in lower case.

    An event that names no kind is taken for an earthquake.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    References
    ----------
    International Seismological Centre, IASPEI Seismic Format (ISF): event types, http://www.isc.ac.uk/standards/isf

    Examples
    --------
    >>> from skquake.io._event_types import event_type
    >>> [event_type(name) for name in ("Earthquake", "ke", "KN", "Quarry_Blast", "sonic boom", "")]
    ['earthquake', 'earthquake', 'nuclear explosion', 'quarry blast', 'sonic boom', 'earthquake']
    """
    word = re.sub(r"[\s_-]+", " ", name).strip().lower()
    return _CANONICAL.get(word, word or "earthquake")
