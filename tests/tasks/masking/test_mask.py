"""Masking by before and after text (C1, C2)."""

import ast
import textwrap

import pytest
from sweflow_rdg.index.reader import index_file
from sweflow_tasks.masking.mask import Docstrings, apply_edits, remove, stub

CASES = {
    "a plain body": (
        "def f(x):\n    y = x\n    return y\n",
        "def f(x):\n    raise NotImplementedError('sweflow: m.py::f')\n",
    ),
    "a docstring stays": (
        'def f():\n    """Doc."""\n    return 1\n',
        'def f():\n    """Doc."""\n    raise NotImplementedError(\'sweflow: m.py::f\')\n',
    ),
    "a body that is only a docstring": (
        'def f():\n    """Doc."""  # why\n',
        'def f():\n    """Doc."""\n    raise NotImplementedError(\'sweflow: m.py::f\')\n',
    ),
    "comments of the body go, those on the header stay": (
        "def f():  # noqa\n    # how\n    return 1  # why\n    # end\n\n# next\ng = 1\n",
        "def f():  # noqa\n    raise NotImplementedError('sweflow: m.py::f')\n\n# next\ng = 1\n",
    ),
    "one line": ("def f(): return 1  # c\n", "def f(): raise NotImplementedError('sweflow: m.py::f')\n"),
    "one line with a docstring": (
        'def f(): "d"; return 1\n',
        "def f(): \"d\"; raise NotImplementedError('sweflow: m.py::f')\n",
    ),
    "a generator stays one": (
        "def f():\n    yield 1\n",
        "def f():\n    raise NotImplementedError('sweflow: m.py::f')\n    yield\n",
    ),
    "a generator on one line": (
        "def f(): yield 1\n",
        "def f(): raise NotImplementedError('sweflow: m.py::f'); yield\n",
    ),
    "a nested generator does not make one": (
        "def f():\n    def g():\n        yield 1\n    return g\n",
        "def f():\n    raise NotImplementedError('sweflow: m.py::f')\n",
    ),
    "a coroutine": (
        "async def f():\n    await g()\n",
        "async def f():\n    raise NotImplementedError('sweflow: m.py::f')\n",
    ),
    "decorators stay": (
        "@a\n@b(\n  1)\ndef f():\n    return 1\n",
        "@a\n@b(\n  1)\ndef f():\n    raise NotImplementedError('sweflow: m.py::f')\n",
    ),
    "a header over many lines": (
        "class C:\n    def f(\n        self,\n        a: 'x:y' = {1: 2},  # a: b\n    ) -> (\n        int  # c:\n    ):\n        return 1\n",
        "class C:\n    def f(\n        self,\n        a: 'x:y' = {1: 2},  # a: b\n    ) -> (\n        int  # c:\n    ):\n"
        "        raise NotImplementedError('sweflow: m.py::C.f')\n",
    ),
    "tabs": (
        "class C:\n\tdef f(self):\n\t\treturn 1\n",
        "class C:\n\tdef f(self):\n\t\traise NotImplementedError('sweflow: m.py::C.f')\n",
    ),
    "windows line ends": (
        'def f():\r\n    """D."""\r\n    x = 1\r\n    return x\r\n',
        'def f():\r\n    """D."""\r\n    raise NotImplementedError(\'sweflow: m.py::f\')\r\n',
    ),
    "no final newline": ("def f():\n    return 1", "def f():\n    raise NotImplementedError('sweflow: m.py::f')"),
    "a comment set less deep than the body is not the body's": (
        "class C:\n    def f(self):\n        return 1\n    # about g\n    def g(self): return 2\n",
        "class C:\n    def f(self):\n        raise NotImplementedError('sweflow: m.py::C.f')\n    # about g\n"
        "    def g(self): raise NotImplementedError('sweflow: m.py::C.g')\n",
    ),
    "type parameters": (
        "def f[T: (int, str)](x: T) -> T:\n    return x\n",
        "def f[T: (int, str)](x: T) -> T:\n    raise NotImplementedError('sweflow: m.py::f')\n",
    ),
    "a second definition is another function": (
        "if a:\n    def f(): return 1\nelse:\n    def f(): return 2\n",
        "if a:\n    def f(): raise NotImplementedError('sweflow: m.py::f')\n"
        "else:\n    def f(): raise NotImplementedError('sweflow: m.py::f@2')\n",
    ),
    "an overload keeps its ellipsis line": (
        "@overload\ndef f(x: int) -> int: ...\n",
        "@overload\ndef f(x: int) -> int: raise NotImplementedError('sweflow: m.py::f')\n",
    ),
    "a bytes literal is no docstring": (
        "def f():\n    b'x'\n    return 1\n",
        "def f():\n    raise NotImplementedError('sweflow: m.py::f')\n",
    ),
    "a multi-line string at the end": (
        "def f():\n    return '''a\n# not a comment\n'''\nx = 1\n",
        "def f():\n    raise NotImplementedError('sweflow: m.py::f')\nx = 1\n",
    ),
    "an asynchronous generator stays one": (
        "async def f():\n    async for x in y:\n        yield x\n",
        "async def f():\n    raise NotImplementedError('sweflow: m.py::f')\n    yield\n",
    ),
    "a decorated context manager": (
        "@contextmanager\ndef f(a):\n    try:\n        yield a\n    finally:\n        a.close()\n",
        "@contextmanager\ndef f(a):\n    raise NotImplementedError('sweflow: m.py::f')\n    yield\n",
    ),
    "a property and its setter": (
        "class C:\n    @property\n    def p(self): return self._p\n\n    @p.setter\n    def p(self, p):\n        self._p = p\n",
        "class C:\n    @property\n    def p(self): raise NotImplementedError('sweflow: m.py::C.p')\n\n    @p.setter\n"
        "    def p(self, p):\n        raise NotImplementedError('sweflow: m.py::C.p@2')\n",
    ),
    "class and static methods": (
        "class C:\n    @classmethod\n    def a(cls): return cls()\n    @staticmethod\n    def b():\n        return 1\n",
        "class C:\n    @classmethod\n    def a(cls): raise NotImplementedError('sweflow: m.py::C.a')\n    @staticmethod\n"
        "    def b():\n        raise NotImplementedError('sweflow: m.py::C.b')\n",
    ),
    "an abstract method that is only a docstring": (
        'class C(ABC):\n    @abstractmethod\n    def f(self):\n        """D."""\n',
        'class C(ABC):\n    @abstractmethod\n    def f(self):\n        """D."""\n'
        "        raise NotImplementedError('sweflow: m.py::C.f')\n",
    ),
    "methods that make objects": (
        "@dataclass\nclass C:\n    def __new__(cls): return super().__new__(cls)\n    def __init__(self):\n"
        "        super().__init__()\n    def __post_init__(self) -> None:\n        self.x = 1\n",
        "@dataclass\nclass C:\n    def __new__(cls): raise NotImplementedError('sweflow: m.py::C.__new__')\n"
        "    def __init__(self):\n        raise NotImplementedError('sweflow: m.py::C.__init__')\n"
        "    def __post_init__(self) -> None:\n        raise NotImplementedError('sweflow: m.py::C.__post_init__')\n",
    ),
    "a method after statements with semicolons, and semicolons in its body": (
        "class C:\n    a = 1; b = 2;\n    def f(self): x = 1; return x;\n    c = 3\n",
        "class C:\n    a = 1; b = 2;\n    def f(self): raise NotImplementedError('sweflow: m.py::C.f')\n    c = 3\n",
    ),
    "a docstring with a statement behind it on its line": (
        'def f():\n    """D."""; x = 1\n    return x\n',
        'def f():\n    """D."""\n    raise NotImplementedError(\'sweflow: m.py::f\')\n',
    ),
    "a generic class": (
        "class C[T](Base[T], key=1):\n    type A = int\n    def f[S: T](self, x: S) -> T:\n        return x\n",
        "class C[T](Base[T], key=1):\n    type A = int\n    def f[S: T](self, x: S) -> T:\n"
        "        raise NotImplementedError('sweflow: m.py::C.f')\n",
    ),
    "a body behind a continued line": (
        "def f(x): \\\n    return x\ny = 1\n",
        "def f(x): \\\n    raise NotImplementedError('sweflow: m.py::f')\ny = 1\n",
    ),
    "old Macintosh line ends": (
        "def f():\r    x = 1\r    yield x\ry = 1\r",
        "def f():\r    raise NotImplementedError('sweflow: m.py::f')\r    yield\ry = 1\r",
    ),
    "match and nested classes": (
        "class A:\n    class B:\n        def f(self, x):\n            match x:\n                case 1:\n                    return 2\n",
        "class A:\n    class B:\n        def f(self, x):\n            raise NotImplementedError('sweflow: m.py::A.B.f')\n",
    ),
}


def masked(source: bytes) -> bytes:
    file = index_file("m.py", source)
    return file.text.encode(apply_edits(file.text.utf8, [stub(d, file.text.utf8) for d in file.definitions]))


@pytest.mark.parametrize("case", CASES)
def test_C1_a_stub_replaces_the_body_and_nothing_else(case):
    before, after = CASES[case]
    assert masked(before.encode()).decode() == after


STRIPPED = {
    "a docstring goes with the comments around it": (
        'def f():  # kept\n    # why\n    """Doc.\n\n    More.\n    """\n    # how\n    return 1\nx = 1\n',
        "def f():  # kept\n    raise NotImplementedError('sweflow: m.py::f')\nx = 1\n",
    ),
    "a docstring on the header's line": (
        'def f(): "d"; return 1\n',
        "def f(): raise NotImplementedError('sweflow: m.py::f')\n",
    ),
    "a body that is only a docstring": (
        'async def f():\n\t"""D."""\n',
        "async def f():\n\traise NotImplementedError('sweflow: m.py::f')\n",
    ),
    "no docstring": ("def f(): yield\n", "def f(): raise NotImplementedError('sweflow: m.py::f'); yield\n"),
}


@pytest.mark.parametrize("case", STRIPPED)
def test_C2_docstrings_are_stripped_where_that_is_asked_for(case):
    before, after = STRIPPED[case]
    file = index_file("m.py", before.encode())
    edits = [stub(d, file.text.utf8, Docstrings.STRIP) for d in file.definitions]
    assert apply_edits(file.text.utf8, edits).decode() == after


@pytest.mark.parametrize("case", [case for case, (before, _) in CASES.items() if "[" not in before])
def test_C3_what_is_masked_compiles(case):
    compile(masked(CASES[case][0].encode()), "m.py", "exec")


def test_C1_encodings_and_byte_order_marks_survive():
    latin = '# -*- coding: latin-1 -*-\nname = "é"\ndef f():\n    return "è"\n'.encode("latin-1")
    assert masked(latin).startswith('# -*- coding: latin-1 -*-\nname = "é"\n'.encode("latin-1"))
    marked = b"\xef\xbb\xbf" + "x = 'é'\ndef f(): return 1\n".encode()
    assert masked(marked).startswith(b"\xef\xbb\xbf" + "x = 'é'\n".encode())


def test_C1_form_feeds_stay():
    assert masked(b"x = 1\n\x0c\ndef f():\n    return 1\n\x0c\ny = 2\n") == (
        b"x = 1\n\x0c\ndef f():\n    raise NotImplementedError('sweflow: m.py::f')\n\x0c\ny = 2\n"
    )


def test_names_that_are_not_ascii_give_an_ascii_marker_that_means_the_same():
    text = masked("def naïve(): return 1\n".encode()).decode()
    call = ast.parse(text).body[0].body[0].exc  # type: ignore[attr-defined]
    assert call.args[0].value == "sweflow: m.py::naïve"


def test_edits_that_overlap_are_refused():
    file = index_file("m.py", b"def f():\n    return 1\n")
    edit = stub(file.definitions[0], file.text.utf8)
    with pytest.raises(ValueError, match="overlap"):
        apply_edits(file.text.utf8, [edit, edit])


def without(source: str, *names: str, named: frozenset[str] = frozenset()) -> str:
    file = index_file("t.py", textwrap.dedent(source).encode())
    gone = [d for d in file.definitions if d.name in names]
    return apply_edits(file.text.utf8, remove(gone, named, file.text.utf8)).decode()


def test_C4_a_test_of_a_later_step_goes_with_its_decorators():
    source = "import pytest\n\n@pytest.mark.parametrize('x', [1])\ndef test_a(x):\n    assert x\n\ndef test_b(): pass\n"
    assert without(source, "test_a") == "import pytest\n\n\ndef test_b(): pass\n"


def test_a_class_that_loses_all_its_tests_gets_pass():
    assert without("class T:\n    def test_a(self): pass\n\n    def test_b(self): pass\n", "test_a", "test_b") == (
        "class T:\n    pass\n\n"
    )


def test_a_class_with_a_docstring_needs_no_pass():
    assert without('class T:\n    """D."""\n    def test_a(self): pass\n', "test_a") == 'class T:\n    """D."""\n'


REMOVED = {
    "a function between others, with its decorators and comments": (
        "a = 1\n\n# about f\n@cache\ndef f():\n    return 1  # why\n    # end\n\n\nb = 2\n",
        "a = 1\n\n# about f\n\n\nb = 2\n",
    ),
    "the only function of a module": ("def f():\n    return 1\n", ""),
    "the only function of a module, without a final newline": ("import a\n\ndef f():\n    return 1", "import a\n\n"),
    "all of a class": ("class C(Base):\n    def f(self):\n        return 1\n", "class C(Base):\n    pass\n"),
    "all of a class but its docstring": (
        'class C:\n    """D."""\n\n    def f(self):\n        return 1\n',
        'class C:\n    """D."""\n\n',
    ),
    "all of a class but a comment": (
        "class C:\n    # why\n    def f(self): return 1\nx = 1\n",
        "class C:\n    # why\n    pass\nx = 1\n",
    ),
    "one of two methods": (
        "class C:\n    def f(self): return 1\n    y = 2\n",
        "class C:\n    y = 2\n",
    ),
    "a nested class": (
        "class A:\n\tclass B:\n\t\tdef f(self):\n\t\t\treturn 1\n\tx = 1\n",
        "class A:\n\tclass B:\n\t\tpass\n\tx = 1\n",
    ),
    "all of a branch": (
        "try:\r\n    import a\r\nexcept ImportError:\r\n    def f(): return 1\r\n",
        "try:\r\n    import a\r\nexcept ImportError:\r\n    pass\r\n",
    ),
}


@pytest.mark.parametrize("case", REMOVED)
def test_C2_a_removed_function_takes_its_own_text_with_it_and_leaves_what_compiles(case):
    before, after = REMOVED[case]
    assert without(before, "f") == after
    compile(after, "m.py", "exec")


def test_C5_a_test_function_that_something_names_leaves_a_bare_definition():
    text = without(
        "@mark([1])\ndef test_a(x): assert x\n\nsuite = [test_a]\n", "test_a", named=frozenset({"t.py::test_a"})
    )
    assert text == "def test_a(*args, **kwargs): raise NotImplementedError\n\nsuite = [test_a]\n"
