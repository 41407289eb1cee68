"""``sweflow env``: the loop that makes a working environment and proves it."""

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from sweflow_tracer.errors import NotARepository, OutputNotUsable
from sweflow_tracer.paths import StrPath
from sweflow_tracer.progress import OnProgress, Progress, silent
from sweflow_tracer.runner.workspace import Workspace, remove_listed
from sweflow_tracer.sandbox.choose import choose

from sweflow_datasets.environments.attempt import Bench, Tried
from sweflow_datasets.environments.building import building_sandbox
from sweflow_datasets.environments.diagnoses.all import diagnose
from sweflow_datasets.environments.interpreters import installed_pythons
from sweflow_datasets.environments.outcome import judged
from sweflow_datasets.environments.record import record_environment
from sweflow_datasets.environments.recorded import ENVIRONMENT, default_folder, recorded_status
from sweflow_datasets.environments.repository import Repository, read_repository
from sweflow_datasets.environments.sources.locks import lock_pins
from sweflow_datasets.environments.sources.order import NOTHING, ordered_sources
from sweflow_datasets.environments.sources.pytest_options import needed_plugins
from sweflow_datasets.environments.sources.pythons import python_candidates
from sweflow_datasets.environments.uv import find_uv
from sweflow_datasets.environments.values import (
    DEFAULTS,
    Attempt,
    Blocker,
    Cause,
    Change,
    Environment,
    Failure,
    Finding,
    Kind,
    Options,
    Outcome,
    Plan,
    Proof,
    Source,
    Stage,
    Status,
    changed,
)
from sweflow_datasets.folder import locked

Propose = Callable[[Plan, tuple[Failure, ...]], Iterable[Change]]
"""A hook: may propose changes where the diagnoses have none left. What it proposes is proved like everything else."""
STAGES = tuple(Stage)
_NUMBERS = re.compile(r"0x[0-9a-fA-F]+|\d+")


def make_environment(
    repo: StrPath,
    out: StrPath | None = None,
    options: Options = DEFAULTS,
    *,
    requirements: Iterable[str] = (),
    arguments: tuple[str, ...] = (),
    sandbox: str | None = None,
    propose: Propose | None = None,
    progress: OnProgress = silent,
) -> Environment:
    """Make an environment in which the tests of ``repo`` run, in ``out`` (default: NAME.env).

    ``requirements`` are asked for besides what the repository names; ``arguments`` go to pytest. A folder that holds a
    working environment keeps it where nothing works now. Raises ExtraMissing, NotARepository, OutputNotUsable,
    SandboxNotUsable, SandboxFailed.
    """
    find_uv()
    root = Path(repo)
    if not root.is_dir():
        raise NotARepository(root)
    root = root.resolve()
    folder = Path(out).absolute() if out is not None else default_folder(root)
    if options.wheels is not None:
        options = replace(options, wheels=str(Path(options.wheels).absolute()))
    _check_folder(folder, root)
    repository = read_repository(root)
    pythons = installed_pythons(options.python)
    candidates = python_candidates(
        repository.texts, pythons, next(iter(pythons), None) if _is_path(options) else options.python
    )
    ledger = folder / ".scratch"
    making = folder / ".making"
    with locked(folder):
        try:
            remove_listed(ledger)
            shutil.rmtree(making, ignore_errors=True)  # of a run that was cut off
            if not candidates:
                return _no_python(repository, folder, options)
            with Workspace(root.name, ledger) as space:
                places = (building_sandbox(sandbox), choose(sandbox).name)
                bench = Bench(repository, space, making / "venv", *places, options, arguments)
                search = _Search(bench, pythons, candidates, tuple(requirements), propose, progress)
                search.run()
                return _finish(search, folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)
            ledger.unlink(missing_ok=True)


def _is_path(options: Options) -> bool:
    return options.python is not None and "/" in options.python


def _check_folder(folder: Path, root: Path) -> None:
    if folder.resolve().is_relative_to(root):
        raise OutputNotUsable(folder, "it lies inside the repository")
    ours = (ENVIRONMENT, ".lock")
    if folder.exists() and any(folder.iterdir()) and not any((folder / name).exists() for name in ours):
        raise OutputNotUsable(folder, "it holds something else")


def first_plan(repository: Repository, python: str, interpreter: str, requirements: tuple[str, ...]) -> Plan:
    """The plan of the repository's first source of truth, with its lock file's versions and its plugins."""
    source = ordered_sources(repository.texts)[0]
    plugins = needed_plugins(repository.texts)
    return Plan(
        python=python,
        source=source,
        interpreter=interpreter,
        requirements=(*requirements, *plugins),
        pins=lock_pins(repository.texts)[1],
    )


@dataclass(slots=True)
class _Search:
    """The attempts on one repository; ``best`` is what came farthest, ``pending`` what may improve it."""

    bench: Bench
    pythons: dict[str, str]
    candidates: tuple[str, ...]
    requirements: tuple[str, ...]
    propose: Propose | None
    progress: OnProgress
    best: Tried | None = None
    attempts: list[Attempt] = field(default_factory=list)
    system: set[str] = field(default_factory=set)
    sources: dict[str, Source] = field(default_factory=dict)
    _pending: list[Change] = field(default_factory=list)
    _vain: set[Change] = field(default_factory=set)
    _seen: set[Plan] = field(default_factory=set)

    def run(self) -> None:
        """Try, read what went wrong, change one thing, and try again."""
        python = self.candidates[0]
        self.sources = {source.name: source for source in ordered_sources(self.bench.repository.texts)}
        plan: Plan | None = first_plan(self.bench.repository, python, self.pythons[python], self.requirements)
        change: Change | None = None
        while plan is not None and len(self.attempts) < self.bench.options.attempts:
            self.progress(Progress("environment", len(self.attempts), self.bench.options.attempts))
            self._seen.add(plan)
            self._take(self.bench.attempt(plan), change)
            plan, change = self._next()

    def _take(self, tried: Tried, change: Change | None) -> None:
        """Keep what came of a plan if it is better than what there was; else its change is in vain."""
        self._seen.add(tried.plan)
        findings = diagnose(tried.proved.failures)
        if self.best is None or _is_kept(tried, self.best):
            self.best = tried
            changes = [finding for finding in findings if isinstance(finding, Change)]
            changes += self.propose(tried.plan, tried.proved.failures) if self.propose else ()
            self._pending = [meant for each in changes for meant in self._meant(each, tried.plan)]
        elif change is not None:
            self._vain.add(change)
        self.system |= {
            finding.value for finding in findings if isinstance(finding, Change) and finding.kind is Kind.SYSTEM
        }
        self.attempts.append(_attempt_of(tried, change, findings, kept=self.best is tried))

    def _next(self) -> tuple[Plan | None, Change | None]:
        """The next plan that was not tried, by one change of the best."""
        assert self.best is not None
        while self._pending:
            change = self._pending.pop(0)
            plan = changed(self.best.plan, change, self.sources, self.pythons)
            if plan not in self._seen and change not in self._vain:
                return plan, change
        return None, None

    def _meant(self, change: Change, plan: Plan) -> Iterator[Change]:
        """The change with its value, where it says only "the next one"; nothing where there is none."""
        if change.kind is Kind.SYSTEM:
            return
        if change.kind is Kind.PYTHON:
            others = [version for version in self.candidates if version != plan.python]
            values = [change.value] if change.value in self.pythons and change.value in self.candidates else []
            values = values if change.value else others
        elif change.kind is Kind.SOURCE:
            names = list(self.sources)
            values = names[names.index(plan.source.name) + 1 :] if plan.source.name in names else []
        else:
            values = [change.value]
        yield from (Change(change.kind, value, change.why) for value in values)


def _is_kept(tried: Tried, best: Tried) -> bool:
    """Whether it came farther than the best, or as far and is wrong in another way."""
    return _rank(tried) > _rank(best) or (_rank(tried) == _rank(best) and _texts(tried) != _texts(best))


def _texts(tried: Tried) -> list[tuple[Stage, str]]:
    """What went wrong, without numbers, which differ between equal runs."""
    return [(failure.stage, _NUMBERS.sub("", failure.text)) for failure in tried.proved.failures]


def _rank(tried: Tried) -> tuple[int, int, int]:
    proof = tried.proved.proof
    return STAGES.index(tried.proved.stage), proof.passed, -proof.errors


def _attempt_of(tried: Tried, change: Change | None, findings: tuple[Finding, ...], *, kept: bool) -> Attempt:
    blockers = tuple(finding for finding in findings if isinstance(finding, Blocker))
    ended = tried.proved.ended
    detail = f"{ended.cause}: {ended.detail}" if ended else ""
    return Attempt(change, tried.proved.stage, tried.proved.proof, blockers, detail, kept)


def _no_python(repository: Repository, folder: Path, options: Options) -> Environment:
    outcome = judged(Proof(), (), Blocker(Cause.NO_PYTHON, options.python or "none of those installed fits"))
    plan = Plan(options.python or "", NOTHING)
    made = Environment(
        repository.root.name, repository.source, "", outcome, Proof(), plan, (), (), (), folder=str(folder)
    )
    if recorded_status(folder) in (None, Status.FAILED):
        record_environment(made, folder, None, None, None, repository.blobs)
    return made


def _finish(search: _Search, folder: Path) -> Environment:
    """Put the best environment in place, and its record beside it."""
    best, bench = search.best, search.bench
    assert best is not None
    blockers = tuple(finding for finding in diagnose(best.proved.failures) if isinstance(finding, Blocker))
    outcome: Outcome = judged(best.proved.proof, blockers, best.proved.ended)
    bench.settle(best)
    project = best.proved.project
    plan = best.plan
    made = Environment(
        project=project.repo if project else bench.repository.root.name,
        source=bench.repository.source,
        python=project.python if project else plan.python,
        outcome=outcome,
        proof=best.proved.proof,
        plan=_with_system(plan, search.system),
        pins=best.lock.pins if best.lock else (),
        hashes=best.lock.hashes if best.lock else (),
        attempts=tuple(search.attempts),
        startup=best.startup,
        folder=str(folder),
    )
    if outcome.status is not Status.FAILED or recorded_status(folder) in (None, Status.FAILED):
        venv = bench.venv if best.lock is not None else None
        record_environment(made, folder, venv, bench.wheels(plan), project, bench.repository.blobs)
    return made


def _with_system(plan: Plan, names: set[str]) -> Plan:
    sources = {plan.source.name: plan.source}
    for name in sorted(names):
        plan = changed(plan, Change(Kind.SYSTEM, name), sources, {})
    return plan
