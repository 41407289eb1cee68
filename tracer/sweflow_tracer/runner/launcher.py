"""The launcher: starts jobs in a sandbox, and leaves nothing of them behind."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Condition

from sweflow_tracer.sandbox.ownership import new_token
from sweflow_tracer.sandbox.port import Running, Sandbox, SandboxJob
from sweflow_tracer.sandbox.process import Process


class Launcher:
    """Starts jobs in a sandbox (default: plain processes) and can end all of them, when the user gives up."""

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        self.sandbox: Sandbox = Process() if sandbox is None else sandbox
        self._running: set[Running] = set()
        self._change = Condition()
        self._starting = 0
        self._stopped = False

    @contextlib.contextmanager
    def start(
        self,
        command: Sequence[str],
        cwd: Path,
        environment: Mapping[str, str],
        log: Path,
        channel: Path | None = None,
        given: tuple[Path, ...] = (),
        door: Path | None = None,
    ) -> Iterator[Running]:
        """A running job; on leaving the block nothing of it runs any more.

        It sees ``cwd``, the log's folder, and those ``given``, and may speak to the socket ``door``. An isolated
        sandbox gives it a copy of them, and brings back ``log`` and ``channel`` only, a file in the log's folder.
        Raises SandboxFailed, and KeyboardInterrupt where all was stopped: what was cut off has no end that anybody
        should take for its own.
        """
        variables = tuple(sorted(environment.items()))
        job = SandboxJob(tuple(command), cwd, log.parent, variables, log, channel, new_token(), given, door)
        running = self._begin(job)
        try:
            yield running
        finally:
            running.end()
            with self._change:
                self._running.discard(running)
                stopped = self._stopped
        if stopped:
            raise KeyboardInterrupt

    def _begin(self, job: SandboxJob) -> Running:
        with self._change:
            if self._stopped:
                raise KeyboardInterrupt
            self._starting += 1
        running = None
        try:
            running = self.sandbox.start(job)
        finally:
            with self._change:
                self._starting -= 1
                if running is not None:
                    self._running.add(running)
                self._change.notify_all()
        return running

    def stop(self) -> None:
        """End everything that runs and start nothing more."""
        with self._change:
            self._stopped = True
            self._change.wait_for(lambda: not self._starting, timeout=60)
            running = tuple(self._running)
        for one in running:
            one.end()
