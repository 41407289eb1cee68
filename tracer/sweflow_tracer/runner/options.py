"""Options: what a session runs, and how."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sweflow_tracer.project.project import Project

COLLECT_SECONDS = 300.0
Groups = str | Sequence[Sequence[str]]
"""``"each"``: every item in a process of its own; ``"together"``: all in one; or lists of test ids."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a session runs: the project, its interpreter, and the folder that it was copied from, if any."""

    project: Project
    python: Path
    origin: Path | None = None


@dataclass(frozen=True, slots=True)
class Guarded:
    """Run code that nobody trusts, and make its results hard to forge (V6); ``trusted`` are files below the root.

    ``key`` seals what the probe writes (hex).
    """

    trusted: Sequence[str]
    key: str = field(default_factory=lambda: secrets.token_hex(32))


@dataclass(frozen=True, slots=True)
class Variant:
    """Another text of a function: in the file's UTF-8 text it stands in place of the bytes ``start:end``.

    ``line`` is the function's first in the file, decorators included.
    """

    path: str
    name: str
    line: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """How a session runs. ``timeout`` is in seconds for one test; ``traced`` the groups to record (None: all).

    ``follow``: record processes that tests start, too. ``select``: node ids below which a test must be, if any.
    ``limit`` is in seconds for the whole session; None where there is none but the silence of its tests. ``collect``
    is in seconds until the tests are collected. ``variants`` gives by number of a group the variants that it runs with,
    up to its first test that does not pass, and ``limits`` by id the seconds for a test in such a group and in those
    that are ``limited``, no more than ``timeout``. ``again`` are groups of which the first test that does not pass,
    and all that follow it, run once more in a process of their own each; those records stand. ``stubs`` gives by
    number of a group functions by whose stubs its tests are to fail: one that does not runs once more so, too, and only
    then is it recorded.
    ``asserting`` are groups of which a test's record stands where it passed, or failed by an assertion of its own
    function; any other runs once more so.
    ``lines`` are groups whose tests' records say which lines of ``watched`` (first and last lines, by path) they ran.
    ``watch``: records say which files of the project a test read as data, and whether it started a process.
    ``opaque``: names of tests say nothing of the values of their parameters. ``tidy``: before each group the tree is
    put back as it was when the tests were collected.
    """

    engine: str = "none"
    groups: Groups = "each"
    fork: bool = True
    jobs: int = 1
    timeout: float = 60.0
    seed: int = 0
    skip: Sequence[str] = ()
    follow: bool = True
    select: Sequence[str] = ()
    paths: Sequence[str] | None = None
    traced: Sequence[int] | None = None
    guard: Guarded | None = None
    limit: float | None = None
    collect: float = COLLECT_SECONDS
    variants: Mapping[int, Sequence[Variant]] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    limited: Sequence[int] = ()
    again: Sequence[int] = ()
    stubs: Mapping[int, Sequence[str]] = field(default_factory=dict)
    asserting: Sequence[int] = ()
    lines: Sequence[int] = ()
    watched: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    watch: bool = False
    opaque: bool = False
    tidy: bool = False

    @property
    def follows(self) -> bool:
        """Whether processes that tests start are recorded."""
        return self.engine != "none" and self.follow

    def patience(self, *, collected: bool) -> float:
        """Seconds of silence after which a session counts as hanging."""
        return self.timeout + 10.0 if collected else self.collect
