"""What files are and hold: one description a file."""

from __future__ import annotations

import functools
import os
import stat
import warnings
from dataclasses import dataclass, field
from numbers import Integral
from pathlib import Path
from typing import Any

import pandas as pd

from skquake._core._paths import HEADER, expand_paths, files_below, why_no_data
from skquake._core._progress import progress
from skquake._core._sklearn import validate_params
from skquake._core._typing import Path as PathLike
from skquake._core._typing import Paths
from skquake.io._beginning import Beginning
from skquake.io._each_file import each_file
from skquake.io._files import FormatError, kind_of
from skquake.io._formats import format_of
from skquake.io._other_kinds import seems
from skquake.io._summary import Summary, duration, in_words, summarise


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FileDescription(Summary):
    """What a file is, what it holds, and which reader takes it.

    Attributes
    ----------
    path : Path
    status : {"read", "recognised", "failed", "unknown", "no data"}
        Whether its reader took it whole; only its beginning was looked at; its reader refused it; no reader
        takes it; or it is a header, a list of checksums or a note.
    title : str
        What it is, in words.
    format : str or None
        Name of its format (see :func:`file_formats`).
    kind : {"catalog", "index", "track", "map", "series"} or None
    reader, source : str or None
        The function of ``skquake.io`` that takes it, and the class of ``skquake.sources`` that holds the
        result; ``source`` is None for catalogs and indices.
    size : int
        Bytes of the file.
    n_rows : int or None
        Rows of the table, maps, or earthquakes; None where it was not read.
    shape : tuple of int
        Of maps, without time: latitudes, longitudes.
    start, end : Timestamp or None
        First and last time (UTC).
    cadence : Timedelta or None
        The median step of time; None for catalogs.
    n_gaps, longest_gap : int, Timedelta, or None
        Steps longer than 1.5 cadences, on a track 5; None for catalogs.
    columns : dict of {str: str}
        Name -> unit, "" where there is none.
    missing : dict of {str: float}
        Share of missing values of columns that have any.
    flags : dict of {str: dict of {str: int}}
        How often each value of a flag or word occurs.
    notes : dict
        Origin, versions, and what the reader left out.
    problem : str
        Why it was not read, and what to do; "" where it was.
    warnings : list of str
        What the reader warned of.
    """

    path: Path
    status: str
    title: str
    format: str | None = None
    kind: str | None = None
    reader: str | None = None
    source: str | None = None
    size: int = 0
    problem: str = ""
    warnings: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        lines = self.lines()
        width = max(len(name) for name, _ in lines)
        return "\n".join([str(self.path), *(f"    {name:<{width}}  {text}" for name, text in lines)])

    def lines(self) -> list[tuple[str, str]]:
        """Pairs of a word and what there is to say."""
        told = [("is", self.title)]
        if self.reader:
            into = f" -> {self.source}" if self.source else ""
            told.append(("reader", f"skquake.io.{self.reader}{into}"))
        if self.problem:
            told.append(("not read" if self.status != "no data" else "note", self.problem))
        if self.n_rows is not None:
            told += _content(self)
        told += [("warning", text) for text in self.warnings]
        return told


def _content(described):
    yield "holds", amount(described.n_rows, described)
    if described.start is not None:
        yield "span", span_in_words(described)
    columns = named_columns(described)
    yield "columns", ", ".join(columns[:30]) + f", ... ({len(columns)} in all)" * (len(columns) > 30)
    if described.missing:
        worst = sorted(described.missing.items(), key=lambda item: -item[1])
        text = ", ".join(f"{name} {percent(share)}" for name, share in worst[:8])
        yield "missing", text + f", {len(worst) - 8} others" * (len(worst) > 8)
    for name, counts in described.flags.items():
        yield "flag", f"{name}: {in_words(counts)}"
    for name, value in described.notes.items():
        yield name.replace("_", " "), in_words(value)


def amount(n: int, described: FileDescription) -> str:
    """``n`` of what a file holds, in words: ``12 maps of 71 x 73``."""
    things = {"catalog": "earthquakes", "map": "maps"}.get(described.kind or "", "rows")
    return f"{n:,} {things}" + f" of {' x '.join(map(str, described.shape))}" * bool(described.shape)


def named_columns(described: FileDescription) -> list[str]:
    """Names of the columns, with their units."""
    return [f"{name} [{unit}]" if unit else name for name, unit in described.columns.items()]


def percent(share: float) -> str:
    """A share that is not 0: never rounded to 0 % or, unless it is all, to 100 %."""
    if share < 1e-3:
        return "< 0.1 %"
    return f"{100 * share:.3g} %" if share == 1 or share < 0.999 else "> 99.9 %"


def span_in_words(described: FileDescription) -> str:
    """First and last time, cadence and gaps."""
    start, end = (f"{time:%Y-%m-%dT%H:%M:%S}" for time in (described.start, described.end))
    text = start if start == end else f"{start} ... {end}"
    if described.cadence is not None:
        text += f", every {duration(described.cadence)}"
    if described.n_gaps:
        text += f", {described.n_gaps:,} gap{'s' * (described.n_gaps > 1)}"
        text += f" (the longest {duration(described.longest_gap)})" if described.longest_gap else ""
    elif described.n_gaps == 0 and described.cadence is not None:
        text += ", no gap"
    return text


@validate_params(
    {"content": ["boolean"], "isolate": ["boolean"]},
    prefer_skip_nested_validation=True,
)
def describe(
    path: PathLike, *, content: bool = True, isolate: bool = False, **options: Any
) -> FileDescription:
    """What a file is, what it holds, and which reader takes it.

    Its content decides, not its name. Nothing that is wrong with a file is an error here: ``status`` and
    ``problem`` say it.

    Parameters
    ----------
    path : path-like
        One file; ``.gz``, ``.Z`` and ``.zip`` are looked into.
    content : bool, default=True
        Whether to read it all; False looks only at its beginning and leaves span, rows and columns empty.
    isolate : bool, default=False
        Look into it in a child process, so that a damaged file that makes a C library crash, hang or fill the
        memory (60 s and 2 GiB) is told as "failed" and ends the child alone. Starting it takes seconds.
    **options
        For its reader.

    Returns
    -------
    FileDescription
        Prints as a few lines.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    IsADirectoryError
        For a folder: see :func:`describe_files`.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import describe
    >>> path = pathlib.Path(tempfile.mkdtemp(), "stations.csv")
    >>> _ = path.write_text(
    ...     "time,LHAS\\n2016-12-01 00:00,3\\n2016-12-01 00:15,\\n2016-12-01 00:30,3\\n2016-12-01 02:00,3\\n")
    >>> file = describe(path)
    >>> file.reader, file.n_rows, file.n_gaps
    ('read_station_vtec', 4, 1)
    >>> print(*(f"{name}: {text}" for name, text in file.lines()[2:5]), sep="\\n")
    holds: 4 rows
    span: 2016-12-01T00:00:00 ... 2016-12-01T02:00:00, every 15 min, 1 gap (the longest 90 min)
    columns: LHAS [TECU]
    """
    path = Path(os.path.expanduser(os.fspath(path)))
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder; describe_files tells of all its files")
    if not os.path.lexists(path):
        raise FileNotFoundError(f"no file {str(path)!r}")
    return next(_described([path], content, isolate, None, options))


def look_at(
    path: Path, content: bool = True, options: dict[str, Any] | None = None
) -> tuple[FileDescription, Any]:
    """Description of a file, and what its reader returned (None where it was not read); never an error."""
    size = 0

    def told(status, title, **more):
        return FileDescription(path=path, status=status, title=title, size=size, **more)

    try:
        facts = path.stat()
        size = facts.st_size
        if not stat.S_ISREG(facts.st_mode):
            nothing = "nothing can be read of it"
            return told("unknown", "no regular file (a pipe or a device)", problem=nothing), None
        no_data = why_no_data(path)
        if no_data is not None:
            return told("no data", **_without_data(no_data)), None
        beginning = Beginning(path)
        found = format_of(beginning)
    except OSError as error:
        return told("unknown", "cannot be opened", problem=error.strerror or str(error)), None
    except (MemoryError, ValueError, RuntimeError) as error:
        return told("unknown", "cannot be recognised", problem=f"{type(error).__name__}: {error}"), None
    if found is None:
        return told(**_unknown(beginning)), None
    said = _known(found)
    if not content:
        return told("recognised", **said), None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            data = found.function(path, **(options or {}))
            summary = summarise(data, found.kind)
        except KeyboardInterrupt:
            raise
        except MemoryError:
            return told("failed", **said, problem="too large for the memory there is"), None
        except Exception as error:  # whatever a file leads a reader to is told, with its kind
            return told("failed", **said, problem=problem_of(error, path)), None
    texts = list(dict.fromkeys(without_path(str(each.message), path) for each in caught))
    return told("read", **said, **vars(summary), warnings=texts), data


def _known(found):
    """What a description says of a format."""
    return {
        "title": found.title, "format": found.name, "kind": found.kind, "reader": found.reader,
        "source": found.source,
    }  # fmt: skip


def _unknown(beginning):
    """What a description says of a file of no known format."""
    if beginning.problem:
        what = "damaged" if beginning.data.strip() or beginning.packed else "empty"
        return {"status": "unknown", "title": what, "problem": beginning.problem}
    if kind_of(beginning.data) == HEADER:
        return {"status": "no data"} | _without_data(HEADER)
    what, cure = seems(beginning)
    problem = "no reader here takes it" + (f"; {cure}" if cure else "")
    return {"status": "unknown", "title": what, "problem": problem}


def _without_data(what):
    title, _, problem = what.partition(", which ")
    return {"title": title, "problem": problem}


def problem_of(error: BaseException, path: Path) -> str:
    """The text of an error without the path, in one line."""
    text = without_path(" ".join(str(error).split()), path)
    if isinstance(error, FormatError | ImportError | OSError):
        return text
    return f"{type(error).__name__}: {text}"


def without_path(text: str, path: Path) -> str:
    """A text that begins with a path, without it."""
    return text.removeprefix(str(path)).lstrip(",: ") or text


def _all_below(but, folder):
    data, others = files_below(folder, but)
    return sorted([*data, *others])


def find_files(paths: Paths, but: Path | None = None) -> tuple[list[Path], list[Path]]:
    """All files of paths, folders and patterns that are there, and those of ``paths`` that are not.

    The folder ``but`` is not looked into, where it lies in another.
    """
    entries = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    files: dict[Path, None] = {}
    absent: list[Path] = []
    for entry in entries:
        try:
            found = expand_paths(entry, functools.partial(_all_below, but))
        except FileNotFoundError:
            absent.append(Path(entry))
            continue
        files |= dict.fromkeys(found)
    return list(files), absent


def describe_all(
    files: list[Path],
    *,
    content: bool = True,
    isolate: bool = False,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> list[FileDescription]:
    """Descriptions of files, in their order."""
    results = _described(files, content, isolate, n_jobs)
    return list(progress(results, desc="describe", verbose=verbose, total=len(files), unit="file"))


def _described(files, content, isolate, n_jobs, options=None):
    calls = ((file, content, options) for file in files)
    return each_file(_describe, calls, _killed, isolate=isolate, n_jobs=n_jobs)


def _describe(file, content, options):
    return look_at(file, content, options)[0]


def _killed(file, error):
    """The description of a file that ended the child process that looked into it."""
    beginning = Beginning(file, deep=False)
    found = format_of(beginning)
    said = _known(found) if found else {"title": kind_of(beginning.data) or "no known format"}
    size, problem = file.stat().st_size, problem_of(error, file)
    return FileDescription(path=file, status="failed", size=size, problem=problem, **said)


@validate_params(
    {"content": ["boolean"], "isolate": ["boolean"], "n_jobs": [Integral, None], "verbose": ["verbose"]},
    prefer_skip_nested_validation=True,
)
def describe_files(
    paths: Paths,
    *,
    content: bool = True,
    isolate: bool = False,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> pd.DataFrame:
    """What the files of a folder are and hold, one a row.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        Folders are looked into, and the folders in them.
    content : bool, default=True
        Whether to read each file whole; False looks only at its beginning.
    isolate : bool, default=False
        Look into the files in a child process, so that a damaged one that makes a C library crash, hang or
        fill the memory (60 s and 2 GiB for a file) is told as "failed", and the others are looked into all
        the same. Starting the child takes seconds, at the beginning and after each such file.
    n_jobs : int or None, default=None
        Files at a time, each in a process; None is 1, -1 all cores. Results do not depend on it.
    verbose : int, default=0
        Positive shows a progress bar.

    Returns
    -------
    DataFrame
        Index ``path`` (str); columns ``status``, ``title``, ``format``, ``kind``, ``reader``, ``source``,
        ``size`` (bytes), ``n_rows``, ``start``, ``end``, ``cadence``, ``n_gaps``, ``columns`` (text, with
        units) and ``problem``, as in :class:`FileDescription`. Files that no reader takes have a row, too.

    Raises
    ------
    FileNotFoundError
        For a path that does not exist, or a pattern that matches nothing.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import describe_files
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.csv").write_text("time,LHAS\\n2016-12-01 00:00,31.5\\n2016-12-01 00:15,30.1\\n")
    >>> _ = (folder / "b.pdf").write_text("%PDF-1.4")
    >>> describe_files(folder)[["status", "title"]].reset_index(drop=True)
        status                          title
    0     read  vertical TEC of stations, CSV
    1  unknown                          a PDF
    """
    files, absent = find_files(paths)
    if absent:
        raise FileNotFoundError(f"no file matches {str(absent[0])!r}")
    described = describe_all(files, content=content, isolate=isolate, n_jobs=n_jobs, verbose=verbose)
    plain = (
        "status", "title", "format", "kind", "reader", "source", "size", "n_rows", "start", "end", "cadence",
        "n_gaps",
    )  # fmt: skip
    rows = [
        [*(getattr(each, name) for name in plain), ", ".join(named_columns(each)), each.problem]
        for each in described
    ]
    table = pd.DataFrame(rows, [str(each.path) for each in described], [*plain, "columns", "problem"])
    table = table.astype({"n_rows": "Int64", "n_gaps": "Int64", "cadence": "timedelta64[ns]"})
    for name in ("start", "end"):
        table[name] = pd.to_datetime(table[name])
    return table.rename_axis("path")
