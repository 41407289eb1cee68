"""The oracle: whether tests notice a function, asked on the complete code (S6, S7).

Each question is a forked child of a session in which pytest started and collected once. Everything is asked in two
sessions with different hash seeds, side by side: what one of them notices is noticed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sweflow_rdg import RuntimeDependencyGraph, SourceIndex
from sweflow_scheduler import Answer, Question
from sweflow_tracer.errors import SessionFailed
from sweflow_tracer.progress import OnProgress, Progress
from sweflow_tracer.project.files import Blobs, tree_digest
from sweflow_tracer.runner.options import SessionOptions, Variant

from sweflow_tasks.execution.job_pool import JobPool, Run
from sweflow_tasks.masking.mask import emptied
from sweflow_tasks.noticing.trial import Trial, outcomes_of, with_trials
from sweflow_tasks.values import JsonObject

SEEDS = (2000, 2001)


@dataclass(frozen=True, slots=True)
class QuestionsJob:
    """Questions in one session on the complete code; ``timeout`` is in seconds for one test.

    ``seconds`` are those of tests in earlier runs, by which one counts as endless.
    """

    trials: tuple[Trial, ...]
    blobs: Blobs
    tree: str
    paths: tuple[str, ...]
    seed: int
    timeout: float
    seconds: Mapping[str, float]

    @property
    def facts(self) -> Iterator[str]:
        """All that the outcome depends on."""
        yield from ("questions 1", self.tree, str(self.seed), json.dumps(self.paths))
        yield from (json.dumps((trial.functions, trial.tests)) for trial in self.trials)

    def measure(self, run: Run) -> JsonObject:
        """By question the first id that notices."""
        plain = SessionOptions(groups=[], timeout=self.timeout, seed=self.seed, paths=self.paths, follow=False)
        try:
            session = run(self.blobs, with_trials(plain, self.trials, self.seconds))
        except SessionFailed as error:
            if error.killed:
                raise
            return {"by": [trial.tests[0] for trial in self.trials]}
        return {"by": [found.by for found in outcomes_of(run, self.blobs, plain, self.trials, session)]}


class RunningOracle:
    """Answers by running tests of a repository; ``seconds`` are those of its tests, ``most`` the time-out of one."""

    def __init__(
        self,
        blobs: Blobs,
        index: SourceIndex,
        graph: RuntimeDependencyGraph,
        paths: Sequence[str],
        pool: JobPool,
        seconds: Mapping[str, float],
        most: float,
        progress: OnProgress,
    ) -> None:
        self._blobs = blobs
        self._tree = tree_digest(blobs)
        self._index = index
        self._definitions = index.definitions()
        self._paths = tuple(paths)
        self._pool = pool
        self._seconds = seconds
        self._most = most
        self._progress = progress
        self._asked = 0
        self._ids: dict[str, list[tuple[str, frozenset[str]]]] = {}
        names = [node.id for node in graph.nodes]
        for test in graph.tests:
            if test.rejected is None:
                called = frozenset(names[number] for number in test.requirement)
                self._ids.setdefault(test.function, []).append((test.id, called))

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """An answer to each question."""
        trials = tuple(map(self._trial, questions))
        jobs = [
            QuestionsJob(trials, self._blobs, self._tree, self._paths, seed, self._most, self._seconds)
            for seed in SEEDS
        ]
        found = self._pool.measure(jobs, lambda done: None)
        self._asked += len(questions)
        self._progress(Progress("questions", self._asked, self._asked))
        both = zip(*(outcome["by"] for outcome in found), strict=True)
        return [self._answer(question, by) for question, by in zip(questions, both, strict=True)]

    def _trial(self, question: Question) -> Trial:
        d = self._definitions[question.function]
        text = emptied(d, self._index.files[d.path].text.utf8)
        variant = Variant(d.path, d.name, d.line, d.start, d.end, text)
        tests = tuple(test for function in question.tests for test in self._calling(function, question.function))
        return Trial((question.function,), (variant,), tests)

    def _calling(self, test: str, function: str) -> Iterator[str]:
        """The ids of a test function that call a function."""
        return (name for name, called in self._ids[test] if function in called)

    def _answer(self, question: Question, noticing: Iterable[str | None]) -> Answer:
        """The first test function that notices in some session, and by which id."""
        found = {test for test in noticing if test is not None}
        for silent, test in enumerate(question.tests):
            by = next((name for name in self._calling(test, question.function) if name in found), None)
            if by is not None:
                return Answer(silent, by)
        return Answer(len(question.tests), None)
