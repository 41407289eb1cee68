"""Test code: the syntax trees of test functions, and what else of their file they use."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import dedent

from sweflow_rdg import Definition, SourceIndex
from sweflow_rdg.graph.roles import looks_like_test
from sweflow_rdg.index.modules import Modules
from sweflow_tracer.syntax import syntax_tree

from sweflow_tasks.statements.parameters import called

Function = ast.FunctionDef | ast.AsyncFunctionDef
_DEEPEST = 8  # names that stand for names
SET_UP = frozenset(
    {
        *("setUp", "tearDown", "setUpClass", "tearDownClass", "asyncSetUp", "asyncTearDown"),
        *("setup_method", "teardown_method", "setup_class", "teardown_class", "setup", "teardown"),
    }
)
_SET_UP_MODULE = frozenset({"setup_module", "teardown_module", "setUpModule", "tearDownModule"})


@dataclass(frozen=True, slots=True)
class Helper:
    """A statement outside any test that tests use: a helper, fixture, constant, import or set-up method.

    ``within`` is the class that it stands in, if any; ``names`` are what it binds.
    """

    path: str
    line: int
    within: str
    source: str
    names: tuple[str, ...]


class TestCode:
    """Reads test files, each once. A file that this interpreter cannot parse has nothing to say."""

    __test__ = False

    def __init__(self, index: SourceIndex) -> None:
        self._index = index
        self._modules = Modules(index.files)
        self._files: dict[str, _File | None] = {}

    def function(self, definition: Definition) -> Function | None:
        """The syntax tree of a test function."""
        file = self._file(definition.path)
        return file.functions.get(definition.line) if file is not None else None

    def marks(self, definition: Definition) -> tuple[ast.expr, ...]:
        """The decorators of a test function and of the classes that it stands in, outermost first."""
        node = self.function(definition)
        return (*self.around(definition), *(node.decorator_list if node is not None else ()))

    def arguments(self, definition: Definition) -> frozenset[str]:
        """The fixtures that a test asks for: its parameters, and what its ``usefixtures`` marks name."""
        node = self.function(definition)
        own = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)} if node else set()
        marks = (
            mark for mark in self.marks(definition) if isinstance(mark, ast.Call) and called(mark) == "usefixtures"
        )
        return frozenset(own | {str(name.value) for m in marks for name in m.args if isinstance(name, ast.Constant)})

    def around(self, definition: Definition) -> tuple[ast.expr, ...]:
        """The decorators of the classes that a test function stands in."""
        file = self._file(definition.path)
        parts = definition.qualname.split(".")[:-1]
        names = [".".join(parts[: n + 1]) for n in range(len(parts))]
        return tuple(mark for name in names if file is not None for mark in file.marks(name))

    def helpers(self, definitions: Iterable[Definition], helpers: Iterable[Definition] = ()) -> tuple[Helper, ...]:
        """What test functions use of files of the test side outside tests, directly or through one another, in order.

        ``helpers`` are functions that they were seen to call, wherever these stand.
        """
        by_path: dict[str, tuple[list[Definition], list[Definition]]] = {}
        for place, given in enumerate((definitions, helpers)):
            for definition in given:
                by_path.setdefault(definition.path, ([], []))[place].append(definition)
        return tuple(
            helper
            for path in sorted(by_path)
            if (file := self._file(path)) is not None
            for helper in file.used_by(*by_path[path])
        )

    def helper(self, definition: Definition) -> Helper | None:
        """One function of a test file as it stands."""
        file = self._file(definition.path)
        return file.text_of(definition) if file is not None else None

    def constants(self, path: str, nodes: Iterable[ast.AST]) -> tuple[Helper, ...]:
        """The assignments of a file to names that some code in it uses."""
        file = self._file(path)
        return file.constants(nodes) if file is not None else ()

    def rows(self, path: str, values: ast.expr) -> list[ast.expr] | None:
        """The elements of a sequence that some code in a file names or writes; None where they are computed.

        Names are replaced by what the test side's files assign to them, where that is certain.
        """
        return self._rows(path, values, _DEEPEST)

    def _rows(self, path: str, values: ast.expr, left: int) -> list[ast.expr] | None:
        match values:
            case ast.Name(id=name) if left and (found := self._assigned(path, name)) is not None:
                return self._rows(*found, left - 1)
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return [row for element in elements for row in self._row(path, element, left)]
            case ast.BinOp(left=first, op=ast.Add(), right=second):
                one, two = self._rows(path, first, left), self._rows(path, second, left)
                return one + two if one is not None and two is not None else None
        return None

    def _row(self, path: str, element: ast.expr, left: int) -> list[ast.expr]:
        if isinstance(element, ast.Starred):
            return self._rows(path, element.value, left) or [element]
        found = self._assigned(path, element.id) if isinstance(element, ast.Name) else None
        return [found[1] if found is not None else element]

    def _assigned(self, path: str, name: str) -> tuple[str, ast.expr] | None:
        """The file and value of a name that is bound once, in this file or in the one that it is imported from."""
        file = self._file(path)
        bound = file.bound(name) if file is not None else []
        if len(bound) != 1:
            return None
        match bound[0]:
            case ast.Assign(targets=[ast.Name()], value=value) | ast.AnnAssign(value=ast.expr() as value):
                return path, value
            case ast.ImportFrom(module=module, names=aliases, level=level):
                original = next(alias.name for alias in aliases if (alias.asname or alias.name) == name)
                places = self._modules.find("." * level + (module or ""), path)
                if len(places) == 1 and places[0] != path and looks_like_test(places[0]):
                    return self._assigned(places[0], original)
        return None

    def _file(self, path: str) -> "_File | None":
        if path not in self._files:
            text = self._index.files[path].text.utf8.decode("utf-8")
            try:
                self._files[path] = _File(path, text, syntax_tree(text))
            except (SyntaxError, ValueError):
                self._files[path] = None
        return self._files[path]


class _File:
    """One test file: its functions by first line, and its statements by the names that they bind."""

    def __init__(self, path: str, text: str, module: ast.Module) -> None:
        self.functions: dict[int, Function] = {}
        self._path = path
        self._lines = text.encode("utf-8").splitlines(keepends=True)
        self._bound: dict[str, list[tuple[str, ast.stmt]]] = {}
        self._classes: dict[str, ast.ClassDef] = {}
        self._read(module.body, "")

    def marks(self, name: str) -> list[ast.expr]:
        """The decorators of a class."""
        return self._classes[name].decorator_list if name in self._classes else []

    def bound(self, name: str) -> list[ast.stmt]:
        """The statements that bind a name at the top level."""
        return [node for _, node in self._bound.get(name, ())]

    def text_of(self, definition: Definition) -> Helper | None:
        """A function of this file as it stands."""
        node = self.functions.get(definition.line)
        return self._helper(definition.qualname.rpartition(".")[0], node) if node is not None else None

    def constants(self, nodes: Iterable[ast.AST]) -> tuple[Helper, ...]:
        """The assignments at the top level to names that some code uses."""
        names = sorted({name for node in nodes for name in _named(node)})
        found = (node for name in names for node in self.bound(name) if isinstance(node, ast.Assign | ast.AnnAssign))
        return tuple({_first_line(node): self._helper("", node) for node in found}.values())

    def used_by(self, definitions: list[Definition], helpers: list[Definition]) -> list[Helper]:
        """What some tests of this file use, some helpers of it, and what these use, in source order."""
        tests = {d.line for d in definitions}
        work: list[tuple[str, ast.stmt]] = [
            (d.qualname.rpartition(".")[0], self.functions[d.line])
            for d in (*definitions, *helpers)
            if d.line in self.functions
        ]
        if definitions:
            work += [pair for name in _SET_UP_MODULE for pair in self._bound.get(name, ())]
            work += [pair for pairs in self._bound.values() for pair in pairs if _is_autouse(pair[1])]
        found: dict[int, Helper] = {}
        while work:
            within, node = work.pop()
            line = _first_line(node)
            if line in found:
                continue
            if line not in tests:
                found[line] = self._helper(within, node)
            work += [pair for pair in self._next(within, node) if _first_line(pair[1]) not in tests]
        return [found[line] for line in sorted(found)]

    def _read(self, body: list[ast.stmt], within: str) -> None:
        for node in body:
            for name in _binds(node):
                self._bound.setdefault(f"{within}.{name}" if within else name, []).append((within, node))
            if isinstance(node, Function):
                self.functions[_first_line(node)] = node
            elif isinstance(node, ast.ClassDef):
                name = f"{within}.{node.name}" if within else node.name
                self._classes[name] = node
                self._read(node.body, name)
            else:
                for inner in ("body", "orelse", "finalbody"):
                    self._read(getattr(node, inner, []), within)

    def _next(self, within: str, node: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
        """Statements that a node names; methods and attributes of its own class and of the bases in this file."""
        names = set(_named(node))
        for name in names:
            yield from (pair for pair in self._bound.get(name, ()) if not self._holds_tests(pair[1]))
        for owner in self._chain(within):
            for name in (*names, *SET_UP):
                yield from self._bound.get(f"{owner}.{name}", ())

    def _chain(self, within: str) -> Iterator[str]:
        """A class and its bases, as far as they stand in this file."""
        work, seen = [within], set()
        while work:
            name = work.pop()
            if name in self._classes and name not in seen:
                seen.add(name)
                yield name
                work += [base.id for base in self._classes[name].bases if isinstance(base, ast.Name)]

    def _holds_tests(self, node: ast.stmt) -> bool:
        """Whether a statement is a class with tests, of which only the parts that are used are shown."""
        return isinstance(node, ast.ClassDef) and any(
            isinstance(inner, Function) and inner.name.startswith("test") for inner in node.body
        )

    def _helper(self, within: str, node: ast.stmt) -> Helper:
        lines = self._lines[_first_line(node) - 1 : node.end_lineno]
        text = dedent(b"".join(lines).decode("utf-8").replace("\r\n", "\n")).rstrip()
        return Helper(self._path, _first_line(node), within, text, tuple(_binds(node)))


def _first_line(node: ast.AST) -> int:
    decorators = getattr(node, "decorator_list", None) or [node]
    return min(int(decorators[0].lineno), int(node.lineno))  # type: ignore[attr-defined]


def _is_autouse(node: ast.stmt) -> bool:
    """Whether a function is a fixture that needs no naming."""
    calls = (mark for mark in getattr(node, "decorator_list", ()) if isinstance(mark, ast.Call))
    return any(keyword.arg == "autouse" for call in calls for keyword in call.keywords)


def _binds(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in aliases)
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = (name for target in targets for name in ast.walk(target))
            yield from (name.id for name in names if isinstance(name, ast.Name))


def _named(node: ast.AST) -> Iterator[str]:
    """Names that a piece of code uses: variables, attributes, parameters (fixtures), and fixtures in strings."""
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.Constant(value=str() as text) if text.isidentifier():
                yield text
