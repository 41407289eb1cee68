"""The source index and how code objects find their functions (G1)."""

import ast

import pytest
from sweflow_rdg.graph.resolve import Resolved, Resolver
from sweflow_rdg.index.reader import index_file
from sweflow_rdg.index.source import index_source
from sweflow_tracer import CodeRef

SOURCE = b"""\
class A:
    @property
    def size(self):
        return 1

    @size.setter
    def size(self, value):
        self.x = [n for n in value]

    key = lambda self: 1

    @decorate(lambda f: f)
    def method(self, default=lambda: 0):
        def inner():
            return (lambda: 2)()
        return inner

x = (lambda: 1)()
def one(): return (lambda: 1)
"""


def owner(line: int, name: str) -> str:
    index = index_source({"m.py": ("100644", SOURCE)})
    found = Resolver(index).resolve(CodeRef("m.py", name, line))
    assert isinstance(found, Resolved)
    return found.id.partition("::")[2]


def test_ids_follow_the_source_and_number_second_definitions():
    assert [d.id for d in index_file("m.py", SOURCE).definitions] == [
        "m.py::A.size",
        "m.py::A.size@2",
        "m.py::A.method",
        "m.py::one",
    ]


def test_G1_a_decorated_function_is_found_by_its_decorators_line():
    assert owner(2, "size") == "A.size"
    assert owner(6, "size") == "A.size@2"


def test_G1_nested_functions_lambdas_and_comprehensions_belong_to_the_function_around_them():
    assert owner(14, "inner") == "A.method"
    assert owner(15, "<lambda>") == "A.method"
    assert owner(8, "<listcomp>") == "A.size@2"
    assert owner(19, "<lambda>") == "one"


def test_G1_a_decorated_function_that_is_the_first_thing_in_a_body_belongs_to_it():
    text = b"def wrap(f):\n    @functools.wraps(f)\n    def inner(): pass\n    return inner\n"
    found = Resolver(index_source({"m.py": ("100644", text)})).resolve(CodeRef("m.py", "inner", 2))
    assert isinstance(found, Resolved)
    assert found.id == "m.py::wrap"


def test_G1_code_outside_functions_belongs_to_the_module():
    assert owner(1, "A") == "<module>"
    assert owner(10, "<lambda>") == "<module>"
    assert owner(18, "<lambda>") == "<module>"
    assert owner(1, "<module>") == "<module>"


def test_G1_lambdas_in_decorators_and_defaults_run_outside_the_function():
    assert owner(12, "<lambda>") == "<module>"
    assert owner(13, "<lambda>") == "<module>"


def test_G1_code_that_stands_nowhere_gives_its_reason():
    resolver = Resolver(index_source({"m.py": ("100644", SOURCE)}))
    assert resolver.resolve(CodeRef("gone.py", "f", 1)) == "file-not-indexed"
    assert resolver.resolve(CodeRef("m.py", "one", 999)) == "line-beyond-the-file"
    assert resolver.resolve(CodeRef("m.py", "made_by_exec", 4)) == "not-in-the-source"


SHAPES = b"""\
import abc, dataclasses, functools, typing

def plain(): pass
async def coroutine(): await x
async def stream(): yield 1
def generator():
    def inner(): pass
    yield from inner
def no_generator():
    def inner(): yield
    return lambda: (yield)
def __getattr__(name): pass

class C(abc.ABC):
    def method(self): pass
    @staticmethod
    def static(): pass
    @classmethod
    def class_(cls): pass
    def __new__(cls): pass
    def __init_subclass__(cls): pass
    def __len__(self): pass
    @functools.cached_property
    def cached(self): pass
    @property
    @abc.abstractmethod
    def size(self): pass
    @size.setter
    def size(self, value): pass
    @typing.overload
    def over(self): ...
    def __post_init__(self): pass
    @app.route("/", methods=["GET"])
    def decorated(self): pass
"""


def shapes() -> dict[str, tuple[str, set[str]]]:
    found = index_file("m.py", SHAPES).definitions
    return {d.id.partition("::")[2]: (d.kind.value, {trait.value for trait in d.traits}) for d in found}


def test_every_function_has_its_kind_and_traits():
    assert shapes() == {
        "plain": ("function", set()),
        "coroutine": ("function", {"async"}),
        "stream": ("function", {"async", "generator"}),
        "generator": ("function", {"generator"}),
        "no_generator": ("function", set()),
        "__getattr__": ("function", {"special"}),
        "C.method": ("method", set()),
        "C.static": ("static-method", set()),
        "C.class_": ("class-method", set()),
        "C.__new__": ("static-method", {"special"}),
        "C.__init_subclass__": ("class-method", {"special"}),
        "C.__len__": ("method", {"special"}),
        "C.cached": ("property", set()),
        "C.size": ("property", {"abstract"}),
        "C.size@2": ("property", set()),
        "C.over": ("method", {"overload"}),
        "C.__post_init__": ("method", {"special", "hook"}),
        "C.decorated": ("method", set()),
    }


def test_decorators_are_kept_as_written():
    decorated = index_file("m.py", SHAPES).definitions[-1]
    assert decorated.decorators == ('app.route("/", methods=["GET"])',)


def complexity(body: str) -> int:
    text = "def f():\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return index_file("m.py", text.encode()).definitions[0].complexity


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("pass", 1),
        ("if a: pass\nelif b: pass\nelse: pass", 3),
        ("x = 1 if a else 2", 2),
        ("for a in b:\n    while c: pass\nelse: pass", 3),
        ("try: pass\nexcept A: pass\nexcept B: pass\nfinally: pass", 3),
        ("return a and b or c", 3),
        ("return [a for a in b if c for d in e]", 4),
        ("assert a", 2),
        ("with a: pass", 1),
        ("match a:\n    case 1: pass\n    case [x]: pass\n    case _: pass", 3),
        ("match a:\n    case _ if b: pass", 2),
        ("def inner():\n    if a: pass\nreturn lambda: a or b", 3),
    ],
)
def test_complexity_is_one_more_than_the_decisions(body, wanted):
    assert complexity(body) == wanted


def test_a_function_at_class_level_inside_if_and_try_is_a_definition_too():
    text = b"class C:\n    if x:\n        def f(self): pass\n    else:\n        def f(self): pass\ntry:\n    def g(): pass\nexcept E:\n    def g(): pass\n"
    index = index_file("m.py", text)
    assert [d.qualname for d in index.definitions] == ["C.f", "C.f", "g", "g"]
    assert [d.id for d in index.definitions][1::2] == ["m.py::C.f@2", "m.py::g@2"]
    assert index.classes[0].methods == ("m.py::C.f", "m.py::C.f@2")


def test_a_class_knows_its_bases_decorators_and_methods():
    text = (
        b"@dataclass(frozen=True)\nclass C(a.B[int], make(), metaclass=M):\n    def f(self): pass\n    class D: pass\n"
    )
    outer, inner = index_file("m.py", text).classes
    assert outer.bases == ("a.B", "make")
    assert outer.decorators == ("dataclass(frozen=True)",)
    assert (outer.methods, inner.qualname) == (("m.py::C.f",), "C.D")


def test_a_file_that_is_nested_too_deeply_is_reported_and_left_alone():
    deep = b"x = " + b" + ".join(b"1" for _ in range(3000)) + b"\n"
    index = index_source({"deep.py": ("100644", deep), "good.py": ("100644", b"def f(): pass\n")})
    assert list(index.files) == ["good.py"]
    assert index.unparsable == (("deep.py", "RecursionError: its code is nested too deeply"),)


def test_a_file_that_does_not_parse_is_reported_and_left_alone():
    index = index_source(
        {
            "bad.py": ("100644", b"def f(:\n"),
            "bytes.py": ("100644", b"x = '\xff'\n"),
            "coded.py": ("100644", b"# coding: nonsense\n"),
            "good.py": ("100644", b"def f(): pass\n"),
        }
    )
    assert list(index.files) == ["good.py"]
    assert [path for path, _ in index.unparsable] == ["bad.py", "bytes.py", "coded.py"]


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "[" * 3000 + "]" * 3000,
        "x = " + "-" * 50_000 + "1",
        "x = " + "+".join(["a"] * 100_000),
        "x = a" + ".b" * 5000,
        "".join(" " * depth + "if x:\n" for depth in range(150)) + " " * 150 + "pass\n",
        "print 1\nx = " + "[" * 30_000 + "]" * 30_000,
        "print 1\nx = " + "-" * 50_000 + "1",
    ],
    ids=["brackets", "signs", "sums", "attributes", "blocks", "brackets in another Python", "signs in another Python"],
)
def test_code_that_is_nested_too_deeply_is_left_out_and_nothing_else(source):
    index = index_source({"deep.py": ("100644", source.encode()), "fine.py": ("100644", b"def f(): pass\n")})
    assert [path for path, _ in index.unparsable] == ["deep.py"]
    assert list(index.definitions()) == ["fine.py::f"]


def test_a_file_of_a_newer_python_than_this_one_is_read_in_a_process_of_its_own(monkeypatch):
    def refuses(*_):
        raise SyntaxError("newer than this")

    monkeypatch.setattr(ast, "parse", refuses)
    index = index_source({"new.py": ("100644", b"def f(): pass\n")})
    assert list(index.definitions()) == ["new.py::f"]
