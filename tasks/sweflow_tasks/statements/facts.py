"""Facts of a step that a statement is written from, whoever knows them: a draft, or a finished build."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sweflow_tracer.project.files import Blobs

from sweflow_tasks.statements.module_bindings import ModuleBinding


@dataclass(frozen=True, slots=True)
class StepFacts:
    """A step: its functions, the ids that fail, the line that runs them, and the tree that a solver starts from.

    ``code`` gives the step of each function that is masked at some time, ``removed`` and ``placeholders`` are those
    with these masked forms. ``later`` is what stands in the step's files and only later steps use. ``tree`` is the
    skeleton.
    """

    number: int
    targets: tuple[str, ...]
    dependents: tuple[str, ...]
    failing: tuple[str, ...]
    command: str
    code: Mapping[str, int] = field(hash=False, repr=False)
    removed: frozenset[str] = field(repr=False)
    placeholders: frozenset[str] = field(repr=False)
    later: tuple[ModuleBinding, ...]
    tree: Blobs = field(hash=False, repr=False)

    @property
    def functions(self) -> tuple[str, ...]:
        """The step's new functions."""
        return (*self.targets, *self.dependents)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that they stand in."""
        return tuple(sorted({function.partition("::")[0] for function in self.functions}))
