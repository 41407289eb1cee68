"""One repository in which removal goes wrong, a step loses its tests, and bodies stand in more than one place."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from sweflow_tasks.json_lines import read_lines

import sweflow
from tests.helpers import assert_adds_up, files_of, whole_rows, write_repository

pytestmark = pytest.mark.slow

COPIED = """\
    total = 0
    for number, word in enumerate(words):
        total += len(word) * (number + 1)
    return total
"""
CORE = f'''\
"""The core."""
import json

SIZES = {{"small": 1}}


def listed():
    return "li" + "mb" in globals()


def limb():
    # how
    return 3


def walk():
    return limb() * arm()


def arm():
    return 7


def swallowed(text):
    """Text without spaces."""
    return text.strip()


def shout(text):
    return swallowed(text).upper()


def quoted(words):
    """Weighs words."""
{COPIED}

def sized(name):
    return SIZES[name]


def copied(names):
    found = []
    for name in names:
        found.append((name, sized(name)))
    return sorted(found, reverse=True)


class Shape:
    def area(self):
        """Another class knows."""
        raise NotImplementedError("area")


def never_called(names):
    found = []
    for name in names:   # set otherwise
        found.append((name,
                      sized(name)))
    return sorted(found, reverse=True)
'''
TESTS = """\
import pytest
import core


def test_listed():
    assert core.listed()


def test_walk():
    assert core.walk() == 21


def test_swallowed():
    try:
        core.swallowed(" x ")
    except Exception:
        pass


def test_shout():
    assert core.shout(" x ") == "X"


def test_quoted():
    assert core.quoted(["a", "b"]) == 3


def test_sized():
    assert core.sized("small") == 1


def test_copied():
    assert core.copied(["small"]) == [("small", 1)]


def test_area():
    with pytest.raises(NotImplementedError):
        core.Shape().area()


def test_of_the_core_that_it_can_be_imported():
    assert core.__doc__ == "The core."
"""
README = "# Notes, for don't-know readers\n\n    >>> def quoted(words):\n" + "".join(
    f"    ...{line}" for line in COPIED.splitlines(keepends=True)
)


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {
        "core.py": CORE,
        "tests/test_core.py": TESTS,
        "conftest.py": "",
        "docs/notes.md": README,
        "docs/other.md": "Nothing of interest.\n",
        "old/build/lib/core.py": CORE.replace("walk", "run"),
        "pyproject.toml": '[project]\nname = "small"\nversion = "1"\n[tool.pytest.ini_options]\npythonpath = ["."]\n',
    }
    repo = write_repository(tmp_path_factory.mktemp("codebases") / "repo", files)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("core.py", CORE)
    (repo / "wheels").mkdir()
    (repo / "wheels" / "small-1-py3-none-any.whl").write_bytes(packed.getvalue())
    return repo


@pytest.fixture(scope="module")
def built(repo: Path, python: Path) -> sweflow.Folder:
    out = repo.parent / "out"
    sweflow.build(
        repo,
        out,
        python=python,
        arguments=("tests",),
        options=sweflow.Options.of(docstrings="strip", reruns=0, twins=0),
    )
    return sweflow.Folder(out)


@pytest.fixture(scope="module")
def rows(built):
    return whole_rows(built)


@pytest.fixture(scope="module")
def summary(built):
    return json.loads(built.summary.read_text())


@pytest.fixture(scope="module")
def rejected(built):
    return {(row["kind"], row["id"]): (row["reason"], row["detail"]) for row in read_lines(built.rejected)}


@pytest.fixture(scope="module")
def skeletons(built, rows, tmp_path_factory) -> dict[int, dict[str, bytes]]:
    found = {}
    for row in rows:
        folder = tmp_path_factory.mktemp("skeleton") / "task"
        sweflow.checkout(built.root, row["instance_id"], folder)
        found[row["step"]] = files_of(folder)
    return found


def of(rows, function: str):
    return next(
        row for row in rows if f"core.py::{function}" in (*row["target_functions"], *row["dependent_functions"])
    )


def test_C2_a_removal_that_costs_a_test_is_undone_and_recorded(rows, summary, skeletons):
    assert [(r["function"], r["test"]) for r in summary["repairs"]] == [
        ("core.py::limb", "tests/test_core.py::test_listed")
    ]
    row = of(rows, "walk")
    assert row["certificate"]["repaired"] == ["core.py::limb"]
    assert row["removed_functions"] == ["core.py::arm"]
    text = skeletons[row["step"]]["core.py"].decode()
    assert "def limb" in text
    assert "def arm" not in text
    assert "# how" not in text


def test_a_step_whose_tests_are_rejected_merges_with_the_one_that_needs_its_functions(rows, rejected):
    row = of(rows, "swallowed")
    assert row["FAIL_TO_PASS"] == ["tests/test_core.py::test_shout"]
    assert set(row["target_functions"]) >= {"core.py::shout"}
    assert rejected["test", "tests/test_core.py::test_swallowed"][0] == "swallowed"
    merged = [(name, detail) for (kind, name), (reason, detail) in rejected.items() if reason == "merged"]
    assert len(merged) == 1
    assert merged[0][1] == f"into step {row['step']:04d}"


def test_V4_the_counts_add_up_with_merges_and_leaks(summary):
    assert_adds_up(summary)
    assert summary["steps"]["rejected"] == {"leak": 1, "merged": 1, "nothing-to-develop": 1}
    assert summary["functions"]["rejected"] == {"leak": 1, "nothing-to-develop": 1}


def test_S2_a_function_that_only_raises_is_no_step_and_its_test_passes_from_the_start(rows, rejected):
    assert rejected["function", "core.py::Shape.area"][0] == "nothing-to-develop"
    assert all("tests/test_core.py::test_area" in row["PASS_TO_PASS"] for row in rows)


def test_C4_files_that_quote_a_masked_body_are_withheld_and_come_back(rejected, skeletons, built):
    gone = {"docs/notes.md", "old/build/lib/core.py", "wheels/small-1-py3-none-any.whl"}
    assert {name for (kind, name), (reason, _) in rejected.items() if (kind, reason) == ("file", "leak")} == gone
    for files in skeletons.values():
        assert gone.isdisjoint(files)
        assert "docs/other.md" in files
    assert gone <= set(files_of(built.source))


def test_C4_a_function_whose_body_stands_in_code_that_stays_is_not_masked(rows, rejected, skeletons):
    assert rejected["function", "core.py::copied"] == ("leak", "its body stands in core.py::never_called")
    for files in skeletons.values():
        assert files["core.py"].count(b"sorted(found, reverse=True)") == 2
    assert any("tests/test_core.py::test_copied" in row["PASS_TO_PASS"] for row in rows)


def test_C4_a_valid_task_has_no_leak(rows):
    assert all(row["certificate"]["leaks"] == [] for row in rows)


def test_docstrings_are_in_no_stub_and_no_statement_where_they_are_stripped(rows, skeletons):
    row = of(rows, "quoted")
    assert "Weighs words" not in row["problem_statement"]
    assert b"Weighs words" not in skeletons[row["step"]]["core.py"]
    assert '"""Weighs words."""' in row["patch"]


def test_what_stays_for_later_steps_only_is_said(rows):
    first = rows[0]
    assert first["target_functions"] == ["core.py::listed"]
    assert ["constant", "core.py", "SIZES"] in first["later"]
    assert all(["import", "core.py", "json"] not in row["later"] for row in rows)
