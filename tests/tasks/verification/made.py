"""Repositories by hand: numbered functions that call each other, and tests that need some of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sweflow_rdg import build_graph, index_source
from sweflow_scheduler import Answer, Closure, Question, Rules, make_schedule
from sweflow_tasks import Inputs
from sweflow_tracer import Outcome
from sweflow_tracer.project.project import Project
from sweflow_tracer.runner.options import Target

from tests.property.repositories import trace_by_hand

PROJECT = Project("o/n", "0" * 40, "", "1", "", "3.11.0", "n", (), (), (), (), (), ())


def inputs_of(calls: list[set[int]], needs: list[list[int]]) -> Inputs:
    """Function ``fN`` calls those in ``calls[N]``; ``test_N`` calls those in ``needs[N]``."""
    core = "".join(
        f"def f{n}(a):\n" + "".join(f"    f{callee}(a)\n" for callee in sorted(callees)) + f"    return {n}\n\n\n"
        for n, callees in enumerate(calls)
    )
    tests = "import core\n" + "".join(
        f"\n\ndef test_{n}():\n" + "".join(f"    core.f{function}(1)\n" for function in functions)
        for n, functions in enumerate(needs)
    )
    blobs = {path: ("100644", text.encode()) for path, text in {"core.py": core, "tests/test_one.py": tests}.items()}
    index = index_source(blobs)
    graph = build_graph(trace_by_hand(index, needs, calls, [Outcome.PASSED] * len(needs)), index)
    return Inputs(Target(PROJECT, Path("python")), blobs, index, graph, make_schedule(graph))


def by_need(calls: list[list[int]], needs: list[list[int]]) -> Inputs:
    """``test_N`` calls the functions in ``calls[N]`` and notices those in ``needs[N]``; no function calls another."""
    inputs = inputs_of([set()] * (1 + max(max(called) for called in calls)), calls)
    functions = {f"tests/test_one.py::test_{n}": {f"core.py::f{f}" for f in needed} for n, needed in enumerate(needs)}

    class Truth:
        def ask(self, questions: Sequence[Question]) -> list[Answer]:
            return [self._answer(question) for question in questions]

        def _answer(self, question: Question) -> Answer:
            silent = [question.function not in functions[name] for name in question.tests]
            first = silent.index(False) if False in silent else len(silent)
            return Answer(first, question.tests[first] if first < len(silent) else None)

    return replace(inputs, schedule=make_schedule(inputs.graph, Rules(closure=Closure.NEEDED), Truth()))


def test(number: int) -> str:
    """The id of a test."""
    return f"tests/test_one.py::test_{number}"


test.__test__ = False  # type: ignore[attr-defined]
