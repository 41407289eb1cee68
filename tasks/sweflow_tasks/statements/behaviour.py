"""Behaviour: what the failing tests do, in full and each thing once: templates with tables, and shared set-up."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from sweflow_rdg import TestNode

from sweflow_tasks.statements.assertions import said_of, table_lines
from sweflow_tasks.statements.inlining import inlined
from sweflow_tasks.statements.parameters import Table, ids_of, source_of
from sweflow_tasks.statements.templates import form_of, template_of
from sweflow_tasks.statements.test_code import Function

_WORTH = 60
"""Characters of set-up that is said once where several tests have it; a shorter one is as short as its reference."""


@dataclass(frozen=True)
class Case:
    """A test function, its ids that fail, and what its file says: the tree of its body (None: it cannot be read).

    ``everything`` are all of its ids, ``tables`` the marks that make them.
    """

    function: str
    ids: tuple[str, ...]
    everything: tuple[str, ...]
    node: Function | None
    tables: tuple[Table, ...]

    @property
    def path(self) -> str:
        """The file that it is in."""
        return self.function.partition("::")[0]

    @property
    def name(self) -> str:
        """Its name in the file, with those of its classes."""
        return self.function.partition("::")[2]

    @property
    def summary(self) -> str:
        """The first paragraph of its docstring, on one line; empty where it has none."""
        text = ast.get_docstring(self.node) if self.node is not None else None
        return " ".join((text or "").partition("\n\n")[0].split())

    @cached_property
    def code(self) -> Function | None:
        """Its body without names that stand for one use."""
        return inlined(self.node) if self.node is not None else None

    @cached_property
    def form(self) -> str:
        """What is equal for cases that are told as one: body but for literals, parameters, rows that fail."""
        marks = "".join(table.names + "".join(map(ast.dump, table.rows)) for table in self.tables)
        return self.function if self.code is None else f"{form_of(self.code)}{marks}{self.places}"

    @cached_property
    def places(self) -> tuple[int, ...] | None:
        """The rows of its only table that fail; None where rows cannot be told apart by ids."""
        everything = frozenset(name.removeprefix(self.function) for name in self.everything)
        ids = ids_of(list(self.tables), everything)
        now = {name.removeprefix(self.function) for name in self.ids}
        return None if ids is None else tuple(place for place, name in enumerate(ids) if name in now)


def behaviour(cases: Sequence[Case]) -> Iterator[str]:
    """The cases by file, those of one form together, each in the place of its first."""
    groups = _groups(cases)
    bodies = {group[0].function: _body(group) for group in groups}
    shared = _shared(bodies.values())
    for path, of_file in groupby(groups, lambda group: group[0].path):
        yield from (f"### In `{path}`", "")
        for group in of_file:
            yield from _group(group, bodies[group[0].function], shared)
    if shared:
        yield from ("### Set-up that several of them share", "")
        yield from (f"- set-up {number}: {text.removeprefix('- ')}" for text, number in shared.items())
        yield ""


def _groups(cases: Sequence[Case]) -> list[tuple[Case, ...]]:
    """Cases of one form and the same parameters, those of a file together."""
    forms: dict[str, list[Case]] = {}
    for case in cases:
        forms.setdefault(case.form, []).append(case)
    paths = list(dict.fromkeys(case.path for case in cases))
    return sorted(map(tuple, forms.values()), key=lambda group: paths.index(group[0].path))


def _body(group: Sequence[Case]) -> list[str]:
    """What a group does, a text for each statement."""
    nodes = [case.code for case in group if case.code is not None]
    return said_of(template_of(nodes).body if len(nodes) > 1 else nodes[0]) if nodes else []


def _shared(bodies: Iterable[Sequence[str]]) -> dict[str, int]:
    """Set-up that stands in several bodies, by its text, with the number under which it is said."""
    held = Counter(text for body in bodies for text in set(body) if text.startswith("- given"))
    found = [text for text, count in held.items() if count > 1 and len(text) >= _WORTH and "$" not in text]
    return {text: number for number, text in enumerate(sorted(found), 1)}


def _group(group: Sequence[Case], body: Sequence[str], shared: Mapping[str, int]) -> Iterator[str]:
    first = group[0]
    if len(group) == 1:
        yield from (f"#### `{first.name}`", "")
        yield from (first.summary, "") if first.summary else ()
        yield from _which(first, "")
    else:
        yield from (f"#### {len(group)} tests of one form", "")
        yield from _rows(group)
        yield ""
    for table in first.tables:
        yield from table_lines(table, first.places)
    yield from _merged(f"- set-up {shared[text]}" if text in shared else text for text in body)
    yield ""


def _rows(group: Sequence[Case]) -> Iterator[str]:
    """The names of cases with what differs between them: a line each."""
    nodes = [case.code for case in group if case.code is not None]
    for case, row in zip(group, template_of(nodes).rows, strict=True):
        name = case.name if case.path == group[0].path else case.function
        doc = f" ({case.summary})" if case.summary else ""
        values = "; ".join(f"`${n}` is {quoted(value)}" for n, value in enumerate(row, 1))
        yield f"- `{name}`{doc}{': ' if values else ''}{values}"
        yield from _which(case, "    ")


def _which(case: Case, margin: str) -> Iterator[str]:
    """The ids that fail, where neither the name nor the rows of a table say it."""
    if (
        case.ids != (case.function,)
        and case.places is None
        and (not case.tables or len(case.ids) < len(case.everything))
    ):
        yield from (f"{margin}- id `{name.removeprefix(case.function)}`" for name in case.ids)
        yield from () if margin else ("",)


def _merged(texts: Iterable[str]) -> Iterator[str]:
    """Texts of which short set-up that follows upon set-up is on one line with it."""
    last = ""
    for text in texts:
        both = (last, text)
        if all(one.startswith(("- given `", "- set-up")) and "\n" not in one for one in both):
            last = f"{last}; {text.removeprefix('- ')}"
            continue
        yield from (last,) if last else ()
        last = text
    yield from (last,) if last else ()


def quoted(node: ast.expr) -> str:
    """A value as it is written, in as many backticks as it takes."""
    text = source_of(node)
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def cases_by_function(failing: Iterable[TestNode]) -> dict[str, list[TestNode]]:
    """The tests of each test function, in order."""
    found: dict[str, list[TestNode]] = {}
    for test in failing:
        found.setdefault(test.function, []).append(test)
    return found
