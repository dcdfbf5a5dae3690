"""What objects look like in a notebook: one card, one style; escaped, no scripts, nothing from outside.

Text takes the colour of the page around it, so that a card is read on light and on dark ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from skquake._core._colors import PALETTE

if TYPE_CHECKING:
    from jinja2 import Environment


class Table(NamedTuple):
    """A table of a card.

    Attributes
    ----------
    head : sequence of str
    rows : iterable of sequences of the same length
        Text (escaped) or ``Markup``.
    caption : str
    """

    head: Sequence[Any]
    rows: Iterable[Sequence[Any]]
    caption: str = ""


@cache
def environment(*packages: str) -> Environment:
    """Templates of these packages, then those that all share; what they are given is escaped."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    loader = ChoiceLoader([PackageLoader(package) for package in (*packages, "skquake._core")])
    found = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.globals["palette"] = PALETTE
    return found


def card(
    title: str,
    *,
    facts: Iterable[tuple[str, str] | tuple[str, str, str]] = (),
    lines: Iterable[Any] = (),
    drawings: Iterable[Any] = (),
    tables: Iterable[Table] = (),
) -> str:
    """A card: title, numbers with their names, lines of text, drawings side by side, tables.

    Parameters
    ----------
    title : str
    facts : iterable of (value, name) or (value, name, color)
        Such as ("12", "events"); the values stand out. The colour is a role, such as
        "seismic", "control" or "kp", as in the drawings.
    lines : iterable of str
        Empty ones are left out.
    drawings : iterable of Markup
        Of `skquake._core._svg`.
    tables : iterable of Table

    Returns
    -------
    str
    """
    return (
        environment()
        .get_template("card.html")
        .render(
            title=title,
            facts=[(*fact, "")[:3] for fact in facts],
            lines=[line for line in lines if line],
            drawings=[drawing for drawing in drawings if drawing],
            tables=[table._replace(rows=list(table.rows)) for table in tables],
        )
    )
