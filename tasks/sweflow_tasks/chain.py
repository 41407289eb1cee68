"""The chain of trees: the repository's files after each step, with stubs and without later tests (C2)."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sweflow_rdg import Definition, Role, RuntimeDependencyGraph, SourceIndex
from sweflow_rdg.roles import looks_like_test
from sweflow_scheduler import Schedule
from sweflow_tracer.files import Blobs

from sweflow_tasks.mask import apply_edits, stub, without_tests

NEVER = 1 << 30
"""The step of what comes back in the closing state only."""


@dataclass(frozen=True, slots=True)
class Chain:
    """States of a repository. A state is a pair: code up to a step, tests up to a step.

    ``code`` and ``tests`` give the step at which a masked function returns, by id; ``appears`` the step at which
    a test file does. ``named`` are test functions that something else names.
    """

    original: Blobs
    index: SourceIndex
    code: dict[str, int]
    tests: dict[str, int]
    appears: dict[str, int]
    named: frozenset[str]
    last: int
    _masked: dict[str, tuple[Definition, ...]] = field(default_factory=dict, repr=False)
    _rendered: dict[tuple[str, int], bytes] = field(default_factory=dict, repr=False)

    def blobs(self, code: int, tests: int) -> Blobs:
        """Every file with the core code after step ``code`` and the tests of steps up to ``tests``."""
        state = dict(self.original)
        for path in self._masked:
            state[path] = (state[path][0], self._render(path, code, tests))
        for path, step in self.appears.items():
            if step > tests:
                del state[path]
        return state

    def first_lines(self, functions: tuple[str, ...], code: int) -> dict[tuple[str, int], str]:
        """Functions by path and first line in the tree after step ``code``."""
        places = {}
        for path in {function.partition("::")[0] for function in functions}:
            source = self.index.files[path].text.utf8
            before = 0
            for definition in self._masked[path]:
                if definition.id in functions:
                    places[(path, definition.line + before)] = definition.id
                if self.code.get(definition.id, 0) > code:
                    edit = stub(definition, source)
                    before += _newlines(edit.text) - _newlines(source[edit.start : edit.end])
        return places

    def _render(self, path: str, code: int, tests: int) -> bytes:
        file = self.index.files[path]
        steps = {d.id: self.code.get(d.id, self.tests.get(d.id, 0)) for d in self._masked[path]}
        limit = tests if any(d.id in self.tests for d in self._masked[path]) else code
        key = (path, bisect_right(sorted(steps.values()), limit))
        if key not in self._rendered:
            source = file.text.utf8
            hidden = [d for d in self._masked[path] if steps[d.id] > limit]
            edits = [stub(d, source) for d in hidden if d.id in self.code]
            edits += without_tests((d for d in hidden if d.id in self.tests), self.named, source)
            self._rendered[key] = file.text.encode(apply_edits(source, edits))
        return self._rendered[key]


def make_chain(
    blobs: Blobs,
    index: SourceIndex,
    graph: RuntimeDependencyGraph,
    schedule: Schedule,
    rejected: frozenset[str] = frozenset(),
) -> Chain:
    """The chain of a schedule. ``rejected`` are test functions that return in the closing state only."""
    definitions = index.definitions()
    step_of_test = dict.fromkeys(schedule.ready, 0)
    step_of_test |= {test: step.number for step in schedule.steps for test in step.tests}
    code = {function: step.number for step in schedule.steps for function in step.functions}
    tests = _bodies(graph, step_of_test, rejected)
    chain = Chain(
        original=blobs,
        index=index,
        code=code,
        tests=tests,
        appears=_appearances(graph, index, blobs, tests, step_of_test, rejected),
        named=_named(index, {i: definitions[i] for i in tests}),
        last=len(schedule.steps),
    )
    for path, file in index.files.items():
        masked = tuple(d for d in file.definitions if d.id in code or d.id in tests)
        if masked:
            chain._masked[path] = masked
    return chain


def _bodies(graph: RuntimeDependencyGraph, step_of_test: dict[str, int], rejected: frozenset[str]) -> dict[str, int]:
    """The step at which the body of each test function enters: the first of those that run it."""
    steps: dict[str, int] = {}
    for test in graph.tests:
        if test.body is None or graph.nodes[test.body].role is not Role.TEST:
            continue
        step = NEVER if test.function in rejected else step_of_test.get(test.function, NEVER)
        name = graph.nodes[test.body].id
        steps[name] = min(step, steps.get(name, NEVER))
    return steps


def _appearances(
    graph: RuntimeDependencyGraph,
    index: SourceIndex,
    blobs: Blobs,
    tests: dict[str, int],
    step_of_test: dict[str, int],
    rejected: frozenset[str],
) -> dict[str, int]:
    """The step at which each file with test functions appears: with its first test, or with a user of it."""
    appears: dict[str, int] = {}
    for name, step in tests.items():
        path = name.partition("::")[0]
        appears[path] = min(step, appears.get(path, NEVER))
    for test in graph.tests:
        if test.path in appears and test.function not in rejected:
            appears[test.path] = min(step_of_test.get(test.function, NEVER), appears[test.path])
    for path in appears:
        if PurePosixPath(path).name in ("conftest.py", "__init__.py"):
            appears[path] = 0
    for path, step in _used_at_run_time(graph, step_of_test, rejected):
        if path in appears:
            appears[path] = min(step, appears[path])
    importers = _importers(index, frozenset(appears))
    changed = True
    while changed:
        changed = False
        for path, users in importers.items():
            earliest = min((appears.get(user, 0) for user in users), default=NEVER)
            if earliest < appears[path]:
                appears[path] = earliest
                changed = True
    for path, _ in graph.uncollected:
        if looks_like_test(path) and PurePosixPath(path).name not in ("conftest.py", "__init__.py"):
            appears[path] = NEVER  # it could not be collected: the task's own command would stumble over it
    return {path: step for path, step in appears.items() if step > 0 and path in blobs}


def _used_at_run_time(
    graph: RuntimeDependencyGraph, step_of_test: dict[str, int], rejected: frozenset[str]
) -> Iterator[tuple[str, int]]:
    """Files whose functions an accepted test of another file called, with that test's step."""
    for test in graph.tests:
        step = step_of_test.get(test.function)
        if step is None or test.rejected is not None or test.function in rejected:
            continue
        for number in graph.call_sets[test.calls]:
            path = graph.nodes[graph.calls[number].callee].path
            if path != test.path:
                yield path, step


def _importers(index: SourceIndex, paths: frozenset[str]) -> dict[str, set[str]]:
    """For each of the files, the files that import it, judged by the names in their import statements."""
    by_module: dict[str, list[str]] = {}
    for path in paths:
        pure = PurePosixPath(path)
        by_module.setdefault(pure.parent.name if pure.stem == "__init__" else pure.stem, []).append(path)
    found: dict[str, set[str]] = {path: set() for path in paths}
    for user, file in index.files.items():
        for imported in file.imports:
            for part in imported.split("."):
                for path in by_module.get(part, ()):
                    if path != user and (user in paths or looks_like_test(user) or _full(path, imported)):
                        found[path].add(user)
    return found


def _full(path: str, imported: str) -> bool:
    """Whether a dotted name ends in a file's whole path: core code must really mean it to keep it present."""
    dotted = ".".join(PurePosixPath(path).with_suffix("").parts)
    return imported.lstrip(".") in (dotted, dotted + ".") or imported.startswith(dotted + ".")


def _named(index: SourceIndex, tests: dict[str, Definition]) -> frozenset[str]:
    """Test functions whose name stands somewhere on the test side outside their own text."""
    by_name: dict[str, list[Definition]] = {}
    for definition in tests.values():
        by_name.setdefault(definition.name, []).append(definition)
    named = set()
    holders = {definition.path for definition in tests.values()}
    for path, file in index.files.items():
        if path not in holders and not looks_like_test(path):
            continue
        for word, offset in file.words:
            for d in by_name.get(word, ()):
                if d.path != path or not d.start <= offset < d.end:
                    named.add(d.id)
    return frozenset(named)


def _newlines(text: bytes) -> int:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
