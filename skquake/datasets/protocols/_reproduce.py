"""Published protocols by name, and what they find where no earthquake has an effect."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import time
import warnings
from collections.abc import Iterator
from numbers import Integral
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from skquake._core._progress import progress
from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._typing import RandomState
from skquake._core._versions import versions
from skquake.datasets.protocols._protocol import SCALES, Outcome, Protocol
from skquake.datasets.protocols._reproduction import Reproduction

PACKAGE = "skquake.datasets.protocols"


def list_protocols(folder: str | Path | None = None) -> dict[str, Protocol]:
    """Published protocols by name.

    Parameters
    ----------
    folder : path, default=None
        Of protocol files of your own, which stand beside those of the package. Each is a module, run when it
        is listed, with a `Protocol` named ``PROTOCOL``; files whose names begin with an underscore are left
        out.

    Returns
    -------
    dict of {str: Protocol}

    Raises
    ------
    ValueError
        For a file without a ``PROTOCOL``, or two of one name.

    Examples
    --------
    >>> from skquake.datasets.protocols import list_protocols
    >>> sorted(list_protocols())
    ['brightness-temperature', 'ed-lstme', 'rst-tec', 'safenet', 'seqnetquake', 'sip-images', 'swarm-epochs',
     'tec-counts']
    """
    found: dict[str, Protocol] = {}
    for where, module in _modules(folder):
        protocol = getattr(module, "PROTOCOL", None)
        if not isinstance(protocol, Protocol):
            raise ValueError(f"{where}: no Protocol named PROTOCOL; a protocol's file holds one")
        if protocol.name in found:
            raise ValueError(f"{where}: a protocol named {protocol.name!r} is there already; rename one")
        found[protocol.name] = protocol
    return found


@validate_params(
    {
        "name": [str, Protocol],
        "scale": [StrOptions(set(SCALES))],
        "n_worlds": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        "folder": [str, Path, None],
    },
    prefer_skip_nested_validation=True,
)
def reproduce(
    name: str | Protocol,
    *,
    scale: str = "quick",
    n_worlds: int = 1,
    random_state: RandomState = 0,
    folder: str | Path | None = None,
    verbose: int = 0,
    **settings: Any,
) -> Reproduction:
    """Carry out a published protocol, and an honest one, in worlds without any effect of an earthquake.

    Whatever the published protocol finds there comes from its design.

    Parameters
    ----------
    name : str or Protocol
        Of `list_protocols`.
    scale : {"quick", "full"}, default="quick"
        "quick": a small world, and a quick model where the article has a network; tens of seconds. "full":
        the article's model and as much of its span as can be simulated; hours where it has a network.
    n_worlds : int, default=1
        Several give a spread.
    random_state : int, RandomState instance or None, default=0
        Of the worlds, the controls and the models. From an int the worlds have the seeds ``random_state``,
        ``random_state + 1``, ...
    folder : path, default=None
        Of protocols of your own, as `list_protocols` takes it.
    verbose : int, default=0
        Positive shows a progress bar over the worlds.
    **settings
        Of the scale, to be changed, as ``list_protocols()[name].scales[scale]`` lists them.

    Returns
    -------
    Reproduction

    Raises
    ------
    ValueError
        For an unknown name or setting.

    Examples
    --------
    >>> from skquake.datasets.protocols import reproduce
    >>> print(reproduce("swarm-epochs", random_state=0, years=1, n_random=5, n_nulls=9))
    swarm-epochs: largest concentration of anomalies, times that of random ones (chance 1), ...
      published                        not known here
      here, by the published protocol  ...
      here, honestly                   ...
      inflation                        ...
    """
    protocol = name if isinstance(name, Protocol) else _named(name, list_protocols(folder))
    defaults = dict(protocol.scales[scale])
    unknown = sorted(set(settings) - set(defaults))
    if unknown:
        raise ValueError(
            f"{protocol.name} has no setting {unknown[0]!r}; there are {', '.join(defaults) or 'none'}"
        )
    chosen = defaults | settings
    rows = [
        _one_world(protocol, seed, chosen)
        for seed in progress(
            _seeds(random_state, n_worlds), desc=protocol.name, verbose=verbose, unit="world"
        )
    ]
    return Reproduction(protocol, scale, pd.DataFrame(rows), versions())


def _one_world(protocol: Protocol, seed: int, settings: dict[str, Any]) -> dict[str, Any]:
    start = time.process_time()
    with warnings.catch_warnings():
        # How few events there are, and that controls differ, is what is being shown.
        warnings.filterwarnings("ignore", category=UserWarning, module="skquake")
        world = protocol.make_world(seed, **settings)
        outcomes = {
            "as_published": protocol.score_as_published(world, seed, **settings),
            "honest": protocol.score_honestly(world, seed, **settings),
        }
    row: dict[str, Any] = {"seed": seed}
    for name, outcome in outcomes.items():
        row |= {name: float(outcome.value), f"p_{name}": float(outcome.p), f"n_{name}": int(outcome.n)}
    row |= {"inflation": row["as_published"] - row["honest"], "seconds": time.process_time() - start}
    return row | _details(outcomes)


def _details(outcomes: dict[str, Outcome]) -> dict[str, float]:
    return {
        f"{name}: {what}": float(number)
        for name, outcome in outcomes.items()
        for what, number in outcome.details.items()
    }


def _seeds(random_state: RandomState, n: int) -> list[int]:
    if isinstance(random_state, Integral):
        return [int(random_state) + k for k in range(n)]
    return [int(seed) for seed in check_random_state(random_state).randint(np.iinfo(np.int32).max, size=n)]


def _named(name: str, known: dict[str, Protocol]) -> Protocol:
    if name not in known:
        raise ValueError(f"no protocol is named {name!r}; there are {', '.join(sorted(known))}")
    return known[name]


def _modules(folder: str | Path | None) -> Iterator[tuple[str, ModuleType]]:
    """Modules of protocols, with what to call them in an error."""
    package = importlib.import_module(PACKAGE)
    for entry in pkgutil.iter_modules(package.__path__):
        if not entry.name.startswith("_"):
            yield entry.name, importlib.import_module(f"{PACKAGE}.{entry.name}")
    if folder is None:
        return
    files = sorted(Path(folder).expanduser().glob("[!_]*.py"))
    if not files:
        raise ValueError(f"{folder}: no protocol file (*.py) is there")
    for path in files:
        spec = importlib.util.spec_from_file_location(f"skquake_protocol_{path.stem}", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield str(path), module
