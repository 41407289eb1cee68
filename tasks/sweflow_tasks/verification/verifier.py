"""Verification: pytest really runs on every tree of the chain (V1, V2, V3).

Tree k is the reference of step k and, with the tests of the following step beside it, that step's skeleton. One
session a tree: the ids up to step k in one process and in shuffled order; those of step k, and those of the following
step that need nothing new, in order in another one, and from the first failure there on once more each in its own; the
other ids of the following step in a third one, under the recorder, so that a test that swallows a stub's exception
still shows the call. Of these each that does not fail by a stub of that step runs once more in a process of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType

from sweflow_tracer.errors import SessionFailed
from sweflow_tracer.progress import OnProgress, Progress
from sweflow_tracer.runner.options import SessionOptions
from sweflow_tracer.runner.series import MOST_BYTES
from sweflow_tracer.runner.session import Session
from sweflow_tracer.runner.settings import RunSettings
from sweflow_tracer.values import Outcome

from sweflow_tasks.execution.arguments import present_arguments
from sweflow_tasks.execution.job_pool import Sessions
from sweflow_tasks.execution.journal import Journal
from sweflow_tasks.masking.tree_walk import TreeWalk
from sweflow_tasks.noticing.trial import outcomes_of, with_trials
from sweflow_tasks.values import JsonObject
from sweflow_tasks.verification.data_reads import FileReads, file_reads_of, watch_groups
from sweflow_tasks.verification.draft import Amendments, Draft, Inputs, make_draft
from sweflow_tasks.verification.judge import Verdicts, judge, merge_verdicts
from sweflow_tasks.verification.observations import TreeRun, run_of, run_row
from sweflow_tasks.verification.repair import find_culprit
from sweflow_tasks.verification.test_selection import TestSelection
from sweflow_tasks.verification.tree_jobs import (
    ALIKE,
    TreeJob,
    lone_job,
    results_of,
    series_of,
    tree_job,
    watched_job,
)

NOTHING_RAN: Mapping[str, float] = MappingProxyType({})


class Verifier(Sessions):
    """Runs trees, remembers what it ran in a journal file, and never runs the same thing twice (D1).

    Its workspaces stand from one run of a chain to the next. ``seconds`` are those of tests that ran.
    """

    def __init__(self, settings: RunSettings, journal: Path, seconds: Mapping[str, float] = NOTHING_RAN) -> None:
        super().__init__(settings, journal)
        self._seconds = seconds
        self._forks = False
        self._journal: Journal[TreeJob, TreeRun] = Journal(journal, _TreeRuns(settings))

    def watch(self, inputs: Inputs) -> FileReads:
        """What the tests read as data, and which start processes, as one run on the original shows.

        Its session is forked, as those of trees are from then on: but where a test does not pass in it, and ends
        otherwise in a session of its own, it looks at how it was started, and no session is forked.
        """
        draft, groups = make_draft(inputs, Amendments()), watch_groups(inputs.graph)
        run = self._run_one(watched_job(draft, groups, forked=True))
        self._forks = not run.problem and all(result.outcome is Outcome.PASSED for result in run.results)
        if not self._forks:
            forked, run = run, self._run_one(watched_job(draft, groups, forked=False))
            self._forks = not forked.problem and _outcomes(forked) == _outcomes(run)
        return file_reads_of(inputs.graph, run)

    def run(self, draft: Draft, selection: TestSelection, progress: OnProgress) -> Verdicts:
        """What the trees say, in order, as far as the first on which a test is rejected.

        What the journal knows is not run again. Trees ahead that were already running are finished and remembered.
        """
        trees = draft.chain.trees
        waiting: dict[int, TreeRun] = {}
        parts: list[Verdicts] = []
        walk = TreeWalk(draft.chain)

        def job(tree: int) -> TreeJob:
            return tree_job(draft, tree, selection.together(tree), walk.at(tree, draft.chain.beside(tree)))

        with self._in_parallel(self._in_series(map(job, trees), len(trees))) as runs:
            for done, (_, run) in enumerate(runs, 1):
                waiting[run.number] = run
                while len(parts) < len(trees) and trees[len(parts)] in waiting and not (parts and parts[-1].rejected):
                    parts.append(judge(draft, waiting.pop(trees[len(parts)])))
                progress(Progress("verify", done, len(trees), len(parts[-1].rejected) if parts else 0))
                if parts and parts[-1].rejected:
                    break
        return merge_verdicts(self._blamed(draft, selection, parts))

    def judge_tree(self, draft: Draft, tree: int) -> Verdicts:
        """What one tree says when everything runs there."""
        blobs = draft.chain.blobs(tree, draft.chain.beside(tree))
        return judge(draft, self._run_one(tree_job(draft, tree, draft.plan.upto(tree), blobs)))

    def passes_alone(self, draft: Draft, tree: int, tests: Iterable[str]) -> bool:
        """Whether some ids pass on a tree, run by themselves."""
        results = self._run_one(lone_job(draft, tree, tests)).results
        return bool(results) and all(result.outcome is Outcome.PASSED for result in results if result.apart)

    def _blamed(self, draft: Draft, selection: TestSelection, parts: list[Verdicts]) -> list[Verdicts]:
        """The verdicts as far as the tree that broke a test, where the last of them shows one that was inherited.

        Between the tree on which the test ran before and this one, trees are halved until the first is found on which
        a run of everything rejects something. It is taken that what one tree broke no later one mends.
        """
        if not parts[-1].together:
            return parts
        tree = parts[-1].tree
        whole = self.judge_tree(draft, tree)
        if not whole.together:
            return parts  # it failed in one order of the tests and not in another
        suspects = max((selection.unseen(test, tree) for test in whole.together), key=len)
        culprit = find_culprit(suspects, lambda some: bool(self.judge_tree(draft, some[-1]).rejected))
        return [*parts[: selection.trees.index(culprit)], self.judge_tree(draft, culprit)]

    def _run_one(self, job: TreeJob) -> TreeRun:
        with self._in_parallel([[job]]) as runs:
            return next(runs)[1]

    def _in_series(self, jobs: Iterable[TreeJob], count: int) -> Iterator[list[TreeJob]]:
        """Trees that run one after the other, so many of them that each of those who run series has some."""
        most = min(ALIKE, -(-count // (2 * self._settings.jobs))) if self._forks else 1
        return series_of(
            jobs, most, lambda job: sum(self._seconds.get(test, 0.0) for group in job.groups for test in group)
        )

    def _in_parallel(
        self, series: Iterable[Sequence[TreeJob]]
    ) -> AbstractContextManager[Iterator[tuple[TreeJob, TreeRun]]]:
        """The runs of trees as they end; those that the journal knows are not run again."""
        settings = self._settings
        return self._journal.results_of_series(series, self._run_series, settings.launcher.stop, settings.jobs)

    def _run_series(self, jobs: Sequence[TreeJob]) -> Iterator[TreeRun]:
        """The runs of trees one after the other; what could not be forked runs by itself."""
        for job, session in zip(jobs, self._forked(jobs), strict=True):
            yield self.run_tree(job, session)

    def _forked(self, jobs: Sequence[TreeJob]) -> Sequence[Session | None]:
        """The sessions of trees that are run in a series; None for one that is to run by itself."""
        several = len(jobs) > 1 or jobs[0].forked
        if not several or not all(job.groups and _size(job) <= MOST_BYTES for job in jobs):
            return [None] * len(jobs)
        return self.series([(job.blobs, with_trials(self._options(job), job.trials, self._seconds)) for job in jobs])

    def run_tree(self, job: TreeJob, session: Session | None = None) -> TreeRun:
        """Run a tree's groups, if it has any, unless there was a session of them.

        Raises SessionFailed where that is not the tests' fault.
        """
        if not job.groups:
            return TreeRun(job.tree, (), "")
        if session is None and job.forked:
            return TreeRun(job.tree, (), "no session could be forked")
        options = self._options(job)
        try:
            session = session or self._session(job, options)
            trials = outcomes_of(self.session, job.blobs, options, job.trials, session)
        except SessionFailed as error:
            if error.killed:
                raise  # not the tests' fault: the build ends, and goes on from here when it is called again
            return TreeRun(job.tree, (), error.problem)
        results = tuple(results_of(job, session))
        return TreeRun(job.tree, results, "", session.reads, trials)

    def _options(self, job: TreeJob) -> SessionOptions:
        """What runs on a tree, but for its trials."""
        groups, following = job.groups, job.draft.chain.following(job.tree)
        return SessionOptions(
            "settrace",
            groups,
            jobs=self._settings.jobs if job.watch else 1,
            timeout=self._settings.timeout,
            seed=job.seed,
            traced=[len(groups) - 1] if job.traced else [],
            stubs={len(groups) - 1: sorted(job.draft.functions(following))} if following and job.traced else {},
            paths=present_arguments(self._settings.target.project.arguments, job.draft.chain.original, job.blobs),
            again=[len(job.together)] if job.apart else [],
            watch=job.watch,
        )

    def _session(self, job: TreeJob, options: SessionOptions) -> Session:
        """The session of a tree, with its trials where they can run in it."""
        session = self.session(job.blobs, with_trials(options, job.trials, self._seconds))
        return self.session(job.blobs, options) if session.needs_process and job.trials else session


def _size(job: TreeJob) -> int:
    """Bytes of a tree."""
    return sum(len(content) for _, content in job.blobs.values())


def _outcomes(run: TreeRun) -> list[tuple[str, Outcome]]:
    return [(result.test, result.outcome) for result in run.results]


class _TreeRuns:
    """Runs of trees as entries of a journal."""

    def __init__(self, settings: RunSettings) -> None:
        self._settings = settings

    def key(self, job: TreeJob) -> str:
        return self._settings.key((job.key,))

    def row(self, job: TreeJob, result: TreeRun) -> JsonObject:
        return run_row(result)

    def result(self, row: JsonObject) -> TreeRun | None:
        return run_of(row)
