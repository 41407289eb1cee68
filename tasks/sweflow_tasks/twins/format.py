"""``twins.jsonl``: a line each test function. Whoever is to solve the tasks must not see it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.format import OTHER_VERSION

from sweflow_tasks.json_lines import damaged, read_lines
from sweflow_tasks.masking.mask import Edit
from sweflow_tasks.twins.values import TestFunction, Twin, TwinKind, TwinTable
from sweflow_tasks.values import JsonObject

TWINS_VERSION = 2
FIELDS = (
    *("path", "name", "digest", "ids", "names", "twins", "tried"),
    *("disguised", "apart", "untouched", "reads", "opaque", "version"),
)


def read_twins(path: Path) -> TwinTable:
    """A dataset's twins. Raises FileNotUsable."""
    rows = read_lines(path, FIELDS)
    functions = []
    for number, row in enumerate(rows, 1):
        if row["version"] != TWINS_VERSION:
            problem = f"has lines of format version {row['version']}, and this program reads {TWINS_VERSION}"
            raise FileNotUsable(path, problem, OTHER_VERSION)
        try:
            functions.append(_function(row))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise damaged(path, number, str(error)) from error
    return TwinTable(tuple(functions), bool(rows) and all(row["opaque"] for row in rows))


def figures_of_tests(table: TwinTable) -> dict[str, JsonObject]:
    """Of each test how many changes were tried on its function, and how many of them it noticed."""
    found: dict[str, JsonObject] = {}
    for each in table.functions:
        noticed = Counter(test for twin in each.twins for test in twin.fails)
        found |= {test: {"test": test, "tried": each.tried, "noticed": noticed[test]} for test in each.ids}
    return found


def twin_rows(table: TwinTable) -> Iterator[JsonObject]:
    """The lines of a dataset's twins."""
    for each in table.functions:
        yield {
            "path": each.path,
            "name": each.name,
            "digest": each.digest,
            "ids": each.ids,
            "names": dict(each.names),
            "twins": [_twin_object(twin) for twin in each.twins],
            "tried": each.tried,
            "disguised": each.disguised,
            "apart": each.apart,
            "untouched": each.untouched,
            "reads": each.reads,
            "opaque": table.opaque,
            "version": TWINS_VERSION,
        }


def _twin_object(twin: Twin) -> JsonObject:
    edits = [(edit.start, edit.end, edit.text.decode("utf-8")) for edit in twin.edits]
    return {"kind": twin.kind, "edits": edits, "fails": twin.fails}


def _function(row: JsonObject) -> TestFunction:
    return TestFunction(
        path=row["path"],
        name=row["name"],
        digest=row["digest"],
        ids=tuple(row["ids"]),
        names=dict(row["names"]),
        twins=tuple(_twin(twin) for twin in row["twins"]),
        tried=row["tried"],
        disguised=row["disguised"],
        apart=tuple(row["apart"]),
        untouched=tuple(row["untouched"]),
        reads=tuple(row["reads"]),
    )


def _twin(row: JsonObject) -> Twin:
    edits = tuple(Edit(start, end, text.encode("utf-8")) for start, end, text in row["edits"])
    return Twin(TwinKind(row["kind"]), edits, tuple(row["fails"]))
