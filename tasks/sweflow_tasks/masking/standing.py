"""Where the functions of a step stand on its tree, and what a running process takes in their place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sweflow_rdg import Definition
from sweflow_rdg.index.text import decode
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.runner.options import Variant

from sweflow_tasks.masking.chain import Chain
from sweflow_tasks.masking.mask import Edit, apply_edits, emptied
from sweflow_tasks.masking.masked_file import MaskedFile, Rendered


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

    @property
    def span(self) -> tuple[int, int]:
        """Its place in the file's text."""
        start = self.rendered.place(self.definition.start)
        return start, start + self.definition.end - self.definition.start

    def variant(self, text: str) -> Variant:
        """The function with another text."""
        d, (start, end) = self.definition, self.span
        return Variant(d.path, d.name, d.line + self.moved, start, end, text)

    def emptied(self) -> Variant:
        """The function with a body that does nothing."""
        return self.variant(emptied(self.definition, self.file.file.text.utf8))


def standing(chain: Chain, step: int, functions: frozenset[str]) -> Iterator[Standing]:
    """The functions of a step, sorted by id, where they stand on its tree."""
    for function in sorted(functions):
        file = chain.files[function.partition("::")[0]]
        definition = next(d for d in file.masked() if d.id == function)
        yield Standing(definition, file, file.at(step))


def in_place(blobs: Blobs, variants: Iterable[Variant]) -> Blobs:
    """A tree with variants of its functions in place."""
    edits: dict[str, list[Edit]] = {}
    for variant in variants:
        edits.setdefault(variant.path, []).append(Edit(variant.start, variant.end, variant.text.encode("utf-8")))
    changed = dict(blobs)
    for path, found in edits.items():
        mode, content = blobs[path]
        text = decode(content)
        changed[path] = (mode, text.encode(apply_edits(text.utf8, found)))
    return changed
