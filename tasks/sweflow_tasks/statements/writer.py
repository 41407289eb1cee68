"""The writer: what a solver reads of a step, from facts alone (D3), in two forms.

``hidden`` is for a solver that does not see the step's tests: it tells their behaviour in full. ``visible`` is for one
that does: it says what to write, and which tests ask for it.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sweflow_rdg import Definition, Role, RuntimeDependencyGraph, SourceIndex, TestNode
from sweflow_tracer.project.files import Blobs

from sweflow_tasks.masking.mask import Docstrings
from sweflow_tasks.statements import sections
from sweflow_tasks.statements.behaviour import Case, behaviour, cases_by_function
from sweflow_tasks.statements.examples import examples
from sweflow_tasks.statements.facts import StepFacts
from sweflow_tasks.statements.helpers import helpers_section, without_tables
from sweflow_tasks.statements.parameters import Table, tables
from sweflow_tasks.statements.test_code import SET_UP, Helper, TestCode
from sweflow_tasks.statements.underspecified import Visible

LONGEST = 200
"""Characters of a name or constant that is added to a statement; a longer one is reported as underspecified."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, and what its tests rely on beyond it."""

    text: str
    underspecified: tuple[str, ...]


class StatementWriter:
    """Writes the statements of a repository's steps."""

    def __init__(
        self, graph: RuntimeDependencyGraph, index: SourceIndex, docstrings: Docstrings = Docstrings.KEEP
    ) -> None:
        self._graph = graph
        self._docstrings = docstrings
        self._definitions = index.definitions()
        self._tests = {test.id: test for test in graph.tests}
        self._by_function = {name: tuple(t.id for t in own) for name, own in cases_by_function(graph.tests).items()}
        self._code = TestCode(index)
        self._words = Visible()
        self._callees = _callees(graph)

    def hidden(self, facts: StepFacts) -> Statement:
        """The statement for who does not see the step's tests: their behaviour in full, each thing said once."""
        failing = self._failing(facts)
        said = [*self._head(facts, failing), *_section(behaviour(self._cases(failing)))]
        told = [*said, *helpers_section(self._helpers(failing, said, facts.tree), facts.tree)]
        return self._finished(facts, failing, told, facts.tree)

    def visible(self, facts: StepFacts, with_tests: Blobs) -> Statement:
        """The statement for who sees the step's tests, and so the skeleton with these: one example of each."""
        failing = self._failing(facts)
        told = [*self._head(facts, failing), *_section(examples(self._cases(failing)))]
        return self._finished(facts, failing, told, with_tests)

    def _failing(self, facts: StepFacts) -> list[TestNode]:
        return [self._tests[test] for test in facts.failing]

    def _head(self, facts: StepFacts, failing: list[TestNode]) -> Iterator[str]:
        yield from sections.functions_section(facts, self._definitions, self._docstrings)
        yield from sections.files_section(facts, failing)

    def _finished(self, facts: StepFacts, failing: list[TestNode], told: list[str], tree: Blobs) -> Statement:
        """With what is there, how to run, and what neither text nor tree says."""
        called = {self._graph.nodes[number].id for test in failing for number in test.requirement}
        told += sections.present_section(facts, self._callees, self._definitions)
        told += sections.asleep_section(facts, called, self._definitions)
        text = "\n".join([*told, *sections.later_section(facts, told), *sections.running_section(facts.command)])
        added, missing = self._unknown(failing, text, tree)
        return Statement(f"{text}{sections.added_section(added)}", missing)

    def _cases(self, failing: list[TestNode]) -> list[Case]:
        found = []
        for function, tests in cases_by_function(failing).items():
            body = next(iter(self._bodies(tests)), None)
            node = self._code.function(body) if body is not None else None
            marks = tuple(self._tables(body)) if body is not None and node is not None else ()
            ids = tuple(test.id for test in tests)
            found.append(Case(function, ids, self._by_function[function], node, marks))
        return found

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
        return without_tables([found[place] for place in sorted(found)], [table for _, table in shown], said)

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

    def _bodies(self, tests: Iterable[TestNode]) -> list[Definition]:
        names = dict.fromkeys(self._graph.nodes[test.body].id for test in tests if test.body is not None)
        return [self._definitions[name] for name in names if name in self._definitions]

    def _unknown(self, failing: list[TestNode], text: str, tree: Blobs) -> tuple[list[str], tuple[str, ...]]:
        """What tests rely on that neither text nor tree says: short enough to be added, and the rest.

        Helpers need no look: they are in the text or in the tree whole.
        """
        bodies = self._bodies(failing)
        nodes = {body.id: self._code.function(body) for body in bodies}
        known: list[ast.AST] = [node for node in nodes.values() if node is not None]
        known += [mark for body in bodies for mark in self._code.around(body)]
        unknown = self._words.unknown(known, text, (content for _, content in tree.values()))
        unread = [f"the body of {test.id}" for test in failing if test.body is None]
        unread += [f"the body of {name}" for name, node in nodes.items() if node is None]
        short = [item for item in unknown if len(item) <= LONGEST]
        return short, tuple(sorted({item for item in unknown if len(item) > LONGEST} | set(unread)))


def _section(lines: Iterable[str]) -> Iterator[str]:
    yield from ("## Tests that fail now and must pass", "", *lines)
    yield from ("Tests that pass now must still pass.", "")


def _callees(graph: RuntimeDependencyGraph) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    core = {n for n, node in enumerate(graph.nodes) if node.role == "core"}
    for call in graph.calls:
        if call.caller in core and call.callee in core and not call.collected:
            found.setdefault(graph.nodes[call.caller].id, set()).add(graph.nodes[call.callee].id)
    return found
