"""Values of the source index: what stands in a file, and where."""

from dataclasses import dataclass
from enum import StrEnum

MODULE = "<module>"
"""The name of a module's own code, as CPython has it."""


class Kind(StrEnum):
    """What a function is to the scope that it stands in. Every function has one kind."""

    FUNCTION = "function"
    METHOD = "method"
    STATIC_METHOD = "static-method"
    CLASS_METHOD = "class-method"
    PROPERTY = "property"
    """A property accessor: getter, setter or deleter; cached properties too."""


class Trait(StrEnum):
    """What else is true of a function. A function has any number of traits."""

    ASYNC = "async"
    GENERATOR = "generator"
    OVERLOAD = "overload"
    ABSTRACT = "abstract"
    SPECIAL = "special"
    """The interpreter calls it by its name: ``__len__``, or ``__getattr__`` of a module (PEP 562)."""
    HOOK = "hook"
    """dataclasses, attrs or enum call it by its name: ``__post_init__``, ``_missing_``."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The bytes of a body: from the end of header or docstring to the end, comments included.

    ``bare`` is where the cut starts when the docstring goes too. ``indent`` is the body's indentation; ``inline``
    bodies stand on the header's line; ``documented`` ones have a docstring before the cut.
    """

    start: int
    end: int
    bare: int
    indent: bytes
    inline: bool
    documented: bool


@dataclass(frozen=True, slots=True)
class Definition:
    """A function: identity, place and shape. Offsets are bytes of the file's UTF-8 text.

    ``start``/``end`` are whole lines, decorators included; ``line``/``body_line``/``end_line`` count from 1
    (``line`` is the first decorator's, as in ``co_firstlineno``). ``suite`` is the offset of the block that it
    stands in and ``siblings`` the number of statements there. ``decorators`` are as written, without the ``@``.
    ``complexity`` is McCabe's (1976), nested functions included: one more than the number of ``if``, ``elif``,
    conditional expressions, loops, ``except``, ``assert``, ``case``, ``and``/``or``, and ``for``/``if`` of
    comprehensions.
    """

    id: str
    path: str
    qualname: str
    name: str
    kind: Kind
    traits: frozenset[Trait]
    decorators: tuple[str, ...]
    line: int
    body_line: int
    end_line: int
    start: int
    end: int
    signature: str
    docstring: str
    complexity: int
    cut: Cut
    suite: int
    siblings: int

    @property
    def lines(self) -> int:
        """Size in lines, decorators included."""
        return self.end_line - self.line + 1

    @property
    def is_generator(self) -> bool:
        """Whether calling it gives a generator, asynchronous or not."""
        return Trait.GENERATOR in self.traits


@dataclass(frozen=True, slots=True)
class ClassDefinition:
    """A class outside functions. ``bases`` are dotted names as written; ``methods`` are ids of its functions."""

    id: str
    path: str
    qualname: str
    line: int
    end_line: int
    bases: tuple[str, ...]
    decorators: tuple[str, ...]
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Binding:
    """A name that an import statement binds, and the dotted name behind it (leading dots kept)."""

    name: str
    target: str
