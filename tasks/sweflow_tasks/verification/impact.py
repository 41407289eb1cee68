"""Impact: between which trees something changed that a test needs (V1).

A test needs the functions of its requirement, the top level of every module that can be loaded with it, and the files
that it reads as data. Nothing else differs between two trees of a chain. Before all of its functions are there a test
may take another way than it was seen to take. What it meets there that comes later is a stub, which it would fail by,
or a placeholder, which says nothing. So it runs again wherever a placeholder returns, until it has them all.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from sweflow_rdg import Kind, RuntimeDependencyGraph, SourceIndex

from sweflow_tasks.masking.chain import Chain, importers
from sweflow_tasks.masking.tree_walk import files_by_step, files_of_code, files_of_tests
from sweflow_tasks.verification.data_reads import FileReads, covers
from sweflow_tasks.verification.draft import Draft

_LOADED_WITH_ALL = ("conftest.py", "__init__.py")
_BY_NAME = frozenset(
    {"import_module", "__import__", "walk_packages", "iter_modules", "modules", "resolve_name", "exec"}
)
"""Names of what loads modules, or finds loaded ones, without an import statement."""


@dataclass(frozen=True, slots=True)
class _Footing:
    """What of the chain's files a test stands on: core files and test files as modules, and files read as data.

    Of core files those whose top level changes: where a removed function returns. ``core`` is None where all count,
    since modules are loaded by name.
    """

    core: frozenset[str] | None
    modules: frozenset[str]
    data: frozenset[str]


class Impact:
    """Which tests of earlier steps must run on each tree of a draft."""

    def __init__(self, graph: RuntimeDependencyGraph, index: SourceIndex, file_reads: FileReads) -> None:
        self._graph = graph
        self._index = index
        self._habits = file_reads
        self._used = frozenset((*graph.imports, *_called(graph)))
        self._by_name = frozenset(path for path, file in index.files.items() if _BY_NAME & file.mentions.keys())

    def changed(self, draft: Draft) -> Iterator[tuple[int, frozenset[str]]]:
        """By tree, the ids of earlier steps that need something in which the tree differs from the one before it."""
        chain, plan = draft.chain, draft.plan
        footings = self._footings(chain)
        changes, standing = _Changes(chain, self._index), _Standing(footings.values())
        own, last = self._late(draft)
        quiet = frozenset(chain.code[function] for function in chain.placeholders)
        tests: dict[_Footing | None, list[str]] = {}
        for test in plan.upto(max(chain.trees)):
            tests.setdefault(footings.get(test), []).append(test)
        places = {footing: [plan.places[test] for test in found] for footing, found in tests.items()}
        for tree in chain.trees:
            if changes.reaches_all(tree):
                yield tree, frozenset(plan.upto(tree - 1))
                continue
            earlier = plan.count(tree - 1)
            moved = {None, *standing.on(changes.core(tree), changes.tests(tree), changes.data(tree))} & tests.keys()
            need = {test for foot in moved for test in tests[foot][: bisect_left(places[foot], earlier)]}
            waiting = own.get(tree, [])
            if tree in quiet:
                waiting = [test for test, step in last.items() if step >= tree and plan.places[test] < earlier]
            yield tree, frozenset(need.union(waiting))

    def _late(self, draft: Draft) -> tuple[dict[int, list[str]], dict[str, int]]:
        """Tests by the later trees on which a function of theirs returns, and by each of them the last such tree."""
        code, nodes, plan = draft.chain.code, self._graph.nodes, draft.plan
        steps = [code.get(node.id, 0) for node in nodes]
        own: dict[int, list[str]] = {}
        last: dict[str, int] = {}
        for test in self._graph.tests:
            if test.id in plan.places:
                home = plan.step_of(test.id)
                later = {steps[n] for n in test.requirement if steps[n] > home}
                for step in later:
                    own.setdefault(step, []).append(test.id)
                if later:
                    last[test.id] = max(later)
        return own, last

    def _footings(self, chain: Chain) -> dict[str, _Footing]:
        """The footing of each test that can be judged."""
        ours = {path for path, file in chain.files.items() if file.by_tests} | chain.appears.keys()
        common = {path for path in ours if PurePosixPath(path).name in _LOADED_WITH_ALL}
        shedding = frozenset(function.partition("::")[0] for function in chain.removed)
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
                loaded = self._reachable(imports, {test.path, body} | common)
                core = None if loaded & self._by_name else frozenset(loaded & shedding)
                read = self._habits.reads.get(test.path, frozenset()) | self._habits.always
                data = frozenset(path for path in moving if covers(read, path)) if read else frozenset()
                made[test.path, body] = _Footing(core, frozenset(loaded & ours), data)
            found[test.id] = made[test.path, body]
        return found

    def _reachable(self, imports: Mapping[str, set[str]], paths: set[str]) -> set[str]:
        """All files that are loaded with some: what they import, and the packages that these lie in."""
        found: set[str] = set()
        left = list(paths)
        while left:
            path = left.pop()
            if path not in found:
                found.add(path)
                left.extend(imports.get(path, ()))
                packages = (f"{folder}/__init__.py" for folder in PurePosixPath(path).parents)
                left.extend(package for package in packages if package in self._index.files)
        return found


class _Changes:
    """The files in which a tree differs from the one before it, each tree with the tests of the next step beside it."""

    def __init__(self, chain: Chain, index: SourceIndex) -> None:
        self._chain = chain
        definitions = index.definitions()
        functions = {f for f in chain.removed if definitions[f].kind is Kind.FUNCTION}
        self._methods = frozenset(chain.code[f] for f in chain.removed - functions)
        self._core = files_by_step((f, chain.code[f]) for f in functions)
        self._code, self._tests = files_of_code(chain), files_of_tests(chain)

    def reaches_all(self, tree: int) -> bool:
        """Whether something returns that tests can meet whatever they load: a method, which its class may list."""
        return tree in self._methods

    def core(self, tree: int) -> frozenset[str]:
        """Core files whose top level changes."""
        return self._core.get(tree, frozenset())

    def tests(self, tree: int) -> frozenset[str]:
        """Test files that change, or are there for the first time."""
        beside = self._chain.following(tree)
        return frozenset() if beside is None else self._tests.get(beside, frozenset())

    def data(self, tree: int) -> frozenset[str]:
        """All files that change."""
        return self.tests(tree) | self._code.get(tree, frozenset())


class _Standing:
    """Footings by what they stand on."""

    def __init__(self, footings: Iterable[_Footing]) -> None:
        self._on: dict[tuple[str, str | None], set[_Footing]] = {}
        for footing in set(footings):
            core: Iterable[str | None] = (None,) if footing.core is None else footing.core
            for kind, paths in (("core", core), ("modules", footing.modules), ("data", footing.data)):
                for path in paths:
                    self._on.setdefault((kind, path), set()).add(footing)

    def on(self, core: frozenset[str], modules: frozenset[str], data: frozenset[str]) -> set[_Footing]:
        """The footings that stand on some of these core files, test files, and files as data."""
        core_or_all: Iterable[str | None] = (*core, None) if core else ()
        asked = (("core", core_or_all), ("modules", modules), ("data", data))
        found = (self._on.get((kind, path), set()) for kind, paths in asked for path in paths)
        return set[_Footing]().union(*found)


def _called(graph: RuntimeDependencyGraph) -> Iterator[tuple[str, str]]:
    """For each test the files whose functions it called, as if its file had imported them."""
    files = [frozenset(graph.nodes[graph.calls[number].callee].path for number in calls) for calls in graph.call_sets]
    return ((test.path, path) for test in graph.tests for path in files[test.calls])
