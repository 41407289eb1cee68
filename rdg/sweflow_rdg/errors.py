"""Errors of this room."""

import difflib
from collections.abc import Iterable

from sweflow_tracer import SweflowError


class UnknownFunction(SweflowError):
    """The graph has no function of this id."""

    def __init__(self, wanted: str, known: Iterable[str]) -> None:
        self.wanted = wanted
        self.near = tuple(difflib.get_close_matches(wanted, list(known), n=3, cutoff=0.3))
        hint = f"did you mean {self.near[0]}?" if self.near else "run `sweflow graph DIR --show functions` to see all."
        super().__init__(f"there is no function {wanted}: {hint}")


class AmbiguousFunction(SweflowError):
    """Several functions have this name."""

    def __init__(self, wanted: str, found: tuple[str, ...]) -> None:
        self.wanted = wanted
        self.found = found
        more = ", …" if len(found) > 3 else ""
        super().__init__(f"{wanted} can be any of {', '.join(found[:3])}{more}: give the whole id.")


class UnknownFile(SweflowError):
    """The graph has no such file."""

    def __init__(self, wanted: str, known: Iterable[str]) -> None:
        self.wanted = wanted
        near = difflib.get_close_matches(wanted, list(known), n=1, cutoff=0.3)
        hint = f"did you mean {near[0]}?" if near else "give its path from the root of the repository."
        super().__init__(f"the graph has no file {wanted}: {hint}")


class UnknownLine(SweflowError):
    """A file of the graph has no such line."""

    def __init__(self, path: str, line: int, last: int) -> None:
        self.path = path
        self.line = line
        self.last = last
        super().__init__(f"{path} has no line {line}: give one from 1 to {last}.")
