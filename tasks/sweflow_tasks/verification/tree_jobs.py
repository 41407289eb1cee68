"""Jobs of trees: what runs on a tree of the chain, and what its session says of each test (V1, V2)."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sweflow_rdg.graph.roles import looks_like_test
from sweflow_tracer.project.files import Blobs, tree_digest
from sweflow_tracer.recording.interning import unpack_edge
from sweflow_tracer.runner.records import CodeRow, TestRecord, codes_of, not_run
from sweflow_tracer.runner.session import Session
from sweflow_tracer.runner.workspace import clean_line
from sweflow_tracer.values import Outcome

from sweflow_tasks.masking.mask_policy import NEVER
from sweflow_tasks.masking.standing import standing
from sweflow_tasks.noticing.trial import Trial
from sweflow_tasks.verification.draft import Draft
from sweflow_tasks.verification.observations import Result

ALIKE = 8
"""Trees of one hash seed."""
LONGEST = 20.0
"""Seconds of the tests of several trees that run in a series: what is cut off begins with its first tree again."""


@dataclass(frozen=True, slots=True)
class TreeJob:
    """One tree to run: its files, the ids to run on it, and a key of all that the run depends on.

    ``together`` are groups that run in a process each, one or none but on a watched run. So do the tests ``apart``;
    those that are ``traced`` share one, and what fails there by no stub of the step runs alone, under the recorder.
    ``trials`` are of the tree's own step. ``forked``: the session is forked from a process that has pytest loaded, or
    fails.
    """

    draft: Draft
    tree: int
    blobs: Blobs
    together: tuple[tuple[str, ...], ...]
    apart: tuple[str, ...]
    traced: tuple[str, ...]
    seed: int
    key: str
    watch: bool = False
    forked: bool = False
    trials: tuple[Trial, ...] = ()

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """What runs in a process each."""
        return (*self.together, *(group for group in (self.apart, self.traced) if group))


def tree_job(draft: Draft, tree: int, chosen: Iterable[str], blobs: Blobs) -> TreeJob:
    """The run of a tree, whose files these are; ``chosen`` are the ids up to it that run together."""
    plan, following = draft.plan, draft.chain.following(tree)
    earlier = shuffled(chosen, tree)
    together = (earlier,) if earlier else ()
    apart = (*plan.of(tree), *(plan.passes[following] if following is not None else ()))
    traced = plan.fails[following] if following is not None else ()
    seed = seed_of(tree)
    trials = trials_of(draft, tree) if draft.by_need and tree else ()
    asked = [(trial.functions, trial.tests) for trial in trials]
    key = _key(blobs, (together, apart, traced, asked), seed)
    return TreeJob(draft, tree, blobs, together, apart, traced, seed, key, trials=trials)


def shuffled(tests: Iterable[str], seed: int) -> tuple[str, ...]:
    """Tests in an order of chance, in which two of them stand to each other whatever else there is."""

    def place(test: str) -> tuple[bytes, str]:
        return hashlib.blake2b(f"{seed} {test}".encode(), digest_size=8).digest(), test

    return tuple(sorted(tests, key=place))


def lone_job(draft: Draft, tree: int, tests: Iterable[str]) -> TreeJob:
    """The run of some ids on a tree by themselves."""
    blobs, apart, seed = draft.chain.blobs(tree, draft.chain.beside(tree)), tuple(tests), seed_of(tree)
    return TreeJob(draft, tree, blobs, (), apart, (), seed, _key(blobs, ((), apart, (), ()), seed))


def trials_of(draft: Draft, step: int) -> tuple[Trial, ...]:
    """Whether a step's FAIL_TO_PASS notice each of its functions alone, and all of them at once (S6)."""
    fails, meets = draft.plan.fails[step], draft.plan.meets
    emptied = {place.definition.id: place.emptied() for place in standing(draft.chain, step, draft.functions(step))}
    asked: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        ((function,), tuple(test for test in fails if function in meets[test])) for function in emptied
    ]
    asked += [(tuple(emptied), fails)] if len(emptied) > 1 else []
    return tuple(
        Trial(functions, tuple(map(emptied.__getitem__, functions)), tests) for functions, tests in asked if tests
    )


def watched_job(draft: Draft, groups: list[list[str]], *, forked: bool) -> TreeJob:
    """The run of the original in which each group is watched."""
    blobs, together = draft.chain.blobs(NEVER, NEVER), tuple(map(tuple, groups))
    key = _key(blobs, ("watched, forked" if forked else "watched", together), 0)
    return TreeJob(draft, NEVER, blobs, together, (), (), 0, key, watch=True, forked=forked)


def seed_of(tree: int) -> int:
    """The hash seed of a tree, which is its neighbours', too."""
    return 1 + tree // ALIKE


def series_of(jobs: Iterable[TreeJob], most: int, seconds: Callable[[TreeJob], float]) -> Iterator[list[TreeJob]]:
    """Jobs of one hash seed one after the other, at most so many; ``seconds`` is what the tests of one may take."""
    found: list[TreeJob] = []
    left = 0.0
    for job in jobs:
        takes = seconds(job)
        if found and (len(found) == most or job.seed != found[0].seed or takes > left):
            yield found
            found = []
        left = (left if found else LONGEST) - takes
        found.append(job)
    if found:
        yield found


def _key(blobs: Blobs, groups: object, seed: int) -> str:
    depends = [tree_digest(blobs), json.dumps(groups), str(seed)]
    return hashlib.sha256("\n".join(depends).encode()).hexdigest()


def results_of(job: TreeJob, session: Session) -> Iterator[Result]:
    """A result for each id of each group; an id without a record is not run, never a pass (V2)."""
    records = {(record.get("group", 0), record["id"]): record for record in session.tests}
    chain = job.draft.chain
    following = chain.following(job.tree)
    new = tuple(job.draft.functions(following)) if following is not None else ()
    places = chain.first_lines(new, job.tree)
    for number, group in enumerate(job.groups):
        for test in group:
            record = records.get((number, test), not_run(test))
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
                called=tuple(sorted(_called(record, session.codes, places))),
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


def _called(record: TestRecord, codes: list[CodeRow], places: dict[tuple[str, int], str]) -> set[str]:
    """Functions of the step whose stub the test called, by file and first line in the masked tree."""
    table = codes_of(record, codes)
    callees = {unpack_edge(edge)[1] for edges in record.get("edges", {}).values() for edge in edges}
    found = (places.get((table[n - 1][0], table[n - 1][2])) for n in callees)
    return {function for function in found if function is not None}
