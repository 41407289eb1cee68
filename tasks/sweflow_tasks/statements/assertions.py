"""Assertions: what a test function says in plain order: calls, expected values, expected exceptions."""

import ast
from collections.abc import Iterator, Sequence

from sweflow_tasks.statements.parameters import MOST_ROWS, Table, called, source_of

_COMPARED = {ast.Eq: "equals", ast.NotEq: "differs from", ast.In: "is in", ast.NotIn: "is not in", ast.Is: "is"}
_ASSERTED = {
    "assertEqual": "equals",
    "assertEquals": "equals",
    "assertListEqual": "equals",
    "assertDictEqual": "equals",
    "assertSetEqual": "equals",
    "assertTupleEqual": "equals",
    "assertSequenceEqual": "equals",
    "assertMultiLineEqual": "equals",
    "assertNotEqual": "differs from",
    "assertIs": "is",
    "assertIsNot": "is not",
    "assertIn": "is in",
    "assertNotIn": "is not in",
    "assertIsInstance": "is an instance of",
    "assertNotIsInstance": "is no instance of",
    "assertGreater": "is greater than",
    "assertGreaterEqual": "is at least",
    "assertLess": "is less than",
    "assertLessEqual": "is at most",
    "assertAlmostEqual": "almost equals",
    "assertRegex": "matches",
    "assertCountEqual": "has the same elements as",
}
_STATED = {"assertTrue": "is true", "assertFalse": "is false", "assertIsNone": "is None", "assertIsNotNone": "is set"}
_RAISING = {"raises": "raises", "assertRaises": "raises", "assertRaisesRegex": "raises"}
_WARNING = {"warns": "warns with", "assertWarns": "warns with", "assertWarnsRegex": "warns with"}
_CONTEXTS = _RAISING | _WARNING | {"deprecated_call": "warns of a deprecation"}


def said_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """What the body of a function asserts, as entries of a Markdown list: one a statement, with all that is in it."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    told = ("\n".join(_statement(statement, 0)) for statement in body)
    return [text for text in told if text]


def table_lines(table: Table, places: Sequence[int] | None = None) -> Iterator[str]:
    """A ``parametrize`` mark as a list of its rows, as they are written: those of some places, or all."""
    yield f"- for each of these values of `{table.names}`:"
    shown = range(len(table.rows)) if places is None else places
    for place in shown[:MOST_ROWS]:
        yield f"    - {_code(table.rows[place])}"
    if len(shown) > MOST_ROWS:
        yield f"    - and {len(shown) - MOST_ROWS} more"


def _block(statements: Sequence[ast.stmt], depth: int) -> Iterator[str]:
    for statement in statements:
        yield from _statement(statement, depth)


def _statement(node: ast.stmt, depth: int) -> Iterator[str]:
    match node:
        case ast.Assert():
            yield _line(depth, _assertion(node.test) + (f" ({_code(node.msg)})" if node.msg else ""))
        case ast.Expr(value=ast.Call() as call):
            yield _line(depth, _unittest(call) or f"call {_code(call)}")
        case ast.Expr(value=ast.Constant()) | ast.Pass():
            return
        case ast.With() | ast.AsyncWith():
            yield _line(depth, "; ".join(_context(item) for item in node.items) + ":")
            yield from _block(node.body, depth + 1)
        case ast.For() | ast.AsyncFor():
            yield _line(depth, f"for each {_code(node.target)} of {_code(node.iter)}:")
            yield from _block([*node.body, *node.orelse], depth + 1)
        case ast.While() | ast.If():
            word = "while" if isinstance(node, ast.While) else "if"
            yield _line(depth, f"{word} {_code(node.test)}:")
            yield from _block(node.body, depth + 1)
            yield from _otherwise(node.orelse, depth)
        case ast.Try():
            yield _line(depth, "try:")
            yield from _block(node.body, depth + 1)
            for handler in node.handlers:
                caught = _code(handler.type) if handler.type else "anything"
                bound = f" (as `{handler.name}`)" if handler.name else ""
                yield _line(depth, f"on {caught}{bound}:")
                yield from _block(handler.body, depth + 1) if _says(handler.body) else [_line(depth + 1, "go on")]
            yield from _otherwise([*node.orelse, *node.finalbody], depth)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Match():
            yield _line(depth, f"given\n{_fenced(node, depth)}")
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Import() | ast.ImportFrom():
            yield _line(depth, f"given {_code(node)}")
        case _:
            yield _line(depth, _code(node))


def _says(statements: Sequence[ast.stmt]) -> bool:
    return any(True for _ in _block(statements, 0))


def _otherwise(statements: Sequence[ast.stmt], depth: int) -> Iterator[str]:
    if statements:
        yield _line(depth, "then:")
        yield from _block(statements, depth + 1)


def _assertion(test: ast.expr) -> str:
    match test:
        case ast.BoolOp(op=ast.And(), values=values):
            return "; ".join(map(_assertion, values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return f"{_code(operand)} is false"
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in _COMPARED:
            return f"{_code(left)} {_COMPARED[type(operator)]} {_code(right)}"
        case ast.Compare():
            return f"{_code(test)} holds"
        case _:
            return f"{_code(test)} is true"


def _unittest(call: ast.Call) -> str | None:
    """A unittest assertion in words; None for any other call."""
    name, arguments = called(call), call.args
    if name in _ASSERTED and len(arguments) >= 2:
        return f"{_code(arguments[0])} {_ASSERTED[name]} {_code(arguments[1])}"
    if name in _STATED and arguments:
        return f"{_code(arguments[0])} {_STATED[name]}"
    if name in (_RAISING | _WARNING) and len(arguments) > 1:
        return _expected_call(call, name)
    return None


def _expected_call(call: ast.Call, name: str) -> str:
    """``assertRaises(Error, function, *arguments)`` and its like."""
    regex = name.endswith("Regex")
    callee, rest = call.args[2 if regex else 1 :][:1], call.args[3 if regex else 2 :]
    if not callee:
        return f"call {_code(call)}"
    made = ast.Call(func=callee[0], args=list(rest), keywords=[k for k in call.keywords if k.arg != "match"])
    matching = f" with a message that matches {_code(call.args[1])}" if regex else ""
    return f"{_code(made)} {(_RAISING | _WARNING)[name]} {_code(call.args[0])}{matching}"


def _context(item: ast.withitem) -> str:
    """A context manager: an expectation in words, any other as it stands."""
    call = item.context_expr
    name = called(call) if isinstance(call, ast.Call) else ""
    bound = f" (as {_code(item.optional_vars)})" if item.optional_vars is not None else ""
    if not isinstance(call, ast.Call) or name not in _CONTEXTS:
        return f"with {_code(call)}{bound}"
    kind = f" {_code(call.args[0])}" if call.args else ""
    patterns = [*call.args[1:2], *(k.value for k in call.keywords if k.arg == "match")]
    matching = "".join(f" with a message that matches {_code(pattern)}" for pattern in patterns)
    return f"{_CONTEXTS[name]}{kind}{matching}{bound}"


def _code(node: ast.AST) -> str:
    text = source_of(node)
    ticks = "``" if "`" in text else "`"
    pad = " " if ticks == "``" else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _fenced(node: ast.stmt, depth: int) -> str:
    margin = "    " * (depth + 1)
    return "\n".join(margin + line for line in ("```python", *ast.unparse(node).split("\n"), "```"))


def _line(depth: int, text: str) -> str:
    return "    " * depth + f"- {text}"
