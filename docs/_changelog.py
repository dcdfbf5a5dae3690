"""The changelog of the sources, which is Markdown, as a page of the site."""

from __future__ import annotations

import re
from pathlib import Path


def changelog_page(text: str) -> str:
    """reStructuredText of headings, lists, code, bold and tables' absence: what our changelog is made of.

    Parameters
    ----------
    text : str
        Markdown.
    """
    lines = []
    for line in text.splitlines():
        if heading := re.fullmatch(r"(#{1,3}) (.+)", line):
            title = heading[2]
            lines += ["", title, "=-~"[len(heading[1]) - 1] * len(title), ""]
        else:
            lines.append(line)
    page = "\n".join(lines)
    # Code keeps its backslashes; what is outside must not be taken for references or substitutions.
    parts = re.split(r"(`[^`]+`)", page)
    return "".join(
        f"``{' '.join(part[1:-1].split())}``" if k % 2 else _escaped(part) for k, part in enumerate(parts)
    )


def _escaped(text):
    return re.sub(r"(?<=\w)_(?=\W)|\|", lambda found: "\\" + found[0], text)


def write_changelog(app) -> None:
    """Write ``changelog.rst`` into the sources of the site, if it is another one now."""
    source = Path(app.srcdir)
    page = changelog_page((source.parent / "CHANGELOG.md").read_text(encoding="utf-8"))
    target = source / "changelog.rst"
    if not target.exists() or target.read_text(encoding="utf-8") != page:
        target.write_text(page, encoding="utf-8")
