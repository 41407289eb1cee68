"""The guard as the plugin uses it: prepared before code under test is loaded, asked after each test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..bundled import load_plugins
from .alarms import Alarms
from .bodies import Watch, body_of, digest, rewritten, trusted_files
from .decoys import collect_decoys
from .hooks import Hooks
from .integrity import Snapshot
from .modules import TrustedModules
from .origin import Origin
from .seal import make_sealer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType

    Emit = Callable[[dict[str, Any]], None]


def _is_source(path: str) -> bool:
    """Whether a trusted file says what tests want. Projects load packages from their tests' folders, templates say."""
    return path.endswith(".py") and not path.endswith("__init__.py")


MOST = 50
"""Alarms of a process that are told; one would do."""
LONGEST = 200


class Guard:
    """Stands beside the tests of one process and of the children that it forks.

    The ``evidence`` of a test is one of: ended (the trusted body returned), missing (it did not), changed (the body is
    another), none (no body in Python).
    """

    def __init__(self, config: dict[str, Any], package: str, emit: Emit) -> None:
        self._root = config["root"]
        self._trusted = frozenset(config["guard"]["trusted"])
        self._folder = config["scratch"]
        self.seal = make_sealer(bytes.fromhex(config["guard"].pop("key")))
        self._emit = emit
        self._package = package
        self._told: dict[str, None] = {}
        self._digests: set[str] = set()
        self._watch = Watch(self._saw)
        self._code: CodeType | None = None
        self._evidence = "none"
        self._started = False
        self._passed = False

    def listen(self) -> None:
        """Before the first line of the code under test, which pytest's configuration may import."""
        load_plugins()
        self._origin = Origin(self._root, self._trusted)
        self._origin.take(self._package)
        self._hooks = Hooks(self._origin, self._saw)
        self._hooks.listen()
        self._snapshot = Snapshot(self._package)
        sources = [self._root + "/" + path for path in self._trusted if _is_source(path)]
        Alarms(self._origin, self._snapshot.named, self._saw, sources, self._hooks.look_at_finders).listen()

    def prepare(self, pytest_config: Any) -> None:
        """Before the first test is collected."""
        self._digests, scopes = trusted_files(self._root, sorted(self._trusted), pytest_config)
        self._modules = TrustedModules(scopes, self._digests, self._origin.module_is_library)
        self._origin.digests = self._digests
        self._origin.rewrite = lambda name: rewritten(Path(name), pytest_config)

    def decoys(self, session: Any) -> list[Any]:
        """Tests that must fail. All others are collected by now, so that their modules are what they are to stay."""
        self._tell_changes(self._modules.take(session.items))
        return collect_decoys(session, self._folder)

    def start(self) -> None:
        """In the process that runs a group, before its first test."""
        if not self._started:
            self._started = True
            self._watch.start()

    def before(self, item: Any) -> None:
        """Before a test."""
        self._hooks.look()
        self._snapshot.clear_caches()
        self._tell_changes(self._modules.changes(item, whole=False))
        self._code = body_of(item)
        if self._code is None:
            self._evidence = "none"
        elif digest(self._code) in self._digests:
            self._evidence = "missing"
            self._watch.watch(self._code)
        else:
            self._evidence = "changed"

    def after(self, item: Any, *, passed: bool, whole: bool) -> str:
        """The evidence, after a test; changes to what it rests on are told as alarms, with ``whole`` all of them.

        Nothing rests on a test that did not pass.
        """
        self._hooks.look()
        self._passed = self._passed or passed
        if passed or (whole and self._passed):
            self._tell_changes(self._snapshot.changes(near=not whole))
            self._tell_changes(self._modules.changes(item, whole=whole))
        if self._evidence == "missing" and self._code is not None and body_of(item) is not self._code:
            return "changed"
        if self._evidence == "missing" and self._code is not None and self._watch.ended(self._code):
            return "ended"
        return self._evidence

    @property
    def alarms(self) -> list[str]:
        """Every alarm of this process and of those that it was forked from.

        Each test's sealed record holds them: the descriptor on which they went out at once may lead elsewhere by now.
        """
        return list(self._told)

    def _tell_changes(self, names: Iterable[str]) -> None:
        for name in names:
            self._saw("changes " + name)

    def _saw(self, what: str) -> None:
        what = what[:LONGEST]
        if what not in self._told and len(self._told) < MOST:
            self._told[what] = None
            try:
                self._emit(self.seal({"kind": "alarm", "what": what}))
            except OSError:
                pass  # it stands in the next record
