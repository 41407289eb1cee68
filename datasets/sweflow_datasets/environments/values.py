"""Values: what an environment is made of, one change to that, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import assert_never


class EnvironmentStatus(StrEnum):
    """How it ended: at least half of the tests pass; some pass; none does, or what passes proves nothing."""

    READY = "ready"
    PARTLY = "partly"
    FAILED = "failed"


class EnvironmentCause(StrEnum):
    """Why an environment is not ready, or why tests in it do not pass. The list is closed."""

    NONE = ""
    NO_TESTS = "no-tests"
    ALWAYS_PASSES = "always-passes"
    SOURCES_ONLY = "sources-only"
    UNPROVEN = "unproven"
    FEW_PASS = "few-pass"
    NOTHING_PASSES = "nothing-passes"
    NO_PYTHON = "no-python"
    NOT_LOCKED = "not-locked"
    NOT_INSTALLED = "not-installed"
    UNSAFE = "unsafe"
    RUNNER_DEPENDENCY = "runner-dependency"
    ELSEWHERE = "elsewhere"
    GENERATED = "generated"
    SYSTEM = "system-library"
    NETWORK = "network"
    DATA = "data"
    DISPLAY = "display"
    LOCALE = "locale"
    SERVICE = "service"
    TIME_OUT = "time-out"
    CRASHED = "crashed"


class ChangeKind(StrEnum):
    """What a change touches."""

    SOURCE = "source"
    REQUIRE = "require"
    LIMIT = "limit"
    LEAVE_OUT = "leave-out"
    UNLOCK = "unlock"
    BUILD = "build"
    UNINSTALLED = "uninstalled"
    PYTHON = "python"
    ROOT = "root"
    ARGUMENT = "argument"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, order=True)
class EnvironmentChange:
    """One change to a plan. ``value`` is a requirement, a version, a folder or arguments; empty: the
    next source or Python. ``why`` is a line of what was printed.
    """

    kind: ChangeKind
    value: str
    why: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Blocker:
    """What no change here can mend: the cause, and the line that shows it."""

    cause: EnvironmentCause
    detail: str = field(default="", compare=False)


Finding = EnvironmentChange | Blocker


class Stage(StrEnum):
    """Where an attempt ended, or a text comes from; ``PROVED`` where its tests ran, ``SKIP`` is why one did not."""

    BUILD = "build"
    LOCK = "lock"
    INSTALL = "install"
    COLLECT = "collect"
    RUN = "run"
    SKIP = "skip"
    PROVED = "proved"


@dataclass(frozen=True, slots=True)
class Failure:
    """What a diagnosis reads: where it went wrong, what the tools printed, and names that are the project's own."""

    stage: Stage
    text: str
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """What one place of the repository asks for: requirements (PEP 508), and extras of the project itself."""

    name: str
    requirements: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """An environment to try. Nothing in it is a path of this machine but ``interpreter``.

    ``python`` is a version (3.12). ``pins`` are those of the repository's lock file, ``limits`` bounds that were found
    necessary. ``builds`` are requirements for which the index has no wheel. ``roots`` are folders below the repository
    that go on the path. ``installed``: the project itself is, as a wheel; otherwise its root or ``src`` is on the path.
    """

    python: str
    source: Source
    interpreter: str = ""
    requirements: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    system: tuple[str, ...] = ()
    installed: bool = True


@dataclass(frozen=True, slots=True)
class Options:
    """How to look. ``seconds`` bound one step (building, locking, installing, collecting), ``limit`` one run of tests.

    ``python`` is a version or None (what the repository asks for), ``index`` the package index's URL, ``wheels`` a
    folder of wheels (with it nothing is asked of the network), ``timeout`` is in seconds for one test.
    """

    python: str | None = None
    attempts: int = 16
    index: str | None = None
    wheels: str | None = None
    seconds: float = 600.0
    limit: float = 900.0
    timeout: float = 60.0
    jobs: int = 0


DEFAULTS = Options()


def changed(plan: Plan, change: EnvironmentChange, sources: Mapping[str, Source], pythons: Mapping[str, str]) -> Plan:
    """The plan with one change. ``sources`` by name, ``pythons`` are paths of interpreters by version."""
    value = change.value
    match change.kind:
        case ChangeKind.SOURCE:
            return replace(plan, source=sources[value])
        case ChangeKind.REQUIRE:
            return replace(plan, requirements=_added(plan.requirements, value))
        case ChangeKind.LIMIT:
            return replace(plan, limits=_added(plan.limits, value))
        case ChangeKind.LEAVE_OUT:
            return replace(plan, left_out=_added(plan.left_out, value))
        case ChangeKind.UNLOCK:
            return replace(plan, pins=())
        case ChangeKind.BUILD:
            return replace(plan, builds=_added(plan.builds, value))
        case ChangeKind.UNINSTALLED:
            return replace(plan, installed=False)
        case ChangeKind.PYTHON:
            return replace(plan, python=value, interpreter=pythons[value], builds=())
        case ChangeKind.ROOT:
            return replace(plan, roots=_added(plan.roots, value))
        case ChangeKind.ARGUMENT:
            return replace(plan, arguments=(*plan.arguments, *value.split()))
        case ChangeKind.SYSTEM:
            return replace(plan, system=tuple(sorted({*plan.system, value})))
        case _:
            assert_never(change.kind)


def _added(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return values if value in values else (*values, value)


@dataclass(frozen=True, slots=True)
class Proof:
    """What the project's own session counted: records of tests, never what was printed.

    ``loaded``: the tests loaded modules of the project. ``tells``: a test that must fail, put among them, did fail;
    None where it was not run. ``errors`` are what could not be collected.
    """

    collected: int = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    errors: int = 0
    loaded: bool = False
    tells: bool | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One round: the change that led to it (None: the first), where it ended, and what it proved."""

    change: EnvironmentChange | None
    stage: Stage
    proof: Proof
    blockers: tuple[Blocker, ...] = ()
    detail: str = ""
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: ``cause`` and ``move`` are empty where all is well."""

    status: EnvironmentStatus
    cause: EnvironmentCause = EnvironmentCause.NONE
    detail: str = ""
    move: str = ""


@dataclass(frozen=True, slots=True)
class Environment:
    """A made environment. ``pins`` are requirements with versions, ``hashes`` theirs by pin; ``source`` is the
    commit, or digests the tree. ``startup`` is what was taken out of the interpreter's start, ``folder`` where it all
    stands.
    """

    project: str
    source: str
    python: str
    outcome: Outcome
    proof: Proof
    plan: Plan
    pins: tuple[str, ...]
    hashes: tuple[tuple[str, tuple[str, ...]], ...]
    attempts: tuple[Attempt, ...]
    startup: tuple[str, ...] = ()
    folder: str = ""

    @property
    def interpreter(self) -> Path:
        """Its python; there is none where it could not be installed."""
        return Path(self.folder).absolute() / "venv" / "bin" / "python"
