"""The search: plans tried one after another, each one change away from the best so far."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sweflow_tracer.progress import OnProgress, Progress, silent

from sweflow_datasets.environments.attempt import Tried
from sweflow_datasets.environments.diagnoses.all import diagnose
from sweflow_datasets.environments.values import (
    Attempt,
    Blocker,
    ChangeKind,
    EnvironmentChange,
    Failure,
    Finding,
    Plan,
    Source,
    Stage,
    changed,
)

Propose = Callable[[Plan, tuple[Failure, ...]], Iterable[EnvironmentChange]]
"""A hook: may propose changes where the diagnoses have none left. What it proposes is proved like everything else."""
STAGES = tuple(Stage)
_NUMBERS = re.compile(r"0x[0-9a-fA-F]+|\d+")


class Tries(Protocol):
    """Tries plans."""

    def attempt(self, plan: Plan) -> Tried:
        """What came of one."""


@dataclass(slots=True)
class Search:
    """The attempts on one repository; ``best`` is what came farthest.

    ``sources`` by name and ``candidates`` (versions of Python) are in the order in which they are tried, ``pythons``
    are paths of interpreters by version. ``system`` are Debian packages that were missed.
    """

    bench: Tries
    first: Plan
    sources: Mapping[str, Source]
    pythons: Mapping[str, str]
    candidates: tuple[str, ...]
    most: int
    propose: Propose | None = None
    progress: OnProgress = silent
    best: Tried | None = None
    attempts: list[Attempt] = field(default_factory=list)
    system: set[str] = field(default_factory=set)
    _pending: list[EnvironmentChange] = field(default_factory=list)
    _vain: set[EnvironmentChange] = field(default_factory=set)
    _seen: set[Plan] = field(default_factory=set)

    def run(self) -> Tried:
        """Try, read what went wrong, change one thing, and try again, ``most`` times at most; the best."""
        plan: Plan | None = self.first
        change: EnvironmentChange | None = None
        while plan is not None and len(self.attempts) < self.most:
            self.progress(Progress("environment", len(self.attempts), self.most))
            self._seen.add(plan)
            self._take(self.bench.attempt(plan), change)
            plan, change = self._next()
        assert self.best is not None
        return self.best

    def _take(self, tried: Tried, change: EnvironmentChange | None) -> None:
        """Keep what came of a plan if it is better than what there was; else its change is in vain."""
        self._seen.add(tried.plan)
        findings = diagnose(tried.proved.failures)
        if self.best is None or _is_kept(tried, self.best):
            self.best = tried
            changes = [finding for finding in findings if isinstance(finding, EnvironmentChange)]
            changes += self.propose(tried.plan, tried.proved.failures) if self.propose else ()
            self._pending = [meant for each in changes for meant in self._meant(each, tried.plan)]
        elif change is not None:
            self._vain.add(change)
        self.system |= {
            finding.value
            for finding in findings
            if isinstance(finding, EnvironmentChange) and finding.kind is ChangeKind.SYSTEM
        }
        self.attempts.append(_attempt_of(tried, change, findings, kept=self.best is tried))

    def _next(self) -> tuple[Plan | None, EnvironmentChange | None]:
        """The next plan that was not tried, by one change of the best."""
        assert self.best is not None
        while self._pending:
            change = self._pending.pop(0)
            plan = changed(self.best.plan, change, self.sources, self.pythons)
            if plan not in self._seen and change not in self._vain:
                return plan, change
        return None, None

    def _meant(self, change: EnvironmentChange, plan: Plan) -> Iterator[EnvironmentChange]:
        """The change with its value, where it says only "the next one"; nothing where there is none."""
        if change.kind is ChangeKind.SYSTEM:
            return
        if change.kind is ChangeKind.PYTHON:
            others = [version for version in self.candidates if version != plan.python]
            values = [change.value] if change.value in self.pythons and change.value in self.candidates else []
            values = values if change.value else others
        elif change.kind is ChangeKind.SOURCE:
            names = list(self.sources)
            values = names[names.index(plan.source.name) + 1 :] if plan.source.name in names else []
        else:
            values = [change.value]
        yield from (EnvironmentChange(change.kind, value, change.why) for value in values)


def _is_kept(tried: Tried, best: Tried) -> bool:
    """Whether it came farther than the best, or as far and is wrong in another way."""
    return _rank(tried) > _rank(best) or (_rank(tried) == _rank(best) and _texts(tried) != _texts(best))


def _texts(tried: Tried) -> list[tuple[Stage, str]]:
    """What went wrong, without numbers, which differ between equal runs."""
    return [(failure.stage, _NUMBERS.sub("", failure.text)) for failure in tried.proved.failures]


def _rank(tried: Tried) -> tuple[int, int, float]:
    """How far it came. A test file that cannot be imported is farther than none."""
    proof = tried.proved.proof
    errors = proof.errors if proof.collected or proof.errors else float("inf")
    return STAGES.index(tried.proved.stage), proof.passed, -errors


def _attempt_of(
    tried: Tried, change: EnvironmentChange | None, findings: tuple[Finding, ...], *, kept: bool
) -> Attempt:
    blockers = tuple(finding for finding in findings if isinstance(finding, Blocker))
    ended = tried.proved.ended
    detail = f"{ended.cause}: {ended.detail}" if ended else ""
    return Attempt(change, tried.proved.stage, tried.proved.proof, blockers, detail, kept)
