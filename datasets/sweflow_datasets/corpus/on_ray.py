"""The Ray engine: each item is a task of a Ray cluster, and on its node a job of the local engine.

Ray gives what one machine has not: nodes, the choice among them by processors and memory, and another try where one is
lost. Limits, the watch and the end of whatever an item started are the local engine's, so an item is treated alike
wherever it runs. Ray is not part of a plain installation (``sweflow[ray]``).
"""

import logging
import os
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from sweflow_datasets.corpus.local import LEDGER, Hear, LocalEngine, deaf
from sweflow_datasets.corpus.port import Broken, Cause, Ended, Plain, Work, taken
from sweflow_datasets.corpus.values import UNUSED, Limits, Usage
from sweflow_datasets.errors import ClusterNotUsable
from sweflow_datasets.version import __version__

T = TypeVar("T")
POLL = 0.2
SPARSE = 1.0
"""Seconds between two words of a job's usage, which cross the network."""
GRACE = 20.0
"""Seconds for a task to end what it started before its process is killed, whose job then does so itself."""
TRIES = 5
"""Times that an item is begun again because its node or its process was lost."""
Said = tuple[str, Plain, Usage]


@dataclass(slots=True)
class _Running:
    """A task that was given to the cluster."""

    key: str
    usage: Usage = UNUSED
    stopped: str = ""
    since: float = 0.0
    is_killed: bool = False


@dataclass(slots=True)
class RayEngine:
    """Runs items on the nodes of a Ray cluster, each with ``processors`` and the memory of its limits to itself.

    The cluster is the one that ``RAY_ADDRESS`` names or that runs on this machine; where there is none, this machine
    becomes one until the engine is done. All nodes have this version of sweflow, and ``folder_of`` names the same path
    on each: a shared one, or one of the node's own where results travel otherwise. ``workers`` bounds how many run
    at a time; 0: as many as the cluster has room for. ``hear`` and ``stop`` are as the local engine's.
    """

    workers: int
    processors: int
    limits: Limits
    folder_of: Callable[[str], Path]
    hear: Hear = deaf
    stop: Callable[[], str] = lambda: ""
    _running: dict[Any, _Running] = field(default_factory=dict, init=False)

    def map_unordered(
        self, function: Work[T], items: Iterable[T], key: Callable[[T], str]
    ) -> Generator[Ended, None, None]:
        """How each item ended, as they end. Raises ClusterNotUsable where no node of the cluster can run one."""
        is_ours = not ray.is_initialized()
        if is_ours:
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            try:
                ray.init(log_to_driver=False, logging_level=logging.ERROR)
            except Exception as error:
                raise ClusterNotUsable(
                    " ".join(str(error).split())[:300], "see that RAY_ADDRESS names one that runs"
                ) from error
        try:
            yield from self._map(function, items, key)
        finally:
            self._cancel_all()
            if is_ours:
                ray.shutdown()

    def _map(self, function: Work[T], items: Iterable[T], key: Callable[[T], str]) -> Generator[Ended, None, None]:
        if not self._room():
            needed = f"{self.processors} processors and {self.limits.memory >> 20} MiB of memory"
            raise ClusterNotUsable(
                f"no node has {needed}", "give it nodes that have, or ask for less: --jobs, --repository-memory"
            )
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        mailbox = ray.remote(_Mailbox).options(num_cpus=0, scheduling_strategy=here).remote()
        task = ray.remote(_on_node).options(
            num_cpus=self.processors, memory=self.limits.memory, max_retries=TRIES, retry_exceptions=False
        )
        waiting = iter(items)
        while True:
            for item in taken(waiting, lambda: len(self._running) < self._most() and not self.stop()):
                name = key(item)
                arguments = (__version__, self.limits, self.folder_of(name), function, item, name, mailbox)
                self._running[task.remote(*arguments)] = _Running(name)
                self.hear(name, {}, UNUSED)
            if not self._running:
                return
            done, _ = ray.wait(list(self._running), timeout=POLL)
            self._listen(mailbox)
            for reference in done:
                yield self._ended(reference, self._running.pop(reference))
            self._stop_where_asked()

    def _most(self) -> int:
        room = max(1, self._room())  # nodes come and go: what waits for one that is lost begins where there is one
        return min(self.workers, room) if self.workers else room

    def _room(self) -> int:
        """How many items the nodes that are alive can run at a time."""
        room = 0
        for node in ray.nodes():
            if node["Alive"]:
                has = node["Resources"]
                by_memory = has.get("memory", 0) // self.limits.memory if self.limits.memory else float("inf")
                room += int(min(has.get("CPU", 0) // self.processors, by_memory))
        return room

    def _listen(self, mailbox: Any) -> None:
        """Take what tasks said since."""
        by_key = {running.key: running for running in self._running.values()}
        for key, said, usage in ray.get(mailbox.take.remote()):
            if key in by_key:
                by_key[key].usage = usage
                self.hear(key, said, usage)

    def _stop_where_asked(self) -> None:
        reason = self.stop()
        now = time.monotonic()
        for reference, running in self._running.items():
            if reason and not running.stopped:
                running.stopped, running.since = reason, now
                ray.cancel(reference)
            elif running.stopped and not running.is_killed and now - running.since > GRACE:
                running.is_killed = True
                ray.cancel(reference, force=True)

    def _ended(self, reference: Any, running: _Running) -> Ended:
        try:
            ended: Ended = ray.get(reference)
        except Exception as error:
            if running.stopped:
                return Broken(running.key, Cause.STOPPED, running.stopped, running.usage)
            if isinstance(error, ray.exceptions.OutOfMemoryError):
                return Broken(running.key, Cause.MEMORY, "its node had no memory left", running.usage)
            cause = getattr(error, "cause", None) or error
            detail = f"{type(cause).__name__}: {' '.join(str(cause).split())}"[:500]
            return Broken(running.key, Cause.CRASHED, detail, running.usage)
        return ended

    def _cancel_all(self) -> None:
        """Nothing that was given to the cluster goes on after this."""
        if not ray.is_initialized():
            return
        for force in (False, True):
            for reference in self._running:
                ray.cancel(reference, force=force)
            if self._running:
                ray.wait(list(self._running), num_returns=len(self._running), timeout=GRACE)
        self._running.clear()


class _Mailbox:
    """What tasks say, until the driver asks: an actor on its node."""

    def __init__(self) -> None:
        self._held: list[Said] = []

    def put(self, key: str, said: Plain, usage: Usage) -> None:
        """Somebody says something."""
        self._held.append((key, said, usage))

    def take(self) -> list[Said]:
        """All that was said since this was last asked."""
        held, self._held = self._held, []
        return held


def _on_node(
    version: str, limits: Limits, folder: Path, function: Work[Any], item: Any, key: str, mailbox: Any
) -> Ended:
    """A task: one item, in a job of the local engine, with a ledger of its own."""
    if version != __version__:
        problem = f"its node {os.uname().nodename} has sweflow {__version__}, and the driver {version}"
        raise ClusterNotUsable(problem, "install the same version everywhere")
    said = 0.0
    last = None

    def hear(name: str, what: Plain, usage: Usage) -> None:
        nonlocal said, last
        now = time.monotonic()
        if what or now - said > SPARSE:
            said = now
            last = mailbox.put.remote(name, dict(what), usage)

    engine = LocalEngine(1, limits, partial(_same, folder), folder / LEDGER, hear)
    (ended,) = engine.map_unordered(function, [item], partial(_same, key))
    if last is not None:
        ray.get(last)  # all that was said has arrived when the result does
    return ended


def _same(value: T, _: object) -> T:
    return value
