"""The check of the built site sees what leads nowhere."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]
lost_links = runpy.run_path(str(ROOT / "docs" / "_links.py"))["lost_links"]


def test_what_leads_nowhere_is_named(tmp_path):
    (tmp_path / "guide").mkdir()
    (tmp_path / "a b.png").write_bytes(b"")
    (tmp_path / "index.html").write_text(
        '<p id="here"><a href="guide/files.html#part">.</a><a href="#here">.</a><a href="guide/">.</a>'
        '<img src="a%20b.png" srcset="a%20b.png 1x, gone.png 2x"><a href="https://example.org/gone">.</a>'
        '<a href="mailto:a@b.c">.</a><a href="#">.</a><a href="../outside.html">.</a>'
    )
    (tmp_path / "guide" / "index.html").write_text('<link rel="canonical" href="gone"><a name="old">.</a>')
    (tmp_path / "guide" / "files.html").write_text(
        '<h1 id="part"><a href="../index.html#there">.</a><a href="/guide/index.html#old">.</a>'
    )
    (tmp_path.parent / "outside.html").write_text("")
    assert lost_links(tmp_path) == [
        "guide/files.html: ../index.html#there",
        "index.html: ../outside.html",
        "index.html: gone.png",
    ]


def test_every_module_can_be_shown_on_the_site():
    """Sphinx reads no {**unpacked} among decorators and defaults: the source of a module would be lacking."""
    for path in sorted((ROOT / "skquake").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                shown = [*node.decorator_list, *getattr(getattr(node, "args", None), "kw_defaults", ())]
                dicts = [d for each in shown if each for d in ast.walk(each) if isinstance(d, ast.Dict)]
                assert all(None not in d.keys for d in dicts), f"{path}: {node.name}"
