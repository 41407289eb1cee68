"""Options of views, and what a view is made of beside its step: a build, a way to count, and statements."""

from dataclasses import dataclass

from sweflow_datasets.views.build import Build
from sweflow_datasets.views.step import StepTrees
from sweflow_datasets.views.tokens import Count, Tokenizer, counter
from sweflow_datasets.views.values import AnswerKind, ContextKind, StatementKind


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """How views are made. ``max_tokens`` is for everything that a record has a model read and write; 0 is no limit."""

    max_tokens: int = 0
    context: ContextKind = ContextKind.GRAPH
    statement: StatementKind = StatementKind.TESTS_HIDDEN
    answer: AnswerKind = AnswerKind.SEARCH_REPLACE
    tokenizer: Tokenizer = Tokenizer.ESTIMATE

    @property
    def shows_tests(self) -> bool:
        """Whether a solver sees the step's tests."""
        return self.statement is StatementKind.TESTS_VISIBLE


DEFAULT = ViewOptions()


@dataclass(frozen=True, slots=True)
class Material:
    """A build with the options for its views."""

    build: Build
    options: ViewOptions

    @property
    def count(self) -> Count:
        """How many tokens a text has."""
        return counter(self.options.tokenizer)

    def statement(self, step: StepTrees) -> str:
        """The statement of a step, in the form that was asked for."""
        if self.options.shows_tests:
            return self.build.writer.visible(self.build.facts(step), step.base).text
        return step.task.problem_statement
