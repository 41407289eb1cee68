"""The chain of trees: the repository's files after each step, with masks and without later tests (C2)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from types import MappingProxyType

from sweflow_rdg import Definition, Role, RuntimeDependencyGraph, SourceIndex
from sweflow_rdg.graph.roles import looks_like_test
from sweflow_scheduler import Schedule
from sweflow_tracer.project.files import Blobs

from sweflow_tasks.masking.mask import Docstrings
from sweflow_tasks.masking.mask_policy import NEVER, Returns
from sweflow_tasks.masking.masked_file import MaskedFile, Rendered


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """States of a repository. A state is a pair: code up to a step, tests up to a step.

    ``steps`` are the numbers of the steps in order. ``code`` and ``tests`` give the step at which a masked function
    returns, by id; ``appears`` the step at which a file does that is not there from the start. ``files`` are those
    with masks; ``removed`` and ``placeholders`` the core functions with these masked forms.
    """

    original: Blobs
    steps: tuple[int, ...]
    code: Mapping[str, int]
    tests: Mapping[str, int]
    appears: Mapping[str, int]
    removed: frozenset[str]
    placeholders: frozenset[str]
    files: Mapping[str, MaskedFile]

    @property
    def trees(self) -> tuple[int, ...]:
        """The trees' numbers: 0 and that of each step."""
        return (0, *self.steps)

    @property
    def returns(self) -> Returns:
        """When everything comes back that a tree does not hold."""
        absent = frozenset(path for path, step in self.appears.items() if step == NEVER)
        return Returns(self.code, self.tests, absent)

    def following(self, tree: int) -> int | None:
        """The step after a tree; None after the last."""
        place = bisect_right(self.steps, tree)
        return self.steps[place] if place < len(self.steps) else None

    def beside(self, tree: int) -> int:
        """The step whose tests stand beside a tree's code where its tests are run: the following one, if any."""
        following = self.following(tree)
        return tree if following is None else following

    def before(self, step: int) -> int:
        """The tree that a step starts from."""
        place = bisect_left(self.steps, step)
        return self.steps[place - 1] if place else 0

    def blobs(self, code: int, tests: int) -> Blobs:
        """Every file with the core code after step ``code`` and the tests of steps up to ``tests``."""
        state = dict(self.original)
        for path in self.files:
            state[path] = (state[path][0], self.rendered(path, code, tests).content)
        for path, step in self.appears.items():
            if step > tests:
                del state[path]
        return state

    def blob(self, path: str, code: int, tests: int) -> tuple[str, bytes] | None:
        """Mode and content of one file at a state; None where it is not there."""
        if path not in self.original or self.appears.get(path, 0) > tests:
            return None
        mode, content = self.original[path]
        return mode, self.rendered(path, code, tests).content if path in self.files else content

    def rendered(self, path: str, code: int, tests: int) -> Rendered:
        """One file with masks at a state."""
        file = self.files[path]
        return file.at(tests if file.by_tests else code)

    def first_lines(self, functions: tuple[str, ...], code: int) -> dict[tuple[str, int], str]:
        """Functions by path and first line in the tree after step ``code``; removed ones have none."""
        wanted = frozenset(functions) - self.removed
        places = {}
        for path in sorted({function.partition("::")[0] for function in wanted}):
            file = self.files[path]
            rendered = file.at(code)
            for d in file.masked():
                if d.id in wanted:
                    places[(path, d.line + rendered.lines_before(file.file.text.utf8, d.start))] = d.id
        return places

    def removing(self, removed: frozenset[str]) -> "Chain":
        """The same chain with other functions removed."""
        changed = {function.partition("::")[0] for function in removed ^ self.removed}
        files = {path: replace(self.files[path], removed=removed) for path in changed}
        return replace(self, removed=removed, files=MappingProxyType({**self.files, **files}))


def make_chain(
    blobs: Blobs,
    index: SourceIndex,
    graph: RuntimeDependencyGraph,
    schedule: Schedule,
    rejected: frozenset[str] = frozenset(),
    withheld: frozenset[str] = frozenset(),
    docstrings: Docstrings = Docstrings.KEEP,
    placeholders: frozenset[str] = frozenset(),
) -> Chain:
    """The chain of a schedule.

    ``rejected`` are test functions and ``withheld`` files that return in the closing state only. The masked form of
    what is no placeholder is a stub, until ``removing`` says something else.
    """
    definitions = index.definitions()
    step_of_test = dict.fromkeys(schedule.ready, 0)
    step_of_test |= {test: step.number for step in schedule.steps for test in step.tests}
    code = {function: step.number for step in schedule.steps for function in step.functions}
    tests = _bodies(graph, step_of_test, rejected)
    named = _named(index, {i: definitions[i] for i in tests})
    appears = _appearances(graph, index, blobs, tests, step_of_test, rejected)
    files = {}
    for path, file in index.files.items():
        ids = [d.id for d in file.definitions]
        of_tests, of_code = (MappingProxyType({i: steps[i] for i in ids if i in steps}) for steps in (tests, code))
        if of_tests:
            files[path] = MaskedFile(file, of_tests, by_tests=True, named=named)
        elif of_code:
            files[path] = MaskedFile(file, of_code, by_tests=False, placeholders=placeholders, docstrings=docstrings)
    return Chain(
        original=MappingProxyType(blobs),
        steps=tuple(step.number for step in schedule.steps),
        code=MappingProxyType(code),
        tests=MappingProxyType(tests),
        appears=MappingProxyType(appears | dict.fromkeys(withheld, NEVER)),
        removed=frozenset(),
        placeholders=placeholders,
        files=MappingProxyType(files),
    )


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
    users_of = importers(index, frozenset(appears))
    changed = True
    while changed:
        changed = False
        for path, users in users_of.items():
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


def importers(index: SourceIndex, paths: frozenset[str]) -> dict[str, set[str]]:
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
