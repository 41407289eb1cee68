"""Display: how values show themselves in notebooks and terminals; registered on ``import sweflow`` (decision 0012).

It takes values of the rooms and gives HTML, renderables of rich and plain text; of views of a graph DOT and pictures.
"""

from collections.abc import Callable
from typing import Any

from sweflow_datasets.dataset import Dataset, Task
from sweflow_rdg import RuntimeDependencyGraph
from sweflow_scheduler import Schedule
from sweflow_tasks.grading import Verdict
from sweflow_tracer.displayable import Renderer, register_renderer

from sweflow.display.html import to_html
from sweflow.display.sheet import Sheet
from sweflow.display.sheets import dataset_sheet, graph_sheet, schedule_sheet, task_sheet, verdict_sheet
from sweflow.display.terminal import to_rich, to_text

SHEETS: dict[type, Callable[[Any], Sheet]] = {
    RuntimeDependencyGraph: graph_sheet,
    Schedule: schedule_sheet,
    Task: task_sheet,
    Dataset: dataset_sheet,
    Verdict: verdict_sheet,
}


def register() -> None:
    """Let the values of every room show themselves."""
    for kind, sheet_of in SHEETS.items():
        register_renderer(kind, _renderer(sheet_of))


def _renderer(sheet_of: Callable[[Any], Sheet]) -> Renderer:
    return Renderer(rich=lambda value: to_rich(sheet_of(value)), mime=lambda value: mime_bundle(sheet_of(value)))


def mime_bundle(sheet: Sheet) -> dict[str, str]:
    """A sheet in every form that notebooks can take."""
    picture = {"image/svg+xml": sheet.svg} if sheet.svg else {}
    return {"text/plain": to_text(sheet), "text/html": to_html(sheet), **picture}
