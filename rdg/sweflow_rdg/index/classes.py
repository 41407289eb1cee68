"""Classes: which of them inherit from which, and which methods override which, inside the project."""

from collections.abc import Iterator

from sweflow_rdg.index.definitions import ClassDefinition
from sweflow_rdg.index.modules import Modules
from sweflow_rdg.index.source import SourceIndex

_HOPS = 8
"""Re-exports that are followed from an import to the class."""


class Classes:
    """The classes of an index by id, with their bases found by name.

    A base is looked up as the interpreter would: in the file, through its imports, star imports and re-exports. What
    is made at run time (``Base = make()``) or stands outside the project is not found.
    """

    def __init__(self, index: SourceIndex) -> None:
        self._index = index
        self._modules = Modules(index.files)
        self._by_name: dict[tuple[str, str], ClassDefinition] = {}
        self.by_id: dict[str, ClassDefinition] = {}
        for path, file in index.files.items():
            for found in file.classes:
                self.by_id[found.id] = found
                self._by_name[path, found.qualname] = found  # the last definition of a name wins, as at run time
        self._names = {d.id: d.name for d in index.definitions().values()}

    def bases(self, name: str) -> tuple[str, ...]:
        """Ids of the project's classes among the bases of a class, in the order written."""
        found = self.by_id[name]
        bases = (self._find(base, found.path, found.qualname) for base in found.bases)
        return tuple(base.id for base in bases if base is not None and base.id != name)

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Ids of all classes above a class, nearest first, each once."""
        seen: dict[str, None] = {}
        work = list(self.bases(name))
        while work:
            base = work.pop(0)
            if base not in seen and base != name:
                seen[base] = None
                work += self.bases(base)
        return tuple(seen)

    def overrides(self) -> dict[str, tuple[str, ...]]:
        """For each method, the methods of its name in classes above its own, nearest first; only where there are."""
        found: dict[str, tuple[str, ...]] = {}
        for name, own in sorted(self.by_id.items()):
            if not own.methods:
                continue
            above = [method for ancestor in self.ancestors(name) for method in self.by_id[ancestor].methods]
            for method in own.methods:
                same = tuple(other for other in above if self._names[other] == self._names[method])
                if same:
                    found[method] = same
        return found

    def _find(self, name: str, path: str, within: str = "") -> ClassDefinition | None:
        """The class that a dotted name means in a file, looked up from the scope that it stands in outwards."""
        scope = within.rpartition(".")[0]
        while scope:
            if (path, f"{scope}.{name}") in self._by_name:
                return self._by_name[path, f"{scope}.{name}"]
            scope = scope.rpartition(".")[0]
        return next(self._meanings(name, path, _HOPS), None)

    def _meanings(self, name: str, path: str, hops: int) -> Iterator[ClassDefinition]:
        if (path, name) in self._by_name:
            yield self._by_name[path, name]
        if not hops:
            return
        first, _, rest = name.partition(".")
        for binding in self._index.files[path].bindings:
            if binding.name == first:
                yield from self._elsewhere(f"{binding.target}.{rest}" if rest else binding.target, path, hops)
            elif binding.name == "*":
                glue = "" if binding.target.endswith(".") else "."
                yield from self._elsewhere(binding.target + glue + name, path, hops)

    def _elsewhere(self, target: str, path: str, hops: int) -> Iterator[ClassDefinition]:
        for found, rest in self._modules.split(target, path):
            if rest:
                yield from self._meanings(rest, found, hops - 1)


def overrides(index: SourceIndex) -> dict[str, tuple[str, ...]]:
    """For each method that overrides others inside the project, their ids, nearest first."""
    return Classes(index).overrides()
