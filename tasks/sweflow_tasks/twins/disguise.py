"""Disguises: a test file with another text and the same meaning, so that nothing in it tells test from twin.

A constant becomes one that is computed, a local gets another name, a statement that does nothing comes first. What is
drawn differs from grade to grade.
"""

import ast
import builtins
import keyword
from collections import Counter
from collections.abc import Collection, Sequence
from random import Random

from sweflow_tasks.masking.mask import Edit, apply_edits
from sweflow_tasks.twins.literals import leaves
from sweflow_tasks.twins.test_file import FunctionText, TestFile

_SPEAKING = frozenset({"locals", "vars", "dir", "eval", "exec"})
"""Whoever calls these sees the names of locals."""
_NAMING = frozenset({"id", "arg", "name", "asname", "rest", "attr"})
"""Fields of nodes in which names stand."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def disguised(file: TestFile, names: Collection[str], draw: Random, *, whole: bool = False) -> bytes:
    """The file with the functions of these qualified names disguised. Of several of one name, all are.

    ``whole``: everything is changed that may be, as it is drawn of some otherwise.
    """
    edits = [edit for each in file.functions if each.name in names for edit in _edits(file, each, draw, whole=whole)]
    return apply_edits(file.content, edits)


def _edits(file: TestFile, function: FunctionText, draw: Random, *, whole: bool) -> list[Edit]:
    nodes = list(ast.walk(function.node))  # once: a walk takes longer than what is done with it
    body = [node for statement in function.node.body for node in ast.walk(statement)]
    taken = {name for node in nodes for name in _words(node)}
    edits = [_nothing(file, function, _fresh(draw, taken), draw)]
    for old in sorted(_renamable(nodes, body)):
        new = _fresh(draw, taken)
        if whole or draw.random() < 0.7:
            edits += [
                Edit(*file.span(node), new.encode("ascii"))
                for node in nodes
                if isinstance(node, ast.Name) and node.id == old
            ]
    for leaf in _computable(nodes, body):
        if whole or draw.random() < 0.5:
            start, end = file.span(leaf)
            edits += [Edit(start, start, b"["), Edit(end, end, b"][0]")]
    return [edit for edit in edits if edit is not None]


def _nothing(file: TestFile, function: FunctionText, name: str, draw: Random) -> Edit | None:
    """A statement without effect before the body's first, after its docstring; none where they share a line."""
    body = function.node.body
    first = body[1] if len(body) > 1 and _is_text(body[0]) else body[0]
    place = file.at(first.lineno, 0)
    indent = file.content[place : file.span(first)[0]]
    if indent.strip() or first.lineno == function.node.lineno or _decorated(first):
        return None
    value = draw.choice([str(draw.randrange(1, 10_000)), repr(_fresh(draw, set())), "[]", "{}", "()"])
    return Edit(place, place, indent + f"{name} = {value}\n".encode("ascii"))


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _decorated(node: ast.stmt) -> bool:
    return bool(getattr(node, "decorator_list", None))


def _renamable(nodes: Sequence[ast.AST], body: Sequence[ast.AST]) -> set[str]:
    """Locals whose every occurrence is a plain name that another one can take the place of.

    ``nodes`` are those of a function, ``body`` those of its body.
    """
    if any(isinstance(node, ast.Name) and node.id in _SPEAKING for node in body):
        return set()
    if any(isinstance(node, ast.ClassDef | ast.Global | ast.Nonlocal) for node in body):
        return set()
    inner = {id(name) for node in body if isinstance(node, _SCOPES) for name in ast.walk(node)}
    stored = {
        node.id
        for node in body
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in inner
    }
    otherwise = {word for node in nodes if not isinstance(node, ast.Name) for word in _words(node)}
    quoted = {
        name.id
        for node in nodes
        if isinstance(node, ast.JoinedStr)
        for name in ast.walk(node)
        if isinstance(name, ast.Name)
    }
    return {name for name in stored - otherwise - quoted if not name.startswith("__")}


_SCOPES = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def _words(node: ast.AST) -> list[str]:
    """Names that a node binds or speaks of, whichever way."""
    values = (getattr(node, field, None) for field in node._fields if field in _NAMING)
    return [word for value in values if isinstance(value, str) for word in (value, value.partition(".")[0])]


def _computable(nodes: Sequence[ast.AST], body: Sequence[ast.AST]) -> list[ast.Constant]:
    """Numbers and texts in asserted comparisons and in what calls take, in a function's body."""
    found: dict[int, ast.Constant] = {}
    for node in body:
        places: list[ast.expr] = []
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare):
            places = [node.test]
        elif isinstance(node, ast.Call):
            places = [*node.args, *(keyword.value for keyword in node.keywords)]
        for place in places:
            for leaf in leaves(place):
                if isinstance(leaf, ast.Constant) and type(leaf.value) in (int, float, str, bytes):
                    found[id(leaf)] = leaf
    joined = {id(n) for node in nodes if isinstance(node, ast.JoinedStr) for n in ast.walk(node)}
    spans = Counter((leaf.lineno, leaf.col_offset) for leaf in found.values())
    return [leaf for key, leaf in found.items() if key not in joined and spans[leaf.lineno, leaf.col_offset] == 1]


def _fresh(draw: Random, taken: set[str]) -> str:
    """A name that nobody has."""
    while True:
        name = "".join(draw.choice(_LETTERS) for _ in range(draw.randrange(3, 8)))
        if name not in taken and name not in RESERVED:
            taken.add(name)
            return name


RESERVED = frozenset({*keyword.kwlist, *keyword.softkwlist, *dir(builtins)})
