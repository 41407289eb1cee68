"""Context: the code that a prompt shows, chosen within a budget, and what did not fit."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sweflow_datasets.views.build import Build
from sweflow_datasets.views.distance import distances
from sweflow_datasets.views.pieces import Piece, PieceKind, pieces_of
from sweflow_datasets.views.render import rendered
from sweflow_datasets.views.step import StepTrees
from sweflow_datasets.views.texts import text_of
from sweflow_datasets.views.tokens import Count
from sweflow_datasets.views.values import Blobs, ContextKind

_WORD = re.compile(r"\w+")
_MARGIN = 24
"""Tokens that a piece costs beside its own: its file's heading and fences, or the line that says what is left out."""
_RANK = {PieceKind.FUNCTION: 0, PieceKind.CLASS: 1, PieceKind.MODULE: 2}
_NAMED = 2
"""How far code outside functions is at most: of files that the step's files import, and of classes in these."""


@dataclass(frozen=True, slots=True)
class Context:
    """Pieces that are shown, and the names of those that were wanted and did not fit, nearest first."""

    shown: tuple[Piece, ...]
    left_out: tuple[str, ...]

    def text(self, tree: Blobs) -> str:
        """The pieces by file, as they stand in the tree that they are of."""
        return rendered(self.shown, tree)


def wanted(build: Build, step: StepTrees, kind: ContextKind, *, tests: bool) -> tuple[tuple[int, Piece], ...]:
    """Everything that a context would show, each with its distance, nearest first; ``tests`` are the step's own."""
    tree = step.base if tests else step.skeleton
    files = {path: text for path in sorted(tree) if path.endswith(".py") and (text := text_of(tree[path]))}
    if kind is ContextKind.WHOLE_REPO:
        own = {function.partition("::")[0] for function in step.functions}
        whole = (Piece(path, path, PieceKind.MODULE, (), text) for path, text in files.items())
        return tuple(sorted(((int(piece.path not in own), piece) for piece in whole), key=lambda pair: pair[0]))
    near = distances(build, step, tests=tests)
    pieces = {piece.name: piece for path, text in files.items() for piece in pieces_of(path, text)}
    near = {**_around(build, step, near, pieces.values()), **near}
    found = [(near[piece.name], piece) for piece in pieces.values() if piece.name in near]

    def place(pair: tuple[int, Piece]) -> tuple[object, ...]:
        far, piece = pair
        later = build.developed_at(piece.name) > step.task.step
        return far, later, _RANK[piece.kind], piece.path, piece.lines

    return tuple(sorted(found, key=place))


def choose(found: Sequence[tuple[int, Piece]], budget: int | None, count: Count) -> Context:
    """The nearest pieces that fit, smaller ones that are farther among them. None: everything."""
    shown, left, spent = [], [], 0
    for _, piece in found:
        cost = count(piece.text) + _MARGIN
        if budget is not None and spent + cost > budget:
            left.append(piece.name)
            continue
        spent += cost
        shown.append(piece)
    return Context(tuple(shown), tuple(left))


def _around(build: Build, step: StepTrees, near: Mapping[str, int], pieces: Collection[Piece]) -> dict[str, int]:
    """How far classes and modules are: one farther than the nearest of their functions that are developed by the step.

    Classes of the step's files are there in any case, and so are modules that these files import, and classes there
    whose names the step's files have outside functions and classes.
    """
    found: dict[str, int] = {}
    own = {function.partition("::")[0] for function in step.functions}
    imported = {other for path, other in build.graph.imports if path in own}
    found |= dict.fromkeys(imported, _NAMED)
    named = {word for piece in pieces if piece.name in own for word in _WORD.findall(piece.text)}
    for piece in pieces:
        known = piece.path in own or (piece.path in imported and piece.name.rpartition("::")[2] in named)
        if piece.kind is PieceKind.CLASS and known:
            found[piece.name] = _NAMED
    for name, far in near.items():
        if build.developed_at(name) > step.task.step:
            continue
        path, _, qualname = name.partition("::")
        parts = qualname.split(".")[:-1]
        for owner in (path, *(f"{path}::{'.'.join(parts[: n + 1])}" for n in range(len(parts)))):
            found[owner] = min(far + 1, found.get(owner, far + 1))
    return found
