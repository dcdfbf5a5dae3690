"""``skquake COMMAND``: from the command line, the few lines of Python that each command prints."""

from __future__ import annotations

import functools
import linecache
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from skquake._core._version import __version__

EPILOG = """\
\b
A study, in TOML (paths from the file's folder; all else has the defaults of the API):
  [catalog]
  files = "catalog/*.csv"         # all earthquakes, small ones and aftershocks, too
  [source]
  kind = "track"                  # or "map"
  files = "swarm"
  channels = ["Ne", "Te"]
  [samples]
  region = "dobrovolsky"
  days = [-15, 0]
  local_time = "night"
  max_length = 20                 # observations of a window
  context = 40                    # that it sees on both sides
  kp = "kp.txt"
  [model]
  name = "profile"                # "RF", "LightGBM", ..., "seqnetquake", "safenet"
"""


class _Refused(click.ClickException):
    """What the API says, in one line."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(f"skquake: error: {self.message}", file=file or sys.stderr)


class _InOrder(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(__version__, prog_name="skquake")
def command() -> None:
    """Earthquakes and the ionosphere: every score beside what it would be without any earthquake.

    A study stands in a small TOML file: where catalog, observations and Kp are, which windows around which
    earthquakes are samples, the controls, the model and how training and test are parted. Each command prints
    the lines of Python that it runs (--python: these alone).
    """


def _told(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """Errors and warnings of the API as lines; with --verbose the traceback, too."""

    @click.option("--verbose", "-v", is_flag=True, help="Show progress, and where an error came from.")
    @click.option("--python", "only", is_flag=True, help="Print the Python alone; run nothing.")
    @functools.wraps(function)
    def told(verbose: bool, **options: Any) -> int | None:
        try:
            with _warnings_as_lines():
                return function(verbose=int(verbose), **options)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if verbose:
                traceback.print_exc()
            kind = "" if isinstance(error, OSError | ValueError | TypeError) else f"{type(error).__name__}: "
            raise _Refused(kind + " ".join(str(error).split())) from error

    return told


@contextmanager
def _warnings_as_lines():
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: click.echo(f"skquake: warning: {message}", err=True)
        yield


_PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path())
_STUDY = click.argument("study", type=click.Path(path_type=Path))
_JOBS = click.option("--jobs", "n_jobs", type=int, metavar="N", help="Files, or catalogs, at a time.")


@command.command()
@_PATHS
@click.option("--all", "every", is_flag=True, help="Tell of each file, however many of a kind.")
@click.option("--quick", is_flag=True, help="Look at the beginning of each file alone: format and reader.")
@click.option("--isolate", is_flag=True, help="In a child process, which a damaged file may crash.")
@_JOBS
@_told
def info(paths, every, quick, isolate, n_jobs, only, verbose):
    """Say what files and folders hold, by their content.

    Format, reader, source, span, columns, units, gaps, flags, rows. A file that no reader takes is named,
    too, with what it seems to be and what to do; many files of a kind share a line.
    """
    from skquake._study_script import call_script
    from skquake.io.__main__ import main as tell

    options = {"content": False} if quick else {}
    click.echo(call_script("describe_files", repr([*paths]), **options, **_io_options(isolate, n_jobs)))
    flags = ["--all"] * every + ["--quick"] * quick + _io_flags(isolate, n_jobs)
    return 0 if only else tell([*flags, "--", *paths])


@command.command()
@_PATHS
@click.argument("folder", type=click.Path())
@click.option("--isolate", is_flag=True, help="In a child process, which a damaged file may crash.")
@_JOBS
@_told
def convert(paths, folder, isolate, n_jobs, only, verbose):
    """Convert files and folders: tables to Parquet, maps to NetCDF, in FOLDER.

    What is finished is skipped when the command is given again, and a file that cannot be read does not stop
    the others.
    """
    from skquake._study_script import call_script
    from skquake.io.__main__ import main as tell

    options = _io_options(isolate, n_jobs)
    click.echo(call_script("convert_files", repr([*paths]), repr(folder), **options))
    flags = ["--to", "parquet", folder, *_io_flags(isolate, n_jobs)]
    return 0 if only else tell([*flags, "--", *paths])


@command.command()
@_STUDY
@click.option(
    "--to", type=click.Path(path_type=Path), metavar="FILE.parquet", help="Write the table of samples."
)
@_JOBS
@_told
def samples(study, to, n_jobs, only, verbose):
    """Cut samples around earthquakes and controls, and say what they are.

    Printed are how many there are, of which earthquakes a score of them speaks, why events and controls have
    none, and what seismic and control samples differ in besides the earthquake.
    """
    from skquake._study_file import read_study
    from skquake._study_script import Running, samples_script

    settings, running = read_study(study), Running(n_jobs, verbose)
    _run(samples_script(settings, _folder(study), running, to), only)


@command.command()
@_STUDY
@_JOBS
@_told
def score(study, n_jobs, only, verbose):
    """Score a model out of sample, beside three probes that see no observation.

    By default the model is trained on the past and tested on what follows, five times; an earthquake counts
    once, and every score has its interval. Every setting, with its default, and what was found are written
    beside STUDY, into NAME.scored.toml, which is a study itself.
    """
    from skquake._core._versions import versions
    from skquake._study_file import read_study, write_study
    from skquake._study_script import Running, score_script

    settings, running = read_study(study), Running(n_jobs, verbose)
    done = _run(score_script(settings, _folder(study), running), only)
    if done is not None:
        rows = {name: each.to_frame().iloc[0].to_dict() for name, each in done["scores"].items()}
        path = _beside(study, ".scored.toml")
        write_study(path, settings, rows | {"versions": versions()})
        click.echo(f"written: {path}")


@command.command()
@_STUDY
@_JOBS
@_told
def null(study, n_jobs, only, verbose):
    """Score a model under catalogs that never happened.

    Each goes through the same analysis: declustering, controls, samples, fits, score. Scores are kept beside
    STUDY, in NAME.nulls.jsonl, as they come: an interrupted command goes on from there when given again.
    """
    from skquake._study_file import read_study
    from skquake._study_script import Running, null_script

    settings, running, store = read_study(study), Running(n_jobs, verbose), _beside(study, ".nulls.jsonl")
    if _run(null_script(settings, _folder(study), running, store), only) is not None:
        click.echo("(its controls are drawn anew: the score is not that of `skquake score` to the digit)")


@command.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the report as one page.")
@click.option("--json", type=click.Path(path_type=Path), metavar="FILE", help="Write its numbers.")
@_JOBS
@_told
def report(file, html, json, n_jobs, only, verbose):
    """Set a score beside everything that could have made it, with a verdict by fixed rules.

    FILE is a study, whose model is evaluated; with the catalogs that never happened where `skquake null` has
    scored them. By default the page is NAME.html beside it. Or FILE is a table of samples (.parquet, .csv)
    that any tool has scored: see python -m skquake.report --help for its columns and further options.
    """
    more = click.get_current_context().args
    if file.suffix != ".toml":
        return _report_on_table(file, more, html, json, only, verbose)
    if more:
        raise click.UsageError(f"no such option for a study: {more[0]}")
    from skquake._study_file import read_study
    from skquake._study_script import Running, report_script

    settings, store = read_study(file), _beside(file, ".nulls.jsonl")
    writes = {"html": html or _beside(file, ".html")} | ({"json": json} if json else {})
    running = Running(n_jobs, verbose)
    _run(report_script(settings, _folder(file), running, store if store.exists() else None, writes), only)
    return 0


_HANDED_ON = {"ignore_unknown_options": True, "help_option_names": []}


@command.command(context_settings=_HANDED_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def plan(arguments):
    """Analyses that are sealed before they are made: freeze, run, verify, show."""
    from skquake.registration.__main__ import main as run

    return run(arguments, "skquake plan")


@command.command(context_settings=_HANDED_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def watch(arguments):
    """Forecasts that are judged by days to come: init, tick, score."""
    from skquake.prospective.__main__ import main as run

    return run(arguments, "skquake watch")


@command.command()
@click.argument("names", nargs=-1)
@click.option("--worlds", "n_worlds", default=1, show_default=True, help="How many; several give a spread.")
@click.option("--seed", default=0, show_default=True, help="Of the first world; the next has the next.")
@click.option("--full", is_flag=True, help="The articles' models and spans; hours with a network.")
@click.option("--folder", type=click.Path(), help="Of protocols of your own, beside those of skquake.")
@click.option("--to", type=click.Path(path_type=Path), metavar="FILE.csv", help="Write the table.")
@_told
def reproduce(names, n_worlds, seed, full, folder, to, only, verbose):
    """Carry out published protocols where no earthquake has an effect.

    Each NAME, or "all", is carried out as published and honestly in the same simulated worlds, in which
    nothing happens before any earthquake. Without a NAME the protocols are listed.
    """
    from skquake._study_script import Script
    from skquake.datasets.protocols import list_protocols

    where = {} if folder is None else {"folder": str(folder)}
    if not names:
        listed = ", ".join(f"{key}={value!r}" for key, value in where.items())
        lines = [
            "from skquake.datasets.protocols import list_protocols\n",
            f"for name, protocol in list_protocols({listed}).items():",
            '    print(f"{name:<24}{protocol.citation}")',
        ]
        _run(Script("\n".join(lines)), only)
        return 0
    chosen = [*list_protocols(**where)] if names == ("all",) else list(names)
    options = {"scale": "full"} if full else {}
    options |= (
        {"n_worlds": n_worlds, "random_state": seed} | where | ({"verbose": verbose} if verbose else {})
    )
    keywords = ", ".join(f"{key}={value!r}" for key, value in options.items())
    lines = [
        "import pandas as pd\n",
        "from skquake.datasets.protocols import reproduce\n",
        "found = []",
        f"for name in {chosen!r}:",
        f"    found.append(reproduce(name, {keywords}))",
        '    print(found[-1], end="\\n\\n", flush=True)',
        "table = pd.concat([each.to_frame() for each in found])",
    ]
    _run(Script("\n".join(lines), [("table.to_csv({})", to)] if to else ()), only)
    return 0


def _report_on_table(file, more, html, json, only, verbose):
    from skquake.report.__main__ import main as report_on

    if only:
        raise click.UsageError("--python is for studies; of a table: skquake.report.score_report")
    flags = [
        flag for name, path in (("--html", html), ("--json", json)) if path for flag in (name, str(path))
    ]
    return report_on([str(file), *more, *flags, *["--verbose"] * verbose])


@command.group(cls=_InOrder)
def worlds():
    """Rank a detector in simulated worlds whose truth is known and sealed."""


@worlds.command("list")
@_told
def worlds_list(only, verbose):
    """Say which worlds there are, and what is there to be found in each."""
    from skquake._study_script import worlds_script

    _run(worlds_script(), only)


@worlds.command("run")
@click.argument("pipeline", type=click.Path(path_type=Path))
@click.option("--world", "-w", "names", multiple=True, metavar="NAME", help="One of them; may be repeated.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another draw of the same worlds.")
@click.option("--to", type=click.Path(path_type=Path), metavar="FILE.jsonl", help="Write the signed rows.")
@_told
def worlds_run(pipeline, names, seed, to, only, verbose):
    """Fit and score what PIPELINE defines, in all worlds or in those named.

    PIPELINE is a Python file with make_entry(world), which returns an estimator of samples, and, if it wants
    to state what it scores by its own protocol, claim(world). Its code is run, with all that your account may
    do: read what you did not write.
    """
    from skquake._study_script import worlds_script

    _run(worlds_script(pipeline, names, seed, to), only)


def _io_options(isolate, n_jobs):
    return ({"isolate": True} if isolate else {}) | ({} if n_jobs is None else {"n_jobs": n_jobs})


def _io_flags(isolate, n_jobs):
    return ["--isolate"] * isolate + ([] if n_jobs is None else ["--n-jobs", str(n_jobs)])


def _folder(study):
    return study.expanduser().absolute().parent


def _beside(study, ending):
    return _folder(study) / (study.name.removesuffix(".toml").removesuffix(".scored") + ending)


def _run(script, only):
    """Print the lines and run them, what they write whole or not at all; the names that they made."""
    click.echo(script)
    if only:
        return None
    from skquake._core._atomic import write_atomically

    click.echo()
    names = {"__name__": "skquake_study"}
    _execute(script.body, names)
    for line, path in script.writes:
        write_atomically(path, functools.partial(_write, line, names))
        click.echo(f"written: {path}")
    return names


def _write(line, names, temporary):
    _execute(line.format(repr(str(temporary))), names)


def _execute(lines, names):
    """Run lines that a traceback can show."""
    file = "<skquake>"
    linecache.cache[file] = (len(lines), None, lines.splitlines(keepends=True), file)
    exec(compile(lines, file, "exec"), names)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0, 1 where files were not read, 2 for what is refused, 130 if interrupted."""
    try:
        return command.main(arguments, prog_name="skquake", standalone_mode=False) or 0
    except click.Abort:
        click.echo(
            "skquake: interrupted; what is kept stays, and the same command goes on from there", err=True
        )
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
