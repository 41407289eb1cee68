"""Errors: one base class for every room; an error keeps its data as fields and names the next move."""

from pathlib import Path
from typing import Any


class SweflowError(Exception):
    """Something that the user can put right. ``str(error)`` is one sentence with the next move."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the sentence and the fields; errors cross processes."""
        return _remade, (type(self), self.args, self.__dict__)


def _remade(kind: type[SweflowError], arguments: tuple[object, ...], fields: dict[str, Any]) -> SweflowError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(fields)
    return error


class NotARepository(SweflowError):
    """The path is no folder with files in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is not a folder with source files in it: give the root of a repository.")


class DirtyTree(SweflowError):
    """The git work tree differs from HEAD."""

    def __init__(self, path: Path, changes: tuple[str, ...]) -> None:
        self.path = path
        self.changes = changes
        shown = ", ".join(changes[:3]) + (", …" if len(changes) > 3 else "")
        super().__init__(f"{path} has uncommitted changes ({shown}): commit or stash them, or pass --allow-dirty.")


class CloneNotReadable(SweflowError):
    """git cannot tell what a clone holds."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path} cannot be read as a clone ({problem}): mend it, or give a copy without its .git.")


class InterpreterNotUsable(SweflowError):
    """The target's interpreter cannot run its tests."""

    def __init__(self, python: Path, problem: str, hint: str) -> None:
        self.python = python
        self.problem = problem
        super().__init__(f"{python} {problem}: {hint}.")


class RunnerDependency(SweflowError):
    """The project is one that pytest itself imports; it cannot be masked under its own feet (V4)."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(
            f"pytest imports {', '.join(names)} before any test runs (runner-dependency), so this project "
            "cannot be masked under its own feet: choose another repository."
        )


class NothingCollected(SweflowError):
    """pytest found no test."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(
            f"pytest collected no test ({detail}): check the path, the test dependencies and the arguments after --."
        )


class NothingPasses(SweflowError):
    """Tests were collected and none of them passes."""

    def __init__(self, collected: int, example: str, detail: str) -> None:
        self.collected = collected
        self.example = example
        super().__init__(
            f"none of the {collected} collected tests passes (first: {example}, {detail}): "
            "make the suite pass under this interpreter first."
        )


class RanElsewhere(SweflowError):
    """The project's modules were imported from somewhere else than the scratch tree."""

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self.path = path
        super().__init__(
            f"module {name} was imported from {path} and not from the tree under test: "
            "uninstall that copy, or install the repository in editable mode without an import hook."
        )


class SessionFailed(SweflowError):
    """A pytest session ended without the records that it owes.

    ``killed``: something ended it from outside or in its middle, which says nothing about the tests (V3).
    ``collected``: it had collected its tests by then. ``timed_out``: it was ended since it took too long.
    """

    def __init__(
        self, problem: str, log: str, *, killed: bool = False, collected: bool = False, timed_out: bool = False
    ) -> None:
        self.problem = problem
        self.log = log
        self.killed = killed
        self.collected = collected
        self.timed_out = timed_out
        super().__init__(f"the pytest session {problem}; the last lines of its log: {log.strip()[-1500:]}")


class OutputNotUsable(SweflowError):
    """The output folder cannot be written to, or belongs to something else."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path} cannot be used as the output folder ({problem}): choose another with --out.")


class PluginMissing(SweflowError):
    """pytest is given options that a plugin of its would take, and the target's environment has not got it."""

    def __init__(self, options: str, plugin: str) -> None:
        self.options = options
        self.plugin = plugin
        hint = f"install {plugin} there" if plugin else "install the plugin that has them there"
        super().__init__(
            f"pytest in the target's environment does not know {options}, which the project's configuration or your "
            f"arguments give it: {hint}, or pass `-- -o addopts=` and what else the tests need."
        )


class TasksInTheWay(SweflowError):
    """The output folder holds verified tasks that a command would remove (H2)."""

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        super().__init__(
            f"{path} holds verified tasks, which do not outlast {what}: pass --force to remove them, "
            "or build in another folder."
        )


class FileNotUsable(SweflowError):
    """A file of ours is missing, damaged, or of a version that this program does not read."""

    def __init__(self, path: Path, problem: str, hint: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path} {problem}: {hint}.")


class SandboxNotUsable(SweflowError):
    """The sandbox that was asked for does not work here."""

    def __init__(self, name: str, problem: str, hint: str) -> None:
        self.name = name
        self.problem = problem
        super().__init__(f"the sandbox {name} cannot be used here ({problem}): {hint}.")


class SandboxFailed(SweflowError):
    """A sandbox broke while something ran in it; that says nothing about what ran (V3)."""

    def __init__(self, name: str, problem: str, hint: str) -> None:
        self.name = name
        self.problem = problem
        super().__init__(f"the sandbox {name} broke down ({problem}): {hint}; the same command goes on from there.")
