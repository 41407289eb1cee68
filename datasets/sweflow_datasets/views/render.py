"""Rendering of context: pieces of files as Markdown, with the numbers of lines that are not shown."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from sweflow_datasets.views.pieces import Piece
from sweflow_datasets.views.texts import fence_of, lines_of, text_of
from sweflow_datasets.views.values import Blobs


def rendered(pieces: Sequence[Piece], tree: Blobs) -> str:
    """Pieces by file, in the files' order, as they stand in a tree. A piece without lines is its whole file."""
    by_path: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_path.setdefault(piece.path, []).append(piece)
    return "\n".join(_file(path, by_path[path], text_of(tree[path]) or "") for path in sorted(by_path))


def _file(path: str, pieces: Iterable[Piece], text: str) -> str:
    lines = lines_of(text)
    numbers: set[int] = set()
    for piece in pieces:
        numbers.update(piece.lines or range(len(lines)))
    body = "".join(_excerpt(lines, _trimmed(lines, numbers)))
    fence = fence_of(body)
    end = "" if not body or body.endswith("\n") else "\n"
    return f"### `{path}`\n\n{fence}python\n{body}{end}{fence}\n"


def _trimmed(lines: Sequence[str], numbers: set[int]) -> list[int]:
    """The lines to show: gaps of blank lines are closed, and runs of blank lines alone left out."""
    kept = set(numbers)
    for shown, run in groupby(range(len(lines)), lambda number: number in numbers):
        part = list(run)
        if all(not lines[number].strip() for number in part) and len(numbers) < len(lines):
            kept = kept - set(part) if shown else kept | set(part)
    return sorted(kept)


def _excerpt(lines: Sequence[str], numbers: Sequence[int]) -> Iterator[str]:
    following = 0
    for number in (*numbers, len(lines)):
        if number > following:
            first, last = following + 1, number
            said = f"line {first} is" if first == last else f"lines {first}-{last} are"
            yield f"# ({said} not shown)\n"
        following = number + 1
        if number < len(lines):
            yield lines[number]
