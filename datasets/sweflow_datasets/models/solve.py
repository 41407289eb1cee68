"""Solving: a model is asked for patches, and its answers are predictions that ``sweflow eval`` takes."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sweflow_tasks.history.git import read_commit
from sweflow_tasks.json_lines import write_lines
from sweflow_tasks.values import JsonObject
from sweflow_tracer.paths import StrPath
from sweflow_tracer.progress import OnProgress, silent

from sweflow_datasets.caches import model_cache
from sweflow_datasets.dataset import Task, load_tasks
from sweflow_datasets.folder import Folder
from sweflow_datasets.models.asking import ask_all
from sweflow_datasets.models.cache import AnswerCache
from sweflow_datasets.models.patch_text import patch_of
from sweflow_datasets.models.prompt_files import Prompts
from sweflow_datasets.models.values import CHARACTERS, Answer, Limits, Model, Question, Unanswered


@dataclass(frozen=True, slots=True)
class AskOptions:
    """How a build's tasks are asked about. ``cache`` and ``prompts`` are folders (default: the user's cache, ours).

    ``samples`` answers are asked for a task. ``context`` is how many tokens of files are shown, about.
    """

    limits: Limits = field(default_factory=Limits)
    cache: Path | None = None
    prompts: Path | None = None
    offline: bool = False
    samples: int = 1
    context: int = 24_000

    def answers(self) -> AnswerCache:
        """The cache of answers."""
        return AnswerCache(self.cache or model_cache())


def solve(
    out: StrPath, model: Model, path: StrPath, options: AskOptions | None = None, *, progress: OnProgress = silent
) -> JsonObject:
    """Ask for patches for every task of a build, into predictions at ``path``; counts.

    A question without an answer has no line, so that the same command, later, adds it. Raises SweflowError.
    """
    asked = options or AskOptions()
    tasks, folder, prompts = load_tasks(out), Folder(out), Prompts(asked.prompts)
    folder.check_history()
    wanted = [
        (task, Question(prompts.fill("system"), user, sample))
        for task, user in ((task, _prompt(folder, task, prompts, asked.context)) for task in tasks)
        for sample in range(asked.samples)
    ]
    questions = [question for _, question in wanted]
    found = ask_all(questions, model, asked.limits, asked.answers(), offline=asked.offline, progress=progress)
    answered = [(task, each) for (task, _), each in zip(wanted, found, strict=True) if isinstance(each, Answer)]
    rows = [_prediction(task, model, answer) for task, answer in answered]
    write_lines(Path(path), rows)
    return {
        "questions": len(questions),
        "predictions": len(rows),
        "without_patch": sum(not row["model_patch"] for row in rows),
        "cut_off": sum(not answer.whole for _, answer in answered),
        "tokens": sum(answer.tokens for _, answer in answered),
        "unanswered": dict(sorted(Counter(each.why.value for each in found if isinstance(each, Unanswered)).items())),
    }


def _prediction(task: Task, model: Model, answer: Answer) -> JsonObject:
    patch = patch_of(answer.text)
    return {"instance_id": task.instance_id, "model_name_or_path": model.name, "model_patch": patch}


def _prompt(folder: Folder, task: Task, prompts: Prompts, context: int) -> str:
    blobs = read_commit(folder.history, task.base_commit)
    named = (*task.target_functions, *task.dependent_functions, *task.row["placeholder_functions"])
    shown, left, room = [], [], context * CHARACTERS
    for path in dict.fromkeys(function.partition("::")[0] for function in named):
        text = blobs[path][1].decode("utf-8", "replace") if path in blobs else ""
        if len(text) <= room:
            room -= len(text)
            shown.append(f"{path}\n```python\n{text}```\n")
        else:
            left.append(path)
    said = f"\nLeft out, since they are too long: {', '.join(left)}\n" if left else ""
    return prompts.fill("solve", statement=task.problem_statement, files="\n".join(shown), left_out=said)
