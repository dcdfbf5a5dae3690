"""Any file, by what it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from skquake._core._paths import expand_paths, files_below
from skquake._core._typing import Paths
from skquake.io._folders import common_reader, formats_of, warn_of_unknown
from skquake.io._formats import FORMATS, reader_named
from skquake.io._isolated import Isolated


def read(paths: Paths, *, format: str | None = None, verbose: int = 0, **options: Any) -> Any:
    """Read files of any format that has a reader.

    Their content decides which one reads them, not their names; :func:`describe` says which, and
    :func:`file_formats` lists them.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        Files of one kind. Folders are looked into, and the folders in them; headers (``.HDR``), checksums,
        hidden files and notes (``README``) are passed over.
    format : str or None, default=None
        Name of a format, as in :func:`file_formats`. Of a folder then only the files that its reader takes
        are read; files that are named are given to that reader whatever they seem to be. None recognises it.
    verbose : int, default=0
        Positive shows a progress bar over the files.
    **options
        For the reader: ``types=None`` for catalogs, ``columns=`` for stations, ... Where it has ``isolate``,
        files are recognised in a child process, too.

    Returns
    -------
    DataFrame, Series, DataArray or Dataset
        What the reader returns.

    Raises
    ------
    FormatError
        For a file that no reader takes, with what it seems to be; and all that the reader refuses.
    ValueError
        For files that no single reader takes, with the number of each kind.
    FileNotFoundError
        For a path that does not exist, a pattern that matches nothing, or a folder without data.

    Warns
    -----
    UserWarning
        For files of no known format in a folder, which are left out.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake import io
    >>> path = pathlib.Path(tempfile.mkdtemp(), "download")
    >>> _ = path.write_text("DST2001*15  X220" + "   0" + "".join(f"{-h:4d}" for h in range(24)) + "  -5\\n")
    >>> dst = io.read(path)
    >>> dst.name, float(dst.iloc[-1])
    ('dst', -23.0)
    """
    if format is not None and format not in FORMATS:
        raise ValueError(f"format={format!r}: expected one of {', '.join(FORMATS)}")
    reader = None if format is None else FORMATS[format].reader
    named = expand_paths(paths, lambda folder: [folder])
    files: list[Path] = []
    isolate = bool(options.get("isolate"))
    with Isolated(isolate) as run:
        for path in named:
            files += _in_folder(path, reader, run) if path.is_dir() else [path]
        if reader is None:
            reader = common_reader(formats_of(files, run), deep=not isolate)
    return reader_named(reader)(files, verbose=verbose, **options)


def _in_folder(folder, reader, run):
    inside, others = files_below(folder)
    if not inside:
        more = f", only {len(others)} without data ({others[0].name})" if others else ""
        raise FileNotFoundError(f"{str(folder)!r} holds no data{more}")
    found = formats_of(inside, run)
    known = [file for file, each in found.items() if each is not None and reader in (None, *each.readers)]
    if known:
        warn_of_unknown(folder, found)
    return known or inside
