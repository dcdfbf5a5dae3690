"""Progress bars that appear only when asked for."""

from __future__ import annotations


def progress(iterable, *, desc, verbose=0, total=None, unit="it"):
    """``iterable`` itself, behind a tqdm bar when ``verbose`` is positive."""
    if not verbose:
        return iterable
    from tqdm.auto import tqdm

    return tqdm(iterable, desc=desc, total=total, unit=unit)
