"""Displayable values: notebooks and terminals can show them, while how they look is registered from above.

The rooms' values derive from ``Displayable`` and know neither HTML nor rich. The shell registers a renderer for each of
them (``sweflow.display``); where nobody did, they show as their ``repr``.
"""

from collections.abc import Callable, Sized
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Renderer:
    """How values of a class look: ``rich`` gives a renderable, ``mime`` the text or bytes of each MIME type."""

    rich: Callable[[Any], Any]
    mime: Callable[[Any], dict[str, str]]


_RENDERERS: dict[type, Renderer] = {}


def register_renderer(kind: type, renderer: Renderer) -> None:
    """Let values of this class look so."""
    _RENDERERS[kind] = renderer


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


class Displayable(Short):
    """A value that shows itself in Jupyter and through rich, once a renderer is registered for its class."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        renderer = _RENDERERS.get(type(self))
        return renderer.mime(self) if renderer else {"text/plain": repr(self)}

    def _repr_html_(self) -> str | None:
        return self._repr_mimebundle_().get("text/html")

    def __rich__(self) -> Any:
        renderer = _RENDERERS.get(type(self))
        return renderer.rich(self) if renderer else repr(self).replace("[", r"\[")  # rich reads brackets as markup
