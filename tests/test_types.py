"""Every public callable says what it takes and gives."""

from __future__ import annotations

import importlib
import importlib.resources
import inspect

import pytest

ROOMS = [
    "alarms",
    "baselines",
    "catalogs",
    "datasets",
    "datasets.papers",
    "datasets.protocols",
    "forecasting",
    "inspection",
    "io",
    "metrics",
    "model_selection",
    "model_selection.spaces",
    "neural",
    "plotting",
    "preprocessing",
    "prospective",
    "registration",
    "report",
    "sampling",
    "sources",
    "testing",
    "utils.discovery",
]


def lacking(function):
    """Names of parameters without an annotation; "return" where that has none."""
    signature = inspect.signature(function)
    names = [
        name
        for name, parameter in signature.parameters.items()
        if name not in ("self", "cls") and parameter.annotation is parameter.empty
    ]
    if signature.return_annotation is signature.empty and function.__name__ != "__init__":
        names.append("return")
    return names


def public_functions(value):
    """(name, function) of a function, or of the constructor and public methods of a class."""
    if inspect.isfunction(value):
        yield value.__name__, value
    elif inspect.isclass(value):
        for name in dir(value):
            if name.startswith("_") and name != "__init__":
                continue
            member = inspect.getattr_static(value, name)
            if isinstance(member, classmethod | staticmethod):
                member = member.__func__
            elif isinstance(member, property):
                member = member.fget
            else:  # scikit-learn's available_if keeps the function so
                member = getattr(member, "fn", member)
            if inspect.isfunction(member) and member.__module__.startswith("skquake"):
                yield f"{value.__name__}.{name}", member


@pytest.mark.parametrize("room", ROOMS)
def test_public_signatures_are_annotated(room):
    module = importlib.import_module(f"skquake.{room}")
    found = [
        f"{name}: {', '.join(lacking(function))}"
        for public in module.__all__
        for name, function in public_functions(getattr(module, public))
        if lacking(function)
    ]
    assert not found, "without annotation:\n" + "\n".join(found)


def test_no_room_is_left_out():
    from skquake.utils.discovery import _public_modules

    modules = {module.__name__.removeprefix("skquake.") for module in _public_modules(skquake_package())}
    assert modules - {"utils"} == set(ROOMS)


def skquake_package():
    return importlib.import_module("skquake")


def test_package_says_that_it_is_typed():
    files = importlib.resources.files("skquake")
    assert files.joinpath("py.typed").is_file() and files.joinpath("__init__.pyi").is_file()
