"""Generated repositories of any size, whose parts all have one size: what grows is their number."""

import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from sweflow_rdg import build_graph, index_source
from sweflow_scheduler import make_schedule
from sweflow_tasks import Inputs
from sweflow_tracer import Outcome
from sweflow_tracer.project.project import Project
from sweflow_tracer.runner.options import Target

from .repositories import trace_by_hand

IN_MODULE = 20
"""Functions of a module."""
PROJECT = Project("o/grown", "0" * 40, "", "1", "", "3.11.0", "grown", (), (), (), (), (), ())


def grown_files(functions: int) -> dict[str, str]:
    """A package of so many functions, and twice as many tests, in modules of equal length.

    Function ``fN`` calls the one before, each fourth of them none; the first of every second module calls one of the
    module before. Every second function is a helper that no test calls itself; the others have four tests each.
    """
    files = {"pyproject.toml": '[project]\nname = "grown"\nversion = "1"\n', "grown/__init__.py": ""}
    for first in range(0, functions, IN_MODULE):
        numbers = range(first, min(first + IN_MODULE, functions))
        files[f"grown/m{first:05d}.py"] = _module(first, numbers)
        files[f"tests/test_m{first:05d}.py"] = _tests(first, numbers)
    return files


def grown_inputs(functions: int) -> Inputs:
    """What the rooms before verification would make of such a repository, without running it."""
    blobs = {path: ("100644", text.encode()) for path, text in grown_files(functions).items()}
    index = index_source(blobs)
    tested = [number for number in range(functions) if number % 2]
    needs = [[number] for number in tested for _ in range(4)]
    calls = [{callee for callee in [_callee(number)] if callee is not None} for number in range(functions)]
    graph = build_graph(trace_by_hand(index, needs, calls, [Outcome.PASSED] * len(needs)), index)
    return Inputs(Target(PROJECT, Path(sys.executable)), blobs, index, graph, make_schedule(graph))


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The slope of the line that lies nearest to the points' logarithms."""
    logs = [(math.log(x), math.log(y)) for x, y in points if y > 0]
    middle_x, middle_y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    over = sum((x - middle_x) * (y - middle_y) for x, y in logs)
    return over / sum((x - middle_x) ** 2 for x, _ in logs)


def _callee(number: int) -> int | None:
    if number % 4:
        return number - 1
    return number - IN_MODULE if number % (2 * IN_MODULE) == IN_MODULE else None


def _reached(number: int) -> Iterator[int]:
    """A function and all that it calls."""
    reached: int | None = number
    while reached is not None:
        yield reached
        reached = _callee(reached)


def _module(first: int, numbers: range) -> str:
    callee = _callee(first)
    link = f"from grown.m{callee:05d} import f{callee}\n\n\n" if callee is not None else ""
    return link + "\n\n".join(map(_function, numbers))


def _function(number: int) -> str:
    callee = _callee(number)
    rest = f" + f{callee}(x)" if callee is not None else ""
    return (
        f'def f{number}(x):\n    """The value of function {number}."""\n'
        f"    total = {number}\n    total += x\n    return total{rest}\n"
    )


def _tests(first: int, numbers: range) -> str:
    used = [number for number in numbers if number % 2]
    tests = [
        f"def test_{2 * (number - 1) + k}():\n    assert f{number}({k}) == {sum(n + k for n in _reached(number))}\n"
        for number in used
        for k in range(4)
    ]
    names = ", ".join(f"f{number}" for number in used)
    return f"from grown.m{first:05d} import {names}\n\n\n" + "\n\n".join(tests)
