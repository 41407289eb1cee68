"""Changes to a step's reference tree: one function mutated, or left out."""

from collections.abc import Iterator
from dataclasses import dataclass

from sweflow_rdg import Definition
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.runner.options import Variant

from sweflow_tasks.certificate.mutants import mutants_of
from sweflow_tasks.certificate.mutation import Mutant
from sweflow_tasks.masking.masked_file import MaskedFile, Rendered
from sweflow_tasks.verification.draft import Draft


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

    def apply(self, blobs: Blobs, place: "Standing") -> Blobs:
        """The tree with the change; ``place`` is where the function stands on it."""
        if isinstance(self.change, Rendered):
            content = self.change.content
        else:
            text, new = place.rendered.text, self.change.text.encode("utf-8")
            content = place.file.file.text.encode(text[: self.change.start] + new + text[self.change.end :])
        return {**blobs, self.path: (blobs[self.path][0], content)}


@dataclass(frozen=True, slots=True)
class Standing:
    """A function where it stands on the tree of its step: the original's definition and file, the file's text there."""

    definition: Definition
    file: MaskedFile
    rendered: Rendered

    @property
    def moved(self) -> int:
        """Lines from its place in the original to its place here."""
        return self.rendered.lines_before(self.file.file.text.utf8, self.definition.start)

    def mutated(self, mutant: Mutant, tests: tuple[str, ...]) -> Change:
        """The function replaced by a mutant."""
        d, start = self.definition, self.rendered.place(self.definition.start)
        variant = Variant(d.path, d.name, d.line + self.moved, start, start + d.end - d.start, mutant.text)
        return Change(mutant, tests, d.path, variant)

    def left_out(self, step: int, tests: tuple[str, ...]) -> Change:
        """The function in its masked form."""
        d, start = self.definition, self.rendered.place(self.definition.start)
        end = start + d.end - d.start
        masked = self.file.without(step, d.id)
        if d.id in self.file.removed:
            return Change(None, tests, d.path, masked)
        text = masked.text[start : len(masked.text) - (len(self.rendered.text) - end)].decode("utf-8")
        return Change(None, tests, d.path, Variant(d.path, d.name, d.line + self.moved, start, end, text))


def standing(draft: Draft, step: int) -> Iterator[Standing]:
    """The functions of a step, sorted by id, where they stand on its tree."""
    for function in sorted(draft.functions(step)):
        file = draft.chain.files[function.partition("::")[0]]
        definition = next(d for d in file.masked() if d.id == function)
        yield Standing(definition, file, file.at(step))


def changes_of(place: Standing, step: int, tests: tuple[str, ...], mutants: int) -> Iterator[Change]:
    """The function left out, and up to ``mutants`` mutants of it."""
    yield place.left_out(step, tests)
    for mutant in mutants_of(place.definition, place.file.file.text.utf8, mutants):
        yield place.mutated(mutant, tests)
