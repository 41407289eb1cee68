"""Changes to tests: what a test expects, awaits and compares, before and after."""

import ast
import builtins
import re
from textwrap import dedent

import pytest
from sweflow_tasks.masking.mask import apply_edits
from sweflow_tasks.twins.changes import OTHER_EXCEPTIONS, changes_of
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


def literal_in(text: str, pattern: str) -> object:
    """The value of the literal that stands where a pattern has ``…``."""
    before, after = pattern.split("…")
    assert text.startswith(before), text
    assert text.endswith(after), text
    return ast.literal_eval(text[len(before) : len(text) - len(after)])


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("assert f(2) == 4", "assert f(2) == …"),
        ("assert 4 == f(2)", "assert … == f(2)"),
        ("assert f() is True", "assert f() is …"),
        ("assert f() == 'abc'", "assert f() == …"),
        ('assert f() == """abc\\n"""', 'assert f() == """…"""'),
        ("assert f() == b'z'", "assert f() == …"),
        ("assert f() == r'\\da'", "assert f() == …"),
        ("assert f() == '.'", "assert f() == …"),
        ("assert f() == ''", "assert f() == …"),
        ("assert f() == 0x1f", "assert f() == …"),
        ("assert f() == None", "assert f() == …"),
        ("assert f() == []", "assert f() == …"),
        ("assert f() == {}", "assert f() == …"),
        ("assert f() == [g(), h()]", "assert f() == […()]"),
        ("assert f() == [1, [2]]", "assert f() == […, [2]]"),
        ("assert f() == -1.5", "assert f() == …"),
        ("assert f(1) == g(2)", "assert f(1) == g(…)"),
        ("assert f() == set([1])", "assert f() == set([…])"),
        ("assert not f() == 3", "assert not f() == …"),
        ("self.assertEqual(f(1), 2)", "self.assertEqual(f(1), …)"),
        ("self.assertTrue(f(1) < 2)", "self.assertTrue(f(1) < …)"),
        ("assert_equal(f(1), 'a')", "assert_equal(f(1), …)"),
    ],
)
def test_V8_what_a_test_compares_with_comes_first(line, pattern):
    kind, after = changed(f"def test_it(self):\n    {line}\n")[0]
    assert kind == "expectation"
    before, behind = pattern.split("…")
    assert after.startswith(before)
    assert after.endswith(behind)
    assert after != line
    ast.parse(after)


@pytest.mark.parametrize(
    "literal", ["0", "17", "0x1f", "1_000", "2.5", "1e3", "'a'", "'Ab9'", "b'x'", '"it\'s"', "r'\\w+'"]
)
@pytest.mark.parametrize("place", range(3))
def test_V8_a_changed_literal_is_one_like_it(literal, place):
    after = changed(f"def test_it{place}():\n    assert f() == {literal}\n")[0][1].rpartition("== ")[2]
    value, other = ast.literal_eval(literal), ast.literal_eval(after)
    assert type(other) is type(value)
    assert other != value
    assert len(after) == len(literal)
    assert all(new == old or (new.isalnum() and old.isalnum()) for new, old in zip(after, literal, strict=True))


def test_V8_a_literal_may_become_another_one_of_its_file():
    text = "def test_{n}():\n    assert f() == 'first words'\n    assert g('other words') == 3\n"
    firsts = {changed(text.format(n=n))[0][1] for n in range(40)}
    assert "assert f() == 'other words'" in firsts
    assert len(firsts) > 10


@pytest.mark.parametrize("awaited", ["ValueError", "(A, B)", "OverflowError", "codes.Wrong"])
@pytest.mark.parametrize("line", ["with pytest.raises({}): f()", "with self.assertRaises({}): f()", "raises({}, f)"])
def test_V8_another_exception_is_awaited_that_no_class_inherits_by_chance(line, awaited):
    found = [
        after for kind, after in changed(f"def test_it(self):\n    {line.format(awaited)}\n") if kind == "exception"
    ]
    others = {other for other in OTHER_EXCEPTIONS if line.format(other) in found}
    assert len(others) == len(found) > 1
    assert awaited not in others
    assert all(issubclass(getattr(builtins, other), Exception) for other in OTHER_EXCEPTIONS)
    assert {"TypeError", "ValueError", "KeyError", "AttributeError", "LookupError"}.isdisjoint(OTHER_EXCEPTIONS)


def test_V8_where_a_warning_is_awaited_another_warning_is():
    found = changed("def test_it():\n    with pytest.warns(UserWarning, match='old'): f()\n")
    others = [after.partition("warns(")[2].partition(",")[0] for kind, after in found if kind == "exception"]
    assert len(others) > 1
    assert all(issubclass(getattr(builtins, other), Warning) for other in others)


@pytest.mark.parametrize(("pattern", "count"), [("old ones", 1), (r"\w old", 0), ("(?i)old", 0)])
def test_V8_a_pattern_is_changed_only_where_it_stays_one(pattern, count):
    found = changed(f"def test_it():\n    with raises(A, match=r'{pattern}'): f()\n")
    assert len([after for kind, after in found if kind == "expectation"]) == count


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
    kind, after = changed("def test_it():\n    f(1)\n")[0]
    assert kind == "input"
    assert literal_in(after, "f(…)") != 1


def test_V8_names_that_are_compared_bring_the_literals_that_they_are_given():
    found = changed("def test_it():\n    expected = join('a', 'b')\n    got = f('in')\n    assert got == expected\n", 9)
    assert any(kind == "expectation" and after.startswith("expected = join(") for kind, after in found)
    assert any(kind == "input" and after.startswith("got = f(") for kind, after in found)


def test_V8_every_row_of_a_mark_is_changed_at_once():
    text = """
        @pytest.mark.parametrize(("given", "want"), [(1, 2), pytest.param(3, [4]), (5, None)])
        def test_it(given, want):
            assert f(given) == want
        """
    file = TestFile(dedent(text).encode())
    first = changes_of(file.functions[0], file, 7)[0]
    after = apply_edits(file.content[file.functions[0].start : file.functions[0].end], first.edits).decode()
    rows = re.search(r"\[\(1, (\S+)\), pytest\.param\(3, \[(\S+)\]\), \(5, (\S+)\)\]\)$", after.splitlines()[0])
    assert rows is not None
    assert all(new != old for new, old in zip(map(ast.literal_eval, rows.groups()), (2, 4, None), strict=True))
    assert first.kind is TwinKind.EXPECTATION


def test_V8_rows_of_a_loop_count_as_rows_of_a_mark():
    text = "def test_it():\n    for given, want in [(1, 2), (3, 4)]:\n        assert f(given) == want\n"
    kind, after = changed(text)[0]
    assert kind == "expectation"
    assert literal_in(after, "for given, want in [(1, …), (3, 4)]:") != 2


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
