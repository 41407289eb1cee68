"""Values of views: their kinds, what every record says, and what could not become one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sweflow_tracer.project.files import Blobs

JsonObject = dict[str, Any]


class ViewKind(StrEnum):
    """The forms that a step is told in."""

    CHAT = "chat"
    SEARCH_REPLACE = "search-replace"
    FIM = "fim"
    WHOLE_FILE = "whole-file"
    INSTRUCTION = "instruction"


class ContextKind(StrEnum):
    """Which code a prompt shows: by distance in the runtime dependency graph, or every Python file."""

    GRAPH = "graph"
    WHOLE_REPO = "whole-repo"


class AnswerKind(StrEnum):
    """How the answer of a chat tells the change."""

    PATCH = "patch"
    SEARCH_REPLACE = "search-replace"


class StatementKind(StrEnum):
    """For whom a statement is: a solver that sees the step's tests, or one that does not."""

    TESTS_VISIBLE = "tests-visible"
    TESTS_HIDDEN = "tests-hidden"


class RefusedReason(StrEnum):
    """The closed list of reasons for which a step, or a function of it, has no record in a view."""

    OVER_BUDGET = "over-budget"
    DELETED_FILE = "deleted-file"
    MODE_CHANGE = "mode-change"
    NOT_TEXT = "not-text"
    MARKER_IN_TEXT = "marker-in-text"
    NO_REGION = "no-region"
    NO_RULE = "no-rule"


@dataclass(frozen=True, slots=True, order=True)
class Refused:
    """A step, or a function of it, that has no record; ``what`` is its instance or the function's id."""

    what: str
    reason: RefusedReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What the record of every view says of its task."""

    instance_id: str
    repo: str
    base_commit: str
    step: int
    license: str


class View(Protocol):
    """A step, or a function of it, in some form. ``answer`` is the reference's, which ``apply`` turns into its tree."""

    @property
    def head(self) -> Head:
        """What it is a view of."""

    @property
    def answer(self) -> str:
        """The text that restores the reference."""

    def members(self) -> JsonObject:
        """What its record has beside the head."""

    def texts(self) -> tuple[str, ...]:
        """The texts that a model reads and writes, of which tokens are counted."""


__all__ = [
    "AnswerKind",
    "Blobs",
    "ContextKind",
    "Head",
    "JsonObject",
    "Refused",
    "RefusedReason",
    "StatementKind",
    "View",
    "ViewKind",
]
