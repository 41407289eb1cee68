"""``sweflow views``: every step of some builds in one form, as JSON lines, and what did not become a record."""

import contextlib
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from sweflow_tracer.format import dumps
from sweflow_tracer.paths import StrPath

from sweflow_datasets.corpus.builds import builds_in
from sweflow_datasets.dataset import check_instances
from sweflow_datasets.errors import ExportInTheWay
from sweflow_datasets.views.build import Build, open_build
from sweflow_datasets.views.errors import ViewsNotWritten
from sweflow_datasets.views.figures import Figures, figures_of
from sweflow_datasets.views.kinds import AnyView, views_of
from sweflow_datasets.views.material import DEFAULT, Material, ViewOptions
from sweflow_datasets.views.step import StepTrees
from sweflow_datasets.views.tokens import Count
from sweflow_datasets.views.values import JsonObject, Refused, RefusedReason, View, ViewKind


@dataclass(frozen=True, slots=True)
class MadeViews:
    """What was written: records of so many tasks, their tokens, and everything that has no record, with the reason.

    ``left_out`` counts records whose context is not whole, since it did not fit.
    """

    place: str
    view: ViewKind
    options: ViewOptions
    tasks: int
    records: int
    tokens: Figures
    left_out: int
    refused: tuple[Refused, ...]

    @property
    def reasons(self) -> dict[RefusedReason, int]:
        """How often each reason was."""
        return dict(sorted(Counter(one.reason for one in self.refused).items()))


def make_views(
    dirs: Iterable[StrPath], view: ViewKind | str, out: StrPath, options: ViewOptions = DEFAULT
) -> MadeViews:
    """Write a view of every verified task of some builds into ``out``, a file that is not there yet, a record a line.

    The same builds and options give the same bytes. Raises SweflowError where a build is not verified, there is
    nothing, or ``out`` is taken; nothing is left behind then.

    >>> make_views(["calculator.sweflow"], "fim", "fim.jsonl").records  # doctest: +SKIP
    18
    """
    kind, place = ViewKind(view), Path(out)
    if not place.name:
        raise ViewsNotWritten(str(out), "it has no name")
    if place.exists():
        raise ExportInTheWay(str(out))
    builds = _open(dirs)
    with _scratch(place) as scratch:
        with scratch.open("w", encoding="ascii") as file:
            records, refused = _write(builds, kind, options, file)
        scratch.rename(place)
    return MadeViews(
        place=str(out),
        view=kind,
        options=options,
        tasks=sum(len(build.tasks) for build in builds),
        records=len(records),
        tokens=figures_of([tokens for tokens, _ in records]),
        left_out=sum(cut for _, cut in records),
        refused=refused,
    )


def _write(
    builds: Iterable[Build], kind: ViewKind, options: ViewOptions, file: TextIO
) -> tuple[list[tuple[int, bool]], tuple[Refused, ...]]:
    """Write the records; of each its tokens and whether code was left out of it, and what has none."""
    records, refused = [], []
    for build in builds:
        material = Material(build, options)
        for _, found in _views(material, kind):
            if isinstance(found, Refused):
                refused.append(found)
                continue
            record = record_of(found, kind, material.count, options)
            records.append((int(record["tokens"]), bool(record.get("left_out"))))
            file.write(f"{dumps(record)}\n")
    return records, tuple(refused)


def step_views(
    out: StrPath, view: ViewKind | str, options: ViewOptions = DEFAULT
) -> Iterator[tuple[StepTrees, AnyView | Refused]]:
    """The views of a build as values, each with its step; what has no record is refused with the reason.

    >>> next(step_views("calculator.sweflow", "fim"))[1].region.function  # doctest: +SKIP
    'calculator/tokens.py::is_number_part'
    """
    yield from _views(Material(open_build(out), options), ViewKind(view))


def _views(material: Material, kind: ViewKind) -> Iterator[tuple[StepTrees, AnyView | Refused]]:
    """The views of a build's steps, in order; those that do not fit are refused."""
    most, count = material.options.max_tokens, material.count
    for step in material.build.steps():
        for found in views_of(material, step, kind):
            tokens = 0 if isinstance(found, Refused) or not most else sum(map(count, found.texts()))
            over = tokens > most
            yield step, Refused(what_of(found), RefusedReason.OVER_BUDGET, f"{tokens} tokens") if over else found


def what_of(view: View | Refused) -> str:
    """The name under which a view is refused: its function's, or its task's."""
    if isinstance(view, Refused):
        return view.what
    return str(view.members().get("function", view.head.instance_id))


def record_of(view: View, kind: ViewKind, count: Count, options: ViewOptions) -> JsonObject:
    """The line of a view (docs/training.md)."""
    counted = {"tokens": sum(map(count, view.texts())), "tokenizer": options.tokenizer.value}
    return {"view": kind.value, **asdict(view.head), **counted, **view.members()}


def _open(dirs: Iterable[StrPath]) -> tuple[Build, ...]:
    builds = tuple(open_build(build.root, build.licence) for build in builds_in(dirs))
    check_instances((task.instance_id, build.folder.root) for build in builds for task in build.tasks)
    return builds


@contextlib.contextmanager
def _scratch(place: Path) -> Iterator[Path]:
    """A file beside the one that is to be, gone in the end. Raises ViewsNotWritten."""
    try:
        place.absolute().parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{place.name[:64]}.", dir=place.absolute().parent)
        os.close(handle)
        Path(name).chmod(0o644)
    except OSError as error:
        raise ViewsNotWritten(str(place), error.strerror or str(error)) from error
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def as_object(made: MadeViews) -> JsonObject:
    """What was written, for machines."""
    refused = [{"what": one.what, "reason": one.reason.value, "detail": one.detail} for one in made.refused]
    counted = {"reasons": {reason.value: count for reason, count in made.reasons.items()}, "refused": refused}
    return {**asdict(made), "view": made.view.value, **counted}
