"""Variants: a running session with another text of a function says what a fresh one on the changed tree says (V5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sweflow_rdg import index_source
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.project.interpreter import inspect_interpreter
from sweflow_tracer.project.project import read_project
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import SessionOptions, Target, Variant
from sweflow_tracer.runner.session import Session, run_session
from sweflow_tracer.runner.workspace import Workspace

from tests.helpers import write_repository

CORE = '''\
from __future__ import annotations
import functools, types

def logged(f):
    @functools.wraps(f)
    def wrapper(*args):
        return f(*args)
    return wrapper

def plain(n):
    return n + 1

@logged
@functools.lru_cache
def decorated(n):
    """Doc."""
    return n + 1

class Base:
    def __init__(self):
        self.n = 1

class Derived(Base):
    def __init__(self):
        super().__init__()
        self.__hidden = self.n + 1

    @property
    def hidden(self):
        return self.__hidden

    @staticmethod
    def fixed():
        return 2

if True:
    def generated(n):
        def inner(k):
            return k + 1
        for i in range(n):
            yield inner(i)

def loops(n):
    while n < 2:
        n = n + 1
    return n

def grows(n):
    return [0] * n

def imported(n):
    return functools.reduce(max, [n, 2])

TABLE = {"a": plain}

def rewritten(n):
    return n + 1

rewritten.__code__ = rewritten.__code__.replace(co_consts=tuple(2 if c == 1 else c for c in rewritten.__code__.co_consts))
'''
GENERATED = next(n for n, line in enumerate(CORE.splitlines(), 1) if "def generated" in line)
LATE = "# -*- coding: latin-1 -*-\nNAME = 'é'\ndef late(n):\n    return n + 1\n".encode("latin-1")
TESTS = """\
import subprocess, sys
import core
from core import plain as captured

def test_plain():
    assert core.TABLE["a"](1) == captured(1) == 2

def test_decorated():
    assert core.decorated(1) == 2

def test_derived():
    assert core.Derived().hidden == core.Derived.fixed() == 2

def test_generated():
    assert list(core.generated(2)) == [1, 2]

def test_loops():
    assert core.loops(0) == 2

def test_grows():
    assert len(core.grows(2)) == 2

def test_imported():
    assert core.imported(1) == 2

def test_late():
    import late
    assert late.late(1) == 2

def test_late_in_a_child():
    out = subprocess.run([sys.executable, "-c", "import late; print(late.late(1))"], capture_output=True, text=True)
    assert out.stdout == "2\\n"

def test_rewritten():
    assert core.rewritten(1) == 3
"""


@dataclass(frozen=True)
class Stage:
    target: Target
    blobs: Blobs
    workspace: Workspace

    def run(self, options: SessionOptions, blobs: Blobs | None = None) -> Session:
        self.workspace.show(blobs or self.blobs)
        return run_session(self.target, self.workspace, Launcher(), options)

    def variant(self, function: str, old: str, new: str) -> Variant:
        path, _, name = function.partition("::")
        file = index_source(self.blobs).files[path]
        d = next(d for d in file.definitions if d.qualname == name)
        text = file.text.utf8[d.start : d.end].decode()
        assert old in text
        return Variant(path, d.name, d.line, d.start, d.end, text.replace(old, new))

    def changed(self, variant: Variant) -> Blobs:
        text = index_source(self.blobs).files[variant.path].text
        utf8 = text.utf8[: variant.start] + variant.text.encode() + text.utf8[variant.end :]
        return {**self.blobs, variant.path: ("100644", text.encode(utf8))}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, python: Path) -> Iterator[Stage]:
    tmp_path = tmp_path_factory.mktemp("variants")
    files = {"core.py": CORE, "test_core.py": TESTS, "conftest.py": ""}
    repo = write_repository(tmp_path / "repo", files)
    (repo / "late.py").write_bytes(LATE)
    project, blobs = read_project(repo, inspect_interpreter(python, repo), (), allow_dirty=True)
    with Workspace("repo", tmp_path / "ledger") as workspace:
        yield Stage(Target(project, python, repo), blobs, workspace)


CASES = [
    ("core.py::plain", "n + 1", "n", "test_plain", True),
    ("core.py::plain", "n + 1", "1 + n", "test_plain", False),
    ("core.py::decorated", "n + 1", "n", "test_decorated", True),
    ("core.py::Derived.__init__", "super().__init__()", "pass", "test_derived", True),
    (
        "core.py::Derived.__init__",
        "super().__init__()\n        self.__hidden = self.n + 1",
        "pass",
        "test_derived",
        True,
    ),
    ("core.py::Derived.__init__", "self.n + 1", "1 + self.n", "test_derived", False),
    ("core.py::Derived.hidden", "self.__hidden", "None", "test_derived", True),
    ("core.py::Derived.fixed", "2", "3", "test_derived", True),
    ("core.py::generated", "k + 1", "k", "test_generated", True),
    ("core.py::generated", "yield inner(i)", "pass", "test_generated", True),
    ("core.py::loops", "n = n + 1", "pass", "test_loops", True),
    ("core.py::grows", "[0] * n", "[0] * (n << 40)", "test_grows", True),
    ("core.py::imported", "[n, 2]", "[n, 3]", "test_imported", True),
    ("late.py::late", "n + 1", "n", "test_late", True),
    ("late.py::late", "n + 1", "n", "test_late_in_a_child", True),
    ("late.py::late", "n + 1", "1 + n", "test_late_in_a_child", False),
]


FIRST = len(CASES)
"""Groups from here on: one without a variant, one that cannot have its variant, one of several tests, one with lines,
and one with two variants."""


@pytest.fixture(scope="module")
def session(stage: Stage) -> Session:
    """Every case and every other group in one session."""
    variants = {n: [stage.variant(function, old, new)] for n, (function, old, new, *_) in enumerate(CASES)}
    variants[FIRST + 1] = [stage.variant("core.py::rewritten", "n + 1", "n + 1 + 0")]
    variants[FIRST + 2] = [stage.variant("core.py::plain", "n + 1", "n")]
    groups = [[f"test_core.py::{test}"] for *_, test, _ in CASES]
    groups += [["test_core.py::test_plain"], ["test_core.py::test_rewritten"]]
    groups += [[f"test_core.py::test_{name}" for name in ("loops", "plain", "decorated")]]
    groups += [["test_core.py::test_generated"]]
    groups += [["test_core.py::test_plain", "test_core.py::test_decorated"]]
    variants[FIRST + 4] = [
        stage.variant("core.py::plain", "n + 1", "1 + n"),
        stage.variant("core.py::decorated", "n + 1", "n"),
    ]
    watched = {"core.py": [(GENERATED, GENERATED + 4)]}
    return stage.run(SessionOptions(groups=groups, variants=variants, timeout=1.0, lines=[FIRST + 3], watched=watched))


def outcomes(session: Session, group: int) -> list[str]:
    return [record["outcome"] for record in session.tests if record["group"] == group]


def test_a_variant_is_seen_as_if_its_file_had_been_imported(session: Session, stage: Stage):
    for number, case in enumerate(CASES):
        (outcome,) = outcomes(session, number)
        assert (outcome != "passed") == case[-1], case
    assert outcomes(session, next(n for n, case in enumerate(CASES) if case[3] == "test_loops")) == ["timed-out"]
    assert outcomes(session, FIRST) == ["passed"]
    assert all((stage.workspace.tree / path).read_bytes() == content for path, (_, content) in stage.blobs.items())


def test_a_function_whose_code_was_rewritten_is_not_changed_in_place(session: Session):
    assert session.unfit == [FIRST + 1]
    assert outcomes(session, FIRST + 1) == []


def test_a_group_with_a_variant_ends_with_its_first_failure(session: Session):
    assert outcomes(session, FIRST + 2) == ["passed", "failed"]


def test_several_functions_of_a_file_can_be_changed_together(session: Session):
    assert outcomes(session, FIRST + 4) == ["passed", "failed"]


def test_a_test_beside_a_variant_has_its_own_time_limit(stage: Stage):
    variants = {0: [stage.variant("core.py::loops", "n = n + 1", "pass")]}
    limits = {"test_core.py::test_loops": 0.5}
    made = stage.run(SessionOptions(groups=[["test_core.py::test_loops"]], variants=variants, limits=limits))
    (record,) = made.tests
    assert (record["outcome"], record["detail"]) == ("timed-out", "no end after 0.5 s")


def test_the_lines_that_tests_run_are_recorded(session: Session):
    (record,) = (record for record in session.tests if record["group"] == FIRST + 3)
    wanted = [["core.py", GENERATED + n] for n in (1, 2, 3, 4)]
    assert record["lines"] == {"executed": wanted, "possible": wanted}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fresh_session_on_the_changed_tree_says_the_same(stage: Stage, case: tuple[str, str, str, str, bool]):
    function, old, new, test, noticed = case
    if "<< 40" in new:
        pytest.skip("nothing would limit its memory")
    options = SessionOptions(groups=[[f"test_core.py::{test}"]], timeout=1.0)
    fresh = stage.run(options, stage.changed(stage.variant(function, old, new)))
    assert (fresh.tests[0]["outcome"] != "passed") == noticed
