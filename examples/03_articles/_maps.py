"""
Maps of electron content in a folder of a user
==============================================
"""

from skquake.io import read_ionex


def read_maps(folder):
    """Maps of one analysis centre: the IONEX files of the fullest folder within."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    if not files:
        raise FileNotFoundError(f"{folder}: no IONEX file in it")
    fullest = max(sorted({path.parent for path in files}), key=[path.parent for path in files].count)
    return read_ionex(sorted(path for path in files if path.parent == fullest), verbose=1)
