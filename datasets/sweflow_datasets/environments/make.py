"""``sweflow env``: a working environment for a repository, found by trying and put into a folder."""

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from sweflow_tracer.errors import NotARepository, OutputNotUsable
from sweflow_tracer.paths import StrPath
from sweflow_tracer.progress import OnProgress, silent
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
from sweflow_datasets.environments.search import Propose, Search
from sweflow_datasets.environments.sources.locks import lock_pins
from sweflow_datasets.environments.sources.order import NOTHING, ordered_sources
from sweflow_datasets.environments.sources.pytest_options import needed_plugins
from sweflow_datasets.environments.sources.pythons import python_candidates
from sweflow_datasets.environments.uv import find_uv
from sweflow_datasets.environments.values import (
    DEFAULTS,
    Blocker,
    ChangeKind,
    Environment,
    EnvironmentCause,
    EnvironmentChange,
    EnvironmentStatus,
    Options,
    Outcome,
    Plan,
    Proof,
    changed,
)
from sweflow_datasets.folder import locked


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
                sources = {source.name: source for source in ordered_sources(repository.texts)}
                python = candidates[0]
                first = first_plan(repository, python, pythons[python], tuple(requirements))
                search = Search(bench, first, sources, pythons, candidates, options.attempts, propose, progress)
                return _finish(search.run(), search, bench, folder)
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
    return Plan(
        python=python,
        source=ordered_sources(repository.texts)[0],
        interpreter=interpreter,
        requirements=(*requirements, *needed_plugins(repository.texts)),
        pins=lock_pins(repository.texts)[1],
    )


def _no_python(repository: Repository, folder: Path, options: Options) -> Environment:
    outcome = judged(Proof(), (), Blocker(EnvironmentCause.NO_PYTHON, options.python or "none of those installed fits"))
    plan = Plan(options.python or "", NOTHING)
    made = Environment(
        repository.root.name, repository.source, "", outcome, Proof(), plan, (), (), (), folder=str(folder)
    )
    if recorded_status(folder) in (None, EnvironmentStatus.FAILED):
        record_environment(made, folder, None, None, None, repository.blobs)
    return made


def _finish(best: Tried, search: Search, bench: Bench, folder: Path) -> Environment:
    """Put the best environment in place, and its record beside it."""
    blockers = tuple(finding for finding in diagnose(best.proved.failures) if isinstance(finding, Blocker))
    outcome: Outcome = judged(best.proved.proof, blockers, best.proved.ended, best.proved.failures)
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
    if outcome.status is not EnvironmentStatus.FAILED or recorded_status(folder) in (None, EnvironmentStatus.FAILED):
        venv = bench.venv if best.lock is not None else None
        record_environment(made, folder, venv, bench.wheels(plan), project, bench.repository.blobs)
    return made


def _with_system(plan: Plan, names: set[str]) -> Plan:
    sources = {plan.source.name: plan.source}
    for name in sorted(names):
        plan = changed(plan, EnvironmentChange(ChangeKind.SYSTEM, name), sources, {})
    return plan
