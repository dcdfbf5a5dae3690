"""Configuration of the site."""

import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

sys.path.insert(0, os.path.dirname(__file__))

from _changelog import write_changelog
from _gallery import small_articles

import skquake

project = "skquake"
author = "The skquake developers"
copyright = "2026, The skquake developers"
version = release = skquake.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "sphinx_design",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
autodoc_default_options = {"members": True, "inherited-members": False}

sphinx_gallery_conf = {
    "reset_argv": small_articles,
    "ignore_pattern": r"^_",
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"plot_",
    "abort_on_example_error": True,
    "remove_config_comments": True,
    "download_all_examples": False,
    "show_memory": False,
    "write_computation_times": False,  # their page asks a network for its table
    # "Examples using ..." on the pages of the API.
    "backreferences_dir": "gallery/backreferences",
    "doc_module": ("skquake",),
    "inspect_global_variables": False,
}
suppress_warnings = ["config.cache"]
# A name that leads nowhere is an error; those of types, which signatures are full of, need lead nowhere.
nitpicky = True
nitpick_ignore_regex = [("py:class", ".*"), ("py:obj", r"[a-z_]+")]

html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "header_links_before_dropdown": 6,
    "show_prev_next": True,
    "search_as_you_type": False,
}
# A column at the left only where it has something to say: chapters of the guide, names of the API.
_pages = {path.stem for path in Path(__file__).parent.glob("*.rst")} | {"changelog"}
html_sidebars = {
    name: [] for name in (*sorted(_pages), "search", "genindex", "py-modindex", "_modules/**")
}  # fmt: skip
html_title = "skquake"
html_show_sourcelink = False
html_copy_source = False

# The site must build without a network: no warning about an absent one, none hidden either.
warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive", category=UserWarning)
assert sys.version_info >= (3, 11)


def skip_metadata_requests(app, what, name, obj, skip, options):
    """Methods that scikit-learn generates for metadata routing are documented there."""
    return skip or (name.startswith("set_") and name.endswith("_request"))


def setup(app):
    app.connect("autodoc-skip-member", skip_metadata_requests)
    app.connect("builder-inited", write_changelog)
