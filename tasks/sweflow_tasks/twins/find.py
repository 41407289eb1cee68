"""The search for twins: changes are run on the complete code, and those that it fails are kept.

Tests of a file run beside each other then, under names that say nothing of their parameters; one that neither passes
nor fails by an assertion of its own function runs once more in a process of its own, since a neighbour may have made
it fail. So do at once those with other inputs: that such a test fails does not follow from its passing as it stands,
and what a neighbour left behind would look like its own doing. Only the files of these tests are collected, where that
gives the tests that a collection of everything gives. What was kept runs once more as a grade runs it: everything
collected, in disguise, some tests themselves and some their twins, beside each other and shuffled.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from random import Random
from typing import Any

from sweflow_tracer.progress import OnProgress, Progress
from sweflow_tracer.project.files import INI_FILES, Blobs, tree_digest
from sweflow_tracer.runner.settings import RunSettings
from sweflow_tracer.values import Outcome

from sweflow_tasks.certificate.options import CertificateOptions, Level
from sweflow_tasks.execution.arguments import options_among
from sweflow_tasks.execution.job_pool import JobPool
from sweflow_tasks.noticing.trial import patience
from sweflow_tasks.twins.changes import changes_of
from sweflow_tasks.twins.draw import Drawn, disguise_all, draw_sides
from sweflow_tasks.twins.test_file import FunctionText, TestFile, parsed, spoken_of
from sweflow_tasks.twins.trial import TwinJob
from sweflow_tasks.twins.turns import Turns
from sweflow_tasks.twins.values import Change, TestFunction, TwinTable
from sweflow_tasks.values import JsonObject
from sweflow_tasks.verification.data_reads import FileReads
from sweflow_tasks.verification.draft import Inputs

MOST_CHANGES = 7
"""Changes of a function that are tried, at most."""


class TwinSearch:
    """Looks for twins of tests that pass on the complete code, as many as ``options`` say of each.

    What was kept is run as a grade runs it: once, or as often as a full certificate runs each tree.
    """

    def __init__(
        self,
        inputs: Inputs,
        tests: Sequence[str],
        pool: JobPool,
        options: CertificateOptions,
        settings: RunSettings,
        progress: OnProgress,
        reads: FileReads,
    ) -> None:
        self._reads = reads
        self._inputs = inputs
        self._blobs = inputs.blobs
        self._tests = tuple(tests)
        self._pool = pool
        self._wanted = options.twins
        self._runs = options.gold_runs if options.level is Level.FULL else 1
        self._settings = settings
        self._progress = progress
        self._sessions = 0
        self._opaque = True
        self._files_alone = False
        self._draw = Random("twins " + tree_digest(inputs.blobs))  # the same for the same code

    def table(self) -> TwinTable:
        """Everything that is known of the tests."""
        if not self._tests:
            return TwinTable((), opaque=False)
        functions = self._functions()
        functions = self._disguisable(functions)
        functions = self._kept(functions)
        for _ in range(self._runs):
            functions = self._proven(functions)
        return TwinTable(tuple(functions), self._opaque)

    def _session(
        self,
        blobs: Blobs,
        groups: Iterable[Sequence[str]],
        files: Collection[str] | None = None,
        *,
        asserting: int = 0,
        limits: Mapping[str, float] | None = None,
    ) -> JsonObject:
        """Run groups; only ``files`` are collected, if given and if that is known to make no difference.

        The first ``asserting`` groups are so, and tests have ``limits``, by name.
        """
        self._sessions += 1
        self._progress(Progress("twins", self._sessions, self._sessions))
        paths = tuple(self._inputs.target.project.arguments)
        if files is not None and self._files_alone:
            paths = (*options_among(paths, self._blobs), *sorted(files))
        job = TwinJob(
            blobs,
            tuple(map(tuple, groups)),
            paths,
            self._opaque,
            self._settings.timeout,
            self._settings.jobs,
            asserting,
            limits or {},
        )
        return self._pool.measure([job], lambda done: None)[0]

    def _functions(self) -> list[TestFunction]:
        """The test functions, their texts, and the names of their tests."""
        traced = self._inputs.graph.tests
        items = self._session(self._blobs, ())["items"]
        alike = [item[1] for item in items] == [test.function for test in traced]
        self._opaque = alike and len({item[0] for item in items}) == len(traced)
        if self._opaque:
            tests = [test.id for test in traced]
        else:  # ids of two tests are one without values, or the suite was collected otherwise
            items = self._session(self._blobs, ())["items"]
            tests = [item[0] for item in items]
        names = {test: item[0] for test, item in zip(tests, items, strict=True)}
        self._files_alone = self._is_alike_by_files(items)
        accepted = frozenset(self._tests)
        places: dict[tuple[str, str, int], list[str]] = {}
        for test, item in zip(tests, items, strict=True):
            if test in accepted:
                places.setdefault(tuple(item[2]), []).append(test)
        return [
            TestFunction(
                *(path, name, self._digest(path, name, line), tuple(ids)),
                {test: names[test] for test in ids if names[test] != test},
                reads=self._data(ids),
            )
            for (path, name, line), ids in sorted(places.items())
        ]

    def _is_alike_by_files(self, items: Sequence[Sequence[Any]]) -> bool:
        """Whether the files of some items, named one by one, give these items and no others.

        pytest takes the configuration that is nearest to all files that are named: none may be near to some alone.
        """
        files = _files_of(item[0] for item in items)
        near = {parent for path in files for parent in PurePosixPath(path).parents} - {PurePosixPath()}
        if not files or not all(path in self._blobs for path in files):
            return False
        if any(str(folder / name) in self._blobs for folder in near for name in INI_FILES):
            return False
        self._files_alone = True
        found = self._session(self._blobs, (), files)["items"]
        one, other = ({(item[0], item[1], tuple(item[2])) for item in some} for some in (found, items))
        return one == other

    def _data(self, tests: Iterable[str]) -> tuple[str, ...]:
        """Files that the files of some tests read as data; Python is what they run, or a test by its name."""
        paths = _files_of(tests)
        found = self._reads.always.union(*(self._reads.reads.get(path, frozenset()) for path in paths))
        return tuple(sorted(path for path in found if path in self._blobs and not path.endswith(".py")))

    def _digest(self, path: str, name: str, line: int) -> str:
        """The digest of a function's text, empty where it is not found."""
        file = self._file(path)
        functions = file.functions if file is not None else ()
        return next((text.digest for text in functions if (text.name, text.line) == (name, line)), "")

    def _file(self, path: str) -> TestFile | None:
        return parsed(self._blobs[path][1]) if path in self._blobs else None

    def _disguisable(self, functions: list[TestFunction]) -> list[TestFunction]:
        """With those that pass in disguise; tests that fail beside disguised ones, or call others, are untouched."""
        functions = [replace(each, disguised=bool(each.digest)) for each in functions]
        untouched = self._calling_tests(functions)
        for _ in range(3):
            blobs = disguise_all(self._blobs, functions, self._draw, whole=True)  # what may fail in any fails in this
            found = self._session(blobs, [self._names(functions, untouched)])
            failed = {test for test in _failed(functions, found["ended"]) if test not in untouched}
            if not failed:
                break
            names = self._names(functions, untouched, failed)
            alone = self._session(self._blobs, [[name] for name in names], _files_of(names))
            if self._opaque and _failed(functions, alone["ended"], failed):
                self._opaque, functions = False, [replace(each, names={}) for each in functions]
                continue
            untouched |= {test for each in functions if not each.disguised for test in each.ids if test in failed}
            functions = [replace(each, disguised=each.disguised and failed.isdisjoint(each.ids)) for each in functions]
        return [replace(each, untouched=tuple(test for test in each.ids if test in untouched)) for each in functions]

    def _calling_tests(self, functions: Sequence[TestFunction]) -> set[str]:
        """Tests whose functions speak of other test functions: they fail where one of those is its twin."""
        known = {each.name.rpartition(".")[2] for each in functions if each.digest}
        found: set[str] = set()
        for each in functions:
            text = self._text(each)
            if text is not None and not spoken_of(text.node).isdisjoint(known):
                found.update(each.ids)
        return found

    def _names(
        self, functions: Iterable[TestFunction], without: Iterable[str], only: frozenset[str] | set[str] | None = None
    ) -> list[str]:
        """Names of tests to run, in the suite's order."""
        names = {test: each.names.get(test, test) for each in functions for test in each.ids}
        left = frozenset(without)
        return [
            names[test] for test in self._tests if test in names and test not in left and (only is None or test in only)
        ]

    def _kept(self, functions: list[TestFunction]) -> list[TestFunction]:
        """With the changes that the complete code fails."""
        turns = Turns({each: self._changes(each) for each in functions}, self._wanted)
        while turn := turns.next():
            blobs = turn.tree(self._blobs)
            beside = [names for group in turn.beside() if (names := self._names(group, ()))]
            groups = [*beside, *([name] for name in self._names(turn.alone(), ()))]
            files = _files_of(test for each in turn.changes for test in each.ids)
            limits = {
                each.names.get(test, test): patience(test, self._inputs.seconds, self._settings.timeout)
                for each in turn.changes
                for test in each.ids
            }
            found = self._session(blobs, groups, files, asserting=len(beside), limits=limits)
            turns.learn(turn, blobs, found)
        return [replace(each, twins=turns.kept(each), tried=turns.tried(each)) for each in functions]

    def _changes(self, each: TestFunction) -> list[Change]:
        text, file = self._text(each), self._file(each.path)
        return list(changes_of(text, file, MOST_CHANGES)) if text is not None and file is not None else []

    def _text(self, each: TestFunction) -> FunctionText | None:
        file = self._file(each.path) if each.digest else None
        return next(iter(file.standing(each.name, each.digest)), None) if file is not None else None

    def _proven(self, functions: list[TestFunction]) -> list[TestFunction]:
        """Without twins that the complete code passes in company.

        Tests that fail in company run apart, and those that fail alone, too, where other texts are changed, untouched.
        """
        tests = [test for each in functions for test in each.ids]
        drawn = draw_sides(TwinTable(tuple(functions), self._opaque), tests, self._blobs, self._draw)
        passing: set[str] = set()
        spoiled: set[str] = set()
        dependent: set[str] = set()
        for side in drawn.sides:
            ended = self._session(side.blobs, self._groups(functions, drawn))["ended"]
            outcomes = {test: ended.get(drawn.names[test], ["", ""])[0] for test in tests}
            passing |= {test for test in side.twins if outcomes[test] == Outcome.PASSED}
            failed = {test for test in side.real if outcomes[test] != Outcome.PASSED}
            if failed:
                alone = self._session(side.blobs, [[drawn.names[test]] for test in sorted(failed)])["ended"]
                dependent |= {test for test in failed if alone.get(drawn.names[test], ["", ""])[0] != Outcome.PASSED}
            spoiled |= failed - dependent
        return [_without(each, passing | dependent, spoiled, dependent) for each in functions]

    def _groups(self, functions: Iterable[TestFunction], drawn: Drawn) -> list[list[str]]:
        apart = [test for each in functions for test in each.apart]
        together = [drawn.names[test] for test in drawn.names if test not in drawn.untouched and test not in apart]
        self._draw.shuffle(together)
        return [together, *([drawn.names[test]] for test in apart)]


def _failed(
    functions: Iterable[TestFunction], ended: Mapping[str, Sequence[str]], only: set[str] | None = None
) -> set[str]:
    """Tests that did not pass, of those that were to run."""
    return {
        test
        for each in functions
        for test in each.ids
        if (only is None or test in only) and ended.get(each.names.get(test, test), ["", ""])[0] != Outcome.PASSED
    }


def _files_of(tests: Iterable[str]) -> set[str]:
    """The files in which tests are collected: that of a function they share may be another one."""
    return {test.partition("::")[0] for test in tests}


def _without(each: TestFunction, passing: set[str], spoiled: set[str], dependent: set[str]) -> TestFunction:
    if (passing | spoiled).isdisjoint(each.ids):
        return each
    twins = (replace(twin, fails=tuple(t for t in twin.fails if t not in passing)) for twin in each.twins)
    apart = tuple(test for test in each.ids if test in spoiled or test in each.apart)
    untouched = tuple(test for test in each.ids if test in dependent or test in each.untouched)
    return replace(each, twins=tuple(twin for twin in twins if twin.fails), apart=apart, untouched=untouched)
