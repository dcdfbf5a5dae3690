"""From a folder of daily files to a folder of Parquet files, one a file, resumable."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import pathlib
import pickle
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from skquake._core._engine import Engine
from skquake._core._failures import failure
from skquake._core._identity import identity
from skquake._core._paths import expand_paths, files_below
from skquake._core._progress import progress
from skquake._core._typing import Path, Paths
from skquake._core._validation import check_columns
from skquake.sources._parts_index import NAME as INDEX
from skquake.sources._parts_index import PartsIndex
from skquake.sources._track_io import COORDINATES, arrays_from_frame, choose_channels, tidy, units_of
from skquake.sources._track_parquet import kept_in, write_arrays

_LONGEST = 200  # bytes of the name of an input that the name of its part takes over
_SHOWN = 50  # failures told one by one


class _Made(NamedTuple):
    """What became of one input: what its part holds, or why there is none; and what its reader warned of."""

    kept: dict[str, Any] | None
    error: Exception | None
    warnings: list[str]


def ingest(
    paths: Paths,
    folder: Path,
    read: Callable[..., Any],
    channels: Sequence[str] | None,
    prepare: Callable[..., Any] | None,
    errors: str,
    n_jobs: int | None,
    verbose: int,
) -> None:
    """Write one Parquet file for each input, unless it is there (see ``TrackSource.from_files``)."""
    folder = pathlib.Path(folder).expanduser()
    files = find_inputs(paths, folder)
    made_with = {
        "read": identity(read),
        "prepare": identity(prepare),
        "channels": None if channels is None else list(channels),
    }
    write_parts(_parts_of(files), folder, read, channels, prepare, made_with, errors, n_jobs, verbose)


def write_parts(
    wanted: dict[str, Any],
    folder: pathlib.Path,
    read: Callable[..., Any],
    channels: Sequence[str] | None,
    prepare: Callable[..., Any] | None,
    made_with: dict[str, Any],
    errors: str,
    n_jobs: int | None,
    verbose: int,
    what: str = "from_files",
) -> None:
    """Write one Parquet file for each of some inputs, unless it is there.

    Parameters
    ----------
    wanted : dict of {str: object}
        Inputs by the names of their parts; ``read`` takes them, and their ``name`` tells one from another.
    made_with : dict of {str: object}
        What parts in a folder have in common; others are refused.
    what : str
        Names the work in progress bars.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / INDEX).exists():
        _refuse_others(folder)
    with PartsIndex(folder) as index:
        _write_parts(wanted, folder, index, read, channels, prepare, made_with, errors, n_jobs, verbose, what)


def _write_parts(wanted, folder, index, read, channels, prepare, made_with, errors, n_jobs, verbose, what):
    for file in folder.glob(".*.tmp"):  # of a run that was killed: nobody else writes here now
        file.unlink()
    done, outdated = _standing(folder, index, wanted, made_with)
    first = next(iter(done.values()), None)
    failed = {}
    warned: dict[str, list[pathlib.Path]] = {}
    todo = [item for item in wanted.items() if item[0] not in done]
    make = functools.partial(_make, folder, read, channels, prepare, made_with)
    kept = f"what is finished is in {folder}, and the same call goes on from there"
    with (
        Engine(make, n_jobs, kept) as engine,
        contextlib.closing(engine.run(todo, ordered=True)) as results,
    ):
        shown = progress(results, desc=what, verbose=verbose, total=len(todo), unit="file")
        for (name, file), (_, made) in zip(todo, shown, strict=True):
            for text in made.warnings:
                warned.setdefault(text, []).append(file)
            error = made.error or _difference(made.kept, first)
            if error is None:
                first = first or made.kept
                index.add(folder / name, file.name)
            else:
                failed[file] = error
                if made.error is None:  # it was written, but belongs to another source
                    (folder / name).unlink()
    for part, name in outdated.items():
        if errors == "skip" or name not in {file.name for file in failed}:
            index.remove(part)
    _tell_warnings(warned, len(todo))
    if failed:
        if errors == "skip":
            for name, file in wanted.items():
                if file in failed:  # a part of it can only be a damaged one
                    index.remove(folder / name)
        _tell(failed, len(wanted), errors, what)
    if first is None:
        raise ValueError(f"{folder}: none of the {len(wanted)} files could be read")


def _make(folder, read, channels, prepare, made_with, name, file):
    """Read one input and write its part; errors of the file are returned, others raised."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            frame = read(file)
            origin = str(getattr(frame, "attrs", {}).get("origin", ""))
        except MemoryError:
            raise
        except Exception as error:  # whatever a damaged file leads its reader to
            return _Made(None, _portable(error), [])
    texts = [_about(str(each.message), file) for each in caught]
    frame = frame if prepare is None else _prepared(prepare, frame, file)
    try:
        kept, arrays = _checked(frame, channels, origin)
    except (ValueError, TypeError) as error:
        return _Made(None, _portable(error), texts)
    written = {**kept, "repeats": "last", "file": file.name, "made_with": made_with}
    write_arrays(folder / name, arrays, tuple(kept["channels"]), written)
    return _Made(kept, None, texts)


def _portable(error):
    """The error, or one of its text where it could not come back from another process."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # classes of libraries fail to be pickled in any way
        return RuntimeError(failure(error))
    return error


def _about(text, file):
    """A warning without the name of the file, so that those of many files are one."""
    return text.removeprefix(str(file)).lstrip(",: ") or text


def find_inputs(paths: Paths, output: pathlib.Path) -> list[pathlib.Path]:
    """Files of a path, folder, glob pattern or list of these, in the order given.

    Folders are looked into, and the folders in them, but for ``output`` and what is no data by its name.
    """
    files = expand_paths(paths, lambda folder: files_below(folder, but=output)[0])
    if not files:
        raise FileNotFoundError(f"{paths}: no file there")
    return files


def _parts_of(files):
    """Files by the names of their parts."""
    wanted: dict[str, pathlib.Path] = {}
    for file in files:
        other = wanted.setdefault(_part_name(file), file)
        if other is not file:
            raise ValueError(
                f"{file} and {other} have the same name, size and time of modification, so that their parts "
                "cannot be told apart; rename one, or name one of them if they are the same"
            )
    return wanted


def _part_name(file):
    """A name that changes with the content: of name, size and time of modification."""
    facts = file.stat()
    digest = hashlib.blake2b(f"{file.name}\0{facts.st_size}\0{facts.st_mtime_ns}".encode(), digest_size=6)
    name = file.name.encode()[:_LONGEST].decode(errors="ignore")
    return f"{name}-{digest.hexdigest()}.parquet"


def _refuse_others(folder):
    """Raise if the folder holds Parquet files that ``from_files`` did not write."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for part in sorted(folder.glob("*.parquet")):
        try:
            kept = kept_in(pq.read_schema(part))
        except (pa.ArrowException, OSError):
            continue  # damaged
        if "made_with" not in kept:
            raise ValueError(f"{part}: not written by from_files; give it a folder of its own")


def _standing(folder, index, wanted, made_with):
    """What finished parts hold, by name, and the parts of former states of the inputs."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    done, outdated = {}, {}
    inputs = {file.name for file in wanted.values()}
    index.forget_absent()
    for part in sorted(folder.glob("*.parquet")):
        try:
            kept = kept_in(pq.read_schema(part))
        except (pa.ArrowException, OSError, ValueError):
            if part.name in wanted:
                continue  # damaged since: made again
            raise
        if "made_with" not in kept:
            raise ValueError(f"{part}: not written by from_files; give it a folder of its own")
        other = [name for name, value in made_with.items() if kept["made_with"].get(name) != value]
        if other:
            raise ValueError(
                f"{folder}: was made with another {' and '.join(other)}; give another folder, or delete "
                "this one to make it anew"
            )
        if part.name in wanted:
            if index.holds(part, wanted[part.name].name):
                done[part.name] = kept
        elif kept["file"] in inputs:
            outdated[part] = kept["file"]
        else:
            raise ValueError(
                f"{folder}: holds {kept['file']}, which is not among the {len(wanted)} files of paths; name "
                f"all files of the source, or delete {part.name} if it is to go"
            )
    return done, outdated


def _prepared(prepare, frame, file):
    attrs = dict(getattr(frame, "attrs", {}))
    try:
        frame = prepare(frame)
    except Exception as error:
        error.add_note(f"in prepare, for {file}")
        raise
    if hasattr(frame, "attrs"):
        frame.attrs = {**attrs, **frame.attrs}
    return frame


def _checked(frame, channels, origin):
    """What to keep in the file and the clean, sorted arrays of one input."""
    frame = check_columns(frame, COORDINATES[:3], "track")
    channels = choose_channels(frame, channels, "track")
    arrays = arrays_from_frame(frame, channels, "track")
    n = tidy(arrays, "track")
    arrays = [None if array is None else array[:n] for array in arrays]
    return {"origin": origin, "channels": list(channels), "units": dict(units_of(frame, channels))}, arrays


def _difference(kept, first):
    """Why an input belongs to another source than the first; None if it does not."""
    for name, value in kept.items():
        if first is not None and value != first[name]:
            return ValueError(
                f"{name} {value!r}, in the files before {first[name]!r}: one source holds one satellite "
                "and one kind of data; make a source each"
            )
    return None


def _tell_warnings(warned, n):
    """One warning for all that readers warned of."""
    if not warned:
        return
    lines = [
        f"{len(files)} of {n} files: {text} ({files[0]}{', ...' * (len(files) > 1)})"
        for text, files in list(warned.items())[:_SHOWN]
    ]
    if len(warned) > _SHOWN:
        lines.append(f"... and {len(warned) - _SHOWN} others")
    warnings.warn("the reader warned of\n  " + "\n  ".join(lines), UserWarning, stacklevel=6)


def _tell(failed, n, errors, what):
    things = "files" if what == "from_files" else "parts"
    reasons: dict[str, list[pathlib.Path]] = {}
    for file, error in failed.items():
        reason = f"{type(error).__name__}: {_about(str(error), file)}"
        reasons.setdefault(reason, []).append(file)
    shown, left = [], _SHOWN
    for reason, files in reasons.items():
        if left <= 0:
            break
        if len(files) == 1:
            shown.append(f"{files[0]}: {reason}")
        else:
            names = ", ".join(map(str, files[:left])) + ", ..." * (len(files) > left)
            shown.append(f"{len(files)} files: {reason} ({names})")
        left -= len(files)
    if len(failed) > _SHOWN:
        shown.append(f"... and {len(failed) - _SHOWN} more, to {list(failed)[-1]}")
    text = f"{len(failed)} of {n} {things} could not be used:\n  " + "\n  ".join(shown)
    if errors == "skip":
        warnings.warn(f"{text}\nThe source is without them.", UserWarning, stacklevel=6)
        return
    cause = next(iter(failed.values()))
    if things == "parts":
        raise ValueError(text) from cause
    raise ValueError(
        f"{text}\nAll others are done and will not be read again: mend or remove these and call again, "
        'or leave them out with errors="skip".'
    ) from cause
