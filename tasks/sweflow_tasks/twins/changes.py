"""Changes to a test function that a right solution should fail, the best ones first.

What a test compares with, and the exception that it awaits, contradict the test as it stands: whatever passes it fails
the change (ImpossibleBench, arXiv 2510.20270, changes tests so). A changed input does not, and comes last.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from random import Random

from sweflow_tasks.masking.mask import Edit
from sweflow_tasks.twins.literals import compared, leaves, other_texts
from sweflow_tasks.twins.rows import columns_of, rows_of
from sweflow_tasks.twins.test_file import FunctionText, TestFile
from sweflow_tasks.twins.values import Change, TwinKind

OTHER_EXCEPTIONS = (
    *("OverflowError", "ZeroDivisionError", "ImportError", "EOFError", "PermissionError", "TimeoutError"),
    *("ConnectionError", "UnicodeError", "RecursionError", "FileExistsError", "FloatingPointError"),
)
"""What may be awaited instead: nothing that a class of one's own inherits beside ValueError, TypeError or KeyError."""
OTHER_WARNINGS = ("ResourceWarning", "BytesWarning", "ImportWarning", "UnicodeWarning", "SyntaxWarning")
SWAPPED = {
    **{"assertTrue": "assertFalse", "assertEqual": "assertNotEqual", "assertIs": "assertIsNot"},
    **{"assertIn": "assertNotIn", "assertIsNone": "assertIsNotNone", "assertIsInstance": "assertNotIsInstance"},
    **{"assertAlmostEqual": "assertNotAlmostEqual", "assertRegex": "assertNotRegex"},
}
FLIPPED = {**SWAPPED, **{right: left for left, right in SWAPPED.items()}}
"""Assertions of unittest and their opposites."""
GATHERING = frozenset(
    {"dict", "list", "tuple", "set", "frozenset", "sorted", "str", "bytes", "OrderedDict", "dedent", "Decimal"}
)
"""What makes a value of literals and nothing else."""
EXPECTING = ("expect", "want", "correct", "desired")
"""How names of expected values begin."""
_SPECIAL = re.compile(r"\\[A-Za-z0-9]|\(\?")
"""Where another letter may make another kind of pattern, or none."""
AWAITING = frozenset({"raises", "warns", "assertRaises", "assertRaisesRegex", "assertWarns", "assertWarnsRegex"})


def changes_of(function: FunctionText, file: TestFile, most: int) -> tuple[Change, ...]:
    """Up to ``most`` changes. Those of one kind begin at its two ends, since assertions differ most there."""
    found = _Finder(function, file)
    expectations = [*found.rows(), *_from_both_ends(found.expectations)]
    first = zip_longest(expectations, _from_both_ends(found.exceptions))
    contradicting = [change for pair in first for change in pair if change is not None]
    rest = (*_from_both_ends(found.comparisons)[:2], *_from_both_ends(found.inputs)[:3])
    room = max(1, most - len(rest))
    return (*contradicting[:room], *rest)[:most]


def _from_both_ends(found: list[Change]) -> list[Change]:
    """The first, the last, the second, the last but one, and so on."""
    turns = zip(found, reversed(found), strict=True)
    return [change for pair in turns for change in pair][: len(found)]


class _Finder:
    """What one function compares and awaits."""

    def __init__(self, function: FunctionText, file: TestFile) -> None:
        self._file = file
        self._start = function.start
        self._node = function.node
        self._draw = Random(function.digest)  # the same for the same text
        self._compared: list[ast.expr] = []
        self._used: set[int] = set()
        self.expectations: list[Change] = []
        self.exceptions: list[Change] = []
        self.comparisons: list[Change] = []
        self.inputs: list[Change] = []
        self._inside = _in_order(function.node)
        for node in self._inside:
            if isinstance(node, ast.Assert):
                self._compare(node.test)
                self.comparisons.append(self._change(TwinKind.COMPARISON, node.test, f"not ({file.text(node.test)})"))
            elif isinstance(node, ast.Call):
                self._called(node)
        self._named = {
            name.id for side in self._compared for name in _outside_calls(side) if isinstance(name, ast.Name)
        }
        self._assigned()
        for node in self._inside:
            if isinstance(node, ast.Call) and _name_of(node.func) not in AWAITING:
                arguments = (*node.args, *(keyword.value for keyword in node.keywords))
                self._literals(self.inputs, TwinKind.INPUT, arguments)

    def rows(self) -> Iterator[Change]:
        """One literal in each row of the marks that parametrize what is compared, all rows at once."""
        for decorator in self._node.decorator_list:
            wanted = columns_of(decorator, self._named)
            cells = [leaf for row in rows_of(decorator, wanted) for leaf in list(leaves(row, through_calls=True))[:1]]
            for choice in range(2):
                edits = [
                    Edit(start - self._start, end - self._start, texts[choice].encode("utf-8"))
                    for (start, end), texts in (
                        (self._file.span(leaf), other_texts(leaf, self._file, self._draw)) for leaf in cells
                    )
                    if len(texts) > choice
                ]
                if edits:
                    yield Change(TwinKind.EXPECTATION, tuple(sorted(edits)))

    def _compare(self, test: ast.expr) -> None:
        """What an asserted expression compares with."""
        if isinstance(test, ast.UnaryOp):
            self._compare(test.operand)
        elif isinstance(test, ast.BoolOp):
            for value in test.values:
                self._compare(value)
        elif isinstance(test, ast.Compare):
            self._sides(list(compared(test)))
        elif isinstance(test, ast.Name):
            self._compared.append(test)

    def _sides(self, sides: list[ast.expr]) -> None:
        """Literals of the sides that call nothing; where each calls something, those of the last."""
        plain = [side for side in sides if not _computes(side)]
        self._compared += plain
        has = [side for side in plain if any(leaves(side, through_calls=True))]
        self._literals(
            self.expectations, TwinKind.EXPECTATION, has or ([] if plain else sides[-1:]), through_calls=True
        )

    def _called(self, node: ast.Call) -> None:
        name = _name_of(node.func)
        if name in AWAITING and node.args:
            awaited, rest = node.args[0], [k.value for k in node.keywords if k.arg == "match"]
            rest += node.args[1:2] if name.endswith("Regex") else []
            others = OTHER_WARNINGS if "warn" in name.lower() else OTHER_EXCEPTIONS
            texts = [other for other in others if other not in self._file.text(awaited)]
            drawn = self._draw.sample(texts, 3)
            self.exceptions += [self._change(TwinKind.EXCEPTION, awaited, text) for text in drawn]
            self._literals(self.expectations, TwinKind.EXPECTATION, filter(_is_pattern_without_escapes, rest))
        elif name.startswith("assert") and node.args:
            if name in ("assertTrue", "assertFalse"):
                self._compare(node.args[0])
            elif len(node.args) > 1:
                self._sides(node.args[:2])
            if name in FLIPPED and isinstance(node.func, ast.Attribute):
                end = self._file.span(node.func)[1] - self._start
                edit = Edit(end - len(name), end, FLIPPED[name].encode("ascii"))
                self.comparisons.append(Change(TwinKind.COMPARISON, (edit,)))
            elif len(node.args) > 1:
                other = f"[{self._file.text(node.args[1])}]"
                self.comparisons.append(self._change(TwinKind.COMPARISON, node.args[1], other))

    def _assigned(self) -> None:
        """Literals that are given to the names that are compared."""
        for node in self._inside:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [target.id for target in targets if isinstance(target, ast.Name) and target.id in self._named]
                if names:
                    told = not _computes(node.value) or any(name.lower().startswith(EXPECTING) for name in names)
                    self._literals(self.expectations, TwinKind.EXPECTATION, [node.value], through_calls=told)
            elif isinstance(node, ast.For):
                names = [e.id if isinstance(e, ast.Name) else "" for e in getattr(node.target, "elts", [node.target])]
                wanted = [number for number, name in enumerate(names) if name in self._named]
                cells = rows_of(node.iter, (wanted, len(names)))
                self._literals(self.expectations, TwinKind.EXPECTATION, cells)

    def _literals(
        self, found: list[Change], kind: TwinKind, places: Iterable[ast.expr], *, through_calls: bool = False
    ) -> None:
        for place in places:
            for leaf in leaves(place, through_calls=through_calls):
                texts = other_texts(leaf, self._file, self._draw)
                if id(leaf) not in self._used and texts:
                    self._used.add(id(leaf))
                    found.append(self._change(kind, leaf, texts[0]))
                    if len(texts) > 1 and isinstance(leaf, ast.Constant) and not isinstance(leaf.value, str | bytes):
                        found.append(self._change(kind, leaf, texts[1]))

    def _change(self, kind: TwinKind, node: ast.expr, text: str) -> Change:
        start, end = self._file.span(node)
        return Change(kind, (Edit(start - self._start, end - self._start, text.encode("utf-8")),))


def _is_pattern_without_escapes(node: ast.expr) -> bool:
    """Whether a literal stays a regular expression with another letter in it."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and not _SPECIAL.search(node.value)


def _in_order(function: ast.AST) -> list[ast.AST]:
    """The nodes of a function's body, as they stand in it."""
    found = [node for statement in getattr(function, "body", []) for node in ast.walk(statement)]
    return sorted(found, key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))


def _computes(node: ast.expr) -> bool:
    """Whether an expression calls more than what puts literals together."""
    calls = (inner for inner in ast.walk(node) if isinstance(inner, ast.Call | ast.Await))
    return not all(isinstance(call, ast.Call) and _puts_together(call.func) for call in calls)


def _puts_together(function: ast.expr) -> bool:
    on_text = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Constant | ast.JoinedStr)
    return on_text or _name_of(function) in GATHERING


def _outside_calls(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not isinstance(node, ast.Call | ast.Lambda):
        for inner in ast.iter_child_nodes(node):
            yield from _outside_calls(inner)


def _name_of(function: ast.expr) -> str:
    """The last part of what is called."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
