"""Requirement lines: what of a requirements file, a command or a table is a requirement that an index can serve."""

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

_COMMENT = re.compile(r"(^|\s)#.*$")
_VALUED = frozenset(
    {"-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t", "--python", "-p"}
)
TOOLS = frozenset(
    {
        *("pip", "setuptools", "wheel", "build", "twine", "tox", "nox", "tox-gh-actions", "tox-uv", "uv", "poetry"),
        *("pre-commit", "ruff", "black", "flake8", "isort", "mypy", "pylint", "codecov", "coveralls", "bump2version"),
        *("sphinx", "furo", "virtualenv", "pipenv", "pdm", "hatch", "pyright", "cibuildwheel", "towncrier", "build"),
        *("sweflow",),
    }
)
"""Distributions that a project's developers use beside its tests."""


def parsed(text: str) -> Requirement | None:
    """A requirement, or None for what is none, or names a place instead of a version."""
    try:
        found = Requirement(text)
    except InvalidRequirement:
        return None
    return None if found.url else found


def kept(texts: Iterable[str]) -> tuple[str, ...]:
    """The requirements among texts, each name once, without the tools beside tests."""
    found: dict[str, str] = {}
    for text in texts:
        requirement = parsed(text.strip())
        if requirement is not None and canonicalize_name(requirement.name) not in TOOLS:
            found.setdefault(f"{canonicalize_name(requirement.name)};{requirement.marker}", str(requirement))
    return tuple(found.values())


def in_file(path: str, files: Mapping[str, str], seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Lines of a requirements file and of those that it includes; editable and named places are left out."""
    if path in seen:
        return
    for line in files.get(path, "").replace("\\\n", " ").splitlines():
        text = _COMMENT.sub("", line).strip()
        include = re.match(r"(?:-r|--requirement)[ =]*(\S+)", text)
        if include:
            yield from in_file(
                posixpath.normpath(posixpath.join(posixpath.dirname(path), include[1])), files, seen | {path}
            )
        elif text and not text.startswith("-"):
            yield re.split(r"\s--?[a-z]", text)[0]


def in_command(words: Iterable[str], files: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Requirements, and extras of the project itself, in the arguments of ``pip install``."""
    requirements: list[str] = []
    extras: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if word in ("-r", "--requirement") and left:
            requirements += in_file(posixpath.normpath(left.pop(0)), files)
        elif word in _VALUED and left:
            left.pop(0)
        elif own := re.fullmatch(r"(?:file:)?\.(?:/)?\[([\w\s,.-]+)\]", word):
            extras += [extra.strip() for extra in own[1].split(",")]
        elif not word.startswith(("-", ".", "$", "{", "/", "*")):
            requirements.append(word)
    return requirements, extras


def words_of(line: str) -> list[str]:
    """A shell line as words; a line that is none gives nothing."""
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return []
