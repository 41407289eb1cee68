"""Text to tokens: numbers, names and signs."""

from collections.abc import Callable
from dataclasses import dataclass

SIGNS = "+-*/^()"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text; `kind` is "number", "name" or "sign"."""

    kind: str
    text: str


def tokenize(text: str) -> list[Token]:
    """The tokens of an expression, in order, without the spaces."""
    tokens = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = read_token(text, at)
        tokens.append(token)
        at += len(token.text)
    return tokens


def read_token(text: str, at: int) -> Token:
    """The one token that starts here."""
    if is_number_part(text[at]):
        return Token("number", take_while(text, at, is_number_part))
    if text[at].isalpha():
        return Token("name", take_while(text, at, str.isalnum))
    if text[at] in SIGNS:
        return Token("sign", text[at])
    raise SyntaxError(f"unexpected {text[at]!r} at {at}")


def is_number_part(character: str) -> bool:
    """Whether a number may hold it."""
    return character.isdigit() or character == "."


def take_while(text: str, start: int, belongs: Callable[[str], bool]) -> str:
    """The longest piece from `start` of which every character belongs."""
    end = start
    while end < len(text) and belongs(text[end]):
        end += 1
    return text[start:end]
