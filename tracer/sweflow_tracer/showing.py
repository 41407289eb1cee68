"""Showing: values that notebooks and terminals can show, while how they look is registered from above.

The rooms' values derive from ``Shown`` and know neither HTML nor rich. The shell registers a look for each of them
(``sweflow.display``); where nobody did, they show as their ``repr``.
"""

from collections.abc import Callable
from dataclasses import dataclass
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


class Shown:
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
