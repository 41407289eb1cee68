"""Checkout: one task as a fresh git repository of one commit."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from sweflow_tasks.errors import DestinationInUse, UnknownInstance
from sweflow_tasks.history.commits import skeleton_message, write_checkout
from sweflow_tasks.history.git import read_commit, step_ref
from sweflow_tasks.values import JsonObject


class Content(StrEnum):
    """What a checkout holds; the value is the folder of refs in the history."""

    SKELETON = "skeletons"
    TESTS = "tests"
    REFERENCE = "references"


def checkout_task(
    rows: Sequence[JsonObject], history: Path, instance: str, dest: Path, content: Content = Content.SKELETON
) -> str:
    """Materialise a task at ``dest``; the name of its one commit (``base_commit`` for a skeleton).

    ``rows`` are the lines of ``tasks.jsonl``. Raises UnknownInstance and DestinationInUse.
    """
    row = next((row for row in rows if row["instance_id"] == instance), None)
    if row is None:
        raise UnknownInstance(instance, tuple(row["instance_id"] for row in rows))
    if dest.exists() and (not dest.is_dir() or any(dest.iterdir())):
        raise DestinationInUse(dest)
    step = int(row["step"])
    blobs = read_commit(history, step_ref(content, step))
    message = skeleton_message(step) if content is Content.SKELETON else f"Step {step}: {content}"
    return write_checkout(dest, blobs, message)
