"""Every reader of text beside pandas' own reader of the same bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from _harness import compare, row
from _text_catalogs import CASES as CATALOGS
from _text_files import CASES

MOST = 2.0  # times pandas' seconds


def text_rows(quick=False):
    """A row a layout: pandas' seconds over ours, aimed at 1 / ``MOST``."""
    import skquake.io

    rows = []
    with tempfile.TemporaryDirectory() as home:
        for case in [*CASES, *CATALOGS]:
            data = case.make(0.02 if quick else 1.0)
            path = Path(home, "file.txt")
            path.write_bytes(data)
            read = getattr(skquake.io, case.read)

            def ours(read=read, path=path, case=case):
                return read(path, **case.options)

            def plain(case=case, data=data):
                return case.plain(data)

            seconds = compare({"ours": ours, "pandas": plain}, repeat=1 if quick else 5)
            rows.append(
                row(
                    f"{case.read}: {case.name}", case.against, seconds["pandas"] / seconds["ours"],
                    1.0 / MOST if case.bar else None,
                    mb=round(len(data) / 1e6, 1), ours_s=round(seconds["ours"], 3),
                    pandas_s=round(seconds["pandas"], 3),
                )
            )  # fmt: skip
    return rows
