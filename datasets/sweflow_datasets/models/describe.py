"""Describing: a model writes statements and docstrings; what leaks is refused, and ours stands in its place (D3)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sweflow_tasks.json_lines import write_lines
from sweflow_tasks.values import JsonObject
from sweflow_tracer.paths import StrPath
from sweflow_tracer.progress import OnProgress, silent

from sweflow_datasets.dataset import Task, load_tasks
from sweflow_datasets.errors import ModelNotUsable
from sweflow_datasets.folder import Folder
from sweflow_datasets.models.asking import Outcome, ask_all
from sweflow_datasets.models.leak_check import LeakCheck
from sweflow_datasets.models.prompt_files import Prompts
from sweflow_datasets.models.solve import AskOptions
from sweflow_datasets.models.values import Answer, Model, Question
from sweflow_datasets.pipeline import stored_options
from sweflow_datasets.step_code import StepCode, read_step_code

DESCRIPTIONS_VERSION = 1


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A task with what is asked about it. ``docstrings`` are questions by function, of those that have none."""

    task: Task
    check: LeakCheck
    statement: Question
    docstrings: Mapping[str, Question]


def describe(
    out: StrPath, model: Model, path: StrPath, options: AskOptions | None = None, *, progress: OnProgress = silent
) -> JsonObject:
    """Ask for a statement of every task and docstrings of its functions, into ``path``, a line a task; counts.

    Where a model cannot be asked (``problem`` of the counts says why), or what it wrote leaks, the statement is the
    task's own. Raises SweflowError for anything else.
    """
    asked = options or AskOptions()
    wanted = list(_wanted(Folder(out), load_tasks(out), Prompts(asked.prompts)))
    questions = [question for each in wanted for question in (each.statement, *each.docstrings.values())]
    found: Mapping[Question, Outcome] = {}
    problem = ""
    try:
        answers = ask_all(questions, model, asked.limits, asked.answers(), offline=asked.offline, progress=progress)
        found = dict(zip(questions, answers, strict=True))
    except ModelNotUsable as error:
        problem = str(error)
        answers = ask_all(questions, model, asked.limits, asked.answers(), offline=True)  # what is known stays
        found = dict(zip(questions, answers, strict=True))
    rows = [_row(each, model, found) for each in wanted]
    write_lines(Path(path), rows)
    return {
        "tasks": len(rows),
        "statements": dict(sorted(Counter(row["source"] for row in rows).items())),
        "why": dict(sorted(Counter(row["why"].partition(":")[0] for row in rows if row["why"]).items())),
        "docstrings": sum(len(row["docstrings"]) for row in rows),
        "refused": sum(len(row["refused"]) for row in rows) + sum(row["why"].startswith("leak") for row in rows),
        "problem": problem,
    }


def _wanted(folder: Folder, tasks: Sequence[Task], prompts: Prompts) -> Iterator[_Wanted]:
    folder.check_history()
    docstrings = stored_options(folder.root).docstrings
    codes = [read_step_code(folder.history, task.row, docstrings) for task in tasks]
    bodies = [{function: _body(code, function) for function in code.functions} for code in codes]
    system = prompts.fill("system")
    for task, code in zip(tasks, codes, strict=True):
        later = (own for other, own in zip(tasks, bodies, strict=True) if other.step >= task.step)
        hidden = {function: body for own in later for function, body in own.items()}
        texts = "\n\n".join(code.text(function).rstrip() for function in code.functions)
        user = prompts.fill("statement", statement=task.problem_statement, code=texts)
        bare = [function for function, definition in code.functions.items() if not definition.docstring]
        about = {f: Question(system, prompts.fill("docstring", function=f, code=code.text(f))) for f in bare}
        yield _Wanted(task, LeakCheck(hidden, _shown(task, code)), Question(system, user), about)


def _shown(task: Task, code: StepCode) -> Iterator[str]:
    """What whoever solves the task reads anyway."""
    yield task.problem_statement
    yield "\n".join(line[1:] for line in task.test_patch.split("\n"))
    for path, (_, content) in code.skeleton.items():
        if path.endswith(".py"):
            yield content.decode("utf-8", "replace")


def _body(code: StepCode, function: str) -> str:
    definition = code.functions[function]
    source = code.files[definition.path].text.utf8
    return source[definition.cut.start : definition.cut.end].decode("utf-8", "replace")


def _row(each: _Wanted, model: Model, found: Mapping[Question, Outcome]) -> JsonObject:
    statement, why = _text(each.statement, each.check, found)
    texts = {function: _text(question, each.check, found) for function, question in each.docstrings.items()}
    return {
        "version": DESCRIPTIONS_VERSION,
        "instance_id": each.task.instance_id,
        "model": model.name,
        "statement": statement or each.task.problem_statement,
        "source": "model" if statement else "tests",
        "why": why,
        "docstrings": {function: text for function, (text, _) in texts.items() if text},
        "refused": sorted(function for function, (_, reason) in texts.items() if reason.startswith("leak")),
    }


def _text(question: Question, check: LeakCheck, found: Mapping[Question, Outcome]) -> tuple[str, str]:
    """What a model wrote, or "" and why it is not taken."""
    outcome = found[question]
    if not isinstance(outcome, Answer):
        return "", outcome.why.value
    text = outcome.text.strip()
    leaked = check.leaked(text)
    if leaked is not None:
        return "", f"leak: it quotes {leaked}"
    if not outcome.whole or not text:
        return "", "cut-off"
    return text, ""
