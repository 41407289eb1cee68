"""Launching: a launcher on the sandbox that fits a target, ended whatever happens."""

import contextlib
from collections.abc import Iterator

from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import Target
from sweflow_tracer.sandbox.choose import open_sandbox
from sweflow_tracer.sandbox.port import DEFAULT_LIMITS, Limits


@contextlib.contextmanager
def open_launcher(name: str | None, target: Target, limits: Limits = DEFAULT_LIMITS) -> Iterator[Launcher]:
    """A launcher; on leaving the block nothing that it started runs any more.

    ``name`` is process, bubblewrap, docker, auto (the strongest that works here), or None: what the environment
    variable SWEFLOW_SANDBOX says, else auto. Raises SandboxNotUsable, SandboxFailed.
    """
    launcher = Launcher(open_sandbox(name, target.python, target.project, target.origin, limits))
    try:
        yield launcher
    finally:
        launcher.stop()
