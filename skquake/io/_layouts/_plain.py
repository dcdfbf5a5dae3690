"""Tables of text that are plain enough for one pass of a parser in C."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from skquake.io._words_at_once import CONTROL, squeezed

MAX_FIELDS = 500
_STRAY = rb'[^"\nSEP]"[^"\nSEP]'  # a quote in the middle of a field; pyarrow overlooks it


@dataclass(frozen=True)
class Form:
    """How a table stands in its text.

    Parameters
    ----------
    separator : str or None, default=","
        What parts the fields; None is any white space.
    header : bool, default=True
        Whether its first line names the columns.
    comment : str or None, default="#"
        Lines that begin so are passed over, but for the one of ``start``.
    start : int, default=0
        Lines before that one (from 1) are passed over.
    optional : int, default=0
        How many of the last fields a row may lack.
    numbers : bool, default=False
        Whether all fields should be numbers; they are read as such where all of them are.
    """

    separator: str | None = ","
    header: bool = True
    comment: str | None = "#"
    start: int = 0
    optional: int = 0
    numbers: bool = False


def plain_table(
    text: bytes, form: Form, *, quotes: bool = True
) -> tuple[list[str], list[pa.Array], int] | None:
    """Names (as the header has them, [] without one), trimmed columns, and the line of the first row.

    Parameters
    ----------
    text : bytes
        UTF-8, without a byte order mark.
    form : Form
        Lines that are empty or comments may stand above the table alone.
    quotes : bool, default=True
        Whether a field may stand in quotes.

    Returns
    -------
    tuple or None
        None for what needs a look at each line: rows with different numbers of fields, quotes in the header
        or with line ends in them, empty lines or comments between rows, a last line without an end, no row;
        and for characters that no table has.
    """
    text = text.replace(b"\r\n", b"\n")
    if b"\r" in text or not text.endswith(b"\n"):
        return None
    separator, comment = form.separator, form.comment
    at, line = _first_line(text, comment, form.start)
    names: list[str] = []
    if form.header:
        end = text.find(b"\n", at) + 1
        first = text[at : end - 1].decode()
        if '"' in first:
            return None
        names = [name.strip() for name in first.split(separator)]
        at, line = end, line + 1
    body = text[at:]
    if not body or body[:1] == b"\n" or b"\n\n" in body:
        return None
    if comment is not None and (b"\n" + comment.encode() in body or body.startswith(comment.encode())):
        return None
    if body.translate(None, CONTROL) != body:
        return None
    quotes = quotes and b'"' in body and separator is not None
    if quotes and (
        separator == "|" or re.search(_STRAY.replace(b"SEP", re.escape(separator or "").encode()), body)
    ):
        return None
    mark = separator or " "
    if separator is None:
        if b"\t" in body:
            body = body.replace(b"\t", b" ")
        body = squeezed(body)
    n = body[: body.index(b"\n")].count(mark.encode()) + 1 if not quotes else len(names)
    if not 0 < n <= MAX_FIELDS:
        return None
    labels = [str(k) for k in range(n)]
    table = None
    for kind in (pa.float64(), pa.string()) if form.numbers else (pa.string(),):
        try:
            table = pyarrow.csv.read_csv(
                pa.BufferReader(body),
                read_options=pyarrow.csv.ReadOptions(use_threads=False, column_names=labels),
                parse_options=pyarrow.csv.ParseOptions(delimiter=mark, quote_char='"' if quotes else False),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(labels, kind), null_values=[], strings_can_be_null=False
                ),
            )
            break
        except (pa.ArrowException, ValueError):
            continue
    if table is None:
        return None
    if not table.num_rows or table.num_rows != body.count(b"\n"):
        return None
    columns = [column.combine_chunks() for column in table.columns]
    if columns[0].type != pa.string():
        return names, columns, line
    if not body.isascii():
        columns = [pc.utf8_trim_whitespace(column) for column in columns]
    elif separator is not None and (b" " in body or (b"\t" in body and separator != "\t")):
        columns = [pc.ascii_trim_whitespace(column) for column in columns]
    return names, columns, line


def _first_line(text, comment, start):
    """Where the table begins, and the number of that line."""
    at, line = 0, 1
    while at < len(text):
        end = text.find(b"\n", at) + 1
        content = text[at:end]
        passed = line < start or not content.strip()
        passed |= line != start and comment is not None and content.startswith(comment.encode())
        if not passed:
            break
        at, line = end, line + 1
    return at, line
