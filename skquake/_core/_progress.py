"""Progress bars that appear only when asked for."""

from __future__ import annotations


def progress(iterable, *, desc, verbose=0, total=None, unit="it"):
    """``iterable`` itself, behind a tqdm bar when ``verbose`` is positive."""
    if not verbose:
        return iterable
    from tqdm.auto import tqdm

    return tqdm(iterable, desc=desc, total=total, unit=unit)


def progress_bar(total, *, desc, verbose=0, unit="it"):
    """A tqdm bar to be updated by hand, silent unless ``verbose`` is positive."""
    from tqdm.auto import tqdm

    return tqdm(total=total, desc=desc, unit=unit, disable=not verbose)
