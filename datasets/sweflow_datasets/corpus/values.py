"""Values: a repository of a list, the stages that it goes through, and how each of them and the whole ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Local:
    """A folder of this machine, or a source distribution as a file: an absolute path."""

    path: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a git repository, by its whole name."""

    url: str
    commit: str


@dataclass(frozen=True, slots=True)
class Release:
    """The source distribution of a release on the package index; ``sha256`` is checked where it is given."""

    project: str
    version: str
    sha256: str = ""


Source = Local | Commit | Release


@dataclass(frozen=True, slots=True)
class CorpusEntry:
    """A repository of a list.

    ``python`` is a version for its environment, or the path of an interpreter that is taken as it is. ``requirements``
    are installed besides what the repository names. ``options`` are those of a build, by the names of ``Options.of``.
    ``licence`` is an SPDX expression as the list gives it, ``place`` is where the entry stands.
    """

    name: str
    source: Source
    python: str | None = None
    requirements: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    licence: str = ""
    allow_dirty: bool = False
    options: tuple[tuple[str, Any], ...] = ()
    place: str = field(default="", compare=False)

    @property
    def interpreter(self) -> str | None:
        """The path of an interpreter that is taken as it is; None where an environment is to be made."""
        return self.python if self.python is not None and "/" in self.python else None


class Stage(StrEnum):
    """What a repository goes through, in order."""

    FETCH = "fetch"
    ENVIRONMENT = "environment"
    BUILD = "build"
    REPORT = "report"


class End(StrEnum):
    """How a repository, or one of its stages, ended. The list is closed."""

    DONE = "done"
    NO_TASKS = "no tasks"
    NO_TESTS = "no tests"
    NOTHING_PASSES = "no test passes"
    NOT_FETCHED = "not fetched"
    ENVIRONMENT = "environment failed"
    REFUSED = "refused"
    TIMED_OUT = "timed out"
    MEMORY = "out of memory"
    DISK = "disk"
    CRASHED = "crashed"
    UNFINISHED = "unfinished"
    NOT_BEGUN = "not begun"


MOVES: Mapping[End, str] = MappingProxyType(
    {
        End.NO_TASKS: "look at rejected.jsonl of its build",
        End.NO_TESTS: "see that its tests are there (source distributions may leave them out), or name them: arguments",
        End.NOTHING_PASSES: "give what its tests need: requirements, or python",
        End.NOT_FETCHED: "correct its entry, or see that the index or the git server can be reached; then --retry",
        End.ENVIRONMENT: "read environment.toml in its folder; give python, requirements or arguments in its entry",
        End.REFUSED: "do as the sentence says, or leave it out",
        End.TIMED_OUT: "give it longer: --repository-seconds",
        End.MEMORY: "give it more: --repository-memory",
        End.DISK: "give it more room: --repository-disk",
        End.CRASHED: "read log.txt in its folder, then --retry",
        End.UNFINISHED: "run the same command again; it goes on from there",
        End.NOT_BEGUN: "run the same command again with a larger budget",
    }
)
"""The next move for each end that is not as hoped."""


@dataclass(frozen=True, slots=True)
class StageRecord:
    """What a stage of a repository came to. ``key`` digests what it was made from; equal keys are not run twice.

    Sizes are in bytes. ``facts`` are plain data that later stages and the manifest take.
    """

    repository: str
    stage: Stage
    key: str
    end: End
    detail: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    bytes: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def done(self) -> bool:
        """Whether the next stage can begin."""
        return self.end is End.DONE


@dataclass(frozen=True, slots=True)
class Limits:
    """What one repository may use: seconds of the clock, bytes of memory and disk, processes at a time.

    Its memory is more than what a sandbox allows one session of tests: such a session is ended there, and costs its
    repository nothing else.
    """

    seconds: float = 5400.0
    memory: int = 6 * GIB
    disk: int = 4 * GIB
    processes: int = 1024


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Usage:
    """What a job has used: seconds of the clock, of processors, most memory at a time, and bytes on disk."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    bytes: int = 0


UNUSED = Usage()


@dataclass(frozen=True, slots=True)
class RepositoryResult:
    """What became of a repository: a line of the manifest.

    ``reasons`` counts rejected steps by reason. ``sha256`` is of the source distribution, ``source`` the commit or the
    tree's digest. ``build`` is its folder below that of the run, ``dataset`` digests its tasks.
    """

    name: str
    end: End
    detail: str = ""
    version: str = ""
    licence: str = ""
    source: str = ""
    sha256: str = ""
    environment: str = ""
    python: str = ""
    tests: int = 0
    accepted: int = 0
    steps: int = 0
    verified: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    bytes: int = 0
    build: str = ""
    report: str = ""
    dataset: str = ""

    @property
    def move(self) -> str:
        """What to do about it; empty where all is well."""
        return MOVES.get(self.end, "")


@dataclass(frozen=True, slots=True)
class CorpusRun:
    """What a run came to. ``stopped`` names the budget that ended it, empty where none did.

    ``dataset`` digests the tasks of all repositories: equal digests, equal tasks.
    """

    folder: str
    repositories: tuple[RepositoryResult, ...]
    stopped: str
    dataset: str

    @property
    def verified(self) -> int:
        """Verified tasks of all repositories."""
        return sum(result.verified for result in self.repositories)

    @property
    def is_whole(self) -> bool:
        """Whether every repository came to its end."""
        return all(result.end not in (End.NOT_BEGUN, End.UNFINISHED) for result in self.repositories)
