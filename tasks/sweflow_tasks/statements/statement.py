"""The problem statement: what a solver reads, from facts alone (D3)."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from sweflow_rdg import Definition, Role, RuntimeDependencyGraph, TestNode
from sweflow_scheduler import Step
from sweflow_tracer.project.files import Blobs

from sweflow_tasks.masking.mask import Docstrings
from sweflow_tasks.masking.tree_walk import TreeWalk
from sweflow_tasks.statements.assertions import assertions_of, table_lines
from sweflow_tasks.statements.module_bindings import ModuleBinding, module_bindings
from sweflow_tasks.statements.parameters import MOST_ROWS, Table, ids_of, tables
from sweflow_tasks.statements.test_code import SET_UP, Helper, TestCode
from sweflow_tasks.statements.underspecified import Visible
from sweflow_tasks.verification.draft import Draft, Inputs

LONGEST = 200
"""Characters of a name or constant that is added to a statement; a longer one is reported as underspecified."""
LONGEST_HELPER = 40
"""Lines of a helper that is quoted although the skeleton has it; a longer one is only named."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, what its tests rely on beyond it, and what stands in the step's files for later steps only."""

    text: str
    underspecified: tuple[str, ...]
    later: tuple[ModuleBinding, ...]


class Statements:
    """Writes the statements of a draft's steps."""

    def __init__(self, inputs: Inputs, draft: Draft) -> None:
        self._inputs = inputs
        self._draft = draft
        self._graph = inputs.graph
        self._definitions = inputs.index.definitions()
        self._tests = {test.id: test for test in inputs.graph.tests}
        self._by_function: dict[str, list[str]] = {}
        for test in inputs.graph.tests:
            self._by_function.setdefault(test.function, []).append(test.id)
        self._code = TestCode(inputs.index)
        self._visible = Visible()
        self._bindings = module_bindings(inputs.index, draft.chain.returns)
        self._walk = TreeWalk(draft.chain)
        self._callees = _callees(inputs.graph)

    def of(self, step: Step, command: str) -> Statement:
        """The statement of a step; ``command`` runs its tests."""
        chain = self._draft.chain
        before = chain.before(step.number)
        skeleton = self._walk.at(before, before)
        failing = [self._tests[test] for test in self._draft.plan.fails[step.number]]
        paths = {function.partition("::")[0] for function in step.functions}
        bindings = (binding for path in sorted(paths) for binding in self._bindings.get(path, ()))
        later = tuple(binding for binding in bindings if binding.first > step.number + 1)
        said = [*self._functions(step), *self._files(step, failing, skeleton), *self._assertions(failing)]
        told = [*said, *_helpers(self._helpers(failing, said, skeleton), skeleton), *self._present(step)]
        told += self._asleep(step, failing, paths)
        named = _named(later, told)
        text = "\n".join([*told, *_later(named), *_running(command)])
        added, missing = self._unknown(failing, text, skeleton)
        return Statement(f"{text}{_added(added)}", missing, later)

    def _functions(self, step: Step) -> Iterator[str]:
        removed, placeholders = self._draft.chain.removed, self._draft.chain.placeholders
        stubs = [f for f in step.dependents if f not in removed]
        there = [*step.targets, *stubs]
        yield "Write the functions below, so that the tests listed after them pass."
        yield ""
        yield "## What to provide"
        yield ""
        if placeholders.isdisjoint(there):
            yield "Each is there as a stub that raises `NotImplementedError`."
        elif placeholders.issuperset(there):
            yield "Each is there with a body that does nothing: tests that pass now call it and do not miss it."
        else:
            yield "Each is there as a stub that raises `NotImplementedError`, or, where it says so, with a body that"
            yield "does nothing: tests that pass now call it and do not miss it."
        yield ""
        for function in step.targets:
            yield from self._function(function)
        if stubs:
            kind = "stubs" if placeholders.isdisjoint(stubs) else "there"
            yield f"These are {kind} as well; the tests reach them only through the ones above:"
            yield ""
        for function in stubs:
            yield from self._function(function)
        if len(stubs) < len(step.dependents):
            count = len(step.dependents) - len(stubs)
            helpers = "a function" if count == 1 else f"{count} functions"
            yield f"The original has {helpers} beside these that nothing else names: how you divide the work is yours."
            yield ""

    def _function(self, function: str) -> Iterator[str]:
        d = self._definitions[function]
        yield f"### `{d.qualname}` in `{d.path}`"
        yield ""
        yield "```python"
        yield from (f"@{decorator}" for decorator in d.decorators)
        yield from d.signature.split("\n")
        if d.docstring and self._inputs.docstrings is Docstrings.KEEP:
            lines = ('    """' + d.docstring.replace("\n", "\n    ") + '"""').split("\n")
            yield from (line.rstrip() for line in lines)
        yield "```"
        yield from ("", "Its body does nothing so far.") if function in self._draft.chain.placeholders else ()
        yield ""

    def _files(self, step: Step, failing: list[TestNode], skeleton: Blobs) -> Iterator[str]:
        yield "## Files"
        yield ""
        for path in sorted({f.partition("::")[0] for f in step.functions}):
            yield f"- `{path}`: to be changed"
        for path in sorted({test.path for test in failing}):
            yield f"- `{path}`: " + ("gets more tests" if path in skeleton else "comes with the tests")
        yield ""

    def _assertions(self, failing: list[TestNode]) -> Iterator[str]:
        yield "## Tests that fail now and must pass"
        yield ""
        by_function: dict[str, list[TestNode]] = {}
        for test in failing:
            by_function.setdefault(test.function, []).append(test)
        for function, tests in by_function.items():
            yield f"### `{function}`"
            yield ""
            body = next(iter(self._bodies(tests)), None)
            node = self._code.function(body) if body is not None else None
            if node is None or body is None:
                yield from _ids(function, tests)
                continue
            docstring = ast.get_docstring(node)
            yield from ([docstring.partition("\n\n")[0].replace("\n", " "), ""] if docstring else [])
            yield from self._parameters(function, tests, list(self._tables(body)))
            yield from assertions_of(node)
            yield ""
        yield "Tests that pass now must still pass."
        yield ""

    def _parameters(self, function: str, tests: list[TestNode], found: list[Table]) -> Iterator[str]:
        """The rows of a test's tables with the ids that they make; where that cannot be said, ids and rows apart."""
        everything = self._by_function[function]
        ids = ids_of(found, frozenset(name.removeprefix(function) for name in everything))
        if ids is not None:
            now = {test.id.removeprefix(function) for test in tests}
            yield from table_lines(found[0], {place: name for place, name in enumerate(ids) if name in now})
            return
        if not found or len(tests) < len(everything):
            yield from _ids(function, tests)
        for table in found:
            yield from table_lines(table)

    def _tables(self, body: Definition) -> Iterator[Table]:
        return tables(self._code.marks(body), lambda values: self._code.rows(body.path, values))

    def _helpers(self, failing: list[TestNode], said: list[str], skeleton: Blobs) -> list[Helper]:
        """What tests use outside tests: all of it in files that come with them, and what they call in files there."""
        bodies = self._bodies(failing)
        called = [self._definitions[name] for name in sorted(self._called(failing, bodies))]
        found = {(h.path, h.line): h for h in self._code.helpers(bodies, called) if h.path not in skeleton}
        there = [self._code.helper(d) for d in called if d.path in skeleton]
        shown = [(body.path, table) for body in bodies for table in self._tables(body)]
        for path, table in shown:
            there += self._code.constants(path, table.rows) if path in skeleton else ()
        found |= {(h.path, h.line): h for h in there if h is not None}
        return _without_tables([found[place] for place in sorted(found)], [table for _, table in shown], said)

    def _called(self, failing: list[TestNode], bodies: list[Definition]) -> set[str]:
        """Helpers that tests call, fixtures that they ask for and set-up methods, as they were seen to run."""
        nodes, calls = self._graph.nodes, self._graph.calls
        asked = SET_UP.union(*(self._code.arguments(body) for body in bodies))
        found = set()
        for number in {number for test in failing for number in self._graph.call_sets[test.calls]}:
            callee = nodes[calls[number].callee]
            direct = calls[number].caller >= 0 and nodes[calls[number].caller].role is Role.TEST
            wanted = direct or callee.id.rpartition("::")[2].rpartition(".")[2] in asked
            if callee.role is Role.SUPPORT and callee.id in self._definitions and wanted:
                found.add(callee.id)
        return found

    def _present(self, step: Step) -> Iterator[str]:
        """Developed functions that the new ones may build on: those that they were seen to call."""
        code = self._draft.chain.code
        used = {callee for f in step.functions for callee in self._callees.get(f, ())}
        there = sorted(name for name in used - set(step.functions) if code.get(name, 0) < step.number)
        if there:
            yield "## What is there to build on"
            yield ""
            for name in there:
                d = self._definitions[name]
                yield f"- `{d.qualname}` in `{d.path}`"
            yield ""

    def _asleep(self, step: Step, failing: list[TestNode], paths: set[str]) -> Iterator[str]:
        """Placeholders of later steps that the tests call or that stand in the step's files."""
        chain = self._draft.chain
        called = {self._graph.nodes[number].id for test in failing for number in test.requirement}
        found = (
            (chain.code[name], name)
            for name in chain.placeholders
            if chain.code[name] > step.number and (name in called or name.partition("::")[0] in paths)
        )
        names = sorted(found)
        if names:
            yield "## What does nothing yet"
            yield ""
            yield "The bodies of these functions come with later steps. Until then they do nothing, and the tests above"
            yield "do not miss them:"
            yield ""
            for number, name in names:
                d = self._definitions[name]
                yield f"- `{d.qualname}` in `{d.path}`, which comes with step {number}"
            yield ""

    def _bodies(self, tests: Iterable[TestNode]) -> list[Definition]:
        names = dict.fromkeys(self._graph.nodes[test.body].id for test in tests if test.body is not None)
        return [self._definitions[name] for name in names if name in self._definitions]

    def _unknown(self, failing: list[TestNode], text: str, skeleton: Blobs) -> tuple[list[str], tuple[str, ...]]:
        """What tests rely on that neither text nor skeleton says: short enough to be added, and the rest.

        Helpers need no look: they are in the text or in the skeleton whole.
        """
        bodies = self._bodies(failing)
        nodes = {body.id: self._code.function(body) for body in bodies}
        known: list[ast.AST] = [node for node in nodes.values() if node is not None]
        known += [mark for body in bodies for mark in self._code.around(body)]
        unknown = self._visible.unknown(known, text, (content for _, content in skeleton.values()))
        unread = [f"the body of {test.id}" for test in failing if test.body is None]
        unread += [f"the body of {name}" for name, node in nodes.items() if node is None]
        short = [item for item in unknown if len(item) <= LONGEST]
        return short, tuple(sorted({item for item in unknown if len(item) > LONGEST} | set(unread)))


def _callees(graph: RuntimeDependencyGraph) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    core = {n for n, node in enumerate(graph.nodes) if node.role == "core"}
    for call in graph.calls:
        if call.caller in core and call.callee in core and not call.collected:
            found.setdefault(graph.nodes[call.caller].id, set()).add(graph.nodes[call.callee].id)
    return found


def _ids(function: str, tests: list[TestNode]) -> Iterator[str]:
    if [test.id for test in tests] != [function]:
        yield from (f"- id `{test.id.removeprefix(function)}`" for test in tests)
        yield ""


def _without_tables(helpers: list[Helper], shown: list[Table], said: list[str]) -> list[Helper]:
    """Helpers without assignments of which every row stands in a table already, and that nothing else names."""
    words = Counter(_WORD.findall("\n".join(said)))
    for helper in helpers:
        words.update(set(_WORD.findall(helper.source)))
    origins = {table.origin for table in shown if len(table.rows) <= MOST_ROWS and words[table.origin] == 1}
    return [helper for helper in helpers if len(helper.names) != 1 or helper.names[0] not in origins]


def _helpers(helpers: list[Helper], skeleton: Blobs) -> Iterator[str]:
    if not helpers:
        return
    yield "## What those tests use"
    yield ""
    for (path, within), group in groupby(helpers, lambda helper: (helper.path, helper.within)):
        there = path in skeleton
        quoted: list[Helper] = []
        named: list[Helper] = []
        for helper in group:
            (named if there and helper.source.count("\n") >= LONGEST_HELPER else quoted).append(helper)
        place = f"In `{path}`" + (f", class `{within}`" if within else "") + (", there already" if there else "")
        yield from (f"{place}: {', '.join(f'`{name}`' for h in named for name in h.names)}.", "") if named else ()
        if quoted:
            yield from (f"{place}:", "", "```python")
            for helper, before in zip(quoted, [None, *quoted], strict=False):
                if before is not None and "\n" in helper.source + before.source:
                    yield ""
                yield from helper.source.split("\n")
            yield from ("```", "")


def _named(later: tuple[ModuleBinding, ...], said: list[str]) -> list[ModuleBinding]:
    """Of these, those that a reader comes across by name."""
    words = {word for line in said for word in _WORD.findall(line)}
    return [binding for binding in later if binding.name in words]


def _later(named: list[ModuleBinding]) -> Iterator[str]:
    if named:
        yield "## What is there for later"
        yield ""
        yield "These stay, although only later steps use them:"
        yield ""
        for binding in named:
            yield f"- {binding.kind} `{binding.name}` in `{binding.path}`"
        yield ""


def _running(command: str) -> Iterator[str]:
    yield from ("## How to run the tests", "", f"    {command}", "")
    yield "The line imports the code from this folder, whatever is installed. Other tests of the same files may fail: a"
    yield "class can inherit tests from another one before the functions are written that they need."
    yield ""


def _added(items: list[str]) -> str:
    if not items:
        return ""
    lines = ["", "## Also named by the tests", "", *(f"- `{item}`" for item in items), ""]
    return "\n".join(lines)
