"""Connected components of names."""

from collections.abc import Iterable


def least_connected(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each name of the pairs with the least one that it is connected to, itself among them (union-find).

    >>> least_connected([("c", "b"), ("b", "a"), ("d", "d")])
    {'c': 'a', 'b': 'a', 'a': 'a', 'd': 'd'}
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return {name: root(name) for name in list(parent)}
