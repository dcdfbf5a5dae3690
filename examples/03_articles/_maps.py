"""
Maps of electron content in a folder of a user
==============================================
"""

from collections import Counter

from skquake.io import read_ionex


def read_maps(folder):
    """Maps of one analysis centre: the IONEX files of the fullest folder within."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        raise FileNotFoundError(f"{folder}: no IONEX file in it")
    fullest = Counter(path.parent for path in files).most_common(1)[0][0]
    return read_ionex([path for path in files if path.parent == fullest], verbose=1)
