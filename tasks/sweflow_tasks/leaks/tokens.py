"""Tokens: text as words, strings and signs, so that a body is found again however it is set (C4)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

GRAM = 8
"""Bodies of fewer tokens are never looked for."""

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\r\n]*)
    |(?P<string>[rbufRBUF]{0,2}(?:'{3}(?:[^\\]|\\.)*?'{3}|"{3}(?:[^\\]|\\.)*?"{3}
        |'(?:[^'\\\r\n]|\\.)*'|"(?:[^"\\\r\n]|\\.)*"))
    |(?P<word>\w+)
    |(?P<sign>[^\s\w\\])""",
    re.VERBOSE | re.DOTALL,
)
_PROMPT = re.compile(r"^([ \t]*)(?:>>>|\.\.\.|\$|>)(?= )", re.MULTILINE)
_QUOTED = re.compile(r"[rbufRBUF]*(?P<quote>'{3}|\"{3}|'|\")(?P<text>.*)(?P=quote)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Stream:
    """Tokens in order, and the character offset at which each starts."""

    tokens: tuple[str, ...]
    offsets: tuple[int, ...]


def code_tokens(text: str) -> tuple[str, ...]:
    """The tokens of a piece of Python: comments and white space left out, quotes alike."""
    return _stream(text, 0, []).tokens


def streams(text: str, *, python: bool) -> Iterator[Stream]:
    """The streams in which a body may stand: the whole text, and each string of several lines in it.

    In anything but Python, prompts at the start of a line are passed over.
    """
    inner: list[tuple[int, str]] = []
    yield _stream(text if python else _without_prompts(text), 0, inner)
    for base, quoted in inner if python else ():
        yield _stream(_without_prompts(quoted), base, [])


class Bodies:
    """Bodies to look for, by id."""

    def __init__(self, bodies: Mapping[str, tuple[str, ...]]) -> None:
        self._bodies = bodies
        self._starts: dict[tuple[str, ...], list[str]] = {}
        for name, tokens in bodies.items():
            if len(tokens) >= GRAM:
                self._starts.setdefault(tokens[:GRAM], []).append(name)

    def find(self, stream: Stream) -> Iterator[tuple[str, int]]:
        """The ids of the bodies that stand in a stream whole, each with its offset."""
        tokens = stream.tokens
        for place in range(len(tokens) - GRAM + 1):
            for name in self._starts.get(tokens[place : place + GRAM], ()):
                body = self._bodies[name]
                if tokens[place : place + len(body)] == body:
                    yield name, stream.offsets[place]


def _stream(text: str, base: int, inner: list[tuple[int, str]]) -> Stream:
    """The tokens of a text; strings of several lines are added to ``inner``, each with its offset."""
    tokens, offsets = [], []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "comment":
            continue
        token = match[0]
        if kind == "string":
            quoted = _QUOTED.fullmatch(token)
            if quoted is not None:
                token = f'"{quoted["text"]}"'
                if "\n" in token:
                    inner.append((base + match.start() + quoted.start("text"), quoted["text"]))
        tokens.append(token)
        offsets.append(base + match.start())
    return Stream(tuple(tokens), tuple(offsets))


def _without_prompts(text: str) -> str:
    """Blanks for prompts at the start of a line, so that offsets stay."""
    return _PROMPT.sub(lambda match: match[1] + " " * (len(match[0]) - len(match[1])), text)
