"""Impact: between which trees something changed that a test needs (V1).

A test needs the functions of its requirement, the top level of every module that can be loaded with it, and the files
that it reads as data. Nothing else differs between two trees of a chain.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from sweflow_rdg import RuntimeDependencyGraph, SourceIndex

from sweflow_tasks.masking.chain import Chain, importers
from sweflow_tasks.verification.data_reads import FileReads, covers
from sweflow_tasks.verification.draft import Draft

_LOADED_WITH_ALL = ("conftest.py", "__init__.py")


@dataclass(frozen=True, slots=True)
class _Footing:
    """What of the chain's files a test stands on: test files as modules, and files read as data.

    Core files count for every test, whether its process loads them or not.
    """

    modules: frozenset[str]
    data: frozenset[str]


class Impact:
    """Which tests of earlier steps must run on each tree of a draft."""

    def __init__(self, graph: RuntimeDependencyGraph, index: SourceIndex, file_reads: FileReads) -> None:
        self._graph = graph
        self._index = index
        self._habits = file_reads
        self._used = frozenset((*graph.imports, *_called(graph)))

    def changed(self, draft: Draft) -> dict[int, frozenset[str]]:
        """By tree, the ids of earlier steps that need something in which the tree differs from the one before it."""
        chain, last = draft.chain, self._last_function(draft)
        footings = self._footings(chain)
        found = {}
        before: Mapping[_Footing, Hashable] = {}
        for tree in chain.trees:
            core = tuple(file.outline(tree) for _, file in sorted(chain.files.items()) if not file.by_tests)
            states = {footing: _state(chain, footing, tree, core) for footing in set(footings.values())}
            moved = {footing for footing, state in states.items() if before.get(footing) != state}
            found[tree] = frozenset(
                test
                for step in range(tree)
                for test in draft.plan.of(step)
                if test not in footings or footings[test] in moved or last[test] >= tree
            )
            before = states
        return found

    def _last_function(self, draft: Draft) -> dict[str, int]:
        """The tree with which the last function of each test's requirement returned."""
        code, nodes = draft.chain.code, self._graph.nodes
        steps = [code.get(node.id, 0) for node in nodes]
        return {test.id: max((steps[n] for n in test.requirement), default=0) for test in self._graph.tests}

    def _footings(self, chain: Chain) -> dict[str, _Footing]:
        """The footing of each test that can be judged."""
        ours = {path for path, file in chain.files.items() if file.by_tests} | chain.appears.keys()
        common = {path for path in ours if PurePosixPath(path).name in _LOADED_WITH_ALL}
        moving = ours | chain.files.keys()
        by_name = ((user, path) for path, users in importers(self._index, frozenset(ours)).items() for user in users)
        imports: dict[str, set[str]] = {}
        for user, path in (*self._used, *by_name):
            imports.setdefault(user, set()).add(path)
        made: dict[tuple[str, str], _Footing] = {}
        found = {}
        for test in self._graph.tests:
            body = test.path if test.body is None else self._graph.nodes[test.body].path
            if test.path in self._habits.opaque:
                continue
            if (test.path, body) not in made:
                modules = _reachable(imports, {test.path, body} | common) & ours
                read = self._habits.reads.get(test.path, frozenset()) | self._habits.always
                data = frozenset(path for path in moving if covers(read, path))
                made[test.path, body] = _Footing(frozenset(modules), data)
            found[test.id] = made[test.path, body]
        return found


def _reachable(imports: Mapping[str, set[str]], paths: set[str]) -> set[str]:
    found: set[str] = set()
    left = list(paths)
    while left:
        path = left.pop()
        if path not in found:
            found.add(path)
            left.extend(imports.get(path, ()))
    return found


def _called(graph: RuntimeDependencyGraph) -> Iterator[tuple[str, str]]:
    """For each test the files whose functions it called, as if its file had imported them."""
    files = [frozenset(graph.nodes[graph.calls[number].callee].path for number in calls) for calls in graph.call_sets]
    return ((test.path, path) for test in graph.tests for path in files[test.calls])


def _state(chain: Chain, footing: _Footing, tree: int, core: Hashable) -> Hashable:
    """The bytes that a footing has on a tree, with the tests of the step that follows beside it.

    ``core`` is what the tree's core files are like, which counts for every footing.
    """
    following = chain.following(tree)
    tests = tree if following is None else following

    def present(path: str) -> bool:
        return chain.appears.get(path, 0) <= tests

    modules = (chain.rendered(p, tree, tests).content for p in sorted(footing.modules & chain.files.keys()))
    data = (chain.rendered(path, tree, tests).content for path in sorted(footing.data & chain.files.keys()))
    there = (present(path) for path in sorted(footing.modules | footing.data))
    return core, tuple(modules), tuple(data), tuple(there)
