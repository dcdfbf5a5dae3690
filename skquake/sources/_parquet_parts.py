"""Footers and row groups of Parquet files, wherever these lie."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from skquake.sources._remote_file import RemotePart


def footer_of(file: Path | RemotePart) -> Any:
    """The metadata of a file."""
    import pyarrow.parquet as pq

    return pq.read_metadata(file.open_footer() if isinstance(file, RemotePart) else file)


def group_of(
    file: Any, footer: Any, group: int, columns: Sequence[str] | None, *, checked: bool = True
) -> Any:
    """Columns (None: all) of a row group as a table; of a file in a store these come alone.

    Parameters
    ----------
    file : Path, RemotePart or file
    footer : FileMetaData
    group : int
    columns : sequence of str or None
        Those that are not there are left out.
    checked : bool, default=True
        Whether checksums of pages are compared, where they have some.
    """
    import pyarrow.parquet as pq

    if isinstance(file, RemotePart):
        file = file.open_columns(footer, group, columns)
    with pq.ParquetFile(file, metadata=footer, page_checksum_verification=checked) as opened:
        there = opened.schema_arrow.names
        columns = None if columns is None else [name for name in columns if name in there]
        return opened.read_row_group(group, columns=columns)


def opened(file: Any) -> Any:
    """What pyarrow and xarray read a whole file from."""
    return file.whole() if isinstance(file, RemotePart) else file
