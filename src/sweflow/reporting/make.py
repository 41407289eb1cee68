"""Making a report of an output folder."""

from dataclasses import dataclass
from pathlib import Path

from sweflow_datasets.folder import Folder
from sweflow_datasets.pipeline import load_graph, load_schedule
from sweflow_tracer.errors import OutputNotUsable
from sweflow_tracer.format import write_text
from sweflow_tracer.paths import StrPath

from sweflow.reporting.material import read_material
from sweflow.reporting.page import make_page


@dataclass(frozen=True, slots=True)
class Report:
    """Where a report stands, and what it weighs in bytes: in all, its facts, its texts, its scripts.

    ``left_out`` counts sources, patches and statements that had no room.
    """

    path: str
    bytes: int
    facts: int
    texts: int
    scripts: int
    left_out: int


def make_report(out: StrPath, file: StrPath | None = None) -> Report:
    """Write a report of an output folder at any stage, by default as its ``report.html``.

    A graph or schedule that is not there is made for the report and not written.
    Raises SweflowError.
    """
    folder = Folder(out)
    graph = load_graph(out)
    page = make_page(read_material(folder, graph, load_schedule(out, graph)))
    place = Path(file if file is not None else folder.root / "report.html")
    try:
        write_text(place, page.html)
    except OSError as error:
        raise OutputNotUsable(place, error.strerror or str(error)) from error
    return Report(str(place), len(page.html.encode()), page.facts, page.texts, page.scripts, page.left_out)
