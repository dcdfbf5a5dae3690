"""Run the benchmarks: print their tables and write ``benchmarks/results.json``.

Usage: ``python benchmarks/run.py [--quick] [--only NAME] [--long]``. Ratios are of medians from one
interleaved run, so that they hold on any machine; tables stand beside them. ``results.json`` keeps the latest
results of each benchmark: ``--only`` renews its own part, and all that is known is printed at the end.
``--long`` adds those of an hour and more; ``--quick`` runs small inputs, which show that it runs and measure
nothing, and writes no file.
"""

from __future__ import annotations

import argparse
import importlib
import json
from pathlib import Path

from _harness import show

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"


def known():
    """Results of earlier runs: name of the benchmark -> rows and tables."""
    found = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    there = {path.stem for path in HERE.glob("*.py")}
    return {name: items for name, items in found.items() if name in there} if isinstance(found, dict) else {}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small inputs: shows that it runs, no more")
    parser.add_argument("--only", default="", metavar="NAME", help="a part of a benchmark's name")
    parser.add_argument("--long", action="store_true", help="also those of an hour and more")
    options = parser.parse_args()
    paths = [path for kind in ("bench", "long")[: 1 + options.long] for path in HERE.glob(f"{kind}_*.py")]
    results = {} if options.quick else known()
    for path in sorted(path for path in paths if options.only in path.stem):
        print(f"{path.stem} ...", flush=True)
        found = {path.stem: importlib.import_module(path.stem).run(quick=options.quick)}
        results |= found
        if not options.quick:  # what another run has written meanwhile stays
            results = known() | found
            RESULTS.write_text(json.dumps(results, indent=1))
    for name, items in sorted(results.items()):
        print(f"\n{name}")
        show(items)
    missed = [item for items in results.values() for item in items if not item.get("met", True)]
    return 0 if options.quick or not missed else 1


if __name__ == "__main__":
    raise SystemExit(main())
