"""Reading one file into its index: a single walk over the libcst tree, with byte positions."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import libcst as cst
from libcst.metadata import CodeSpan

from sweflow_rdg.index.definitions import Binding, ClassDefinition, Cut, Definition
from sweflow_rdg.index.file import FileIndex
from sweflow_rdg.index.shape import kind_of, traits_of
from sweflow_rdg.index.strings import names_in_literal, names_in_pieces, pieces_of
from sweflow_rdg.index.text import decode
from sweflow_rdg.index.tree import children, docstring_node, dotted, spans_of

_NEWLINE = re.compile(rb"\r\n|\r|\n")
_DECISIONS = (
    *("If", "IfExp", "For", "While", "ExceptHandler", "ExceptStarHandler", "Assert"),
    *("BooleanOperation", "CompFor", "CompIf"),
)
_TO_COLON = re.compile(rb"(?:[^#:]|#[^\r\n]*)*:")


def index_file(path: str, content: bytes) -> FileIndex:
    """Index one file. Raises SyntaxError, UnicodeDecodeError, LookupError (encoding) or RecursionError."""
    text = decode(content)
    try:
        module = cst.parse_module(text.utf8.decode("utf-8"))
    except cst.ParserSyntaxError as error:
        raise SyntaxError(f"line {error.raw_line}") from error
    reader = _Reader(path, text.utf8, module, spans_of(module))
    reader.read()
    return FileIndex(
        path=path,
        text=text,
        line_count=len(_NEWLINE.findall(text.utf8)) + 1,
        definitions=tuple(reader.definitions),
        classes=tuple(sorted(reader.classes, key=lambda found: (found.line, found.id))),
        imports=tuple(sorted(reader.imports)),
        bindings=tuple(sorted(reader.bindings)),
        mentions={name: tuple(sorted(set(places))) for name, places in sorted(reader.mentions.items())},
        postponed=tuple(sorted(reader.postponed)),
        defined=tuple(sorted(reader.defined)),
    )


@dataclass(slots=True)
class _Scope:
    """A function or lambda while it is read."""

    is_generator: bool = False


@dataclass(slots=True)
class _Class:
    """A class outside functions while it is read."""

    name: str
    methods: list[str] = field(default_factory=list)


class _Reader:
    """Walks a file once. A function at module or class level is a definition; a nested one belongs to it."""

    def __init__(self, path: str, source: bytes, module: cst.Module, spans: Mapping[cst.CSTNode, CodeSpan]) -> None:
        self.definitions: list[Definition] = []
        self.classes: list[ClassDefinition] = []
        self.imports: set[str] = set()
        self.bindings: set[Binding] = set()
        self.mentions: dict[str, list[int]] = {}
        self.postponed: list[tuple[int, int]] = []
        self.defined: set[str] = set()
        self._path = path
        self._source = source
        self._module = module
        self._spans = spans
        self._line_starts = [0, *(match.end() for match in _NEWLINE.finditer(source))]
        self._around: list[_Class] = []
        self._suites: list[tuple[int, int]] = [(0, len(module.body))]
        self._functions = 0
        self._scopes = [_Scope()]
        self._decisions = 0
        self._postponing = False
        self._counts: dict[str, int] = {}
        self._handlers = self._make_handlers()

    def read(self) -> None:
        """Read the whole module."""
        self._visit_all(self._module.body)

    def _make_handlers(self) -> dict[str, Callable[..., None]]:
        """What to do with a node, by its type's name: later libcst has types that earlier ones lack."""
        return {
            **dict.fromkeys(_DECISIONS, self._decision),
            "Annotation": self._annotation,
            "ClassDef": self._class,
            "ConcatenatedString": self._concatenated,
            "Expr": self._expression_statement,
            "FormattedString": self._formatted,
            "FunctionDef": self._function,
            "Import": self._import,
            "ImportFrom": self._import_from,
            "IndentedBlock": self._block,
            "Lambda": self._lambda,
            "LazyImport": self._import,
            "LazyImportFrom": self._import_from,
            "MatchCase": self._case,
            "Name": self._name,
            "SimpleString": self._literal,
            "Yield": self._yield,
        }

    def _visit(self, node: cst.CSTNode) -> None:
        self._handlers.get(type(node).__name__, self._children)(node)

    def _visit_all(self, nodes: Iterable[cst.CSTNode | None]) -> None:
        for node in nodes:
            if node is not None:
                self._visit(node)

    def _children(self, node: cst.CSTNode) -> None:
        for child in children(node):
            self._visit(child)

    def _name(self, node: cst.Name) -> None:
        self._mention(node.value, node)

    def _mention(self, name: str, node: cst.CSTNode) -> None:
        self.mentions.setdefault(name, []).append(self._spans[node].start)

    def _literal(self, node: cst.SimpleString) -> None:
        for name in names_in_literal(node.value):
            self._mention(name, node)

    def _formatted(self, node: cst.FormattedString) -> None:
        for name in names_in_pieces(pieces_of(node)):
            self._mention(name, node)
        self._children(node)

    def _concatenated(self, node: cst.ConcatenatedString) -> None:
        value = node.evaluated_value
        if isinstance(value, str):
            for name in names_in_literal(f'"{value}"'):
                self._mention(name, node)
        self._children(node)

    def _expression_statement(self, node: cst.Expr) -> None:
        if not isinstance(node.value, cst.SimpleString):  # a string that stands alone is a docstring or a remark
            self._visit(node.value)

    def _annotation(self, node: cst.Annotation) -> None:
        if self._postponing:
            span = self._spans[node.annotation]
            self.postponed.append((span.start, span.start + span.length))
        self._visit(node.annotation)

    def _decision(self, node: cst.CSTNode) -> None:
        self._decisions += 1
        self._children(node)

    def _case(self, node: cst.MatchCase) -> None:
        pattern = node.pattern
        is_wildcard = isinstance(pattern, cst.MatchAs) and pattern.pattern is None and pattern.name is None
        self._decisions += not is_wildcard or node.guard is not None
        self._children(node)

    def _yield(self, node: cst.Yield) -> None:
        self._scopes[-1].is_generator = True
        self._children(node)

    def _lambda(self, node: cst.Lambda) -> None:
        self._visit(node.params)
        self._scopes.append(_Scope())
        self._visit(node.body)
        self._scopes.pop()

    def _import(self, node: cst.Import) -> None:
        for alias in node.names:
            name = dotted(alias.name)
            self.imports.add(name)
            bound = dotted(alias.asname.name) if alias.asname else ""
            first = name.partition(".")[0]
            self.bindings.add(Binding(bound, name) if bound else Binding(first, first))
        self._children(node)

    def _import_from(self, node: cst.ImportFrom) -> None:
        base = "." * len(node.relative) + (dotted(node.module) if node.module else "")
        self.imports.add(base)
        if isinstance(node.names, cst.ImportStar):
            self.bindings.add(Binding("*", base))
        else:
            for alias in node.names:
                name = dotted(alias.name)
                target = base + ("" if base.endswith(".") else ".") + name
                self.imports.add(target)
                self.bindings.add(Binding(dotted(alias.asname.name) if alias.asname else name, target))
                self._postponing |= target == "__future__.annotations"
        self._children(node)

    def _block(self, node: cst.IndentedBlock) -> None:
        self._suites.append((self._spans[node].start, len(node.body)))
        self._visit_all(node.body)
        self._suites.pop()

    def _class(self, node: cst.ClassDef) -> None:
        self.defined.add(node.name.value)
        self._visit_all((*node.decorators, node.name, node.type_parameters, *node.bases, *node.keywords))
        if self._functions:
            self._visit(node.body)
            return
        self._around.append(_Class(node.name.value))
        qualname = ".".join(outer.name for outer in self._around)
        name = self._numbered(qualname, "class ")
        self._visit(node.body)
        span = self._spans[node]
        self.classes.append(
            ClassDefinition(
                id=name,
                path=self._path,
                qualname=qualname,
                line=self._first_line(node),
                end_line=self._line(span.start + span.length),
                bases=tuple(filter(None, (dotted(base.value) for base in node.bases))),
                decorators=tuple(self._text(decorator.decorator) for decorator in node.decorators),
                methods=tuple(self._around.pop().methods),
            )
        )

    def _function(self, node: cst.FunctionDef) -> None:
        self.defined.add(node.name.value)
        self._visit_all((*node.decorators, node.type_parameters, node.params, node.returns))
        self._scopes.append(_Scope())
        self._functions += 1
        before = self._decisions
        self._visit(node.body)
        self._functions -= 1
        scope = self._scopes.pop()
        if not self._functions:
            definition = self._definition(node, 1 + self._decisions - before, is_generator=scope.is_generator)
            self.definitions.append(definition)
            if self._around:
                self._around[-1].methods.append(definition.id)

    def _definition(self, node: cst.FunctionDef, complexity: int, *, is_generator: bool) -> Definition:
        name = node.name.value
        header = self._header(node)
        cut = self._cut(node, self._spans[node].start + len(header))
        line = self._first_line(node)
        qualname = ".".join((*(outer.name for outer in self._around), name))
        suite, siblings = self._suites[-1]
        decorators = tuple(dotted(decorator.decorator) for decorator in node.decorators)
        in_class = bool(self._around)
        is_async = node.asynchronous is not None
        return Definition(
            id=self._numbered(qualname),
            path=self._path,
            qualname=qualname,
            name=name,
            kind=kind_of(name, decorators, in_class=in_class),
            traits=traits_of(name, decorators, in_class=in_class, is_async=is_async, is_generator=is_generator),
            decorators=tuple(self._text(decorator.decorator) for decorator in node.decorators),
            line=line,
            body_line=self._first_line(node.body.body[0]),
            end_line=self._line(cut.end),
            start=self._line_starts[line - 1],
            end=self._after_line(cut.end),
            signature=header.decode("utf-8").strip(),
            docstring=node.get_docstring() or "",
            complexity=complexity,
            cut=cut,
            suite=suite,
            siblings=siblings,
        )

    def _numbered(self, qualname: str, space: str = "") -> str:
        """The id of a qualname: its second use in the file gets ``@2``."""
        number = self._counts[space + qualname] = self._counts.get(space + qualname, 0) + 1
        return f"{self._path}::{qualname}" + (f"@{number}" if number > 1 else "")

    def _header(self, node: cst.FunctionDef) -> bytes:
        """The text from ``def`` to the colon: behind the last expression only brackets and comments follow."""
        params = node.params
        listed = [params.star_arg, params.star_kwarg]
        listed += [*params.posonly_params, *params.params, *params.kwonly_params]
        taken = [param for param in listed if isinstance(param, cst.Param)]
        parts: list[cst.CSTNode | None] = [
            node.name,
            *(param.name for param in taken),
            *(param.default for param in taken),
        ]
        notes = [node.returns, *(param.annotation for param in taken)]
        parts += [note.annotation for note in notes if note is not None]
        parts += [node.type_parameters] if node.type_parameters is not None else []
        spans = [self._spans[part] for part in parts if part is not None]
        place = max(span.start + span.length for span in spans)
        match = _TO_COLON.match(self._source, place)
        if match is None:
            raise SyntaxError(f"no colon after the header of {node.name.value}")
        return self._source[self._spans[node].start : match.end()]

    def _cut(self, node: cst.FunctionDef, colon: int) -> Cut:
        body = node.body
        span = self._spans[body]
        end = self._body_end(self._spans[node].start, span.start + span.length)
        docstring = docstring_node(body)
        first = self._spans[body.body[0]].start
        inline = not isinstance(body, cst.IndentedBlock)
        start = bare = first if inline else self._after_line(colon)
        if docstring is not None:
            start = self._spans[docstring].start + self._spans[docstring].length
        indent = self._source[self._line_starts[self._line(first) - 1] : first]
        return Cut(start, end, bare, b"" if inline else indent, inline, docstring is not None)

    def _body_end(self, definition: int, end: int) -> int:
        """Where the body ends: after the comments on its last line and those that follow, set deeper."""
        margin = self._source[self._line_starts[self._line(definition) - 1] : definition]
        place = self._line_end(end)
        line = self._line(end)
        while line < len(self._line_starts):
            start = self._line_starts[line]
            stop = self._line_end(start)
            text = self._source[start:stop]
            stripped = text.lstrip(b" \t\f")
            if stripped.startswith(b"#"):
                column = text[: len(text) - len(stripped)]
                if not (len(column) > len(margin) and column.startswith(margin)):
                    break
                place = stop
            elif stripped:
                break
            line += 1
        return place

    def _first_line(self, node: cst.CSTNode) -> int:
        """The line on which a statement starts; decorators belong to it, and libcst leaves them out of its span."""
        decorators = node.decorators if isinstance(node, cst.FunctionDef | cst.ClassDef) else ()
        return self._line(self._spans[decorators[0] if decorators else node].start)

    def _text(self, node: cst.CSTNode) -> str:
        span = self._spans[node]
        return self._source[span.start : span.start + span.length].decode("utf-8")

    def _line(self, offset: int) -> int:
        return bisect_right(self._line_starts, offset)

    def _line_end(self, offset: int) -> int:
        match = _NEWLINE.search(self._source, offset)
        return match.start() if match else len(self._source)

    def _after_line(self, offset: int) -> int:
        match = _NEWLINE.search(self._source, offset)
        return match.end() if match else len(self._source)
