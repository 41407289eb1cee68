"""Generated repositories of any size, whose parts all have one size: what grows is their number."""

from pathlib import Path

from tests.helpers import write_repository

IN_MODULE = 20
"""Functions of a module."""


def grown_repository(functions: int, folder: Path) -> Path:
    """A package of so many functions, and twice as many tests. Each module uses one function of the module before.

    Every second function is a helper that no test calls itself.
    """
    files = {"pyproject.toml": '[project]\nname = "grown"\nversion = "1"\n', "grown/__init__.py": ""}
    for first in range(0, functions, IN_MODULE):
        numbers = range(first, min(first + IN_MODULE, functions))
        files[f"grown/m{first:05d}.py"] = _module(first, numbers)
        files[f"tests/test_m{first:05d}.py"] = _tests(first, numbers)
    return write_repository(folder, files)


def value_of(number: int) -> int:
    """What a function gives for 1."""
    return number + 1 + (value_of(number - 1) if number % 4 else value_of(number - IN_MODULE) if _linked(number) else 0)


def _linked(number: int) -> bool:
    """Whether a function calls one of the module before: the first one of a module, but where it would be deep."""
    return number % (2 * IN_MODULE) == IN_MODULE


def _module(first: int, numbers: range) -> str:
    link = f"from grown.m{first - IN_MODULE:05d} import f{first - IN_MODULE}\n\n\n" if _linked(first) else ""
    return link + "\n\n".join(map(_function, numbers))


def _function(number: int) -> str:
    callee = f"f{number - 1}" if number % 4 else f"f{number - IN_MODULE}" if _linked(number) else None
    rest = f" + {callee}(x)" if callee else ""
    return (
        f'def f{number}(x):\n    """The value of function {number}."""\n'
        f"    total = {number}\n    total += x\n    return total{rest}\n"
    )


def _tests(first: int, numbers: range) -> str:
    used = [number for number in numbers if number % 2]
    tests = [
        f"def test_{kind}_{number}():\n    assert f{number}({1 + more}) == {value_of(number) + more * _terms(number)}\n"
        for number in used
        for kind, more in (("one", 0), ("two", 1), ("three", 2), ("four", 3))
    ]
    names = ", ".join(f"f{number}" for number in used)
    return f"from grown.m{first:05d} import {names}\n\n\n" + "\n\n".join(tests)


def _terms(number: int) -> int:
    """How many functions take part in a value."""
    return 1 + (_terms(number - 1) if number % 4 else _terms(number - IN_MODULE) if _linked(number) else 0)
