"""Patches as text: the lines of a diff that git made."""

import re
from collections.abc import Iterator
from itertools import chain, groupby

_PLACES = re.compile(r"^(?:index |@@).*\n?", re.MULTILINE)
"""Lines that say where and in which version; in a hunk every line starts with a blank, a sign or a backslash."""


def added_text(patch: str) -> str:
    """The lines that a patch adds."""
    return "\n".join(line[1:] for line in _hunk_lines(patch) if line[0] == "+")


def added_runs(patch: str) -> Iterator[str]:
    """The same, each run of lines that stand together for itself."""
    for hunk in _hunks(patch):
        for added, lines in groupby(hunk, lambda line: line[0] == "+"):
            if added:
                yield "\n".join(line[1:] for line in lines)


def changed_lines(patch: str) -> int:
    """How many lines a patch adds and removes."""
    return sum(line[0] in "+-" for line in _hunk_lines(patch))


def without_places(patch: str) -> str:
    """A patch without line numbers and hashes: files, context and changes, equal wherever the change is the same."""
    return _PLACES.sub("", patch)


def _hunk_lines(patch: str) -> Iterator[str]:
    return chain.from_iterable(_hunks(patch))


def _hunks(patch: str) -> list[list[str]]:
    """Lines of each hunk. A line with `+++` is one of them or a file's name: what stands before it tells."""
    found: list[list[str]] = []
    inside = False
    for line in patch.split("\n"):  # and not splitlines, to which a form feed in the code would be an end
        if line.startswith("diff --git "):
            inside = False
        elif line.startswith("@@"):
            inside = True
            found.append([])
        elif inside and line:
            found[-1].append(line)
    return found
