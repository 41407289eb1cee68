"""The record: ``environment.toml`` and what stands beside it: interpreter, requirements, Dockerfile."""

import shutil
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name, parse_wheel_filename
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.project.project import Project
from sweflow_tracer.runner.command import VARIABLES

from sweflow_datasets.environments.dockerfile import write_context
from sweflow_datasets.environments.recorded import ENVIRONMENT, VERSION
from sweflow_datasets.environments.values import Attempt, Environment
from sweflow_datasets.images.lock import requirements_file


def record_environment(
    made: Environment,
    folder: Path,
    venv: Path | None,
    wheels: Path | None,
    project: Project | None,
    tree: Blobs,
) -> None:
    """Put an environment in its place and write its files; what a folder held before is replaced."""
    import tomli_w  # noqa: PLC0415  # optional

    text = tomli_w.dumps(environment_document(made), multiline_strings=False)
    for name in ("venv", "wheels"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("Dockerfile", "requirements.txt", "project.tar.gz", ".dockerignore", ENVIRONMENT):
        (folder / name).unlink(missing_ok=True)
    if venv is not None:
        venv.rename(folder / "venv")
    _copy_wheels(made, folder, wheels)
    (folder / "requirements.txt").write_text(requirements_file(made.pins, dict(made.hashes)), "utf-8")
    if project is not None:
        write_context(made, folder, tree, project)
    (folder / ENVIRONMENT).write_text(text, "utf-8")  # last: with it the rest counts


def _copy_wheels(made: Environment, folder: Path, wheels: Path | None) -> None:
    """Keep the wheels that had to be built, but for the project's own."""
    names = {pin.partition("==")[0] for pin in made.pins}
    for path in sorted(wheels.glob("*.whl")) if wheels is not None else ():
        if canonicalize_name(parse_wheel_filename(path.name)[0]) in names:
            (folder / "wheels").mkdir(exist_ok=True)
            shutil.copy2(path, folder / "wheels" / path.name)


def environment_document(made: Environment) -> dict[str, Any]:
    """``environment.toml`` as a table."""
    plan, outcome, proof = made.plan, made.outcome, made.proof
    return {
        "version": VERSION,
        "project": made.project,
        "source": made.source,
        "python": made.python,
        "asked": plan.source.name,
        "installed": plan.installed,
        "requirements": list(made.pins),
        "arguments": list(plan.arguments),
        "roots": list(plan.roots),
        "system": list(plan.system),
        "built": list(plan.builds),
        "startup": list(made.startup),
        "outcome": {
            "status": outcome.status.value,
            "cause": outcome.cause.value,
            "detail": outcome.detail,
            "move": outcome.move,
        },
        "tests": {
            "collected": proof.collected,
            "passed": proof.passed,
            "failed": proof.failed,
            "skipped": proof.skipped,
            "errors": proof.errors,
        },
        "variables": {**VARIABLES, "PYTHONHASHSEED": "0"},
        "hashes": {pin: list(digests) for pin, digests in made.hashes},
        "tried": [_attempt_row(attempt) for attempt in made.attempts],
    }


def _attempt_row(attempt: Attempt) -> dict[str, Any]:
    change = attempt.change
    return {
        "change": f"{change.kind.value} {change.value}".strip() if change else "",
        "why": change.why if change else "",
        "stage": attempt.stage.value,
        "kept": attempt.kept,
        "passed": attempt.proof.passed,
        "collected": attempt.proof.collected,
        "errors": attempt.proof.errors,
        "detail": attempt.detail,
        "blockers": [f"{blocker.cause}: {blocker.detail}" for blocker in attempt.blockers],
    }
