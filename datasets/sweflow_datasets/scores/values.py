"""Values of scores: a candidate with its verdict and what a judge says of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate. ``score`` is the judge's, larger where it takes the candidate for right.

    ``repo`` and ``difficulty`` (0 to 1) are those of the task, "" and None where they are not known.
    """

    instance_id: str
    resolved: bool
    score: float
    repo: str = ""
    difficulty: float | None = None
