"""Examples: the failing tests by name, with one thing that each asks for."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from sweflow_tasks.statements.assertions import said_of
from sweflow_tasks.statements.behaviour import Case, quoted

_LONGEST = 160
"""Characters of an example; where every one of a test is longer, its name has to do: the test is there to read."""


def examples(cases: Sequence[Case]) -> Iterator[str]:
    """A line a test function, by file: its name, how many of its ids fail, and an expectation that no other has."""
    told: set[str] = set()
    for path, of_file in groupby(cases, lambda case: case.path):
        yield from (f"In `{path}`:", "")
        for case in of_file:
            few = len(case.ids) < len(case.everything)
            some = f" ({len(case.ids)} of its {len(case.everything)} ids)" if few else ""
            example = _example(case)
            yield f"- `{case.name}`{some}" + (f": {example}" if example and example not in told else "")
            told.add(example)
        yield ""


def _example(case: Case) -> str:
    """Its shortest expectation in words, with the values of the first row where it has parameters."""
    said = said_of(case.code) if case.code is not None else []
    lines = (" ".join(line.strip() for line in text.removeprefix("- ").split("\n")) for text in said)
    fitting = [line.replace(": - ", ": ") for line in lines if not line.startswith("given") and len(line) <= _LONGEST]
    example = min(fitting, key=lambda line: (line.startswith("call"), len(line)), default="")
    first = "; ".join(f"`{table.names}` is {quoted(table.rows[0])}" for table in case.tables if table.rows)
    return f"{example} (where {first})" if example and first and len(first) <= _LONGEST else example
