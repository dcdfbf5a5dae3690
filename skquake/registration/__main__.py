"""``python -m skquake.registration freeze plan.toml``: sealed analyses from the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

DESCRIPTION = """\
Analyses that are sealed before they are made. freeze counts the power of a plan and writes plan.sealed.json,
whose SHA-256 is the seal; run opens its test span, once as it was registered; verify says what has changed
since; show prints the plan and its looks."""


def parser(prog: str = "python -m skquake.registration") -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(prog=prog, description=DESCRIPTION)
    commands = options.add_subparsers(dest="command", required=True)
    freeze = commands.add_parser("freeze", help="seal a plan")
    freeze.add_argument(
        "--accept-low-power", action="store_true", help="also where it would not see its own effect"
    )
    run = commands.add_parser("run", help="open the test span of a plan")
    run.add_argument(
        "--exploratory", action="store_true", help="also where it was opened before, or something has changed"
    )
    for command in (freeze, run):
        command.add_argument("--jobs", type=int, metavar="N", help="catalogs at a time")
        command.add_argument("--verbose", action="store_true", help="show progress")
    verify = commands.add_parser("verify", help="say what has changed since a plan was sealed")
    show = commands.add_parser("show", help="print a plan and its looks")
    for command in (freeze, run, verify, show):
        command.add_argument("plan", metavar="PLAN", help="plan.toml, or plan.sealed.json beside it")
    return options


def main(arguments: Sequence[str] | None = None, prog: str = "python -m skquake.registration") -> int:
    """Run the command; 0, 1 where `verify` finds a change, 2 for what is refused."""
    given = parser(prog)
    options = given.parse_args(arguments)
    from skquake.registration import freeze, run, show, verify

    try:
        if options.command == "verify":
            changes = verify(options.plan)
            print("\n".join(map(str, changes)) or "nothing has changed since the plan was sealed")
            return int(bool(changes))
        if options.command == "show":
            print(show(options.plan))
            return 0
        running = {"n_jobs": options.jobs, "verbose": int(options.verbose)}
        if options.command == "freeze":
            frozen = freeze(options.plan, accept_low_power=options.accept_low_power, **running)
            print(f"{frozen.path}\nseal {frozen.seal}")
        else:
            report = run(options.plan, exploratory=options.exploratory, **running)
            print(report.verdict.text)
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        given.exit(2, f"{given.prog}: error: {error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
