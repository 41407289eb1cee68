"""Showing: values that notebooks and terminals can show, while how they look is registered from above.

The rooms' values derive from ``Shown`` and know neither HTML nor rich. The shell registers a look for each of them
(``sweflow.display``); where nobody did, they show as their ``repr``.
"""

from collections.abc import Callable, Sized
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Look:
    """How values of a class look: ``rich`` gives a renderable, ``mime`` the text or bytes of each MIME type."""

    rich: Callable[[Any], Any]
    mime: Callable[[Any], dict[str, str]]


_LOOKS: dict[type, Look] = {}


def register_look(kind: type, look: Look) -> None:
    """Let values of this class look so."""
    _LOOKS[kind] = look


LONGEST = 60
"""Characters of a field that stand in a ``repr``."""


class Short:
    """A dataclass whose ``repr`` fits a line or two: fields that would be long say how much they hold."""

    __slots__ = ()

    def __repr__(self) -> str:
        """The class with its fields."""
        shown = (f"{field.name}={_short(getattr(self, field.name))}" for field in fields(self))  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(shown)})"


def _short(value: object) -> str:
    if isinstance(value, str):
        return repr(value) if len(value) <= LONGEST else f"<{len(value)} characters>"
    if isinstance(value, Sized) and len(value) > 1:
        return f"<{len(value)}>"
    text = repr(value)
    return text if len(text) <= LONGEST else f"<{type(value).__name__}>"


class Shown(Short):
    """A value that shows itself in Jupyter and through rich, once a look is registered for its class."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        look = _LOOKS.get(type(self))
        return look.mime(self) if look else {"text/plain": repr(self)}

    def _repr_html_(self) -> str | None:
        return self._repr_mimebundle_().get("text/html")

    def __rich__(self) -> Any:
        look = _LOOKS.get(type(self))
        return look.rich(self) if look else repr(self).replace("[", r"\[")  # rich reads brackets as markup
