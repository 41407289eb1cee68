"""The trial of a step's tests: the mutants that they kill, the functions that they notice, the lines that run (V5).

All changes share one session on the step's reference tree: pytest starts and collects once, and each change gets a
forked child (decision 0010). A change that cannot be put in place in a running process has a session of its own.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sweflow_tracer.errors import SessionFailed
from sweflow_tracer.project.files import Blobs, tree_digest
from sweflow_tracer.runner.options import SessionOptions, Variant
from sweflow_tracer.runner.session import Session
from sweflow_tracer.values import Outcome

from sweflow_tasks.certificate.changes import Change, changes_of
from sweflow_tasks.execution.arguments import present_arguments
from sweflow_tasks.execution.job_pool import Run
from sweflow_tasks.masking.standing import Standing, standing
from sweflow_tasks.noticing.trial import patience
from sweflow_tasks.values import JsonObject
from sweflow_tasks.verification.draft import Draft, Inputs

SEED = 1000
"""Hash seed of every trial: that of the first gold run."""


@dataclass(frozen=True, slots=True)
class TrialJob:
    """One step's trial. ``changes`` go by function; ``tests`` are the step's FAIL_TO_PASS.

    ``limit`` is in seconds for one test; it depends on how quick this machine is, and so is no part of the facts.
    """

    step: int
    tests: tuple[str, ...]
    places: tuple[Standing, ...]
    changes: Mapping[str, tuple[Change, ...]]
    blobs: Blobs
    paths: tuple[str, ...]
    limit: float

    @property
    def facts(self) -> Iterator[str]:
        """All that the outcome depends on."""
        yield from ("trial 2", tree_digest(self.blobs), json.dumps((self.tests, self.paths)))
        for function, changes in self.changes.items():
            yield function
            yield from (repr((change.tests, change.change)) for change in changes)

    def measure(self, run: Run) -> JsonObject:
        """Of each function which changes were killed, and its lines; ``fresh`` changes had a session of their own."""
        changes = [change for place in self.places for change in self.changes[place.definition.id]]
        killed, session, fresh = self._judge(run, changes)
        answers = iter(killed)
        return {
            "killed": {function: [next(answers) for _ in found] for function, found in self.changes.items()},
            "lines": self._lines(session),
            "fresh": fresh,
        }

    def _judge(self, run: Run, changes: list[Change]) -> tuple[list[bool], Session, int]:
        """Whether each change was killed."""
        options = self._options(changes)
        session = run(self.blobs, options)
        alike = not session.needs_process and _all_pass(session, 0, self.tests)
        ready = options.variants.keys() - session.unfit if alike else frozenset[int]()
        found = [
            not _all_pass(session, number, change.tests)
            if number in ready
            else self.killed_in_fresh_session(run, change)
            for number, change in enumerate(changes, 2)
        ]
        return found, session, len(changes) - len(ready)

    def _options(self, changes: list[Change]) -> SessionOptions:
        """Group 0 is for comparison, group 1 for the lines; then one for each change that needs no session."""
        variants = {n: (change.change,) for n, change in enumerate(changes, 2) if isinstance(change.change, Variant)}
        watched: dict[str, list[tuple[int, int]]] = {}
        for place in self.places:
            d = place.definition
            watched.setdefault(d.path, []).append((d.line + place.moved, d.end_line + place.moved))
        return SessionOptions(
            groups=[self.tests, self.tests, *(c.tests if n in variants else () for n, c in enumerate(changes, 2))],
            timeout=self.limit,
            seed=SEED,
            paths=self.paths,
            follow=False,
            variants=variants,
            lines=[1],
            watched=watched,
        )

    def killed_in_fresh_session(self, run: Run, change: Change) -> bool:
        """Whether a change is killed in a session of its own, each test in its own process."""
        groups = [[test] for test in change.tests]
        options = SessionOptions(groups=groups, timeout=self.limit, seed=SEED, paths=self.paths, follow=False)
        try:
            session = run(change.apply(self.blobs), options)
        except SessionFailed as error:
            if error.killed:
                raise
            return True
        return not all(_all_pass(session, number, (test,)) for number, test in enumerate(change.tests))

    def _lines(self, session: Session) -> JsonObject:
        """Of each function: lines that ran, and how many there are; in the original's numbers."""
        found: dict[str, set[tuple[str, int]]] = {"executed": set(), "possible": set()}
        for record in session.tests:
            for kind, lines in record.get("lines", {}).items():
                found[kind].update((path, line) for path, line in lines)
        return {
            place.definition.id: {
                "executed": _within(place, found["executed"]),
                "total": len(_within(place, found["possible"])),
            }
            for place in self.places
        }


def trial_of(
    inputs: Inputs,
    draft: Draft,
    step: int,
    mutants: int,
    seconds: Mapping[str, float],
    most: float,
) -> TrialJob:
    """The trial of a step.

    ``seconds`` are those of tests on the unchanged tree, ``most`` the time-out of a test.
    """
    tests = draft.plan.fails[step]
    places = tuple(standing(draft.chain, step, draft.functions(step)))
    changes = {}
    for place in places:
        running = tuple(test for test in tests if place.definition.id in draft.plan.meets[test])
        changes[place.definition.id] = tuple(changes_of(place, step, running, mutants))
    blobs = draft.chain.blobs(step, step)
    limit = max((patience(test, seconds, most) for test in tests), default=most)
    paths = tuple(present_arguments(inputs.target.project.arguments, draft.chain.original, blobs))
    return TrialJob(step, tests, places, changes, blobs, paths, limit)


def _all_pass(session: Session, group: int, tests: tuple[str, ...]) -> bool:
    outcomes = {record["id"]: record["outcome"] for record in session.tests if record.get("group") == group}
    return all(outcomes.get(test) == Outcome.PASSED for test in tests)


def _within(place: Standing, lines: set[tuple[str, int]]) -> list[int]:
    d, moved = place.definition, place.moved
    inside = range(d.body_line + moved, d.end_line + moved + 1)
    return sorted(line - moved for path, line in lines if path == d.path and line in inside)
