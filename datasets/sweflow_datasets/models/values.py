"""Values of asking a language model: a question, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum

CHARACTERS = 4
"""Characters of a token, about: for what is not counted yet, since models count differently."""


@dataclass(frozen=True, slots=True)
class Model:
    """Who is asked, and how. ``base_url`` None is what OPENAI_BASE_URL says, else OpenAI's.

    ``temperature`` and ``max_tokens`` (of an answer) are the server's own where they are None.
    """

    name: str
    base_url: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be asked. ``requests`` and ``tokens`` are the budget of one run, None for none.

    ``requests`` counts every attempt, ``tokens`` what the server says that it took; nothing more is asked once they are
    spent. ``per_minute`` requests begin in a minute. ``attempts`` are made at a question, ``timeout`` is in seconds for
    each.
    """

    requests: int | None = None
    tokens: int | None = None
    per_minute: float | None = None
    workers: int = 4
    attempts: int = 5
    timeout: float = 120.0


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked. ``sample`` counts from 0 the answers that are wanted to the same words."""

    system: str
    user: str
    sample: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What it said. ``whole`` is false where it was cut off at its longest; ``tokens`` is what the server counted."""

    text: str
    whole: bool = True
    tokens: int = 0


class Why(StrEnum):
    """Why a question has no answer. All but ``REFUSED`` may have one next time."""

    BUDGET = "budget"
    OFFLINE = "offline"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    SERVER = "server"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question without an answer. ``detail`` is what the server or the connection said."""

    why: Why
    detail: str = ""
