"""Verification: pytest really runs on every tree of the chain (V1, V2, V3).

Tree k is the reference of step k and, with the tests of the following step beside it, that step's skeleton. One
session a tree: the ids up to step k in one process and in shuffled order; those of step k, and those of the following
step that need nothing new, in order in another one, and from the first failure there on once more each in its own; the
other ids of the following step each in its own and under the recorder, so that a test that swallows a stub's exception
still shows the call.
"""

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweflow_rdg.graph.roles import looks_like_test
from sweflow_tracer.errors import SessionFailed
from sweflow_tracer.project.files import Blobs, tree_digest
from sweflow_tracer.recording.interning import unpack
from sweflow_tracer.recording.trace import Progress
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.pool import side_by_side
from sweflow_tracer.runner.records import Record
from sweflow_tracer.runner.session import Options, Session, Target, codes_of, run_groups
from sweflow_tracer.runner.workspace import Workspaces, clean_line
from sweflow_tracer.values import Outcome

from sweflow_tasks.execution.arguments import present_arguments
from sweflow_tasks.masking.mask_policy import NEVER
from sweflow_tasks.verification.data_reads import Habits, habits_of, watch_groups
from sweflow_tasks.verification.draft import Amendments, Draft, Inputs, make_draft
from sweflow_tasks.verification.judge import Verdicts, judge, merge_verdicts
from sweflow_tasks.verification.observations import Result, TreeRun, journal_line, read_journal
from sweflow_tasks.verification.repair import find_culprit
from sweflow_tasks.verification.test_selection import Agenda


class Verifier:
    """Runs trees, remembers what it ran in a journal file, and never runs the same thing twice (D1).

    A context manager: its workspaces, one a job, stand from one run of a chain to the next.
    """

    def __init__(
        self,
        target: Target,
        launcher: Launcher,
        journal: Path,
        *,
        jobs: int,
        timeout: float,
        on_session: Callable[[Session], None],
    ) -> None:
        self._target = target
        self._launcher = launcher
        self._journal = journal
        self._jobs = jobs
        self._timeout = timeout
        self._on_session = on_session
        self._known = read_journal(journal)
        self._where = f"{launcher.sandbox.name} {target.project.python} {target.python}"
        ledger = journal.with_suffix(".scratch")
        self._spaces = Workspaces(target.project.folder, ledger, jobs)

    def __enter__(self) -> "Verifier":
        self._spaces.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._spaces.__exit__(*error)

    def watch(self, inputs: Inputs) -> Habits:
        """What the tests read as data, and which start processes, as one run on the original shows."""
        groups = watch_groups(inputs.graph)
        job = _watched_job(make_draft(inputs, Amendments()), groups)
        return habits_of(inputs.graph, self._run_one(job))

    def run(self, draft: Draft, agenda: Agenda, progress: Progress) -> Verdicts:
        """What the trees say, in order, as far as the first on which a test is rejected.

        What the journal knows is not run again. Trees ahead that were already running are finished and remembered.
        """
        trees = draft.chain.trees
        waiting: dict[int, TreeRun] = {}
        parts: list[Verdicts] = []
        jobs = (_tree_job(draft, tree, agenda.together[tree]) for tree in trees)
        with self._in_parallel(jobs) as runs:
            for done, run in enumerate(runs, 1):
                waiting[run.number] = run
                progress("verify", done, len(trees))
                while len(parts) < len(trees) and trees[len(parts)] in waiting and not (parts and parts[-1].rejected):
                    parts.append(judge(draft, waiting.pop(trees[len(parts)])))
                progress("verify/failed", sum(len(part.rejected) for part in parts), len(trees))
                if parts and parts[-1].rejected:
                    break
        return merge_verdicts(self._blamed(draft, agenda, parts))

    def judge_tree(self, draft: Draft, tree: int) -> Verdicts:
        """What one tree says when everything runs there."""
        return judge(draft, self._run_one(_tree_job(draft, tree, _upto(draft, tree))))

    def _blamed(self, draft: Draft, agenda: Agenda, parts: list[Verdicts]) -> list[Verdicts]:
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
        suspects = max((agenda.unseen(test, tree) for test in whole.together), key=len)
        culprit = find_culprit(suspects, lambda some: bool(self.judge_tree(draft, some[-1]).rejected))
        return [*parts[: agenda.trees.index(culprit)], self.judge_tree(draft, culprit)]

    def _run_one(self, job: "_TreeJob") -> TreeRun:
        with self._in_parallel([job]) as runs:
            return next(runs)

    @contextmanager
    def _in_parallel(self, jobs: "Iterable[_TreeJob]") -> Iterator[Iterator[TreeRun]]:
        """The runs of trees as they end; those that the journal knows are not run again."""
        with self._journal.open("a", encoding="utf-8") as journal:

            def keep(job: "_TreeJob", run: TreeRun) -> None:
                self._known[self._key(job)] = run
                journal.write(journal_line(self._key(job), run))
                journal.flush()

            stop, known = self._launcher.stop, lambda job: self._known.get(self._key(job))
            with side_by_side(jobs, self._run_tree, keep, stop, self._jobs, known) as runs:
                yield (run for _, run in runs)

    def _key(self, job: "_TreeJob") -> str:
        """All that a run depends on: also where it takes place, so that a journal never mixes places (D4)."""
        return hashlib.sha256(f"{self._where}\n{job.key}".encode()).hexdigest()

    def _run_tree(self, job: "_TreeJob") -> TreeRun:
        apart = [job.apart] if job.apart else []
        groups = [*job.together, *apart, *([test] for test in job.traced)]
        if not groups:
            return TreeRun(job.tree, (), "")
        options = Options(
            "settrace",
            groups,
            jobs=self._jobs if job.watch else 1,
            timeout=self._timeout,
            seed=job.seed,
            traced=range(len(groups) - len(job.traced), len(groups)),
            paths=present_arguments(self._target.project.arguments, job.draft.chain.original, job.blobs),
            again=[len(job.together)] if job.apart else [],
            watch=job.watch,
        )
        try:
            with self._spaces.one() as workspace:
                session = run_groups(self._target, workspace, job.blobs, self._launcher, options)
        except SessionFailed as error:
            if error.killed:
                raise  # not the tests' fault: the build ends, and goes on from here when it is called again
            return TreeRun(job.tree, (), error.problem)
        self._on_session(session)
        results = tuple(_results(job, session, groups))
        return TreeRun(job.tree, results, "", tuple(session.collected.get("reads", ())))


@dataclass(frozen=True, slots=True)
class _TreeJob:
    """One tree to run: its files, the ids to run on it, and a key of all that the run depends on.

    ``together`` are groups that run in a process each, one or none but on a watched run. So do the tests ``apart``;
    each of ``traced`` has a process of its own, under the recorder.
    """

    draft: Draft
    tree: int
    blobs: Blobs
    together: list[list[str]]
    apart: list[str]
    traced: list[str]
    seed: int
    key: str
    watch: bool = False


def _upto(draft: Draft, tree: int) -> list[str]:
    """The ids of all steps up to a tree, in order."""
    return [test for step in range(tree + 1) for test in draft.plan.of(step)]


def _tree_job(draft: Draft, tree: int, chosen: Iterable[str]) -> _TreeJob:
    """The run of a tree; ``chosen`` are the ids up to it that run together."""
    plan, following = draft.plan, draft.chain.following(tree)
    blobs = draft.chain.blobs(tree, tree if following is None else following)
    wanted = frozenset(chosen)
    earlier = [test for test in _upto(draft, tree) if test in wanted]
    random.Random(tree).shuffle(earlier)
    together = [earlier] if earlier else []
    apart = [*plan.of(tree), *(plan.passes[following] if following is not None else ())]
    traced = list(plan.fails[following]) if following is not None else []
    seed = tree + 1
    key = _key(blobs, (together, apart, traced), seed)
    return _TreeJob(draft, tree, blobs, together, apart, traced, seed, key)


def _watched_job(draft: Draft, groups: list[list[str]]) -> _TreeJob:
    """The run of the original in which each group is watched."""
    blobs = draft.chain.blobs(NEVER, NEVER)
    return _TreeJob(draft, NEVER, blobs, groups, [], [], 0, _key(blobs, ("watched", groups), 0), watch=True)


def _key(blobs: Blobs, groups: object, seed: int) -> str:
    depends = [tree_digest(blobs), json.dumps(groups), str(seed)]
    return hashlib.sha256("\n".join(depends).encode()).hexdigest()


def _results(job: _TreeJob, session: Session, groups: list[list[str]]) -> Iterator[Result]:
    """A result for each id of each group; an id without a record is not run, never a pass (V2)."""
    records = {(record["group"], record["id"]): record for record in session.tests}
    chain = job.draft.chain
    following = chain.following(job.tree)
    new = tuple(f for f, step in chain.code.items() if step == following)
    places = chain.first_lines(new, job.tree)
    codes = session.collected.get("codes", [])
    for number, group in enumerate(groups):
        for test in group:
            record = records.get((number, test), {"outcome": "not-run"})
            failure = record.get("failure", {})
            origin, at = _origin(failure.get("at"), places)
            yield Result(
                test=test,
                apart=number >= len(job.together),
                outcome=Outcome(record["outcome"]),
                when=failure.get("when", ""),
                error=failure.get("type", ""),
                detail=clean_line(record.get("detail") or failure.get("message", "")),
                raised=tuple(failure.get("stubs", ())),
                called=tuple(sorted(_called(record, codes, places))),
                mentions=failure.get("mentions", False),
                origin=origin,
                at=at,
                reads=tuple(record.get("reads", ())),
                starts=record.get("starts", False),
            )


def _origin(at: tuple[str, str, int] | None, places: dict[tuple[str, int], str]) -> tuple[str, str]:
    """What kind of code an exception arose in, and which; both empty where it was none of the project's."""
    if at is None:
        return "", ""
    path, name, line = at
    if (path, line) in places:
        return "masked-function", places[(path, line)]
    return "test" if looks_like_test(path) else "project", f"{path}::{name}"


def _called(record: Record, codes: list[list[Any]], places: dict[tuple[str, int], str]) -> set[str]:
    """Functions of the step whose stub the test called, by file and first line in the masked tree."""
    table = codes_of(record, codes)
    callees = {unpack(edge)[1] for edges in record.get("edges", {}).values() for edge in edges}
    found = (places.get((table[n - 1][0], table[n - 1][2])) for n in callees)
    return {function for function in found if function is not None}
