"""The command of a session: pytest's command line and environment, and the probe that it loads."""

import hashlib
import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from sweflow_tracer.runner.options import SessionOptions, Target
from sweflow_tracer.runner.probe_copy import copy_probe
from sweflow_tracer.runner.workspace import Workspace

VARIABLES = {
    "TZ": "UTC",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "COLUMNS": "80",
    "PYTHONNOUSERSITE": "1",
}
"""Pinned for every run of a target's code, together with PYTHONHASHSEED and PYTHONPATH."""


def pytest_command(
    target: Target, plugin: str, run: Path, tree: Path, paths: Sequence[str] | None, entry: str = "pytest"
) -> list[str]:
    """The command line of a session; ``entry`` is the module that is run, one that becomes pytest where it is not."""
    return [
        *(str(target.python), "-m", entry, "-p", f"{plugin}.plugin"),
        *("-o", f"cache_dir={run / 'cache'}", f"--rootdir={tree}", *plugin_switches(target.project.plugins)),
        *(target.project.arguments if paths is None else paths),
    ]


def plugin_switches(plugins: Collection[str]) -> list[str]:
    """Options that keep pytest's plugins from measuring and from changing the order."""
    found = ["--no-cov"] if "pytest_cov" in plugins else []
    return [*found, *(["-p", "no:randomly"] if "randomly" in plugins else [])]


def target_environment(
    target: Target, run: Path, workspace: Workspace, seed: int, probe: Path | None = None
) -> dict[str, str]:
    """The environment of a session: nothing of ours but what it takes to run. ``probe`` follows processes, if any.

    Interpreter and pytest start from the bytecode that lies beside them; the probe then sends what is compiled from
    there on to the workspace.
    """
    tree = workspace.tree
    roots = [str(tree / root) if root != "." else str(tree) for root in target.project.roots]
    path = os.pathsep.join((str(target.python.parent), os.environ.get("PATH", os.defpath)))
    hook = [str(probe / "hook")] if probe is not None else []
    return {
        **VARIABLES,
        "PATH": path,
        "HOME": str(run / "home"),
        "TMPDIR": str(run / "tmp"),
        "PYTHONHASHSEED": str(seed),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join((*hook, *roots, str(run / "probe"))),
    }


def install_probe(run: Path, target: Target, config: Mapping[str, Any]) -> Path:
    """Copy the probe under a private name, with its configuration; its folder (T5)."""
    name = "_sweflow_probe_" + hashlib.sha256(str(run).encode()).hexdigest()[:12]
    folder = run / "probe" / name
    copy_probe(folder, target.project.python)
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    return folder


def probe_config(
    run: Path, target: Target, workspace: Workspace, channel: Path, options: SessionOptions, *, isolated: bool
) -> dict[str, Any]:
    """What the probe is told (probe/configuration.py).

    In an isolated sandbox the probe tells what was compiled, and the process that starts pytest is none that we know.
    """
    groups = options.groups if isinstance(options.groups, str) else [list(group) for group in options.groups]
    return {
        "root": str(workspace.tree),
        "origin": str(target.origin.resolve()) if target.origin else None,
        "names": list(target.project.names),
        "channel": str(channel),
        "scratch": str(run / "tmp"),
        "bytecode": None if isolated or options.guard else str(workspace.bytecode),
        "compiled": str(workspace.compiled) if isolated and not options.guard else None,
        "parent": 0 if isolated else os.getpid(),
        "engine": options.engine,
        "follow": options.follow,
        "spool": str(run / "spool"),
        "jobs": options.jobs,
        "timeout": options.timeout,
        "fork": options.fork,
        "groups": groups,
        "skip": list(options.skip),
        "select": list(options.select),
        "watch": options.watch,
        "opaque": options.opaque,
        "tidy": options.tidy,
        "traced": None if options.traced is None else list(options.traced),
        "guard": None if options.guard is None else {"trusted": list(options.guard.trusted), "key": options.guard.key},
        "variants": {
            str(group): [list(astuple(variant)) for variant in found] for group, found in options.variants.items()
        },
        "limits": dict(options.limits),
        "limited": list(options.limited),
        "again": list(options.again),
        "stubs": {str(group): list(names) for group, names in options.stubs.items()},
        "asserting": list(options.asserting),
        "lines": list(options.lines),
        "watched": options.watched,
        "series": None,
    }
