"""Tables of exports, images, and what was found of datasets."""

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table
from rich.text import Text
from sweflow_datasets.checking.check import CheckReport, Level
from sweflow_datasets.checking.diff import DatasetDiff
from sweflow_datasets.export.make import Exported
from sweflow_datasets.images.build import BuiltImage
from sweflow_datasets.images.check import Checked

SHOWN = 50
"""Findings that are written out; JSON has them all."""


def export_table(made: Exported) -> Table:
    """What an export holds."""
    table = _table(f"{made.form} → {made.place}", "what", "count", "of which")
    tasks = sum(made.tasks.values())
    splits = ", ".join(f"{split} {count}" for split, count in made.tasks.items())
    table.add_row("tasks", str(tasks), splits if tasks == made.of else f"{splits}; not selected {made.of - tasks}")
    table.add_row("groups of near duplicates", str(made.duplicates), "")
    table.add_row("files", str(made.files), f"{made.bytes} bytes")
    return table


def images_table(made: Mapping[str, Sequence[BuiltImage]]) -> Table:
    """The images of builds: the environment's, and those of the tasks together."""
    table = _table("images", "build", "environment", "MB", "seconds", "tasks", "bytes a task", "seconds a task")
    for out, (environment, *tasks) in made.items():
        count = max(len(tasks), 1)
        sizes = sum(image.bytes for image in tasks) // count
        seconds = sum(image.seconds for image in tasks) / count
        first = (out, environment.image, f"{environment.bytes / 1e6:.1f}", f"{environment.seconds:.1f}")
        table.add_row(*map(Text, (*first, str(len(tasks)), str(sizes), f"{seconds:.2f}")))
    return table


def checked_images_table(made: Mapping[str, Sequence[Checked]]) -> Table:
    """How images judge gold and empty patches."""
    table = _table("gold and empty in the images", "task", "gold", "empty", "detail")
    for found in made.values():
        for one in found:
            gold, empty = ("resolved" if passed else "failed" for passed in (one.gold, one.empty))
            table.add_row(*map(Text, (one.instance_id, gold, empty, one.detail[:300])))
    return table


def check_table(report: CheckReport, title: str) -> Table:
    """A row a check: what it looked at, and what it found."""
    table = _table(f"{title}: {report.form}, {report.tasks} tasks", "check", "looked at", "errors", "warnings")
    for name, count in report.looked:
        mine = [finding for finding in report.findings if finding.check == name]
        errors = sum(finding.level is Level.ERROR for finding in mine)
        cells = (
            ("not asked for", "", "") if not count and not mine else (str(count), str(errors), str(len(mine) - errors))
        )
        table.add_row(name, *cells)
    return table


def finding_lines(report: CheckReport) -> Iterator[str]:
    """Findings in sentences, errors first."""
    found = sorted(report.findings, key=lambda finding: (finding.level is not Level.ERROR, finding))
    for finding in found[:SHOWN]:
        yield f"{finding.level}: {finding.check}: {finding.where}: {finding.problem}"
    if len(found) > SHOWN:
        yield f"{len(found) - SHOWN} more: see --json."
    if not found:
        yield "Nothing is wrong."


def diff_table(found: DatasetDiff) -> Table:
    """A row a change."""
    table = _table("changes", "what", "task", "why")
    for change in found.changes:
        table.add_row(*map(Text, (change.kind, change.instance_id, change.why)))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=Text(title), title_justify="left", show_edge=False, pad_edge=False)
    for number, name in enumerate(columns):
        table.add_column(name, overflow="fold", no_wrap=not number)
    return table
