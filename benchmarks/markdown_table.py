"""Tables in Markdown, as benchmarks print them."""

from collections.abc import Iterable, Iterator, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a table, each as soon as its row is there; figures, which are all but the first, to the right.

    >>> print("\\n".join(table(("name", "count"), [("one", 1)])))
    | name | count |
    | --- | ---: |
    | one | 1 |
    """
    yield f"| {' | '.join(heads)} |"
    yield f"| --- |{' ---: |' * (len(heads) - 1)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
