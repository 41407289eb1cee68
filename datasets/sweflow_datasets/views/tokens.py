"""Counts of tokens: by a tokenizer that works offline, or by an estimate that needs none."""

from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from math import ceil
from pathlib import Path

from sweflow_datasets.errors import ExtraMissing

CHARACTERS = 3.6
"""ASCII characters of a token in the estimate; each other character is one."""
_VOCABULARY = "tekken_240911.json"

Count = Callable[[str], int]
"""How many tokens a text has."""


class Tokenizer(StrEnum):
    """How tokens are counted. The estimate's error against Tekken is in BENCHMARKS.md."""

    ESTIMATE = "estimate"
    TEKKEN = "tekken"


def counter(tokenizer: Tokenizer) -> Count:
    """The function that counts. Raises ExtraMissing where the tokenizer's library is not installed."""
    return estimate if tokenizer is Tokenizer.ESTIMATE else _tekken()


def estimate(text: str) -> int:
    """About how many tokens a text has: one for 3.6 ASCII characters, and one for each other character.

    >>> estimate("def add(a, b):"), estimate("─│─"), estimate("")
    (4, 3, 0)
    """
    others = len(text) - len(text.encode("ascii", "ignore"))
    return ceil((len(text) - others) / CHARACTERS) + others


@lru_cache(1)
def _tekken() -> Count:
    """Mistral's Tekken, whose vocabulary is part of the package mistral-common."""
    try:
        import mistral_common  # noqa: PLC0415  # optional
        from mistral_common.tokens.tokenizers.tekken import Tekkenizer  # noqa: PLC0415
    except ImportError as error:
        raise ExtraMissing("tokens", ("mistral-common",)) from error
    tokenizer = Tekkenizer.from_file(Path(mistral_common.__file__).parent / "data" / _VOCABULARY)
    return lambda text: len(tokenizer.encode(text, bos=False, eos=False))
