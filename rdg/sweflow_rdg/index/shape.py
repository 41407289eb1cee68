"""What a function is, told from its name, its decorators and the class around it."""

from sweflow_rdg.index.definitions import Kind, Trait

_KINDS = {
    "staticmethod": Kind.STATIC_METHOD,
    "abstractstaticmethod": Kind.STATIC_METHOD,
    "classmethod": Kind.CLASS_METHOD,
    "abstractclassmethod": Kind.CLASS_METHOD,
    **dict.fromkeys(("property", "cached_property", "abstractproperty"), Kind.PROPERTY),
    **dict.fromkeys(("setter", "getter", "deleter"), Kind.PROPERTY),
}
_IMPLICIT = {
    "__new__": Kind.STATIC_METHOD,
    "__init_subclass__": Kind.CLASS_METHOD,
    "__class_getitem__": Kind.CLASS_METHOD,
}
_ABSTRACT = frozenset({"abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod"})
_OF_MODULES = frozenset({"__getattr__", "__dir__"})
_HOOKS = frozenset(
    {
        *("__post_init__", "__attrs_pre_init__", "__attrs_post_init__"),
        *("_missing_", "_generate_next_value_", "_numeric_repr_"),
    }
)


def kind_of(name: str, decorators: tuple[str, ...], *, in_class: bool) -> Kind:
    """The kind of a function; ``decorators`` are dotted names."""
    if not in_class:
        return Kind.FUNCTION
    for last in map(_last, decorators):
        if last in _KINDS:
            return _KINDS[last]
    return _IMPLICIT.get(name, Kind.METHOD)


def traits_of(
    name: str, decorators: tuple[str, ...], *, in_class: bool, is_async: bool, is_generator: bool
) -> frozenset[Trait]:
    """The traits of a function; ``decorators`` are dotted names."""
    lasts = set(map(_last, decorators))
    special = name.startswith("__") and name.endswith("__") and len(name) > 4
    found = {
        Trait.ASYNC: is_async,
        Trait.GENERATOR: is_generator,
        Trait.OVERLOAD: "overload" in lasts,
        Trait.ABSTRACT: bool(lasts & _ABSTRACT),
        Trait.SPECIAL: special and (in_class or name in _OF_MODULES),
        Trait.HOOK: in_class and name in _HOOKS,
    }
    return frozenset(trait for trait, holds in found.items() if holds)


def _last(name: str) -> str:
    return name.rpartition(".")[2]
