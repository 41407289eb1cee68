"""Regions: where the body of a step's function stands in the reference, as text before, in and after it."""

from dataclasses import dataclass

from sweflow_rdg import Definition, index_source

from sweflow_datasets.caches import index_cache
from sweflow_datasets.views.step import StepTrees
from sweflow_datasets.views.texts import text_of
from sweflow_datasets.views.values import Blobs, Refused, RefusedReason


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a file: what stands before, in and after it. Joined they are the file's text.

    ``line`` is the first line of the function that it is in, decorators included, counted from 1.
    """

    function: str
    path: str
    prefix: str
    middle: str
    suffix: str
    line: int


def body_regions(step: StepTrees) -> tuple[Region | Refused, ...]:
    """The body of each function of a step: what stands behind its header or docstring, comments included."""
    paths = sorted({function.partition("::")[0] for function in step.functions})
    index = index_source({path: step.reference[path] for path in paths}, cache=index_cache())
    places = index.definitions()
    return tuple(_region(step, function, places.get(function)) for function in step.functions)


def _region(step: StepTrees, function: str, definition: Definition | None) -> Region | Refused:
    path = function.partition("::")[0]
    text = text_of(step.reference[path])
    if text is None:
        return Refused(function, RefusedReason.NOT_TEXT, path)
    if definition is None:
        return Refused(function, RefusedReason.NO_REGION, "the reference has no function of this name")
    content, cut = text.removeprefix("\ufeff").encode("utf-8"), definition.cut
    mark = text[: len(text) - len(text.removeprefix("\ufeff"))]
    parts = (content[: cut.start], content[cut.start : cut.end], content[cut.end :])
    prefix, middle, suffix = (part.decode("utf-8") for part in parts)
    return Region(function, path, mark + prefix, middle, suffix, definition.line)


def filled(tree: Blobs, region: Region, answer: str) -> Blobs:
    """A tree with a text in the place of a region."""
    content = (region.prefix + answer + region.suffix).encode("utf-8", "surrogatepass")
    return {**tree, region.path: (tree[region.path][0], content)}
