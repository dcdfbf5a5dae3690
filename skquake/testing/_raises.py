"""``pytest.raises`` for checks that run without pytest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def raises(
    errors: type[BaseException] | tuple[type[BaseException], ...], match: str | None = None
) -> Iterator[None]:
    """What is done inside must raise one of the errors, with a message in which ``match`` is found.

    Raises
    ------
    AssertionError
        Where nothing was raised or the message says something else; other errors go through.
    """
    try:
        yield
    except errors as error:
        if match is not None and not re.search(match, str(error)):
            raise AssertionError(f"the message of the error should match {match!r}: {error}") from error
    else:
        raise AssertionError(f"no {errors} was raised (expected message: {match})")
