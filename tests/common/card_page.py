"""Cards of notebooks as a browser reads them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

HOSTILE = '</style><script>alert("1")</script><img src=x onerror=alert(1)>&amp;{{ 7 * 7 }}'
VOID = {"br", "img", "meta", "link", "input", "hr"}


class Page(HTMLParser):
    """Tags, attributes and texts of a piece of HTML; elements must be closed in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts, self._open = [], [], [], []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID and not self.get_starttag_text().endswith("/>"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        if not self.get_starttag_text() or tag in self._open:
            assert self._open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def check_alone(html):
    """The parts of a card that is safe and needs nothing from outside."""
    page = Page(html)
    assert not {"script", "link", "iframe", "object", "img", "foreignobject"} & set(page.tags)
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name in ("src", "href")]
    assert not re.search(r"url\(|@import|javascript:", html)
    return page
