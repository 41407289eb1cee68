"""A test file that is rewritten in pieces has the code that pytest makes of it as a whole, to the last line number."""

import ast
import marshal
import sys
import traceback
from pathlib import Path
from types import CodeType

import pytest
from _pytest.assertion import rewrite
from hypothesis import given, settings
from hypothesis import strategies as st
from sweflow_tracer.probe.pieces import piecewise
from sweflow_tracer.project.interpreter import inspect_interpreter
from sweflow_tracer.project.project import read_project
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import Guarded, SessionOptions, Target
from sweflow_tracer.runner.session import run_session
from sweflow_tracer.runner.workspace import Workspace
from sweflow_tracer.sandbox import open_sandbox

from tests.helpers import write_repository

FUNCTIONS = [
    'def plain(value=1, *rest, key: "int" = 2) -> "int":\n    """Text."""\n    assert value == key, value\n',
    "@mark(lambda: 3)\n@other\ndef decorated():\n    assert [each for each in range(3) if each] == [1, 2]\n",
    "async def waits():\n    assert await one() and (lambda: 1)()\n    async for each in many():\n        yield each\n",
    "def nested(number):\n    def inner():\n        assert number\n        return number\n    assert inner() is number\n",
    "def stores(self):\n    self.name = 1\n    assert self.name\n",
    "def holds():\n    class Inner:\n        def method(self):\n            self.value = 1\n    assert Inner\n",
    "def tells():\n    global NAME\n    NAME = 1\n    assert NAME\n",
    "def mangled(self):\n    assert self.__secret == __other\n",
    'def lines():\n    text = """\nassert 1\n"""\n    assert (\n        text\n        == 2\n    ), "long"\n',
    "def one_line(): assert 1 == 2\n",
    "def calls():\n    import json\n    text = json.dumps(1)\n    assert text.strip() == (json\n        .dumps(1))\n",
    "def shares():\n    assert (1, 'a b') != 'a b' and 1.0 < 1e3 < 1000\n",
    "def asks(number):\n    assert super(A, number).above()\n",
    "def generic[T](value: T) -> T:\n    assert value\n" if sys.version_info >= (3, 12) else "def empty(): pass\n",
]
METHODS = [*FUNCTIONS, "def above(self):\n    assert super().above() and __class__\n"]
HEADS = [
    *("", "from __future__ import annotations\n", "import json\n"),
    *('"""Doc."""\nimport os as text\n', "try:\n    from some import json\nexcept ImportError:\n    pass\n"),
    *('"""PYTEST_DONT_REWRITE"""\n', '"PYTEST_DONT" "_REWRITE"\n'),
]
BETWEEN = [
    *("", "\n\n", "assert 1 < 2\n", "NAME = 1000, 'a b'\n", "super = 1\n"),
    *("if NAME:\n    def within():\n        assert 1\n", "class C:\n    global plain\n    def plain(): assert 1\n"),
    "class C:\n    def plain(): assert 1\n",
]


def indented(text: str) -> str:
    return "".join("    " + line if line != "\n" else line for line in text.splitlines(keepends=True))


def class_of(name: str, base: str, methods: list[str]) -> str:
    return f"class {name}{base}:\n" + indented("".join(methods) or "pass\n")


def modules() -> st.SearchStrategy[bytes]:
    classes = st.builds(class_of, st.sampled_from("AB"), st.sampled_from(["", "(Base)"]), some(METHODS))
    nested = st.builds(lambda inner, more: class_of("A", "", [inner, *more]), classes, some(METHODS))
    part = st.one_of(st.sampled_from(FUNCTIONS), classes, nested, st.sampled_from(BETWEEN))
    parts = st.lists(part, max_size=6).map("".join)
    return st.builds(lambda head, rest: (head + rest).encode(), st.sampled_from(HEADS), parts)


def some(texts: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(texts), max_size=4)


class Config:
    """As much of pytest's as rewriting asks for."""

    def __init__(self, told: bool = False) -> None:
        self.told = told

    def getini(self, name: str) -> bool:
        return self.told


def told_of(code: CodeType) -> object:
    """All that the code of a module consists of, and which of its constants are the same object."""
    first: dict[int, int] = {}

    def told(each: object) -> object:
        if isinstance(each, CodeType):
            return told_of_one(each)
        same = first.setdefault(id(each), len(first)) if isinstance(each, (str, bytes, tuple, int, float)) else 0
        return same, repr(each), [told(inner) for inner in each] if isinstance(each, tuple) else []

    def told_of_one(code: CodeType) -> object:
        names = (name for name in dir(code) if name.startswith("co_") and not callable(getattr(code, name)))
        left_out = ("co_consts", "co_lnotab", "_co_code_adaptive")
        parts = {name: getattr(code, name) for name in names if name not in left_out}
        positions = list(code.co_positions()) if hasattr(code, "co_positions") else []
        return parts, positions, [told(each) for each in code.co_consts]

    return told_of_one(code)


class Folder:
    """A place for one test file, and for what is kept of it."""

    def __init__(self, folder: Path) -> None:
        self.file, self.cache = folder / "test_it.py", folder / "cache"
        self.cache.mkdir(exist_ok=True)
        self.taken = 0

    def code(self, source: bytes, config: Config | None = None) -> CodeType:
        """What is made of a content in pieces; and counts those that were at hand."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "dont_write_bytecode", False)
            patch.setattr(rewrite, "get_cache_dir", lambda path: self.cache)
            made = piecewise()
            assert made is not None
            made.begin()
            try:
                code = self.usual(source, config)
            finally:
                made.end()
            self.taken += made.taken
        return code

    def usual(self, source: bytes, config: Config | None = None) -> CodeType:
        self.file.write_bytes(source)
        return rewrite._rewrite_test(self.file, config or Config())[1]


@settings(max_examples=60, deadline=None)
@given(first=modules(), then=st.lists(modules(), max_size=3))
def test_codes_are_the_same_to_the_last_line_number(first, then, tmp_path_factory):
    folder = Folder(tmp_path_factory.mktemp("pieces"))
    for source in (first, *then, b"\n# further down\n" + first):
        assert told_of(folder.code(source)) == told_of(folder.usual(source))


FEW = b"def test_a():\n    assert 1 == 1\n\n\nclass TestB:\n    def test_c(self):\n        assert 2 == 3\n"


def test_what_is_known_is_not_rewritten_again(tmp_path):
    folder = Folder(tmp_path)
    folder.code(FEW)
    assert folder.taken == 0
    folder.code(b"import os\n\n" + FEW + b"\n    def test_d(self):\n        assert 4\n")
    assert folder.taken == 2


@pytest.mark.parametrize(
    "source",
    [
        FEW.replace(b"\n", b"\r\n"),
        FEW + b"\n\ndef test_e():\n    assert (one := 1)\n",
        b"# coding: latin-1\n" + FEW,
        b"from __future__ import annotations\n" + FEW,
        b'"PYTEST_DONT" "_REWRITE"\n' + FEW,
        FEW.replace(b"1 == 1", b"1 == 2").replace(b"TestB", b"TestC"),
    ],
    ids=[
        "ends of lines",
        "assigned in an assertion",
        "another encoding",
        "another future",
        "kept off",
        "other texts and names",
    ],
)
def test_what_may_come_out_otherwise_is_rewritten(source, tmp_path):
    folder = Folder(tmp_path)
    folder.code(FEW)
    assert told_of(folder.code(source)) == told_of(folder.usual(source))
    assert folder.taken == 0


USES = b"def test_a():\n    import json\n    text = json.dumps(1)\n    assert text.strip() == '1'\n"


@pytest.mark.parametrize("head", [b"import json\n", b"if 1:\n    import text\n", b"import x as json, os\n"])
def test_a_function_is_another_one_where_the_module_imports_what_it_names(head, tmp_path):
    """CPython 3.11 and later call the methods of such names in another way."""
    folder = Folder(tmp_path)
    folder.code(USES)
    assert told_of(folder.code(head + USES)) == told_of(folder.usual(head + USES))
    assert folder.taken == 0
    assert told_of(folder.code(b"import os\n" + USES)) == told_of(folder.usual(b"import os\n" + USES))
    assert folder.taken == 1


def test_lines_that_only_python_sees_are_no_pieces(tmp_path):
    folder, old = Folder(tmp_path), FEW.replace(b"\n", b"\r")
    folder.code(old)
    changed = old.replace(b"2 == 3", b"2 == 4")
    assert told_of(folder.code(changed)) == told_of(folder.usual(changed))


def test_nothing_is_in_pieces_where_a_hook_is_told_the_lines_of_what_passes(tmp_path):
    folder, later = Folder(tmp_path), b"\n\n" + FEW
    folder.code(FEW, Config(told=True))
    assert not list(folder.cache.iterdir())
    folder.code(FEW)
    assert told_of(folder.code(later, Config(told=True))) == told_of(folder.usual(later, Config(told=True)))
    assert folder.taken == 0


@pytest.mark.parametrize("content", [b"", b"torn", marshal.dumps(7), marshal.dumps({})[:-1], marshal.dumps({"a": 1})])
def test_what_is_kept_and_no_pieces_is_made_anew(content, tmp_path):
    folder = Folder(tmp_path)
    folder.code(FEW)
    (kept,) = folder.cache.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(content)
    assert told_of(folder.code(FEW)) == told_of(folder.usual(FEW))
    assert kept.read_bytes() == whole


def test_who_else_takes_part_in_rewriting_goes_on_doing_so(tmp_path, monkeypatch):
    """Put in place before, between and after; ours is not asked any more once it is over."""
    said: list[str] = []

    def telling(name: str, usual):
        def stands_in(*given):
            said.append(name)
            return usual(*given)

        return stands_in

    monkeypatch.setattr(rewrite, "get_cache_dir", lambda path: tmp_path)
    monkeypatch.setattr(rewrite, "_rewrite_test", telling("before", rewrite._rewrite_test))
    made = piecewise()
    assert made is not None
    made.begin()
    monkeypatch.setattr(rewrite, "_rewrite_test", telling("between", rewrite._rewrite_test))
    (tmp_path / "test_it.py").write_bytes(FEW)
    made.end()
    rewrite._rewrite_test(tmp_path / "test_it.py", Config())
    assert said == ["between", "before"]
    assert [path.name for path in tmp_path.iterdir()] == ["test_it.py"]


def test_what_others_have_rewritten_is_theirs_alone(tmp_path, monkeypatch):
    """Whoever calls pytest's function by itself, with the text of a file that was just rewritten or another, gets it all."""
    folder = Folder(tmp_path)
    folder.code(FEW)
    monkeypatch.setattr(rewrite, "get_cache_dir", lambda path: folder.cache)
    made = piecewise()
    assert made is not None
    made.begin()
    try:
        for before in (lambda: None, lambda: rewrite._rewrite_test(folder.file, Config())):
            for more in ((str(folder.file), Config()), (), (None, None)):
                before()
                module = ast.parse(FEW)
                rewrite.rewrite_asserts(module, FEW, *more)
                assert "AssertionError" in ast.unparse(module)
            module = ast.parse(FEW)
            rewrite.rewrite_asserts(mod=module, source=FEW.decode(), module_path="x.py", config=None)
            assert "AssertionError" in ast.unparse(module)
    finally:
        made.end()
    assert made.taken == 6


def test_a_folder_that_cannot_be_written_to_is_no_error(tmp_path):
    folder = Folder(tmp_path)
    folder.cache = tmp_path / "none"
    assert told_of(folder.code(FEW)) == told_of(folder.usual(FEW))


def test_a_failure_is_told_with_the_line_on_which_it_stands_now(tmp_path):
    folder = Folder(tmp_path)
    folder.code(FEW)
    names: dict[str, object] = {"__name__": "test_it"}
    exec(folder.code(b"\n" * 7 + FEW), names)
    with pytest.raises(AssertionError, match="2 == 3") as caught:
        names["TestB"]().test_c()  # type: ignore[operator]
    assert traceback.extract_tb(caught.value.__traceback__)[-1].lineno == 7 + FEW.count(b"\n")
    assert folder.taken == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["process", "bubblewrap", pytest.param("docker", marks=pytest.mark.docker)])
def test_sessions_rewrite_in_pieces_and_guarded_ones_do_not(name, tmp_path, working_sandbox):
    """What is kept is exchanged for what fails, to see who takes it."""
    python = Path(sys.executable)
    repo = write_repository(tmp_path / "repo", {"test_it.py": FEW.decode().replace("2 == 3", "3 == 3")})
    project, blobs = read_project(repo, inspect_interpreter(python, repo), (), allow_dirty=True)
    target, launcher = Target(project, python), Launcher(open_sandbox(working_sandbox(name), python))
    tests = ["test_it.py::test_a", "test_it.py::TestB::test_c"]
    with Workspace(project.folder, tmp_path / "ledger") as workspace:

        def outcomes(content: bytes, guard: Guarded | None = None) -> list[str]:
            workspace.show({**blobs, "test_it.py": ("100644", content)})
            session = run_session(target, workspace, launcher, SessionOptions(groups=[tests], guard=guard))
            return [record["outcome"] for record in session.tests]

        first = blobs["test_it.py"][1]
        assert outcomes(first) == ["passed"] * 2
        (kept,) = workspace.scratch.rglob("pieces.test_it.*")
        known = marshal.loads(kept.read_bytes())
        assert [text[2] for text in known] == [("test_a",), ("TestB", "test_c")]
        failing = compile("def test_a():\n    assert False\n", "test_it.py", "exec").co_consts[0]
        kept.write_bytes(marshal.dumps(dict.fromkeys(known, failing)))
        assert outcomes(b"\n" + first) == ["failed"] * 2
        assert outcomes(b"\n\n" + first, Guarded(("test_it.py",))) == ["passed"] * 2
        assert outcomes(b"\n" + first.replace(b"1 == 1", b"2 == 2")) == ["passed", "failed"]
