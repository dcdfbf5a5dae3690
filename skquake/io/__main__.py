"""``python -m skquake.io PATH...``: what files are and hold, and which reader takes them."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from skquake.io._convert import bases_of, convert_all
from skquake.io._description import describe_all, find_files
from skquake.io._listing import listing as listing_of
from skquake.io._listing import not_read

DESCRIPTION = """\
Say what files are, by their content: format, reader and source of skquake, span, columns, units, gaps, flags
and number of rows. Files that no reader takes are named too, with what they seem to be and what can be done.
Folders are looked into, and the folders in them. Many files of a kind share a line."""

EPILOG = """\
examples
  python -m skquake.io data                     all files of a folder
  python -m skquake.io --all ionex/*.Z          each file for itself
  python -m skquake.io --quick archive          their beginnings alone, for large folders
  python -m skquake.io --isolate downloads      in a child process, which a damaged file may crash
  python -m skquake.io data --to parquet out    tables to Parquet, maps to NetCDF

exit status
  0  every file was read, or holds no data (headers, checksums, notes)
  1  some were not read: they are listed at the end, with the reason
  2  the command was not understood
  130  interrupted; what --to has finished stays, and the same command goes on from there"""


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(
        prog="python -m skquake.io",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("paths", nargs="+", metavar="PATH", help="file, folder or glob pattern")
    options.add_argument("--all", action="store_true", help="tell of each file, however many of a kind")
    options.add_argument(
        "--quick", action="store_true", help="look at the beginning of each file alone: format and reader"
    )
    options.add_argument(
        "--isolate",
        action="store_true",
        help="look into files in a child process with limits of time and memory (60 s and 2 GiB for a file):"
        " one that makes a library crash or hang is listed as not read, and does not stop the others",
    )
    options.add_argument(
        "--to",
        nargs=2,
        metavar=("parquet", "FOLDER"),
        help="convert to Parquet (maps to NetCDF) in FOLDER, each file under its name; finished ones are"
        " skipped when the command is given again",
    )
    options.add_argument(
        "--n-jobs", type=int, default=None, metavar="N", help="files at a time (default: 1; -1: all cores)"
    )
    options.add_argument(
        "--no-progress", action="store_true", help="no progress bar (there is none if no terminal looks on)"
    )
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Tell or convert; returns the exit status."""
    options = parser()
    args = options.parse_args(arguments)
    if args.to is not None and args.to[0] != "parquet":
        options.error(f"argument --to: expected 'parquet FOLDER', got {args.to[0]!r}")
    if args.to is not None and args.quick:
        options.error("--to converts files: --quick does not go with it")
    if args.n_jobs == 0:
        options.error("argument --n-jobs: expected a number other than 0")
    verbose = int(not args.no_progress and sys.stderr.isatty())
    try:
        folder = None if args.to is None else Path(args.to[1]).expanduser()
        files, absent = find_files(args.paths, but=folder)
        problems = [(path, "no such file") for path in absent]
        act = _tell if args.to is None else _convert
        problems += act(args, files, verbose)
    except KeyboardInterrupt:
        more = "; what is finished stays, and the same command goes on from there" * (args.to is not None)
        print(f"interrupted{more}", file=sys.stderr)
        return 130
    except (OSError, RuntimeError, ValueError) as error:
        print(f"python -m skquake.io: {error}", file=sys.stderr)
        return 1
    if problems:
        print(f"{len(problems)} file{'s' * (len(problems) > 1)} not read:")
        print(*not_read(problems), sep="\n")
    return int(bool(problems))


def _tell(args, files, verbose):
    described = describe_all(
        files, content=not args.quick, isolate=args.isolate, n_jobs=args.n_jobs, verbose=verbose
    )
    for line in listing_of(described, every=args.all):
        print(line)
    told = _counted(described)
    print(f"{len(files):,} file{'s' * (len(files) != 1)}{f': {told}' if told else ''}")
    return [
        (each.path, f"{each.title}: {each.problem}")
        for each in described
        if each.status in ("failed", "unknown")
    ]


def _convert(args, files, verbose):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(args.to[1]).expanduser()
        done = convert_all(files, bases_of(args.paths), folder, args.isolate, args.n_jobs, verbose)
    print(f"{args.to[1]}: {_counted(done) or 'nothing to do'}")
    return [(each.path, each.problem) for each in done if each.status in ("failed", "unknown")]


_STATUS = {
    "read": "read",
    "recognised": "recognised",
    "written": "written",
    "there": "there already",
    "failed": "not read",
    "unknown": "that no reader takes",
    "no data": "without data",
}


def _counted(files):
    """How many files there are of each status, in words."""
    counts = Counter(each.status for each in files)
    return ", ".join(f"{counts[status]:,} {name}" for status, name in _STATUS.items() if counts[status])


if __name__ == "__main__":
    sys.exit(main())
