"""Asking: every question once, several side by side, from the cache where it was asked before (D3)."""

from collections.abc import Callable, Sequence

from sweflow_tracer.progress import OnProgress, Progress, silent
from sweflow_tracer.runner.pool import side_by_side

from sweflow_datasets.errors import ModelNotUsable
from sweflow_datasets.models.cache import AnswerCache
from sweflow_datasets.models.pace import Pace
from sweflow_datasets.models.server import Failed, OpenAIServer, Server
from sweflow_datasets.models.values import Answer, Limits, Model, Question, Unanswered, Why

FIRST_WAIT = 0.5
"""Seconds before a second attempt; each further one waits twice as long."""
LONGEST_WAIT = 60.0
Outcome = Answer | Unanswered


def ask_all(
    questions: Sequence[Question],
    model: Model,
    limits: Limits,
    cache: AnswerCache,
    *,
    offline: bool = False,
    connect: Callable[[], Server] | None = None,
    pace: Pace | None = None,
    progress: OnProgress = silent,
) -> tuple[Outcome, ...]:
    """What came of each question, in their order. Answers are in the cache as they come: a kill loses none.

    No server is looked for while the cache knows every answer, and none with ``offline``. Raises ModelNotUsable where
    no question can be answered, ExtraMissing.
    """
    known = {question: cache.load(model, question) for question in questions}
    open_questions = [question for question, answer in known.items() if answer is None]
    found: dict[Question, Outcome] = {question: answer for question, answer in known.items() if answer is not None}
    if offline:
        found |= dict.fromkeys(open_questions, Unanswered(Why.OFFLINE, "the cache has no answer"))
    elif open_questions:
        server = (connect or (lambda: OpenAIServer(model, limits.timeout)))()
        found |= _asked(open_questions, server, model, limits, cache, pace or Pace(limits), progress)
    return tuple(found[question] for question in questions)


def _asked(
    questions: Sequence[Question],
    server: Server,
    model: Model,
    limits: Limits,
    cache: AnswerCache,
    pace: Pace,
    progress: OnProgress,
) -> dict[Question, Outcome]:
    found: dict[Question, Outcome] = {}
    unanswered = 0

    def work(question: Question) -> Outcome:
        outcome = _with_patience(question, server, limits, pace)
        if isinstance(outcome, Answer):
            cache.save(model, question, outcome)
        return outcome

    def stop() -> None:
        pace.stop()
        server.close()

    progress(Progress("ask", 0, len(questions)))
    try:
        with side_by_side(questions, work, lambda *_: None, stop, limits.workers) as asked:
            for question, outcome in asked:
                found[question] = outcome
                unanswered += isinstance(outcome, Unanswered)
                progress(Progress("ask", len(found), len(questions), unanswered))
    finally:
        server.close()
    return found


def _with_patience(question: Question, server: Server, limits: Limits, pace: Pace) -> Outcome:
    """One question, asked again where that may help. Raises ModelNotUsable where nobody is there."""
    failed = Failed(Why.SERVER, "")
    for attempt in range(limits.attempts):
        if attempt:
            _wait(failed, attempt, pace)
        if not pace.begin():
            return Unanswered(Why.BUDGET, failed.detail)
        outcome = server.ask(question)
        if isinstance(outcome, Answer):
            pace.spend(outcome.tokens)
        if not isinstance(outcome, Failed):
            return outcome
        failed = outcome
    if not failed.connected:
        raise ModelNotUsable(f"no server answers: {failed.detail}", "start it, or look at --llm-base-url")
    return Unanswered(failed.why, failed.detail)


def _wait(failed: Failed, attempt: int, pace: Pace) -> None:
    """As long as the server says, for everybody; else twice as long each time, for this question."""
    if failed.after is not None:
        pace.hold(min(failed.after, LONGEST_WAIT))
    else:
        pace.pause(min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT))
