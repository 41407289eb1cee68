"""Errors of the datasets room."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from sweflow_tracer import SweflowError


class CoverageNotUsable(SweflowError):
    """coverage.py did not run, or its file does not say what is asked."""

    def __init__(self, problem: str, hint: str) -> None:
        self.problem = problem
        super().__init__(f"{problem}: {hint}.")


class EngineNotUsable(SweflowError):
    """No container engine, or one that does not do its part."""

    def __init__(self, problem: str, hint: str) -> None:
        self.problem = problem
        super().__init__(f"the container engine cannot be used ({problem}): {hint}.")


class ImageNotBuilt(SweflowError):
    """A build of an image failed; ``said`` is the end of what it printed."""

    def __init__(self, name: str, problem: str, said: tuple[str, ...]) -> None:
        self.name = name
        self.problem = problem
        self.said = said
        shown = " | ".join(said)[-900:]
        super().__init__(
            f"the image {name} was not built ({problem}; it ended with: {shown}): see that the base has Python "
            "with venv and git, and that the index can be reached (--base, --index-url, --cert, --wheels)."
        )


class NoImage(SweflowError):
    """The engine has no image of a name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"the engine has no image {name}: run `sweflow images build`, or pull it.")


class RequirementsNotLocked(SweflowError):
    """The index does not give the hashes of the pinned requirements."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(
            f"the pinned requirements could not be locked ({problem}): pass --index-url, or --no-hashes to do without."
        )


class SelectionNotUsable(SweflowError):
    """An expression that selects no tasks, since it cannot be evaluated.

    ``near`` are the ``fields`` whose names are like ``unknown``, a name in the expression that is none of them.
    """

    def __init__(self, expression: str, problem: str, unknown: str = "", fields: Iterable[str] = ()) -> None:
        self.expression = expression
        self.problem = problem
        known = list(fields)
        self.near = tuple(get_close_matches(unknown.lower(), known, n=3, cutoff=0.5)) if unknown else ()
        hint = f"did you mean {' or '.join(self.near)}?" if self.near else _expected(known)
        super().__init__(f"the selection {expression!r} cannot be used ({problem}): {hint}")


def _expected(fields: list[str]) -> str:
    over = f" over {', '.join(fields)}" if fields else ""
    return f"write an expression of SQLite{over}."


class ExtraMissing(SweflowError):
    """Libraries that are no part of a plain installation are not there."""

    def __init__(self, extra: str, libraries: tuple[str, ...]) -> None:
        self.extra = extra
        self.libraries = libraries
        what = "a library that is" if len(libraries) == 1 else "libraries that are"
        super().__init__(
            f"this needs {', '.join(libraries)}, {what} not installed: run `pip install 'sweflow[{extra}]'`."
        )


class SplitNotUsable(SweflowError):
    """The parts of a dataset that were asked for are none."""

    def __init__(self, asked: str, problem: str) -> None:
        self.asked = asked
        self.problem = problem
        super().__init__(
            f"{asked!r} does not say how to split ({problem}): "
            "give names with shares that add up to 1, such as train=0.9,test=0.1."
        )


class ExportInTheWay(SweflowError):
    """Something stands where an export would go."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"{path} is there already: name another place as --out, or remove it.")


class InstanceTwice(SweflowError):
    """Two builds hold a task of the same name."""

    def __init__(self, instance: str, one: Path, other: Path) -> None:
        self.instance = instance
        self.builds = (one, other)
        super().__init__(f"{one} and {other} both hold the task {instance}: export one of them.")


class NothingToExport(SweflowError):
    """No task is left."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"there is nothing to export ({problem}): build other repositories, or select otherwise.")


class PlaceNotUsable(SweflowError):
    """A remote place takes no files."""

    def __init__(self, place: str, problem: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(
            f"{place} cannot be written ({problem}): name a folder, or a URL that fsspec knows and can reach."
        )


class ClusterNotUsable(SweflowError):
    """A Ray cluster takes no work."""

    def __init__(self, problem: str, hint: str) -> None:
        self.problem = problem
        super().__init__(f"the Ray cluster cannot be used ({problem}): {hint}.")


class PrefixNotUsable(SweflowError):
    """A prefix with which no image can be named."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        super().__init__(
            f"{prefix!r} cannot begin the name of an image: give small letters and digits, as registry.example/me."
        )


class ModelNotUsable(SweflowError):
    """A language model cannot be asked: there is no key, no server, or it refuses whatever it is asked."""

    def __init__(self, problem: str, hint: str) -> None:
        self.problem = problem
        super().__init__(f"the model cannot be asked ({problem}): {hint}.")


class NoDataset(SweflowError):
    """A path that holds no dataset in a form that is known."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path} is no dataset ({problem}): name a folder of a build or of an export.")


class ListNotUsable(SweflowError):
    """A list of repositories cannot be read, or says something that is none. ``line`` is 0 where it is about none."""

    def __init__(self, path: Path, line: int, problem: str, hint: str) -> None:
        self.path = path
        self.line = line
        self.problem = problem
        where = f"{path}, line {line}" if line else str(path)
        super().__init__(f"{where}: {problem}: {hint}{'' if hint.endswith('?') else '.'}")


class SourceNotFetched(SweflowError):
    """A repository of a list is not to be had, or what came is refused."""

    def __init__(self, name: str, problem: str, hint: str) -> None:
        self.name = name
        self.problem = problem
        super().__init__(f"{name} was not fetched ({problem}): {hint}.")
