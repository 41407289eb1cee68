"""The leak audit: what it cleans, what it finds on a skeleton, and what is similar only (C4)."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from sweflow_rdg import build_graph, index_source
from sweflow_scheduler import make_schedule
from sweflow_tasks import Amendments, Inputs, make_draft
from sweflow_tasks.leaks.audit import LEAST, Audit, own_requirements, without_leaks
from sweflow_tasks.leaks.tokens import code_tokens
from sweflow_tasks.masking.masked_file import MaskedFile, Rendered
from sweflow_tracer import Outcome
from sweflow_tracer.project.project import Project
from sweflow_tracer.runner.options import Target

from tests.property.repositories import trace_by_hand

PROJECT = Project("o/n", "0" * 40, "", "1", "", "3.11.0", "n", (), (), (), (), (), ())
BODY = """\
    total = {}
    for word in words:
        total[word] = total.get(word, 0) + 1
    return sorted(total.items())
"""
SHORT = "    return other(words, 1, 2)\n"
TESTS = "".join(f"def test_{n}():\n    assert core.f{n}(['a', 'b', {n}]) is not None, 'of {n}'\n" for n in range(2))


def inputs(core: str, **more: str | bytes) -> Inputs:
    """Two functions, each needed by a test of its own, f0 in step 1 and f1 in step 2; and more files."""
    files = {
        "core.py": core,
        "tests/test_one.py": TESTS,
        **{name.replace("__", "/"): text for name, text in more.items()},
    }
    blobs = {p: ("100644", t if isinstance(t, bytes) else t.encode()) for p, t in files.items()}
    index = index_source(blobs)
    used = index_source({path: blobs[path] for path in ("core.py", "tests/test_one.py")})
    graph = build_graph(trace_by_hand(used, [[0], [1]], [set(), set()], [Outcome.PASSED] * 2), index)
    return Inputs(Target(PROJECT, Path("python")), blobs, index, graph, make_schedule(graph))


def leaks(made: Inputs) -> dict[int, tuple[str, ...]]:
    return {step: found.leaks for step, found in Audit(made, make_draft(made, Amendments())).of_steps().items()}


FIRST = "def f0(words):\n    return words[0]\n"
SECOND = f"def f1(words):\n{BODY}"


def test_C4_a_plain_repository_has_no_leak():
    assert leaks(inputs(FIRST + SECOND)) == {1: (), 2: ()}


@pytest.mark.parametrize("name", ["README.rst", "docs__how.md", "build__lib__core.py", "examples__shop.py"])
def test_C4_a_body_in_a_file_that_no_test_loads_is_a_leak_of_every_skeleton_until_it_is_withheld(name):
    path = name.replace("__", "/")
    made = inputs(FIRST + SECOND, **{name: f"def f(words):\n{BODY}"})
    assert leaks(made) == dict.fromkeys((1, 2), (f"core.py::f1 stands in {path}",))
    amendments = without_leaks(made, Amendments())
    assert amendments.withheld == {path: "holds the body of core.py::f1"}
    assert all(not found.leaks for found in Audit(made, make_draft(made, amendments)).of_steps().values())


def test_C4_a_body_in_an_unreached_function_is_a_leak_until_the_function_is_given(monkeypatch):
    made = inputs(FIRST + SECOND + f"def unreached(words):\n{BODY}")
    monkeypatch.setattr(
        "sweflow_tasks.leaks.audit.loaded_files", lambda graph: frozenset({"core.py", "tests/test_one.py"})
    )
    assert leaks(made) == dict.fromkeys((1, 2), ("core.py::f1 stands in core.py",))
    amendments = without_leaks(made, Amendments())
    assert [(name, str(found.reason)) for name, found in amendments.unmasked.items()] == [("core.py::f1", "leak")]
    draft = make_draft(made, amendments)
    assert draft.chain.steps == (1,)
    assert draft.plan.passes[0] == ("tests/test_one.py::test_1",)


def test_C4_where_one_copy_is_given_the_others_are_too(monkeypatch):
    made = inputs(f"def f0(words):\n{BODY}def f1(words):\n    # at length\n{BODY}def unreached(words):\n{BODY}")
    monkeypatch.setattr(
        "sweflow_tasks.leaks.audit.loaded_files", lambda graph: frozenset({"core.py", "tests/test_one.py"})
    )
    amendments = without_leaks(made, Amendments())
    assert set(amendments.unmasked) == {"core.py::f0", "core.py::f1"}
    assert make_draft(made, amendments).chain.steps == ()


def test_C4_a_body_in_code_that_is_developed_already_is_similar_and_no_leak():
    made = inputs(f"def f0(words):\n{BODY}" + f"def f1(words):\n    # at length\n{BODY}")
    found = Audit(made, make_draft(made, Amendments())).of_steps()
    assert {step: (f.leaks, f.similar) for step, f in found.items()} == {1: ((), 0), 2: ((), 1)}


def test_C4_a_few_tokens_that_stand_elsewhere_are_similar_and_no_leak():
    assert len(code_tokens(SHORT)) < LEAST
    made = inputs(FIRST + f"def f1(words):\n    # the second\n{SHORT}", **{"README.rst": SHORT})
    found = Audit(made, make_draft(made, Amendments())).of_steps()
    assert {step: (f.leaks, f.similar) for step, f in found.items()} == {1: ((), 0), 2: ((), 1)}
    assert not without_leaks(made, Amendments()).withheld


def test_C4_compiled_files_are_withheld_wherever_they_stand():
    made = inputs(FIRST + SECOND, **{"pkg____pycache____core.cpython-311.pyc": b"\0\1", "old.pyo": b"\0"})
    assert set(without_leaks(made, Amendments()).withheld) == {p for p in made.blobs if p.endswith((".pyc", ".pyo"))}
    assert all(len(found) == 2 for found in leaks(made).values())


class Failing(MaskedFile):
    """A file in which the second step's skeleton shows everything."""

    def at(self, step: int) -> Rendered:
        return super().at(9 if step == 1 else step)


def test_C4_a_mask_that_failed_would_be_found():
    made = inputs(FIRST + SECOND)
    draft = make_draft(made, Amendments())
    files = {
        path: Failing(**{field.name: getattr(file, field.name) for field in fields(file) if field.init})
        for path, file in draft.chain.files.items()
    }
    audit = Audit(made, replace(draft, chain=replace(draft.chain, files=files)))
    assert audit.of_steps()[2].leaks == (
        "core.py::f1 stands in core.py",
        "tests/test_one.py::test_1 stands in tests/test_one.py",
    )


def test_C4_the_environment_of_a_task_installs_no_copy_of_the_project():
    listed = ("Shop.Cart==1.0", "pytest==8.0", "-e ../shop", "shop_cart @ file:///x", "other==2")
    assert own_requirements(listed, ("shop_cart",)) == ("Shop.Cart==1.0", "-e ../shop", "shop_cart @ file:///x")
