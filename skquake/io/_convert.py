"""Files of any format as Parquet (tables) and NetCDF (maps)."""

from __future__ import annotations

import datetime
import json
import os
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._atomic import write_atomically
from skquake._core._failures import is_full_disk
from skquake._core._locked_file import LockedFile
from skquake._core._progress import progress
from skquake._core._sklearn import validate_params
from skquake._core._typing import Path as PathLike
from skquake._core._typing import Paths
from skquake._core._version import __version__
from skquake.io._beginning import Beginning
from skquake.io._description import find_files, look_at, problem_of
from skquake.io._each_file import each_file
from skquake.io._formats import format_of
from skquake.io._summary import as_frame

_META = b"skquake.file"
_ATTRIBUTE = "skquake_file"
_LOCK = ".skquake.lock"
_ENDS = (".parquet", ".nc")


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Attributes
    ----------
    path : Path
    status : {"written", "there", "failed", "unknown", "no data"}
        "there" is one that an earlier call has written, of the same file.
    output : Path or None
    reader : str or None
    n_rows : int or None
    problem : str
    """

    path: Path
    status: str
    output: Path | None = None
    reader: str | None = None
    n_rows: int | None = None
    problem: str = ""


@validate_params(
    {"isolate": ["boolean"], "n_jobs": [Integral, None], "verbose": ["verbose"]},
    prefer_skip_nested_validation=True,
)
def convert_files(
    paths: Paths, folder: PathLike, *, isolate: bool = False, n_jobs: int | None = None, verbose: int = 0
) -> pd.DataFrame:
    """Convert files of any format that has a reader: tables to Parquet, maps to NetCDF.

    Each file becomes one file in ``folder``, in the folders that it lies in and under its name with
    ``.parquet`` or ``.nc`` behind it; it appears whole or not at all. Units, origin and the other ``attrs``
    are kept: ``pandas.read_parquet`` restores them. After an interruption the same call goes on where it
    stopped; a file whose size or time of modification changed, and one that another version of this package
    has written, is made anew. A file that cannot be read does not stop the others.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        Folders are looked into, and the folders in them, but for ``folder`` itself.
    folder : path-like
        Where the results go; made if it is not there.
    isolate : bool, default=False
        Convert in a child process with limits of time and memory, as :func:`describe_files` looks into files.
    n_jobs : int or None, default=None
        Files at a time, each in a process, with the memory that a file needs; None is 1, -1 all cores.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Index ``path`` (str), one row a file; columns ``status`` ("written"; "there" from an earlier call;
        "failed"; "unknown", where no reader takes it; "no data", a header or checksums), ``output``,
        ``reader``, ``n_rows`` (of those that were written now) and ``problem``.

    Raises
    ------
    FileNotFoundError
        For a path that does not exist, or a pattern that matches nothing.
    RuntimeError
        If another process converts to the folder, or worker processes die again and again.
    OSError
        If the disk is full; what is finished stays.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import pandas as pd
    >>> from skquake.io import convert_files
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.csv").write_text("time,LHAS\\n2016-12-01 00:00,31.5\\n2016-12-01 00:15,30.1\\n")
    >>> print(convert_files(folder / "a.csv", folder / "out")["status"].iloc[0])
    written
    >>> vtec = pd.read_parquet(folder / "out" / "a.csv.parquet")
    >>> len(vtec), vtec.attrs["units"]
    (2, {'LHAS': 'TECU'})
    """
    folder = Path(folder).expanduser()
    files, absent = find_files(paths, but=folder)
    if absent:
        raise FileNotFoundError(f"no file matches {str(absent[0])!r}")
    outcomes = convert_all(files, bases_of(paths), folder, isolate, n_jobs, verbose)
    rows = [
        [
            each.status,
            None if each.output is None else str(each.output),
            each.reader,
            each.n_rows,
            each.problem,
        ]
        for each in outcomes
    ]
    columns = ["status", "output", "reader", "n_rows", "problem"]
    table = pd.DataFrame(rows, [str(each.path) for each in outcomes], columns)
    return table.astype({"n_rows": "Int64"}).rename_axis("path")


def bases_of(paths: Paths) -> list[Path]:
    """The folders among the paths."""
    entries = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    folders = (Path(entry).expanduser() for entry in entries)
    return [folder for folder in folders if folder.is_dir()]


def convert_all(
    files: list[Path], bases: list[Path], folder: Path, isolate: bool, n_jobs: int | None, verbose: int
) -> list[Outcome]:
    """Convert files; what became of each, in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = LockedFile(folder / _LOCK)
    try:
        for rest in folder.rglob(".*.tmp"):  # of a run that was killed: nobody else writes here now
            rest.unlink()
        root = _root(files, bases)
        calls = ((file, folder / os.path.relpath(os.path.abspath(file), root)) for file in files)
        kept = f"what is finished is in {folder}, and the same call goes on from there"
        results = each_file(_convert, calls, _killed, isolate=isolate, n_jobs=n_jobs, kept=kept)
        return list(progress(results, desc="convert", verbose=verbose, total=len(files), unit="file"))
    finally:
        lock.close()


def _root(files, bases):
    """The folder below which the results lie as the files do."""
    places = [os.path.abspath(base) for base in bases]
    within = tuple(place + os.sep for place in places)
    places += [os.path.dirname(p) for p in map(os.path.abspath, files) if not p.startswith(within)]
    return os.path.commonpath(places) if places else os.getcwd()


def _convert(file, target):
    """Convert one file to a path without the ending."""
    try:
        made_of = _facts(file)
    except OSError as error:
        return Outcome(file, "unknown", problem=error.strerror or str(error))
    there = next((end for end in _ENDS if _made_of(_with_end(target, end)) == made_of), None)
    if there is not None:
        return Outcome(file, "there", _with_end(target, there), _reader_of(file))
    described, data = look_at(file)
    if described.status != "read":
        return Outcome(file, described.status, None, described.reader, None, described.problem)
    try:
        output = _write(data, target, made_of)
    except (ValueError, TypeError, KeyError, OSError, RuntimeError, OverflowError) as error:
        if is_full_disk(error):
            raise
        what = f"was read, but not written: {problem_of(error, file)}"
        return Outcome(file, "failed", None, described.reader, None, what)
    return Outcome(file, "written", output, described.reader, described.n_rows)


def _killed(file, error):
    return Outcome(file, "failed", problem=problem_of(error, file))


def _facts(file):
    facts = file.stat()
    return {
        "file": file.name, "size": facts.st_size, "mtime_ns": facts.st_mtime_ns, "skquake": __version__
    }  # fmt: skip


def _with_end(target, end):
    return target.with_name(target.name + end)


def _reader_of(file):
    try:
        found = format_of(Beginning(file))
    except OSError:
        return None
    return None if found is None else found.reader


def _made_of(output):
    """What a finished result was made of; None if there is none, or it is damaged."""
    if not output.is_file():
        return None
    try:
        if output.suffix == ".parquet":
            import pyarrow.parquet as pq

            return json.loads((pq.read_schema(output).metadata or {}).get(_META, b"null"))
        import h5py

        with h5py.File(output, "r") as file:
            return json.loads(file.attrs.get(_ATTRIBUTE, "null"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(data, target, made_of):
    target.parent.mkdir(parents=True, exist_ok=True)
    data = as_frame(data)
    if isinstance(data, pd.DataFrame):
        output = _with_end(target, ".parquet")
        write_atomically(output, lambda temporary: _write_table(data, temporary, made_of))
    else:
        output = _with_end(target, ".nc")
        write_atomically(output, lambda temporary: _write_maps(data, temporary, made_of))
    return output


def _write_table(frame, path, made_of):
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame.rename(columns=str))
    kept = {_META: json.dumps(made_of).encode(), b"PANDAS_ATTRS": json.dumps(plain(frame.attrs)).encode()}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **kept})
    pq.write_table(table, path, compression="zstd", write_page_checksum=True)


def _write_maps(maps, path, made_of):
    data = maps.to_dataset(name=maps.name or "value") if not hasattr(maps, "data_vars") else maps.copy()
    for variable in (data, *data.variables.values()):
        variable.attrs = {
            name: value if isinstance(value, str) else json.dumps(value) if _is_nested(value) else value
            for name, value in plain(variable.attrs).items()
            if value is not None
        }
    data.attrs[_ATTRIBUTE] = json.dumps(made_of)
    numbers = [name for name, variable in data.variables.items() if variable.dtype.kind in "iufM"]
    encoding: dict[Any, dict[str, Any]] = {name: {"fletcher32": True} for name in numbers if data[name].ndim}
    for name in encoding:
        if data[name].dtype.kind == "M":
            encoding[name] |= {"units": "nanoseconds since 1970-01-01", "dtype": "int64"}
        elif data[name].ndim > 1:
            encoding[name] |= {"zlib": True, "complevel": 4}
    data.to_netcdf(path, engine="h5netcdf", encoding=encoding)


def _is_nested(value):
    return isinstance(value, dict | list | bool)


def plain(value: Any) -> Any:
    """A value of ``attrs`` as JSON has it; what JSON does not know as its text."""
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        return [plain(item) for item in value]
    if isinstance(value, np.datetime64 | np.timedelta64 | datetime.date):  # Timestamp is a date
        return str(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
