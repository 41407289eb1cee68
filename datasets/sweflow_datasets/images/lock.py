"""Pinned requirements with the hashes of their files, of every platform that the index has."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from packaging.utils import canonicalize_name

from sweflow_datasets.errors import ExtraMissing, RequirementsNotLocked

SECONDS = 300
"""Until the index must have answered."""


def locked(pins: Sequence[str], python: str, index: str | None, certificates: Path | None) -> str:
    """A requirements file for ``pip install --no-deps``: pins with hashes, for arm64 and amd64 alike.

    ``python`` is the version that they are for, ``index`` that of the packages (default: as uv is configured). Only
    metadata is read; nothing is installed and no code of anybody's runs. Raises RequirementsNotLocked, ExtraMissing.
    """
    program = uv_program()
    if program is None:
        raise ExtraMissing("images", ("uv",))
    environment = dict(os.environ)
    if certificates is not None:
        environment["SSL_CERT_FILE"] = str(certificates)
    options = ["--generate-hashes", "--no-deps", "--no-header", "--no-annotate", "--no-build", "--quiet"]
    options += ["--python-version", python, "--no-config", *(["--index-url", index] if index else [])]
    with tempfile.TemporaryDirectory(prefix="sweflow-") as scratch:
        asked = Path(scratch) / "requirements.in"
        asked.write_text("".join(f"{pin}\n" for pin in pins), "utf-8")
        command = [str(program), "pip", "compile", str(asked), *options]
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
    hashes: dict[str, list[str]] = {}
    for pin in pins:
        name, _, version = pin.partition("==")
        found = held.get((_normal(name), version.strip()))
        if found is None:
            raise RequirementsNotLocked(f"{wheels} has no file for {pin}")
        hashes[pin] = [f"sha256:{digest}" for digest in found]
    return requirements_file(pins, hashes)


def requirements_file(pins: Iterable[str], hashes: Mapping[str, Sequence[str]]) -> str:
    """Pins as pip takes them, each with the hashes that are known of it (``sha256:…``)."""
    rows = (" \\\n".join((pin, *(f"    --hash={digest}" for digest in hashes.get(pin, ())))) for pin in pins)
    return "".join(f"{row}\n" for row in rows)


def _normal(name: str) -> str:
    return canonicalize_name(name.strip())


def uv_program() -> Path | None:
    """uv, this environment's before that on PATH; None where there is none."""
    if find_spec("uv") is not None:
        from uv import find_uv_bin  # noqa: PLC0415  # optional

        return Path(find_uv_bin())
    found = shutil.which("uv")
    return Path(found) if found else None
