"""Building: wheels of the project and of what the index has no wheel for, made by strangers' build code in a sandbox.

What comes out are files by name; nothing else of what ran inside is kept (H1). The only way out is the index's door.
"""

import io
import json
import os
import re
import shutil
import signal
import tarfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sweflow_tracer.errors import SandboxNotUsable
from sweflow_tracer.project.files import Blobs, write_blob
from sweflow_tracer.runner.command import VARIABLES
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.session import POLL_SECONDS, end_of
from sweflow_tracer.runner.workspace import Workspace
from sweflow_tracer.sandbox.choose import choose, examine_one, open_sandbox
from sweflow_tracer.sandbox.port import Running

from sweflow_datasets.environments.door import Door, index_hosts
from sweflow_datasets.environments.uv import find_uv
from sweflow_datasets.environments.values import Options

SCRIPT = (Path(__file__).parent / "inside_build.py").read_text("utf-8")
LARGEST = 1 << 30
"""Bytes of all wheels that one build may give."""
_WHEEL = re.compile(r"[A-Za-z0-9_.]+-[A-Za-z0-9_.!+]+(-\d[\w.]*)?-[\w.]+-[\w.]+-[\w.]+\.whl")
PASSED_ON = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True, slots=True)
class Built:
    """Wheels by file name, what was printed, whether it took too long, and hosts that it asked for in vain."""

    wheels: Mapping[str, bytes]
    log: str
    timed_out: bool
    refused: tuple[str, ...]


def building_sandbox(name: str | None) -> str:
    """The sandbox to build in: the one that tests get, but docker lends no socket. Raises SandboxNotUsable."""
    chosen = choose(name).name
    if chosen != "docker":
        return chosen
    if examine_one("bubblewrap").works:
        return "bubblewrap"
    raise SandboxNotUsable("docker", "builds need a way to the index", "install bubblewrap, or pass --sandbox process")


def build_wheels(
    python: Path, tree: Blobs | None, requirements: Sequence[str], version: str, scratch: Workspace, sandbox: str,
    options: Options,
) -> Built:  # fmt: skip
    """Build the project in ``tree``, or requirements by name. Raises SandboxFailed, SandboxNotUsable."""
    run = scratch.fresh_run()
    source, out, channel, log = run / "source", run / "wheels", run / "channel", run / "log.txt"
    out.mkdir()
    channel.touch(0o600)
    for path, (mode, content) in (tree or {}).items():
        write_blob(source / path, mode, content)
    shutil.copy2(find_uv(), run / "uv")
    links = []
    if options.wheels is not None:
        shutil.copytree(options.wheels, run / "links")
        links = ["--find-links", str(run / "links")]
    launcher = Launcher(open_sandbox(sandbox, python))
    try:
        with Door(scratch.scratch / "door", [] if options.wheels else index_hosts(options.index)) as door:
            job = {
                "commands": _commands(run, python, tree is not None, requirements, links, options),
                "door": str(door.path),
                "out": str(out),
                "channel": str(channel),
            }
            command = [str(python), "-I", "-c", SCRIPT, json.dumps(job)]
            with launcher.start(
                command, scratch.tree, _environment(run, version), log, channel, (), door.path
            ) as running:
                code, timed_out = _waited(running, channel, options.seconds)
            held = _wheels(channel.read_bytes()) if code == 0 else {}
            return Built(held, end_of(log), timed_out, tuple(dict.fromkeys(door.refused)))
    finally:
        launcher.stop()
        shutil.rmtree(run, ignore_errors=True)


def _commands(
    run: Path, python: Path, own: bool, requirements: Sequence[str], links: list[str], options: Options
) -> list[list[str]]:
    """uv's command lines; wheels of requirements are pip's to make, which uv fetches for it."""
    uv, out = str(run / "uv"), str(run / "wheels")
    index = ["--index-url", options.index] if options.index else []
    place = [*links, *(["--no-index"] if options.wheels else index)]
    found = []
    if own:
        found.append([uv, "build", "--wheel", str(run / "source"), "--out-dir", out, "--python", str(python), *place])
        found[0] += ["--no-config", "--no-sources", "--no-python-downloads", "--color", "never"]
    if requirements:
        with_pip = [
            uv,
            "run",
            "--no-project",
            "--no-config",
            "--isolated",
            "--with",
            "pip",
            "--python",
            str(python),
            *place,
        ]
        found.append([*with_pip, "python", "-m", "pip", "wheel", "--no-deps", "-w", out, *place, *requirements])
    return found


def _environment(run: Path, version: str) -> dict[str, str]:
    """A home and temporary files of its own, and a version for backends that would ask git for one."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    pretended = dict.fromkeys(("SETUPTOOLS_SCM_PRETEND_VERSION", "PBR_VERSION", "PDM_BUILD_SCM_VERSION"), version)
    path = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(run / "home"), "TMPDIR": str(run / "tmp")}
    return {**VARIABLES, **passed, **pretended, **path, "UV_CACHE_DIR": str(run / "tmp" / "uv"), "PYTHONHASHSEED": "0"}


def _waited(running: Running, channel: Path, seconds: float) -> tuple[int | None, bool]:
    """The exit code, or None where it took too long or gave too much."""
    until = time.monotonic() + seconds
    while True:
        code = running.wait(POLL_SECONDS)
        if code is not None:
            return code, False
        if time.monotonic() > until or channel.stat().st_size > LARGEST:
            running.signal(signal.SIGKILL)
            return None, True


def _wheels(data: bytes) -> dict[str, bytes]:
    """Wheels in an archive that strangers may have written: plain files with names that wheels have, and no more."""
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isreg() and _WHEEL.fullmatch(member.name) else None
                if content is not None:
                    found[member.name] = content.read()
    except (tarfile.TarError, ValueError, EOFError):
        return {}
    return found
