"""A series: sessions on one tree after another in one sandbox, each forked from a process that has pytest loaded.

What a session starts with is the same as in one of its own: pytest's modules and nothing of the project. What it left
is removed before the next (probe/series.py).
"""

import base64
import json
import secrets
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sweflow_tracer.errors import RanElsewhere, RunnerDependency
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.runner.channel import Tail, new_channel
from sweflow_tracer.runner.command import install_probe, probe_config, pytest_command, target_environment
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import SessionOptions, Target
from sweflow_tracer.runner.session import POLL_SECONDS, Session, end_of, take_record
from sweflow_tracer.runner.workspace import Workspace

Turn = tuple[Blobs, SessionOptions]
"""A tree, and what runs on it: in forked processes, unguarded, with the seed and the following of the others."""
MODES = {"100644": 0o100644, "100755": 0o100755, "120000": 0o120777}
MOST_BYTES = 32 << 20
"""Bytes of a tree beyond which its sessions are no series: the process that moves the tree holds all of it."""


def run_series(target: Target, workspace: Workspace, launcher: Launcher, turns: Sequence[Turn]) -> list[Session | None]:
    """A session for each turn; None where it did not run to its end, and is to be run by itself.

    Raises SandboxFailed.
    """
    isolated, first = launcher.sandbox.isolated, turns[0][1]
    workspace.show(turns[0][0])
    run = workspace.fresh_run()
    channel = new_channel(run)
    mark = f"--{secrets.token_hex(8)}--"
    probe = _install(run, target, workspace, channel, turns, mark, isolated)
    command = pytest_command(target, probe.name, run, workspace.tree, (), probe.name)[:3]
    environment = target_environment(target, run, workspace, first.seed, probe if first.follows else None)
    log = run / "log.txt"
    sessions = [Session() for _ in turns]
    broken: set[int] = set()
    now, heard = 0, time.monotonic()
    begun = heard
    given = (workspace.compiled,)
    with (
        Tail(channel) as tail,
        launcher.start(command, workspace.tree, environment, log, channel, given) as running,
    ):
        code = None
        while code is None and now < len(turns):
            code = running.wait(POLL_SECONDS)
            for record in tail.read():
                heard = time.monotonic()
                if now == len(turns):
                    break
                session = sessions[now]
                if record["kind"] == "compiled":
                    workspace.keep_compiled(record["path"], record["data"])
                elif record["kind"] == "turn":
                    session.code, session.seconds = record["code"], heard - begun
                    now, begun = now + 1, heard
                    if isolated and now < len(turns):
                        workspace.show(turns[now][0])  # what is compiled from here on is of that tree
                else:
                    try:
                        take_record(session, record, None)
                    except (RanElsewhere, RunnerDependency):
                        broken.add(now)
            if now < len(turns):
                patience = turns[now][1].patience(collected=sessions[now].collected is not None)
                if time.monotonic() - heard > patience:
                    break
    for session, text in zip(sessions, _logs(log, mark, len(turns)), strict=True):
        session.log = text
    shutil.rmtree(run, ignore_errors=True)
    return [
        session if session.code is not None and session.ran and number not in broken else None
        for number, session in enumerate(sessions)
    ]


def _install(
    run: Path, target: Target, workspace: Workspace, channel: Path, turns: Sequence[Turn], mark: str, isolated: bool
) -> Path:
    """The probe's folder, with what it is told of each session."""
    configs = [probe_config(run, target, workspace, channel, options, isolated=isolated) for _, options in turns]
    emptied = [str(run / name) for name in ("home", "tmp", "cache", "spool")]
    series = {"sessions": len(turns), "emptied": emptied, "mark": mark}
    probe = install_probe(run, target, {**configs[0], "series": series})
    before = turns[0][0]
    for number, ((blobs, options), config) in enumerate(zip(turns, configs, strict=True)):
        command = pytest_command(target, probe.name, run, workspace.tree, options.paths, probe.name)
        row = {"config": config, "arguments": command[3:], **_difference(before, blobs)}
        (probe / f"turn{number}.json").write_text(json.dumps(row), "utf-8")
        before = blobs
    return probe


def _difference(before: Blobs, after: Blobs) -> dict[str, Any]:
    """What is gone and what is new in a tree beside the one before it, as the probe takes it."""
    new = {path: blob for path, blob in after.items() if before.get(path) != blob}
    return {
        "gone": sorted(before.keys() - after.keys()),
        "files": {path: (MODES[mode], base64.b64encode(data).decode("ascii")) for path, (mode, data) in new.items()},
    }


def _logs(log: Path, mark: str, count: int) -> list[str]:
    """What each session printed, as far as the end of the log holds it; a mark stands after each."""
    *parts, rest = end_of(log, 8000 * count).split(f"{mark}\n")
    parts += [rest] * (len(parts) < count)
    return [*[""] * (count - len(parts)), *(part[-8000:] for part in parts)]
