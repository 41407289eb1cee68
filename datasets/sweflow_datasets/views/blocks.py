"""Search-and-replace blocks: made of two texts, written, read, and applied. The form is the one that aider has."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from sweflow_datasets.views.errors import AnswerNotUsable
from sweflow_datasets.views.texts import FILE, changed, lines_of, text_of
from sweflow_datasets.views.values import Blobs

SEARCH, DIVIDER, REPLACE = "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE"
NO_NEWLINE = "\\ No newline at end of file"
"""Says that the text above it does not end with a line feed, as in a unified diff."""
_MARKS = frozenset({SEARCH, DIVIDER, REPLACE, NO_NEWLINE})


@dataclass(frozen=True, slots=True)
class Block:
    """Replace the one place where ``search`` stands in a file. Where it is empty, the file is new or empty."""

    path: str
    search: str
    replace: str


def blocks_between(before: Blobs, after: Blobs) -> tuple[Block, ...]:
    """Blocks that turn one tree into the other, applied in order.

    Each SEARCH stands exactly once in its file at that point: it grows by lines above and below until it does. The
    change must be one that ``texts.untellable`` lets pass.
    """
    return tuple(
        block
        for path in changed(before, after)
        for block in _of_file(path, text_of(before.get(path)) or "", text_of(after[path]) or "")
    )


def _of_file(path: str, before: str, after: str) -> Iterator[Block]:
    old, new = lines_of(before), lines_of(after)
    if not old:
        yield Block(path, "", after)
        return
    done: list[str] = []
    place = 0
    for start, end, first, last in _differences(old, new):
        done += old[place:start]
        above, below = _context(done, old[start:end], old[end:])
        kept = done[len(done) - above :]
        tail = old[end : end + below]
        yield Block(path, "".join((*kept, *old[start:end], *tail)), "".join((*kept, *new[first:last], *tail)))
        done += new[first:last]
        place = end


def _differences(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """The places of lines that differ: from and to in the old ones, from and to in the new ones."""
    head = next(
        (n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new))
    )
    ends = zip(reversed(old[head:]), reversed(new[head:]), strict=False)
    least = min(len(old), len(new)) - head
    tail = next((n for n, pair in enumerate(ends) if pair[0] != pair[1]), least)
    inner = SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False)
    for tag, *places in inner.get_opcodes():
        if tag != "equal":
            start, end, first, last = (place + head for place in places)
            yield start, end, first, last


def _context(above: list[str], lines: list[str], below: list[str]) -> tuple[int, int]:
    """How many lines above and below make some lines stand once in the text of all three."""
    text = "".join((*above, *lines, *below))
    up = down = 0
    while True:
        wanted = "".join((*above[len(above) - up :], *lines, *below[:down]))
        if wanted and occurrences(text, wanted) == 1:
            return up, down
        if (up <= down and up < len(above)) or down == len(below):
            up += 1
        else:
            down += 1


def occurrences(text: str, wanted: str) -> int:
    """How often a text stands in another, overlapping places among them; two where it is more."""
    first = text.find(wanted)
    return 0 if first < 0 else 1 if text.find(wanted, first + 1) < 0 else 2


def write_blocks(blocks: Iterable[Block]) -> str:
    """The blocks as an answer."""
    return "\n".join(
        f"{b.path}\n{SEARCH}\n{_section(b.search)}{DIVIDER}\n{_section(b.replace)}{REPLACE}\n" for b in blocks
    )


def _section(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n{NO_NEWLINE}\n"


def holds_mark(blocks: Iterable[Block]) -> bool:
    """Whether a line of some block reads like a mark, so that the blocks cannot be written."""
    texts = (text for block in blocks for text in (block.search, block.replace))
    return any(line.rstrip("\n") in _MARKS for text in texts for line in lines_of(text))


def read_blocks(answer: str) -> tuple[Block, ...]:
    """The blocks of an answer; what else it says is passed over. Raises AnswerNotUsable."""
    lines = lines_of(answer if answer.endswith("\n") else f"{answer}\n")
    found, place, before = [], 0, ""
    while place < len(lines):
        line = lines[place].rstrip("\n")
        place += 1
        if line != SEARCH:
            before = line.strip() or before
            continue
        search, place = _until(lines, place, DIVIDER)
        replace, place = _until(lines, place, REPLACE)
        if not before:
            raise AnswerNotUsable(f"no path stands above the block before line {place}")
        found.append(Block(before, search, replace))
    if not found:
        raise AnswerNotUsable("it has no block")
    return tuple(found)


def _until(lines: list[str], place: int, mark: str) -> tuple[str, int]:
    """The section before a mark, and the place behind it."""
    for end in range(place, len(lines)):
        if lines[end].rstrip("\n") == mark:
            section = lines[place:end]
            if section and section[-1].rstrip("\n") == NO_NEWLINE:
                section = [*section[:-2], *(line.removesuffix("\n") for line in section[-2:-1])]
            return "".join(section), end + 1
    raise AnswerNotUsable(f"the block at line {place} has no line {mark}")


def apply_blocks(tree: Blobs, blocks: Iterable[Block]) -> Blobs:
    """A tree with blocks applied in order. Raises AnswerNotUsable where a SEARCH does not stand exactly once."""
    state = dict(tree)
    for block in blocks:
        path = inside(block.path)
        text = text_of(state.get(path))
        if text is None:
            raise AnswerNotUsable(f"{path} is no file of text")
        mode = state[path][0] if path in state else FILE
        state[path] = (mode, _replaced(path, text, block).encode("utf-8", "surrogatepass"))
    return state


def _replaced(path: str, text: str, block: Block) -> str:
    if not block.search:
        if text:
            raise AnswerNotUsable(f"a block for {path} has no SEARCH text, and the file is there")
        return block.replace
    count = occurrences(text, block.search)
    if count != 1:
        raise AnswerNotUsable(f"a SEARCH text stands {'more than once' if count else 'not'} in {path}")
    return text.replace(block.search, block.replace, 1)


def inside(path: str) -> str:
    """A path that stays in the tree. Raises AnswerNotUsable."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or parts[0] == ".git" or re.search(r"[\0\n]", path):
        raise AnswerNotUsable(f"{path!r} is no path of a file in the tree")
    return "/".join(parts)
