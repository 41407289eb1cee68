"""Pinned requirements with the hashes of their files, of every platform that the index has."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from sweflow_datasets.errors import ExtraMissing, RequirementsNotLocked

SECONDS = 300
"""Until the index must have answered."""


def locked(pins: Sequence[str], python: str, index: str | None, certificates: Path | None) -> str:
    """A requirements file for ``pip install --no-deps``: pins with hashes, for arm64 and amd64 alike.

    ``python`` is the version that they are for, ``index`` that of the packages (default: as uv is configured). Only
    metadata is read; nothing is installed and no code of anybody's runs. Raises RequirementsNotLocked, ExtraMissing.
    """
    environment = dict(os.environ)
    if certificates is not None:
        environment["SSL_CERT_FILE"] = str(certificates)
    options = ["--generate-hashes", "--no-deps", "--no-header", "--no-annotate", "--no-build", "--quiet"]
    options += ["--python-version", python, "--no-config", *(["--index-url", index] if index else [])]
    with tempfile.TemporaryDirectory(prefix="sweflow-") as scratch:
        asked = Path(scratch) / "requirements.in"
        asked.write_text("".join(f"{pin}\n" for pin in pins), "utf-8")
        command = [*_uv(), "pip", "compile", str(asked), *options]
        try:
            done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=SECONDS, check=True)
        except subprocess.CalledProcessError as error:
            raise RequirementsNotLocked(" ".join(str(error.stderr).split())[:300]) from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RequirementsNotLocked(str(error)[:300]) from error
    return done.stdout


def locked_to(wheels: Path, pins: Sequence[str]) -> str:
    """The same for a folder of wheels and source distributions, with the hashes of the files that it has for each pin.

    Raises RequirementsNotLocked where it has none.
    """
    held: dict[tuple[str, str], list[str]] = {}
    for path in sorted(path for path in wheels.iterdir() if path.is_file()):
        name, _, rest = path.name.removesuffix(".tar.gz").partition("-")
        if path.suffix != ".whl":
            name, _, rest = path.name.removesuffix(".tar.gz").rpartition("-")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        held.setdefault((_normal(name), rest.partition("-")[0]), []).append(digest)
    lines = []
    for pin in pins:
        name, _, version = pin.partition("==")
        found = held.get((_normal(name), version.strip()))
        if found is None:
            raise RequirementsNotLocked(f"{wheels} has no file for {pin}")
        lines.append(" \\\n".join([pin, *(f"    --hash=sha256:{digest}" for digest in found)]))
    return "".join(f"{line}\n" for line in lines)


def _normal(name: str) -> str:
    """A distribution's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _uv() -> list[str]:
    if find_spec("uv") is not None:
        return [sys.executable, "-m", "uv"]
    found = shutil.which("uv")
    if found is None:
        raise ExtraMissing("images", ("uv",))
    return [found]
