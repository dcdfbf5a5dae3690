"""Run every benchmark: print a table and write ``benchmarks/results.json``.

Usage: ``python benchmarks/run.py [--quick] [--only NAME]``. Figures are ratios of medians from one
interleaved run, so that they hold on any machine.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="small inputs: shows that it runs, measures nothing"
    )
    parser.add_argument("--only", help="a part of a benchmark's name")
    options = parser.parse_args()
    sys.path.insert(0, str(HERE))
    rows = []
    for path in sorted(HERE.glob("bench_*.py")):
        if options.only and options.only not in path.stem:
            continue
        print(f"{path.stem} ...", flush=True)
        rows += importlib.import_module(path.stem).run(quick=options.quick)
    for r in rows:
        extra = {k: v for k, v in r.items() if k not in ("what", "against", "ratio", "target", "met")}
        mark = "" if r["target"] is None else ("met" if r["met"] else "NOT MET")
        print(
            f"{r['what']:<60} {r['against']:<46} {r['ratio']:>9.2f}x"
            f"  aim {r['target']}  {mark}  {extra or ''}"
        )
    (HERE / "results.json").write_text(json.dumps(rows, indent=1))
    return 0 if options.quick or all(r["met"] for r in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
