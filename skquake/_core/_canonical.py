"""JSON that has one form, and its SHA-256: anybody can check what was written, with a hash tool."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def canonical_json(value: Any) -> bytes:
    """The one form of a value as JSON: keys in order, no spaces, ASCII; no line break at its end.

    Raises
    ------
    ValueError, TypeError
        For NaN, infinity, and what JSON does not know.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode()


def sha256_of(content: bytes) -> str:
    """As ``sha256sum`` prints it."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_file(path: Path) -> str:
    """As ``sha256sum`` prints it, of every byte of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
