"""The cache of answers: a JSON file for each question, by its content, so that a run can be replayed offline."""

import contextlib
import hashlib
import json
import secrets
from dataclasses import asdict
from pathlib import Path

from sweflow_datasets.models.values import Answer, Model, Question

CACHE_VERSION = 1


class AnswerCache:
    """Answers by model and question. Where the server stands is no part of it, and neither is any key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, model: Model, question: Question) -> Answer | None:
        """The answer to a question; None where it is not here, or not whole."""
        try:
            row = json.loads(self._entry(model, question).read_bytes())
            return Answer(str(row["answer"]["text"]), bool(row["answer"]["whole"]), int(row["answer"]["tokens"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, model: Model, question: Question, answer: Answer) -> None:
        """Keep an answer, all at once."""
        entry = self._entry(model, question)
        entry.parent.mkdir(parents=True, exist_ok=True)
        scratch = entry.with_name(f".{entry.name}.{secrets.token_hex(4)}")
        row = {**_asked(model, question), "answer": asdict(answer)}
        try:
            scratch.write_text(json.dumps(row, indent=1, sort_keys=True), "utf-8")
            scratch.replace(entry)
        except BaseException:
            with contextlib.suppress(OSError):
                scratch.unlink()
            raise

    def _entry(self, model: Model, question: Question) -> Path:
        text = json.dumps(_asked(model, question), sort_keys=True)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / digest[:2] / f"{digest[2:]}.json"


def _asked(model: Model, question: Question) -> dict[str, object]:
    return {
        "version": CACHE_VERSION,
        "model": model.name,
        "temperature": model.temperature,
        "max_tokens": model.max_tokens,
        **asdict(question),
    }
