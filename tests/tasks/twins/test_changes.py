"""Changes to tests: what a test expects, awaits and compares, before and after."""

from textwrap import dedent

import pytest
from sweflow_tasks.masking.mask import apply_edits
from sweflow_tasks.twins.changes import changes_of
from sweflow_tasks.twins.test_file import TestFile
from sweflow_tasks.twins.values import TwinKind


def changed(text: str, most: int = 7) -> list[tuple[str, str]]:
    """The changes of a file's last function: kind, and the line that differs first."""
    file = TestFile(dedent(text).encode())
    function = file.functions[-1]
    before = file.content[function.start : function.end]
    found = []
    for change in changes_of(function, file, most):
        after = apply_edits(before, change.edits)
        lines = zip(before.decode().splitlines(), after.decode().splitlines(), strict=True)
        found.append((change.kind.value, next(new.strip() for old, new in lines if old != new)))
    return found


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("assert f(2) == 4", "assert f(2) == 5"),
        ("assert 4 == f(2)", "assert 5 == f(2)"),
        ("assert f() is True", "assert f() is False"),
        ("assert f() == 'abc'", "assert f() == 'abd'"),
        ("assert f() == b'z'", "assert f() == b'y'"),
        ("assert f() == []", "assert f() == [0]"),
        ("assert f() == {}", "assert f() == {0: 0}"),
        ("assert f() == [1, [2]]", "assert f() == [2, [2]]"),
        ("assert f() == -1.5", "assert f() == -3.0"),
        ("assert f(1) == g(2)", "assert f(1) == g(3)"),
        ("assert f() == set([1])", "assert f() == set([2])"),
        ("assert not f() == 3", "assert not f() == 4"),
        ("self.assertEqual(f(1), 2)", "self.assertEqual(f(1), 3)"),
        ("self.assertTrue(f(1) < 2)", "self.assertTrue(f(1) < 3)"),
        ("assert_equal(f(1), 'a')", "assert_equal(f(1), 'b')"),
    ],
)
def test_V8_what_a_test_compares_with_comes_first(line, first):
    kind, after = changed(f"def test_it(self):\n    {line}\n")[0]
    assert (kind, after) == ("expectation", first)


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("with pytest.raises(ValueError): f()", "with pytest.raises(TypeError): f()"),
        ("with self.assertRaises(TypeError): f()", "with self.assertRaises(ValueError): f()"),
        ("pytest.raises((A, B), f)", "pytest.raises(TypeError, f)"),
    ],
)
def test_V8_another_exception_is_awaited(line, first):
    assert changed(f"def test_it(self):\n    {line}\n")[0] == ("exception", first)


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("assert f(1)", "assert not (f(1))"),
        ("assert f(1) in g()", "assert not (f(1) in g())"),
        ("self.assertIsNone(f(1))", "self.assertIsNotNone(f(1))"),
        ("self.assertListEqual(f(), g())", "self.assertListEqual(f(), [g()])"),
    ],
)
def test_V8_a_comparison_without_a_literal_is_turned_round(line, first):
    assert ("comparison", first) in changed(f"def test_it(self):\n    {line}\n")


def test_V8_a_changed_input_comes_last_and_only_where_there_is_nothing_else():
    kinds = [kind for kind, _ in changed("def test_it():\n    assert f('in') == 'out'\n    check(1)\n")]
    assert kinds == sorted(kinds, key=["expectation", "comparison", "input"].index)
    assert changed("def test_it():\n    f(1)\n")[0] == ("input", "f(2)")


def test_V8_names_that_are_compared_bring_the_literals_that_they_are_given():
    found = changed("def test_it():\n    expected = join('a', 'b')\n    got = f('in')\n    assert got == expected\n", 9)
    assert ("expectation", "expected = join('b', 'b')") in found
    assert ("input", "got = f('io')") in found


def test_V8_every_row_of_a_mark_is_changed_at_once():
    text = """
        @pytest.mark.parametrize(("given", "want"), [(1, 2), pytest.param(3, [4]), (5, None)])
        def test_it(given, want):
            assert f(given) == want
        """
    file = TestFile(dedent(text).encode())
    first = changes_of(file.functions[0], file, 7)[0]
    after = apply_edits(file.content[file.functions[0].start : file.functions[0].end], first.edits).decode()
    assert after.splitlines()[0].endswith("[(1, 3), pytest.param(3, [5]), (5, 0)])")
    assert first.kind is TwinKind.EXPECTATION


def test_V8_rows_of_a_loop_count_as_rows_of_a_mark():
    text = "def test_it():\n    for given, want in [(1, 2), (3, 4)]:\n        assert f(given) == want\n"
    assert changed(text)[0] == ("expectation", "for given, want in [(1, 3), (3, 4)]:")


def test_bytes_outside_a_change_stay_as_they_are():
    text = "def test_it():\n\tassert f('ü') ==  'é' # ß\r\n\tassert f('x') == 'y'\n"
    file = TestFile(text.encode())
    function = file.functions[0]
    before = file.content[function.start : function.end]
    for change in changes_of(function, file, 7):
        place, left = 0, before
        for edit in change.edits:
            assert before[place : edit.start] in left
            place = edit.end
        assert apply_edits(before, change.edits).endswith(before[place:])


def test_functions_have_the_names_that_python_gives_them():
    text = "class A:\n    class B:\n        def one(self): pass\ndef two():\n    @mark\n    def three(): pass\nif x:\n    async def four(): pass\n"
    file = TestFile(text.encode())
    assert [(f.name, f.line) for f in file.functions] == [
        ("A.B.one", 3),
        ("two", 4),
        ("two.<locals>.three", 5),
        ("four", 8),
    ]


@pytest.mark.parametrize("content", [b"def (", b"\xff\xfe", b"\xef\xbb\xbfx = 1\n", b"x" + b"(" * 5000])
def test_a_file_that_this_python_does_not_parse_is_refused_by_one_error(content):
    with pytest.raises(ValueError, match=r"."):
        TestFile(content)


def test_a_none_behind_is_stays_since_python_warns_of_any_other_literal_there():
    found = changed("def test_it():\n    assert f(x is not None) is None\n")
    assert found == [("comparison", "assert not (f(x is not None) is None)")]
