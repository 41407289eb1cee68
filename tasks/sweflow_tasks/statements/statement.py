"""The problem statement of each step of a draft."""

from dataclasses import dataclass

from sweflow_scheduler import Step

from sweflow_tasks.masking.tree_walk import TreeWalk
from sweflow_tasks.statements.facts import StepFacts
from sweflow_tasks.statements.module_bindings import ModuleBinding, module_bindings
from sweflow_tasks.statements.writer import StatementWriter
from sweflow_tasks.verification.draft import Draft, Inputs


@dataclass(frozen=True, slots=True)
class DraftStatement:
    """A statement, what its tests rely on beyond it, and what stands in the step's files for later steps only."""

    text: str
    underspecified: tuple[str, ...]
    later: tuple[ModuleBinding, ...]


class Statements:
    """Writes the statements of a draft's steps, for who does not see their tests."""

    def __init__(self, inputs: Inputs, draft: Draft) -> None:
        self._draft = draft
        self._writer = StatementWriter(inputs.graph, inputs.index, inputs.docstrings)
        self._bindings = module_bindings(inputs.index, draft.chain.returns)
        self._walk = TreeWalk(draft.chain)

    def of(self, step: Step, command: str) -> DraftStatement:
        """The statement of a step; ``command`` runs its tests."""
        facts = self._facts(step, command)
        made = self._writer.hidden(facts)
        return DraftStatement(made.text, made.underspecified, facts.later)

    def _facts(self, step: Step, command: str) -> StepFacts:
        chain = self._draft.chain
        before = chain.before(step.number)
        skeleton = self._walk.at(before, before)
        paths = {function.partition("::")[0] for function in step.functions}
        bindings = (binding for path in sorted(paths) for binding in self._bindings.get(path, ()))
        return StepFacts(
            number=step.number,
            targets=step.targets,
            dependents=step.dependents,
            failing=tuple(self._draft.plan.fails[step.number]),
            command=command,
            code=chain.code,
            removed=chain.removed,
            placeholders=chain.placeholders,
            later=tuple(binding for binding in bindings if binding.first > step.number + 1),
            tree=skeleton,
        )
