"""``python -m skquake.report samples.parquet``: a report on scores that any tool has given."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from skquake.report._report import EvaluationReport

DESCRIPTION = """\
Report on out-of-sample scores of samples before earthquakes and of controls, made with any tool: intervals
from blocks of time, what place and circumstances alone reach, balance of the controls, leakage of the
folds, nulls from the scores, and a verdict in words. Nothing is fitted but three probes."""

COLUMNS = """\
columns of FILE
  needed        time (UTC), latitude, longitude (degrees), event_id (of its earthquake or control),
                the label (0 non-seismic, 1 seismic, 2 disturbed by space weather) and the score
  used if there pair_id (earthquake that a control belongs to), fold (that tested the row), obs_start and
                obs_end (what the sample has seen), magnitude, kp, local_time, radius_km, source, pass_id,
                ascending

example
  python -m skquake.report samples.parquet --score probability --html report.html --json report.json"""


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(
        prog="python -m skquake.report",
        description=DESCRIPTION,
        epilog=COLUMNS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("file", metavar="FILE", help="samples, one a row: .parquet, .csv or .csv.gz")
    options.add_argument(
        "--score",
        nargs="+",
        default=None,
        metavar="COLUMN",
        help="score or probability of an earthquake; or the probabilities of classes 0, 1 (and 2)"
        " (default: score, else probability)",
    )
    options.add_argument("--label", default="label", metavar="COLUMN", help="classes (default: %(default)s)")
    options.add_argument(
        "--fold",
        metavar="COLUMN",
        help="fold that tested each row; empty for rows that only trained (default: fold, if there)",
    )
    options.add_argument(
        "--threshold",
        type=float,
        default=0.5,
        metavar="X",
        help='score above which the model says "earthquake" (default: %(default)s)',
    )
    options.add_argument(
        "--scoring",
        choices=("seismic_mcc", "seismic_auc", "event_auc"),
        default="seismic_mcc",
        help="score that the verdict is about (default: %(default)s)",
    )
    options.add_argument(
        "--catalog",
        nargs="+",
        metavar="FILE",
        help="USGS files (CSV or GeoJSON): clusters of aftershocks in training and test are counted",
    )
    options.add_argument(
        "--space-weather", metavar="FILE", help="CelesTrak or GFZ file: F10.7 for the probe and the balance"
    )
    options.add_argument("--title", metavar="TEXT", help="of the report (default: the file's name)")
    options.add_argument("--html", type=Path, metavar="FILE", help="write the report as one page")
    options.add_argument("--json", type=Path, metavar="FILE", help="write its numbers")
    options.add_argument(
        "--permutations", type=int, default=999, metavar="N", help="of labels (default: %(default)s)"
    )
    options.add_argument(
        "--resamples", type=int, default=1000, metavar="N", help="of the intervals (default: %(default)s)"
    )
    options.add_argument("--seed", type=int, default=0, metavar="N", help="(default: %(default)s)")
    options.add_argument("--verbose", action="store_true", help="show progress")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 for a report, whatever its verdict, 2 for input that gives none."""
    given = parser()
    options = given.parse_args(arguments)
    try:
        report = _report(options)
        if options.html:
            report.to_html(options.html)
        if options.json:
            report.to_json(options.json)
    except (OSError, TypeError, ValueError) as error:
        given.exit(2, f"{given.prog}: error: {error}\n")
    print(report.title)
    print(report.verdict.text)
    for check in report.verdict.checks:
        answer = {None: "not known", True: "yes", False: "no"}[check.passed]
        print(f"  {check.name:<40} {answer:<10} {check.finding}")
    for path in (options.html, options.json):
        if path:
            print(f"written: {path}")
    return 0


def _report(options: argparse.Namespace) -> EvaluationReport:
    from skquake.report import score_report

    frame = read_table(options.file)
    score = options.score or ["probability" if "score" not in frame and "probability" in frame else "score"]
    clusters = space_weather = None
    if options.catalog:
        import pandas as pd

        from skquake.catalogs import AftershockRemover
        from skquake.io import read_usgs

        catalog = read_usgs(options.catalog)
        clusters = pd.Series(AftershockRemover().fit(catalog).labels_, catalog.index)
    if options.space_weather:
        from skquake.io import read_space_weather

        space_weather = read_space_weather(options.space_weather)
    return score_report(
        frame,
        score,
        label=options.label,
        fold=options.fold,
        threshold=options.threshold,
        scoring=options.scoring,
        clusters=clusters,
        space_weather=space_weather,
        n_permutations=options.permutations,
        n_resamples=options.resamples,
        title=options.title or Path(options.file).name,
        random_state=options.seed,
        verbose=int(options.verbose),
    )


def read_table(file: str | Path) -> pd.DataFrame:
    """Frame of a CSV or Parquet file, by the ending of its name.

    Raises
    ------
    OSError, ValueError
        For a file that is absent, of another kind, or not readable as what its name says.
    """
    import pandas as pd

    path = Path(file)
    ending = "".join(path.suffixes[-2:]).lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    readers: dict[str, Callable[..., pd.DataFrame]] = {
        ".parquet": pd.read_parquet,
        ".pq": pd.read_parquet,
        ".csv": pd.read_csv,
        ".csv.gz": pd.read_csv,
    }
    if ending not in readers:
        raise ValueError(f"{path}: unknown ending {ending!r}; write the samples as .parquet, .csv or .csv.gz")
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    try:
        return readers[ending](path)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path}: not readable as {ending[1:]} ({error})") from error


if __name__ == "__main__":
    sys.exit(main())
