"""What a function is made of: to notice that a result on disk was made by another one."""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import re
import sysconfig
import textwrap

import joblib

_INSTALLED = tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
_SHARED_NAMES = (
    "<string>",
    "<stdin>",
)  # of all code from text; from Python 3.13 it finds the text of python -c


def identity(function):
    """Text that tells one function from another and is the same in every session; None for None.

    Functions of this and of installed packages go by their name, so that an upgrade changes
    nothing. Others go by their source (the byte code where there is none), their default arguments
    and what they enclose. Functions that they call are not looked into.
    """
    if function is None:
        return None
    return hashlib.blake2b(json.dumps(_parts(function)).encode(), digest_size=10).hexdigest()


def _parts(value):
    if isinstance(value, functools.partial):
        return ["partial", *map(_parts, (value.func, value.args, value.keywords))]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *map(_parts, value)]
    if isinstance(value, dict):
        return ["dict", *([str(key), _parts(item)] for key, item in value.items())]
    if inspect.ismethod(value):
        return ["method", _parts(value.__func__), _parts(value.__self__)]
    if inspect.isbuiltin(value) or inspect.isclass(value):
        return ["name", value.__module__, value.__qualname__]
    if inspect.isfunction(value):
        return _parts_of_function(value)
    try:
        return [type(value).__qualname__, joblib.hash(value)]
    except Exception:  # what cannot be pickled goes by what it prints, without its address
        return [type(value).__qualname__, re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))]


def _parts_of_function(function):
    named = "<" not in function.__qualname__
    own = (function.__module__ or "").split(".")[0] == "skquake"
    if named and (own or function.__code__.co_filename.startswith(_INSTALLED)):
        return ["name", function.__module__, function.__qualname__]
    body = _source(function)
    if body is None:
        body = _code(function.__code__)
    enclosed = [cell.cell_contents for cell in function.__closure__ or ()]
    enclosed = [value for value in enclosed if value is not function]
    return [body, *map(_parts, (function.__defaults__, function.__kwdefaults__, enclosed))]


def _source(function):
    """Its text, or None where there is none of its own."""
    if function.__code__.co_filename in _SHARED_NAMES:
        return None
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return None


def _code(code):
    constants = [_code(c) if inspect.iscode(c) else repr(c) for c in code.co_consts]
    return [code.co_code.hex(), list(code.co_names), constants]
