"""pytest's arguments on trees that do not hold every test file yet."""

from sweflow_tasks.execution.arguments import present_arguments

ORIGINAL = dict.fromkeys(("core.py", "tests/test_a.py", "tests/sub/test_b.py"), ("100644", b""))
TREE = {"core.py": ("100644", b""), "tests/test_a.py": ("100644", b"")}


def test_paths_that_are_not_there_yet_are_left_out():
    given = ("-q", "./tests/test_a.py", "tests/sub/", "tests/sub/test_b.py::test_x")
    assert present_arguments(given, ORIGINAL, TREE) == ["-q", "./tests/test_a.py"]


def test_values_of_options_stay_whatever_they_look_like():
    assert present_arguments(("-k", "tests/sub"), ORIGINAL, TREE) == ["-k", "tests/sub"]


def test_paths_that_the_project_never_had_stay_for_pytest_to_refuse():
    assert present_arguments(("nowhere",), ORIGINAL, TREE) == ["nowhere"]
