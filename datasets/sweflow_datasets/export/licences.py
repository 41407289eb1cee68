"""Licences: whether an expression of SPDX is met by those that somebody allows."""

import re
from collections.abc import Iterable

from sweflow_datasets.export.values import ExportTask

_TOKEN = re.compile(r"\(|\)|[^\s()]+(?:\s+with\s+[^\s()]+)?")


def with_licences(tasks: Iterable[ExportTask], allowed: Iterable[str]) -> tuple[ExportTask, ...]:
    """The tasks whose licence is allowed; one whose licence is not known is not."""
    names = tuple(allowed)
    return tuple(task for task in tasks if is_allowed(task.row["license"], names))


def is_allowed(licence: str, allowed: Iterable[str]) -> bool:
    """Whether one of the alternatives of a licence is allowed in all its parts; case does not matter.

    What is no expression ("MIT License") is compared as it stands, ``-only`` and ``-or-later`` are part of a name.

    >>> is_allowed("MIT OR GPL-3.0-only", ["MIT"]), is_allowed("MIT AND GPL-3.0-only", ["MIT"])
    (True, False)
    """
    names = {_plain(name) for name in allowed}
    whole = _plain(licence)
    if whole in names:
        return True
    tokens = _TOKEN.findall(whole)[::-1]
    try:
        met = _any_of(tokens, names)
    except (IndexError, ValueError, RecursionError):
        return False
    return met and not tokens


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _any_of(tokens: list[str], names: set[str]) -> bool:
    met = _all_of(tokens, names)
    while tokens and tokens[-1] == "or":
        tokens.pop()
        met = _all_of(tokens, names) or met
    return met


def _all_of(tokens: list[str], names: set[str]) -> bool:
    met = _one(tokens, names)
    while tokens and tokens[-1] == "and":
        tokens.pop()
        met = _one(tokens, names) and met
    return met


def _one(tokens: list[str], names: set[str]) -> bool:
    token = tokens.pop()
    if token != "(":
        if token in (")", "or", "and"):
            raise ValueError(token)
        return token in names
    met = _any_of(tokens, names)
    if tokens.pop() != ")":
        raise ValueError("no )")
    return met
