"""The leak check: what a model wrote shares no long run of tokens with code that a task hides (D3).

The audit of skeletons looks for whole bodies (``sweflow_tasks.leaks``). A model that has seen a body can quote a part
of it, so that runs are looked for here; what stands in the skeleton or the tests anyway is no leak.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from sweflow_tasks.leaks.audit import LEAST
from sweflow_tasks.leaks.tokens import GRAM, streams

_SIGNS = re.compile(r"[\"'`#\\]")
"""What would make a string or a comment of words in prose; bodies lose them, too."""


class LeakCheck:
    """Looks for runs of hidden bodies, by function, that do not stand in the ``shown`` texts."""

    def __init__(self, bodies: Mapping[str, str], shown: Iterable[str]) -> None:
        tokens = {function: _tokens(body) for function, body in bodies.items()}
        self._sizes = sorted({min(LEAST, len(found)) for found in tokens.values() if len(found) >= GRAM})
        held: dict[tuple[str, ...], str] = {}
        for function, found in tokens.items():
            if len(found) >= GRAM:
                held |= dict.fromkeys(_runs(found, min(LEAST, len(found))), function)
        for found in map(_tokens, shown):
            for size in self._sizes:
                for run in _runs(found, size):
                    held.pop(run, None)
        self._held = held

    def leaked(self, text: str) -> str | None:
        """A function of whose body a run stands in a text; None where there is none."""
        tokens = _tokens(text)
        runs = (run for size in self._sizes for run in _runs(tokens, size))
        return next((self._held[run] for run in runs if run in self._held), None)


def _tokens(text: str) -> tuple[str, ...]:
    stream = next(streams(_SIGNS.sub(" ", text), python=False))  # prompts and marks of quotation are passed over
    return stream.tokens


def _runs(tokens: tuple[str, ...], size: int) -> Iterator[tuple[str, ...]]:
    return (tokens[place : place + size] for place in range(len(tokens) - size + 1))
