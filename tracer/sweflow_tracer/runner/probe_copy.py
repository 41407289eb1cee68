"""Copies of the probe, compiled where that is known to be what the target's interpreter would make of it."""

import importlib.util
import marshal
import platform
import shutil
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sweflow_tracer.project.interpreter import PROBE

UNCHECKED = (1).to_bytes(4, "little")
"""The flags of a compiled module that goes by a hash nobody compares (PEP 552)."""


def copy_probe(folder: Path, python: str) -> None:
    """Make a folder that holds the probe, for an interpreter of version ``python``.

    A session would compile it anew, since nothing is kept before pytest is there. Only of the release that runs here
    is it known what it takes; what the target compiled is never believed.
    """
    shutil.copytree(PROBE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path, content in _compiled().items() if python == platform.python_version() else ():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content)


@cache
def _compiled() -> Mapping[str, bytes]:
    """By path below the probe's folder the compiled modules, which are taken without a look at their sources."""
    found: dict[str, bytes] = {}
    for source in sorted(PROBE.rglob("*.py")):
        name = f"{source.stem}.{sys.implementation.cache_tag}.pyc"
        text = source.read_bytes()
        code = compile(text, source.name, "exec", dont_inherit=True, optimize=0)
        head = importlib.util.MAGIC_NUMBER + UNCHECKED + importlib.util.source_hash(text)
        found[(source.parent.relative_to(PROBE) / "__pycache__" / name).as_posix()] = head + marshal.dumps(code)
    return found
