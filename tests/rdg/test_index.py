"""The source index and how code objects find their functions (G1)."""

from sweflow_rdg.index import index_file, index_source
from sweflow_rdg.resolve import Resolved, Resolver
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
    assert resolver.resolve(CodeRef("m.py", "f", 999)) == "line-beyond-the-file"


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
