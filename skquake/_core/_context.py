"""Where context lies around the core of a window."""

from __future__ import annotations


def sides(kind: str, context: int) -> tuple[int, int]:
    """Observations of context before and after the core: on series and maps nothing looks ahead."""
    return context, context if kind == "track" else 0
