"""One attempt: build, lock, install and prove a plan."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.utils import canonicalize_name, parse_wheel_filename
from sweflow_tracer.errors import InterpreterNotUsable
from sweflow_tracer.runner.workspace import Workspace

from sweflow_datasets.environments.building import build_wheels
from sweflow_datasets.environments.diagnoses.solving import unsolved
from sweflow_datasets.environments.installing import RUNNER, UnsafeInstallation, compile_packages, install
from sweflow_datasets.environments.locking import Lock, lock
from sweflow_datasets.environments.proving import Proved, prove
from sweflow_datasets.environments.repository import Repository
from sweflow_datasets.environments.uv import UvFailed
from sweflow_datasets.environments.values import (
    Blocker,
    ChangeKind,
    EnvironmentCause,
    EnvironmentChange,
    Failure,
    Options,
    Plan,
    Proof,
    Stage,
)

ROUNDS = 6
"""How often in one attempt something is built that turns out to have no wheel."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a plan; the plan has grown by what had to be built."""

    plan: Plan
    proved: Proved
    lock: Lock | None = None
    startup: tuple[str, ...] = ()


class _Ended(Exception):
    """An attempt that did not come to its tests."""

    def __init__(self, stage: Stage, text: str, cause: EnvironmentCause, detail: str = "") -> None:
        self.proved = Proved(stage, Proof(), (Failure(stage, text),), Blocker(cause, detail or _last(text)))
        super().__init__(detail)


@dataclass(slots=True)
class Bench:
    """Tries plans on one repository. ``venv`` is made anew each time; wheels are kept by Python version."""

    repository: Repository
    space: Workspace
    venv: Path
    building: str
    sandbox: str
    options: Options
    arguments: tuple[str, ...] = ()
    _held: Lock | None = None
    _built: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def wheels(self, plan: Plan) -> Path:
        """The folder of wheels that were built for a plan's Python."""
        folder = self.space.scratch / "wheels" / plan.python
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def attempt(self, plan: Plan) -> Tried:
        """Build, lock, install and prove. Raises SandboxFailed."""
        if plan.installed and not self.repository.installs:
            plan = replace(plan, installed=False)
        if not plan.installed:
            plan = replace(plan, roots=tuple(dict.fromkeys((*plan.roots, *self.repository.roots))))
        try:
            wheel = self._own_wheel(plan)
            plan, found = self._locked(plan, wheel)
            startup = self.install(plan, found)
        except _Ended as error:
            return Tried(plan, error.proved)
        python = self.venv / "bin" / "python"
        arguments = (*plan.arguments, *self.arguments)
        try:
            proved = prove(python, self.repository.root, arguments, self.space, self.sandbox, self.options)
        except InterpreterNotUsable as error:
            proved = _Ended(Stage.INSTALL, str(error), EnvironmentCause.NOT_INSTALLED).proved
        return Tried(plan, proved, found, startup)

    def install(self, plan: Plan, found: Lock) -> tuple[str, ...]:
        """Install what was locked for a plan; what was taken out of the interpreter's start."""
        self._held = None
        try:
            startup = install(
                plan, found, self.wheels(plan), self.venv, self.repository.root, self.space.scratch, self.options
            )
        except UvFailed as error:
            raise _Ended(Stage.INSTALL, error.text, EnvironmentCause.NOT_INSTALLED) from error
        except UnsafeInstallation as error:
            raise _Ended(Stage.INSTALL, "", EnvironmentCause.UNSAFE, str(error)) from error
        self._held = found
        return startup

    def settle(self, tried: Tried) -> None:
        """Have the environment of a plan in place, compiled."""
        if tried.lock is not None:
            if self._held is not tried.lock:
                self.install(tried.plan, tried.lock)
            compile_packages(tried.plan, self.venv, self.options.seconds)

    def _own_wheel(self, plan: Plan) -> Path | None:
        if not plan.installed:
            return None
        wheel = self.wheels(plan) / self._build(plan, "")[0]
        name = canonicalize_name(parse_wheel_filename(wheel.name)[0])
        if name in RUNNER:
            raise _Ended(Stage.BUILD, "", EnvironmentCause.RUNNER_DEPENDENCY, name)
        return wheel

    def _locked(self, plan: Plan, wheel: Path | None) -> tuple[Plan, Lock]:
        """Lock; what has no wheel is built first, as often as needed."""
        for requirement in plan.builds:
            self._build(plan, requirement)
        for _ in range(ROUNDS):
            try:
                return plan, lock(plan, wheel, self.wheels(plan), self.space.scratch, self.options)
            except UvFailed as error:
                more = [need for need in _builds(error.text) if need not in plan.builds]
                if not more:
                    raise _Ended(Stage.LOCK, error.text, EnvironmentCause.NOT_LOCKED, _cause(error.text)) from error
                for requirement in more:
                    self._build(plan, requirement)
                plan = replace(plan, builds=(*plan.builds, *more))
        raise _Ended(Stage.LOCK, "", EnvironmentCause.NOT_LOCKED, "too much of it has no wheel")

    def _build(self, plan: Plan, requirement: str) -> tuple[str, ...]:
        """Names of the wheels that were built of a requirement, or of the project itself (empty)."""
        key = (plan.python, requirement)
        if key not in self._built:
            tree = None if requirement else self.repository.blobs
            asked = (requirement,) if requirement else ()
            made = build_wheels(
                Path(plan.interpreter), tree, asked, self.repository.version, self.space, self.building, self.options
            )
            if not made.wheels:
                hosts = f"{made.log}\nthe build asked for {', '.join(made.refused)}" if made.refused else made.log
                cause = (
                    EnvironmentCause.TIME_OUT
                    if made.timed_out
                    else EnvironmentCause.NETWORK
                    if made.refused
                    else EnvironmentCause.NOT_INSTALLED
                )
                stage = Stage.LOCK if requirement else Stage.BUILD
                hosts = f"cannot build {requirement}\n{hosts}" if requirement else hosts
                raise _Ended(stage, hosts, cause, "the build" if made.timed_out else "")
            for name, content in made.wheels.items():
                (self.wheels(plan) / name).write_bytes(content)
            self._built[key] = tuple(made.wheels)
        return self._built[key]


def _builds(text: str) -> Iterator[str]:
    found = unsolved(Failure(Stage.LOCK, text))
    return (
        change.value for change in found if isinstance(change, EnvironmentChange) and change.kind is ChangeKind.BUILD
    )


def _cause(text: str) -> str:
    found = " ".join(text.partition("cause:")[2].split())
    return found[:200] or _last(text)


def _last(text: str) -> str:
    return next((line.strip()[:200] for line in reversed(text.splitlines()) if line.strip()), "")
