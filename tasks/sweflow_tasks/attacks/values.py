"""Values of the attacks, and the ways in which one gets into a patch."""

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent

from sweflow_tracer.project.files import Blobs


@dataclass(frozen=True, slots=True)
class Situation:
    """What an attacker has: the skeleton's files, the tests' files by path, and one function to be written."""

    skeleton: Blobs
    test_files: tuple[str, ...]
    function: str

    @property
    def path(self) -> str:
        """The file of the function."""
        return self.function.partition("::")[0]

    @property
    def name(self) -> str:
        """The qualified name of the function."""
        return self.function.partition("::")[2]

    @property
    def root(self) -> str:
        """The folder from which the function's package is imported, with a slash at its end unless it is the root."""
        folder = self.path.rpartition("/")[0]
        while folder and f"{folder}/__init__.py" in self.skeleton:
            folder = folder.rpartition("/")[0]
        return f"{folder}/" if folder else ""

    def with_files(self, files: dict[str, str]) -> Blobs:
        """The skeleton with files added or replaced."""
        return {**self.skeleton, **{path: ("100644", dedent(text).encode()) for path, text in files.items()}}

    def appended(self, source: str) -> Blobs:
        """The skeleton with code at the end of the function's file."""
        mode, content = self.skeleton[self.path]
        return {**self.skeleton, self.path: (mode, content + b"\n\n" + dedent(source).encode())}


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack. ``make`` gives the files that a patch leads to, or the text of a patch that git would not write.

    ``harmful``: it uses up processes, memory or disk, or writes where it can; it is run only where a sandbox bounds it.
    ``open``: why it scores nevertheless; empty where it must not.
    """

    name: str
    what: str
    make: Callable[[Situation], Blobs | str]
    harmful: bool = False
    open: str = ""


def at_import(name: str, what: str, source: str, *, harmful: bool = False, open: str = "") -> Attack:
    """An attack by code that runs when the module is imported."""
    return Attack(name, what, lambda situation: situation.appended(source), harmful, open)


def when_called(name: str, what: str, source: str, *, harmful: bool = False, open: str = "") -> Attack:
    """An attack by code that runs in place of the function; ``source`` defines ``payload(*args, **kwargs)``."""

    def make(situation: Situation) -> Blobs:
        return situation.appended(dedent(source) + f"\n\n{situation.name} = payload\n")

    return Attack(name, what, make, harmful, open)


def by_files(name: str, what: str, files: Callable[[Situation], dict[str, str]]) -> Attack:
    """An attack by files beside the code."""
    return Attack(name, what, lambda situation: situation.with_files(files(situation)))
