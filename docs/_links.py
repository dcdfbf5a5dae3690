"""Does every link inside a built site lead somewhere? ``python docs/_links.py docs/_build/html``.

Pages, pictures, scripts and places in pages are looked up in the folder; other sites are not asked.
"""

from __future__ import annotations

import functools
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The places in a page, and what it points to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.places: set[str] = {"", "top"}
        self.targets: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if value is None or (tag == "link" and ("rel", "canonical") in attrs):
                continue
            if name == "id" or (name == "name" and tag == "a"):
                self.places.add(value)
            elif name in ("href", "src"):
                self.targets.add(value)
            elif name == "srcset":
                self.targets.update(piece.split()[0] for piece in value.split(",") if piece.split())


@functools.cache
def page_at(path: Path) -> Page:
    """A page of the site, read once."""
    return Page(path)


def lost_links(root: Path) -> list[str]:
    """What leads nowhere, as "page: link"."""
    root = root.resolve()
    lost = []
    for path in sorted(set(root.rglob("*.html")) - set(root.glob("_static/**/*.html"))):
        for target in sorted(page_at(path).targets):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            way = unquote(parts.path)
            file = path if not way else (root / way.lstrip("/") if way[0] == "/" else path.parent / way)
            file = file.resolve() / "index.html" if file.is_dir() else file.resolve()
            place = unquote(parts.fragment)
            there = file.is_file() and file.is_relative_to(root)
            if not there or (file.suffix == ".html" and place not in page_at(file).places):
                lost.append(f"{path.relative_to(root)}: {target}")
    return lost


if __name__ == "__main__":
    found = lost_links(Path(sys.argv[1]))
    print("\n".join(found) or "every link inside leads somewhere")
    sys.exit(bool(found))
