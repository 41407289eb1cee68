"""Edge cases: each kind makes one change, at the place that it is about and nowhere else."""

import pytest
from sweflow_rdg import index_source
from sweflow_tasks.certificate.mutants import edges_of, mutants_of
from sweflow_tasks.certificate.mutation import Edge


def edges(body: str, limit: int = 100) -> list[tuple[str, str]]:
    source = f"def f(a, b):\n{body}".encode()
    file = index_source({"a.py": ("100644", source)}).files["a.py"]
    found = edges_of(file.definitions[0], file.text.utf8, limit)
    return [(edge.operator.value, edge.text.partition("\n")[2]) for edge in found]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("    return a < b\n", [(Edge.BOUNDARY, "    return a <= b\n")]),
        ("    return a >= b\n", [(Edge.BOUNDARY, "    return a > b\n")]),
        ("    return a[1:]\n", [(Edge.OFF_BY_ONE, "    return a[0:]\n")]),
        ("    return a[0]\n", [(Edge.OFF_BY_ONE, "    return a[-1]\n")]),
        ("    if a:\n        return b\n    b()\n", [(Edge.GUARD, "    if False:\n        return b\n    b()\n")]),
        (
            "    return a if b else None\n",
            [(Edge.BRANCH, "    return (a)\n"), (Edge.BRANCH, "    return (None)\n")],
        ),
        (
            "    if a:\n        b()\n    else:\n        a()\n",
            [(Edge.BRANCH, "    if True:\n        b()\n    else:\n        a()\n")],
        ),
        ("    return a and b\n", [(Edge.OPERAND, "    return (a)\n"), (Edge.OPERAND, "    return (b)\n")]),
    ],
)
def test_an_edge_case_is_one_change_at_a_border_or_in_one_case(body, expected):
    assert sorted(edges(body)) == sorted((kind.value, text) for kind, text in expected)


def test_what_has_no_border_and_no_case_has_no_edge():
    assert edges('    """Says 1 < 2."""\n    return a.b(a == b)\n') == []
    assert edges("    if a:\n        b()\n    return b\n") == []


def test_edges_are_bounded_and_the_same_each_time():
    body = "    return a < 1 or a < 2 or a < 3 or b < 4\n"
    assert len(edges(body, 3)) == 3
    assert edges(body, 3) == edges(body, 3)


def test_mutants_are_what_they_were_before_there_were_edges():
    source = b"def f(a, b):\n    return a if b else None\n"
    file = index_source({"a.py": ("100644", source)}).files["a.py"]
    texts = {mutant.text.partition("\n")[2].strip() for mutant in mutants_of(file.definitions[0], source, 100)}
    assert "return (a)" not in texts
    assert "return a if (not (b)) else None" in texts
