"""Hands the README to the package index without its picture, whose relative address would lead nowhere."""

import re
from pathlib import Path

from setuptools import setup

README = Path(__file__).with_name("README.md").read_text(encoding="utf-8")

setup(
    long_description=re.sub(r"<!-- picture -->.*?<!-- end -->\n+", "", README, flags=re.DOTALL),
    long_description_content_type="text/markdown",
)
