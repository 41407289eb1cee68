"""Recorded environments: where one stands, and what a command that runs tests takes from it. Standard library only."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from sweflow_tracer.errors import FileNotUsable

from sweflow_datasets.environments.values import EnvironmentStatus

ENVIRONMENT = "environment.toml"
VERSION = 1
AGAIN = "run `sweflow env` again"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded environment: its interpreter, the arguments that its tests need, and the tree that it was made for."""

    python: Path
    arguments: tuple[str, ...]
    status: EnvironmentStatus
    source: str


def default_folder(repo: Path) -> Path:
    """NAME.env here, or beside the repository where here lies in it."""
    root, here = repo.resolve(), Path.cwd().resolve()
    return (root.parent if here.is_relative_to(root) else here) / f"{root.name}.env"


def recorded_status(folder: Path) -> EnvironmentStatus | None:
    """How the environment in a folder ended; None where there is none that can be read."""
    try:
        found = read_recorded(folder)
    except FileNotUsable:
        return None
    return found.status if found.python.exists() else EnvironmentStatus.FAILED


def find_recorded(repo: Path) -> Recorded | None:
    """The environment that ``sweflow env`` made for a repository in its default place, if tests pass in it."""
    folder = default_folder(repo)
    if not (folder / ENVIRONMENT).is_file():
        return None
    found = read_recorded(folder)
    return found if found.status is not EnvironmentStatus.FAILED and found.python.exists() else None


def read_recorded(folder: Path) -> Recorded:
    """Read a record. Raises FileNotUsable."""
    path = folder / ENVIRONMENT
    try:
        document = tomllib.loads(path.read_text("utf-8"))
        if document["version"] != VERSION:
            raise FileNotUsable(path, f"has version {document['version']}", AGAIN)
        return Recorded(
            python=folder.resolve() / "venv" / "bin" / "python",
            arguments=tuple(map(str, document["arguments"])),
            status=EnvironmentStatus(document["outcome"]["status"]),
            source=str(document["source"]),
        )
    except OSError as error:
        raise FileNotUsable(path, "cannot be read", AGAIN) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise FileNotUsable(path, f"is damaged ({error})", AGAIN) from error
