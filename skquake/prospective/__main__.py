"""``python -m skquake.prospective tick watch.toml``: watches from the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

DESCRIPTION = """\
Forecasts that are judged by days that had not come yet. init seals a model and a reference; tick lets the
model speak of each day that has come since; score sets what it said beside the earthquakes that came."""


def parser(prog: str = "python -m skquake.prospective") -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(prog=prog, description=DESCRIPTION)
    commands = options.add_subparsers(dest="command", required=True)
    for name, told in (("init", "begin a watch"), ("tick", "score the days that have come")):
        commands.add_parser(name, help=told).add_argument("watch", metavar="WATCH", help="watch.toml")
    worth = commands.add_parser("score", help="what it is worth so far")
    worth.add_argument("watch", metavar="WATCH", help="watch.toml")
    worth.add_argument("catalog", nargs="+", metavar="FILE", help="earthquakes since the watch began")
    return options


def main(arguments: Sequence[str] | None = None, prog: str = "python -m skquake.prospective") -> int:
    """Run the command; 0, or 2 for what is refused."""
    given = parser(prog)
    options = given.parse_args(arguments)
    from skquake.prospective import init, score, tick

    try:
        if options.command == "init":
            print(f"seal {init(options.watch)}")
        elif options.command == "tick":
            new = tick(options.watch)
            for alarm in new:
                late = ", late" if alarm.late else ""
                print(f"line {alarm.line}: data of {alarm.day:%Y-%m-%d} for {alarm.target:%Y-%m-%d}{late}")
            print(f"{len(new)} new")
        else:
            print(score(options.watch, options.catalog))
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        given.exit(2, f"{given.prog}: error: {error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
