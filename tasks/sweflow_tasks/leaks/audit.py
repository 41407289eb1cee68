"""The leak audit: where a masked body stands a second time, before the chain is made and on every skeleton (C4)."""

import codecs
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from sweflow_rdg import Definition, FileIndex, Role, RuntimeDependencyGraph, SourceIndex
from sweflow_tracer.project.files import Blobs

from sweflow_tasks.leaks.tokens import Bodies, code_tokens, streams
from sweflow_tasks.leaks.unpack import texts_in
from sweflow_tasks.masking.tree_walk import TreeWalk
from sweflow_tasks.values import Findings, Reason, Rejection, Subject
from sweflow_tasks.verification.draft import Amendments, Draft, Inputs

LEAST = 16
"""A body of fewer tokens that stands elsewhere is no leak: nobody would copy it."""
COMPILED = (".pyc", ".pyo")


def without_leaks(inputs: Inputs, amendments: Amendments) -> Amendments:
    """The amendments that leave no masked body where somebody could read it.

    A file that the tests never load is withheld until the closing state. A function whose body stands in code that
    stays throughout is not masked at all; nor is one that only raises NotImplementedError, as its stub would.
    """
    functions = {function for step in inputs.schedule.steps for function in step.functions}
    scan = _Scan(inputs.index, functions)
    loaded = loaded_files(inputs.graph)
    unmasked = _unmasked(inputs, scan, functions, loaded)
    withheld = {path: "compiled" for path in inputs.blobs if path.endswith(COMPILED)}
    for path, function, _ in scan.everywhere(inputs.blobs):
        if path not in loaded and scan.size(function) >= LEAST and function not in unmasked:
            withheld.setdefault(path, f"holds the body of {function}")
    return replace(amendments, unmasked=unmasked, withheld=withheld)


def _unmasked(inputs: Inputs, scan: "_Scan", functions: set[str], loaded: frozenset[str]) -> dict[str, Rejection]:
    """Functions that are not masked, and why; one that is unmasked can hold the body of another."""
    places = _Places(inputs.graph, functions)
    found = {
        function: Rejection(Subject.FUNCTION, function, Reason.NOTHING_TO_DEVELOP, "it only raises")
        for function in sorted(functions)
        if scan.only_raises(function)
    }
    before = -1
    while len(found) > before:
        before = len(found)
        for path, function, offset in scan.everywhere(inputs.blobs):
            owner = scan.owner(path, offset)
            if path not in loaded or scan.size(function) < LEAST or function in found:
                continue
            if places.stays(owner) or (owner is not None and owner.id in found and owner.id != function):
                where = f"its body stands in {owner.id if owner else path}"
                found[function] = Rejection(Subject.FUNCTION, function, Reason.LEAK, where)
    return found


def loaded_files(graph: RuntimeDependencyGraph) -> frozenset[str]:
    """Files of which something ran."""
    return frozenset(graph.nodes[call.callee].path for call in graph.calls)


class Audit:
    """The audit of every skeleton of a draft."""

    def __init__(self, inputs: Inputs, draft: Draft) -> None:
        self._draft = draft
        self._steps = {**draft.chain.tests, **draft.chain.code}
        self._scan = _Scan(inputs.index, self._steps)
        self._places = _Places(inputs.graph, set(draft.chain.code))

    def of_steps(self) -> dict[int, Findings]:
        """What the audit found, by step. A file is looked at where it changes, and not on every tree again."""
        chain, walk = self._draft.chain, TreeWalk(self._draft.chain)
        changed: dict[str, tuple[str, bytes] | None] = dict(walk.files)
        held: dict[str, list[tuple[str, int]]] = {}
        compiled: set[str] = set()
        found = {}
        for tree, step in pairwise(chain.trees):
            changed |= walk.move(tree, tree)
            for path, blob in changed.items():
                held[path] = list(self._scan.find(path, *blob)) if blob is not None else []
                (compiled.add if blob is not None and path.endswith(COMPILED) else compiled.discard)(path)
            changed = {}
            held = {path: later for path, bodies in held.items() if (later := self._later(bodies, step))}
            found[step] = self._of_step(step, held, compiled)
        return found

    def _later(self, bodies: list[tuple[str, int]], step: int) -> list[tuple[str, int]]:
        """Those of functions and tests that a step or a later one develops."""
        return [(function, offset) for function, offset in bodies if self._steps[function] >= step]

    def _of_step(self, step: int, held: dict[str, list[tuple[str, int]]], compiled: set[str]) -> Findings:
        leaks, similar = {f"{path} is compiled" for path in compiled}, set()
        for path, bodies in held.items():
            for function, offset in bodies:
                owner = self._owner(path, offset, step)
                if self._is_leak(function, owner):
                    leaks.add(f"{function} stands in {path}")
                elif self._steps[function] == step and function in self._draft.chain.code:
                    similar.add(function)
        return Findings(tuple(sorted(leaks)), len(similar))

    def _is_leak(self, function: str, owner: Definition | None) -> bool:
        if owner is not None and owner.id == function:
            return True
        if function in self._draft.chain.tests or self._scan.size(function) < LEAST:
            return False
        return owner is None or self._places.stays(owner)

    def _owner(self, path: str, offset: int, step: int) -> Definition | None:
        chain = self._draft.chain
        if path in chain.files:
            before = chain.before(step)
            origin = chain.rendered(path, before, before).origin(offset)
            return None if origin is None else self._scan.owner(path, origin)
        return self._scan.owner(path, offset)


class _Scan:
    """Looks for functions' bodies in files; what a content holds is worked out once."""

    def __init__(self, index: SourceIndex, functions: Iterable[str]) -> None:
        definitions = index.definitions()
        self._index = index
        self._tokens = {name: _body_tokens(definitions[name], index) for name in sorted(functions)}
        self._bodies = Bodies(self._tokens)
        self._starts = {path: [d.start for d in file.definitions] for path, file in index.files.items()}
        self._known: dict[tuple[str, bytes], tuple[tuple[str, int], ...]] = {}

    def size(self, function: str) -> int:
        """Tokens of a body."""
        return len(self._tokens[function])

    def find(self, path: str, mode: str, content: bytes) -> tuple[tuple[str, int], ...]:
        """Functions whose bodies stand in a file, each with its offset in the UTF-8 text."""
        if mode == "120000":
            return ()
        key = (path, content)
        if key not in self._known:
            self._known[key] = tuple(self._find(path, content))
        return self._known[key]

    def only_raises(self, function: str) -> bool:
        """Whether a body is ``raise NotImplementedError`` and nothing else."""
        tokens = self._tokens[function]
        rest = tokens[2:]
        called = rest[:1] == ("(",) and rest.index(")") == len(rest) - 1
        return tokens[:2] == ("raise", "NotImplementedError") and (not rest or called)

    def everywhere(self, blobs: Blobs) -> Iterator[tuple[str, str, int]]:
        """Path, function and offset of every body that stands anywhere."""
        for path, (mode, content) in blobs.items():
            for function, offset in self.find(path, mode, content):
                yield path, function, offset

    def owner(self, path: str, offset: int) -> Definition | None:
        """The function of the original that holds an offset."""
        if path not in self._index.files:
            return None
        place = bisect_right(self._starts[path], offset) - 1
        definitions = self._index.files[path].definitions
        return definitions[place] if place >= 0 and offset < definitions[place].end else None

    def _find(self, path: str, content: bytes) -> Iterator[tuple[str, int]]:
        file = self._index.files.get(path)
        texts = [_text(file, content)] if file is not None else texts_in(path, content)
        for text in texts:
            for stream in streams(text, python=file is not None):
                for function, offset in self._bodies.find(stream):
                    yield function, len(text[:offset].encode("utf-8"))


class _Places:
    """What a place in the sources is: code that some step develops, or code that stays throughout."""

    def __init__(self, graph: RuntimeDependencyGraph, developed: set[str]) -> None:
        self._developed = developed
        self._scaffold = {node.id for node in graph.nodes if node.role is Role.CORE and node.scaffold}

    def stays(self, owner: Definition | None) -> bool:
        """Whether code of nobody, of a test or of an unreached function stands there."""
        return owner is None or (owner.id not in self._developed and owner.id not in self._scaffold)


def own_requirements(requirements: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """Requirements that would install the project itself, or that point to a folder."""
    own = {_normal(name) for name in names}
    return tuple(r for r in requirements if "==" not in r or "@" in r or _normal(r.partition("==")[0]) in own)


def _text(file: FileIndex, content: bytes) -> str:
    """A content of an indexed file as text."""
    return content.removeprefix(codecs.BOM_UTF8).decode(file.text.encoding)


def _body_tokens(definition: Definition, index: SourceIndex) -> tuple[str, ...]:
    cut = definition.cut
    return code_tokens(index.files[definition.path].text.utf8[cut.start : cut.end].decode("utf-8"))


def _normal(name: str) -> str:
    return name.strip().lower().replace("_", "-").replace(".", "-")
