"""Progress bars that appear only when asked for."""

from __future__ import annotations

import sys
import warnings


def progress(iterable, *, desc, verbose=0, total=None, unit="it"):
    """``iterable`` itself, behind a tqdm bar when ``verbose`` is positive."""
    if not verbose:
        return iterable
    return _tqdm()(iterable, desc=desc, total=total, unit=unit)


def progress_bar(total, *, desc, verbose=0, unit="it"):
    """A tqdm bar to be updated by hand, silent unless ``verbose`` is positive."""
    return _tqdm()(total=total, desc=desc, unit=unit, disable=not verbose)


def quiet_tqdm():
    """Load tqdm's bars; a notebook without ipywidgets gets those of text, without tqdm's warning of it.

    Libraries that load them too (Optuna) warn no more afterwards.
    """
    if "tqdm.auto" not in sys.modules:
        from tqdm import TqdmWarning

        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="IProgress not found", category=TqdmWarning)
            import tqdm.auto  # noqa: F401


def _tqdm():
    quiet_tqdm()
    from tqdm.auto import tqdm

    return tqdm
