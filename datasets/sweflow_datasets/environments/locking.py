"""Locking: from what a plan asks for to pinned requirements with hashes; only metadata of wheels is read."""

import email.parser
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from sweflow_datasets.environments.sources.requirement_lines import parsed
from sweflow_datasets.environments.uv import index_options, run_uv
from sweflow_datasets.environments.values import Options, Plan

LARGEST = 1 << 22
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==(\S+)")
_HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Lock:
    """``text`` is what uv installs, the project's own wheel included; the pins are of all the rest."""

    text: str
    pins: tuple[str, ...]
    hashes: tuple[tuple[str, tuple[str, ...]], ...]


def lock(plan: Plan, wheel: Path | None, built: Path, scratch: Path, options: Options) -> Lock:
    """Solve a plan. ``wheel`` is the project's own, ``built`` a folder of wheels made here. Raises UvFailed."""
    asked, bounds = scratch / "requirements.in", scratch / "constraints.txt"
    asked.write_text("".join(f"{line}\n" for line in wanted(plan, wheel)), "utf-8")
    bounds.write_text("".join(f"{line}\n" for line in (*plan.pins, *plan.limits)), "utf-8")
    plain = scratch / "overrides.txt"
    never = [f"{name} ; sys_platform == 'never'" for name in plan.left_out]
    plain.write_text("".join(f"{line}\n" for line in (*places_named(wheel), *never)), "utf-8")
    folders = [built, *([Path(options.wheels)] if options.wheels else [])]
    text = run_uv(
        [
            *("pip", "compile", str(asked), "--constraints", str(bounds), "--python", plan.interpreter, "--no-build"),
            *("--overrides", str(plain), "--generate-hashes", "--no-header", "--no-annotate", "--quiet"),
            *index_options(options.index, folders, offline=options.wheels is not None),
        ],
        scratch,
        options.seconds,
    )
    return read_lock(text)


def places_named(wheel: Path | None) -> list[str]:
    """Names that a wheel requires from a place of its own choice: they are asked of the index, and of nobody else."""
    if wheel is None:
        return []
    try:
        with zipfile.ZipFile(wheel) as archive:
            name = next(name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
            with archive.open(name) as file:
                rows = email.parser.BytesHeaderParser().parsebytes(file.read(LARGEST)).get_all("Requires-Dist") or ()
            found = [Requirement(row) for row in rows]
    except (zipfile.BadZipFile, StopIteration, InvalidRequirement, OSError, NotImplementedError, RuntimeError):
        return []  # uv says what is wrong with it
    return [requirement.name for requirement in found if requirement.url]


def wanted(plan: Plan, wheel: Path | None) -> list[str]:
    """Requirements: pytest, the project with its extras, what the source asks for, what was found out."""
    own = canonicalize_name(parse_wheel_filename(wheel.name)[0]) if wheel is not None else ""
    out: set[str] = {canonicalize_name(name) for name in (*plan.left_out, *((own,) if own else ()))}
    lines = ["pytest>=7.4"]
    if wheel is not None:
        extras = f"[{','.join(plan.source.extras)}]" if plan.source.extras else ""
        lines.append(f"{own}{extras} @ {wheel.as_uri()}")
    return [*lines, *_without(out, (*plan.source.requirements, *plan.requirements))]


def _without(names: set[str], requirements: Iterable[str]) -> Sequence[str]:
    found = [(text, parsed(text)) for text in requirements]
    return [text for text, requirement in found if requirement and canonicalize_name(requirement.name) not in names]


def read_lock(text: str) -> Lock:
    """A requirements file with hashes, as uv prints it."""
    hashes: dict[str, tuple[str, ...]] = {}
    for block in re.split(r"\n(?=\S)", text.replace("\\\n", " ")):
        pin = _PIN.match(block.strip())
        if pin is not None:
            hashes[f"{canonicalize_name(pin[1])}=={pin[2]}"] = tuple(sorted(_HASH.findall(block)))
    pins = tuple(sorted(hashes, key=lambda pin: pin.partition("==")))
    return Lock(text, pins, tuple((pin, hashes[pin]) for pin in pins))
