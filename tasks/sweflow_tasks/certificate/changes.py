"""Changes to a step's reference tree: one function mutated, or left out."""

from collections.abc import Iterator
from dataclasses import dataclass

from sweflow_tracer.project.files import Blobs
from sweflow_tracer.runner.options import Variant

from sweflow_tasks.certificate.mutants import mutants_of
from sweflow_tasks.certificate.mutation import Mutant
from sweflow_tasks.masking.masked_file import Rendered
from sweflow_tasks.masking.standing import Standing, in_place


@dataclass(frozen=True, slots=True)
class Change:
    """One function of a step, changed on the step's tree. ``mutant`` is None where the function is left out.

    ``tests`` are the step's FAIL_TO_PASS that run the function. ``change`` is what a running process can take over;
    where the function is gone from the file it cannot, and ``change`` is the file without it.
    """

    mutant: Mutant | None
    tests: tuple[str, ...]
    path: str
    change: Variant | Rendered

    def apply(self, blobs: Blobs) -> Blobs:
        """The tree with the change."""
        if isinstance(self.change, Variant):
            return in_place(blobs, [self.change])
        return {**blobs, self.path: (blobs[self.path][0], self.change.content)}


def mutated(place: Standing, mutant: Mutant, tests: tuple[str, ...]) -> Change:
    """A function replaced by a mutant."""
    return Change(mutant, tests, place.definition.path, place.variant(mutant.text))


def left_out(place: Standing, step: int, tests: tuple[str, ...]) -> Change:
    """A function in its masked form."""
    d, file = place.definition, place.file
    start, end = place.span
    masked = file.without(step, d.id)
    if d.id in file.removed:
        return Change(None, tests, d.path, masked)
    text = masked.text[start : len(masked.text) - (len(place.rendered.text) - end)].decode("utf-8")
    return Change(None, tests, d.path, place.variant(text))


def changes_of(place: Standing, step: int, tests: tuple[str, ...], mutants: int) -> Iterator[Change]:
    """The function left out, and up to ``mutants`` mutants of it."""
    yield left_out(place, step, tests)
    for mutant in mutants_of(place.definition, place.file.file.text.utf8, mutants):
        yield mutated(place, mutant, tests)
