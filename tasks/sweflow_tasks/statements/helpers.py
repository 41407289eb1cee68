"""Helpers in a statement: the section of what tests use outside tests, by file."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from sweflow_tracer.project.files import Blobs

from sweflow_tasks.statements.parameters import MOST_ROWS, Table
from sweflow_tasks.statements.sections import WORD
from sweflow_tasks.statements.test_code import Helper

LONGEST_HELPER = 40
"""Lines of a helper that is quoted although the skeleton has it; a longer one is only named."""


def without_tables(helpers: list[Helper], shown: list[Table], said: list[str]) -> list[Helper]:
    """Helpers without assignments of which every row stands in a table already, and that nothing else names."""
    words = Counter(WORD.findall("\n".join(said)))
    for helper in helpers:
        words.update(set(WORD.findall(helper.source)))
    origins = {table.origin for table in shown if len(table.rows) <= MOST_ROWS and words[table.origin] == 1}
    return [helper for helper in helpers if len(helper.names) != 1 or helper.names[0] not in origins]


def helpers_section(helpers: list[Helper], skeleton: Blobs) -> Iterator[str]:
    """Helpers as they stand; of a long one that the skeleton has only the name."""
    if not helpers:
        return
    yield "## What those tests use"
    yield ""
    for (path, within), group in groupby(helpers, lambda helper: (helper.path, helper.within)):
        there = path in skeleton
        quoted: list[Helper] = []
        named: list[Helper] = []
        for helper in group:
            (named if there and helper.source.count("\n") >= LONGEST_HELPER else quoted).append(helper)
        place = f"In `{path}`" + (f", class `{within}`" if within else "") + (", there already" if there else "")
        yield from (f"{place}: {', '.join(f'`{name}`' for h in named for name in h.names)}.", "") if named else ()
        if quoted:
            yield from (f"{place}:", "", "```python")
            for helper, before in zip(quoted, [None, *quoted], strict=False):
                if before is not None and "\n" in helper.source + before.source:
                    yield ""
                yield from helper.source.split("\n")
            yield from ("```", "")
