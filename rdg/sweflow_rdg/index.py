"""The source index: every function of every file, where it stands, and where its body can be cut."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, CodeSpan, MetadataWrapper
from sweflow_tracer.files import Blobs

from sweflow_rdg.text import SourceText, decode

_NEWLINE = re.compile(rb"\r\n|\r|\n")
_TO_COLON = re.compile(rb"(?:[^#:]|#[^\r\n]*)*:")


@dataclass(frozen=True, slots=True)
class Cut:
    """The bytes of a body: from the end of header or docstring to the end, comments included.

    ``indent`` is the body's indentation; ``inline`` bodies stand on the header's line; ``documented`` ones have
    a docstring before the cut.
    """

    start: int
    end: int
    indent: bytes
    inline: bool
    documented: bool


@dataclass(frozen=True, slots=True)
class Definition:
    """A function: identity, place and shape. Offsets are bytes of the file's UTF-8 text.

    ``start``/``end`` are whole lines, decorators included; ``line``/``body_line``/``end_line`` count from 1
    (``line`` is the first decorator's, as in ``co_firstlineno``). ``suite`` is the offset of the block that it
    stands in and ``siblings`` the number of statements there.
    """

    id: str
    path: str
    qualname: str
    name: str
    line: int
    body_line: int
    end_line: int
    start: int
    end: int
    signature: str
    docstring: str
    is_async: bool
    is_generator: bool
    cut: Cut
    suite: int
    siblings: int

    @property
    def lines(self) -> int:
        """Size in lines, decorators included."""
        return self.end_line - self.line + 1


@dataclass(frozen=True, slots=True)
class FileIndex:
    """A file that parses: its text, its functions in source order, and what it names.

    ``imports`` are dotted names in import statements (leading dots kept); ``words`` every other name with its
    offset, the names of functions where they are defined left out.
    """

    path: str
    text: SourceText
    definitions: tuple[Definition, ...]
    imports: tuple[str, ...]
    words: tuple[tuple[str, int], ...]

    @property
    def line_count(self) -> int:
        """Number of lines."""
        return len(_NEWLINE.findall(self.text.utf8)) + 1


@dataclass(frozen=True, slots=True)
class SourceIndex:
    """The index of a repository: files by path, and those that do not parse with the reason."""

    files: dict[str, FileIndex]
    unparsable: tuple[tuple[str, str], ...]

    def definitions(self) -> dict[str, Definition]:
        """Every function by id."""
        return {d.id: d for file in self.files.values() for d in file.definitions}


def index_source(blobs: Blobs) -> SourceIndex:
    """Index every Python file. A file that does not decode or parse is reported and left alone."""
    files, unparsable = {}, []
    for path in sorted(blobs):
        mode, content = blobs[path]
        if PurePosixPath(path).suffix != ".py" or mode == "120000":
            continue
        try:
            files[path] = index_file(path, content)
        except (SyntaxError, UnicodeDecodeError, LookupError) as error:
            unparsable.append((path, f"{type(error).__name__}: {error}"))
        except cst.ParserSyntaxError as error:
            unparsable.append((path, f"SyntaxError: line {error.raw_line}"))
    return SourceIndex(files, tuple(unparsable))


def index_file(path: str, content: bytes) -> FileIndex:
    """Index one file. Raises SyntaxError, UnicodeDecodeError or libcst's ParserSyntaxError."""
    text = decode(content)
    module = cst.parse_module(text.utf8.decode("utf-8"))
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    spans = wrapper.resolve(ByteSpanPositionProvider)
    reader = _Reader(path, text.utf8, module, spans)
    module.visit(reader)
    return FileIndex(path, text, tuple(reader.definitions), tuple(sorted(reader.imports)), tuple(reader.words))


class _Reader(cst.CSTVisitor):
    """Collects functions at module and class level; a nested one belongs to the function around it."""

    def __init__(self, path: str, source: bytes, module: cst.Module, spans: Mapping[cst.CSTNode, CodeSpan]) -> None:
        super().__init__()
        self.definitions: list[Definition] = []
        self.imports: set[str] = set()
        self.words: list[tuple[str, int]] = []
        self._path = path
        self._source = source
        self._module = module
        self._spans = spans
        self._line_starts = [0, *(match.end() for match in _NEWLINE.finditer(source))]
        self._classes: list[str] = []
        self._suites: list[tuple[int, int]] = [(0, len(module.body))]
        self._depth = 0
        self._counts: dict[str, int] = {}
        self._own_names: set[int] = set()

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._classes.append(node.name.value)

    def leave_ClassDef(self, original_node: cst.ClassDef) -> None:
        self._classes.pop()

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        self._suites.append((self._span(node).start, len(node.body)))

    def leave_IndentedBlock(self, original_node: cst.IndentedBlock) -> None:
        self._suites.pop()

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if not self._depth:
            self.definitions.append(self._definition(node))
        self._depth += 1
        self._own_names.add(id(node.name))

    def leave_FunctionDef(self, original_node: cst.FunctionDef) -> None:
        self._depth -= 1

    def visit_Name(self, node: cst.Name) -> None:
        if id(node) not in self._own_names:
            self.words.append((node.value, self._span(node).start))

    def visit_Import(self, node: cst.Import) -> None:
        self.imports.update(_dotted(alias.name) for alias in node.names)

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        base = "." * len(node.relative) + (_dotted(node.module) if node.module else "")
        self.imports.add(base)
        if not isinstance(node.names, cst.ImportStar):
            glue = "" if base.endswith(".") else "."
            self.imports.update(base + glue + _dotted(alias.name) for alias in node.names)

    def _definition(self, node: cst.FunctionDef) -> Definition:
        span = self._span(node)
        first = self._span(node.decorators[0]).start if node.decorators else span.start
        header = self._header(node)
        cut = self._cut(node, span.start + len(header))
        qualname = ".".join((*self._classes, node.name.value))
        self._counts[qualname] = self._counts.get(qualname, 0) + 1
        number = self._counts[qualname]
        suite, siblings = self._suites[-1]
        return Definition(
            id=f"{self._path}::{qualname}" + (f"@{number}" if number > 1 else ""),
            path=self._path,
            qualname=qualname,
            name=node.name.value,
            line=self._line(first),
            body_line=self._line(self._span(node.body).start),
            end_line=self._line(cut.end),
            start=self._line_starts[self._line(first) - 1],
            end=self._after_line(cut.end),
            signature=_signature(header),
            docstring=node.get_docstring() or "",
            is_async=node.asynchronous is not None,
            is_generator=_is_generator(node),
            cut=cut,
            suite=suite,
            siblings=siblings,
        )

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
        spans = [self._span(part) for part in parts if part is not None]
        place = max(span.start + span.length for span in spans)
        match = _TO_COLON.match(self._source, place)
        if match is None:
            raise SyntaxError(f"no colon after the header of {node.name.value}")
        return self._source[self._span(node).start : match.end()]

    def _cut(self, node: cst.FunctionDef, colon: int) -> Cut:
        body = node.body
        end = self._body_end(self._span(node).start, self._span(body).start + self._span(body).length)
        docstring = _docstring_node(body)
        if docstring is not None:
            span = self._span(docstring)
            start = span.start + span.length
        elif isinstance(body, cst.IndentedBlock):
            start = self._after_line(colon)
        else:
            start = self._span(body.body[0]).start
        first = self._span(body.body[0]).start
        indent = self._source[self._line_starts[self._line(first) - 1] : first]
        inline = not isinstance(body, cst.IndentedBlock)
        return Cut(start, end, b"" if inline else indent, inline, docstring is not None)

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

    def _line(self, offset: int) -> int:
        return bisect_right(self._line_starts, offset)

    def _line_end(self, offset: int) -> int:
        match = _NEWLINE.search(self._source, offset)
        return match.start() if match else len(self._source)

    def _after_line(self, offset: int) -> int:
        match = _NEWLINE.search(self._source, offset)
        return match.end() if match else len(self._source)

    def _span(self, node: cst.CSTNode) -> CodeSpan:
        return self._spans[node]


def _signature(header: bytes) -> str:
    return header.decode("utf-8").strip()


def _docstring_node(body: cst.BaseSuite) -> cst.BaseExpression | None:
    first = body.body[0] if body.body else None
    small = first.body[0] if isinstance(first, cst.SimpleStatementLine) else first
    if isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString | cst.ConcatenatedString):
        value = small.value.evaluated_value
        return small.value if isinstance(value, str) else None
    return None


def _is_generator(node: cst.FunctionDef) -> bool:
    finder = _YieldFinder()
    node.body.visit(finder)
    return finder.found


class _YieldFinder(cst.CSTVisitor):
    """Looks for a ``yield`` in one function's own scope."""

    found = False

    def visit_Yield(self, node: cst.Yield) -> None:
        self.found = True

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        return False


def _dotted(node: cst.CSTNode | None) -> str:
    return ".".join(_parts(node))


def _parts(node: cst.CSTNode | None) -> Iterator[str]:
    if isinstance(node, cst.Attribute):
        yield from _parts(node.value)
        yield node.attr.value
    elif isinstance(node, cst.Name):
        yield node.value
