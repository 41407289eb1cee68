"""A step's functions where they stand in its reference, so that some of them can be masked or replaced."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sweflow_rdg import Definition, FileIndex, index_source
from sweflow_tasks import Docstrings
from sweflow_tasks.history.git import read_commit, step_ref
from sweflow_tasks.masking.mask import Edit, apply_edits
from sweflow_tasks.masking.masked_file import MaskedFile
from sweflow_tasks.values import JsonObject
from sweflow_tracer.project.files import Blobs

from sweflow_datasets.caches import index_cache


@dataclass(frozen=True, slots=True, eq=False)
class StepCode:
    """One task's code. ``functions`` are those of the step that stand in the reference, by id, sorted.

    ``skeleton`` holds every file, ``reference`` those that the gold patch changes.
    """

    skeleton: Blobs
    reference: Blobs
    files: Mapping[str, FileIndex]
    functions: Mapping[str, Definition]
    removed: frozenset[str]
    placeholders: frozenset[str]
    docstrings: Docstrings

    def text(self, function: str) -> str:
        """A function's text in the reference, decorators included."""
        d = self.functions[function]
        return self.files[d.path].text.utf8[d.start : d.end].decode("utf-8")

    def without(self, hidden: Iterable[str]) -> Blobs:
        """The reference's files with some functions in their masked form."""
        changed = dict(self.reference)
        for path, found in _by_path(hidden).items():
            steps = dict.fromkeys(found, 1)
            file = MaskedFile(
                self.files[path],
                steps,
                by_tests=False,
                removed=self.removed,
                placeholders=self.placeholders,
                docstrings=self.docstrings,
            )
            changed[path] = (changed[path][0], file.at(0).content)
        return changed

    def replacing(self, function: str, text: str) -> Blobs:
        """The reference's files with another text of one function."""
        d = self.functions[function]
        return {**self.reference, **_edited(self.reference, self.files[d.path], {d: text})}

    def filled(self, texts: Mapping[str, str]) -> Blobs:
        """The skeleton's files with other texts of functions that stand there; empty where none of them does."""
        paths = {function.partition("::")[0] for function in texts} & self.skeleton.keys()
        index = index_source({path: self.skeleton[path] for path in paths}, cache=index_cache())
        changed: dict[str, tuple[str, bytes]] = {}
        for file in index.files.values():
            found = {d: texts[d.id] for d in file.definitions if d.id in texts}
            changed |= _edited(self.skeleton, file, found) if found else {}
        return changed


def read_step_code(history: Path, row: JsonObject, docstrings: Docstrings) -> StepCode:
    """The code of a task (a line of ``tasks.jsonl``), from the history of its build."""
    step = int(row["step"])
    skeleton = read_commit(history, row["base_commit"])
    tests, whole = (read_commit(history, step_ref(kind, step)) for kind in ("tests", "references"))
    reference = {path: blob for path, blob in whole.items() if tests.get(path) != blob}
    index = index_source(reference, cache=index_cache())
    wanted = {*row["target_functions"], *row["dependent_functions"], *row["removed_functions"]}
    definitions = index.definitions()
    return StepCode(
        skeleton=skeleton,
        reference=reference,
        files=index.files,
        functions={function: definitions[function] for function in sorted(wanted & definitions.keys())},
        removed=frozenset(row["removed_functions"]),
        placeholders=frozenset(row["placeholder_functions"]),
        docstrings=docstrings,
    )


def _by_path(functions: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for function in functions:
        found.setdefault(function.partition("::")[0], []).append(function)
    return found


def _edited(blobs: Blobs, file: FileIndex, texts: Mapping[Definition, str]) -> Blobs:
    edits: Iterator[Edit] = (Edit(d.start, d.end, text.encode("utf-8")) for d, text in texts.items())
    return {file.path: (blobs[file.path][0], file.text.encode(apply_edits(file.text.utf8, list(edits))))}
